//! All knowledge of when to try again: one table from sense to decision, and a bound for every wait.
//!
//! The rows are from the habits of recorders and of the programs that live with them: "busy" has several spellings, a
//! write that meets a full buffer must be repeated, a reset is harmless before the drive is set up and fatal after.

use core::time::Duration;

use discwright_mmc::{Sense, SenseKey};

/// What is being done when the drive answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// Asking about drive and disc, with nothing set up.
    Survey,
    /// Waiting for the medium, with nothing set up.
    Ready,
    /// Setting the drive up for writing.
    Prepare,
    /// As `Prepare`, with a command that a drive need not know.
    Optional,
    /// Power calibration.
    Calibrate,
    /// WRITE.
    Write,
    /// SYNCHRONIZE CACHE.
    Flush,
    /// CLOSE TRACK/SESSION and asking whether it is done.
    Close,
    /// BLANK and asking whether it is done.
    Blank,
    /// Reading.
    Read,
    /// Moving or unlocking the tray.
    Tray,
}

/// What to do about an answer that is not GOOD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The command is done.
    Accept,
    /// The command is not done, which is no harm.
    Skip,
    /// As `Skip` or `Accept`, but the calibration area is running out.
    AlmostFull,
    /// The same command once more, after so many milliseconds.
    Again(u64),
    /// The same command once more, a few times at most.
    Retry(u64),
    /// Spin the disc up, then the same command once more.
    SpinUp,
    /// It failed.
    Fail,
}

/// Times that [`Decision::Retry`] and [`Decision::SpinUp`] are obeyed for one command.
pub(crate) const RETRIES: u32 = 3;

/// How long one command may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// By the transport's clock, from the first answer that was not GOOD.
    pub(crate) time: Duration,
    /// In commands, for drives whose clock stands still.
    pub(crate) tries: u32,
}

/// How long one command may run before the transport gives up.
pub(crate) const fn timeout(context: Context) -> Duration {
    Duration::from_secs(match context {
        Context::Survey | Context::Ready | Context::Prepare | Context::Optional => 60,
        Context::Write | Context::Read | Context::Tray => 60,
        Context::Calibrate => 120,
        Context::Flush => 300,
        // A close that will not work in the background holds the bus until it is done.
        Context::Close => 1800,
        Context::Blank => 60,
    })
}

/// How long a command of this context may be repeated.
pub(crate) const fn patience(context: Context) -> Patience {
    let (seconds, tries) = match context {
        Context::Survey | Context::Prepare | Context::Optional | Context::Calibrate => (120, 1_000),
        // Loading and spinning up a bad disc.
        Context::Ready => (300, 2_000),
        // A whole drive buffer at single speed drains in under a minute.
        Context::Write => (120, 10_000),
        Context::Flush => (300, 5_000),
        Context::Close => (1_800, 10_000),
        // A whole disc at single speed takes 80 minutes.
        Context::Blank => (3 * 3_600, 50_000),
        Context::Read => (60, 1_000),
        Context::Tray => (60, 500),
    };
    Patience { time: Duration::from_secs(seconds), tries }
}

