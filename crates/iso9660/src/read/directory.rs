//! Reading one directory.

use core::mem;
use std::borrow::Cow;
use std::io;

use discwright_cd::Lba;
use thiserror::Error;

use super::entry::{Directory, Entry, EntryKind, Posix, Section};
use super::finding::{Findings, Level, Place};
use super::source::ReadSectors;
use super::system_use::{AreaReader, Gathered};
use super::volume::{View, Volume};
use crate::format::{DirectoryRecord, FileFlags, SECTOR_BYTES, text};

/// Sectors of a directory that are read at a time.
const WINDOW_SECTORS: usize = 64;

/// What a directory holds, in recorded order.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Its entries, without itself and its parent. The sections of a file are joined into one entry.
    pub entries: Vec<Entry>,
    /// What was wrong with them.
    pub findings: Findings,
    bytes_read: u64,
}

impl Listing {
    /// The entry called `name`; without regard to case if none has that very name.
    #[must_use]
    pub fn take(self, name: &str) -> Option<Entry> {
        let exact = self.entries.iter().position(|it| it.name == name);
        let folded = || {
            let name = name.to_lowercase();
            self.entries.iter().position(|it| it.name.to_lowercase() == name)
        };
        let index = exact.or_else(folded)?;
        self.entries.into_iter().nth(index)
    }

    pub(super) const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    pub(super) fn read<S: ReadSectors>(
        volume: &Volume<S>,
        view: View,
        directory: Directory,
    ) -> Result<Self, ListError> {
        let (mut listing, count) = Self::read_with(volume, view, directory, &mut Spare::default())?;
        listing.entries.truncate(count);
        Ok(listing)
    }

    /// Reads a directory into memory that others no longer need; how many of the entries are its own.
    pub(super) fn read_with<S: ReadSectors>(
        volume: &Volume<S>,
        view: View,
        directory: Directory,
        spare: &mut Spare,
    ) -> Result<(Self, usize), ListError> {
        let extent = Extent::of(volume, directory)?;
        let mut reader = Reader::new(volume, view, mem::take(spare));
        reader.check_extent(&extent);
        let read = reader.read_extent(&extent);
        reader.finish_open();
        reader.check_empty();
        if read.is_ok() && view == View::RockRidge && volume.root(view) == Some(directory) {
            reader.hide_relocation_directory();
        }
        let Reader { entries, count, findings, scratch, spare: unused, .. } = reader;
        *spare = Spare { scratch, ..unused };
        read.map(|()| (Self { entries, findings, bytes_read: extent.length }, count))
    }
}

/// Memory of directories that were read before.
#[derive(Debug, Default)]
pub(super) struct Spare {
    lists: Vec<Vec<Entry>>,
    window: Vec<u8>,
    scratch: String,
}

impl Spare {
    /// Entries of a directory that are kept for their buffers.
    const ENTRIES: usize = 1 << 12;

    /// Takes back what a directory held.
    pub(super) fn keep(&mut self, mut entries: Vec<Entry>) {
        entries.truncate(Self::ENTRIES);
        self.lists.push(entries);
    }
}

/// Why a directory cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ListError {
    /// It lies outside the image.
    #[error("the directory at logical block {block} lies beyond the end of the image")]
    BeyondEnd {
        /// As recorded.
        block: u32,
    },
    /// What lies there is no directory: it does not begin with the record of itself.
    #[error("logical block {block} holds no directory")]
    NotADirectory {
        /// Where one should begin.
        block: u32,
    },
    /// None of its sectors can be read.
    #[error("the directory's first sector, LBA {lba}, cannot be read, nor any other of it")]
    Io {
        /// Its first sector.
        lba: Lba,
        /// Why not.
        source: io::Error,
    },
}

/// The bytes of a directory on the source.
struct Extent {
    /// Byte address of the first.
    address: u64,
    /// How many can be there.
    length: u64,
    /// How many were recorded.
    recorded: u64,
}

