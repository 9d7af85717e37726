//! Numbers that real drives gave, and bytes that foreign programs sent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod common;

use common::*;
use discwright_cd::Lba;
use discwright_drive::MediumKind;
use discwright_mmc::command::*;
use discwright_mmc::mode::MultiSession;
use discwright_mmc::response::{DiscState, SessionState};
use discwright_transport::{Data, Status, TransportExt};

/// udisks #836: a track that ends at 608, then sessions at 12010 and 24800 (`spec/drive.md` 2.2).
#[test]
fn the_sessions_of_udisks_836_start_where_the_real_ones_did() {
    let mut recorder = recorder(MediumKind::CdR80);
    assert_eq!(burn_track(&mut recorder, 608), Lba(0));
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(track_information(&mut recorder).start, Lba(12_010));
    assert_eq!(burn_track(&mut recorder, 17_898 - 12_010), Lba(12_010));
    close_session(&mut recorder, MultiSession::Open);
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(24_800)));
    assert_eq!(disc_information(&mut recorder).sessions, 3);
}

/// GSA-H42N log: a closed track of 750 blocks in an open session; NWA 902, free 358941, last lead-out 359845,
/// status incomplete, last session incomplete, one session (`spec/drive.md` 2.2 and 2.4).
#[test]
fn the_next_writable_address_and_free_blocks_of_the_gsa_h42n() {
    let mut recorder = recorder(MediumKind::CdR80);
    burn_track(&mut recorder, 750);
    let next = track_information(&mut recorder);
    assert_eq!(next.next_writable, Some(Lba(902)));
    assert_eq!(next.free_blocks, 358_941);
    let disc = disc_information(&mut recorder);
    assert_eq!(
        (disc.disc, disc.last_session, disc.sessions),
        (DiscState::Incomplete, SessionState::Incomplete, 1)
    );
    assert_eq!(disc.last_possible_lead_out.unwrap().to_lba(), Lba(359_845));
}

/// A blank 80 minute disc of that ATIP: 359845 - 0 - 2 blocks are free.
#[test]
fn a_blank_disc_is_free_to_its_last_lead_out() {
    let mut recorder = recorder(MediumKind::CdR80);
    let next = track_information(&mut recorder);
    assert_eq!((next.start, next.next_writable, next.free_blocks), (Lba(0), Some(Lba(0)), 359_843));
    select(&mut recorder, session_page(MultiSession::Open));
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(-150)));
}

/// `spec/burners.md` 2.2 and appendix B, `x_w1`: xorriso's cue sheet for a disc that stays open, and its writes from
/// -150 in blocks of 16. The next session then starts at 525 + 1 + 11400 = 11926, where xorriso's `x_w2` appends.
#[test]
fn xorrisos_first_session_at_once_ends_where_its_second_begins() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, session_page(MultiSession::Open));
    let sheet = hex_literal::hex!(
        "41 00 00 14 00 00 00 00" "41 01 00 10 00 00 00 00" "41 01 01 10 00 00 02 00" "41 AA 01 14 00 00 09 01"
    );
    let cdb = [0x5D, 0, 0, 0, 0, 0, 0, 0, 0x20, 0];
    assert_eq!(raw(&mut recorder, &cdb, Data::Out(&sheet)).0, Status::Good);
    write(&mut recorder, Lba(-150), 676, 2048).unwrap();
    sync(&mut recorder);
    assert_eq!(recorder.ask(&ReadCapacity10::default()).unwrap().last, Lba(525));
    select(&mut recorder, track_page(true));
    assert_eq!(track_information(&mut recorder).next_writable, Some(Lba(11_926)));
    let toc = answer(&mut recorder, &[0x43, 2, 2, 0, 0, 0, 0, 0, 70, 0], 70);
    assert_eq!(toc.len(), 70, "six points of eleven bytes, as in the trace");
    assert_eq!(read(&mut recorder, Lba(525), 1).unwrap(), block(Lba(525), 2048));
}

