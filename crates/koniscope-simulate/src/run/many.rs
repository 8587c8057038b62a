//! Many films at once: one a thread, so that no more are in memory than there are threads.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::Error;

/// Calls `work` for `0..items` and returns its values in that order, at most as many at once as the
/// current pool has threads, each with a pool of its own.
///
/// # Errors
/// [`Error::Internal`] if the system gives no threads.
pub(super) fn in_order<T: Send>(
    items: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, Error> {
    let threads = rayon::current_num_threads();
    let workers = threads.min(items);
    if workers < 2 {
        return Ok((0..items).map(work).collect());
    }
    let pools = (0..workers)
        .map(|_| rayon::ThreadPoolBuilder::new().num_threads(threads / workers).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Error::Internal(e.to_string()))?;
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items));
    thread::scope(|scope| {
        for pool in &pools {
            scope.spawn(|| {
                pool.install(|| {
                    loop {
                        let item = next.fetch_add(1, Ordering::Relaxed);
                        if item >= items {
                            break;
                        }
                        let value = work(item);
                        done.lock().unwrap_or_else(PoisonError::into_inner).push((item, value));
                    }
                });
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(item, _)| *item);
    Ok(done.into_iter().map(|(_, value)| value).collect())
}

/// A fault of this program ends one film, not the whole run.
pub(super) fn catch<T>(step: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Internal(text.unwrap_or_else(|| "no message".into())))
    })
}
