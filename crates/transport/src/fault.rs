//! A transport that makes things go wrong on purpose, by a script.

use core::ops::Range;
use core::time::Duration;

use discwright_mmc::Cdb;

use crate::{Data, Instant, Outcome, Request, Status, Transport, TransportError};

/// Plays a script of faults between a host and a drive.
///
/// Rules are tried in order and the first that matches takes effect; a command that none matches goes through. The
/// script is data: it can be printed, compared and shrunk.
#[derive(Debug)]
pub struct Fault<T> {
    inner: T,
    rules: Vec<Rule>,
    commands: u64,
    gone: bool,
}

/// When something goes wrong, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which commands.
    pub when: When,
    /// Matching commands that are let through first.
    pub skip: u32,
    /// How often.
    pub repeat: Repeat,
    /// What happens.
    pub effect: Effect,
}

impl Rule {
    /// A fault that happens once, at the first match.
    #[must_use]
    pub const fn once(when: When, effect: Effect) -> Self {
        Self { when, skip: 0, repeat: Repeat::Times(1), effect }
    }

    /// A fault that happens at every match.
    #[must_use]
    pub const fn always(when: When, effect: Effect) -> Self {
        Self { when, skip: 0, repeat: Repeat::Forever, effect }
    }

    /// The same, letting so many matches through first.
    #[must_use]
    pub const fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// The same, so many times.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.repeat = Repeat::Times(times);
        self
    }
}

/// Which commands a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// Every command.
    Any,
    /// The command with this number, counted from 0 over the life of the wrapper.
    Command(u64),
    /// Every command with this operation code.
    Opcode(u8),
    /// READ (10) or WRITE (10), by operation code, that touches one of these addresses.
    Blocks {
        /// 28h or 2Ah.
        opcode: u8,
        /// Logical block addresses.
        lba: Range<i32>,
    },
    /// Any of these operation codes.
    OneOf(Vec<u8>),
}

/// How often a rule takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// So many times.
    Times(u32),
    /// Without end.
    Forever,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The drive answers this and does nothing.
    Answer(Status),
    /// The drive does it and answers this.
    AnswerAfter(Status),
    /// The drive answers GOOD and does nothing; what it should return is zeros.
    SilentSuccess,
    /// The command does not arrive; the host waits in vain.
    Lost,
    /// The command is carried out; the answer does not arrive.
    AnswerLost,
    /// The drive is unplugged before this command and stays so.
    Unplugged,
    /// The command takes so much longer.
    Delay(Duration),
    /// At most so many bytes of the answer arrive.
    Cut(usize),
    /// A byte of the answer is changed by exclusive or.
    Corrupt {
        /// Offset in the answer.
        byte: usize,
        /// Bits to flip.
        mask: u8,
    },
}

impl<T> Fault<T> {
    /// Wraps a transport.
    #[must_use]
    pub const fn new(inner: T, rules: Vec<Rule>) -> Self {
        Self { inner, rules, commands: 0, gone: false }
    }

    /// Adds a rule behind the others.
    pub fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Commands seen so far.
    pub const fn commands(&self) -> u64 {
        self.commands
    }

    /// Whether every rule with an end has come to it.
    #[must_use]
    pub fn spent(&self) -> bool {
        self.rules.iter().all(|rule| !matches!(rule.repeat, Repeat::Times(1..)))
    }

    /// The transport inside.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The transport inside, without faults.
    pub const fn inner(&mut self) -> &mut T {
        &mut self.inner
    }

    fn effect(&mut self, cdb: &Cdb) -> Option<Effect> {
        let number = self.commands;
        self.commands = self.commands.saturating_add(1);
        for rule in &mut self.rules {
            if !rule.when.matches(number, cdb) || rule.repeat == Repeat::Times(0) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if let Repeat::Times(left) = &mut rule.repeat {
                *left -= 1;
            }
            return Some(rule.effect.clone());
        }
        None
    }
}

