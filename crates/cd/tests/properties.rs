//! Round trips, and that foreign bytes never panic.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails shall panic")]

use discwright_cd::cd_text::{Block as TextBlock, CdText, Characters, Pack, PackKind, collapse, expand};
use discwright_cd::sector::{self, Block, Format, Header, Mode, Subheader, Verdict};
use discwright_cd::subchannel::{Content, Isrc, Mcn, Position, Q, QError, Subchannels, Track, crc16};
use discwright_cd::toc::{DiscType, Entry};
use discwright_cd::{Control, Lba, Msf};
use proptest::prelude::*;

fn lba() -> impl Strategy<Value = Lba> {
    (Lba::MIN.0..=Lba::MAX.0).prop_map(Lba)
}

fn msf() -> impl Strategy<Value = Msf> {
    (0..100_u8, 0..60_u8, 0..75_u8).prop_map(|(minute, second, frame)| Msf { minute, second, frame })
}

fn control() -> impl Strategy<Value = Control> {
    (0..16_u8).prop_map(Control::from_lower_nibble)
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Zero), Just(Mode::One), Just(Mode::Two)]
}

fn block() -> impl Strategy<Value = Block> {
    use Block::{Link, RunIn1, RunIn2, RunIn3, RunIn4, RunOut1, RunOut2, User};
    proptest::sample::select(vec![User, RunIn4, RunIn3, RunIn2, RunIn1, Link, RunOut2, RunOut1])
}

