//! Lists a volume: `list IMAGE [plain|rock-ridge|joliet]`, one path per line.

use std::io::{self, BufWriter, Write as _};

use discwright_cd::Lba;
use discwright_iso9660::read::{FileSource, View, Volume, escaped};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let image = arguments.next().ok_or("usage: list IMAGE [plain|rock-ridge|joliet]")?;
    let volume = Volume::open(FileSource::open(image)?, Lba(0))?;
    let view = match arguments.next().as_deref() {
        None => volume.best_view(),
        Some("plain") => View::Plain,
        Some("rock-ridge") => View::RockRidge,
        Some("joliet") => View::Joliet,
        Some(other) => return Err(format!("no such view: {other}").into()),
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut walk = volume.walk(view);
    while let Some(seen) = walk.visit() {
        for piece in ["/", &escaped(seen.parent), if seen.parent.is_empty() { "" } else { "/" }] {
            out.write_all(piece.as_bytes())?;
        }
        out.write_all(escaped(&seen.entry.name).as_bytes())?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    for finding in walk.findings() {
        eprintln!("{finding}");
    }
    Ok(())
}
