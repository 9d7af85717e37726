//! Checks a volume: `check IMAGE [START]`, one finding per line.

use discwright_cd::Lba;
use discwright_iso9660::read::{FileSource, check};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let image = arguments.next().ok_or("usage: check IMAGE [START]")?;
    let start = arguments.next().map_or(Ok(0), |it| it.parse())?;
    let report = check(FileSource::open(image)?, Lba(start));
    for finding in &report {
        println!("{finding}");
    }
    if report.dropped() > 0 {
        println!("and {} more", report.dropped());
    }
    if report.has_errors() { Err("the volume has errors".into()) } else { Ok(()) }
}
