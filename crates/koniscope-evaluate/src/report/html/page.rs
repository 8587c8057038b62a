//! What all pages have: style, disclaimer, warnings.

use koniscope::reading::DISCLAIMER;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

/// A page of its own around `body`.
pub fn page(title: &str, warnings: &[String], body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " by Koniscope" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                p.disclaimer role="note" { (DISCLAIMER) }
                h1 { (title) }
                @for warning in warnings { p.warning role="note" { (warning) } }
                (body)
                footer { p { "Koniscope " (env!("CARGO_PKG_VERSION")) ". " (DISCLAIMER) } }
            }
        }
    }
    .into_string()
}

/// A part of a page under its title.
pub fn section(title: &str, body: &Markup) -> Markup {
    html! { section { h2 { (title) } (body) } }
}

/// Plots beside each other, those that there are.
pub fn plots(plots: impl IntoIterator<Item = Markup>) -> Markup {
    html! { div.plots { @for plot in plots { figure { (plot) } } } }
}

/// Terms and what is to be said of each.
pub fn terms(terms: impl IntoIterator<Item = (String, Markup)>) -> Markup {
    html! { dl { @for (term, text) in terms { dt { (term) } dd { (text) } } } }
}
