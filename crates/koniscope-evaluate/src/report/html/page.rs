//! What all pages have: style, disclaimer, warnings.

use std::fmt::Write;

use koniscope::reading::DISCLAIMER;

use crate::svg::escape;

const STYLE: &str = include_str!("style.css");

/// A page of its own around `body`, which is markup; title and warnings are text.
pub fn page(title: &str, warnings: &[String], body: &str) -> String {
    let mut page = String::new();
    page += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    let _ = writeln!(page, "<title>{title} by Koniscope</title>\n<style>\n{STYLE}</style>");
    let _ =
        writeln!(page, "</head>\n<body>\n<p class=\"disclaimer\" role=\"note\">{DISCLAIMER}</p>");
    let _ = writeln!(page, "<h1>{title}</h1>");
    for warning in warnings {
        let _ = writeln!(page, "<p class=\"warning\" role=\"note\">{}</p>", escape(warning));
    }
    page += body;
    let _ = writeln!(
        page,
        "<footer><p>Koniscope {}. {DISCLAIMER}</p></footer>",
        env!("CARGO_PKG_VERSION")
    );
    page + "</body>\n</html>\n"
}
