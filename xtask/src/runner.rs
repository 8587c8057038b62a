//! Runs steps one after another, with the time each took.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    steps::{READING, Step},
    tools::on_path,
};

enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// Runs the steps and prints a summary; whether none failed.
pub(crate) fn run(steps: &[&Step], root: &Path, keep_going: bool) -> bool {
    let start = Instant::now();
    let mut lines = Vec::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (index, step) in steps.iter().enumerate() {
        println!("\n[{}/{}] {}: cargo {}", index + 1, steps.len(), step.name, step.cargo.join(" "));
        let step_start = Instant::now();
        let outcome = outcome(step, root);
        let took = words(step_start.elapsed());
        let (count, line) = match outcome {
            Outcome::Passed => (&mut passed, "ok".to_string()),
            Outcome::Failed(why) => (&mut failed, format!("FAILED: {why}")),
            Outcome::Skipped(why) => (&mut skipped, format!("skipped: {why}")),
        };
        *count += 1;
        println!("[{}/{}] {}: {line} ({took})", index + 1, steps.len(), step.name);
        lines.push(format!("  {:14} {took:>13}  {line}", step.name));
        if failed > 0 && !keep_going {
            break;
        }
    }
    let left = steps.len() - lines.len();
    println!("\n{}", lines.join("\n"));
    println!("  {:14} {:>13}", "in all", words(start.elapsed()));
    if left > 0 {
        println!("  {left} steps were not run; --keep-going runs them after a failure");
    }
    println!("\n{passed} passed, {failed} failed, {} skipped", skipped + left);
    failed == 0
}

fn outcome(step: &Step, root: &Path) -> Outcome {
    if let Some(extension) = step.extension
        && !on_path(extension)
    {
        return Outcome::Skipped(format!("{extension} is not installed"));
    }
    for tool in step.wants {
        if let Err(missing) = tool.provide() {
            println!("{missing}; the tests that use it will be skipped");
        }
    }
    for tool in step.needs {
        if let Err(missing) = tool.provide() {
            return Outcome::Failed(missing);
        }
    }
    let stale = root.join(READING);
    if step.cargo.contains(&READING)
        && stale.exists()
        && let Err(error) = std::fs::remove_dir_all(&stale)
    {
        return Outcome::Failed(format!("cannot remove {}: {error}", stale.display()));
    }
    match cargo(step, root).status() {
        Ok(status) if status.success() => match step.after.map_or(Ok(()), |after| after(root)) {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        },
        Ok(status) => Outcome::Failed(status.to_string()),
        Err(error) => Outcome::Failed(format!("cargo did not start: {error}")),
    }
}

/// The step's command, without what `cargo xtask` itself put into the environment.
fn cargo(step: &Step, root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.args(step.cargo).current_dir(root).env("RUSTDOCFLAGS", "-D warnings");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST") {
            command.env_remove(&*name);
        }
    }
    command
}

/// A duration as `2 h 3 min`, `4 min 5 s` or `6.7 s`.
fn words(time: Duration) -> String {
    match time.as_secs() {
        s if s >= 3600 => format!("{} h {} min", s / 3600, s % 3600 / 60),
        s if s >= 60 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (seconds, expected) in [(0.0, "0.0 s"), (59.94, "59.9 s"), (60.0, "1 min 0 s")] {
            assert_eq!(words(Duration::from_secs_f64(seconds)), expected);
        }
        assert_eq!(words(Duration::from_secs(3 * 3600 + 125)), "3 h 2 min");
    }
}
