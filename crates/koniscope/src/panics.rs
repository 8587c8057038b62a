//! Panics of code that others wrote, caught without a word.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Does a step, and gives what it panicked with if it did. Of this thread nothing is printed: the first call puts a
/// hook before the process's own, which is silent on this thread for as long as the step takes, and
/// otherwise hands on.
///
/// Where a program aborts on a panic, nothing can be caught.
///
/// # Errors
/// What the step panicked with.
pub(crate) fn caught<T>(step: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    let was = QUIET.replace(true);
    let done = catch_unwind(AssertUnwindSafe(step));
    QUIET.set(was);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer_and_quiet_ends_with_the_step() {
        assert_eq!(caught(|| 7).ok(), Some(7));
        let inner = || {
            assert!(caught(|| QUIET.get()).is_ok_and(|quiet| quiet));
            assert!(QUIET.get());
            let places = [1u8; 2];
            places[std::hint::black_box(2)]
        };
        assert!(caught(inner).is_err());
        assert!(!QUIET.get());
    }
}
