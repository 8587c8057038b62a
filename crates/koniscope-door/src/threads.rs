//! How many threads compute.

use anyhow::ensure;

/// Sets the number of threads of the whole program; one a core where none is given.
///
/// # Errors
/// If it is 0, or threads cannot be made.
pub fn set(threads: Option<usize>) -> anyhow::Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    ensure!(threads > 0, "--threads 0: at least one is needed");
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?)
}
