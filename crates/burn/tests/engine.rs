//! The engine against a scripted transport: what is said in which order, and what becomes of every answer.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

use core::time::Duration;
use std::collections::BTreeMap;

use discwright_burn::{
    BurnError, CancelToken, Cause, DiscCondition, Engine, Event, Finished, Phase, SectorSource, SourceError,
    Warning, Watch, pump,
};
use discwright_cd::Lba;
use discwright_mmc::command::{Command, Response, Write10};
use discwright_mmc::mode::{ModeData10, WriteParameters};
use discwright_mmc::response::{
    BufferCapacity, DiscState, SessionState, StandardDiscInformation, TrackInformation,
};
use discwright_mmc::{Sense, SenseKey};
use discwright_plan::{Content, MediumKind, Options, Plan, WriteType, plan};
use discwright_transport::{
    Data, Effect, Fault, Instant, Outcome, Request, Rule, Status, Transport, TransportError, When,
};
use hex_literal::hex;

/// Says GOOD to everything and gives the answers of a blank disc; keeps what was said and written.
struct Bench {
    clock: Duration,
    said: Vec<u8>,
    /// Everything but WRITEs, as it went over the wire: command, then data.
    wire: Vec<(Vec<u8>, Vec<u8>)>,
    written: BTreeMap<i32, Vec<u8>>,
    page: WriteParameters,
    next_writable: Lba,
    free_blocks: u32,
    obeys_page: bool,
}

impl Bench {
    fn new() -> Self {
        Self {
            clock: Duration::ZERO,
            said: Vec::new(),
            wire: Vec::new(),
            written: BTreeMap::new(),
            page: WriteParameters::default(),
            next_writable: Lba(0),
            free_blocks: 359_843,
            obeys_page: true,
        }
    }

    fn answer(&self, opcode: u8) -> Vec<u8> {
        match opcode {
            0x5A => ModeData10::of(self.page.clone()).encode(),
            0x52 => TrackInformation {
                blank: true,
                next_writable: Some(self.next_writable),
                free_blocks: self.free_blocks,
                ..TrackInformation::default()
            }
            .encode(),
            0x51 => StandardDiscInformation {
                disc: DiscState::Incomplete,
                last_session: SessionState::Empty,
                ..StandardDiscInformation::default()
            }
            .encode(),
            0x5C => BufferCapacity::Bytes { total: 2_000_000, free: 500_000 }.encode(),
            _ => Vec::new(),
        }
    }

    fn listen(&mut self, request: &Request<'_>, bytes: &[u8]) {
        match request.cdb.opcode() {
            0x55 if self.obeys_page => {
                let list = ModeData10::parse_parameters(bytes).unwrap();
                self.page = list.write_parameters().unwrap().clone();
            }
            0x2A => {
                let write = Write10::decode(request.cdb).unwrap();
                let size = bytes.len() / usize::from(write.sectors);
                for (lba, sector) in (write.start.0..).zip(bytes.chunks(size)) {
                    assert!(
                        self.written.insert(lba, sector.to_vec()).is_none(),
                        "sector {lba} written twice"
                    );
                }
                // 32 × without a buffer.
                self.clock += Duration::from_micros(u64::from(write.sectors) * 1_000_000 / (75 * 32));
            }
            _ => {}
        }
    }
}

