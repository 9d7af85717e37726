//! From files of the host to a tree: names, sizes and times, one `statx` per entry, no contents.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ops::ControlFlow;
use std::collections::HashMap;
use std::ffi::{CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RawDir, Statx, StatxFlags, openat, readlinkat, statx,
};
use rustix::io::Errno;
use thiserror::Error;

use super::content::{ContentId, Stamp, Stored};
use super::empty::Sizes;
use super::node::{Attributes, Kind, NodeId, Span, Special};
use super::{AddError, Case, MergeError, Opener, Timestamp, Tree};
use crate::format::rock_ridge::DeviceNumber;

/// How host files become entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanOptions {
    /// Whether names that differ only in case are the same.
    pub case: Case,
    /// What becomes of symbolic links.
    pub symlinks: Symlinks,
    /// What becomes of names that are not UTF-8.
    pub names: HostNames,
    /// Whether a file of a later path replaces a file of an earlier one.
    pub overwrite: bool,
    /// Whether devices, pipes and sockets are staged, which only Rock Ridge can record; otherwise they are skipped with
    /// a report.
    pub specials: bool,
}

/// What becomes of symbolic links below a staged path. A staged path that is itself a link is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symlinks {
    /// The file or folder they point to is staged; a loop is an error, a dangling link is skipped with a report.
    #[default]
    Follow,
    /// They are staged as links, which only Rock Ridge can record.
    Keep,
    /// They are skipped with a report.
    Skip,
}

/// What becomes of host names that are not UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostNames {
    /// They end the scan.
    #[default]
    Refuse,
    /// Each byte that is not UTF-8 becomes `%` and two hexadecimal digits, and each `%` of such a name `%25`; so do the parts of a
    /// link's target.
    Escape,
}

/// What a scan found.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The entries.
    pub tree: Tree,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// What was escaped; nothing unless [`HostNames::Escape`] asks for it.
    pub escaped: Vec<Escaped>,
}

/// A name, or the target of a symbolic link, that is not UTF-8 and was escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escaped {
    /// The host path.
    pub path: PathBuf,
    /// The name or target in the tree.
    pub text: String,
    /// Whether it is the target of a link.
    pub is_target: bool,
}

/// Something that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The host path.
    pub path: PathBuf,
    /// Why it cannot be staged.
    pub reason: SkipReason,
}

/// Why something is left out of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// A device, socket or pipe.
    #[error("it is a device, socket or pipe")]
    Special,
    /// A symbolic link to nothing.
    #[error("the symbolic link points to nothing")]
    Dangling,
    /// A symbolic link, and links are to be skipped.
    #[error("it is a symbolic link")]
    Symlink,
}