impl Extent {
    fn of<S: ReadSectors>(volume: &Volume<S>, directory: Directory) -> Result<Self, ListError> {
        let block = directory.block();
        let address = u64::from(block) * volume.block_bytes();
        let room = volume.end_bytes().saturating_sub(address);
        if room == 0 {
            return Err(ListError::BeyondEnd { block });
        }
        let recorded = match directory.bytes {
            Some(bytes) => u64::from(bytes),
            None => Self::own_length(volume, address).ok_or(ListError::NotADirectory { block })?,
        };
        // Rounded up: a directory fills whole sectors, whatever length a careless author gave it.
        let whole = (address + recorded).next_multiple_of(SECTOR_BYTES as u64) - address;
        let length = if recorded == 0 { 0 } else { whole.min(room) };
        Ok(Self { address, length, recorded })
    }

    /// The length that a directory records of itself.
    fn own_length<S: ReadSectors>(volume: &Volume<S>, address: u64) -> Option<u64> {
        let mut sector = [0; SECTOR_BYTES];
        volume.source.read_sectors(sector_of(address), &mut sector).ok()?;
        let record = DirectoryRecord::parse(sector.get(skip_of(address)..)?).ok()?;
        (record.identifier == DirectoryRecord::SELF_IDENTIFIER).then(|| u64::from(record.data_bytes))
    }
}

/// The sector of a byte address.
fn sector_of(address: u64) -> Lba {
    Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX))
}

fn skip_of(address: u64) -> usize {
    usize::try_from(address % SECTOR_BYTES as u64).unwrap_or(0)
}

/// Turns the records of one directory into entries.
struct Reader<'v, S> {
    volume: &'v Volume<S>,
    view: View,
    areas: AreaReader<'v, S>,
    /// Where the source ends.
    end: Lba,
    entries: Vec<Entry>,
    /// Of the entries, those of this directory; behind them are old ones, whose buffers are used again.
    count: usize,
    findings: Findings,
    /// The last entry is a file of which more sections are to come.
    open: bool,
    /// A relocated directory was left out: it is shown where it belongs.
    relocated: bool,
    /// The first record was seen.
    begun: bool,
    /// The first of the sectors without a record that nothing follows so far.
    empty: Option<Place>,
    /// Where names are put together.
    scratch: String,
    spare: Spare,
}

impl<'v, S: ReadSectors> Reader<'v, S> {
    fn new(volume: &'v Volume<S>, view: View, mut spare: Spare) -> Self {
        Self {
            volume,
            view,
            areas: AreaReader::new(volume),
            end: volume.source.end().unwrap_or(Lba(i32::MAX)),
            entries: spare.lists.pop().unwrap_or_default(),
            count: 0,
            findings: Findings::default(),
            open: false,
            relocated: false,
            begun: false,
            empty: None,
            scratch: mem::take(&mut spare.scratch),
            spare,
        }
    }

    fn check_extent(&mut self, extent: &Extent) {
        let place = Place::start_of(sector_of(extent.address)).plus(skip_of(extent.address));
        let Extent { length, recorded, .. } = *extent;
        if recorded == 0 {
            self.findings.warn(
                place,
                DIRECTORY_LENGTH,
                "the directory is recorded with no length; nothing was read",
            );
        } else if recorded > length {
            let message = format_args!(
                "the directory is recorded with {recorded} bytes, beyond the end of the image; {length} were read"
            );
            self.findings.error(place, DIRECTORY_LENGTH, message);
        } else if !recorded.is_multiple_of(SECTOR_BYTES as u64) {
            let message = format_args!("the directory's {recorded} bytes are no whole sectors; rounded up");
            self.findings.warn(place, DIRECTORY_LENGTH, message);
        }
    }