impl Transport for Bench {
    fn execute(&mut self, mut request: Request<'_>) -> Result<Outcome, TransportError> {
        self.said.push(request.cdb.opcode());
        self.clock += Duration::from_micros(100);
        if request.cdb.opcode() != WRITE {
            let data = if let Data::Out(bytes) = &request.data { bytes.to_vec() } else { Vec::new() };
            self.wire.push((request.cdb.as_bytes().to_vec(), data));
        }
        if let Data::Out(bytes) = &request.data {
            let bytes = bytes.to_vec();
            self.listen(&request, &bytes);
            return Ok(Outcome { status: Status::Good, transferred: bytes.len() });
        }
        let answer = self.answer(request.cdb.opcode());
        let mut transferred = 0;
        if let Data::In(buffer) = &mut request.data {
            transferred = answer.len().min(buffer.len());
            buffer[..transferred].copy_from_slice(&answer[..transferred]);
        }
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

/// Every sector holds its number; fails at one of them if told so.
struct Numbered {
    sectors: u32,
    bad: Option<u32>,
}

fn sector(number: u32) -> Vec<u8> {
    number.to_be_bytes().repeat(512)
}

impl SectorSource for Numbered {
    fn sectors(&self) -> u32 {
        self.sectors
    }

    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
        for (number, out) in (first..).zip(buffer.chunks_mut(2048)) {
            if self.bad == Some(number) {
                return Err(SourceError::new(number, "vanished"));
            }
            out.copy_from_slice(&sector(number));
        }
        Ok(())
    }
}

fn planned(sectors: u32, options: Options) -> Plan {
    let blank = discwright_plan::DiscState::blank(MediumKind::CdR, Lba(359_845));
    plan(&blank, &Content::data(sectors), &options).unwrap()
}

/// What came of a recording.
struct Told {
    result: Result<Finished, BurnError>,
    events: Vec<Event>,
    bench: Bench,
}

impl Told {
    fn error(&self) -> &BurnError {
        self.result.as_ref().unwrap_err()
    }

