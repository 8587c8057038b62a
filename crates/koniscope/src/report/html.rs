//! One page for all films. It opens from the disk, without a server and without the network.

mod escape;

use std::fmt::Write;

use escape::{escape, link};

use super::{
    Failure, FilmReport, LUNGS_FILE, OVERLAY_FILE, READING_FILE,
    words::{all_notices, area, counts, flag_word, likeliest_stage, notices, probability_of},
};
use crate::{
    quality::Flag,
    reading::{DISCLAIMER, Lung, Reading},
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
    let probability = first.map_or("Probability".into(), |r| probability_of(&r.pneumoconiosis));
    let mut out = String::from("<table>\n<caption>All films</caption>\n<thead><tr>");
    for head in ["Film", &probability, "Right lung", "Left lung", "Quality"] {
        out += &format!("<th scope=\"col\">{}</th>", escape(head));
    }
    out += "</tr></thead>\n<tbody>\n";
    for (number, film) in films.iter().enumerate() {
        out += &match &film.outcome {
            Ok(reading) => row(number, film, reading),
            Err(failure) => failed_row(film, failure),
        };
    }
    out + "</tbody>\n</table>\n"
}

fn row(number: usize, film: &FilmReport, reading: &Reading) -> String {
    let Reading { lungs, pneumoconiosis, quality, .. } = reading;
    let mut out = format!(
        "<tr><th scope=\"row\"><a href=\"#film-{number}\">{}</a></th>{}",
        escape(&film.path),
        probability_cell(pneumoconiosis.probability, likeliest_stage(reading)),
    );
    for lung in [&lungs.right, &lungs.left] {
        let order = lung.area_mm2.unwrap_or(lung.area_px as f64);
        out += &format!("<td class=\"number\" data-order=\"{order:.0}\">{}</td>", shown_area(lung));
    }
    let flags: Vec<String> = quality.flags.iter().map(|f| flag(f.kind, f.message)).collect();
    out + &format!("<td>{}</td></tr>\n", flags.join(" "))
}

fn failed_row(film: &FilmReport, failure: &Failure) -> String {
    let json = film.folder.as_deref().map_or(String::new(), |folder| {
        format!(" <a href=\"{}\">JSON</a>", link(folder, READING_FILE))
    });
    format!(
        "<tr class=\"failed\"><th scope=\"row\">{}</th><td colspan=\"4\"><b>Not read</b> \
         <code>{}</code> {}.{json}</td></tr>\n",
        escape(&film.path),
        failure.kind,
        escape(failure.message.trim_end_matches('.')),
    )
}

fn probability_cell(p: f64, stage: Option<(&str, f64)>) -> String {
    let stage = stage.map_or(String::new(), |(class, p)| {
        format!("<br><small>likeliest: {} {p:.2}</small>", escape(class))
    });
    format!(
        "<td data-order=\"{p:.6}\"><span class=\"bar\"><span style=\"width:{:.1}%\"></span></span> \
         <span class=\"number\">{p:.2}</span>{stage}</td>",
        p * 100.0
    )
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
        let (overlay, target) = (link(folder, OVERLAY_FILE), escape(&pneumoconiosis.target));
        let _ = writeln!(
            out,
            "<a href=\"{overlay}\"><img src=\"{overlay}\" loading=\"lazy\" alt=\"{name}: the film \
             as read, and with the contours of the right and left lung and the local probability \
             of {target} in color\"></a>"
        );
    }
    let mut facts = vec![(
        escape(&probability_of(pneumoconiosis)),
        format!("<strong>{:.2}</strong>", pneumoconiosis.probability),
    )];
    if let Some(stage) = &reading.stage {
        let pairs = stage.classes.iter().zip(&stage.probabilities);
        let stages: Vec<String> = pairs.map(|(c, p)| format!("{} {p:.2}", escape(c))).collect();
        facts.push(("Stages".into(), stages.join(", ")));
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
    for (stage, model) in [("Lung model", &models.lungs), ("Classifier", &models.classifier)] {
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
    fn no_film_is_a_page_too() {
        assert!(html(&[]).contains("0 films: 0 read, 0 not read"));
    }
}
