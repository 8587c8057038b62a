//! Readers: how far they agree, and where they do not.

use std::{collections::HashMap, fmt::Write};

use super::super::{Evaluation, value};
use super::figures;
use crate::{
    agreement::{
        MODEL,
        disagreements::said_on,
        figures::{
            Measure, all_name, alpha_name, difference_name, pair_name, table_name, without_name,
        },
    },
    cases::Origin,
    figures::{Figure, Section, named},
    raters::{Scale, consensus::RULE},
    svg::{Cell, Dot, dots, escape, grid},
    truth,
};

/// Films listed; the rest stands in `disagreements.csv`.
const LISTED: usize = 30;

/// Letters of a name in a plot.
const LETTERS: usize = 11;

/// What readers reach elsewhere.
const YARDSTICKS: &str = "What readers reach elsewhere, on other films: two groups of readers staged \
     0.84 and 0.87 of films right (Zhang L. et al., Scientific Reports 2021;11:2201); seven B Readers \
     agreed with a weighted kappa of 0.58 on films beside digital pictures of the same miners (Halldin \
     et al., Academic Radiology 2014).";

/// The section; nothing where no film has a reader.
pub(super) fn section(evaluation: &Evaluation) -> String {
    let all = &evaluation.groups[0];
    let found: HashMap<&str, &Figure> = evaluation
        .of(&all.by, &all.name, Section::Readers)
        .into_iter()
        .map(|figure| (figure.name.as_str(), figure))
        .collect();
    if evaluation.readers.is_empty() {
        return String::new();
    }
    let page = Page { evaluation, found };
    let mut out = page.head();
    for scale in Scale::WHOLE {
        out += &page.scale(scale);
    }
    out + &page.disagreements() + "</section>\n"
}

struct Page<'a> {
    evaluation: &'a Evaluation<'a>,
    found: HashMap<&'a str, &'a Figure>,
}

