//! Trees to make images of. The same name gives the same tree everywhere, but for W5.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// One file of 650 MiB
    W1,
    /// 700 files of 1 MiB in 10 folders
    W2,
    /// 100,000 files of 0 to 4 KiB in 1,000 folders up to 6 deep, long Unicode names
    W3,
    /// 1,000,000 empty or tiny files
    W4,
    /// The installed Rust toolchain
    W5,
}

impl Workload {
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::W1 => "one file of 650 MiB",
            Self::W2 => "700 files of 1 MiB",
            Self::W3 => "100,000 small files, long Unicode names",
            Self::W4 => "1,000,000 empty or tiny files",
            Self::W5 => "the Rust toolchain",
        }
    }

    /// Where the tree is, made below `folder` when it must be made.
    pub(crate) fn make(self, folder: &Path) -> Result<PathBuf> {
        if self == Self::W5 {
            let answer =
                Command::new("rustc").args(["--print", "sysroot"]).output().context("asking rustc")?;
            ensure!(answer.status.success(), "rustc does not tell its sysroot");
            return Ok(PathBuf::from(String::from_utf8(answer.stdout)?.trim()));
        }
        let root = folder.join(format!("{self:?}"));
        let mut noise = Noise(1);
        match self {
            Self::W1 => {
                fs::create_dir_all(&root)?;
                noise.file(&root.join("one.bin"), 650 << 20)?;
            }
            Self::W2 => {
                for number in 0..700 {
                    let folder = root.join(format!("folder {}", number % 10));
                    fs::create_dir_all(&folder)?;
                    noise.file(&folder.join(format!("file {number:03}.bin")), 1 << 20)?;
                }
            }
            Self::W3 => small_files(&root, &mut noise)?,
            Self::W4 => {
                for folder in 0..1000 {
                    let folder = root.join(format!("d{folder:03}"));
                    fs::create_dir_all(&folder)?;
                    for file in 0..1000 {
                        let size = if file % 10 == 0 { 1 + noise.below(16) } else { 0 };
                        noise.file(&folder.join(format!("f{file:03}")), size)?;
                    }
                }
            }
            Self::W5 => {}
        }
        Ok(root)
    }
}

/// W3: a random tree of folders, none deeper than six, with a hundred files in each.
fn small_files(root: &Path, noise: &mut Noise) -> Result<()> {
    const STEMS: &[&str] =
        &["Übermäßig lange Dateinamen", "Длинные имена файлов", "長いファイル名の例", "plain old names"];
    fs::create_dir_all(root)?;
    let mut folders: Vec<(PathBuf, u8)> = vec![(root.to_owned(), 0)];
    while folders.len() < 1001 {
        let at = usize::try_from(noise.below(u64::try_from(folders.len())?))?;
        let Some((parent, depth)) = folders.get(at).filter(|(_, depth)| *depth < 6) else { continue };
        let path = parent.join(format!("folder {:04} höchst verschieden", folders.len()));
        fs::create_dir(&path)?;
        let deeper = depth + 1;
        folders.push((path, deeper));
    }
    for (folder, _) in folders.iter().skip(1) {
        for (file, stem) in (0..100).zip(STEMS.iter().cycle()) {
            let size = noise.below(4097);
            let name = format!("{stem} - {file:02} {:06x}.data", noise.below(1 << 24));
            noise.file(&folder.join(name), size)?;
        }
    }
    Ok(())
}

/// Bytes that do not compress and do not repeat within a file.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn file(&mut self, path: &Path, size: u64) -> Result<()> {
        let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
        if size == 0 {
            return Ok(());
        }
        let mut out = BufWriter::new(file);
        for _ in 0..size / 8 {
            out.write_all(&self.next().to_le_bytes())?;
        }
        let rest = self.next().to_le_bytes();
        out.write_all(rest.get(..usize::try_from(size % 8)?).unwrap_or_default())?;
        Ok(out.flush()?)
    }
}
