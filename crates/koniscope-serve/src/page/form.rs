//! The forms as HTML: a group of inputs a field, whose names are those of [`Forms::fields`].
//!
//! [`Forms::fields`]: koniscope::form::Forms::fields

use koniscope::{
    form::{
        gbz70::{Form as Gbz70, ZoneGrade},
        niosh_2_8::{
            Defect, Disorder, Extent, Field, Grade, ReportKind, Section, Sides, Symbol,
            TypeOfReading, Width,
        },
    },
    stage::ilo::{Profusion, Shape},
};
use maud::{Markup, html};

use super::text::Look;

/// What a field takes.
enum Kind {
    /// One of some words: value and label.
    One(Vec<(String, String)>),
    /// Yes or no.
    Answer,
    /// Any of some words.
    Many(Vec<(String, String)>),
    /// A tick.
    Tick,
    /// A line of text.
    Line,
    /// Text of several lines.
    Text,
    /// A day.
    Day,
}

fn plain<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<(String, String)> {
    all.iter().map(|one| (word(*one).to_owned(), word(*one).to_owned())).collect()
}

/// With labels of the table, where it has some.
fn named<T: Copy>(
    look: Look,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Vec<(String, String)> {
    let label = |word: &str| {
        let key = format!("word.{word}");
        let label = look.text(&key);
        if label == key { word.to_owned() } else { label.to_owned() }
    };
    all.iter().map(|one| (word(*one).to_owned(), label(word(*one)))).collect()
}

fn kind(look: Look, field: Field) -> Kind {
    use Field as F;
    let path = field.word();
    match field {
        F::Grade => Kind::One(named(look, Grade::ALL, Grade::word)),
        F::TypeOfReading => Kind::One(plain(TypeOfReading::ALL, TypeOfReading::word)),
        F::Primary | F::Secondary => Kind::One(plain(&Shape::ALL, Shape::name)),
        F::Profusion => {
            let all = (0..12).map(|i| Profusion::new(i).to_string());
            Kind::One(all.map(|name| (name.clone(), name)).collect())
        }
        F::Large => Kind::One(plain(&["O", "A", "B", "C"], |word| word)),
        F::Defects => Kind::Many(named(look, Defect::ALL, Defect::word)),
        F::Symbols => Kind::Many(plain(Symbol::ALL, Symbol::word)),
        F::Disorders => Kind::Many(named(look, Disorder::ALL, Disorder::word)),
        F::Parenchymal | F::Pleural | F::Other | F::SeePhysician | F::Notified => Kind::Answer,
        F::Comments => Kind::Text,
        F::DateOfRadiograph | F::BirthDate | F::DateNotified | F::DateOfReading => Kind::Day,
        _ if F::ZONES.contains(&field) => Kind::Tick,
        _ if path.contains(".extent.") => Kind::One(plain_extent(Extent::ALL, Extent::word)),
        _ if path.contains(".width.") => Kind::One(plain_extent(Width::ALL, Width::word)),
        _ if matches!(field.section(), Section::ThreeB | Section::ThreeC | Section::ThreeD) => {
            Kind::One(named(look, Sides::ALL, Sides::word))
        }
        _ => Kind::Line,
    }
}

/// Sizes by their own signs; without the half answer, which only tables of other programs hold.
fn plain_extent<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<(String, String)> {
    plain(all, word).into_iter().filter(|(word, _)| word != "present").collect()
}

/// The form of the ILO Classification.
pub(super) fn niosh(look: Look) -> Markup {
    html! {
        @for section in Section::ALL {
            @let fields: Vec<Field> =
                Field::ALL.iter().copied().filter(|field| field.section() == *section).collect();
            // What most readers never fill in is folded away, and opens with the keyboard.
            @let folded = *section == Section::Heading;
            section.part data-part=(section.word()) {
                h3 { (look.text(&format!("section.{}", section.word()))) " " span.status {} }
                @if folded {
                    details { summary { (look.text("section.heading")) } (groups(look, &fields)) }
                } @else {
                    (groups(look, &fields))
                }
            }
        }
    }
}

fn groups(look: Look, fields: &[Field]) -> Markup {
    html! {
        div.fields {
            @for field in fields { (group(look, &format!("niosh.{}", field.word()), &kind(look, *field))) }
        }
    }
}

/// The form of GBZ 70-2015.
pub(super) fn gbz70(look: Look) -> Markup {
    let of = |field: &str| match field {
        "aggregation" => Kind::Answer,
        "exposed_to_asbestos" => Kind::Tick,
        "large" => Kind::One(vec![
            ("none".into(), look.text("word.none").into()),
            ("present".into(), look.text("word.small_large").into()),
            ("major".into(), look.text("word.major").into()),
        ]),
        "plaques" => Kind::One(named(
            look,
            &["none", "present", "heart_or_diaphragm", "extensive"],
            |word| word,
        )),
        _ => Kind::One(plain(ZoneGrade::ALL, ZoneGrade::word)),
    };
    html! {
        section.part data-part="gbz70" {
            h3 { (look.text("form.gbz70")) " " span.status {} }
            p #stage role="status" {}
            div.fields {
                @for field in Gbz70::FIELDS { (group(look, &format!("gbz70.{field}"), &of(field))) }
            }
        }
    }
}

/// For which kind of report the form is signed.
pub(super) fn report(look: Look) -> Markup {
    html! {
        label { (look.text("form.report")) " "
            select #report {
                @for kind in ReportKind::ALL {
                    option value=(kind.word()) { (look.text(&format!("report.{}", kind.word()))) }
                }
            }
        }
    }
}

fn group(look: Look, field: &str, kind: &Kind) -> Markup {
    let label = look.text(field).to_owned();
    let id = field.replace('.', "-");
    let about = format!("{id}-about");
    let name = match kind {
        Kind::One(_) => "one",
        Kind::Answer => "answer",
        Kind::Many(_) => "many",
        Kind::Tick => "tick",
        Kind::Line | Kind::Text | Kind::Day => "text",
    };
    let choices = match kind {
        Kind::One(words) | Kind::Many(words) => words.clone(),
        Kind::Answer => {
            vec![("true".into(), look.text("yes").into()), ("false".into(), look.text("no").into())]
        }
        _ => Vec::new(),
    };
    let input = if matches!(kind, Kind::Many(_)) { "checkbox" } else { "radio" };
    html! {
        div.field data-field=(field) data-kind=(name) {
            @match kind {
                Kind::One(_) | Kind::Answer | Kind::Many(_) => {
                    fieldset aria-describedby=(about) {
                        legend { (label) }
                        @for (value, label) in &choices {
                            label.choice {
                                input type=(input) name=(field) value=(value); (label)
                            }
                        }
                    }
                }
                Kind::Tick => {
                    label.choice { input type="checkbox" name=(field) aria-describedby=(about); (label) }
                }
                Kind::Text => {
                    label for=(id) { (label) }
                    textarea id=(id) name=(field) rows="3" aria-describedby=(about) maxlength="4000" {}
                }
                Kind::Line | Kind::Day => {
                    label for=(id) { (label) }
                    input id=(id) name=(field) aria-describedby=(about) maxlength="200"
                        type=(if matches!(kind, Kind::Day) { "date" } else { "text" });
                }
            }
            div.about id=(about) { span.machine {} span.wanting {} }
        }
    }
}
