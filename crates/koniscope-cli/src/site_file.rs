//! A site's file, written.

use std::path::Path;

use anyhow::Context;
use koniscope::site::Site;

use crate::write::write_atomic;

/// What stands above the values.
const HEAD: &str = "# A reader set to a site, by `koniscope calibrate` and `koniscope operating-point`.\n\
                    # Research use only. Not a medical device; not for diagnosis.\n\n";

pub(crate) fn write(path: &Path, site: &Site) -> anyhow::Result<()> {
    let text = toml::to_string_pretty(site).context("a site's file")?;
    write_atomic(path, format!("{HEAD}{text}").as_bytes())
}
