//! One page for all films. It opens from the disk, without a server and without the network.

mod escape;

use std::fmt::Write;

use escape::{escape, link};

use super::{
    Failure, FilmReport, LUNGS_FILE, OVERLAY_FILE, READING_FILE,
    words::{
        self, all_notices, area, counts, flag_word, likeliest_stage, notices, probability_title,
    },
};
use crate::{
    quality::Flag,
    reading::{DISCLAIMER, Lung, Reading},
    segmentation::Side,
};

const STYLE: &str = include_str!("html/style.css");

/// Sorts the table; without it the page only stays in the films' order.
const SORT: &str = include_str!("html/sort.js");

/// `index.html`: disclaimer and notices, a table of all films, and a card with the picture of each
/// film that was read. Pictures and JSON are linked in each film's folder beside the page.
pub fn html(films: &[FilmReport]) -> String {
    let mut page = String::new();
    page += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    page += &format!("<title>Koniscope: {}</title>\n<style>\n{STYLE}</style>\n", counts(films));
    page += "</head>\n<body>\n<header>\n";
    page += &format!("<p class=\"disclaimer\" role=\"note\">{DISCLAIMER}</p>\n");
    for notice in all_notices(films) {
        page += &format!("<p class=\"notice\" role=\"note\">{}</p>\n", escape(&notice));
    }
    page += &format!("</header>\n<main>\n<h1>Koniscope</h1>\n<p>{}.</p>\n", counts(films));
    page += &table(films);
    for (number, film) in films.iter().enumerate() {
        if let Ok(reading) = &film.outcome {
            page += &card(number, film, reading);
        }
    }
    page += "</main>\n<footer>\n";
    page += &format!("<p>Koniscope {}. {DISCLAIMER}</p>\n", env!("CARGO_PKG_VERSION"));
    page + &format!("</footer>\n<script>\n{SORT}</script>\n</body>\n</html>\n")
}

fn table(films: &[FilmReport]) -> String {
    let first = films.iter().find_map(FilmReport::reading);
    let probability = first.map_or("Probability".into(), |r| probability_title(&r.pneumoconiosis));
    let mut out = String::from("<table>\n<caption>All films</caption>\n<thead><tr>");
    let staged = films.iter().filter_map(FilmReport::reading).any(|r| r.stage.is_some());
    let by_rule = films.iter().filter_map(FilmReport::reading).any(|r| r.graded.is_some());
    let stage = staged.then_some(words::stage_title(by_rule));
    let heads = ["Film", &probability].into_iter().chain(stage);
    for head in heads.chain(["Right lung", "Left lung", "Quality"]) {
        out += &format!("<th scope=\"col\">{}</th>", escape(head));
    }
    out += "</tr></thead>\n<tbody>\n";
    for (number, film) in films.iter().enumerate() {
        out += &match &film.outcome {
            Ok(reading) => row(number, film, reading, staged),
            Err(failure) => failed_row(film, failure, if staged { 5 } else { 4 }),
        };
    }
    out + "</tbody>\n</table>\n"
}

fn row(number: usize, film: &FilmReport, reading: &Reading, staged: bool) -> String {
    let Reading { lungs, pneumoconiosis, quality, .. } = reading;
    let mut out = format!(
        "<tr><th scope=\"row\"><a href=\"#film-{number}\">{}</a></th>{}",
        escape(&film.path),
        probability_cell(pneumoconiosis.probability, reading),
    );
    if staged {
        out += &stage_cell(reading);
    }
    for lung in [&lungs.right, &lungs.left] {
        let order = lung.area_mm2.unwrap_or(lung.area_px as f64);
        out += &format!("<td class=\"number\" data-order=\"{order:.0}\">{}</td>", shown_area(lung));
    }
    let flags: Vec<String> = quality.flags.iter().map(|f| flag(f.kind, f.message)).collect();
    out + &format!("<td>{}</td></tr>\n", flags.join(" "))
}

fn failed_row(film: &FilmReport, failure: &Failure, cells: usize) -> String {
    let json = film.folder.as_deref().map_or(String::new(), |folder| {
        format!(" <a href=\"{}\">JSON</a>", link(folder, READING_FILE))
    });
    format!(
        "<tr class=\"failed\"><th scope=\"row\">{}</th><td colspan=\"{cells}\"><b>Not read</b> \
         <code>{}</code> {}.{json}</td></tr>\n",
        escape(&film.path),
        failure.kind,
        escape(failure.message.trim_end_matches('.')),
    )
}

