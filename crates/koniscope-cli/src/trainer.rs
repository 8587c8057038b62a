//! `koniscope train` and `koniscope reproduce`: the program koniscope-train, found beside this one or in
//! PATH. It learns with a tensor framework, which nothing that reads a film needs.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, bail};

/// The program that trains.
const PROGRAM: &str = "koniscope-train";

/// Arguments that are passed on as they are.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// What koniscope-train is told; --help tells more
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

/// Becomes the program that trains, with `first` before the arguments: its streams and its exit code are
/// this program's.
///
/// # Errors
/// If it is not there, or cannot be started.
pub(crate) fn run(first: Option<&str>, args: &Args) -> anyhow::Result<ExitCode> {
    let own = std::env::current_exe().ok();
    let program = beside(own.as_deref()).unwrap_or_else(|| PROGRAM.into());
    let mut command = Command::new(&program);
    command.args(first).args(&args.arguments);
    match become_it(&mut command) {
        Ok(code) => Ok(code),
        Err(e) if e.kind() == io::ErrorKind::NotFound => bail!(
            "training is done by the program {PROGRAM}, which is neither beside this one nor in PATH. \
             Build it with cargo build --release -p koniscope-train-cli, or install it with cargo install \
             --path crates/koniscope-train-cli"
        ),
        Err(e) => Err(e).with_context(|| format!("cannot start {}", program.display())),
    }
}

/// The program that trains in the folder of this one.
fn beside(own: Option<&Path>) -> Option<PathBuf> {
    let program = own?.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

#[cfg(unix)]
fn become_it(command: &mut Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()) // comes back only with an error
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
