//! What the program is built from, by the rules of `deny.toml`: licences, sources and versions. The file is
//! also one of cargo-deny, which knows advisories besides; building it takes longer than most steps.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::{list, metadata, no_faults, text};

#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// Holds every package that something of the workspace is built from to the rules.
pub(crate) fn licenses(root: &Path) -> Result<String> {
    let rules = fs::read_to_string(root.join("deny.toml")).context("deny.toml")?;
    let rules: Rules = toml::from_str(&rules).context("deny.toml")?;
    let metadata = metadata(root)?;
    let used = used(root)?;
    let mut faults = Vec::new();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    let packages = list(&metadata, "packages").iter().filter(|p| used.contains(&title(p)));
    for package in packages.clone() {
        faults.extend(fault(package, &rules));
        *versions.entry(text(package, "name")).or_default() += 1;
    }
    let twice = versions.values().filter(|count| **count > 1).count();
    let line = format!(
        "{} packages keep the rules of deny.toml; {twice} are there in several versions; advisories are not \
         asked for",
        packages.count()
    );
    no_faults(&faults, line)
}

/// Names and versions of all that the workspace is built from: more stands in the lock file and in cargo's
/// metadata, of features that nobody asks for.
fn used(root: &Path) -> Result<BTreeSet<String>> {
    let output = Command::new("cargo")
        .args(["tree", "--workspace", "--locked", "--all-features", "--target", "all"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(root)
        .output()
        .context("cargo did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo tree: {said}");
    Ok(packages(&String::from_utf8_lossy(&output.stdout)))
}

/// `name version` of each line that begins with `name vVERSION`.
fn packages(tree: &str) -> BTreeSet<String> {
    let package = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name} {}", rest.split(' ').next()?))
    };
    tree.lines().filter_map(package).collect()
}

fn title(package: &Value) -> String {
    format!("{} {}", text(package, "name"), text(package, "version"))
}

/// What of a package breaks a rule.
fn fault(package: &Value, rules: &Rules) -> Option<String> {
    let name = title(package);
    let Some(source) = package["source"].as_str() else {
        // One of our own: a version that may be any is no version.
        let any = list(package, "dependencies")
            .iter()
            .find(|d| text(d, "req") == "*" && d["path"].is_null())?;
        return Some(format!("{name} takes any version of {}", text(any, "name")));
    };
    if !rules.sources.allow_registry.iter().any(|r| source == format!("registry+{r}")) {
        return Some(format!("{name} comes from {source}"));
    }
    let license = text(package, "license");
    let allowed = Expression::new(license).holds(&rules.licenses.allow);
    (!allowed).then(|| format!("{name} is under {license:?}, which deny.toml does not allow"))
}

/// A licence expression of SPDX, read word by word.
struct Expression {
    /// Backwards: the next word is the last.
    words: Vec<String>,
}

impl Expression {
    fn new(license: &str) -> Self {
        // Old manifests write a slash for OR.
        let spaced = license.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        Self { words: spaced.split_whitespace().rev().map(String::from).collect() }
    }

    /// Whether the allowed licences satisfy it. No expression is satisfied by none.
    fn holds(mut self, allowed: &[String]) -> bool {
        let holds = self.any(allowed);
        holds && self.words.is_empty()
    }

    fn any(&mut self, allowed: &[String]) -> bool {
        let mut holds = self.all(allowed);
        while self.next_is("OR") {
            holds |= self.all(allowed);
        }
        holds
    }

    fn all(&mut self, allowed: &[String]) -> bool {
        let mut holds = self.one(allowed);
        while self.next_is("AND") {
            holds &= self.one(allowed);
        }
        holds
    }

    fn one(&mut self, allowed: &[String]) -> bool {
        match self.words.pop() {
            Some(open) if open == "(" => {
                let holds = self.any(allowed);
                self.next_is(")") && holds
            }
            Some(license) => {
                // An exception permits more than the licence alone.
                if self.next_is("WITH") {
                    self.words.pop();
                }
                allowed.contains(&license)
            }
            None => false,
        }
    }

    fn next_is(&mut self, word: &str) -> bool {
        let is = self.words.last().is_some_and(|next| next == word);
        if is {
            self.words.pop();
        }
        is
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_hold_or_not() {
        let allowed = ["MIT", "Apache-2.0"].map(String::from);
        for (license, holds) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("GPL-3.0 AND MIT", false),
            ("(GPL-3.0 OR MIT) AND Apache-2.0", true),
            ("GPL-3.0 OR MIT AND Zlib", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT OR", true),
            ("(MIT", false),
            ("MIT MIT", false),
            ("", false),
        ] {
            assert_eq!(Expression::new(license).holds(&allowed), holds, "{license}");
        }
    }

    #[test]
    fn faults_are_named() {
        let rules = "[licenses]\nallow = [\"MIT\"]\n[sources]\nallow-registry = [\"https://r\"]";
        let rules: Rules = toml::from_str(rules).expect("valid");
        for (package, words) in [
            (json!({"name": "a", "source": "registry+https://r", "license": "MIT"}), ""),
            (json!({"name": "a", "source": "registry+https://r"}), "does not allow"),
            (json!({"name": "a", "source": "git+https://r", "license": "MIT"}), "comes from git"),
            (
                json!({"name": "a", "source": null, "dependencies": [{"name": "b", "req": "*"}]}),
                "any version of b",
            ),
            (
                json!({"name": "a", "source": null, "dependencies": [{"name": "b", "req": "*", "path": "/b"}]}),
                "",
            ),
        ] {
            let said = fault(&package, &rules).unwrap_or_default();
            assert!(said.contains(words) && said.is_empty() == words.is_empty(), "{said}");
        }
    }

    #[test]
    fn lines_of_a_tree_are_packages() {
        let tree =
            "a v1.0.2 (/path)\nb v2.0.0-rc (proc-macro) (*)\n\nb v2.0.0-rc\n[dev-dependencies]";
        assert_eq!(packages(tree), BTreeSet::from(["a 1.0.2", "b 2.0.0-rc"].map(String::from)));
    }
}
