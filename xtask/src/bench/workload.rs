//! Trees to make images of. The same name gives the same tree everywhere, but for W5.
//!
//! No tree has what one of the programs refuses or leaves out: links, folders more than six deep, names of more than 64
//! UTF-16 units. (bsdtar refuses W3 nevertheless: its paths are longer than 240 bytes, which is all that Joliet allows.)

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
    /// A real tree: programs, libraries and documentation of the installed Rust toolchain
    W5,
}

impl Workload {
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::W1 => "one file of 650 MiB",
            Self::W2 => "700 files of 1 MiB",
            Self::W3 => "100,000 small files, long Unicode names",
            Self::W4 => "1,000,000 empty or tiny files",
            Self::W5 => "the installed Rust toolchain",
        }
    }

    /// The path of its only file, for programs that copy files.
    pub(crate) const fn only_file(self) -> Option<&'static str> {
        match self {
            Self::W1 => Some("one.bin"),
            _ => None,
        }
    }

    /// Where the tree is, made below `folder` when it is not there yet.
    pub(crate) fn make(self, folder: &Path) -> Result<PathBuf> {
        let done = folder.join(format!("{self:?}"));
        if done.exists() {
            return Ok(done);
        }
        // It gets its name when it is whole.
        let root = folder.join(format!("{self:?}.partial"));
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        self.fill(&root)?;
        fs::rename(&root, &done)?;
        Ok(done)
    }

    fn fill(self, root: &Path) -> Result<()> {
        let mut noise = Noise(1);
        match self {
            Self::W1 => {
                fs::create_dir_all(root)?;
                noise.file(&root.join("one.bin"), 650 << 20)?;
            }
            Self::W2 => {
                for number in 0..700 {
                    let folder = root.join(format!("folder {}", number % 10));
                    fs::create_dir_all(&folder)?;
                    noise.file(&folder.join(format!("file {number:03}.bin")), 1 << 20)?;
                }
            }
            Self::W3 => small_files(root, &mut noise)?,
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
            Self::W5 => toolchain(root)?,
        }
        Ok(())
    }
}

/// W5: copies of the toolchain's folders; that of the documentation lies too deep in it and is put first.
fn toolchain(root: &Path) -> Result<()> {
    let answer = Command::new("rustc").args(["--print", "sysroot"]).output().context("asking rustc")?;
    ensure!(answer.status.success(), "rustc does not tell its sysroot");
    let sysroot = PathBuf::from(String::from_utf8(answer.stdout)?.trim());
    fs::create_dir_all(root)?;
    for part in ["bin", "lib", "share/doc/rust/html"] {
        let from = sysroot.join(part);
        if let (true, Some(name)) = (from.is_dir(), from.file_name()) {
            copy_tree(&from, &root.join(name), 1)?;
        }
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path, depth: u8) -> Result<()> {
    fs::create_dir(to).with_context(|| format!("making {}", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_none_or(|it| it.encode_utf16().count() > 64) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_file() {
            fs::copy(entry.path(), to.join(name))?;
        } else if kind.is_dir() && depth < 6 {
            copy_tree(&entry.path(), &to.join(name), depth + 1)?;
        }
    }
    Ok(())
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
