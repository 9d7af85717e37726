//! Progress of long work on standard error, when that is a terminal.

use core::time::Duration;
use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::OutputArgs;

/// Bytes per second at single speed: 75 sectors of 2048 bytes.
const SINGLE_SPEED: f64 = 153_600.0;

/// A bar with phase, percent, sectors, speed in × and MB/s, and time left; silent where nobody looks.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(output: OutputArgs) -> Self {
        let seen = std::io::stderr().is_terminal() && !output.quiet && output.verbose == 0;
        let target = if seen { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(waiting());
        Self { bar }
    }

    /// Something of unknown length begins.
    pub(crate) fn phase(&self, phase: &'static str) {
        self.bar.set_style(waiting());
        self.bar.set_message(phase);
        self.bar.tick();
    }

    /// Something that takes about so long begins.
    pub(crate) fn estimate(&self, phase: &'static str, estimate: Duration) {
        self.bar.set_style(waiting());
        self.bar.set_message(format!("{phase} (about {} s)", estimate.as_secs().max(1)));
        self.bar.tick();
    }

    /// So many sectors of `total` are done; the first call of a phase starts its clock.
    pub(crate) fn sectors(&self, phase: &'static str, done: u64, total: u64) {
        if self.bar.length() != Some(total) || done == 0 {
            self.bar.reset();
            self.bar.set_length(total);
            self.bar.set_style(counting());
            self.bar.set_message(phase);
        }
        self.bar.set_position(done);
    }

    /// Ends the bar; what was on the line is gone.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn waiting() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg}").expect("a constant template")
}

fn counting() -> ProgressStyle {
    ProgressStyle::with_template(
        "{msg:10} {bar:24} {percent:>3}% {pos}/{len} sectors {speed} {eta_precise} left",
    )
    .expect("a constant template")
    .with_key("speed", |state: &indicatif::ProgressState, out: &mut dyn core::fmt::Write| {
        let bytes_per_second = state.per_sec() * 2048.0;
        let _ = write!(out, "{:.1}x {:.2} MB/s", bytes_per_second / SINGLE_SPEED, bytes_per_second / 1e6);
    })
}
