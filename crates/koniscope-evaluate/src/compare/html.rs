//! `compare.html`: one page, without script and without any other file; it prints on A4.

mod films;

use std::fmt::Write;

use super::{
    Comparison, Difference, Key, Party,
    plots::Plots,
    text::{apart, counts, figure, interval, name, p_value},
};
use crate::{THRESHOLD, report::page, svg::escape};

pub(super) fn html(comparison: &Comparison, plots: &Plots) -> String {
    let mut body = parties(comparison);
    body += &films::section(&comparison.films);
    body += &differences(comparison);
    body += "<section>\n<h2>Plots</h2>\n<div class=\"plots\">\n";
    for plot in plots.roc.iter().chain([&plots.differences]) {
        let _ = writeln!(body, "<figure>{plot}</figure>");
    }
    body += "</div>\n</section>\n";
    body += &right_or_wrong(comparison, plots);
    body += &films::disagreements(comparison);
    body += &films::left_out(&comparison.films);
    body += &methods(comparison);
    page("Comparison", &comparison.warnings, &body)
}

fn parties(comparison: &Comparison) -> String {
    let mut out = String::from(
        "<section>\n<h2>A and B</h2>\n<table>\n<thead><tr><th></th><th>Second stage</th>\
         <th>Lungs</th><th>Site's file</th><th>Evaluation</th><th>Films</th><th>Read</th></tr>\
         </thead>\n<tbody>\n",
    );
    for (letter, party) in comparison.parties() {
        let Party { models, at_site, folder, films, read, .. } = party;
        let model = |id: &str, sha256: &str| format!("{} ({:.8})", escape(id), escape(sha256));
        let _ = writeln!(
            out,
            "<tr><th>{letter}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{films}</td>\
             <td>{read}</td></tr>",
            model(&models.classifier.id, &models.classifier.sha256),
            model(&models.lungs.id, &models.lungs.sha256),
            if *at_site { "with one" } else { "without" },
            escape(folder),
        );
    }
    out + "</tbody>\n</table>\n</section>\n"
}

fn differences(comparison: &Comparison) -> String {
    let mut out = String::from(
        "<section>\n<h2>Differences</h2>\n<p>Of the films that both read. Above 0 the figure of A is \
         the higher one.</p>\n<table>\n<thead><tr><th>Figure</th><th>A</th><th>B</th>\
         <th>A less B (95 % interval)</th><th>p</th><th>p (Holm)</th><th>Films (patients)</th>\
         <th>Data</th><th>Interval by; test</th></tr></thead>\n<tbody>\n",
    );
    for row in &comparison.differences {
        out += &main_row(row);
        for other in &row.beside {
            let p = other.p.map(p_value).unwrap_or_default();
            let _ = writeln!(
                out,
                "<tr class=\"beside\"><td></td><td></td><td></td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td><td></td><td></td><td></td><td>beside: {}</td></tr>",
                interval(other),
                escape(&p),
                escape(&other.method)
            );
        }
    }
    out += "</tbody>\n</table>\n";
    for note in &comparison.notes {
        let _ = writeln!(out, "<p>{}.</p>", escape(note));
    }
    out + "</section>\n"
}

fn main_row(row: &Difference) -> String {
    let p = |p: Option<f64>| escape(&p.map(p_value).unwrap_or_default());
    let mut by = row.method.clone();
    if let Some(test) = row.test.as_ref().filter(|test| **test != row.method) {
        by = format!("{by}; {test}");
    }
    format!(
        "<tr><td>{}</td><td class=\"whole\">{}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{} ({})</td><td>{}</td><td>{}</td></tr>\n",
        escape(&name(row)),
        figure(row.a),
        figure(row.b),
        escape(&apart(row)),
        p(row.p),
        p(row.p_holm),
        row.n,
        row.patients,
        escape(&row.data),
        escape(&by)
    )
}

fn right_or_wrong(comparison: &Comparison, plots: &Plots) -> String {
    if plots.tables.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<section>\n<h2>Right and wrong</h2>\n<p>Films by who reads them right. McNemar's test \
         looks at those that one alone has right. Shares are of a row.</p>\n\
         <div class=\"plots small\">\n",
    );
    let rows = comparison.differences.iter().filter_map(|row| Some((row, row.table.as_ref()?)));
    for ((row, table), plot) in rows.zip(&plots.tables) {
        let _ = writeln!(
            out,
            "<figure>{plot}<figcaption>{}: {}.</figcaption></figure>",
            escape(&row.name),
            escape(&counts(table))
        );
    }
    out + "</div>\n</section>\n"
}

fn methods(comparison: &Comparison) -> String {
    let mut out = String::from("<section>\n<h2>Methods</h2>\n<dl>\n");
    let mut say = |term: &str, text: String| {
        let _ = writeln!(out, "<dt>{term}</dt><dd>{text}</dd>");
    };
    say("Command", format!("<code>{}</code>", escape(&comparison.run.command)));
    say("Program", format!("Koniscope {}", comparison.software.version));
    for (letter, party) in comparison.parties() {
        let label = party.label.as_deref().map_or("pneumoconiosis, or the stage", |label| label);
        say(
            &format!("{letter} was made by"),
            format!(
                "Koniscope {}, <code>{}</code>; disease: column {}; SHA-256 of the second stage \
                 <code>{}</code>, of the lungs <code>{}</code>",
                escape(&party.version),
                escape(&party.command),
                escape(label),
                escape(&party.models.classifier.sha256),
                escape(&party.models.lungs.sha256)
            ),
        );
    }
    let key = match comparison.run.key {
        Key::Image => "the picture's path in the tables",
        Key::Name => "the picture's file name",
        Key::Patient => "the patient, each with one film",
    };
    say(
        "Films",
        format!(
            "matched by {key}; labels and patients are the same in both. That the pictures are the \
             same is not checked"
        ),
    );
    say("Threshold", format!("{THRESHOLD}, the readers' own, fixed before"));
    say(
        "AUC",
        "DeLong, DeLong and Clarke-Pearson 1988, paired. Where patients have several films, by \
         Obuchowski's variance of sums over patients (1997), which is the same with one film each"
            .into(),
    );
    say(
        "Shares of right films",
        "McNemar 1947, exact. Where patients have several films, p is the share of all changes of \
         sign of the patients' differences that make their sum as large: the same with one film each"
            .into(),
    );
    say(
        "Other intervals",
        format!(
            "percentiles of 2000 bootstrap resamples of patients, the same for A and B, seed {}",
            comparison.run.seed
        ),
    );
    say("Several tests", "Holm 1979, over all p of this page but those beside".into());
    out + "</dl>\n</section>\n"
}