    fn read_extent(&mut self, extent: &Extent) -> Result<(), ListError> {
        let sectors = (extent.address + extent.length).div_ceil(SECTOR_BYTES as u64)
            - extent.address / SECTOR_BYTES as u64;
        let mut left = usize::try_from(sectors).unwrap_or(usize::MAX);
        if extent.length == 0 {
            return Ok(());
        }
        let mut window = mem::take(&mut self.spare.window);
        window.resize(left.min(WINDOW_SECTORS) * SECTOR_BYTES, 0);
        let mut lba = sector_of(extent.address);
        let mut skip = skip_of(extent.address);
        let mut failed = None;
        let mut any_read = false;
        while left > 0 {
            let count = left.min(WINDOW_SECTORS);
            window.truncate(count * SECTOR_BYTES);
            if self.volume.source.read_sectors(lba, &mut window).is_ok() {
                any_read = true;
                for sector in window.chunks_exact(SECTOR_BYTES) {
                    self.take_sector(sector.get(skip..).unwrap_or_default(), Place::start_of(lba).plus(skip));
                    skip = 0;
                    lba = lba.saturating_add(1);
                }
            } else {
                // One bad sector must not cost its neighbours.
                for sector in window.chunks_exact_mut(SECTOR_BYTES) {
                    match self.volume.source.read_sectors(lba, sector) {
                        Ok(()) => {
                            any_read = true;
                            let rest = sector.get(skip..).unwrap_or_default();
                            self.take_sector(rest, Place::start_of(lba).plus(skip));
                        }
                        Err(error) => {
                            let message = format_args!("a sector of the directory cannot be read: {error}");
                            self.findings.error(Place::start_of(lba), DIRECTORY_LENGTH, message);
                            failed = failed.or(Some((lba, error)));
                        }
                    }
                    skip = 0;
                    lba = lba.saturating_add(1);
                }
            }
            left -= count;
        }
        self.spare.window = window;
        match failed {
            Some((lba, source)) if !any_read => Err(ListError::Io { lba, source }),
            _ => Ok(()),
        }
    }

    /// Takes the records of one sector, or of what of it belongs to the directory.
    fn take_sector(&mut self, sector: &[u8], place: Place) {
        if sector.first() == Some(&0) {
            self.empty.get_or_insert(place);
        } else if let Some(empty) = self.empty.take() {
            let message =
                "a sector of the directory holds no record, though others follow; what it held is lost";
            self.findings.error(empty, DIRECTORY_SECTORS, message);
        }
        let mut at = 0;
        while let Some(rest @ [length @ 1..=255, ..]) = sector.get(at..) {
            let place = place.plus(at);
            match DirectoryRecord::parse(rest) {
                Ok(record) => {
                    for it in DirectoryRecord::disagreements(rest) {
                        self.findings.disagreement(Level::Warning, place, it);
                    }
                    self.take_record(&record, place);
                }
                Err(error) => {
                    // With a sound length the next record is where it says; else nothing in this sector can be found.
                    let lost = usize::from(*length) > rest.len() || *length < 34;
                    let rest = if lost { "the rest of the sector was skipped" } else { "it was skipped" };
                    self.findings.error(place, "ECMA-119, 9.1", format_args!("{error}; {rest}"));
                    if lost {
                        return;
                    }
                }
            }
            at += usize::from(*length);
        }
    }

    /// Tells of sectors without a record at the end of the directory.
    fn check_empty(&mut self) {
        let Some(empty) = self.empty else { return };
        if self.begun {
            let message =
                "the directory ends in sectors without a record; what they held, if anything, is lost";
            self.findings.warn(empty, DIRECTORY_SECTORS, message);
        } else {
            self.findings.error(empty, DIRECTORY_SECTORS, "the directory holds no record, not even its own");
        }
    }