/// Key, additional code and qualifier (`None`: any), contexts (`ALL`: any), and what to do.
type Row = (SenseKey, Option<u8>, Option<u8>, &'static [Context], Decision);

const ALL: &[Context] = &[];
/// Nothing is set up that a reset or another host could undo.
const FRESH: &[Context] = &[Context::Survey, Context::Ready];
/// Nothing of the answer matters to what comes after.
const HARMLESS: &[Context] = &[Context::Survey, Context::Read, Context::Tray];

/// The table; the first row that fits decides. What fits none has failed.
const TABLE: &[Row] = &[
    // Done with help; the calibration area has more to say.
    (SenseKey::RecoveredError, Some(0x73), Some(0x01), ALL, Decision::AlmostFull),
    (SenseKey::RecoveredError, None, None, ALL, Decision::Accept),
    (SenseKey::NoSense, None, None, ALL, Decision::Accept),
    // Busy, in all its spellings: long write, operation, format, becoming ready, no reason given.
    (SenseKey::NotReady, Some(0x04), Some(0x08), &[Context::Write], Decision::Again(20)),
    (SenseKey::NotReady, Some(0x04), Some(0x07), &[Context::Write], Decision::Again(40)),
    (SenseKey::NotReady, Some(0x04), Some(0x08), ALL, Decision::Again(250)),
    (SenseKey::NotReady, Some(0x04), Some(0x07), ALL, Decision::Again(250)),
    (SenseKey::NotReady, Some(0x04), Some(0x04), ALL, Decision::Again(500)),
    (SenseKey::NotReady, Some(0x04), Some(0x01), ALL, Decision::Again(250)),
    (SenseKey::NotReady, Some(0x04), Some(0x00), ALL, Decision::Again(250)),
    // Stopped: START UNIT is needed. Not in the middle of a recording.
    (SenseKey::NotReady, Some(0x04), Some(0x02), FRESH, Decision::SpinUp),
    // "Medium not present" while a tray closes is told from an empty one only by waiting; the survey's answer is
    // that there is no disc, and a caller who has just loaded one asks again.
    // A drive was switched on, reset, or set up by another host: harmless while nothing is set up.
    (SenseKey::UnitAttention, Some(0x28), None, &[Context::Survey, Context::Read], Decision::Retry(0)),
    (SenseKey::UnitAttention, Some(0x29), None, FRESH, Decision::Retry(0)),
    (SenseKey::UnitAttention, Some(0x2A), None, FRESH, Decision::Retry(0)),
    (SenseKey::UnitAttention, Some(0x3F), None, FRESH, Decision::Retry(0)),
    (SenseKey::UnitAttention, Some(0x29), None, &[Context::Read], Decision::Retry(0)),
    (SenseKey::UnitAttention, None, None, &[Context::Tray], Decision::Retry(0)),
    // Somebody pressed the eject button of a locked drive.
    (SenseKey::UnitAttention, Some(0x5A), Some(0x01), ALL, Decision::Retry(0)),
    // Mitsumi drives end a fixation early with this; whether it is done is asked separately.
    (SenseKey::UnitAttention, Some(0x2E), None, &[Context::Close], Decision::Retry(1000)),
    // The calibration area is nearly used up, said as an error by some.
    (SenseKey::MediumError, Some(0x73), Some(0x01), &[Context::Calibrate], Decision::AlmostFull),
    (SenseKey::UnitAttention, Some(0x5A), Some(0x03), &[Context::Calibrate], Decision::Skip),
    // Optional commands: not known, or not with these values.
    (SenseKey::IllegalRequest, None, None, &[Context::Optional, Context::Calibrate], Decision::Skip),
    // The bus garbled a question.
    (SenseKey::AbortedCommand, None, None, HARMLESS, Decision::Retry(100)),
    // A bad spot may yield to another try.
    (SenseKey::MediumError, None, None, &[Context::Read], Decision::Retry(0)),
    (SenseKey::HardwareError, None, None, &[Context::Read], Decision::Retry(500)),
];

/// What to do about sense data.
///
/// An error of an earlier command has failed whatever is being done now: data already answered for are lost.
pub(crate) fn decide(context: Context, sense: &Sense) -> Decision {
    if sense.deferred && !matches!(sense.key, SenseKey::RecoveredError | SenseKey::NoSense) {
        return Decision::Fail;
    }
    let fits = |&&(key, asc, ascq, contexts, _): &&Row| {
        key == sense.key
            && asc.is_none_or(|asc| asc == sense.code.asc)
            && ascq.is_none_or(|ascq| ascq == sense.code.ascq)
            && (contexts.is_empty() || contexts.contains(&context))
    };
    TABLE.iter().find(fits).map_or(Decision::Fail, |row| row.4)
}

/// The pause before repetition number `tries`: short at first, for a drive that is nearly done, and up to eight times
/// `base` later.
pub(crate) fn pause(base: u64, tries: u32) -> Duration {
    Duration::from_millis(base.saturating_mul(1 << (tries / 16).min(3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXTS: [Context; 11] = [
        Context::Survey,
        Context::Ready,
        Context::Prepare,
        Context::Optional,
        Context::Calibrate,
        Context::Write,
        Context::Flush,
        Context::Close,
        Context::Blank,
        Context::Read,
        Context::Tray,
    ];

    fn sense(key: SenseKey, asc: u8, ascq: u8) -> Sense {
        Sense::new(key, asc, ascq)
    }

    #[test]
    fn every_spelling_of_busy_is_waited_for_everywhere() {
        for context in CONTEXTS {
            for ascq in [0x00, 0x01, 0x04, 0x07, 0x08] {
                let decision = decide(context, &sense(SenseKey::NotReady, 0x04, ascq));
                assert!(matches!(decision, Decision::Again(_)), "{context:?} {ascq:#x}");
            }
        }
    }

    #[test]
    fn a_reset_is_harmless_only_before_the_drive_is_set_up() {
        let reset = sense(SenseKey::UnitAttention, 0x29, 0x00);
        assert_eq!(decide(Context::Ready, &reset), Decision::Retry(0));
        for context in [Context::Prepare, Context::Optional, Context::Write, Context::Flush, Context::Close] {
            assert_eq!(decide(context, &reset), Decision::Fail, "{context:?}");
        }
    }

    #[test]
    fn a_changed_disc_is_never_written_to() {
        let changed = sense(SenseKey::UnitAttention, 0x28, 0x00);
        for context in [Context::Ready, Context::Prepare, Context::Write, Context::Flush, Context::Close] {
            assert_eq!(decide(context, &changed), Decision::Fail, "{context:?}");
        }
    }

    #[test]
    fn errors_of_earlier_commands_fail_whatever_is_done() {
        for context in CONTEXTS {
            let deferred = Sense { deferred: true, ..sense(SenseKey::MediumError, 0x0C, 0x00) };
            assert_eq!(decide(context, &deferred), Decision::Fail);
            let busy = Sense { deferred: true, ..sense(SenseKey::NotReady, 0x04, 0x08) };
            assert_eq!(decide(context, &busy), Decision::Fail);
        }
    }

    #[test]
    fn medium_and_hardware_errors_fail_but_for_reading() {
        for (key, asc, ascq) in [
            (SenseKey::MediumError, 0x0C, 0x00),
            (SenseKey::MediumError, 0x73, 0x03),
            (SenseKey::MediumError, 0x72, 0x00),
            (SenseKey::HardwareError, 0x09, 0x01),
            (SenseKey::IllegalRequest, 0x21, 0x02),
            (SenseKey::DataProtect, 0x27, 0x00),
        ] {
            for context in [Context::Prepare, Context::Write, Context::Flush, Context::Close, Context::Blank]
            {
                assert_eq!(decide(context, &sense(key, asc, ascq)), Decision::Fail, "{context:?} {asc:#x}");
            }
        }
        assert_eq!(decide(Context::Calibrate, &sense(SenseKey::MediumError, 0x73, 0x03)), Decision::Fail);
        assert_eq!(
            decide(Context::Calibrate, &sense(SenseKey::MediumError, 0x73, 0x01)),
            Decision::AlmostFull
        );
        assert_eq!(decide(Context::Calibrate, &sense(SenseKey::IllegalRequest, 0x20, 0x00)), Decision::Skip);
    }

    #[test]
    fn every_wait_is_bounded() {
        for context in CONTEXTS {
            assert!(patience(context).time < Duration::from_secs(4 * 3600));
            assert!(patience(context).tries < 100_000);
            assert!(timeout(context) < Duration::from_secs(3600));
        }
        assert_eq!(pause(20, 0), Duration::from_millis(20));
        assert_eq!(pause(20, u32::MAX), Duration::from_millis(160));
    }
}
