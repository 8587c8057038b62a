//! What can be signed, and what is kept of it.

use serde_json::{Value, json};

use super::*;
use crate::{
    form::{gbz70, niosh_2_8::full_form},
    report::{fake, schema},
};

fn film() -> FilmIdentity {
    FilmIdentity {
        name: "a".into(),
        sha256: "00ff".into(),
        size: Some([600, 700]),
        sop_instance_uid: None,
    }
}

fn draft() -> Draft {
    Draft {
        niosh: full_form(),
        gbz70: gbz70::Form::default(),
        said: BTreeMap::new(),
        report: ReportKind::Cwhsp,
        view: Some(View { center: 2048.0, width: 4096.0 }),
        reason: String::new(),
    }
}

fn alone<'a>() -> Circumstances<'a> {
    Circumstances {
        film: film(),
        mode: Mode::ReaderFirst,
        machine: None,
        times: ["2026-11-30T22:00:00Z".into(), "2026-11-30T22:05:00Z".into()],
        account: None,
        seen: Vec::new(),
        before: None,
    }
}

/// A form signed without the machine.
pub(crate) fn signed() -> Signed {
    Signed::sign(&draft(), alone()).unwrap()
}

#[test]
fn a_full_form_is_signed_and_read_back() {
    let signed = signed();
    assert_eq!((signed.number, &signed.reason, &signed.previous_sha256), (1, &None, &None));
    assert_eq!(signed.forms.niosh, full_form());
    assert!(signed.decisions.is_empty() && signed.models.is_none() && signed.stage.is_none());
    assert_eq!(Signed::parse(&signed.json()).unwrap(), signed);
    let other = signed.json().replace("\"schema_version\": 1", "\"schema_version\": 9");
    assert!(Signed::parse(&other).unwrap_err().contains("schema_version is 9"));
    assert!(Signed::parse("{}").is_err());
}

#[test]
fn an_empty_form_is_not_signed() {
    let empty = Draft { niosh: Default::default(), ..draft() };
    let wanting = Signed::sign(&empty, alone()).unwrap_err();
    assert!(wanting.iter().all(|wanting| wanting.needed));
    assert!(wanting.iter().any(|wanting| wanting.field == "niosh.image_quality.grade"));
    assert!(wanting.iter().any(|wanting| wanting.field == "niosh.reader.zip"));
    let mut half = draft();
    half.gbz70.aggregation = Some(true);
    let wanting = Signed::sign(&half, alone()).unwrap_err();
    assert_eq!(wanting.len(), 7, "six zones and large opacities: {wanting:?}");
}

#[test]
fn the_machine_s_answers_are_decided_before() {
    let reading = fake::read_zones().unwrap();
    let proposal = Proposal::of(&reading).unwrap();
    let with = |draft: &Draft| {
        let machine = Some((&proposal, &reading.models));
        Signed::sign(draft, Circumstances { mode: Mode::MachineFirst, machine, ..alone() })
    };
    let mut draft = draft();
    let large = draft.niosh.large;
    (draft.niosh.parenchymal, draft.niosh.small) =
        (proposal.forms.niosh.parenchymal, proposal.forms.niosh.small.clone());
    draft.niosh.large = large;
    draft.gbz70 = proposal.forms.gbz70.clone();
    draft.gbz70.large = Some(crate::stage::gbz70::Large::None);
    let wanting = with(&draft).unwrap_err();
    assert_eq!(wanting.len(), proposal.fields.len(), "{wanting:?}");
    assert!(wanting.iter().all(|wanting| wanting.rule == Rule::Undecided));

    let accepted = Mark { decision: Decision::Accepted, reason: String::new() };
    draft.said = proposal.fields.iter().map(|field| (field.clone(), accepted.clone())).collect();
    let signed = with(&draft).unwrap();
    assert!(signed.decisions.values().all(|d| d.mark.decision == Decision::Accepted));
    assert_eq!(signed.models, Some(reading.models.clone()));
    assert_eq!(signed.stage.clone().unwrap().stage.name(), "II");
    assert_eq!(Signed::parse(&signed.json()).unwrap(), signed);
    assert_eq!(schema::fault(&value(&signed), SCHEMA, "signed"), None);

    let zone = "niosh.small.zones.left_upper";
    draft.niosh.small.zones.0[3] = false;
    let rejected = Mark { decision: Decision::Rejected, reason: " ".into() };
    draft.said.insert(zone.into(), rejected);
    let wanting = with(&draft).unwrap_err();
    assert_eq!((wanting.len(), wanting[0].rule), (1, Rule::ReasonNeeded));
    draft.said.get_mut(zone).unwrap().reason = "scapula".into();
    let decided = &with(&draft).unwrap().decisions[zone];
    assert_eq!((decided.proposed.clone(), decided.mark.reason.as_str()), (json!(true), "scapula"));
}