/// `c_append`: cdrdao appends a data session with absolute times and real track numbers.
#[test]
fn cdrdao_appends_a_session_at_once() {
    let mut recorder = recorder(MediumKind::CdR80);
    select(&mut recorder, track_page(false));
    for (start, sectors) in [(0, 375), (527, 373)] {
        write(&mut recorder, Lba(start), sectors, 2352).unwrap();
        sync(&mut recorder);
    }
    patient_close(&mut recorder).unwrap();
    select(&mut recorder, session_page(MultiSession::ClosedWithPointer));
    let next = track_information(&mut recorder);
    assert_eq!(next.start, Lba(902 + 11_400));
    assert_eq!(
        next.next_writable,
        Some(Lba(902 + 11_250)),
        "the start of the pregap, to which cdrdao adds 150"
    );
    let sheet = data_sheet(next.start, 3, next.start + 524);
    send_sheet(&mut recorder, &sheet).unwrap();
    write(&mut recorder, next.start - 150, 674, 2048).unwrap();
    sync(&mut recorder);
    let disc = disc_information(&mut recorder);
    assert_eq!((disc.disc, disc.last_session), (DiscState::Complete, SessionState::Complete));
    assert_eq!((disc.sessions, disc.last_track_in_last_session), (2, 3));
}

/// ATIP of the disc in the captures: 97:26:66 and 79:59:70 (`spec/burners.md` 2.11, numbers).
#[test]
fn the_atip_says_what_the_maker_pressed() {
    let mut recorder = recorder(MediumKind::CdR80);
    let atip = answer(&mut recorder, &[0x43, 0, 4, 0, 0, 0, 0, 0, 28, 0], 28);
    assert_eq!(atip[8..11], [97, 26, 66]);
    assert_eq!(atip[12..15], [79, 59, 70]);
}

/// The ATIP of each kind of disc: erasable, subtype, lead-out, and speeds as pktcdvd of the Linux kernel reads them (its
/// tables clv_to_speed, hs_clv_to_speed and us_clv_to_speed, indexed by the low nibble of A1).
#[test]
fn the_atip_of_each_kind_of_disc() {
    let clv = [0, 2, 4, 6, 8, 0, 0];
    let high = [0, 2, 4, 6, 10, 0, 0];
    let ultra = [0, 2, 4, 8, 0, 0, 16];
    let kinds = [
        (MediumKind::CdR63, None),
        (MediumKind::CdR74, None),
        (MediumKind::CdR80, None),
        (MediumKind::CdR90, None),
        (MediumKind::CdR99, None),
        (MediumKind::CdRw74, Some((0, clv, 4))),
        (MediumKind::CdRw80, Some((0, clv, 4))),
        (MediumKind::CdRw80HighSpeed, Some((1, high, 10))),
        (MediumKind::CdRw80UltraSpeed, Some((2, ultra, 16))),
        (MediumKind::CdRw80UltraSpeedPlus, Some((3, ultra, 16))),
    ];
    for (kind, rewritable) in kinds {
        let mut recorder = recorder(kind);
        let atip = answer(&mut recorder, &[0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0], 28);
        let spec = kind.spec();
        assert_eq!(atip[..4], [0, 26, 0, 0], "{kind}");
        assert!(atip[4] & 0x80 != 0 && atip[6] & 0x80 != 0, "{kind}");
        assert_eq!(atip[8..11], [spec.lead_in.minute, spec.lead_in.second, spec.lead_in.frame], "{kind}");
        let end = spec.last_lead_out;
        assert_eq!(atip[12..15], [end.minute, end.second, end.frame], "{kind}");
        let Some((subtype, speeds, fastest)) = rewritable else {
            assert_eq!(atip[6] & 0x7F, 0, "{kind}: dye, no additional information");
            continue;
        };
        assert_eq!((atip[6] & 0x40, atip[6] >> 3 & 7), (0x40, subtype), "{kind}");
        assert_eq!(atip[6] & 4, 4, "{kind}: A1 is there, as pktcdvd wants it");
        assert_eq!(speeds[usize::from(atip[16] & 0xF)], fastest, "{kind}");
    }
    let mut high_speed = recorder(MediumKind::CdRw80HighSpeed);
    let atip = answer(&mut high_speed, &[0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0], 28);
    // saramibreak/DiscImageCreator issue 43: power 2, reference speed 3, A1 36:26:216, A2 38:178:72.
    assert_eq!((atip[4], atip[6]), (0x80 | 2 << 4 | 3, 0xC0 | 1 << 3 | 6));
    assert_eq!((&atip[16..19], &atip[20..23]), (&[36, 26, 216][..], &[38, 178, 72][..]));
    // A pressed disc has none.
    let mut pressed = recorder(MediumKind::CdRom);
    assert_eq!(refused(&mut pressed, &[0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0], Data::None), (5, 0x24, 0));
}