    /// Operation codes, runs of one folded.
    fn said(&self) -> String {
        let mut folded: Vec<(u8, usize)> = Vec::new();
        for opcode in &self.bench.said {
            match folded.last_mut() {
                Some((last, times)) if last == opcode => *times += 1,
                _ => folded.push((*opcode, 1)),
            }
        }
        let word = |(opcode, times): &(u8, usize)| match times {
            1 => format!("{opcode:02x}"),
            times => format!("{opcode:02x}×{times}"),
        };
        folded.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    fn unlocked(&self) -> bool {
        self.bench.said.last() == Some(&0x1E)
    }
}

/// Records 1000 sectors with these faults on the way.
fn record(options: Options, bench: Bench, rules: Vec<Rule>) -> Told {
    record_from(&planned(1000, options), bench, rules, None)
}

fn record_from(plan: &Plan, bench: Bench, rules: Vec<Rule>, bad: Option<u32>) -> Told {
    let mut transport = Fault::new(bench, rules);
    let mut source = Numbered { sectors: u32::try_from(plan.content_sectors()).unwrap(), bad };
    let mut engine = Engine::new(plan, 65_536, Some(5646));
    let mut events = Vec::new();
    let mut watch = Watch::new(CancelToken::new(), |event: &Event| events.push(event.clone()));
    pump(&mut engine, &mut transport, plan, &mut source, &mut watch);
    Told { result: engine.finish(), events, bench: transport.into_inner() }
}

fn check(key: SenseKey, asc: u8, ascq: u8) -> Effect {
    Effect::Answer(Status::CheckCondition(Sense::new(key, asc, ascq)))
}

const WRITE: u8 = 0x2A;

#[test]
fn track_at_once_says_this_in_this_order() {
    let told = record(Options::default(), Bench::new(), vec![]);
    let finished = told.result.as_ref().unwrap();
    assert_eq!(finished.sectors, 1000);
    assert_eq!(finished.warnings, []);
    // Ready, lock, speed, parameters asked, set and asked again, calibrate, next address, write, flush, close.
    assert_eq!(told.said(), "00 1e bb 5a 55 5a 54 52 2a×32 35 5b 51 00 1e");
    assert_eq!(told.bench.written.len(), 1000);
    for (lba, data) in &told.bench.written {
        assert_eq!(*data, sector(u32::try_from(*lba).unwrap()));
    }
}

/// The commands of a track-at-once session that stays open, as they were captured from other programs on their way to a
/// drive: `x_w2` (xorriso) and `w_tao1` (wodim). Only allocation lengths differ, and the speed, which is the fastest.
#[test]
fn golden_bytes_of_a_session() {
    let told = record(Options::default(), Bench::new(), vec![]);
    let mut page = hex!("0000000000000000 0532 41c408 000000000000000000 0096").to_vec();
    page.resize(60, 0);
    let expected: Vec<(Vec<u8>, Vec<u8>)> = vec![
        (hex!("000000000000").to_vec(), vec![]),
        (hex!("1e0000000100").to_vec(), vec![]),
        (hex!("bb00ffffffff000000000000").to_vec(), vec![]),
        (hex!("5a08050000000000 4c00").to_vec(), vec![]),
        (hex!("55100000000000003c00").to_vec(), page),
        (hex!("5a08050000000000 4c00").to_vec(), vec![]),
        (hex!("54010000000000000000").to_vec(), vec![]),
        (hex!("52010000 00ff00003000").to_vec(), vec![]),
        (hex!("35000000000000000000").to_vec(), vec![]),
        (hex!("5b010200000000000000").to_vec(), vec![]),
        (hex!("51000000000000002200").to_vec(), vec![]),
        (hex!("000000000000").to_vec(), vec![]),
        (hex!("1e0000000000").to_vec(), vec![]),
    ];
    for (said, expected) in told.bench.wire.iter().zip(&expected) {
        assert_eq!(said, expected, "{:02x?}", said.0);
    }
    assert_eq!(told.bench.wire.len(), expected.len());
}

#[test]
fn session_at_once_sends_the_pregap_and_never_closes() {
    let options = Options { write_type: WriteType::SessionAtOnce, ..Options::default() };
    let bench = Bench { next_writable: Lba(-150), ..Bench::new() };
    let told = record(options, bench, vec![]);
    assert!(told.result.is_ok());
    assert_eq!(told.said(), "00 1e bb 5a 55 5a 54 52 5d 2a×37 35 1e");
    assert_eq!(told.bench.written.keys().next(), Some(&-150));
    assert!(told.bench.written.range(..0).all(|(_, data)| data.iter().all(|byte| *byte == 0)));
    assert_eq!(told.bench.written[&999], sector(999));
}

#[test]
fn short_content_is_padded_to_the_shortest_track() {
    let plan = planned(24, Options::default());
    let told = record_from(&plan, Bench::new(), vec![], None);
    assert!(told.result.is_ok());
    assert_eq!(told.bench.written.len(), 300);
    assert_eq!(told.bench.written[&23], sector(23));
    assert!(told.bench.written[&24].iter().all(|byte| *byte == 0));
}

#[test]
fn events_come_in_order_and_progress_from_zero_to_all() {
    let told = record(Options::default(), Bench::new(), vec![]);
    let kinds: Vec<_> = told
        .events
        .iter()
        .map(|event| match event {
            Event::Preparing { .. } => 'p',
            Event::Progress(_) => 'w',
            Event::Closing { estimate } => {
                assert!((5..60).contains(&estimate.as_secs()), "{estimate:?}");
                'c'
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let kinds: String = kinds.into_iter().collect();
    assert!(kinds.starts_with("pw") && kinds.ends_with("wc"), "{kinds}");
    let written: Vec<_> = told
        .events
        .iter()
        .filter_map(|event| if let Event::Progress(progress) = event { Some(progress.written) } else { None })
        .collect();
    assert!(written.is_sorted());
    assert_eq!((written[0], written[written.len() - 1]), (0, 1000));
}

#[test]
fn a_full_drive_buffer_is_waited_for_and_the_same_sectors_sent_again() {
    let full = check(SenseKey::NotReady, 0x04, 0x08);
    let rules = vec![Rule::once(When::Opcode(WRITE), full.clone()).after(5).times(40)];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(told.result.is_ok());
    assert_eq!(told.bench.written.len(), 1000);
    // At the very first WRITE as well.
    let told = record(Options::default(), Bench::new(), vec![Rule::once(When::Opcode(WRITE), full)]);
    assert!(told.result.is_ok());
}

#[test]
fn every_endless_wait_ends() {
    for (opcode, ascq) in
        [(0x00, 0x01), (WRITE, 0x08), (0x35, 0x08), (0x5B, 0x07), (0x51, 0x07), (0x54, 0x07)]
    {
        let rules = vec![Rule::always(When::Opcode(opcode), check(SenseKey::NotReady, 0x04, ascq))];
        let told = record(Options::default(), Bench::new(), rules);
        assert!(matches!(told.error().cause, Cause::Patience { .. }), "{opcode:#x}: {}", told.error());
        assert!(told.unlocked());
        assert!(told.bench.clock < Duration::from_secs(2 * 3600), "{opcode:#x}");
    }
}

#[test]
fn a_write_error_stops_flushes_unlocks_and_tells_where() {
    let rules = vec![Rule::once(
        When::Blocks { opcode: WRITE, lba: 300..301 },
        check(SenseKey::MediumError, 0x0C, 0x00),
    )];
    let told = record(Options::default(), Bench::new(), rules);
    let error = told.error();
    assert!(matches!(error.cause, Cause::Drive(sense) if sense.code.asc == 0x0C));
    assert_eq!((error.phase, error.lba), (Phase::Writing, Some(Lba(288))));
    assert_eq!(error.disc, DiscCondition::NotClosed { last_accepted: Some(Lba(287)) });
    assert!(error.unlocked && told.unlocked());
    // Nine writes arrived; the tenth met the fault.
    assert!(told.said().ends_with("2a×9 35 1e"), "{}", told.said());
    let words = error.to_string();
    for needle in [
        "writing failed at LBA 288",
        "3/0C/00",
        "WRITE (10)",
        "earlier sessions are intact",
        "close the session",
    ] {
        assert!(words.contains(needle), "{needle} is not in {words}");
    }
}

#[test]
fn an_error_at_the_first_write_counts_as_touched_but_a_refusal_does_not() {
    let failing = vec![Rule::once(When::Opcode(WRITE), check(SenseKey::MediumError, 0x0C, 0x00))];
    let told = record(Options::default(), Bench::new(), failing);
    assert_eq!(told.error().disc, DiscCondition::NotClosed { last_accepted: None });
    let refusing = vec![Rule::once(When::Opcode(WRITE), check(SenseKey::IllegalRequest, 0x21, 0x02))];
    let told = record(Options::default(), Bench::new(), refusing);
    assert_eq!(told.error().disc, DiscCondition::Untouched);
    assert!(told.unlocked());
}

#[test]
fn an_error_of_an_earlier_write_is_not_taken_for_success_of_the_next_command() {
    let deferred = Sense { deferred: true, ..Sense::new(SenseKey::MediumError, 0x0C, 0x00) };
    for opcode in [WRITE, 0x35, 0x5B, 0x51, 0x00, 0x1E] {
        let skip = u32::from(matches!(opcode, 0x00 | 0x1E)) + 3 * u32::from(opcode == WRITE);
        let rules = vec![
            Rule::once(When::Opcode(opcode), Effect::Answer(Status::CheckCondition(deferred))).after(skip),
        ];
        let told = record(Options::default(), Bench::new(), rules);
        assert!(matches!(told.error().cause, Cause::Drive(sense) if sense.deferred), "{opcode:#x}");
        let closed = opcode == 0x1E;
        assert_eq!(told.error().disc == DiscCondition::Closed, closed, "{opcode:#x}");
        assert!(told.unlocked() && told.error().unlocked);
    }
}

#[test]
fn a_session_at_once_that_stops_is_left_as_a_mode_too() {
    let options = Options { write_type: WriteType::SessionAtOnce, ..Options::default() };
    let rule = Rule::once(When::Opcode(WRITE), check(SenseKey::IllegalRequest, 0x2C, 0x00));
    let told = record(options, Bench::new(), vec![rule]);
    assert!(told.said().ends_with("5d 55 1e"), "{}", told.said());
    assert_eq!(u8::from(told.bench.page.write_type), 1);
}

#[test]
fn unlocking_is_tried_more_than_once() {
    let failing = check(SenseKey::HardwareError, 0x53, 0x00);
    let rules = vec![Rule::once(When::Opcode(0x1E), failing).after(1).times(2)];
    let told = record(Options::default(), Bench::new(), rules);
    assert_eq!(told.result.as_ref().unwrap().warnings, []);
    assert!(told.unlocked());
}

#[test]
fn nothing_is_written_when_setting_up_fails() {
    for (opcode, key, asc, ascq) in [
        (0x00, SenseKey::NotReady, 0x3A, 0x00),
        (0x00, SenseKey::UnitAttention, 0x28, 0x00),
        (0x55, SenseKey::IllegalRequest, 0x26, 0x00),
        (0x54, SenseKey::MediumError, 0x73, 0x03),
        (0x52, SenseKey::UnitAttention, 0x29, 0x00),
        (0x54, SenseKey::UnitAttention, 0x28, 0x00),
        (0x1E, SenseKey::UnitAttention, 0x28, 0x00),
    ] {
        let rules = vec![Rule::once(When::Opcode(opcode), check(key, asc, ascq)).times(2)];
        let told = record(Options::default(), Bench::new(), rules);
        assert_eq!(told.error().disc, DiscCondition::Untouched, "{opcode:#x}");
        assert_eq!(told.error().phase, Phase::Preparing);
        assert!(told.bench.written.is_empty());
        assert!(told.error().sense().is_some());
    }
}

#[test]
fn optional_commands_may_be_missing() {
    let missing = check(SenseKey::IllegalRequest, 0x20, 0x00);
    let rules = [0x1E, 0xBB, 0x54, 0x5A, 0x5C]
        .map(|opcode| Rule::always(When::Opcode(opcode), missing.clone()))
        .to_vec();
    let plan = planned(5000, Options::default());
    let told = record_from(&plan, Bench::new(), rules, None);
    assert!(told.result.is_ok(), "{}", told.error());
    let warnings = told.result.unwrap().warnings;
    assert!(
        warnings.iter().any(|it| matches!(it, Warning::Refused { command: "SET CD SPEED", .. })),
        "{warnings:?}"
    );
    assert_eq!(told.bench.written.len(), 5000);
    // READ BUFFER CAPACITY is asked for once, then no more.
    assert!(!told.bench.said.contains(&0x5C));
}

#[test]
fn without_underrun_protection_the_drive_is_used_with_a_warning() {
    let rules = vec![Rule::once(When::Opcode(0x55), check(SenseKey::IllegalRequest, 0x26, 0x00))];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(told.result.unwrap().warnings.contains(&Warning::NoUnderrunProtection));
    assert!(!told.bench.page.buffer_underrun_free);
}

#[test]
fn a_drive_that_ignores_the_simulation_flag_writes_nothing() {
    let options = Options { simulate: true, ..Options::default() };
    let told = record(options, Bench { obeys_page: false, ..Bench::new() }, vec![]);
    assert!(matches!(told.error().cause, Cause::ParametersIgnored { what: "simulation flag" }));
    assert!(told.bench.written.is_empty() && told.unlocked());
    // Nor does one that does not say.
    let rules = vec![Rule::always(When::Opcode(0x5A), check(SenseKey::IllegalRequest, 0x24, 0x00))];
    let told = record(options, Bench::new(), rules);
    assert!(told.result.is_err() && told.bench.written.is_empty());
}

#[test]
fn a_simulation_does_all_but_calibrate() {
    let options = Options { simulate: true, ..Options::default() };
    let told = record(options, Bench::new(), vec![]);
    assert!(told.result.is_ok());
    assert_eq!(told.said(), "00 1e bb 5a 55 5a 52 2a×32 35 5b 51 00 1e");
    assert!(told.bench.page.test_write);
}

#[test]
fn a_disc_that_moved_on_is_not_written_to() {
    let told = record(Options::default(), Bench { next_writable: Lba(11_702), ..Bench::new() }, vec![]);
    assert!(matches!(told.error().cause, Cause::StartMoved { planned: Lba(0), found: Some(Lba(11_702)) }));
    let told = record(Options::default(), Bench { free_blocks: 999, ..Bench::new() }, vec![]);
    assert!(matches!(told.error().cause, Cause::NoRoom { needed: 1000, free: 999 }));
    assert!(told.bench.written.is_empty() && told.unlocked());
}

#[test]
fn a_source_that_fails_stops_the_recording_in_order() {
    let plan = planned(20_000, Options::default());
    // Before anything is written: the ring is filled first.
    let told = record_from(&plan, Bench::new(), vec![], Some(5));
    assert!(matches!(&told.error().cause, Cause::Source(error) if error.sector == 5));
    assert_eq!(told.error().disc, DiscCondition::Untouched);
    let told = record_from(&plan, Bench::new(), vec![], Some(15_000));
    assert!(matches!(told.error().cause, Cause::Source(_)));
    assert_eq!(told.error().disc, DiscCondition::NotClosed { last_accepted: Some(Lba(14_975)) });
    assert!(told.said().ends_with("35 1e"));
}

#[test]
fn a_cancelled_recording_stops_at_once_but_never_while_closing() {
    for (at, touched) in [(0, false), (500, true), (u64::MAX, true)] {
        let plan = planned(1000, Options::default());
        let cancel = CancelToken::new();
        let trigger = cancel.clone();
        let mut closing = false;
        let mut watch = Watch::new(cancel, |event: &Event| match event {
            Event::Progress(progress) if progress.written >= at && at > 0 => trigger.cancel(),
            Event::Preparing { .. } if at == 0 => trigger.cancel(),
            Event::Closing { .. } => {
                closing = true;
                trigger.cancel();
            }
            _ => {}
        });
        let mut bench = Bench::new();
        let mut engine = Engine::new(&plan, 65_536, None);
        pump(&mut engine, &mut bench, &plan, &mut Numbered { sectors: 1000, bad: None }, &mut watch);
        let result = engine.finish();
        if at == u64::MAX {
            assert!(closing && result.is_ok(), "a session that is all written is closed");
            continue;
        }
        let error = result.unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(!error.is_disc_untouched(), touched);
        assert!(bench.written.len() < 1000);
        assert_eq!(bench.said.last(), Some(&0x1E));
        assert_eq!(bench.said.contains(&0x35), touched);
        assert!(!bench.said.contains(&0x5B));
    }
}

#[test]
fn a_drive_that_vanishes_is_not_called_again_and_the_lock_is_told() {
    let rules = vec![Rule::once(When::Opcode(WRITE), Effect::Unplugged).after(3)];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(matches!(told.error().cause, Cause::Transport(TransportError::Gone(_))));
    assert_eq!(told.error().disc, DiscCondition::NotClosed { last_accepted: Some(Lba(95)) });
    assert!(!told.error().unlocked);
    assert!(told.error().to_string().contains("could not be unlocked"));
}

#[test]
fn a_lost_answer_is_no_success() {
    for effect in [Effect::Lost, Effect::AnswerLost] {
        for opcode in [WRITE, 0x35, 0x5B] {
            let rules = vec![Rule::once(When::Opcode(opcode), effect.clone())];
            let told = record(Options::default(), Bench::new(), rules);
            assert!(
                matches!(told.error().cause, Cause::Transport(TransportError::Timeout(_))),
                "{opcode:#x}"
            );
            assert!(matches!(told.error().disc, DiscCondition::NotClosed { .. }));
            assert!(told.unlocked());
        }
    }
}

#[test]
fn a_short_transfer_is_no_success() {
    let rules = vec![Rule::once(When::Opcode(WRITE), Effect::Cut(63_488)).after(2)];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(matches!(told.error().cause, Cause::ShortTransfer { sent: 65_536, taken: 63_488 }));
    assert!(told.unlocked());
}

#[test]
fn closing_is_waited_for_by_both_of_its_signs() {
    for opcode in [0x51, 0x00] {
        let busy = check(SenseKey::NotReady, 0x04, 0x07);
        let rules = vec![Rule::once(When::Opcode(opcode), busy).after(u32::from(opcode == 0)).times(30)];
        let told = record(Options::default(), Bench::new(), rules);
        assert!(told.result.is_ok());
        assert!(told.bench.clock > Duration::from_secs(7), "it was waited for");
    }
}

#[test]
fn a_close_that_fails_is_its_own_state() {
    for (asc, ascq, key) in [
        (0x72, 0x03, SenseKey::IllegalRequest),
        (0x72, 0x00, SenseKey::MediumError),
        (0x0C, 0x00, SenseKey::MediumError),
    ] {
        let rules = vec![Rule::once(When::Opcode(0x5B), check(key, asc, ascq))];
        let told = record(Options::default(), Bench::new(), rules);
        assert_eq!(told.error().phase, Phase::Closing);
        assert_eq!(told.error().disc, DiscCondition::NotClosed { last_accepted: Some(Lba(999)) });
        assert!(told.error().advice().contains("close the session"));
        assert!(told.unlocked());
    }
}

#[test]
fn a_drive_that_cannot_close_in_the_background_closes_in_the_foreground() {
    let rules = vec![Rule::once(When::Opcode(0x5B), check(SenseKey::IllegalRequest, 0x24, 0x00))];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(told.result.is_ok());
    assert!(told.said().ends_with("35 5b 51 00 1e"));
}

#[test]
fn oddities_of_drives_are_lived_with() {
    let attention = |ascq| check(SenseKey::UnitAttention, 0x29, ascq);
    let rules = vec![
        // Switched on just now.
        Rule::once(When::Opcode(0x00), attention(0)),
        // The eject button.
        Rule::once(When::Opcode(WRITE), check(SenseKey::UnitAttention, 0x5A, 0x01)).after(4),
        // Done with help.
        Rule::once(
            When::Opcode(WRITE),
            Effect::AnswerAfter(Status::CheckCondition(Sense::new(SenseKey::RecoveredError, 0x0C, 0x01))),
        )
        .after(6),
        // Mitsumi's early end of fixation.
        Rule::once(When::Opcode(0x5B), check(SenseKey::UnitAttention, 0x2E, 0x00)),
        Rule::once(When::Opcode(0x35), Effect::Answer(Status::Busy)).times(3),
    ];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(told.result.is_ok(), "{}", told.error());
    assert_eq!(told.bench.written.len(), 1000);
}

#[test]
fn a_tray_that_stays_locked_does_not_spoil_the_session() {
    let rules = vec![Rule::always(When::Opcode(0x1E), check(SenseKey::HardwareError, 0x53, 0x00)).after(1)];
    let told = record(Options::default(), Bench::new(), rules);
    let warnings = told.result.unwrap().warnings;
    assert!(matches!(warnings[..], [Warning::StillLocked { .. }]), "{warnings:?}");
}

#[test]
fn a_stopped_disc_is_started() {
    let stopped = check(SenseKey::NotReady, 0x04, 0x02);
    let told =
        record(Options::default(), Bench::new(), vec![Rule::once(When::Opcode(0x00), stopped.clone())]);
    assert!(told.result.is_ok());
    assert!(told.said().starts_with("1b 00 1e bb"), "{}", told.said());
    let told = record(Options::default(), Bench::new(), vec![Rule::always(When::Opcode(0x00), stopped)]);
    assert!(told.error().is_disc_untouched());
}

#[test]
fn a_reset_in_the_middle_is_fatal() {
    let rules = vec![Rule::once(When::Opcode(WRITE), check(SenseKey::UnitAttention, 0x29, 0x00)).after(4)];
    let told = record(Options::default(), Bench::new(), rules);
    assert!(matches!(told.error().disc, DiscCondition::NotClosed { .. }));
}

#[test]
fn sectors_swallowed_faster_than_light_are_noticed() {
    let rules = vec![Rule::always(When::Opcode(WRITE), Effect::SilentSuccess)];
    let told = record(Options::default(), Bench::new(), rules);
    let warnings = told.result.unwrap().warnings;
    assert!(warnings.iter().any(|it| matches!(it, Warning::ImplausiblyFast { .. })), "{warnings:?}");
}

#[test]
fn a_source_of_another_length_is_refused() {
    let plan = planned(1000, Options::default());
    let mut bench = Bench::new();
    let mut engine = Engine::new(&plan, 65_536, None);
    pump(&mut engine, &mut bench, &plan, &mut Numbered { sectors: 999, bad: None }, &mut ());
    let error = engine.finish().unwrap_err();
    assert!(matches!(error.cause, Cause::Source(_)));
    assert!(error.is_disc_untouched());
}
