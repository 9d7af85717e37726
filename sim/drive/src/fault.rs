//! Faults as data: what goes wrong, and when. A plan is a value that can be kept, sent, shrunk and played again.

use core::time::Duration;

use discwright_cd::Lba;
use discwright_cd::area::RAW_BYTES;
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
    /// The faults. When several strike one command, the first of those that decide the answer does; what they do to
    /// the sectors that are read, and to the drive itself, adds up.
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
    /// The same in microseconds: for a power cut between two sectors.
    AfterUs(u64),
    /// While fewer bytes of host data than this wait in the buffer.
    BufferBelow(u32),
    /// While more bytes of host data than this wait in the buffer.
    BufferAbove(u32),
    /// While this goes on behind commands already answered.
    During(Background),
    /// Until the disc is next taken out, put in, or the power cut.
    UntilReload,
    /// So many times in a million.
    PerMillion(u32),
}

/// What a drive does in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Background {
    /// Emptying its buffer.
    Flushing,
    /// Closing a track or session.
    Closing,
    /// Blanking.
    Blanking,
    /// Formatting.
    Formatting,
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
    /// FORMAT UNIT.
    Format,
    /// READ and READ CD.
    Read,
    /// GET EVENT STATUS NOTIFICATION.
    Events,
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
    /// From now on there is no answer to anything, until the power is cut.
    Wedge,
    /// The command is not carried out, and answered with GOOD all the same.
    Ignore,
    /// The command takes so much longer.
    Slow {
        /// Milliseconds.
        ms: u32,
    },
    /// The bus is reset before the command: what the host had set is gone, the recording is given up, and the command
    /// is answered with unit attention 6/29/00.
    Reset,
    /// Somebody presses the eject button before the command; on a locked tray that is an event and no more.
    EjectButton,
    /// The wire breaks under the command: it is carried out, and its answer is lost (CRC, phase error, stall).
    AnswerLost,
    /// A unit attention that was due is forgotten.
    LoseAttention,
    /// The answer ends after so many bytes.
    Shorten {
        /// Bytes that come.
        bytes: u32,
    },
    /// The answer ends after so many bytes, and the count of bytes moved says that it does not.
    ShortenUntold {
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
    /// What is asked about the disc is answered as it was the first time since the disc was put in.
    Stale,
    /// Marks on the disc have gone: so many bytes of each sector, chosen by the seed, are wrong and stay so. With
    /// [`When::PerMillion`], so many sectors in a million; `times` does not count.
    Rot {
        /// Bytes of the 2352.
        bytes: u16,
    },
    /// Sectors that are read come from elsewhere: a stale cache, or a pickup that missed.
    WrongSector {
        /// Sectors further on.
        offset: i32,
    },
    /// C2 pointers are all zero, whatever is wrong.
    C2Silent,
    /// C2 pointers point at bytes that are right.
    C2False,
    /// The check of channel Q is wrong.
    QCheck,
    /// The times of channel Q are in binary rather than in BCD.
    QBinary,
    /// The laser writes at so many percent of the speed that is told.
    SlowLaser {
        /// Percent, from 1.
        percent: u8,
    },
    /// Nothing is reported as an event.
    NoEvents,
}

impl Effect {
    /// Whether it happens before the drive looks whether the command may run.
    const fn comes_first(self) -> bool {
        matches!(self, Self::Reset | Self::EjectButton)
    }

    /// Whether it decides what becomes of one command. The others change what the drive or its disc is like.
    const fn is_of_command(self) -> bool {
        !matches!(
            self,
            Self::Rot { .. }
                | Self::WrongSector { .. }
                | Self::C2Silent
                | Self::C2False
                | Self::QCheck
                | Self::QBinary
                | Self::SlowLaser { .. }
                | Self::NoEvents
                | Self::LoseAttention
        )
    }
}

/// What faults without an answer of their own do to the command under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub(crate) sector_offset: i32,
    pub(crate) c2_silent: bool,
    pub(crate) c2_false: bool,
    pub(crate) q_check: bool,
    pub(crate) q_binary: bool,
    /// Percent of the speed that is told, where it is less.
    pub(crate) laser_percent: Option<u8>,
    pub(crate) no_events: bool,
    pub(crate) lose_attention: bool,
}

impl Conditions {
    const fn add(&mut self, effect: Effect) {
        match effect {
            Effect::WrongSector { offset } => self.sector_offset = offset,
            Effect::C2Silent => self.c2_silent = true,
            Effect::C2False => self.c2_false = true,
            Effect::QCheck => self.q_check = true,
            Effect::QBinary => self.q_binary = true,
            Effect::SlowLaser { percent } => self.laser_percent = Some(percent),
            Effect::NoEvents => self.no_events = true,
            Effect::LoseAttention => self.lose_attention = true,
            _ => {}
        }
    }
}

