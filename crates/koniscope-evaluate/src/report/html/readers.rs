//! Readers: how far they agree, and where they do not.

use std::collections::HashMap;

use maud::{Markup, html};

use super::{
    super::{Cell, Evaluation, Table, value},
    figures, plots,
};
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
    svg::{self, Dot, dots, grid},
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

/// How a reader and the model are held against a consensus.
const WITHOUT: &str = "Each reader is one of those who made the consensus of all, which makes the reader \
     look better. So each reader is also held against the consensus without that reader, and the model \
     beside the reader on the same films. Where its figures lie among the readers', the model stands \
     within their spread.";

/// How far readers agree.
pub(super) fn readers(evaluation: &Evaluation) -> Markup {
    let all = &evaluation.groups[0];
    let of_readers = evaluation.of(&all.by, &all.name, Section::Readers);
    let found = of_readers.into_iter().map(|figure| (figure.name.as_str(), figure)).collect();
    let page = Page { evaluation, found };
    html! {
        (page.head())
        @for scale in Scale::WHOLE { (page.scale(scale)) }
        (page.disagreements())
    }
}

struct Page<'a> {
    evaluation: &'a Evaluation<'a>,
    found: HashMap<&'a str, &'a Figure>,
}

/// Who is held against something, and the figures.
type Row<'a> = (String, Vec<Option<&'a Figure>>);

