//! Many films at once: one a thread, so that no more are in memory than there are threads.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rayon::ThreadPoolBuildError;

/// Calls `work` for `0..items` and returns its values in that order. At most as many calls run at
/// once as the current pool has threads; a call shares its own work among the threads that it
/// would leave idle.
///
/// # Errors
/// If the system gives no threads.
pub fn in_order<T: Send>(
    items: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, ThreadPoolBuildError> {
    let threads = rayon::current_num_threads();
    let workers = threads.min(items);
    if workers < 2 {
        return Ok((0..items).map(work).collect());
    }
    // A pool each: a thread that waited for its own film's parts in a common pool would begin
    // another film meanwhile, and another.
    let pools = (0..workers)
        .map(|_| rayon::ThreadPoolBuilder::new().num_threads(threads / workers).build())
        .collect::<Result<Vec<_>, _>>()?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn all_are_done_in_order_and_never_more_at_once_than_threads() {
        for (threads, items) in [(1, 5), (3, 20), (4, 2), (2, 0)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let work = |item: usize| {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                // Later items are done sooner; parts of an item are shared.
                thread::sleep(Duration::from_millis(2 * (items - item) as u64));
                let (a, b) = rayon::join(|| item, || item);
                running.fetch_sub(1, Ordering::SeqCst);
                a + b
            };
            let found = pool.install(|| in_order(items, work)).unwrap();
            assert_eq!(found, (0..items).map(|i| 2 * i).collect::<Vec<_>>());
            let most = most.into_inner();
            assert!(most <= threads, "{most} at once on {threads} threads");
            if items > 3 {
                assert_eq!(most, threads.min(items));
            }
        }
    }
}