#[test]
fn an_addendum_names_what_it_is_added_to_and_why() {
    let first = signed();
    let before = Some((&first, "abcd".to_owned()));
    let again = |reason: &str| {
        let draft = Draft { reason: reason.into(), ..draft() };
        Signed::sign(&draft, Circumstances { before: before.clone(), ..alone() })
    };
    assert_eq!(again(" ").unwrap_err()[0].field, "reason");
    let addendum = again("seen with the machine").unwrap();
    assert_eq!((addendum.number, addendum.previous_sha256.as_deref()), (2, Some("abcd")));
    assert_eq!(addendum.reason.as_deref(), Some("seen with the machine"));
    assert_eq!(schema::fault(&value(&addendum), SCHEMA, "signed"), None);
}

const SCHEMA: &str = include_str!("../../../../../docs/reference/signed.schema.json");

fn value(signed: &Signed) -> Value {
    serde_json::from_str(&signed.json()).unwrap()
}

#[test]
fn what_is_signed_is_what_the_schema_says() {
    let good = value(&signed());
    assert_eq!(schema::fault(&good, SCHEMA, "signed"), None);
    for (pointer, bad) in [
        ("/niosh/image_quality/grade", json!("4")),
        ("/niosh/symbols", json!(["pl"])),
        ("/niosh/small/profusion", json!("0/2")),
        ("/niosh/plaques/extent/right", json!("a")),
        ("/niosh/heading", json!({})),
        ("/gbz70/zones/right_upper", json!("4")),
        ("/mode", json!("blind")),
        ("/number", json!(0)),
        ("/film", json!({})),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = bad;
        assert!(schema::fault(&changed, SCHEMA, "signed").is_some(), "{pointer}");
    }
}

/// The lists of the schema are those of the code.
#[test]
fn the_schema_knows_every_word() {
    use crate::form::niosh_2_8::*;
    let root: Value = serde_json::from_str(SCHEMA).unwrap();
    fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Value {
        all.iter().map(|one| json!(word(*one))).collect()
    }
    for (name, words) in [
        ("grade", words(Grade::ALL, Grade::word)),
        ("defect", words(Defect::ALL, Defect::word)),
        ("sides", words(Sides::ALL, Sides::word)),
        ("extent", words(Extent::ALL, Extent::word)),
        ("width", words(Width::ALL, Width::word)),
        ("symbol", words(Symbol::ALL, Symbol::word)),
        ("disorder", words(Disorder::ALL, Disorder::word)),
        ("zone_grade", words(gbz70::ZoneGrade::ALL, gbz70::ZoneGrade::word)),
        ("decision", words(Decision::ALL, Decision::word)),
        ("mode", words(Mode::ALL, Mode::word)),
        ("report", words(ReportKind::ALL, ReportKind::word)),
        ("type_of_reading", words(TypeOfReading::ALL, TypeOfReading::word)),
    ] {
        assert_eq!(root["$defs"][name]["enum"], words, "{name}");
    }
}
