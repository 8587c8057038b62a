//! Which reader a command reads with: options that `read`, `open`, `evaluate` and `serve` share.

use std::path::PathBuf;

use koniscope::{
    Reader,
    model::Device,
    reader::{at_site, load_reader},
};

use crate::models::{self, Model};

/// Weights, and the site that they are set to.
#[derive(clap::Args)]
pub(crate) struct ReaderArgs {
    /// Folder of models [default: $KONISCOPE_MODELS, models beside the program, or ./models]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Second stage to read with [default: zones where the folder of models has zones.toml, else
    /// paper]
    #[arg(long, value_enum, value_name = "KIND")]
    model: Option<Model>,
    /// A site's file, by `koniscope calibrate`: its calibration, threshold, sets of stages and
    /// reasons to abstain [default: zones.site.toml or classifier.site.toml in the folder of
    /// models, where it is]
    #[arg(long, value_name = "FILE")]
    site: Option<PathBuf>,
}

impl ReaderArgs {
    /// The reader, set to its site where it has one.
    pub(crate) fn load(&self, device: &Device) -> anyhow::Result<Reader> {
        let (reader, models) = self.found(device)?;
        Ok(at_site(reader, &models, self.site.as_deref())?)
    }

    /// The reader as it ships, even where the folder of models has a site's file.
    pub(crate) fn load_without_site(&self, device: &Device) -> anyhow::Result<Reader> {
        Ok(self.found(device)?.0)
    }

    fn found(&self, device: &Device) -> anyhow::Result<(Reader, PathBuf)> {
        let models = models::find(self.models.as_deref())?;
        let reader = load_reader(&models, device, self.model.map(Into::into))?;
        Ok((reader, models))
    }
}
