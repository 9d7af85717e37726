//! Gathering the SUSP entries of a record, through all its continuation areas.

use std::borrow::Cow;

use discwright_cd::Lba;

use super::entry::Posix;
use super::finding::{Findings, Place};
use super::source::ReadSectors;
use super::volume::{View, Volume};
use crate::format::rock_ridge::{
    self, DeviceNumber, LinkReader, NamePiece, PosixAttributes, SparseFile, TimeStamps, Zisofs,
};
use crate::format::susp::{self, Continuation, Entries, ExtensionReference, SharingProtocol};
use crate::format::{DirectoryRecord, FormatError, SECTOR_BYTES};

/// Continuation areas that one record may have. A name of 255 bytes and a link of 4096 need about twenty.
const MAX_AREAS: usize = 100;
/// Longest continuation area that is read, in bytes. The protocol keeps it within one sector; some authors do not.
const MAX_AREA_BYTES: u32 = 16 * 2048;
/// Longest name that is put together, in bytes; POSIX has 255.
const MAX_NAME_BYTES: usize = 1024;

/// Whether the primary hierarchy has Rock Ridge, and if so how many bytes to skip in each system use field.
///
/// SP in the root's own record says so, or an ER that names it; some old authors wrote neither, only the entries.
pub(super) fn detect<S: ReadSectors>(volume: &Volume<S>) -> Option<u8> {
    volume.with_root_record(View::Plain, |record, place| {
        let sharing = SharingProtocol::find(record.system_use);
        let mut gathered = Gathered::default();
        // What is wrong is told when the root is listed.
        let mut findings = Findings::default();
        let skip = sharing.map_or(0, |it| it.skip);
        // SP itself stands in front of what the root skips.
        gathered.gather(&mut AreaReader::new(volume), record.system_use, 0, place, &mut findings);
        if skip > 0 && !gathered.is_rock_ridge() {
            gathered.gather(
                &mut AreaReader::new(volume),
                record.system_use,
                usize::from(skip),
                place,
                &mut findings,
            );
        }
        (gathered.is_rock_ridge() || (sharing.is_some() && children_have_names(volume, skip))).then_some(skip)
    })?
}

/// Whether the root's first real entry carries Rock Ridge although the root itself announces only SUSP.
fn children_have_names<S: ReadSectors>(volume: &Volume<S>, skip: u8) -> bool {
    let Some(root) = volume.root(View::Plain) else { return false };
    let address = u64::from(root.block()) * volume.block_bytes();
    let Ok(lba) = i32::try_from(address / SECTOR_BYTES as u64) else { return false };
    let mut sector = [0; SECTOR_BYTES];
    if volume.source.read_sectors(Lba(lba), &mut sector).is_err() {
        return false;
    }
    let mut rest = sector.get(usize::try_from(address).unwrap_or(0) % SECTOR_BYTES..).unwrap_or_default();
    while let Ok(record) = DirectoryRecord::parse(rest) {
        let area = record.system_use.get(usize::from(skip)..).unwrap_or_default();
        if Entries::new(area).flatten().any(|entry| entry.signature == NamePiece::SIGNATURE) {
            return true;
        }
        rest = rest.get(usize::from(rest.first().copied().unwrap_or(0)).max(1)..).unwrap_or_default();
    }
    false
}

/// Reads continuation areas, keeping the last run of sectors: areas of neighbours lie together.
pub(super) struct AreaReader<'v, S> {
    volume: &'v Volume<S>,
    first: u64,
    window: Vec<u8>,
}

/// Sectors that are read around a continuation area.
const WINDOW_SECTORS: u64 = 16;

impl<'v, S: ReadSectors> AreaReader<'v, S> {
    pub(super) const fn new(volume: &'v Volume<S>) -> Self {
        Self { volume, first: 0, window: Vec::new() }
    }

    /// Byte address of `area`.
    pub(super) fn address(&self, area: Continuation) -> u64 {
        u64::from(area.block) * self.volume.block_bytes() + u64::from(area.offset)
    }