    fn take_record(&mut self, record: &DirectoryRecord<'_>, place: Place) {
        let first = !mem::replace(&mut self.begun, true);
        if first && record.identifier != DirectoryRecord::SELF_IDENTIFIER {
            let message =
                "the directory does not begin with the record of itself; it may be another or a part of one";
            self.findings.error(place, "ECMA-119, 6.8.2.2", message);
        }
        if record.is_self_or_parent() {
            return;
        }
        let more = record.flags.contains(FileFlags::MULTI_EXTENT);
        if self.open {
            let same = self.last().is_some_and(|open| *open.identifier == *record.identifier);
            if same {
                self.open = more;
                self.add_section(record, place);
                return;
            }
            self.finish_open();
        }
        let directory = record.flags.contains(FileFlags::DIRECTORY);
        self.scratch.clear();
        let mut kind = EntryKind::File;
        if directory {
            kind = EntryKind::Directory(Directory {
                block: record.extent,
                bytes: Some(record.data_bytes),
                extended_attribute_blocks: record.extended_attribute_blocks,
            });
        }
        let mut posix = None;
        match self.view {
            View::Joliet => self.joliet_name(record, place),
            View::Plain | View::Enhanced => plain_name(record.identifier, directory, &mut self.scratch),
            View::RockRidge => match self.rock_ridge_name(record, place, kind) {
                Some(told) => (kind, posix) = told,
                None => return,
            },
        }
        self.make_fit_for_path(place);
        self.check_twice(record, place);
        let file = kind == EntryKind::File;
        if self.count == self.entries.len() {
            self.entries.push(Entry::blank(place));
        }
        self.count += 1;
        let Some(entry) = last_of(&mut self.entries, self.count) else { return };
        entry.name.clear();
        entry.name.push_str(&self.scratch);
        entry.identifier.clear();
        entry.identifier.extend_from_slice(record.identifier);
        entry.sections.clear();
        entry.kind = kind;
        entry.bytes = 0;
        entry.recorded = record.recorded;
        entry.flags = record.flags;
        entry.posix = posix;
        entry.place = place;
        if file {
            self.open = more;
            self.add_section(record, place);
        }
    }

    /// The entries of this directory so far.
    fn own(&self) -> &[Entry] {
        self.entries.get(..self.count).unwrap_or_default()
    }

    fn last(&self) -> Option<&Entry> {
        self.own().last()
    }

    fn finish_open(&mut self) {
        if let (true, Some(open)) = (mem::take(&mut self.open), last_of(&mut self.entries, self.count)) {
            let message = format_args!(
                "{:?} is said to have a further section, which does not follow; what is there is shown",
                open.name
            );
            self.findings.error(open.place, "ECMA-119, 9.1.6", message);
        }
    }

    fn check_twice(&mut self, record: &DirectoryRecord<'_>, place: Place) {
        if let Some(last) = last_of(&mut self.entries, self.count)
            && last.name == self.scratch
            && !(last.flags | record.flags).contains(FileFlags::ASSOCIATED)
        {
            self.findings.error(place, "ECMA-119, 6.8.2", format_args!("{:?} is there twice", self.scratch));
        }
    }

    fn joliet_name(&mut self, record: &DirectoryRecord<'_>, place: Place) {
        let well_formed = text::decode_ucs2_into(record.identifier, &mut self.scratch);
        let name = &self.scratch;
        if !well_formed {
            let message = format_args!("{name:?} is recorded with a lone surrogate or half a character");
            self.findings.warn(place, "Joliet, File Identifiers", message);
        }
        if !record.flags.contains(FileFlags::DIRECTORY) {
            let kept = without_version(name.as_bytes()).len();
            self.scratch.truncate(kept);
        }
        if record.identifier.len() > 128 && self.scratch.encode_utf16().count() > 64 {
            let message = format_args!("{:?} has more than 64 characters", self.scratch);
            self.findings.note(place, "Joliet, File Identifiers", message);
        }
    }

    /// What Rock Ridge makes of an entry, its name left in the scratch; `None` when it is shown elsewhere.
    fn rock_ridge_name(
        &mut self,
        record: &DirectoryRecord<'_>,
        place: Place,
        mut kind: EntryKind,
    ) -> Option<(EntryKind, Option<Box<Posix>>)> {
        let mut gathered = Gathered::default();
        let skip = usize::from(self.volume.rock_ridge_skip().unwrap_or(0));
        gathered.gather(&mut self.areas, record.system_use, skip, place, &mut self.findings);
        if gathered.relocated {
            self.relocated = true;
            return None;
        }
        if let Some(block) = gathered.child {
            kind = EntryKind::Directory(Directory { block, bytes: None, extended_attribute_blocks: 0 });
        }
        let link = gathered.take_link();
        if kind == EntryKind::File {
            kind = self.rock_ridge_kind(&gathered, link, place);
        }
        let mut posix = mem::take(&mut gathered.posix);
        if gathered.names_a_link() {
            let message = "the name stands for the directory itself or its parent; the identifier is shown";
            self.findings.warn(place, "RRIP, 4.1.4", message);
        }
        match gathered.take_name() {
            None => {
                let directory = matches!(kind, EntryKind::Directory(_));
                plain_name(record.identifier, directory, &mut self.scratch);
            }
            Some(bytes) => match core::str::from_utf8(&bytes) {
                Ok(name) => self.scratch.push_str(name),
                Err(_) => {
                    self.findings.note(place, "RRIP, 4.1.4", "the name is not UTF-8; shown as ISO 8859-1");
                    self.scratch.extend(bytes.iter().copied().map(char::from));
                    posix.raw_name = Some(bytes);
                }
            },
        }
        if let Some(zisofs) = posix.zisofs
            && !zisofs.is_known()
        {
            let message = "compressed in a way that is not known; shown as it is";
            self.findings.warn(place, "RRIP, ZF", message);
        }
        Some((kind, gathered.is_rock_ridge().then(|| Box::new(posix))))
    }

