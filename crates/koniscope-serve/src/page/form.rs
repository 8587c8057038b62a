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

use super::text::text;

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
fn named<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<(String, String)> {
    let label = |word: &str| {
        let key = format!("word.{word}");
        let label = text(&key);
        if label == key { word.to_owned() } else { label.to_owned() }
    };
    all.iter().map(|one| (word(*one).to_owned(), label(word(*one)))).collect()
}

fn kind(field: Field) -> Kind {
    use Field as F;
    let path = field.word();
    match field {
        F::Grade => Kind::One(named(Grade::ALL, Grade::word)),
        F::TypeOfReading => Kind::One(plain(TypeOfReading::ALL, TypeOfReading::word)),
        F::Primary | F::Secondary => Kind::One(plain(&Shape::ALL, Shape::name)),
        F::Profusion => {
            let all = (0..12).map(|i| Profusion::new(i).to_string());
            Kind::One(all.map(|name| (name.clone(), name)).collect())
        }
        F::Large => Kind::One(plain(&["O", "A", "B", "C"], |word| word)),
        F::Defects => Kind::Many(named(Defect::ALL, Defect::word)),
        F::Symbols => Kind::Many(plain(Symbol::ALL, Symbol::word)),
        F::Disorders => Kind::Many(named(Disorder::ALL, Disorder::word)),
        F::Parenchymal | F::Pleural | F::Other | F::SeePhysician | F::Notified => Kind::Answer,
        F::Comments => Kind::Text,
        F::DateOfRadiograph | F::BirthDate | F::DateNotified | F::DateOfReading => Kind::Day,
        _ if F::ZONES.contains(&field) => Kind::Tick,
        _ if path.contains(".extent.") => Kind::One(plain_extent(Extent::ALL, Extent::word)),
        _ if path.contains(".width.") => Kind::One(plain_extent(Width::ALL, Width::word)),
        _ if matches!(field.section(), Section::ThreeB | Section::ThreeC | Section::ThreeD) => {
            Kind::One(named(Sides::ALL, Sides::word))
        }
        _ => Kind::Line,
    }
}

/// Sizes by their own signs; without the half answer, which only tables of other programs hold.
fn plain_extent<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<(String, String)> {
    plain(all, word).into_iter().filter(|(word, _)| word != "present").collect()
}

/// The form of the ILO Classification.
pub(super) fn niosh() -> Markup {
    html! {
        @for section in Section::ALL {
            @let fields: Vec<Field> =
                Field::ALL.iter().copied().filter(|field| field.section() == *section).collect();
            // What most readers never fill in is folded away, and opens with the keyboard.
            @let folded = *section == Section::Heading;
            section.part data-part=(section.word()) {
                h3 { (text(&format!("section.{}", section.word()))) " " span.status {} }
                @if folded {
                    details { summary { (text("section.heading")) } (groups(&fields)) }
                } @else {
                    (groups(&fields))
                }
            }
        }
    }
}

fn groups(fields: &[Field]) -> Markup {
    html! {
        div.fields {
            @for field in fields { (group(&format!("niosh.{}", field.word()), &kind(*field))) }
        }
    }
}

/// The form of GBZ 70-2015.
pub(super) fn gbz70() -> Markup {
    let of = |field: &str| match field {
        "aggregation" => Kind::Answer,
        "exposed_to_asbestos" => Kind::Tick,
        "large" => Kind::One(vec![
            ("none".into(), text("word.none").into()),
            ("present".into(), text("word.small_large").into()),
            ("major".into(), text("word.major").into()),
        ]),
        "plaques" => {
            Kind::One(named(&["none", "present", "heart_or_diaphragm", "extensive"], |word| word))
        }
        _ => Kind::One(plain(ZoneGrade::ALL, ZoneGrade::word)),
    };
    html! {
        section.part data-part="gbz70" {
            h3 { (text("form.gbz70")) " " span.status {} }
            p #stage role="status" {}
            div.fields {
                @for field in Gbz70::FIELDS { (group(&format!("gbz70.{field}"), &of(field))) }
            }
        }
    }
}

/// For which kind of report the form is signed.
pub(super) fn report() -> Markup {
    html! {
        label { (text("form.report")) " "
            select #report {
                @for kind in ReportKind::ALL {
                    option value=(kind.word()) { (text(&format!("report.{}", kind.word()))) }
                }
            }
        }
    }
}

fn group(field: &str, kind: &Kind) -> Markup {
    let label = text(field).to_owned();
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
            vec![("true".into(), text("yes").into()), ("false".into(), text("no").into())]
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