/// Why files cannot be staged. Nothing of the scan is kept.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The system refused.
    #[error("{path}: {source}", path = path.display())]
    Host {
        /// The host path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file that states no size and holds something, as those of `/proc`: how long it is nobody can say.
    #[error("{path} states 0 bytes and holds more, as the system makes it while it is read; copy it to a file first", path = path.display())]
    Unsized {
        /// The host path.
        path: PathBuf,
    },
    /// A name is not UTF-8.
    #[error("{path}: the name is not UTF-8; rename the file or ask for such names to be escaped", path = path.display())]
    NotUtf8 {
        /// The host path.
        path: PathBuf,
    },
    /// The target of a symbolic link that is to be kept is not UTF-8.
    #[error("{path}: the target of the link is not UTF-8; follow or leave out links, or ask for such names to be escaped", path = path.display())]
    TargetNotUtf8 {
        /// The host path of the link.
        path: PathBuf,
    },
    /// A symbolic link leads back into a folder that holds it.
    #[error("{path} leads back to a folder above it; leave the link out or stage links as links", path = path.display())]
    Loop {
        /// The link.
        path: PathBuf,
    },
    /// Two names cannot be told apart.
    #[error("{path}: another name in this folder differs from it only in case", path = path.display())]
    SameName {
        /// The host path of the second.
        path: PathBuf,
    },
    /// A later path's entry cannot be laid over an earlier one's.
    #[error("{path}: {source}", path = path.display())]
    Merge {
        /// The later path.
        path: PathBuf,
        /// The entry and reason.
        source: MergeError,
    },
    /// A name that no tree can hold.
    #[error("{path}: {source}", path = path.display())]
    Add {
        /// The host path.
        path: PathBuf,
        /// The reason.
        source: AddError,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// Stages host paths: what a folder holds goes into the root, a file goes in by its name.
///
/// `progress` is told the number of entries found so far, after each folder, and may stop the scan.
///
/// # Errors
/// [`ScanError`], with the host path.
pub fn scan<P: AsRef<Path>>(
    paths: &[P],
    options: ScanOptions,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Scan, ScanError> {
    let mut whole = Scan { tree: Tree::with_case(options.case), skipped: Vec::new(), escaped: Vec::new() };
    for (number, path) in paths.iter().enumerate() {
        let path = path.as_ref();
        let mut scanner = Scanner::new(options, progress);
        scanner.path(path)?;
        let Scanner { tree, skipped, escaped, .. } = scanner;
        whole.skipped.extend(skipped);
        whole.escaped.extend(escaped);
        if number == 0 {
            whole.tree = tree;
        } else {
            let merged = whole.tree.merge(&tree, options.overwrite);
            merged.map_err(|source| ScanError::Merge { path: path.to_owned(), source })?;
        }
    }
    Ok(whole)
}

struct Scanner<'p> {
    tree: Tree,
    skipped: Vec<Skipped>,
    escaped: Vec<Escaped>,
    options: ScanOptions,
    progress: &'p mut dyn FnMut(u64) -> ControlFlow<()>,
    opener: Opener,
    /// Contents of inodes with several names.
    links: HashMap<(u32, u32, u64), ContentId>,
    pending: Vec<Pending>,
    found: u64,
    sizes: Sizes,
}

/// A host folder still to be read.
struct Pending {
    node: NodeId,
    folder: u32,
    /// Itself and the folders above it, when links are followed: only then can there be loops.
    trail: Option<std::rc::Rc<Trail>>,
}

struct Trail {
    identity: (u32, u32, u64),
    above: Option<std::rc::Rc<Self>>,
}

impl<'p> Scanner<'p> {
    fn new(options: ScanOptions, progress: &'p mut dyn FnMut(u64) -> ControlFlow<()>) -> Self {
        Self {
            tree: Tree::with_case(options.case),
            skipped: Vec::new(),
            escaped: Vec::new(),
            options,
            progress,
            opener: Opener::default(),
            links: HashMap::new(),
            pending: Vec::new(),
            found: 0,
            sizes: Sizes::default(),
        }
    }

    fn path(&mut self, path: &Path) -> Result<(), ScanError> {
        let host = |source: Errno| ScanError::Host { path: path.to_owned(), source: source.into() };
        let status = statx(CWD, path, AtFlags::empty(), WANTED).map_err(host)?;
        match FileType::from_raw_mode(u32::from(status.stx_mode)) {
            FileType::Directory => {
                let folder = self.tree.folders.root(path);
                self.tree.set_attributes(Tree::ROOT, attributes(&status));
                self.enter(Tree::ROOT, folder, &status, None);
                while let Some(folder) = self.pending.pop() {
                    self.folder(&folder)?;
                }
                Ok(())
            }
            FileType::RegularFile => self.single_file(path, &status),
            _ => {
                self.skipped.push(Skipped { path: path.to_owned(), reason: SkipReason::Special });
                Ok(())
            }
        }
    }

    fn single_file(&mut self, path: &Path, status: &Statx) -> Result<(), ScanError> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = self.tree.folders.root(parent.unwrap_or_else(|| Path::new(".")));
        let name = path.file_name().unwrap_or_default();
        let name = CString::new(name.as_bytes()).unwrap_or_default();
        self.file(Tree::ROOT, folder, &name, status)
    }

    fn enter(&mut self, node: NodeId, folder: u32, status: &Statx, above: Option<std::rc::Rc<Trail>>) {
        let follows = self.options.symlinks == Symlinks::Follow;
        let trail = follows.then(|| std::rc::Rc::new(Trail { identity: identity(status), above }));
        self.pending.push(Pending { node, folder, trail });
    }

    fn folder(&mut self, folder: &Pending) -> Result<(), ScanError> {
        let names = self.names(folder.folder)?;
        for name in names.split_inclusive(|&byte| byte == 0) {
            let name = CStr::from_bytes_with_nul(name).unwrap_or_default();
            self.entry(folder, name)?;
        }
        if (self.progress)(self.found).is_break() {
            return Err(ScanError::Cancelled);
        }
        Ok(())
    }

    /// The names in a folder in the system's order, each ended by a zero byte.
    fn names(&mut self, folder: u32) -> Result<Vec<u8>, ScanError> {
        let listed = self.list(folder);
        listed.map_err(|source| ScanError::Host {
            path: self.tree.folders.path(&self.tree.text, folder),
            source: source.into(),
        })
    }

    fn list(&mut self, folder: u32) -> Result<Vec<u8>, Errno> {
        let at = self.opener.open(&self.tree.folders, &self.tree.text, folder)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle: OwnedFd = openat(at, c".", flags, Mode::empty())?;
        let mut names = Vec::new();
        let mut buffer = [MaybeUninit::uninit(); 32 * 1024];
        let mut entries = RawDir::new(handle, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes_with_nul();
            if name != b".\0" && name != b"..\0" {
                names.extend_from_slice(name);
            }
        }
        Ok(names)
    }

    fn entry(&mut self, parent: &Pending, name: &CStr) -> Result<(), ScanError> {
        let folder = parent.folder;
        let mut status = self.stat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let mut kind = FileType::from_raw_mode(u32::from(status.stx_mode));
        if kind == FileType::Symlink {
            match self.options.symlinks {
                Symlinks::Keep => return self.symlink(parent, name, &status),
                Symlinks::Skip => return self.skip(folder, name, SkipReason::Symlink),
                Symlinks::Follow => {
                    status = match self.stat(folder, name, AtFlags::empty()) {
                        Err(ScanError::Host { source, .. })
                            if source.kind() == std::io::ErrorKind::NotFound =>
                        {
                            return self.skip(folder, name, SkipReason::Dangling);
                        }
                        status => status?,
                    };
                    kind = FileType::from_raw_mode(u32::from(status.stx_mode));
                }
            }
        }
        match kind {
            FileType::RegularFile => self.file(parent.node, folder, name, &status),
            FileType::Directory => self.directory(parent, name, &status),
            _ if self.options.specials => self.special(parent, name, &status),
            _ => self.skip(folder, name, SkipReason::Special),
        }
    }

    fn special(&mut self, parent: &Pending, name: &CStr, status: &Statx) -> Result<(), ScanError> {
        let device = rustix::fs::makedev(status.stx_rdev_major, status.stx_rdev_minor);
        let halves = DeviceNumber {
            high: u32::try_from(device >> 32).unwrap_or(0),
            low: u32::try_from(device & u64::from(u32::MAX)).unwrap_or(0),
        };
        let file_type = u32::from(status.stx_mode) & 0o170_000;
        let Some(special) = Special::from_type(file_type, Some(halves)) else {
            return self.skip(parent.folder, name, SkipReason::Special);
        };
        let (span, _) = self.name(parent.node, parent.folder, name)?;
        let body = self.tree.keep_special(special).ok_or_else(|| self.too_large(parent.folder, name))?;
        self.push(parent, name, span, status, Kind::Special, body)?;
        Ok(())
    }

    fn directory(&mut self, parent: &Pending, name: &CStr, status: &Statx) -> Result<(), ScanError> {
        let mut above = parent.trail.as_deref();
        while let Some(trail) = above {
            if trail.identity == identity(status) {
                return Err(ScanError::Loop { path: self.host_path(parent.folder, name) });
            }
            above = trail.above.as_deref();
        }
        let (span, host) = self.name(parent.node, parent.folder, name)?;
        let node = self.push(parent, name, span, status, Kind::Directory, NodeId::NONE.0)?;
        let folder = self.tree.folders.inside(parent.folder, host);
        self.enter(node, folder, status, parent.trail.clone());
        Ok(())
    }

    fn file(&mut self, parent: NodeId, folder: u32, name: &CStr, status: &Statx) -> Result<(), ScanError> {
        if status.stx_size == 0 {
            let at = self.opener.open(&self.tree.folders, &self.tree.text, folder);
            let holds_more = at.and_then(|at| self.sizes.are_wrong(at, name, status));
            if holds_more.map_err(|source| self.host_error(folder, name, source))? {
                return Err(ScanError::Unsized { path: self.host_path(folder, name) });
            }
        }
        let (span, host) = self.name(parent, folder, name)?;
        let content = self.content(folder, host, status);
        let content = content.ok_or_else(|| self.too_large(folder, name))?;
        let pushed = self.tree.push_node(parent, span, attributes(status), Kind::File, content.0);
        pushed.ok_or_else(|| self.too_large(folder, name))?;
        self.found += 1;
        Ok(())
    }

    /// The content of an inode: one, however many names it has.
    fn content(&mut self, folder: u32, name: Span, status: &Statx) -> Option<ContentId> {
        let known = (status.stx_nlink > 1).then(|| self.links.get(&identity(status))).flatten();
        if let Some(&known) = known {
            return Some(known);
        }
        let stamp = Stamp { bytes: status.stx_size, modified: modified(status), inode: status.stx_ino };
        let content = self.tree.keep_stored(Stored::Host { directory: folder, name, stamp })?;
        if status.stx_nlink > 1 {
            self.links.insert(identity(status), content);
        }
        Some(content)
    }

    fn symlink(&mut self, parent: &Pending, name: &CStr, status: &Statx) -> Result<(), ScanError> {
        let at = self.opener.open(&self.tree.folders, &self.tree.text, parent.folder);
        let target = at.and_then(|at| readlinkat(at, name, Vec::new()));
        let target = target.map_err(|source| self.host_error(parent.folder, name, source))?;
        let target = match (target.to_str(), self.options.names) {
            (Ok(target), _) => target.to_owned(),
            (Err(_), HostNames::Refuse) => {
                return Err(ScanError::TargetNotUtf8 { path: self.host_path(parent.folder, name) });
            }
            (Err(_), HostNames::Escape) => {
                let parts = target.to_bytes().split(|&byte| byte == b'/').map(escape);
                let text = parts.collect::<Vec<_>>().join("/");
                let path = self.host_path(parent.folder, name);
                self.escaped.push(Escaped { path, text: text.clone(), is_target: true });
                text
            }
        };
        let (span, _) = self.name(parent.node, parent.folder, name)?;
        let too_large = |scanner: &Self| scanner.too_large(parent.folder, name);
        let target = self.tree.text.push(target.as_bytes()).ok_or_else(|| too_large(self))?;
        self.tree.targets.push(target);
        let body = u32::try_from(self.tree.targets.len() - 1).map_err(|_| too_large(self))?;
        self.push(parent, name, span, status, Kind::Symlink, body)?;
        Ok(())
    }

    fn push(
        &mut self,
        parent: &Pending,
        name: &CStr,
        span: Span,
        status: &Statx,
        kind: Kind,
        body: u32,
    ) -> Result<NodeId, ScanError> {
        self.found += 1;
        let pushed = self.tree.push_node(parent.node, span, attributes(status), kind, body);
        pushed.ok_or_else(|| self.too_large(parent.folder, name))
    }

    /// Enters a name into the arena: as the tree has it, and as the host has it.
    fn name(&mut self, parent: NodeId, folder: u32, name: &CStr) -> Result<(Span, Span), ScanError> {
        let bytes = name.to_bytes();
        let text = self.text_of(folder, name, bytes)?;
        if self.tree.lookup(parent, &text).is_some() {
            return Err(ScanError::SameName { path: self.host_path(folder, name) });
        }
        let span = self.tree.text.push(text.as_bytes());
        let host = if text.as_bytes() == bytes { span } else { self.tree.text.push(bytes) };
        span.zip(host).ok_or_else(|| self.too_large(folder, name))
    }

    fn text_of<'a>(
        &mut self,
        folder: u32,
        name: &CStr,
        bytes: &'a [u8],
    ) -> Result<std::borrow::Cow<'a, str>, ScanError> {
        match (str::from_utf8(bytes), self.options.names) {
            (Ok(text), _) => Ok(text.into()),
            (Err(_), HostNames::Escape) => {
                let text = escape(bytes);
                let path = self.host_path(folder, name);
                self.escaped.push(Escaped { path, text: text.clone(), is_target: false });
                Ok(text.into())
            }
            (Err(_), HostNames::Refuse) => Err(ScanError::NotUtf8 { path: self.host_path(folder, name) }),
        }
    }

    fn stat(&mut self, folder: u32, name: &CStr, flags: AtFlags) -> Result<Statx, ScanError> {
        let at = self.opener.open(&self.tree.folders, &self.tree.text, folder);
        let status = at.and_then(|at| statx(at, name, flags, WANTED));
        status.map_err(|source| self.host_error(folder, name, source))
    }

    fn skip(&mut self, folder: u32, name: &CStr, reason: SkipReason) -> Result<(), ScanError> {
        self.skipped.push(Skipped { path: self.host_path(folder, name), reason });
        Ok(())
    }

    fn host_error(&self, folder: u32, name: &CStr, source: Errno) -> ScanError {
        ScanError::Host { path: self.host_path(folder, name), source: source.into() }
    }

    fn too_large(&self, folder: u32, name: &CStr) -> ScanError {
        let source = AddError::TooLarge { name: name.to_string_lossy().into_owned() };
        ScanError::Add { path: self.host_path(folder, name), source }
    }

    fn host_path(&self, folder: u32, name: &CStr) -> PathBuf {
        self.tree.folders.path(&self.tree.text, folder).join(OsStr::from_bytes(name.to_bytes()))
    }
}

