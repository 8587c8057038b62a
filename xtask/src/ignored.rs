//! Tests that are ignored for what they need, and the steps that run them where it is there.
//!
//! A test that cannot run everywhere is `#[ignore = "needs X"]` or `#[ignore = "needs X and Y"]`, never a
//! silent return. X and Y are those of [`NEEDS`]; tests with another reason are run by no step.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::tools::{CHROMIUM, DCMTK, DICOM3TOOLS, ORTHANC};

/// What some tests need beside cargo.
pub(crate) struct Need {
    /// As reasons call it, after `needs `.
    pub(crate) name: &'static str,
    /// Whether it is there; if not, why not and what to do.
    pub(crate) find: fn() -> Result<(), String>,
    /// CI brings it: its absence there is an error.
    pub(crate) of_ci: bool,
}

/// All needs that a reason may name.
pub(crate) const NEEDS: [Need; 8] = [
    Need { name: "KONISCOPE_DATA", find: real_films, of_ci: false },
    Need { name: "Chromium", find: browser, of_ci: true },
    Need { name: "Orthanc", find: || ORTHANC.find(), of_ci: true },
    Need { name: "dcmtk", find: || DCMTK.find(), of_ci: true },
    Need { name: "dicom3tools", find: || DICOM3TOOLS.find(), of_ci: true },
    Need { name: "AVX-512", find: || instructions(&["avx512f"]), of_ci: false },
    Need { name: "bf16", find: || instructions(&["avx512_bf16"]), of_ci: false },
    Need { name: "AMX", find: || instructions(&["amx_tile", "amx_bf16"]), of_ci: false },
];

/// What no step of CI brings: a card, and what a person makes anew.
const BY_HAND: [&str; 2] = ["a GPU", "a reading that was changed on purpose"];

fn real_films() -> Result<(), String> {
    match std::env::var_os("KONISCOPE_DATA") {
        Some(folder) if Path::new(&folder).is_dir() => Ok(()),
        Some(folder) => Err(format!("KONISCOPE_DATA names {}, no folder", folder.display())),
        None => Err("KONISCOPE_DATA names no folder of real films".into()),
    }
}

fn browser() -> Result<(), String> {
    match std::env::var_os("KONISCOPE_BROWSER") {
        Some(_) => Ok(()),
        None => CHROMIUM.find(),
    }
}

/// Whether the processor has these instructions, by the kernel's names; told on Linux alone.
fn instructions(flags: &[&str]) -> Result<(), String> {
    let said = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = said.lines().find(|line| line.starts_with("flags")).unwrap_or("");
    match flags.iter().find(|flag| !line.split_whitespace().any(|has| has == **flag)) {
        Some(missing) => Err(format!("this processor has no {missing}")),
        None => Ok(()),
    }
}

/// One ignored test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ignored {
    /// Its function.
    pub(crate) test: String,
    /// Why it is.
    pub(crate) reason: String,
}

impl Ignored {
    /// What it needs.
    fn needs(&self) -> impl Iterator<Item = &str> {
        self.reason.strip_prefix("needs ").into_iter().flat_map(|needs| needs.split(" and "))
    }

    /// Why it cannot be run here, if it cannot.
    pub(crate) fn missing(&self) -> Option<String> {
        let missing = |name: &str| match NEEDS.iter().find(|need| need.name == name) {
            Some(need) => (need.find)().err(),
            None => Some(format!("no step provides {name}")),
        };
        self.needs().find_map(missing)
    }
}

/// The ignored tests under `root/crates` whose first need is one of these.
pub(crate) fn needing(root: &Path, needs: &[&str]) -> Result<Vec<Ignored>> {
    let mut all = all(root)?;
    all.retain(|ignored| ignored.needs().next().is_some_and(|first| needs.contains(&first)));
    Ok(all)
}

/// All ignored tests under `root/crates`.
///
/// # Errors
/// If one has no reason, or needs what neither a step nor a person brings.
pub(crate) fn all(root: &Path) -> Result<Vec<Ignored>> {
    let mut found: Vec<Ignored> = Vec::new();
    for file in super::checks::files(root, &["crates"], "rs")? {
        let text = fs::read_to_string(&file)?;
        of_file(&text, &mut found).with_context(|| file.display().to_string())?;
    }
    for ignored in &found {
        let known = |need: &str| NEEDS.iter().any(|n| n.name == need) || BY_HAND.contains(&need);
        if let Some(need) = ignored.needs().find(|need| !known(need)) {
            bail!(
                "{} needs {need}, which no step brings; see NEEDS in xtask/src/ignored.rs",
                ignored.test
            );
        }
    }
    Ok(found)
}

fn of_file(text: &str, found: &mut Vec<Ignored>) -> Result<()> {
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line == "#[ignore]" {
            bail!("an ignored test has no reason; write #[ignore = \"needs ...\"]");
        }
        let Some(reason) = line.strip_prefix("#[ignore = \"").and_then(|r| r.strip_suffix("\"]"))
        else {
            continue;
        };
        let function =
            lines.find_map(|line| line.strip_prefix("fn ")).and_then(|rest| rest.split('(').next());
        let test = function.context("no test follows an #[ignore]")?.to_owned();
        found.push(Ignored { test, reason: reason.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read_and_their_absence_refused() {
        let reason = "needs KONISCOPE_DATA and luck";
        let text = format!("#[test]\n#[ignore = \"{reason}\"]\n#[cfg(unix)]\nfn a() {{}}");
        let mut found = Vec::new();
        of_file(&text, &mut found).expect("a reason");
        assert_eq!((&*found[0].test, &*found[0].reason), ("a", reason));
        assert_eq!(found[0].needs().collect::<Vec<_>>(), ["KONISCOPE_DATA", "luck"]);
        let lucky = Ignored { test: "b".into(), reason: "needs luck".into() };
        assert_eq!(lucky.missing(), Some("no step provides luck".into()));
        let waiting = Ignored { test: "c".into(), reason: "slow".into() };
        assert_eq!((waiting.needs().count(), waiting.missing()), (0, None));
        let error = of_file("#[ignore]\nfn a() {}", &mut Vec::new()).expect_err("no reason");
        assert!(error.to_string().contains("has no reason"), "{error}");
    }

    #[test]
    fn instructions_are_looked_for() {
        let error = instructions(&["no_processor_has_this"]).expect_err("made up");
        assert!(error.contains("no_processor_has_this"), "{error}");
    }
}
