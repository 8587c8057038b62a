//! Ctrl-C, and the signal by which programs are ended.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::{runtime, signal};

/// Exit code of a program that was ended by Ctrl-C, as shells know it.
const ENDED: i32 = 130;

/// Waits for Ctrl-C, or the signal by which services are ended.
pub(crate) async fn asked_to_end() {
    #[cfg(unix)]
    if let Ok(mut term) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = term.recv() => {}
            _ = signal::ctrl_c() => {}
        }
        return;
    }
    let _ = signal::ctrl_c().await;
}

/// What becomes true when the program is asked to end, so that what is under way is finished. Asked
/// once more, the program ends at once.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn stop() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    thread::Builder::new().spawn(move || {
        runtime.block_on(async {
            asked_to_end().await;
            told.store(true, Ordering::Relaxed);
            say("films under way are finished; asked once more, the program ends at once");
            asked_to_end().await;
            process::exit(ENDED);
        });
    })?;
    Ok(stop)
}

#[expect(clippy::print_stderr, reason = "the door speaks")]
fn say(text: &str) {
    eprintln!("ending: {text}");
}
