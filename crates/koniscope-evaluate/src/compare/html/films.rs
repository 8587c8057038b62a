//! Films that are compared, those on which A and B disagree, and those left out.

use std::fmt::Write;

use super::super::{
    Comparison, Films,
    text::{truth, view},
};
use crate::{THRESHOLD, figures::named, svg::escape};

/// Films that a list shows; the rest stands in `compare.json`.
const LISTED: usize = 100;

/// How many there are.
pub(super) fn section(films: &Films) -> String {
    let mut out = String::from(
        "<section>\n<h2>Data</h2>\n<table>\n<thead><tr><th>Data</th><th>Films of both</th>\
         <th>Read by both</th><th>Patients</th><th>With disease</th><th>Without</th>\
         <th>In A alone</th><th>In B alone</th></tr></thead>\n<tbody>\n",
    );
    let _ = writeln!(
        out,
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
         <td>{}</td></tr>\n</tbody>\n</table>",
        escape(&films.data),
        films.matched,
        films.compared,
        films.patients,
        films.with_disease,
        films.without_disease,
        films.only_a.len(),
        films.only_b.len()
    );
    let [zero, one, two, three] = films.stages;
    if zero + one + two + three > 0 {
        let _ = writeln!(
            out,
            "<p>True stages: 0: {zero}, I: {one}, II: {two}, III: {three} films.</p>"
        );
    }
    out + "</section>\n"
}

/// Films on which they disagree, the farthest apart first.
pub(super) fn disagreements(comparison: &Comparison) -> String {
    let films = &comparison.disagreements;
    let mut out = format!(
        "<section>\n<h2>Films on which A and B disagree</h2>\n<p>{} of {} films: another stage, or \
         another side of {THRESHOLD}. By stages between them, then by probability.</p>\n",
        films.len(),
        comparison.films.compared
    );
    if films.is_empty() {
        return out + "</section>\n";
    }
    out += "<table>\n<thead><tr><th>Film</th><th>Data</th><th>True</th><th>A, stage (P of disease)\
            </th><th>B</th><th>Right</th></tr></thead>\n<tbody>\n";
    for film in films.iter().take(LISTED) {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&film.image),
            escape(&named(&film.source, film.simulated)),
            truth(film),
            view(film.a),
            view(film.b),
            film.right.map_or("unknown", |right| right.word())
        );
    }
    out + "</tbody>\n</table>\n" + &more(films.len()) + "</section>\n"
}

/// Films in no figure, and why.
pub(super) fn left_out(films: &Films) -> String {
    let not = |why: &Option<String>| why.as_deref().map_or("read".into(), escape);
    let alone = films.only_a.iter().map(|image| (image, "in A alone".to_owned()));
    let alone = alone.chain(films.only_b.iter().map(|image| (image, "in B alone".to_owned())));
    let read = films
        .not_read
        .iter()
        .map(|film| (&film.image, format!("A: {}<br>B: {}", not(&film.a), not(&film.b))));
    let mut out = String::from("<section>\n<h2>Films left out</h2>\n");
    if films.left_out() == 0 {
        return out + "<p>None.</p>\n</section>\n";
    }
    out += "<table>\n<thead><tr><th>Film</th><th>Why</th></tr></thead>\n<tbody>\n";
    for (image, why) in alone.chain(read).take(LISTED) {
        let _ = writeln!(out, "<tr><td>{}</td><td>{why}</td></tr>", escape(image));
    }
    out + "</tbody>\n</table>\n" + &more(films.left_out()) + "</section>\n"
}

fn more(films: usize) -> String {
    match films.saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("<p>And {more} more, in compare.json.</p>\n"),
    }
}
