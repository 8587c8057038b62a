//! `koniscope users`: who may use a node's page.

use std::{
    io::{self, BufRead, IsTerminal},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, anyhow, bail};
use koniscope_serve::page::{People, Role};

use crate::{serve, write::print};

/// Letters of a line on stdin at most.
const LINE: u64 = 4096;

/// Say who may use the page of `koniscope serve`
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Add somebody. The password is asked for, or read from stdin; a program's token is printed once.
    Add {
        /// Name to log in by: a-z, 0-9, dot, dash, underscore
        name: String,
        /// What for: a reader signs, an admin looks after people, a service is a program
        #[arg(long, value_enum, default_value = "reader")]
        role: Named,
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Everybody with their roles
    List {
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Take somebody out; sessions that are open end at once
    Remove {
        /// Name
        name: String,
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Set another password, which is asked for or read from stdin; sessions that are open end at once
    Password {
        /// Name
        name: String,
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

/// What somebody is here for.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Named {
    /// Reads films and signs
    Reader,
    /// Looks after people and films
    Admin,
    /// A program
    Service,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (What::Add { config, .. }
    | What::List { config }
    | What::Remove { config, .. }
    | What::Password { config, .. }) = &args.what;
    let page = serve::config(config)?.page;
    let file = page.and_then(|page| page.users).ok_or_else(|| {
        anyhow!("{} names no file of users: add `users = FILE` to [page]", config.display())
    })?;
    let mut people = match People::load(&file) {
        Ok(people) => people,
        Err(e) if e.kind() == io::ErrorKind::NotFound => People::default(),
        Err(e) => return Err(anyhow!(e).context(file.display().to_string())),
    };
    let done = match &args.what {
        What::List { .. } => {
            for (name, role) in people.all() {
                print(&format!("{:8} {name}\n", role.word()))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        What::Add { name, role: Named::Service, .. } => {
            let token = people.add_service(name).map_err(|e| anyhow!(e))?;
            save(&people, &file)?;
            print(&format!("{token}\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        What::Add { name, role, .. } => {
            let role = if matches!(role, Named::Admin) { Role::Admin } else { Role::Reader };
            people.add(name, role, &password()?)
        }
        What::Remove { name, .. } => people.remove(name),
        What::Password { name, .. } => people.set_password(name, &password()?),
    };
    done.map_err(|e| anyhow!(e))?;
    save(&people, &file)?;
    Ok(ExitCode::SUCCESS)
}

fn save(people: &People, file: &Path) -> anyhow::Result<()> {
    people.save(file).with_context(|| format!("cannot write {}", file.display()))
}

/// A line of stdin; asked for twice, and not shown, where a person types it.
fn password() -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        return line();
    }
    let _dark = dark()?;
    let first = asked("Password: ")?;
    if first != asked("Once more: ")? {
        bail!("the two were not the same; nothing is changed");
    }
    Ok(first)
}

#[expect(clippy::print_stderr, reason = "a question to a person")]
fn asked(question: &str) -> anyhow::Result<String> {
    eprint!("{question}");
    let line = line();
    eprintln!();
    line
}

fn line() -> anyhow::Result<String> {
    let mut line = String::new();
    let mut bounded = io::Read::take(io::stdin().lock(), LINE);
    bounded.read_line(&mut line).context("no password on stdin")?;
    let line = line.trim_end_matches(['\n', '\r']);
    if line.is_empty() {
        bail!("no password: it is a line of stdin");
    }
    Ok(line.to_owned())
}

/// Shows nothing that is typed until it is dropped.
#[cfg(unix)]
fn dark() -> anyhow::Result<impl Drop> {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    struct Dark(Termios);
    impl Drop for Dark {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        }
    }
    let before = tcgetattr(io::stdin()).context("cannot hide what is typed; use stdin")?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
    Ok(Dark(before))
}

#[cfg(not(unix))]
fn dark() -> anyhow::Result<()> {
    bail!("what is typed cannot be hidden here; give the password on stdin")
}
