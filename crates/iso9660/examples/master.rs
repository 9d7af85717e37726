//! Writes an image of host paths, and times each part: `master OUT [-R] [-e] [-l] PATH...`.
//!
//! `-R` adds Rock Ridge and keeps symbolic links, `-e` an enhanced descriptor, `-l` takes level 3.
#![expect(clippy::disallowed_methods, reason = "an example that measures reads the clock")]

use core::ops::ControlFlow;
use std::fs::File;
use std::time::Instant;

use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Options, RockRidge, layout};
use discwright_iso9660::names::Level;
use discwright_iso9660::tree::{Case, Timestamp, scan};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let out = arguments.next().ok_or("usage: master OUT PATH...")?;
    let (flags, paths): (Vec<_>, Vec<_>) =
        arguments.partition(|argument| argument.as_encoded_bytes().starts_with(b"-"));
    let asked = |flag: &str| flags.iter().any(|given| given == flag);
    let mut options = Options::new("EXAMPLE", Timestamp::from_unix(1_700_000_000, 0));
    options.rock_ridge = asked("-R").then(RockRidge::default);
    options.enhanced = asked("-e");
    options.level = if asked("-l") { Level::Three } else { Level::One };
    let symlinks = if asked("-R") { scan::Symlinks::Keep } else { scan::Symlinks::Follow };
    let wishes = scan::ScanOptions { case: Case::Exact, symlinks, ..Default::default() };
    let begin = Instant::now();
    let scanned = scan::scan(&paths, wishes, &mut |_| ControlFlow::Continue(()))?;
    let scanned_at = begin.elapsed();
    let layout = layout(scanned.tree, &options)?;
    let laid_out_at = begin.elapsed();
    let sectors = layout.sectors();
    Image::new(layout).write_to(&File::create(out)?)?;
    let written_at = begin.elapsed();
    eprintln!("{sectors} sectors; scan {scanned_at:.2?}, layout {laid_out_at:.2?}, written {written_at:.2?}");
    Ok(())
}