    fn rock_ridge_kind(&mut self, it: &Gathered, link: Option<(Vec<u8>, bool)>, place: Place) -> EntryKind {
        const TYPE: u32 = 0o170_000;
        let file_type = it.posix.attributes.map(|attributes| attributes.mode & TYPE);
        match (file_type, link) {
            (Some(0o120_000) | None, Some((target, complete))) => {
                if !complete {
                    let message = "the last piece of the symbolic link says that another follows";
                    self.findings.warn(place, "RRIP, 4.1.3", message);
                }
                EntryKind::Symlink(target)
            }
            (Some(0o120_000), None) => {
                self.findings.warn(place, "RRIP, 4.1.3", "a symbolic link without a target");
                EntryKind::Symlink(Vec::new())
            }
            (Some(file_type @ (0o010_000 | 0o020_000 | 0o060_000 | 0o140_000)), _) => {
                EntryKind::Special { file_type, device: it.device }
            }
            _ => EntryKind::File,
        }
    }

    /// Changes the name where it could not be one component of a path.
    fn make_fit_for_path(&mut self, place: Place) {
        let name = &self.scratch;
        let fit = if matches!(name.as_str(), "" | "." | "..") {
            format!("_{name}")
        } else if text::any_byte(name.as_bytes(), |byte| (byte == b'/') | (byte == 0)) {
            name.replace(['/', '\0'], "_")
        } else {
            return;
        };
        let clause = match self.view {
            View::RockRidge => "RRIP, 4.1.4",
            View::Joliet => "Joliet, File Identifiers",
            View::Plain | View::Enhanced => "ECMA-119, 7.5",
        };
        self.findings.warn(place, clause, format_args!("{name:?} cannot be a name; shown as {fit:?}"));
        self.scratch = fit;
    }

    /// Adds the section that `record` describes to the last entry.
    fn add_section(&mut self, record: &DirectoryRecord<'_>, place: Place) {
        let Some(entry) = last_of(&mut self.entries, self.count) else { return };
        entry.bytes += u64::from(record.data_bytes);
        if record.data_bytes == 0 {
            return;
        }
        let interleaved = record.unit_blocks != 0 && record.gap_blocks != 0;
        let (unit, gap) = if interleaved { (record.unit_blocks, record.gap_blocks) } else { (0, 0) };
        if record.gap_blocks != 0 && record.unit_blocks == 0 {
            let message =
                format_args!("{:?} has an interleave gap but no file unit; read as one run", entry.name);
            self.findings.warn(place, "ECMA-119, 9.1.8", message);
        }
        // The extended attribute record is the front of the section; of an interleaved one it takes the first file unit.
        let before_data = match record.extended_attribute_blocks {
            0 => 0,
            _ if interleaved => u64::from(unit) + u64::from(gap),
            blocks => u64::from(blocks),
        };
        let block_bytes = self.volume.block_bytes();
        let address = (u64::from(record.extent) + before_data) * block_bytes;
        let bytes_of = |blocks: u8| u32::from(blocks) * u32::try_from(block_bytes).unwrap_or(u32::MAX);
        let section = Section {
            start: sector_of(address),
            skip_bytes: u16::try_from(skip_of(address)).unwrap_or(0),
            bytes: record.data_bytes,
            unit_bytes: bytes_of(unit),
            gap_bytes: bytes_of(gap),
        };
        if section.end() > self.end {
            let (name, end) = (&entry.name, self.end);
            let message =
                format_args!("{name:?} reaches to LBA {}, but the image ends at {end}", section.end());
            self.findings.error(place, "ECMA-119, 9.1.3", message);
        }
        entry.sections.push(section);
    }

