//! How many threads compute.

use std::thread::available_parallelism;

use anyhow::ensure;

use crate::write::remark;

/// Sets the number of threads of the whole program; one a core where none is given. More than the
/// machine runs at a time would only stand in each other's way: then so many are used, and it is
/// told.
///
/// # Errors
/// If it is 0, or threads cannot be made.
pub fn set(threads: Option<usize>) -> anyhow::Result<()> {
    let Some(asked) = threads else { return Ok(()) };
    ensure!(asked > 0, "--threads 0: at least one is needed");
    let threads = asked.min(available_parallelism().map_or(asked, usize::from));
    if threads < asked {
        remark(&format!(
            "--threads {asked}: this machine runs {threads} at a time, which are used"
        ));
    }
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?)
}
