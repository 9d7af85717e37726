//! Extracts a volume: `extract IMAGE FOLDER [PATH...]`.

use core::ops::ControlFlow;
use std::path::Path;

use discwright_cd::Lba;
use discwright_iso9660::read::{ExtractOptions, FileSource, Volume, extract};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(image), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("usage: extract IMAGE FOLDER [PATH...]".into());
    };
    let volume = Volume::open(FileSource::open(image)?, Lba(0))?;
    let options = ExtractOptions { paths: arguments.collect(), ..ExtractOptions::default() };
    let done = extract(&volume, volume.best_view(), &options, Path::new(&target), &mut |_| {
        ControlFlow::Continue(())
    })?;
    for problem in &done.problems {
        eprintln!("{problem}");
    }
    println!(
        "{} files, {} folders, {} links, {} bytes",
        done.files, done.directories, done.symlinks, done.bytes
    );
    Ok(())
}
