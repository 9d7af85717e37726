//! Audio tracks through planner, engine and drive: what the stage of an audio disc will need.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod burning;

use burning::{blank_cd_r, state};
use discwright_burn::{SectorSource, SourceError, record};
use discwright_cd::Lba;
use discwright_mmc::command::ReadCd;
use discwright_plan::{Content, Options, TrackContent, TrackMode, WriteType, plan};
use discwright_transport::TransportExt;

/// Samples that say which sector they are of.
struct Samples(u32);

fn samples(sector: u32) -> Vec<u8> {
    sector.to_be_bytes().repeat(588)
}

impl SectorSource for Samples {
    fn sectors(&self) -> u32 {
        self.0
    }

    fn sector_bytes(&self) -> usize {
        2352
    }

    fn fill(&mut self, first: u32, buffer: &mut [u8]) -> Result<(), SourceError> {
        for (number, out) in (first..).zip(buffer.chunks_mut(2352)) {
            out.copy_from_slice(&samples(number));
        }
        Ok(())
    }
}

#[test]
fn audio_tracks_are_where_the_plan_says_with_and_without_gaps() {
    for (write_type, starts) in [
        (WriteType::TrackAtOnce, [0, 400 + 152, 400 + 152 + 350 + 152]),
        (WriteType::SessionAtOnce, [0, 400, 750]),
    ] {
        let lengths = [400, 350, 300];
        let mut drive = blank_cd_r();
        let content = Content {
            tracks: lengths.iter().map(|sectors| TrackContent::Audio { sectors: *sectors }).collect(),
        };
        let options = Options { write_type, ..Options::default() };
        let planned = plan(&state(&mut drive), &content, &options).unwrap();
        record(&mut drive, &planned, &mut Samples(1050), None, &mut ()).unwrap();
        let session = state(&mut drive).sessions.remove(0);
        assert!(session.tracks.iter().all(|track| track.mode == TrackMode::Audio));
        let found: Vec<_> = session.tracks.iter().map(|track| track.start.0).collect();
        assert_eq!(found, starts, "{write_type:?}");
        let mut number = 0;
        for (start, length) in starts.into_iter().zip(lengths) {
            for (sector, at) in
                [(number, start), (number + length - 1, start + i32::try_from(length).unwrap() - 1)]
            {
                let heard = drive.ask(&ReadCd::raw(Lba(at), 1)).unwrap();
                assert!(heard == samples(sector), "{write_type:?}: sector {sector} is not at {at}");
            }
            number += length;
        }
    }
}