/// What a drive is doing when a command comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) now: Instant,
    /// Bytes of host data in the buffer.
    pub(crate) buffered_bytes: usize,
    pub(crate) background: Option<Background>,
    /// How often a disc was put in or the power cut.
    pub(crate) loads: u32,
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

impl SenseCode {
    /// The numbers of a sense; what else it says is dropped.
    #[must_use]
    pub fn of(sense: &Sense) -> Self {
        Self { key: sense.key.into(), asc: sense.code.asc, ascq: sense.code.ascq }
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
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    met: u32,
    struck: u32,
    dice: u64,
    /// Loads there had been when the plan was made.
    loads: u32,
}

impl Faults {
    /// A plan that begins when so many loads have been.
    pub(crate) fn new(plan: FaultPlan, loads: u32) -> Self {
        let records = (0_u64..).zip(&plan.faults).map(|(index, _)| Record {
            met: 0,
            struck: 0,
            loads,
            dice: plan.seed ^ index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        });
        Self { records: records.collect(), plan }
    }

    /// What strikes a command before the drive looks whether it may run, and under what conditions it does.
    pub(crate) fn strike_before(
        &mut self,
        moment: Moment,
        command: &AnyCommand,
    ) -> (Option<Effect>, Conditions) {
        self.strike_with(moment, command, |effect| effect.comes_first() || !effect.is_of_command())
    }

    /// What strikes a command that may run.
    pub(crate) fn strike(&mut self, moment: Moment, command: &AnyCommand) -> Option<Effect> {
        self.strike_with(moment, command, |effect| effect.is_of_command() && !effect.comes_first()).0
    }

    fn strike_with(
        &mut self,
        moment: Moment,
        command: &AnyCommand,
        counts: impl Fn(Effect) -> bool,
    ) -> (Option<Effect>, Conditions) {
        let (mut effect, mut conditions) = (None, Conditions::default());
        for (fault, record) in self.plan.faults.iter().zip(&mut self.records) {
            if !counts(fault.what)
                || matches!(fault.what, Effect::Rot { .. })
                || fault.power_cut_at().is_some()
            {
                continue;
            }
            if !record.strikes(fault, moment, command) {
                continue;
            }
            if !fault.what.is_of_command() {
                record.struck += 1;
                conditions.add(fault.what);
            } else if effect.is_none() {
                record.struck += 1;
                effect = Some(fault.what);
            }
        }
        (effect, conditions)
    }

    /// Whether any fault rots sectors.
    pub(crate) fn rots(&self) -> bool {
        self.plan.faults.iter().any(|fault| matches!(fault.what, Effect::Rot { .. }))
    }

