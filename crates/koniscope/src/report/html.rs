//! Films for people, as HTML: a row and a card for each. One page of them opens from the disk, without a
//! server and without the network.

mod card;
mod table;

pub use card::card;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    FilmReport,
    words::{all_notices, counts},
};
use crate::reading::DISCLAIMER;

const STYLE: &str = include_str!("html/style.css");

/// Sorts the table; without it the page only stays in the films' order.
const SORT: &str = include_str!("html/sort.js");

/// `index.html`: disclaimer and notices, a table of all films, and a card with the picture of each
/// film that was read. Pictures and JSON are linked in each film's folder beside the page.
pub fn index(films: &[FilmReport]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Koniscope: " (counts(films)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.disclaimer role="note" { (DISCLAIMER) }
                    @for notice in all_notices(films) {
                        p.notice role="note" { (notice) }
                    }
                }
                main {
                    h1 { "Koniscope" }
                    p { (counts(films)) "." }
                    (table::table(films))
                    @for (number, film) in films.iter().enumerate() {
                        @if let Ok(reading) = &film.outcome {
                            (card(&anchor(number), film, reading))
                        }
                    }
                }
                footer { p { "Koniscope " (env!("CARGO_PKG_VERSION")) ". " (DISCLAIMER) } }
                script { (PreEscaped(SORT)) }
            }
        }
    }
}

/// Where the card of a film is on the page.
fn anchor(number: usize) -> String {
    format!("film-{number}")
}

/// Relative address of a file in a folder; all but RFC 3986's unreserved characters are percent
/// encoded.
fn link(folder: &str, file: &str) -> String {
    let mut out = String::new();
    for byte in folder.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte.into());
            }
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out + "/" + file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Error,
        report::{Failure, fake},
    };

    fn page(films: &[FilmReport]) -> String {
        index(films).into_string()
    }

    #[test]
    fn a_folder_is_one_segment_of_an_address() {
        assert_eq!(link("a b/\u{e9}#", "x.png"), "a%20b%2F%C3%A9%23/x.png");
    }

    #[test]
    fn the_page_has_every_film_its_pictures_and_the_warnings() {
        let page = page(&[
            fake::report("films/one.png", fake::read(2)),
            fake::report("films/two.png", fake::read(4)),
            fake::report("films/broken.png", Err(Error::Empty.into())),
        ]);
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
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
    fn names_are_text_never_markup_and_read_as_they_are_written() {
        let name = "a\"><script>alert(1)</script>&\u{202e}gnp.png";
        let mut film = fake::report(name, fake::read(2));
        film.folder = Some("a\"><script>#%?".into());
        let failure = Failure { kind: "io".into(), message: name.into() };
        let page = page(&[film, fake::report(name, Err(failure))]);
        assert_eq!(page.matches("<script>").count(), 1, "only the page's own");
        assert!(page.contains("a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;?gnp.png"));
        assert!(page.contains("src=\"a%22%3E%3Cscript%3E%23%25%3F/overlay.png\""));
        assert!(!page.contains('\u{202e}'), "nothing turns the direction of what follows");
    }

    #[test]
    fn a_zone_grader_shows_stage_clause_zones_and_large_opacities() {
        let films = [
            fake::report("films/one.png", fake::read_zones()),
            fake::report("broken.png", Err(Error::Empty.into())),
        ];
        let shown = page(&films);
        for said in [
            "<th scope=\"col\">Probability of pneumoconiosis, calibrated on simulated films</th>",
            "<th scope=\"col\">Stage (GBZ 70)</th>",
            "<strong>II</strong>, P 0.80-0.95",
            "<small>overall profusion 2 in more than four zones</small>",
            "shapes q/t, large opacities not told without mm",
            "<dd>2 2 0</dd>",
            "right upper ",
            "Zone grader",
            "<td colspan=\"5\">",
        ] {
            assert!(shown.contains(said), "{said}");
        }
        assert!(!shown.contains("positive"), "no operating point was measured");
        assert!(!page(&[fake::report("a.png", fake::read(2))]).contains("GBZ"));
    }

    #[test]
    fn no_film_is_a_page_too() {
        assert!(page(&[]).contains("0 films: 0 read, 0 not read"));
    }
}
