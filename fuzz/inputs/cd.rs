//! What fuzz target `cd` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The first byte chooses the parser. Nothing may panic, and what is understood must survive being written again.

use discwright_cd::cd_text::{CdText, Pack, collapse, expand};
use discwright_cd::sector::{self, Format, Verdict};
use discwright_cd::subchannel::{Content, Q, Subchannels, crc16};

pub(crate) fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    match choice % 4 {
        0 => sectors(rest),
        1 => q_frames(rest),
        2 => subchannels(rest),
        _ => packs(rest),
    }
}

/// A sector, zero behind the input's end: sealing it in the format that it claims makes every code hold.
fn sectors(data: &[u8]) {
    let mut sector = [0; 2352];
    for (byte, given) in sector.iter_mut().zip(data) {
        *byte = *given;
    }
    let report = sector::check(&sector);
    assert_eq!(sector::user_data(report.format, &sector).len(), report.format.user_bytes());
    sector::seal(report.format, &mut sector);
    let sealed = sector::check(&sector);
    assert_eq!(sealed.format, report.format);
    assert_ne!(sealed.edc, Verdict::Violated);
    assert_ne!(sealed.ecc, Verdict::Violated);
    if report.format != Format::Audio && report.format != Format::Mode2Form2 {
        assert!(report.edc != Verdict::Holds || sealed.edc == Verdict::Holds);
    }
    let before = sector;
    sector::scramble(&mut sector);
    sector::scramble(&mut sector);
    assert_eq!(sector, before);
}

fn q_frames(data: &[u8]) {
    for frame in data.as_chunks::<10>().0 {
        let mut bytes = [0; 12];
        bytes[..10].copy_from_slice(frame);
        let crc = crc16(frame);
        bytes[10..].copy_from_slice(&crc.to_be_bytes());
        for q in [Q::parse(&bytes), Q::parse_pma(&bytes)].into_iter().flatten() {
            let again = q.encode().expect("what was decimal stays so");
            if let Content::Entry(_) | Content::Other { .. } = q.content {
                assert_eq!(again, bytes);
            }
            assert!(Q::parse(&again) == Ok(q) || Q::parse_pma(&again) == Ok(q));
        }
    }
}

fn subchannels(data: &[u8]) {
    for wire in data.as_chunks::<96>().0 {
        assert_eq!(Subchannels::deinterleave(wire).interleave(), *wire);
        let packs = collapse(wire);
        assert_eq!(expand(&packs), wire.map(|symbol| symbol & 0x3F));
    }
}

fn packs(data: &[u8]) {
    let decoded = CdText::decode(data);
    assert!(decoded.faults.len() <= 2 * data.len());
    // Bytes as they come seldom pass the CRC; with it put right they come further.
    let mut mended = data.to_vec();
    for pack in mended.as_chunks_mut::<18>().0 {
        let crc = crc16(&pack[..16]).to_be_bytes();
        pack[16..].copy_from_slice(&crc);
        let parsed = Pack::parse(pack).expect("its CRC holds");
        assert_eq!(Pack::parse(&parsed.encode()), Ok(parsed));
    }
    if let Ok(packs) = CdText::decode(&mended).text.encode() {
        let again = CdText::decode(packs.as_flattened());
        assert_eq!(again.faults, []);
        assert!(again.text.encode().is_ok());
    }
}