    /// The bytes of a sector that have gone wrong by now: where, and by which bits. The same each time.
    pub(crate) fn rot(&self, now: Instant, at: Lba) -> Vec<(usize, u8)> {
        let mut wrong = Vec::new();
        for (index, fault) in (0_u64..).zip(&self.plan.faults) {
            let Effect::Rot { bytes } = fault.what else { continue };
            let place = u64::from(at.0.cast_unsigned()).wrapping_mul(0x2545_F491_4F6C_DD1D);
            let mut dice =
                Record { dice: self.plan.seed ^ index.rotate_left(48) ^ place, ..Record::default() };
            let holds = fault.when.iter().all(|when| match *when {
                When::Sectors { from, to } => (Lba(from)..=Lba(to)).contains(&at),
                When::AfterMs(ms) => now >= Instant(Duration::from_millis(ms)),
                When::AfterUs(us) => now >= Instant(Duration::from_micros(us)),
                When::PerMillion(chance) => dice.roll() % 1_000_000 < u64::from(chance),
                _ => false,
            });
            if holds {
                wrong.extend((0..bytes).map(|_| {
                    let [low, high, bits, ..] = dice.roll().to_le_bytes();
                    (usize::from(u16::from_le_bytes([low, high])) % RAW_BYTES, bits | 1)
                }));
            }
        }
        wrong
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
    fn power_cut_at(&self) -> Option<Instant> {
        match (self.what, self.when.as_slice()) {
            (Effect::PowerCut, [When::AfterMs(ms)]) => Some(Instant(Duration::from_millis(*ms))),
            (Effect::PowerCut, [When::AfterUs(us)]) => Some(Instant(Duration::from_micros(*us))),
            _ => None,
        }
    }
}

impl Record {
    fn strikes(&mut self, fault: &Fault, moment: Moment, command: &AnyCommand) -> bool {
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
            When::AfterMs(ms) => moment.now >= Instant(Duration::from_millis(ms)),
            When::AfterUs(us) => moment.now >= Instant(Duration::from_micros(us)),
            When::BufferBelow(bytes) => moment.buffered_bytes < usize::try_from(bytes).unwrap_or(usize::MAX),
            When::BufferAbove(bytes) => moment.buffered_bytes > usize::try_from(bytes).unwrap_or(usize::MAX),
            When::During(background) => moment.background == Some(background),
            When::UntilReload => moment.loads == self.loads,
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
        C::ReadCdda(it) => (it.start, it.sectors),
        C::ReadCdMsf(it) => it.by_address().map(|it| (it.start, it.sectors))?,
        C::Verify10(it) => (it.start, u32::from(it.sectors)),
        C::WriteAndVerify10(it) => (it.start, u32::from(it.sectors)),
        C::ReadHeader(it) => (it.address, 1),
        C::Write10(it) => (it.start, u32::from(it.sectors)),
        C::Write12(it) => (it.start, it.sectors),
        _ => return None,
    };
    Some((start, start.saturating_add(sectors)))
}

pub(crate) const fn phase_of(command: &AnyCommand) -> Option<Phase> {
    use AnyCommand as C;
    Some(match command {
        C::StartStopUnit(_) | C::TestUnitReady(_) => Phase::Load,
        C::ReadDiscInformation(_) | C::ReadTrackInformation(_) | C::ReadTocPmaAtip(_) => Phase::Survey,
        C::SendOpc(_) => Phase::Calibrate,
        C::Write10(_) | C::Write12(_) | C::WriteAndVerify10(_) | C::SendCueSheet(_) => Phase::Write,
        C::SynchronizeCache(_) => Phase::Flush,
        C::CloseTrackSession(_) => Phase::Close,
        C::Blank(_) => Phase::Blank,
        C::FormatUnit(_) => Phase::Format,
        C::Read10(_) | C::Read12(_) | C::ReadCd(_) | C::ReadCdMsf(_) | C::ReadCdda(_) | C::Verify10(_) => {
            Phase::Read
        }
        C::GetEventStatus(_) => Phase::Events,
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
        Faults::new(FaultPlan { seed: 7, faults: vec![Fault { when, what: Effect::Hang, times }] }, 0)
    }

    fn at(ms: u64) -> Moment {
        Moment { now: Instant(Duration::from_millis(ms)), ..Moment::default() }
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
    fn the_state_of_the_drive_counts() {
        let mut faults = plan(vec![When::BufferBelow(10)], None);
        let filled = |buffered_bytes| Moment { buffered_bytes, ..at(0) };
        assert!(faults.strike(filled(9), &write(0)).is_some());
        assert!(faults.strike(filled(10), &write(0)).is_none());
        let mut faults = plan(vec![When::BufferAbove(10), When::During(Background::Closing)], None);
        let closing =
            |buffered_bytes| Moment { background: Some(Background::Closing), ..filled(buffered_bytes) };
        assert!(faults.strike(closing(11), &write(0)).is_some());
        assert!(faults.strike(closing(10), &write(0)).is_none());
        assert!(faults.strike(filled(11), &write(0)).is_none());
        let mut faults = plan(vec![When::UntilReload], None);
        assert!(faults.strike(at(0), &write(0)).is_some());
        assert!(faults.strike(Moment { loads: 1, ..at(0) }, &write(0)).is_none());
    }

    #[test]
    fn rot_is_where_it_is() {
        let rot = |when, bytes| {
            Faults::new(
                FaultPlan { seed: 5, faults: vec![Fault { when, what: Effect::Rot { bytes }, times: None }] },
                0,
            )
        };
        let faults = rot(vec![When::Sectors { from: 3, to: 4 }], 7);
        let now = Instant::default();
        assert_eq!([2, 3, 4, 5].map(|at| faults.rot(now, Lba(at)).len()), [0, 7, 7, 0]);
        assert_eq!(faults.rot(now, Lba(3)), faults.rot(now, Lba(3)));
        assert_ne!(faults.rot(now, Lba(3)), faults.rot(now, Lba(4)));
        let some = rot(vec![When::PerMillion(100_000)], 1);
        let hit = (0..10_000).filter(|at| !some.rot(now, Lba(*at)).is_empty()).count();
        assert!((800..1_200).contains(&hit), "{hit}");
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
