//! What holds for all bytes, not for chosen ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use discwright_mmc::command::{AnyCommand, Command, Response, Write10};
use discwright_mmc::cue_sheet::CueSheet;
use discwright_mmc::mode::{ModeData6, ModeData10, ModePage, PageEntry, WriteParameters, WriteType};
use discwright_mmc::{Cdb, FieldPointer, Sense, SenseKey, SenseSpecific};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

#[path = "../../../fuzz/inputs/cdb.rs"]
mod cdb;
#[path = "../../../fuzz/inputs/response.rs"]
mod response;

/// A change to a valid answer, as broken or malicious drives make them.
#[derive(Clone, Debug)]
enum Damage {
    Overwrite(Index, u8),
    FlipBit(Index, u32),
    Cut(Index),
    Append(Vec<u8>),
    Remove(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), prop_oneof![Just(0), Just(0xFF), Just(0x7F), any::<u8>()])
            .prop_map(|(at, value)| Damage::Overwrite(at, value)),
        (any::<Index>(), 0_u32..8).prop_map(|(at, bit)| Damage::FlipBit(at, bit)),
        any::<Index>().prop_map(Damage::Cut),
        vec(any::<u8>(), 0..64).prop_map(Damage::Append),
        any::<Index>().prop_map(Damage::Remove),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: Damage) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match damage {
        Damage::Overwrite(at, value) => bytes[at.index(length)] = value,
        Damage::FlipBit(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Damage::Cut(at) => bytes.truncate(at.index(length)),
        Damage::Append(more) => bytes.extend(more),
        Damage::Remove(at) => {
            bytes.remove(at.index(length));
        }
    }
}

/// The valid answers of the corpus, each behind the number of its parser.
fn valid_answers() -> &'static [Vec<u8>] {
    static ANSWERS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ANSWERS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/response");
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| fs::read(path).unwrap()).collect()
    })
}

/// Bytes behind the number of a parser, as the fuzz target takes them.
fn input(parser: usize, bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(parser).unwrap()], bytes].concat()
}