impl When {
    fn matches(&self, number: u64, cdb: &Cdb) -> bool {
        match self {
            Self::Any => true,
            Self::Command(which) => *which == number,
            Self::Opcode(opcode) => cdb.opcode() == *opcode,
            Self::OneOf(opcodes) => opcodes.contains(&cdb.opcode()),
            Self::Blocks { opcode, lba } => {
                cdb.opcode() == *opcode && blocks(cdb).is_some_and(|range| overlap(&range, lba))
            }
        }
    }
}

/// The addresses of a READ (10) or WRITE (10).
fn blocks(cdb: &Cdb) -> Option<Range<i32>> {
    let [_, _, a, b, c, d, _, high, low, _] = cdb.as_bytes() else { return None };
    let start = i32::from_be_bytes([*a, *b, *c, *d]);
    let count = i32::from(u16::from_be_bytes([*high, *low]));
    Some(start..start.saturating_add(count))
}

fn overlap(one: &Range<i32>, other: &Range<i32>) -> bool {
    one.start < other.end && other.start < one.end
}

impl<T: Transport> Transport for Fault<T> {
    fn execute(&mut self, mut request: Request<'_>) -> Result<Outcome, TransportError> {
        if self.gone {
            return Err(unplugged());
        }
        let Some(effect) = self.effect(request.cdb) else { return self.inner.execute(request) };
        tracing::debug!(cdb = %request.cdb, ?effect, "fault");
        match effect {
            Effect::Answer(status) => Ok(Outcome { status, transferred: 0 }),
            Effect::AnswerAfter(status) => {
                let outcome = self.inner.execute(request)?;
                Ok(Outcome { status, ..outcome })
            }
            Effect::SilentSuccess => Ok(Outcome { status: Status::Good, transferred: nothing(&mut request) }),
            Effect::Lost => {
                self.inner.wait(request.timeout);
                Err(TransportError::Timeout(request.timeout))
            }
            Effect::AnswerLost => {
                let timeout = request.timeout;
                self.inner.execute(request)?;
                self.inner.wait(timeout);
                Err(TransportError::Timeout(timeout))
            }
            Effect::Unplugged => {
                self.gone = true;
                Err(unplugged())
            }
            Effect::Delay(time) => {
                self.inner.wait(time);
                self.inner.execute(request)
            }
            Effect::Cut(length) => {
                let outcome = self.inner.execute(request)?;
                Ok(Outcome { transferred: outcome.transferred.min(length), ..outcome })
            }
            Effect::Corrupt { byte, mask } => {
                let outcome = self.inner.execute(request.reborrow())?;
                if let Data::In(buffer) = request.data
                    && let Some(byte) = buffer.get_mut(byte)
                {
                    *byte ^= mask;
                }
                Ok(outcome)
            }
        }
    }

    fn now(&mut self) -> Instant {
        self.inner.now()
    }

    fn wait(&mut self, pause: Duration) {
        self.inner.wait(pause);
    }

    fn max_transfer(&self) -> usize {
        self.inner.max_transfer()
    }
}

fn unplugged() -> TransportError {
    TransportError::Gone("unplugged".to_owned())
}