/// The stage, ordered by its mean, with the clause that gave it.
fn stage_cell(reading: &Reading) -> String {
    let (Some(stage), Some((class, p))) = (&reading.stage, likeliest_stage(reading)) else {
        return "<td></td>".into();
    };
    let mean: f64 = stage.probabilities.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
    let clause = words::clause(reading).map_or(String::new(), |c| small(&c));
    format!(
        "<td data-order=\"{mean:.6}\"><span class=\"number\"><strong>{}</strong>, P {p:.2}</span>\
         {clause}</td>",
        escape(class),
    )
}

fn probability_cell(p: f64, reading: &Reading) -> String {
    let said = words::abstention(reading).into_iter().chain(words::decisions(reading));
    let said: String = said.map(|line| small(&line)).collect();
    format!(
        "<td data-order=\"{p:.6}\"><span class=\"bar\"><span style=\"width:{:.1}%\"></span></span> \
         <span class=\"number\">{p:.2}</span>{said}</td>",
        p * 100.0
    )
}

/// A line below, in small letters.
fn small(line: &str) -> String {
    format!("<br><small>{}</small>", escape(line))
}

fn shown_area(lung: &Lung) -> String {
    area(lung).replace("cm2", "cm<sup>2</sup>")
}

fn flag(kind: Flag, message: &str) -> String {
    let word = flag_word(kind).replace('_', " ");
    format!("<span class=\"flag\" title=\"{}\">{}</span>", escape(message), escape(&word))
}

