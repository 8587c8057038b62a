//! Runs steps one after another, with the time each took.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use crate::{
    ignored::{self, NEEDS},
    steps::{Run, Step},
    tests_told::Told,
    tools::python,
};

enum Outcome {
    Passed(String),
    Failed(String),
    Skipped(String),
}

use Outcome::{Failed, Passed, Skipped};

/// Runs the steps and prints a summary; whether none failed.
pub(crate) fn run(steps: &[&Step], root: &Path, keep_going: bool) -> bool {
    let start = Instant::now();
    let mut lines = Vec::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut told = Told::default();
    for (index, step) in steps.iter().enumerate() {
        let place = format!("[{}/{}] {}", index + 1, steps.len(), step.name);
        println!("\n{place}: {}", step.run.words());
        let step_start = Instant::now();
        let outcome = outcome(step, root, &mut told);
        let took = words(step_start.elapsed());
        let (count, line) = match outcome {
            Passed(said) if said.is_empty() => (&mut passed, "ok".to_string()),
            Passed(said) => (&mut passed, format!("ok: {said}")),
            Failed(why) => (&mut failed, format!("FAILED: {why}")),
            Skipped(why) => (&mut skipped, format!("skipped: {why}")),
        };
        *count += 1;
        println!("{place}: {line} ({took})");
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
    println!("\nTests: {} passed, {} failed", told.passed, told.failed);
    for (reason, count) in &told.ignored {
        println!("  {count} not run by the step that builds them: {reason}");
    }
    println!("\nSteps:\n{passed} passed, {failed} failed, {} skipped", skipped + left);
    failed == 0
}

fn outcome(step: &Step, root: &Path, told: &mut Told) -> Outcome {
    for tool in step.needs {
        if let Err(missing) = tool.find() {
            return Failed(missing);
        }
    }
    if let Some(target) = step.target
        && !has_target(target)
    {
        return Skipped(format!("the toolchain has no standard library of {target}"));
    }
    let outcome = match step.run {
        Run::Cargo(arguments) => cargo(arguments, step.env, root, told),
        Run::Ignored(needs) => ignored(needs, root, told),
        Run::Check(check) => match check(root) {
            Ok(line) => Passed(line),
            Err(error) => Failed(format!("{error:#}")),
        },
        Run::Python(script) => twin(script, root),
    };
    match (outcome, step.after) {
        (Passed(_), Some(after)) => match after(root) {
            Ok(line) => Passed(line),
            Err(error) => Failed(format!("{error:#}")),
        },
        (outcome, _) => outcome,
    }
}

/// Runs cargo; lines of tests are counted on their way to the terminal.
fn cargo(arguments: &[&str], env: &[(&str, &str)], root: &Path, told: &mut Told) -> Outcome {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root).env("RUSTDOCFLAGS", "-D warnings");
    command.envs(env.iter().copied());
    // What `cargo xtask` itself put into the environment.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST") {
            command.env_remove(&*name);
        }
    }
    let mut of_step = Told::default();
    let status = listen(&mut command, |line| of_step.line(line));
    told.add(&of_step);
    let said = match of_step.passed + of_step.failed {
        0 => String::new(),
        _ => format!("{} tests passed, {} failed", of_step.passed, of_step.failed),
    };
    match status {
        Ok(status) if status.success() => Passed(said),
        Ok(status) => Failed(format!("{status}; {said}")),
        Err(error) => Failed(format!("cargo did not start: {error}")),
    }
}

/// Runs a command and passes on what it prints, line by line.
fn listen(command: &mut Command, mut each: impl FnMut(&str)) -> std::io::Result<ExitStatus> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    if let Some(output) = child.stdout.take() {
        let mut terminal = std::io::stdout().lock();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            each(&String::from_utf8_lossy(&line));
            terminal.write_all(&line)?;
            terminal.write_all(b"\n")?;
        }
    }
    child.wait()
}

/// Runs the tests that are ignored for one of these needs, where it and all else that they need is there.
fn ignored(needs: &[&str], root: &Path, told: &mut Told) -> Outcome {
    let tests = match ignored::needing(root, needs) {
        Ok(tests) => tests,
        Err(error) => return Failed(format!("{error:#}")),
    };
    let (lacking, ready): (Vec<_>, Vec<_>) =
        tests.iter().partition(|test| test.missing().is_some());
    let why = lacking.iter().find_map(|test| test.missing()).unwrap_or_default();
    if ready.is_empty() {
        let of_ci = NEEDS.iter().any(|known| needs.contains(&known.name) && known.of_ci);
        let words = format!("{} tests: {why}", lacking.len());
        let fails = of_ci && std::env::var_os("CI").is_some();
        return if fails { Failed(words) } else { Skipped(words) };
    }
    let arguments = ["test", "--profile", "checked", "--workspace", "--", "--ignored"];
    let names = ready.iter().map(|test| test.test.as_str());
    let arguments: Vec<&str> = arguments.into_iter().chain(names).collect();
    let before = told.passed;
    let outcome = cargo(&arguments, &[], root, told);
    let ran = told.passed - before;
    match outcome {
        Passed(_) if ran < ready.len() => {
            Failed(format!("{ran} tests ran, {} were to be run: {arguments:?}", ready.len()))
        }
        Passed(said) if lacking.is_empty() => Passed(said),
        Passed(said) => Passed(format!("{said}; {} not run: {why}", lacking.len())),
        other => other,
    }
}

/// Runs a script of `reference/`, where its packages are there.
fn twin(script: &str, root: &Path) -> Outcome {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(python(root));
        command.arg(script).args(arguments).current_dir(root);
        command
    };
    match run(&["--missing"]).output() {
        Ok(asked) if asked.status.success() => {}
        Ok(asked) => {
            let missing = String::from_utf8_lossy(&asked.stdout);
            return Skipped(format!("Python lacks {}; see reference/README.md", missing.trim()));
        }
        Err(error) => return Skipped(format!("{}: {error}", python(root).display())),
    }
    let mut last = String::new();
    match listen(&mut run(&[]), |line| last = line.to_owned()) {
        Ok(status) if status.success() => Passed(last),
        Ok(status) => Failed(format!("{status}; {last}")),
        Err(error) => Failed(error.to_string()),
    }
}

/// Whether the toolchain can build for a target.
fn has_target(target: &str) -> bool {
    let output =
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    output.is_ok_and(|said| Path::new(String::from_utf8_lossy(&said.stdout).trim()).is_dir())
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

    #[test]
    fn what_a_command_prints_is_heard() {
        let mut heard = Vec::new();
        let mut command = Command::new("cargo");
        let status = listen(command.arg("--version"), |line| heard.push(line.to_owned()));
        assert!(status.expect("cargo").success() && heard[0].starts_with("cargo "), "{heard:?}");
    }

    #[test]
    fn a_made_up_target_is_not_there() {
        assert!(!has_target("no-such-target"));
    }
}
