//! Faults as data: what goes wrong, and when. A plan is a value that can be kept, sent, shrunk and played again.

use core::time::Duration;

use discwright_cd::Lba;
use discwright_mmc::command::AnyCommand;
use discwright_mmc::{Sense, SenseKey};
use discwright_transport::Instant;
use serde::{Deserialize, Serialize};

/// What is to go wrong with a drive.
///
/// The same plan, with the same commands at the same moments, goes wrong in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultPlan {
    /// Start of the dice, for faults by chance. Each fault has dice of its own, so that one more fault does not
    /// change when the others strike.
    #[serde(default)]
    pub seed: u64,
    /// The faults; when several strike one command, the first does.
    pub faults: Vec<Fault>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// All of these must hold.
    pub when: Vec<When>,
    /// What happens then.
    pub what: Effect,
    /// How often at most; without a number, whenever it can.
    #[serde(default)]
    pub times: Option<u32>,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum When {
    /// At commands with this operation code.
    Opcode(u8),
    /// At commands of this phase of a burn.
    Phase(Phase),
    /// From the so many-eth command on that the other conditions hold for, counted from 1.
    Nth(u32),
    /// At reads and writes that touch these sectors.
    Sectors {
        /// First address.
        from: i32,
        /// Last address.
        to: i32,
    },
    /// From this moment on, in milliseconds since the power came on the first time.
    AfterMs(u64),
    /// So many times in a million.
    PerMillion(u32),
}

/// What part of a burn a command belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// START STOP UNIT and TEST UNIT READY.
    Load,
    /// READ DISC INFORMATION, READ TRACK INFORMATION, READ TOC.
    Survey,
    /// SEND OPC INFORMATION.
    Calibrate,
    /// WRITE and SEND CUE SHEET.
    Write,
    /// SYNCHRONIZE CACHE.
    Flush,
    /// CLOSE TRACK/SESSION.
    Close,
    /// BLANK.
    Blank,
    /// READ and READ CD.
    Read,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// The command is refused with this sense and does nothing.
    Refuse(SenseCode),
    /// The command is carried out, and answered with this sense: recovered errors, early returns.
    AnswerWith(SenseCode),
    /// The command is carried out and answered with GOOD; the next one is told that it failed.
    Defer(SenseCode),
    /// The command is answered with status BUSY and does nothing.
    StatusBusy,
    /// From now on until the power is cut the laser stays off, and everything is answered with GOOD.
    LaserOff,
    /// The power is cut and comes back; there is no answer.
    PowerCut,
    /// There is no answer, ever; the command is not carried out.
    Hang,
    /// The answer ends after so many bytes.
    Shorten {
        /// Bytes that come.
        bytes: u32,
    },
    /// One bit of the answer is wrong.
    FlipBit {
        /// Which, counted from the first; in shorter answers the last byte's.
        bit: u32,
    },
    /// READ TRACK INFORMATION says this next writable address, or that there is none.
    NextWritable {
        /// The address.
        lba: Option<i32>,
    },
    /// READ TRACK INFORMATION says that the track is damaged.
    Damage,
    /// READ TRACK INFORMATION says so many blocks less than are free.
    FewerFreeBlocks {
        /// Blocks.
        blocks: u32,
    },
}

/// Sense as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenseCode {
    /// Sense key, four bits.
    pub key: u8,
    /// Additional sense code.
    pub asc: u8,
    /// Its qualifier.
    pub ascq: u8,
}

impl SenseCode {
    /// Sense from its three numbers.
    #[must_use]
    pub const fn new(key: u8, asc: u8, ascq: u8) -> Self {
        Self { key, asc, ascq }
    }
}

impl From<SenseCode> for Sense {
    fn from(code: SenseCode) -> Self {
        Self::new(SenseKey::from(code.key & 0xF), code.asc, code.ascq)
    }
}

/// A plan at work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    plan: FaultPlan,
    records: Vec<Record>,
}

/// What is remembered of one fault.
#[derive(Clone, Copy, Debug)]
struct Record {
    met: u32,
    struck: u32,
    dice: u64,
}

impl Faults {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let records = (0_u64..).zip(&plan.faults).map(|(index, _)| Record {
            met: 0,
            struck: 0,
            dice: plan.seed ^ index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        });
        Self { records: records.collect(), plan }
    }

    /// What strikes a command.
    pub(crate) fn strike(&mut self, now: Instant, command: &AnyCommand) -> Option<Effect> {
        let mut effect = None;
        for (fault, record) in self.plan.faults.iter().zip(&mut self.records) {
            if matches!(fault.what, Effect::PowerCut) && fault.is_by_time_alone() {
                continue;
            }
            let strikes = record.strikes(fault, now, command);
            if strikes && effect.is_none() {
                record.struck += 1;
                effect = Some(fault.what);
            }
        }
        effect
    }

    /// The moment of a power cut that is due by `now`; each comes once.
    pub(crate) fn power_cut_by(&mut self, now: Instant) -> Option<Instant> {
        let mut due: Option<(Instant, &mut Record)> = None;
        for (fault, record) in self.plan.faults.iter().zip(&mut self.records) {
            let Some(at) = fault.power_cut_at().filter(|at| *at <= now && record.struck == 0) else {
                continue;
            };
            if due.as_ref().is_none_or(|(earlier, _)| at < *earlier) {
                due = Some((at, record));
            }
        }
        let (at, record) = due?;
        record.struck = 1;
        Some(at)
    }
}

