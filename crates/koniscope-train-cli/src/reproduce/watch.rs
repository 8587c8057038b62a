//! How far an experiment is, on stderr.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use koniscope_reproduce::Watch;
use koniscope_train::run_log::{Observer, Silent};

use crate::train::bar::Bar;

/// Lines a step, and a bar with the time left where stderr is a terminal.
pub(super) struct Terminal {
    films: ProgressBar,
    quiet: bool,
}

impl Terminal {
    pub(super) fn new(quiet: bool) -> Self {
        Self { films: ProgressBar::hidden(), quiet }
    }

    pub(super) fn clear(&self) {
        self.films.finish_and_clear();
    }

    #[expect(clippy::print_stderr, reason = "the door speaks")]
    fn say(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}

impl Watch for Terminal {
    fn step(&self, place: usize, of: usize, name: &str) {
        self.films.finish_and_clear();
        self.say(&format!("step {place} of {of}: {name}"));
    }

    fn films(&self, films: usize) {
        if self.quiet {
            return;
        }
        self.films.set_draw_target(ProgressDrawTarget::stderr());
        self.films.reset();
        self.films.set_length(films as u64);
        let template = "{wide_bar} {pos}/{len} films, step ends in {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.films.set_style(style);
        }
    }

    fn film(&self) {
        self.films.inc(1);
    }

    fn note(&self, text: &str) {
        self.say(text);
    }

    fn trainer(&self) -> Box<dyn Observer + '_> {
        if self.quiet { Box::new(Silent) } else { Box::new(Bar::new()) }
    }
}
