//! Writes an image of host paths, and times each part: `master OUT PATH...`.
#![expect(clippy::disallowed_methods, reason = "an example that measures reads the clock")]

use core::ops::ControlFlow;
use std::fs::File;
use std::time::Instant;

use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Options, layout};
use discwright_iso9660::tree::{Timestamp, scan};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let out = arguments.next().ok_or("usage: master OUT PATH...")?;
    let paths: Vec<_> = arguments.collect();
    let begin = Instant::now();
    let options = scan::ScanOptions { case: discwright_iso9660::tree::Case::Exact, ..Default::default() };
    let scanned = scan::scan(&paths, options, &mut |_| ControlFlow::Continue(()))?;
    let scanned_at = begin.elapsed();
    let layout = layout(scanned.tree, &Options::new("EXAMPLE", Timestamp::from_unix(1_700_000_000, 0)))?;
    let laid_out_at = begin.elapsed();
    let sectors = layout.sectors();
    Image::new(layout).write_to(&File::create(out)?)?;
    let written_at = begin.elapsed();
    eprintln!("{sectors} sectors; scan {scanned_at:.2?}, layout {laid_out_at:.2?}, written {written_at:.2?}");
    Ok(())
}
