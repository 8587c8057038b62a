//! How far a training is.

use indicatif::{ProgressBar, ProgressStyle};
use koniscope_train::run_log::{EpochRecord, Observer};

/// A progress bar over the steps of an epoch, with the time left of the whole run.
pub(crate) struct Bar {
    bar: ProgressBar,
    epoch: usize,
    epochs: usize,
    started: std::time::Instant,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{prefix} {wide_bar} {pos}/{len} steps, epoch ends in {eta}; {msg}",
        )
        .expect("a fixed template is valid");
        let bar = ProgressBar::new(0).with_style(style);
        Self { bar, epoch: 0, epochs: 1, started: std::time::Instant::now() }
    }
}

impl Observer for Bar {
    fn epoch_started(&mut self, epoch: usize, epochs: usize, steps: usize) {
        (self.epoch, self.epochs, self.started) = (epoch, epochs, std::time::Instant::now());
        self.bar.reset();
        self.bar.set_length(steps as u64);
        self.bar.set_prefix(format!("epoch {}/{epochs}", epoch + 1));
    }

    fn step_done(&mut self, done: usize, loss: f64) {
        self.bar.set_position(done as u64);
        let steps = self.bar.length().unwrap_or(1).max(1) as f64;
        let epochs_left = (self.epochs - self.epoch) as f64 - done as f64 / steps;
        let epoch_seconds = self.started.elapsed().as_secs_f64() * steps / done as f64;
        let minutes = epochs_left * epoch_seconds / 60.0;
        self.bar.set_message(format!("loss {loss:.3}, at most {minutes:.0} min in all"));
    }

    fn epoch_done(&mut self, record: &EpochRecord, epochs: usize) {
        let best = if record.best_epoch == record.epoch { ", the best" } else { "" };
        self.note(&format!(
            "epoch {}/{epochs}: loss {:.4}, tuning score {:.4}{best}, {:.0} s",
            record.epoch + 1,
            record.train_loss,
            record.score,
            record.seconds
        ));
    }

    #[expect(clippy::print_stderr, reason = "where there is no terminal, lines stand for the bar")]
    fn note(&mut self, text: &str) {
        if self.bar.is_hidden() {
            eprintln!("{text}");
        } else {
            self.bar.println(text);
        }
    }
}