    /// Drops the directory that holds nothing but relocated ones: each is shown where it belongs.
    fn hide_relocation_directory(&mut self) {
        let names = ["rr_moved", ".rr_moved"];
        let Some(index) =
            self.own().iter().position(|it| names.iter().any(|name| it.name.eq_ignore_ascii_case(name)))
        else {
            return;
        };
        let Some(Entry { kind: EntryKind::Directory(directory), .. }) = self.own().get(index) else {
            return;
        };
        let mut inside = Reader::new(self.volume, View::RockRidge, Spare::default());
        let Ok(extent) = Extent::of(self.volume, *directory) else { return };
        // Nothing but relocated directories; an empty directory of that name is one like any other.
        let read = extent.length > 0 && inside.read_extent(&extent).is_ok();
        if read && inside.relocated && inside.count == 0 {
            self.entries.remove(index);
            self.count -= 1;
        }
    }
}

/// The last of the first `count` entries.
fn last_of(entries: &mut [Entry], count: usize) -> Option<&mut Entry> {
    entries.get_mut(count.checked_sub(1)?)
}

const DIRECTORY_LENGTH: &str = "ECMA-119, 6.8.1.3";
const DIRECTORY_SECTORS: &str = "ECMA-119, 6.8.1.1";

/// Appends an identifier of the primary hierarchy as a name: without version and the separator before it.
fn plain_name(identifier: &[u8], directory: bool, out: &mut String) {
    let mut name = identifier;
    if !directory {
        name = without_version(name);
        if let [stem @ .., b'.'] = name
            && !stem.is_empty()
            && stem.last() != Some(&b'.')
        {
            name = stem;
        }
    }
    match core::str::from_utf8(name) {
        Ok(name) => out.push_str(name),
        Err(_) => out.extend(name.iter().copied().map(char::from)),
    }
}

/// What stands before `;` and a version number (ECMA-119, 7.5.1).
fn without_version(name: &[u8]) -> &[u8] {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    match name.split_at(name.len() - digits) {
        ([stem @ .., b';'], _) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// `name` with what a terminal might obey made visible: control characters as `\n`, `\u{1b}` and the like.
#[must_use]
pub fn escaped(name: &str) -> Cow<'_, str> {
    // Directional overrides are no control characters to `char`, but reorder what is printed.
    let hostile =
        |it: char| it.is_control() || matches!(it, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    // Of what is hostile, all that is not ASCII begins with one of two bytes: most names need no closer look.
    let suspect = |byte: u8| (byte < b' ') | (byte == 0x7F) | (byte == 0xC2) | (byte == 0xE2);
    if !text::any_byte(name.as_bytes(), suspect) || !name.contains(hostile) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if hostile(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_empty_extensions_are_dropped() {
        for (identifier, name) in [
            (&b"README.TXT;1"[..], "README.TXT"),
            (b"README.;1", "README"),
            (b"README.", "README"),
            (b"README", "README"),
            (b"A;B;12", "A;B"),
            (b"A;B", "A;B"),
            (b";1", ";1"),
            (b"..", ".."),
            (b"\xC4.TXT;1", "\u{C4}.TXT"),
        ] {
            let mut told = String::new();
            plain_name(identifier, false, &mut told);
            assert_eq!(told, name);
        }
        let mut told = String::new();
        plain_name(b"DIR.;1", true, &mut told);
        assert_eq!(told, "DIR.;1");
    }

    #[test]
    fn escapes_are_shown() {
        assert_eq!(escaped("Größe"), "Größe");
        assert_eq!(escaped("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(escaped("txt.\u{202e}exe"), "txt.\\u{202e}exe");
    }
}
