//! Which crate may know which: arrows go down only.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{list, metadata, no_faults, text};

/// Each crate, and those of the workspace that it may depend on. Tests may depend on others.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("koniscope-engine", &[]),
    ("koniscope-metrics", &[]),
    ("koniscope-dicom", &[]),
    ("koniscope-data", &[]),
    ("koniscope", &["koniscope-engine", "koniscope-dicom", "koniscope-data"]),
    ("koniscope-datasets", &["koniscope-data"]),
    ("koniscope-simulate", &["koniscope", "koniscope-dicom", "koniscope-data"]),
    ("koniscope-evaluate", &["koniscope", "koniscope-metrics", "koniscope-data"]),
    ("koniscope-serve", &["koniscope", "koniscope-dicom", "koniscope-data"]),
    (
        "koniscope-train",
        &[
            "koniscope",
            "koniscope-engine",
            "koniscope-metrics",
            "koniscope-data",
            "koniscope-simulate",
        ],
    ),
    (
        "koniscope-reproduce",
        &[
            "koniscope",
            "koniscope-metrics",
            "koniscope-data",
            "koniscope-simulate",
            "koniscope-evaluate",
            "koniscope-train",
        ],
    ),
    ("koniscope-door", &["koniscope", "koniscope-engine"]),
    (
        "koniscope-train-cli",
        &[
            "koniscope",
            "koniscope-engine",
            "koniscope-door",
            "koniscope-reproduce",
            "koniscope-train",
        ],
    ),
    (
        "koniscope-cli",
        &[
            "koniscope",
            "koniscope-door",
            "koniscope-engine",
            "koniscope-metrics",
            "koniscope-dicom",
            "koniscope-data",
            "koniscope-datasets",
            "koniscope-simulate",
            "koniscope-evaluate",
            "koniscope-serve",
        ],
    ),
    ("xtask", &[]),
];

/// Packages that one crate alone may depend on, by the beginning of their names: the tensor framework.
const RESERVED: &[(&str, &str)] = &[("burn", "koniscope-train")];

/// The one crate whose code may be `unsafe`. All others take the workspace's lints, which forbid it.
const MAY_BE_UNSAFE: &str = "koniscope-engine";

/// Holds the crates to the table.
pub(crate) fn layers(root: &Path) -> Result<String> {
    let metadata = metadata(root)?;
    let members: Vec<&Value> =
        list(&metadata, "packages").iter().filter(|package| package["source"].is_null()).collect();
    let mut faults: Vec<String> = members.iter().flat_map(|member| arrows(member)).collect();
    for member in &members {
        let manifest = Path::new(text(member, "manifest_path"));
        faults.extend(lints(text(member, "name"), &fs::read_to_string(manifest)?)?);
    }
    let workspace: toml::Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    if workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str() != Some("forbid") {
        faults.push("the workspace no longer forbids unsafe code".into());
    }
    no_faults(&faults, format!("{} crates know only what they may", members.len()))
}

/// Arrows of one crate that the tables do not allow.
fn arrows(package: &Value) -> Vec<String> {
    let name = text(package, "name");
    let Some((_, may)) = MAY_KNOW.iter().find(|(known, _)| *known == name) else {
        return vec![format!("{name} is in no row of xtask/src/checks/layers.rs; give it one")];
    };
    let mut faults = Vec::new();
    for dependency in list(package, "dependencies") {
        let to = text(dependency, "name");
        let is_own = !dependency["path"].is_null();
        let is_for_tests = dependency["kind"] == "dev";
        if is_own && !is_for_tests && !may.contains(&to) {
            faults.push(format!("{name} may not depend on {to}"));
        }
        for (begins, alone) in RESERVED {
            if (to == *begins || to.starts_with(&format!("{begins}-"))) && name != *alone {
                faults.push(format!("{name} may not depend on {to}; {alone} alone may"));
            }
        }
    }
    faults
}

/// A crate that does not take the workspace's lints, though its code may not be unsafe.
fn lints(name: &str, manifest: &str) -> Result<Option<String>> {
    let manifest: toml::Table = toml::from_str(manifest).with_context(|| name.to_owned())?;
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    let takes = lints.and_then(toml::Value::as_bool) == Some(true);
    let fault = !takes && name != MAY_BE_UNSAFE;
    Ok(fault.then(|| format!("{name} does not take the workspace's lints, which forbid unsafe")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, to: &str, kind: Option<&str>) -> Value {
        let path = to.starts_with("koniscope").then_some("/there");
        json!({"name": name, "dependencies": [{"name": to, "kind": kind, "path": path}]})
    }

    #[test]
    fn arrows_go_down_only() {
        for (name, to, kind, fault) in [
            ("koniscope", "koniscope-engine", None, ""),
            ("koniscope", "koniscope-train", None, "koniscope may not depend on koniscope-train"),
            ("koniscope", "koniscope-simulate", Some("dev"), ""),
            ("koniscope", "koniscope-simulate", Some("build"), "koniscope may not depend on"),
            ("koniscope-train", "burn-store", None, ""),
            ("koniscope", "burn-store", Some("dev"), "koniscope-train alone may"),
            ("koniscope-new", "serde", None, "in no row"),
        ] {
            let faults = arrows(&package(name, to, kind)).join("");
            assert!(faults.contains(fault) && faults.is_empty() == fault.is_empty(), "{faults}");
        }
    }

    #[test]
    fn unsafe_code_is_forbidden_by_the_lints() {
        let taken = "[lints]\nworkspace = true";
        assert_eq!(lints("koniscope", taken).expect("valid"), None);
        assert!(lints("koniscope", "[lints.rust]").expect("valid").is_some());
        assert_eq!(lints(MAY_BE_UNSAFE, "").expect("valid"), None);
    }
}