const WANTED: StatxFlags = StatxFlags::BASIC_STATS;

fn identity(status: &Statx) -> (u32, u32, u64) {
    (status.stx_dev_major, status.stx_dev_minor, status.stx_ino)
}

fn modified(status: &Statx) -> Timestamp {
    Timestamp::from_unix(status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec)
}

fn attributes(status: &Statx) -> Attributes {
    Attributes {
        modified: modified(status),
        mode: u32::from(status.stx_mode) & 0o7777,
        uid: status.stx_uid,
        gid: status.stx_gid,
        hidden: false,
    }
}

/// Text of any bytes, without two different byte strings made equal: a `%` of the name itself is escaped as well.
fn escape(bytes: &[u8]) -> String {
    use core::fmt::Write as _;
    if let Ok(text) = str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn quiet(paths: &[&Path], options: ScanOptions) -> Result<Scan, ScanError> {
        scan(paths, options, &mut |_| ControlFlow::Continue(()))
    }

    fn listing(tree: &Tree) -> Vec<String> {
        tree.walk(Tree::ROOT).map(|entry| entry.path()).collect()
    }

    #[test]
    fn a_folder_goes_into_the_root_and_a_file_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/b/ä.txt"), "hello").unwrap();
        fs::write(dir.path().join("single"), "12").unwrap();
        let paths = [&*dir.path().join("a"), &*dir.path().join("single")];
        let scan = quiet(&paths, ScanOptions::default()).unwrap();
        assert_eq!(listing(&scan.tree), ["/b", "/b/ä.txt", "/single"]);
        let file = scan.tree.entry(scan.tree.find("/b/ä.txt").unwrap());
        assert_eq!(file.bytes(), 5);
        let Some(Content::Host(host)) = file.content() else { panic!("a host file") };
        assert_eq!(host.path, dir.path().join("a/b/ä.txt"));
        assert_eq!(Content::host(&host.path).unwrap(), Content::Host(host));

        let again = [paths[0], paths[0]];
        let refused = quiet(&again, ScanOptions::default()).unwrap_err();
        assert!(matches!(refused, ScanError::Merge { source: MergeError::Exists { .. }, .. }), "{refused}");
        let options = ScanOptions { overwrite: true, ..ScanOptions::default() };
        assert_eq!(listing(&quiet(&again, options).unwrap().tree), ["/b", "/b/ä.txt"]);
    }

    #[test]
    fn links_are_followed_kept_or_skipped_and_loops_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("sub/file"), "hello").unwrap();
        symlink("sub", dir.path().join("to-sub")).unwrap();
        symlink("nowhere", dir.path().join("dangling")).unwrap();
        let follow = quiet(&[dir.path()], ScanOptions::default()).unwrap();
        assert_eq!(listing(&follow.tree), ["/sub", "/sub/file", "/to-sub", "/to-sub/file"]);
        assert_eq!(
            follow.skipped,
            [Skipped { path: dir.path().join("dangling"), reason: SkipReason::Dangling }]
        );

        let keep = ScanOptions { symlinks: Symlinks::Keep, ..ScanOptions::default() };
        let keep = quiet(&[dir.path()], keep).unwrap();
        assert_eq!(listing(&keep.tree), ["/dangling", "/sub", "/sub/file", "/to-sub"]);
        assert_eq!(keep.tree.entry(keep.tree.find("to-sub").unwrap()).target(), Some("sub"));

        let skip = ScanOptions { symlinks: Symlinks::Skip, ..ScanOptions::default() };
        assert_eq!(quiet(&[dir.path()], skip).unwrap().skipped.len(), 2);

        symlink("..", dir.path().join("sub/up")).unwrap();
        let refused = quiet(&[dir.path()], ScanOptions::default()).unwrap_err();
        assert!(matches!(refused, ScanError::Loop { .. }), "{refused}");
    }

    #[test]
    fn one_inode_is_one_content_and_case_is_minded() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("one"), "hello").unwrap();
        fs::hard_link(dir.path().join("one"), dir.path().join("two")).unwrap();
        let tree = quiet(&[dir.path()], ScanOptions::default()).unwrap().tree;
        assert_eq!(tree.contents(), 1);

        fs::write(dir.path().join("ONE"), "other").unwrap();
        let refused = quiet(&[dir.path()], ScanOptions::default()).unwrap_err();
        assert!(matches!(refused, ScanError::SameName { .. }), "{refused}");
        let exact = ScanOptions { case: Case::Exact, ..ScanOptions::default() };
        assert_eq!(quiet(&[dir.path()], exact).unwrap().tree.counts().files, 3);
    }

    #[test]
    fn names_that_are_not_utf8_are_refused_or_escaped() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(OsStr::from_bytes(b"caf\xe9 100%")), "x").unwrap();
        let refused = quiet(&[dir.path()], ScanOptions::default()).unwrap_err();
        assert!(matches!(refused, ScanError::NotUtf8 { .. }), "{refused}");
        let escape = ScanOptions { names: HostNames::Escape, ..ScanOptions::default() };
        let tree = quiet(&[dir.path()], escape).unwrap().tree;
        assert_eq!(listing(&tree), ["/caf%E9 100%25"]);
        let Some(Content::Host(host)) = tree.entry(tree.find("caf%E9 100%25").unwrap()).content() else {
            panic!("a host file")
        };
        assert_eq!(fs::read(host.path).unwrap(), b"x");
    }

    #[test]
    fn targets_are_escaped_as_the_names_that_they_lead_through() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("100%");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(OsStr::from_bytes(b"caf\xe9")), "x").unwrap();
        symlink(OsStr::from_bytes(b"100%/caf\xe9"), dir.path().join("link")).unwrap();
        let keep = ScanOptions { symlinks: Symlinks::Keep, ..ScanOptions::default() };
        fs::rename(folder.join(OsStr::from_bytes(b"caf\xe9")), folder.join("cafe")).unwrap();
        let refused = quiet(&[dir.path()], keep).unwrap_err();
        assert!(matches!(refused, ScanError::TargetNotUtf8 { .. }), "{refused}");
        fs::rename(folder.join("cafe"), folder.join(OsStr::from_bytes(b"caf\xe9"))).unwrap();
        let Scan { tree, escaped, .. } =
            quiet(&[dir.path()], ScanOptions { names: HostNames::Escape, ..keep }).unwrap();
        let target = tree.entry(tree.find("link").unwrap()).target().unwrap().to_owned();
        assert_eq!(target, "100%/caf%E9");
        assert!(tree.find(&target).is_some());
        assert_eq!(escaped.iter().filter(|it| it.is_target).count(), 1);
        assert_eq!(escaped.len(), 2);
    }

    #[test]
    fn a_deep_tree_takes_no_more_handles_than_a_flat_one() {
        let dir = tempfile::tempdir().unwrap();
        let mut path = dir.path().to_owned();
        for _ in 0..300 {
            path.push("d");
            fs::create_dir(&path).unwrap();
        }
        fs::write(path.join("f"), "x").unwrap();
        let tree = quiet(&[dir.path()], ScanOptions::default()).unwrap().tree;
        assert_eq!((tree.counts().directories, tree.counts().files), (300, 1));
    }

    #[test]
    fn a_scan_can_be_cancelled_and_a_missing_path_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let cancelled = scan(&[dir.path()], ScanOptions::default(), &mut |_| ControlFlow::Break(()));
        assert!(matches!(cancelled, Err(ScanError::Cancelled)));
        let missing = quiet(&[&dir.path().join("nothing")], ScanOptions::default()).unwrap_err();
        assert!(missing.to_string().contains("nothing"), "{missing}");
    }

    use super::super::Content;
}
