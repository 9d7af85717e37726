//! What fuzz target `sheets` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The input is a sheet; which dialect it is read in follows from its first byte. The files that it names are
//! small, whatever their names are. What is refused leaves the disc blank; what is not goes out again in every format.

use std::io::{self, Cursor};

use discwright_drive::image::{
    ImageError, LastSession, export_ccd, export_cue, export_iso, export_toc, import_ccd, import_cue,
    import_toc, map, sheet_text,
};
use discwright_drive::{Disc, MediumKind};

pub(crate) fn run(data: &[u8]) {
    let text = sheet_text(data);
    let file = file();
    let files = |name: &str| -> io::Result<Cursor<&[u8]>> {
        if name.ends_with('!') {
            Err(io::ErrorKind::NotFound.into())
        } else {
            Ok(Cursor::new(file.as_slice()))
        }
    };
    for kind in [MediumKind::CdRom, MediumKind::CdR80] {
        let mut disc = Disc::blank(kind);
        let done = match data.first().map_or(0, |byte| byte % 3) {
            0 => import_toc(&text, files, &mut disc, LastSession::Open),
            1 => import_cue(&text, files, &mut disc, LastSession::Open),
            _ => import_ccd(&text, "stem", files, &mut disc, LastSession::Final),
        };
        check(disc, done);
    }
}

fn check(mut disc: Disc, done: Result<(), ImageError>) {
    let areas = map(&disc);
    for pair in areas.windows(2) {
        assert_eq!(pair[0].end(), pair[1].start, "the map has a gap");
    }
    if let Err(error) = done {
        assert!(!error.to_string().is_empty());
        assert!(disc.medium().extents().next().is_none(), "a refused sheet left marks on the disc: {error}");
        return;
    }
    // A long disc takes long to copy, and says nothing that a short one does not.
    let sectors: u32 = disc.medium().extents().map(|extent| extent.sectors).sum();
    if sectors < 60_000 {
        match export_iso(&mut disc, &mut io::sink()) {
            // Sound alone, or sectors whose codes are wrong.
            Ok(()) | Err(ImageError::NoDataTrack | ImageError::Unreadable(_)) => {}
            Err(error) => panic!("an imported disc has a session: {error}"),
        }
        export_cue(&mut disc, &mut io::sink(), "stem").expect("an imported disc has a session");
        export_ccd(&mut disc, &mut io::sink(), &mut io::sink()).expect("an imported disc has a session");
        export_toc(&mut disc, Some(1), &mut io::sink(), "stem.bin").expect("an imported disc has a session");
    }
}

/// A WAVE file of a few sectors, which is as good as any other file.
fn file() -> Vec<u8> {
    let mut file =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xAC\0\0\x10\xB1\x02\0\x04\0\x10\0data\0\0\x01\0"
            .to_vec();
    file.resize(2_352 * 20, 0xA5);
    file
}