impl Page<'_> {
    fn head(&self) -> Markup {
        let evaluation = self.evaluation;
        let by_readers = evaluation.by_readers();
        let films: Vec<String> =
            by_readers.iter().map(|(readers, films)| format!("{readers}: {films}")).collect();
        let [table, readers, consensus] = [Origin::Table, Origin::Readers, Origin::Consensus]
            .map(|origin| evaluation.with_truth_from(origin));
        html! {
            p {
                @if evaluation.readers.len() == 1 { "One reader: " } @else { "Readers: " }
                (evaluation.readers.join(", "))
                ". Films that were read, by their number of readers: " (films.join(", "))
                ". All figures here are of those: " (evaluation.groups[0].data) "."
            }
            p { (RULE) }
            p { (WITHOUT) }
            p {
                "Truth on the rest of this page: labels of the table on " (table) " films, which are the \
                 reference standard; labels of the table that were made of its readers' (labels_from) on "
                (readers) ", which are none for them; for want of labels the consensus of all readers on "
                (consensus) "."
            }
            p { (YARDSTICKS) }
        }
    }

    fn scale(&self, scale: Scale) -> Markup {
        let mut names = vec![alpha_name(scale, false), alpha_name(scale, true)];
        if scale == Scale::Zones {
            let zones = (0..6).map(Scale::Zone);
            names.extend(zones.flat_map(|zone| [false, true].map(|model| alpha_name(zone, model))));
        }
        let alphas: Vec<&Figure> = names.iter().filter_map(|name| self.get(name)).collect();
        if alphas.is_empty() {
            return Markup::default();
        }
        let title = match scale {
            Scale::Disease => {
                let label = self.evaluation.options.label.as_deref().unwrap_or(truth::LABEL);
                format!("Readers of the disease (column {label})")
            }
            Scale::Stage => "Readers of the stage".into(),
            Scale::Ilo => "Readers of the ILO's profusion".into(),
            Scale::Zones | Scale::Zone(_) => "Readers of the zones".into(),
        };
        // A reader, then the model on the reader's films.
        let both = |name: fn(Scale, Measure, &str, bool) -> String, reader: &str| {
            let row = |who: String, model| {
                (who, self.row(scale, |measure| name(scale, measure, reader, model)))
            };
            [row(reader.to_owned(), false), row(format!("{MODEL}, on the films of {reader}"), true)]
        };
        let less = |reader: &str| {
            let kappa = self.get(&difference_name(scale, reader));
            (format!("difference, {MODEL} less {reader}"), vec![kappa])
        };
        let without =
            self.readers().flat_map(|r| both(without_name, r).into_iter().chain([less(r)]));
        let of_all = self
            .readers()
            .chain([MODEL])
            .map(|who| (who.to_owned(), self.row(scale, |measure| all_name(scale, measure, who))));
        let own = self.readers().flat_map(|reader| both(table_name, reader));
        let own_title = "Against the reference standard, the table's own labels";
        html! {
            (figures::table(&title, &alphas))
            (plots([self.pairs(scale), self.spread(scale)].into_iter().flatten()))
            (table(scale, "Against the consensus without the reader", without))
            (table(scale, "Against the consensus of all", of_all))
            (table(scale, own_title, own))
        }
    }

    /// Figures of a row, one column per measure.
    fn row(&self, scale: Scale, name: impl Fn(Measure) -> String) -> Vec<Option<&Figure>> {
        Measure::of(scale).iter().map(|measure| self.get(&name(*measure))).collect()
    }

    /// Kappa of each two, as a table of shades.
    fn pairs(&self, scale: Scale) -> Option<Markup> {
        let names: Vec<&str> = self.readers().chain([MODEL]).collect();
        let figure = |a: &str, b: &str| {
            let name = |a, b| pair_name(scale, Measure::Kappa, a, b);
            self.get(&name(a, b)).or_else(|| self.get(&name(b, a)))
        };
        let cell = |a: &str, b: &str| {
            let figure = figure(a, b)?;
            let kappa = figure.value?;
            let text = format!("{kappa:.2}");
            let note = format!("n {}", figure.n);
            Some(svg::Cell { shade: kappa.clamp(0.0, 1.0), text, note })
        };
        let is_graded = |a: &&str| names.iter().any(|b| figure(a, b).is_some());
        let graded: Vec<&str> = names.iter().copied().filter(is_graded).collect();
        let row = |a: &&str| graded.iter().map(|b| cell(a, b)).collect();
        let cells: Vec<Vec<Option<svg::Cell>>> = graded.iter().map(row).collect();
        cells.iter().flatten().any(Option::is_some).then(|| {
            let short: Vec<String> = graded.iter().map(|name| shortened(name)).collect();
            let short: Vec<&str> = short.iter().map(String::as_str).collect();
            let title = format!("{}: {} of each two", scale.name(), Measure::Kappa.name(scale));
            grid(&title, ["", ""], &short, &cells)
        })
    }

    /// Kappa of each reader against the consensus of the others, and of the model beside the reader.
    fn spread(&self, scale: Scale) -> Option<Markup> {
        let dot = |reader: &str, model: bool| {
            let figure = self.get(&without_name(scale, Measure::Kappa, reader, model))?;
            Some(Dot {
                name: if model { format!("{MODEL}, same films") } else { shortened(reader) },
                value: figure.value?,
                interval: figure.interval(),
            })
        };
        let both = self.readers().flat_map(|reader| [dot(reader, false), dot(reader, true)]);
        let values: Vec<Dot> = both.flatten().collect();
        let title = format!("{}: against the consensus without the reader", scale.name());
        let kappa = Measure::Kappa.name(scale);
        (!values.is_empty()).then(|| dots(&title, kappa, [-0.2, 1.0], &values))
    }

    /// The films on which readers are farthest apart.
    fn disagreements(&self) -> Markup {
        let Evaluation { films, disagreements, readers, options, .. } = self.evaluation;
        let head = ["Film", "Source", "On", "Readers", "Consensus", "The model", "Spread"];
        let mut table = Table::new(head.into_iter().chain(["With the model"]));
        for found in *disagreements {
            let film = &films[found.film];
            let [_, consensus, model, of_readers @ ..] = &said_on(film, found.scale, readers)[..]
            else {
                continue;
            };
            let said = readers.iter().zip(of_readers).filter(|(_, cell)| !cell.is_empty());
            let said: Vec<String> = said.map(|(name, cell)| format!("{name}: {cell}")).collect();
            let on = match found.scale {
                Scale::Disease => options.label.clone().unwrap_or_else(|| truth::LABEL.into()),
                scale => scale.name(),
            };
            table.row([
                film.case.row.image.to_string_lossy().into(),
                named(&film.case.row.set, film.case.simulated).into(),
                on.into(),
                said.join("; ").into(),
                consensus.into(),
                model.into(),
                Cell::number(format!("{:.2}", found.spread)),
                Cell::number(format!("{:.2}", found.with_model)),
            ]);
        }
        html! {
            h3 { "Films to look at again" }
            p {
                "By the largest distance between two readers, as a share of the scale, on stage, ILO \
                 profusion or a zone; where a film has none of these, on the disease. What each says is \
                 told of the scale on which they differ most."
            }
            @if table.is_empty() {
                p { "None: no reader differs from another, nor from the model." }
            } @else {
                (table.first(LISTED, "disagreements.csv"))
            }
        }
    }

    fn readers(&self) -> impl Iterator<Item = &str> {
        self.evaluation.readers.iter().map(String::as_str)
    }

    fn get(&self, name: &str) -> Option<&Figure> {
        self.found.get(name).copied()
    }
}

/// Rows of figures; nothing where no row has one.
fn table<'a>(scale: Scale, caption: &str, rows: impl Iterator<Item = Row<'a>>) -> Markup {
    let measures = Measure::of(scale);
    let names = measures.iter().map(|measure| measure.name(scale));
    let mut table = Table::new(["Who", "n"].into_iter().chain(names));
    for (who, figures) in rows {
        let Some(first) = figures.iter().flatten().next() else { continue };
        let cell = |place: usize| {
            Cell::from(figures.get(place).copied().flatten().map(value).unwrap_or_default())
        };
        let cells = (0..measures.len()).map(cell);
        table.row([who.into(), Cell::number(first.n)].into_iter().chain(cells));
    }
    html! { @if !table.is_empty() { p { b { (caption) } } (table.html()) } }
}

/// A name that fits into a plot.
fn shortened(name: &str) -> String {
    match name.chars().count() {
        n if n > LETTERS => name.chars().take(LETTERS - 1).chain(['…']).collect(),
        _ => name.to_owned(),
    }
}
