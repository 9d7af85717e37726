//! Everything that four foreign burning programs were seen to send is understood, and said again to the byte.
//!
//! The traces are not part of this repository; without them the tests say so, except in CI.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use std::fs;
use std::path::PathBuf;

use discwright_mmc::command::{AnyCommand, DataPhase, name};
use discwright_mmc::cue_sheet::{CueEntry, CueSheet};
use discwright_mmc::mode::{ModeData10, ModePage};
use discwright_mmc::{Cdb, Sense};

/// One command of a trace.
#[derive(Debug)]
struct Line {
    place: String,
    cdb: Vec<u8>,
    /// Bytes asked for, where data came in.
    asked: Option<u32>,
    /// Bytes sent, and how many there were.
    sent: Option<(usize, Vec<u8>)>,
}

/// The folder of traces, or `None` after saying that they are not there.
fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("DISCWRIGHT_SHARED");
    let must = shared.is_some() || std::env::var_os("CI").is_some_and(|it| it == "true");
    let root = shared
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let traces = root.join("traces");
    if traces.is_dir() {
        return Some(traces);
    }
    assert!(!must, "no traces at {}", traces.display());
    println!("skipped: no traces at {}", traces.display());
    None
}

fn hex(text: &str) -> Vec<u8> {
    text.split_ascii_whitespace().filter_map(|it| u8::from_str_radix(it, 16).ok()).collect()
}

/// Commands of all traces; comments and summaries of many WRITEs are left out.
fn lines() -> Option<Vec<Line>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()?).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            if line.starts_with("--") || line.contains(" cmds: ") || line.trim().is_empty() {
                continue;
            }
            lines.push(parse(format!("{}:{}", file.display(), number + 1), line));
        }
    }
    Some(lines)
}

/// `NAME  HEX  IN[n] got m` or `NAME  HEX  OUT[n]: HEX`, either with `-> k/aa/qq` behind.
fn parse(place: String, line: &str) -> Line {
    let data = ["IN[", "OUT[", "->"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
    let (head, tail) = line.split_at(data);
    let cdb = head.split_once("  ").map_or_else(|| hex(head), |(_, bytes)| hex(bytes));
    // A name of one word is separated by one blank: the CDB is then the last 6, 10 or 12 words.
    let cdb = if cdb.is_empty() { hex(head) } else { cdb };
    let bracket = |mark: &str| {
        let (_, rest) = tail.split_once(mark)?;
        rest.split_once(']').map(|(count, rest)| (count.parse::<u32>().unwrap(), rest))
    };
    Line {
        place,
        cdb,
        asked: bracket("IN[").map(|(asked, _)| asked),
        sent: bracket("OUT[")
            .map(|(count, rest)| (usize::try_from(count).unwrap(), hex(rest.trim_start_matches(':')))),
    }
}

#[test]
fn every_cdb_decodes_and_encodes_to_the_same_bytes() {
    let Some(lines) = lines() else { return };
    let mut opcodes = std::collections::BTreeSet::new();
    for line in &lines {
        let cdb = Cdb::from_wire(&line.cdb).unwrap_or_else(|error| panic!("{}: {error}", line.place));
        assert_eq!(cdb.as_bytes().len(), line.cdb.len(), "{}", line.place);
        let command = AnyCommand::decode(&cdb)
            .unwrap_or_else(|error| panic!("{}: {cdb} ({}): {error}", line.place, Sense::from(error)));
        assert_eq!(command.encode(), cdb, "{}: {command:?}", line.place);
        opcodes.insert(cdb.opcode());
        match (line.asked, command.data_phase()) {
            (Some(asked), DataPhase::In { bytes }) => {
                // READ CAPACITY has no length in its CDB; what the host's own buffer was may be more.
                assert!(bytes <= asked, "{}: {command:?} has {bytes} bytes", line.place);
            }
            (Some(_), DataPhase::InBlocks { blocks }) => assert!(blocks > 0, "{}", line.place),
            (None, DataPhase::None) => assert!(line.sent.is_none(), "{}", line.place),
            (None, DataPhase::Out { bytes }) => {
                let sent = line.sent.as_ref().map(|(count, _)| u32::try_from(*count).unwrap());
                assert_eq!(sent, Some(bytes), "{}", line.place);
            }
            (None, DataPhase::In { bytes: 0 }) => {}
            other => panic!("{}: {command:?} moves {other:?}", line.place),
        }
    }
    assert!(lines.len() > 3000, "only {} commands found", lines.len());
    assert!(opcodes.len() >= 25, "only {} operation codes found: {opcodes:02X?}", opcodes.len());
    println!("{} commands, {} operation codes", lines.len(), opcodes.len());
}

#[test]
fn every_parameter_list_parses_and_encodes_to_the_same_bytes() {
    let Some(lines) = lines() else { return };
    let (mut pages, mut descriptors, mut sheets) = (0, 0, 0);
    for line in &lines {
        let Some((count, payload)) = &line.sent else { continue };
        assert_eq!(payload.len(), *count, "{}: {} bytes of {count} are shown", line.place, payload.len());
        match line.cdb.first() {
            Some(0x55) => {
                let list = ModeData10::parse_parameters(payload)
                    .unwrap_or_else(|error| panic!("{}: {error}", line.place));
                assert_eq!(&list.encode_parameters(), payload, "{}: {list:?}", line.place);
                for entry in &list.pages {
                    assert!(matches!(entry.page, ModePage::WriteParameters(_)), "{}: {entry:?}", line.place);
                    pages += 1;
                }
                descriptors += list.block_descriptors.len();
            }
            Some(0x5D) => {
                let sheet = CueSheet::parse(payload).unwrap();
                assert_eq!(&sheet.encode(), payload, "{}", line.place);
                assert!(
                    !sheet.entries.iter().any(|entry| matches!(entry, CueEntry::Other(_))),
                    "{}: {sheet:?}",
                    line.place
                );
                sheets += 1;
            }
            opcode => panic!("{}: {} sends data", line.place, name(*opcode.unwrap())),
        }
    }
    assert!(
        pages > 200 && descriptors > 10 && sheets >= 8,
        "{pages} pages, {descriptors} descriptors, {sheets} sheets"
    );
    println!("{pages} write parameter pages, {descriptors} lone block descriptors, {sheets} cue sheets");
}