    /// The bytes of `area`, and its byte address.
    pub(super) fn read(&mut self, area: Continuation) -> Result<(Vec<u8>, u64), Cow<'static, str>> {
        let start = self.address(area);
        let end = start + u64::from(area.bytes);
        if area.bytes > MAX_AREA_BYTES {
            return Err(format!("a continuation area of {} bytes is too long to be one", area.bytes).into());
        }
        if end > self.volume.end_bytes() {
            return Err("the continuation area lies beyond the end of the image".into());
        }
        let sectors = (start / SECTOR_BYTES as u64, end.div_ceil(SECTOR_BYTES as u64));
        self.load(sectors.0, sectors.1)?;
        let skip = usize::try_from(start - self.first * SECTOR_BYTES as u64).unwrap_or(usize::MAX);
        let length = usize::try_from(area.bytes).unwrap_or(usize::MAX);
        let bytes = self.window.get(skip..skip.saturating_add(length)).unwrap_or_default();
        Ok((bytes.to_vec(), start))
    }

    fn load(&mut self, first: u64, end: u64) -> Result<(), Cow<'static, str>> {
        let held = self.first + (self.window.len() / SECTOR_BYTES) as u64;
        if first >= self.first && end <= held {
            return Ok(());
        }
        let whole = self.volume.end_bytes() / SECTOR_BYTES as u64;
        // Around a medium's defects only what is needed is read.
        for last in [end.max(first + WINDOW_SECTORS).min(whole), end] {
            let length = usize::try_from((last - first) * SECTOR_BYTES as u64).unwrap_or(0);
            self.window.resize(length, 0);
            let lba = Lba(i32::try_from(first).unwrap_or(i32::MAX));
            match self.volume.source.read_sectors(lba, &mut self.window) {
                Ok(()) => {
                    self.first = first;
                    return Ok(());
                }
                Err(error) if last == end => {
                    self.window.clear();
                    return Err(format!("the continuation area cannot be read: {error}").into());
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// What the SUSP entries of one record say.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// PX, TF, ZF, SF.
    pub(super) posix: Posix,
    /// The pieces of NM, joined.
    pub(super) name: Vec<u8>,
    name_flags: u8,
    /// The last NM said that another follows.
    name_open: bool,
    /// SL, joined.
    link: Option<LinkReader>,
    /// PN.
    pub(super) device: Option<DeviceNumber>,
    /// CL: block of the directory that really stands here.
    pub(super) child: Option<u32>,
    /// PL: block of the true parent.
    pub(super) parent: Option<u32>,
    /// RE: shown elsewhere by a CL.
    pub(super) relocated: bool,
    rock_ridge: bool,
}

impl Gathered {
    /// Whether anything of Rock Ridge was there.
    pub(super) const fn is_rock_ridge(&self) -> bool {
        self.rock_ridge
    }

    /// Adds the entries of `system_use` from byte `skip` on and of all that continues it; `record` is where the record lies.
    pub(super) fn gather<S: ReadSectors>(
        &mut self,
        areas: &mut AreaReader<'_, S>,
        system_use: &[u8],
        skip: usize,
        record: Place,
        findings: &mut Findings,
    ) {
        let mut next = self.take_area(system_use.get(skip..).unwrap_or_default(), record, findings);
        // Most records have none, and allocate nothing here.
        let mut visited = Vec::new();
        while let Some(area) = next {
            if visited.len() >= MAX_AREAS || visited.iter().any(|seen| overlaps(*seen, area)) {
                let why = if visited.len() >= MAX_AREAS { "go on without end" } else { "form a ring" };
                findings.warn(
                    record,
                    "SUSP, 5.1",
                    format_args!("continuation areas {why}; what was read so far is used"),
                );
                break;
            }
            visited.push(area);
            let (bytes, address) = match areas.read(area) {
                Ok(read) => read,
                Err(why) => {
                    findings.warn(record, "SUSP, 5.1", why);
                    break;
                }
            };
            let lba = Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
            let offset = u32::try_from(address % SECTOR_BYTES as u64).unwrap_or(0);
            let place = Place { lba, offset };
            if u64::from(offset) + u64::from(area.bytes) > SECTOR_BYTES as u64 {
                findings.note(place, "SUSP, 5.1", "a continuation area reaches into the next sector");
            }
            if lba == record.lba
                && (offset..offset.saturating_add(area.bytes.max(1))).contains(&record.offset)
            {
                findings.warn(record, "SUSP, 5.1", "the continuation area contains its own record; not read");
                break;
            }
            next = self.take_area(&bytes, place, findings);
        }
        if self.name_open {
            findings.warn(record, "RRIP, 4.1.4", "the last piece of the name says that another follows");
        }
    }

    /// The name that NM gives; `None` when there is none or it stands for `.` or `..`.
    pub(super) fn take_name(&mut self) -> Option<Vec<u8>> {
        (!self.names_a_link() && !self.name.is_empty()).then(|| core::mem::take(&mut self.name))
    }

    /// Whether NM says that the entry is `.` or `..`.
    pub(super) const fn names_a_link(&self) -> bool {
        self.name_flags & (NamePiece::CURRENT | NamePiece::PARENT) != 0
    }

    /// The target that SL gives, and whether it is complete.
    pub(super) fn take_link(&mut self) -> Option<(Vec<u8>, bool)> {
        self.link.take().map(LinkReader::finish)
    }

    /// Adds the entries of one area and returns where it goes on.
    fn take_area(&mut self, area: &[u8], place: Place, findings: &mut Findings) -> Option<Continuation> {
        let mut next = None;
        for entry in Entries::new(area) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    findings.warn(
                        place,
                        "SUSP, 4.1",
                        format_args!("{error}; the rest of the area was not read"),
                    );
                    break;
                }
            };
            if entry.signature == Continuation::SIGNATURE {
                match Continuation::parse(entry.data) {
                    Ok(_) if next.is_some() => {
                        findings.warn(place, "SUSP, 5.1", "a second CE in one area was ignored")
                    }
                    Ok(continuation) => next = Some(continuation),
                    Err(error) => findings.warn(place, "SUSP, 5.1", error),
                }
            } else if let Err(error) = self.take_entry(entry) {
                findings.warn(place, "RRIP, 4.1", format_args!("{error}; the field was ignored"));
            }
        }
        next
    }

    fn take_entry(&mut self, entry: susp::Entry<'_>) -> Result<(), FormatError> {
        let susp::Entry { signature, version, data } = entry;
        match signature {
            PosixAttributes::SIGNATURE => self.posix.attributes = Some(PosixAttributes::parse(data)?),
            NamePiece::SIGNATURE => self.take_name_piece(NamePiece::parse(data)?)?,
            rock_ridge::SYMBOLIC_LINK => self.link.get_or_insert_default().push(data)?,
            DeviceNumber::SIGNATURE => self.device = Some(DeviceNumber::parse(data)?),
            rock_ridge::CHILD_LINK => self.child = Some(rock_ridge::parse_link(data)?),
            rock_ridge::PARENT_LINK => self.parent = Some(rock_ridge::parse_link(data)?),
            rock_ridge::RELOCATED => self.relocated = true,
            TimeStamps::SIGNATURE => {
                let (times, wrong) = TimeStamps::parse(data);
                self.posix.times = merge_times(self.posix.times, times);
                self.rock_ridge = true;
                return wrong.map_or(Ok(()), Err);
            }
            Zisofs::SIGNATURE => {
                self.posix.zisofs = Some(Zisofs::parse(version, data)?);
                return Ok(());
            }
            SparseFile::SIGNATURE => self.posix.sparse = Some(SparseFile::parse(data)?),
            rock_ridge::RR => {}
            ExtensionReference::SIGNATURE => {
                let extension = ExtensionReference::parse(data)?;
                self.rock_ridge |= rock_ridge::EXTENSION_IDENTIFIERS.contains(&extension.identifier);
                return Ok(());
            }
            // SP, ST, PD, ES, AA, AL and what else there is says nothing that a view shows.
            _ => return Ok(()),
        }
        self.rock_ridge = true;
        Ok(())
    }

    fn take_name_piece(&mut self, piece: NamePiece<'_>) -> Result<(), FormatError> {
        // Only pieces that were announced go on the name; a stray second NM would change it silently.
        if self.name.is_empty() || self.name_open {
            if self.name.len() + piece.name.len() > MAX_NAME_BYTES {
                self.name_open = false;
                return Err(FormatError::TooLong {
                    structure: "name",
                    length: self.name.len() + piece.name.len(),
                });
            }
            self.name.extend_from_slice(piece.name);
        }
        self.name_flags |= piece.flags;
        self.name_open = piece.flags & NamePiece::CONTINUE != 0;
        Ok(())
    }
}

/// Two TF entries may each give some stamps, as libburnia's do.
fn merge_times(a: TimeStamps, b: TimeStamps) -> TimeStamps {
    TimeStamps {
        created: b.created.or(a.created),
        modified: b.modified.or(a.modified),
        accessed: b.accessed.or(a.accessed),
        attributes: b.attributes.or(a.attributes),
        backup: b.backup.or(a.backup),
        expires: b.expires.or(a.expires),
        effective: b.effective.or(a.effective),
    }
}

/// Whether two areas share a byte, or are the same empty one.
fn overlaps(a: Continuation, b: Continuation) -> bool {
    let range = |it: Continuation| {
        let start = (u64::from(it.block) << 11) + u64::from(it.offset);
        (start, start + u64::from(it.bytes.max(1)))
    };
    let ((a_start, a_end), (b_start, b_end)) = (range(a), range(b));
    a_start < b_end && b_start < a_end
}