impl Page<'_> {
    fn head(&self) -> String {
        let evaluation = self.evaluation;
        let mut out = String::from("<section>\n<h2>Readers</h2>\n");
        let mut say = |text: &str| {
            let _ = writeln!(out, "<p>{}</p>", escape(text));
        };
        let by_readers = evaluation.by_readers();
        let films: Vec<String> =
            by_readers.iter().map(|(readers, films)| format!("{readers}: {films}")).collect();
        say(&format!(
            "{}: {}. Films that were read, by their number of readers: {}. All figures here are of \
             those: {}.",
            if evaluation.readers.len() == 1 { "One reader" } else { "Readers" },
            evaluation.readers.join(", "),
            films.join(", "),
            evaluation.groups[0].data
        ));
        say(RULE);
        say(
            "Against the consensus of all a reader is one of those who made it, which flatters him; \
             so each is also held against the consensus without him, and the model beside him on the \
             same films. Where its figures lie among the readers', the model stands within their \
             spread.",
        );
        let of = |origin| evaluation.with_truth_from(origin);
        let [table, readers, consensus] =
            [Origin::Table, Origin::Readers, Origin::Consensus].map(of);
        say(&format!(
            "Truth on the rest of this page: labels of the table on {table} films, which are the \
             reference standard; labels of the table that were made of its readers' (labels_from) on \
             {readers}, which are none for them; for want of labels the consensus of all readers on \
             {consensus}."
        ));
        say(YARDSTICKS);
        out
    }

    fn scale(&self, scale: Scale) -> String {
        let mut names = vec![alpha_name(scale, false), alpha_name(scale, true)];
        if scale == Scale::Zones {
            let zones = (0..6).map(Scale::Zone);
            names.extend(zones.flat_map(|zone| [false, true].map(|model| alpha_name(zone, model))));
        }
        let alphas: Vec<&Figure> = names.iter().filter_map(|name| self.get(name)).collect();
        if alphas.is_empty() {
            return String::new();
        }
        let title = match scale {
            Scale::Disease => {
                let label = self.evaluation.options.label.as_deref().unwrap_or(truth::LABEL);
                format!("Readers of the disease (column {})", escape(label))
            }
            Scale::Stage => "Readers of the stage".into(),
            Scale::Ilo => "Readers of the ILO's profusion".into(),
            Scale::Zones | Scale::Zone(_) => "Readers of the zones".into(),
        };
        let mut out = figures::table(&title, &alphas);
        let plots = [self.pairs(scale), self.spread(scale)];
        out += "<div class=\"plots\">\n";
        for plot in plots.into_iter().flatten() {
            let _ = writeln!(out, "<figure>{plot}</figure>");
        }
        out += "</div>\n";
        let without = self.readers().flat_map(|reader| {
            let of = |who: String, model| {
                (who, self.row(scale, |measure| without_name(scale, measure, reader, model)))
            };
            let on_his = of(format!("{MODEL}, on the films of {reader}"), true);
            [of(reader.to_owned(), false), on_his, self.less(scale, reader)]
        });
        out += &table(scale, "Against the consensus without the reader", without);
        let of_all = self
            .readers()
            .chain([MODEL])
            .map(|who| (who.to_owned(), self.row(scale, |measure| all_name(scale, measure, who))));
        out += &table(scale, "Against the consensus of all", of_all);
        let own = self.readers().flat_map(|reader| {
            let of = |who: String, model| {
                (who, self.row(scale, |measure| table_name(scale, measure, reader, model)))
            };
            let on_his = of(format!("{MODEL}, on the films of {reader}"), true);
            [of(reader.to_owned(), false), on_his]
        });
        out + &table(scale, "Against the reference standard, the table's own labels", own)
    }

    /// Figures of a row, a column a measure.
    fn row(&self, scale: Scale, name: impl Fn(Measure) -> String) -> Vec<Option<&Figure>> {
        Measure::of(scale).iter().map(|measure| self.get(&name(*measure))).collect()
    }

    /// The difference of kappa, as a row.
    fn less(&self, scale: Scale, reader: &str) -> (String, Vec<Option<&Figure>>) {
        let kappa = self.get(&difference_name(scale, reader));
        (format!("difference, {MODEL} less {reader}"), vec![kappa])
    }

    /// Kappa of each two, as a table of shades.
    fn pairs(&self, scale: Scale) -> Option<String> {
        let names: Vec<&str> = self.readers().chain([MODEL]).collect();
        let figure = |a: &str, b: &str| {
            let name = |a, b| pair_name(scale, Measure::Kappa, a, b);
            self.get(&name(a, b)).or_else(|| self.get(&name(b, a)))
        };
        let cell = |a: &str, b: &str| {
            let figure = figure(a, b)?;
            let kappa = figure.value?;
            let text = format!("{kappa:.2}");
            Some(Cell { shade: kappa.clamp(0.0, 1.0), text, note: format!("n {}", figure.n) })
        };
        let graded: Vec<&str> = names
            .iter()
            .filter(|a| names.iter().any(|b| figure(a, b).is_some()))
            .copied()
            .collect();
        let row = |a: &&str| graded.iter().map(|b| cell(a, b)).collect();
        let cells: Vec<Vec<Option<Cell>>> = graded.iter().map(row).collect();
        cells.iter().flatten().any(Option::is_some).then(|| {
            let short: Vec<String> = graded.iter().map(|name| shortened(name)).collect();
            let short: Vec<&str> = short.iter().map(String::as_str).collect();
            let title = format!("{}: {} of each two", scale.name(), Measure::Kappa.name(scale));
            grid(&title, ["", ""], &short, &cells)
        })
    }

    /// Kappa of each reader against the consensus of the others, and of the model beside him.
    fn spread(&self, scale: Scale) -> Option<String> {
        let dot = |reader: &str, model: bool| {
            let figure = self.get(&without_name(scale, Measure::Kappa, reader, model))?;
            Some(Dot {
                name: if model { format!("{MODEL}, same films") } else { shortened(reader) },
                value: figure.value?,
                interval: figure.low.zip(figure.high).map(|(low, high)| [low, high]),
            })
        };
        let values: Vec<Dot> = self
            .readers()
            .flat_map(|reader| [dot(reader, false), dot(reader, true)])
            .flatten()
            .collect();
        let title = format!("{}: against the consensus without the reader", scale.name());
        let kappa = Measure::Kappa.name(scale);
        (!values.is_empty()).then(|| dots(&title, kappa, [-0.2, 1.0], &values))
    }

    /// The films on which readers are farthest apart.
    fn disagreements(&self) -> String {
        let Evaluation { films, disagreements, readers, options, .. } = self.evaluation;
        let mut out = String::from(
            "<h3>Films to look at again</h3>\n<p>By the largest distance between two readers, as a \
             share of the scale, on stage, ILO profusion or a zone; where a film has none of these, \
             on the disease. What each says is told of the scale on which they differ most.</p>\n",
        );
        if disagreements.is_empty() {
            return out + "<p>None: no reader differs from another, nor from the model.</p>\n";
        }
        out += "<table>\n<thead><tr><th>Film</th><th>Source</th><th>On</th><th>Readers</th>\
                <th>Consensus</th><th>The model</th><th>Spread</th><th>With the model</th></tr>\
                </thead>\n<tbody>\n";
        for found in disagreements.iter().take(LISTED) {
            let film = &films[found.film];
            let cells = said_on(film, found.scale, readers);
            let said = readers.iter().zip(&cells[3..]).filter(|(_, cell)| !cell.is_empty());
            let said: Vec<String> = said.map(|(name, cell)| format!("{name}: {cell}")).collect();
            let on = match found.scale {
                Scale::Disease => options.label.clone().unwrap_or_else(|| truth::LABEL.into()),
                scale => scale.name(),
            };
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
                 <td class=\"number\">{:.2}</td><td class=\"number\">{:.2}</td></tr>",
                escape(&film.case.row.image.to_string_lossy()),
                escape(&named(&film.case.row.set, film.case.simulated)),
                escape(&on),
                escape(&said.join("; ")),
                escape(&cells[1]),
                escape(&cells[2]),
                found.spread,
                found.with_model,
            );
        }
        out += "</tbody>\n</table>\n";
        let more = disagreements.len().saturating_sub(LISTED);
        if more > 0 {
            let _ = writeln!(out, "<p>And {more} more, in disagreements.csv.</p>");
        }
        out
    }

    fn readers(&self) -> impl Iterator<Item = &str> {
        self.evaluation.readers.iter().map(String::as_str)
    }

    fn get(&self, name: &str) -> Option<&Figure> {
        self.found.get(name).copied()
    }
}