impl Fault {
    fn is_by_time_alone(&self) -> bool {
        matches!(self.when.as_slice(), [When::AfterMs(_)])
    }

    fn power_cut_at(&self) -> Option<Instant> {
        match (self.what, self.when.as_slice()) {
            (Effect::PowerCut, [When::AfterMs(ms)]) => Some(Instant(Duration::from_millis(*ms))),
            _ => None,
        }
    }
}

impl Record {
    fn strikes(&mut self, fault: &Fault, now: Instant, command: &AnyCommand) -> bool {
        if fault.times.is_some_and(|times| self.struck >= times) {
            return false;
        }
        let sectors = touched(command);
        let holds = |when: &When| match *when {
            When::Opcode(opcode) => command.opcode() == opcode,
            When::Phase(phase) => phase_of(command) == Some(phase),
            When::Sectors { from, to } => {
                sectors.is_some_and(|(start, end)| start <= Lba(to) && end > Lba(from))
            }
            When::AfterMs(ms) => now >= Instant(Duration::from_millis(ms)),
            When::Nth(_) | When::PerMillion(_) => true,
        };
        if !fault.when.iter().all(holds) {
            return false;
        }
        self.met += 1;
        fault.when.iter().all(|when| match *when {
            When::Nth(nth) => self.met >= nth,
            When::PerMillion(chance) => self.roll() % 1_000_000 < u64::from(chance),
            _ => true,
        })
    }

    /// The next number of the dice (SplitMix64).
    const fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// The sectors that a command reads or writes, the last exclusive.
fn touched(command: &AnyCommand) -> Option<(Lba, Lba)> {
    use AnyCommand as C;
    let (start, sectors) = match command {
        C::Read10(it) => (it.start, u32::from(it.sectors)),
        C::Read12(it) => (it.start, it.sectors),
        C::ReadCd(it) => (it.start, it.sectors),
        C::Write10(it) => (it.start, u32::from(it.sectors)),
        C::Write12(it) => (it.start, it.sectors),
        _ => return None,
    };
    Some((start, start.saturating_add(sectors)))
}

const fn phase_of(command: &AnyCommand) -> Option<Phase> {
    use AnyCommand as C;
    Some(match command {
        C::StartStopUnit(_) | C::TestUnitReady(_) => Phase::Load,
        C::ReadDiscInformation(_) | C::ReadTrackInformation(_) | C::ReadTocPmaAtip(_) => Phase::Survey,
        C::SendOpc(_) => Phase::Calibrate,
        C::Write10(_) | C::Write12(_) | C::SendCueSheet(_) => Phase::Write,
        C::SynchronizeCache(_) => Phase::Flush,
        C::CloseTrackSession(_) => Phase::Close,
        C::Blank(_) => Phase::Blank,
        C::Read10(_) | C::Read12(_) | C::ReadCd(_) | C::ReadCdMsf(_) => Phase::Read,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use discwright_mmc::command::{TestUnitReady, Write10};

    use super::*;

    fn write(start: i32) -> AnyCommand {
        Write10 { start: Lba(start), sectors: 32, fua: false }.into()
    }

    fn plan(when: Vec<When>, times: Option<u32>) -> Faults {
        Faults::new(FaultPlan { seed: 7, faults: vec![Fault { when, what: Effect::Hang, times }] })
    }

    fn at(ms: u64) -> Instant {
        Instant(Duration::from_millis(ms))
    }

    #[test]
    fn conditions_are_counted_and_combined() {
        let mut faults = plan(vec![When::Opcode(0x2A), When::Nth(3)], Some(1));
        let strikes: Vec<bool> =
            (0..5).map(|index| faults.strike(at(0), &write(index * 32)).is_some()).collect();
        assert_eq!(strikes, [false, false, true, false, false]);
        let mut faults = plan(vec![When::Sectors { from: 100, to: 100 }], None);
        assert!(faults.strike(at(0), &write(64)).is_none());
        assert!(faults.strike(at(0), &write(96)).is_some());
        assert!(faults.strike(at(0), &TestUnitReady {}.into()).is_none());
        let mut faults = plan(vec![When::Phase(Phase::Load), When::AfterMs(50)], None);
        assert!(faults.strike(at(49), &TestUnitReady {}.into()).is_none());
        assert!(faults.strike(at(50), &TestUnitReady {}.into()).is_some());
    }

    #[test]
    fn chance_is_the_same_each_time_and_about_right() {
        let count = || {
            let mut faults = plan(vec![When::PerMillion(100_000)], None);
            (0..10_000).filter(|_| faults.strike(at(0), &write(0)).is_some()).count()
        };
        assert_eq!(count(), count());
        assert!((800..1_200).contains(&count()), "{}", count());
    }
}
