//! Time by a clock from outside: the library reads none.

use crate::reading::Timings;

/// Milliseconds since any fixed moment.
pub type Clock<'a> = &'a dyn Fn() -> f64;

/// The steps of one reading, timed.
pub struct Stopwatch<'a> {
    clock: Clock<'a>,
    start: f64,
    timings: Timings,
}

impl<'a> Stopwatch<'a> {
    /// Starts.
    pub fn new(clock: Clock<'a>) -> Self {
        Self { clock, start: clock(), timings: Timings::default() }
    }

    /// Runs a step, whose time goes into the field that `of` chooses.
    pub fn time<T>(
        &mut self,
        of: impl FnOnce(&mut Timings) -> &mut f64,
        step: impl FnOnce() -> T,
    ) -> T {
        let start = (self.clock)();
        let value = step();
        *of(&mut self.timings) = (self.clock)() - start;
        value
    }

    /// Stops, and gives the time of all steps and of the whole.
    pub fn stop(mut self) -> Timings {
        self.timings.total_ms = (self.clock)() - self.start;
        self.timings
    }
}