fn entry() -> impl Strategy<Value = Entry> {
    let disc = prop_oneof![Just(DiscType::CdDaOrRom), Just(DiscType::CdI), Just(DiscType::CdRomXa)];
    prop_oneof![
        (1..100_u8, msf()).prop_map(|(number, start)| Entry::track(number, start)),
        (1..100_u8, disc).prop_map(|(number, disc)| Entry::first_track(number, disc)),
        (1..100_u8).prop_map(Entry::last_track),
        msf().prop_map(Entry::lead_out),
        (proptest::option::of(msf()), msf(), 0..100_u8)
            .prop_map(|(next, last, n)| Entry::next_session(next, last, n)),
        (any::<[u8; 3]>(), msf()).prop_map(|(special, start)| Entry::first_lead_in(special, start)),
        (1..100_u8, msf(), msf()).prop_map(|(number, start, stop)| Entry::pma_track(number, start, stop)),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    let track = prop_oneof![(1..100_u8).prop_map(Track::Number), Just(Track::LeadOut)];
    let position = (track, 0..100_u8, msf(), msf()).prop_map(|(track, index, relative, absolute)| Position {
        track,
        index,
        relative,
        absolute,
    });
    let mcn = "[0-9]{13}".prop_map(|text| text.parse::<Mcn>().unwrap());
    let isrc = "[0-9A-Z]{5}[0-9]{7}".prop_map(|text| text.parse::<Isrc>().unwrap());
    prop_oneof![
        position.prop_map(Content::Position),
        entry().prop_map(Content::Entry),
        (mcn, 0..75_u8).prop_map(|(mcn, frame)| Content::Mcn { mcn, frame }),
        (isrc, 0..75_u8).prop_map(|(isrc, frame)| Content::Isrc { isrc, frame }),
    ]
}

fn bytes<const N: usize>() -> impl Strategy<Value = Box<[u8; N]>> {
    proptest::collection::vec(any::<u8>(), N).prop_map(|bytes| bytes.try_into().unwrap())
}

/// Sectors whose head is likely to be a head.
fn sector() -> impl Strategy<Value = Box<[u8; 2352]>> {
    (any::<bool>(), 0..4_u8, any::<bool>(), bytes::<2352>()).prop_map(|(sync, mode, xa, mut sector)| {
        if sync {
            sector[..12].copy_from_slice(&sector::SYNC);
            sector[15] = mode;
        }
        if xa {
            sector.copy_within(16..20, 20);
        }
        sector
    })
}

/// Texts of an album, block after block.
fn cd_text() -> impl Strategy<Value = CdText> {
    let kind = proptest::sample::select((0x80..=0x8E).map(PackKind::from_code).collect::<Vec<_>>());
    let code = prop_oneof![
        Just((Characters::Latin1, "[ -~\u{A0}-\u{FF}]{0,30}")),
        Just((Characters::Ascii, "[ -~]{0,30}")),
        Just((Characters::MsJis, "[ぁ-んァ-ン一二三猫]{0,30}")),
    ];
    let block = (code, any::<u8>(), 1..20_u8, 0..9_u8).prop_flat_map(
        move |((code, pattern), language, first, more)| {
            let texts = proptest::collection::vec((kind.clone(), 0..30_u8, pattern), 0..20);
            let genre = proptest::option::of((any::<u16>(), "[ -~]{0,20}"));
            (texts, genre).prop_map(move |(texts, genre)| {
                let mut block = TextBlock::new(code, language, first, first + more);
                block.genre = genre;
                for (kind, track, text) in texts {
                    let _ = block.set(kind, track, text);
                }
                block
            })
        },
    );
    proptest::collection::btree_map(0..8_u8, block, 0..4).prop_map(|blocks| CdText { blocks })
}

proptest! {
    /// What can be written is read back whole, from packs in any number of repetitions.
    #[test]
    fn texts_survive_the_lead_in(text in cd_text(), repetitions in 1..3_usize) {
        // Codes and the like are ASCII whatever the block is, so not every text can be written.
        if let Ok(packs) = text.encode() {
            let decoded = CdText::decode(packs.repeat(repetitions).as_flattened());
            prop_assert_eq!(decoded.faults, []);
            prop_assert_eq!(decoded.text, text);
        }
    }

    /// Whatever packs are lost or damaged, every text that is read is one of those written.
    #[test]
    fn lost_packs_invent_no_text(text in cd_text(), lost in proptest::collection::vec(any::<proptest::sample::Index>(), 1..4)) {
        let Ok(mut packs) = text.encode() else { return Ok(()) };
        if packs.is_empty() {
            return Ok(());
        }
        for index in lost {
            let at = index.index(packs.len());
            packs[at][7] ^= 0x55;
        }
        for (number, block) in CdText::decode(packs.as_flattened()).text.blocks {
            // Without its size information nobody knows the code and the tracks of a block.
            if (block.first_track, block.last_track) == (1, 99) {
                continue;
            }
            for (kind, track, found) in block.texts() {
                prop_assert_eq!(text.blocks[&number].get(kind, track), Some(found));
            }
        }
    }

    #[test]
    fn an_address_survives_disc_time(lba in lba()) {
        let msf = lba.to_msf().unwrap();
        prop_assert_eq!(msf.to_lba(), lba);
        prop_assert_eq!(Msf::from_bcd(msf.to_bcd().unwrap()), Some(msf));
    }

    #[test]
    fn a_header_survives_the_sector(address in msf(), mode in mode(), block in block()) {
        let header = Header { address, mode, block };
        prop_assert_eq!(Header::parse(header.encode().unwrap()), Ok(header));
    }

    #[test]
    fn mode_1_gives_back_what_it_was_given(lba in lba(), user in bytes::<2048>()) {
        let mut sector = [0xAA; 2352];
        sector::encode_mode1(lba, &user, &mut sector).unwrap();
        let report = sector::check(&sector);
        prop_assert!(report.is_intact());
        prop_assert_eq!((report.format, report.edc, report.ecc), (Format::Mode1, Verdict::Holds, Verdict::Holds));
        prop_assert_eq!(report.header, Some(Header::user(lba, Mode::One)));
        prop_assert_eq!(sector::user_data(report.format, &sector), &user[..]);
    }

    #[test]
    fn form_1_gives_back_what_it_was_given(lba in lba(), subheader: [u8; 4], user in bytes::<2048>()) {
        let mut sector = [0xAA; 2352];
        sector::encode_mode2_form1(lba, Subheader::parse(subheader), &user, &mut sector).unwrap();
        let report = sector::check(&sector);
        prop_assert!(report.is_intact());
        prop_assert_eq!((report.format, report.edc, report.ecc), (Format::Mode2Form1, Verdict::Holds, Verdict::Holds));
        prop_assert_eq!(sector::user_data(report.format, &sector), &user[..]);
    }

    /// Any change of one byte behind the sync is seen by a code or changes the header.
    #[test]
    fn no_damage_of_a_mode_1_sector_goes_unseen(user in bytes::<2048>(), at in 12..2352_usize, by in 1..=255_u8) {
        let mut sector = [0; 2352];
        sector::encode_mode1(Lba(0), &user, &mut sector).unwrap();
        let clean = sector::check(&sector);
        sector[at] ^= by;
        let damaged = sector::check(&sector);
        prop_assert!(!damaged.is_intact() || damaged.format != clean.format);
    }

    #[test]
    fn checking_is_total_and_sealing_mends(mut sector in sector()) {
        let report = sector::check(&sector);
        sector::seal(report.format, &mut sector);
        let sealed = sector::check(&sector);
        prop_assert_eq!(sealed.format, report.format);
        prop_assert!(sealed.edc != Verdict::Violated && sealed.ecc != Verdict::Violated);
    }

    #[test]
    fn scrambling_undoes_itself(sector in bytes::<2352>()) {
        let mut twice = sector.clone();
        sector::scramble(&mut twice);
        sector::scramble(&mut twice);
        prop_assert_eq!(twice, sector);
    }

    #[test]
    fn a_q_frame_survives_the_wire(control in control(), content in content()) {
        let q = Q { control, content };
        prop_assert_eq!(Q::parse(&q.encode().unwrap()), Ok(q));
    }

    /// A CRC of 16 bits sees every error of up to three bits in so short a frame.
    #[test]
    fn q_errors_are_seen(control in control(), content in content(), flips in proptest::collection::btree_set(0..96_usize, 1..=3)) {
        let mut bytes = Q { control, content }.encode().unwrap();
        for flip in flips {
            bytes[flip / 8] ^= 0x80 >> (flip % 8);
        }
        let seen = matches!(Q::parse(&bytes), Err(QError::Crc { .. }));
        prop_assert!(seen);
    }

    #[test]
    fn parsing_q_is_total(bytes: [u8; 10]) {
        let mut frame = [0; 12];
        frame[..10].copy_from_slice(&bytes);
        frame[10..].copy_from_slice(&crc16(&bytes).to_be_bytes());
        for q in [Q::parse(&frame), Q::parse_pma(&frame)].into_iter().flatten() {
            prop_assert!(q.encode().is_ok());
        }
    }

    #[test]
    fn interleaving_loses_nothing(wire in bytes::<96>()) {
        prop_assert_eq!(Subchannels::deinterleave(&wire).interleave(), *wire);
    }

    #[test]
    fn a_pack_survives_the_lead_in(kind: u8, track in 0..128_u8, sequence: u8, place: (u8, bool, u8), text: [u8; 12]) {
        let (block, double_byte, position) = (place.0 % 8, place.1, place.2 % 16);
        let pack = Pack { kind: PackKind::from_code(kind), track, sequence, block, double_byte, position, text };
        let packs = [pack.encode(), [0; 18], [0xFF; 18], pack.encode()];
        let back = collapse(&expand(&packs));
        prop_assert_eq!(back, packs);
        prop_assert_eq!(Pack::parse(&back[3]), Ok(pack));
    }
}
