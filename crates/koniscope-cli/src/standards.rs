//! `koniscope standards`: the ILO's standard films, taken into the user's own folder.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use koniscope::{
    decode::decode,
    digest::sha256,
    files::{bytes_of, write_atomic},
};
use koniscope_datasets::{
    folder::Folder,
    sets::{StandardImage, standard_images},
};
use koniscope_serve::page::standards::{INDEX, Standard};

use crate::write::print;

/// Environment variable that names the folder of standard films.
const VARIABLE: &str = "KONISCOPE_STANDARDS";

/// Bytes of a standard film at most.
const MOST_BYTES: u64 = 256 << 20;

/// The ILO's standard films, to be shown beside a film by `koniscope open`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Copy the ILO's own files, unaltered, into this user's folder
    ///
    /// The ILO gives the standard digital images of the 2022 Classification free of charge to everyone. They
    /// are the ILO's: not to be altered, and not to be passed on. DICOM files tell their millimeters, which
    /// copies as JPEG do not.
    ///
    /// Exit code: 0 if all were taken, 2 if some were left out, 1 if none was taken.
    Import {
        /// The folder as downloaded; its files are told by their names, as 11_qq, 33_ts, A, C, cpangle
        folder: PathBuf,
        #[command(flatten)]
        to: FolderArgs,
    },
}

#[derive(Default, clap::Args)]
pub(crate) struct FolderArgs {
    /// Folder of the ILO's standard films [default: this user's own, or KONISCOPE_STANDARDS]
    #[arg(long, value_name = "DIR")]
    standards: Option<PathBuf>,
}

impl FolderArgs {
    /// The folder, which need not be there. None if this user has no home.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        let named = |variable: &str| {
            std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let own = || {
            let data = if cfg!(target_os = "macos") {
                named("HOME")?.join("Library/Application Support")
            } else if cfg!(windows) {
                named("LOCALAPPDATA")?
            } else {
                named("XDG_DATA_HOME").or_else(|| Some(named("HOME")?.join(".local/share")))?
            };
            Some(data.join("koniscope").join("standards"))
        };
        self.standards.clone().or_else(|| named(VARIABLE)).or_else(own)
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Command::Import { folder, to } = &args.command;
    let to = to.folder().context("this user has no home; name a folder with --standards DIR")?;
    import(folder, &to)
}

fn import(from: &Path, to: &Path) -> anyhow::Result<ExitCode> {
    let found = Folder::open(from, Path::new(""))?;
    let (images, twice) = standard_images(&found);
    std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let mut left_out: Vec<String> = twice
        .iter()
        .map(|file| format!("{}: the same standard film stands here twice", file.display()))
        .collect();
    let mut standards = Vec::new();
    for image in &images {
        match take(image, to) {
            Ok(standard) => standards.push(standard),
            Err(why) => left_out.push(format!("{}: {why:#}", image.file.display())),
        }
    }
    for line in &left_out {
        print(&format!("left out: {line}\n"))?;
    }
    if standards.is_empty() {
        bail!(
            "no standard film was found in {}; names as 11_qq.dcm, 00_Normal_1.jpg, A.dcm were expected",
            from.display()
        );
    }
    // The table last: what it names is there.
    let table = serde_json::to_vec_pretty(&standards)?;
    let index = to.join(INDEX);
    write_atomic(&index, &table).with_context(|| format!("cannot write {}", index.display()))?;
    let titles: Vec<&str> = standards.iter().map(|standard| &*standard.title).collect();
    print(&format!(
        "{} standard films in {}: {}\n(c) International Labour Organization. Not to be altered or passed on.\n",
        standards.len(),
        to.display(),
        titles.join(", ")
    ))?;
    Ok(if left_out.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Copies one, byte by byte, once it was seen that it can be shown.
fn take(image: &StandardImage, to: &Path) -> anyhow::Result<Standard> {
    let bytes = bytes_of(&image.file, MOST_BYTES)?;
    decode(&bytes, &Default::default())?;
    let ending = image.file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let file = format!("{}.{}", image.name, ending.as_deref().unwrap_or("dcm"));
    write_atomic(&to.join(&file), &bytes)?;
    Ok(Standard {
        name: image.name.into(),
        title: image.title.clone(),
        profusion: image.profusion.into(),
        shapes: image.shapes.into(),
        sha256: sha256(&bytes),
        file,
    })
}