fn sense() -> impl Strategy<Value = Sense> {
    let key = (0_u8..16).prop_map(SenseKey::from);
    let pointer = (any::<bool>(), any::<u16>(), proptest::option::of(0_u8..8))
        .prop_map(|(in_cdb, byte, bit)| FieldPointer { in_cdb, byte, bit });
    (key, any::<[u8; 2]>(), any::<bool>(), any::<Option<u32>>(), any::<Option<u16>>(), pointer)
        .prop_map(|(key, [asc, ascq], deferred, information, value, pointer)| {
            let specific = value.map(|value| match key {
                SenseKey::IllegalRequest => SenseSpecific::Field(pointer),
                SenseKey::NoSense | SenseKey::NotReady => SenseSpecific::Progress(value),
                SenseKey::RecoveredError | SenseKey::MediumError | SenseKey::HardwareError => {
                    SenseSpecific::Retries(value)
                }
                _ => SenseSpecific::Other([asc & 0x7F, ascq, 7]),
            });
            Sense { deferred, information, specific, ..Sense::new(key, asc, ascq) }
        })
        .prop_flat_map(|sense| {
            (any::<[bool; 3]>(), any::<u32>(), any::<u8>()).prop_map(move |(marks, command, unit)| {
                let [filemark, end_of_medium, incorrect_length] = marks;
                let (command_information, replaceable_unit) = (command, unit);
                Sense {
                    filemark,
                    end_of_medium,
                    incorrect_length,
                    command_information,
                    replaceable_unit,
                    ..sense
                }
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// Hostile bytes never panic, and what is accepted re-encodes to what would be accepted again.
    #[test]
    fn decoding_is_total_and_canonical(wire in vec(any::<u8>(), 0..20)) {
        cdb::run(&wire);
    }

    /// Random bytes behind a known operation code: half of all values of every field in a few thousand tries.
    #[test]
    fn a_command_survives_the_wire(opcode in select(AnyCommand::OPCODES), mut wire in any::<[u8; 16]>()) {
        wire[0] = opcode;
        cdb::run(&wire);
        // Without the bit that drives refuse (the old relative addressing), everything known decodes.
        wire[1] &= 0xFE;
        let cdb = Cdb::from_wire(&wire).unwrap();
        prop_assert!(AnyCommand::decode(&cdb).is_ok());
    }

    #[test]
    fn a_short_cdb_is_an_error(opcode in select(AnyCommand::OPCODES), wire in vec(any::<u8>(), 0..16)) {
        let mut wire = wire;
        if let Some(first) = wire.first_mut() {
            *first = opcode;
        }
        let enough = wire.len() >= Cdb::length_of(wire.first().copied().unwrap_or(0));
        prop_assert_eq!(Cdb::from_wire(&wire).is_ok(), enough);
    }

    /// A command decodes its own operation code and no other.
    #[test]
    fn a_command_refuses_the_cdb_of_another(opcode in select(AnyCommand::OPCODES)) {
        let mut wire = [0; 16];
        wire[0] = opcode;
        let cdb = Cdb::from_wire(&wire).unwrap();
        prop_assert_eq!(Write10::decode(&cdb).is_ok(), opcode == 0x2A);
    }

    #[test]
    fn answers_of_noise(parser in 0..response::PARSERS.len(), bytes in vec(any::<u8>(), 0..300)) {
        response::run(&input(parser, &bytes));
    }

    /// Noise that begins like an answer: zeros and small numbers in the places of lengths and codes.
    #[test]
    fn answers_of_small_numbers(parser in 0..response::PARSERS.len(), bytes in vec(0_u8..40, 0..300)) {
        response::run(&input(parser, &bytes));
    }

    #[test]
    fn damaged_answers(choice in select(valid_answers()), damages in vec(damage(), 0..6)) {
        let (parser, bytes) = choice.split_first().unwrap();
        let mut bytes = bytes.to_vec();
        for damage in damages {
            apply(&mut bytes, damage);
        }
        response::run(&input(usize::from(*parser), &bytes));
    }

    /// Whatever a page holds, whichever it is and however long: it goes through whole.
    #[test]
    fn a_mode_page_survives_to_the_bit(first in any::<u8>(), data in vec(any::<u8>(), 0..=255)) {
        let header = [first & 0xBF, u8::try_from(data.len()).unwrap()];
        let bytes = [&header, data.as_slice()].concat();
        let (entry, rest) = PageEntry::parse(&bytes).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(entry.encode(), bytes);
    }

    #[test]
    fn pages_survive_in_both_headers(data in vec(any::<u8>(), 50), medium_type in any::<u8>(), savable in any::<bool>()) {
        let page = [&[0x05, 50], data.as_slice()].concat();
        let page = WriteParameters::parse(&page).unwrap();
        let list = ModeData10 {
            medium_type,
            pages: vec![PageEntry { savable, page: page.clone().into() }, PageEntry::of(page)],
            ..ModeData10::default()
        };
        prop_assert_eq!(ModeData10::parse(&list.encode()), Ok(list.clone()));
        prop_assert_eq!(ModeData10::parse_parameters(&list.encode()), Ok(list.clone()));
        let short = ModeData6(list);
        prop_assert_eq!(ModeData6::parse(&short.encode()), Ok(short.clone()));
        prop_assert_eq!(ModeData6::parse_parameters(&short.encode_parameters()), Ok(short));
    }

    /// One field changed changes nothing else.
    #[test]
    fn a_changed_field_disturbs_no_other(data in vec(any::<u8>(), 50)) {
        let bytes = [&[0x05, 50], data.as_slice()].concat();
        let mut page = WriteParameters::parse(&bytes).unwrap();
        page.write_type = WriteType::SessionAtOnce;
        let mut expected = bytes;
        expected[2] = expected[2] & 0xF0 | 2;
        prop_assert_eq!(ModePage::from(page).encode(), expected);
    }

    #[test]
    fn a_cue_sheet_survives_to_the_bit(entries in vec(any::<[u8; 8]>(), 0..600)) {
        let bytes = entries.concat();
        prop_assert_eq!(CueSheet::parse(&bytes).unwrap().encode(), bytes);
    }

    #[test]
    fn sense_survives_both_forms(sense in sense()) {
        prop_assert_eq!(Sense::parse(&sense.encode_fixed()), Ok(sense));
        prop_assert_eq!(Sense::parse(&sense.encode_descriptor()), Ok(sense));
        prop_assert!(!sense.to_string().is_empty());
    }
}