/// Pretends that the data moved.
fn nothing(request: &mut Request<'_>) -> usize {
    match &mut request.data {
        Data::None => 0,
        Data::In(buffer) => {
            buffer.fill(0);
            buffer.len()
        }
        Data::Out(bytes) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use discwright_cd::Lba;
    use discwright_mmc::command::{Command, Write10};
    use discwright_mmc::{Sense, SenseKey};

    use super::*;

    /// Answers GOOD, counts, and returns the count in every byte.
    #[derive(Debug, Default)]
    struct Counter {
        executed: u8,
        clock: Duration,
    }

    impl Transport for Counter {
        fn execute(&mut self, request: Request<'_>) -> Result<Outcome, TransportError> {
            self.executed += 1;
            let transferred = match request.data {
                Data::None => 0,
                Data::In(buffer) => {
                    buffer.fill(self.executed);
                    buffer.len()
                }
                Data::Out(bytes) => bytes.len(),
            };
            Ok(Outcome { status: Status::Good, transferred })
        }

        fn now(&mut self) -> Instant {
            Instant(self.clock)
        }

        fn wait(&mut self, pause: Duration) {
            self.clock += pause;
        }

        fn max_transfer(&self) -> usize {
            65_536
        }
    }

    const WRITE_ERROR: Status = Status::CheckCondition(Sense::new(SenseKey::MediumError, 0x0C, 0));

    fn write(transport: &mut impl Transport, lba: i32) -> Result<Outcome, TransportError> {
        let cdb = Write10 { start: Lba(lba), sectors: 1, fua: false }.encode();
        let data = Data::Out(&[0; 2048]);
        transport.execute(Request { cdb: &cdb, data, timeout: Duration::from_secs(1) })
    }

    #[test]
    fn a_rule_counts_its_matches_and_ends() {
        let rule = Rule::once(When::Opcode(0x2A), Effect::Answer(WRITE_ERROR)).after(1).times(2);
        let mut faulty = Fault::new(Counter::default(), vec![rule]);
        let answers: Vec<_> = (0..4).map(|lba| write(&mut faulty, lba).unwrap().status).collect();
        assert_eq!(answers, [Status::Good, WRITE_ERROR, WRITE_ERROR, Status::Good]);
        assert!(faulty.spent());
        assert_eq!(faulty.into_inner().executed, 2);
    }

    #[test]
    fn blocks_are_matched_by_address() {
        let rule =
            Rule::always(When::Blocks { opcode: 0x2A, lba: -10..11 }, Effect::AnswerAfter(WRITE_ERROR));
        let mut faulty = Fault::new(Counter::default(), vec![rule]);
        for (lba, status) in [(-11, Status::Good), (-10, WRITE_ERROR), (10, WRITE_ERROR), (11, Status::Good)]
        {
            assert_eq!(write(&mut faulty, lba).unwrap().status, status, "{lba}");
        }
        assert_eq!(faulty.into_inner().executed, 4);
    }

    #[test]
    fn silence_is_told_from_loss() {
        let rules = vec![
            Rule::once(When::Command(0), Effect::SilentSuccess),
            Rule::once(When::Command(1), Effect::Lost),
            Rule::once(When::Command(2), Effect::AnswerLost),
            Rule::once(When::Command(3), Effect::Unplugged),
        ];
        let mut faulty = Fault::new(Counter::default(), rules);
        assert_eq!(write(&mut faulty, 0).unwrap(), Outcome { status: Status::Good, transferred: 2048 });
        assert!(matches!(write(&mut faulty, 1), Err(TransportError::Timeout(_))));
        assert_eq!(faulty.inner().executed, 0);
        assert!(matches!(write(&mut faulty, 2), Err(TransportError::Timeout(_))));
        assert_eq!(faulty.inner().executed, 1);
        assert_eq!(faulty.now(), Instant(Duration::from_secs(2)));
        assert!(matches!(write(&mut faulty, 3), Err(TransportError::Gone(_))));
        assert!(matches!(write(&mut faulty, 4), Err(TransportError::Gone(_))));
        assert_eq!(faulty.inner().executed, 1);
    }

    #[test]
    fn answers_are_cut_and_bent() {
        let rules = vec![
            Rule::once(When::Command(0), Effect::Cut(3)),
            Rule::once(When::Command(1), Effect::Corrupt { byte: 1, mask: 0x80 }),
        ];
        let mut faulty = Fault::new(Counter::default(), rules);
        let cdb = Cdb::new([0x12, 0, 0, 0, 4, 0]);
        let mut buffer = [0; 4];
        let mut ask = |faulty: &mut Fault<Counter>| {
            let outcome = faulty
                .execute(Request { cdb: &cdb, data: Data::In(&mut buffer), timeout: Duration::ZERO })
                .unwrap();
            (outcome.transferred, buffer)
        };
        assert_eq!(ask(&mut faulty).0, 3);
        assert_eq!(ask(&mut faulty), (4, [2, 0x82, 2, 2]));
    }
}
