//! What is written is what docs/reference/reading.schema.json says; and the check of any such file.

use serde_json::{Value, json};

use crate::{
    Error,
    report::{fake, film},
};

const SCHEMA: &str = include_str!("../../../../../docs/reference/reading.schema.json");

/// The first place of `value` that does not fit `schema`, of the keywords that the file uses.
fn check(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    let items = || value.as_array().into_iter().flatten();
    let fits = |schema: &Value| check(value, schema, root);
    for (keyword, rule) in schema.as_object().unwrap() {
        let is_good = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                fits(root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap())?;
                true
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => match rule {
                Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind)),
                kind => is_of(value, kind),
            },
            "minimum" => value.as_f64().is_none_or(|v| v >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|v| v <= rule.as_f64().unwrap()),
            "minItems" => items().count() as u64 >= rule.as_u64().unwrap(),
            "maxItems" => items().count() as u64 <= rule.as_u64().unwrap(),
            "items" => {
                items().try_for_each(|item| check(item, rule, root))?;
                true
            }
            "required" => {
                let names = rule.as_array().unwrap();
                names.iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "additionalProperties" => {
                let known = |name: &str| schema["properties"].get(name).is_some();
                let others = || value.as_object().into_iter().flatten().filter(|(n, _)| !known(n));
                match rule {
                    Value::Bool(false) => others().count() == 0,
                    rule => {
                        others().try_for_each(|(_, other)| check(other, rule, root))?;
                        true
                    }
                }
            }
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        check(value, rule, root).map_err(|e| format!("{name}: {e}"))?;
                    }
                }
                true
            }
            "anyOf" => rule.as_array().unwrap().iter().any(|rule| fits(rule).is_ok()),
            "oneOf" => rule.as_array().unwrap().iter().filter(|r| fits(r).is_ok()).count() == 1,
            other => panic!("the test does not know {other}"),
        };
        if !is_good {
            return Err(format!("{keyword} {rule}, not {value}"));
        }
    }
    Ok(())
}

fn is_of(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other}"),
    }
}

/// The first place of `value` that does not fit `$defs/name` of a schema, or its root.
pub(crate) fn fault(value: &Value, schema: &str, name: &str) -> Option<String> {
    let root: Value = serde_json::from_str(schema).unwrap();
    check(value, &root["$defs"][name], &root).and_then(|()| check(value, &root, &root)).err()
}

fn written(outcome: Result<crate::Reading, super::Failure>) -> Value {
    serde_json::from_str(&film(&fake::report("films/a.png", outcome))).unwrap()
}

#[test]
fn every_kind_of_result_is_as_the_schema_says() {
    for outcome in [fake::read(2), fake::read(4), fake::read_zones(), fake::read_at_site()] {
        assert_eq!(fault(&written(outcome), SCHEMA, "reading"), None);
    }
    assert_eq!(fault(&written(Err(Error::Empty.into())), SCHEMA, "not_read"), None);
}

#[test]
fn what_is_written_otherwise_is_found() {
    let reading = written(fake::read_zones());
    for (pointer, value, named) in [
        ("/pneumoconiosis/probability", json!(1.5), "probability: maximum"),
        ("/zones/right_upper/grade", json!("2"), "grade: "),
        ("/lungs/right/area_px", json!(null), "area_px: "),
        ("/ilo/form", json!({}), "form: required"),
        ("/models", json!([]), "models: "),
        ("/gbz70/probabilities", json!([1.0]), "probabilities: minItems"),
    ] {
        let mut changed = reading.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        let found = fault(&changed, SCHEMA, "reading").unwrap();
        assert!(found.contains(named), "{found}");
    }
    let mut more = reading;
    more["ilo"]["positive"] = json!(true);
    assert!(fault(&more, SCHEMA, "reading").unwrap().contains("ilo: additionalProperties"));
}