fn card(number: usize, film: &FilmReport, reading: &Reading) -> String {
    let Reading { pneumoconiosis, lungs, quality, models, film: size, .. } = reading;
    let name = escape(film.file_name());
    let mut out = format!("<section id=\"film-{number}\">\n<h2>{}</h2>\n", escape(&film.path));
    if let Some(folder) = &film.folder {
        let overlay = link(folder, OVERLAY_FILE);
        let shown = match &reading.graded {
            None => format!("the local probability of {}", escape(&pneumoconiosis.target)),
            Some(_) => "the local probability of small opacities, the zones and their grades, and \
                        the large opacities,"
                .into(),
        };
        let _ = writeln!(
            out,
            "<a href=\"{overlay}\"><img src=\"{overlay}\" loading=\"lazy\" alt=\"{name}: the film \
             as read, and with the contours of the right and left lung and {shown} in color\"></a>"
        );
    }
    let mut facts = vec![(
        escape(&probability_title(pneumoconiosis)),
        format!("<strong>{:.2}</strong>", pneumoconiosis.probability),
    )];
    if let Some(reason) = words::abstention(reading) {
        facts.push(("Conclusion".into(), format!("<strong>{}</strong>", escape(&reason))));
    }
    let decisions = words::decisions(reading);
    if !decisions.is_empty() {
        facts.push(("At this site".into(), escape(&decisions.join("; "))));
    }
    if let (Some(probabilities), Some(stage)) = (&reading.stage, words::stage(reading)) {
        let clause = words::clause(reading).map_or(String::new(), |c| format!(": {}", escape(&c)));
        let title = words::stage_title(reading.graded.is_some());
        facts.push((title.into(), format!("<strong>{}</strong>{clause}", escape(&stage))));
        facts.push(("Stages".into(), escape(&words::stages(probabilities))));
    }
    if let Some(graded) = &reading.graded {
        facts.push(("ILO".into(), words::ilo(&graded.ilo)));
        for (name, side) in [("right", Side::Right), ("left", Side::Left)] {
            let grades = words::grades(reading, side).unwrap_or_default();
            facts.push((format!("Profusion, {name} lung, from above"), grades));
        }
        let large: Vec<String> = graded.large_opacities.iter().map(words::large_opacity).collect();
        if !large.is_empty() {
            facts.push(("Large opacities".into(), large.join("; ")));
        }
    }
    for (side, lung) in [("Right lung", &lungs.right), ("Left lung", &lungs.left)] {
        let pixels = match lung.area_mm2 {
            Some(_) => format!(" ({} px)", lung.area_px),
            None => String::new(),
        };
        facts.push((side.into(), shown_area(lung) + &pixels));
    }
    let flags: Vec<String> = quality.flags.iter().map(|f| escape(f.message)).collect();
    let flags = if flags.is_empty() { "nothing to say".into() } else { flags.join("; ") };
    facts.push(("Quality".into(), flags));
    facts.push(("Film".into(), format!("{} &times; {} pixels", size.width, size.height)));
    for (stage, model) in
        [("Lung model", &models.lungs), (words::grader(reading), &models.classifier)]
    {
        let short: String = model.sha256.chars().take(12).collect();
        let hash = format!("<code title=\"{}\">{}</code>", escape(&model.sha256), escape(&short));
        facts.push((stage.into(), format!("{} {hash}", escape(&model.id))));
    }
    if let Some(folder) = &film.folder {
        let (json, lungs) = (link(folder, READING_FILE), link(folder, LUNGS_FILE));
        let links = format!("<a href=\"{json}\">reading</a>, <a href=\"{lungs}\">label map</a>");
        facts.push(("Files".into(), links));
    }
    out += "<dl>\n";
    for (term, fact) in facts {
        let _ = writeln!(out, "<div><dt>{term}</dt><dd>{fact}</dd></div>");
    }
    out += "</dl>\n";
    for notice in notices(reading) {
        let _ = writeln!(out, "<p class=\"notice\">{}</p>", escape(&notice));
    }
    out + "</section>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, report::fake};

    #[test]
    fn the_page_has_every_film_its_pictures_and_the_warnings() {
        let page = html(&[
            fake::report("films/one.png", fake::read(2)),
            fake::report("films/two.png", fake::read(4)),
            fake::report("films/broken.png", Err(Error::Empty.into())),
        ]);
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
        assert!(page.contains("3 films: 2 read, 1 not read"));
        let body = &page[page.find("<body>").unwrap_or(0)..];
        let first_film = body.find("one.png").unwrap_or(0);
        for warning in [DISCLAIMER, "not pneumoconiosis"] {
            assert!(body.find(warning).is_some_and(|at| at < first_film), "{warning} comes first");
        }
        for reference in
            ["one/overlay.png", "one/lungs.png", "one/reading.json", "broken/reading.json"]
        {
            assert!(page.contains(&format!("\"{reference}\"")), "{reference}");
        }
        assert_eq!(page.matches("<img ").count(), page.matches(" alt=\"").count());
        assert_eq!(page.matches("<img ").count(), 2);
        assert!(page.contains("<code>empty</code> the file is empty"));
        assert!(!page.contains("http"), "nothing from the network");
    }

    #[test]
    fn names_are_text_never_markup() {
        let name = "a\"><script>alert(1)</script>&'.png";
        let mut film = fake::report(name, fake::read(2));
        film.folder = Some("a\"><script>#%?".into());
        let failure = Failure { kind: "io", message: name.into() };
        let page = html(&[film, fake::report(name, Err(failure))]);
        assert_eq!(page.matches("<script>").count(), 1, "only the page's own");
        assert!(page.contains("a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;.png"));
        assert!(page.contains("src=\"a%22%3E%3Cscript%3E%23%25%3F/overlay.png\""));
    }

    #[test]
    fn a_zone_grader_shows_stage_clause_zones_and_large_opacities() {
        let films = [
            fake::report("films/one.png", fake::read_zones()),
            fake::report("broken.png", Err(Error::Empty.into())),
        ];
        let page = html(&films);
        for said in [
            "<th scope=\"col\">Stage (GBZ 70)</th>",
            "<strong>II</strong>, P 0.9",
            "<small>overall profusion 2 in more than four zones</small>",
            "profusion 2/2 (positive), shapes q/t, large opacities not told without mm",
            "<dd>2 2 0</dd>",
            "right upper ",
            "Zone grader",
            "<td colspan=\"5\">",
        ] {
            assert!(page.contains(said), "{said}");
        }
        assert!(!html(&[fake::report("a.png", fake::read(2))]).contains("GBZ"));
    }

    #[test]
    fn no_film_is_a_page_too() {
        assert!(html(&[]).contains("0 films: 0 read, 0 not read"));
    }
}