/// Rows of figures; nothing where no row has one.
fn table<'a>(
    scale: Scale,
    caption: &str,
    rows: impl Iterator<Item = (String, Vec<Option<&'a Figure>>)>,
) -> String {
    let mut out = format!("<p><b>{caption}</b></p>\n<table>\n<thead><tr><th>Who</th><th>n</th>");
    for measure in Measure::of(scale) {
        let _ = write!(out, "<th>{}</th>", measure.name(scale));
    }
    out += "</tr></thead>\n<tbody>\n";
    let mut is_empty = true;
    for (who, figures) in rows {
        let Some(first) = figures.iter().flatten().next() else { continue };
        is_empty = false;
        let _ = write!(out, "<tr><td>{}</td><td class=\"number\">{}</td>", escape(&who), first.n);
        for place in 0..Measure::of(scale).len() {
            let cell = figures.get(place).copied().flatten().map(value).unwrap_or_default();
            let _ = write!(out, "<td>{}</td>", escape(&cell));
        }
        out += "</tr>\n";
    }
    if is_empty { String::new() } else { out + "</tbody>\n</table>\n" }
}

/// A name that fits into a plot.
fn shortened(name: &str) -> String {
    match name.chars().count() {
        n if n > LETTERS => name.chars().take(LETTERS - 1).chain(['…']).collect(),
        _ => name.to_owned(),
    }
}
