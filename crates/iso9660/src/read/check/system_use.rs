//! System use fields and their continuation areas, entry by entry (SUSP).

use discwright_cd::Lba;

use super::directory::halves;
use super::extents::{Claims, Holds, Owner};
use super::rules::{self, Rule};
use crate::format::rock_ridge::{
    CHILD_LINK, DeviceNumber, NamePiece, PARENT_LINK, PosixAttributes, RELOCATED, RR, SYMBOLIC_LINK,
    SparseFile, TimeStamps, Zisofs,
};
use crate::format::susp::{
    Continuation, EXTENSION_SELECTOR, Entries, Entry, ExtensionReference, HEADER_BYTES, SharingProtocol,
    TERMINATOR,
};
use crate::format::{BothEndian, FormatError, SECTOR_BYTES};
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::system_use::AreaReader;

/// Continuation areas of one record that are looked at.
const MAX_AREAS: usize = 100;

/// A system use field or a continuation area.
pub(super) struct Area {
    place: Place,
    bytes: Vec<u8>,
}

impl Area {
    /// The entries that are whole, and where each lies.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Entry<'_>, Place)> {
        let mut at = self.place;
        Entries::new(&self.bytes).map_while(Result::ok).map(move |entry| {
            let place = at;
            at = at.plus(HEADER_BYTES + entry.data.len());
            (entry, place)
        })
    }
}

/// Where findings about a record go.
pub(super) type Tell<'t> = dyn FnMut(&'static Rule, Place, String) + 't;

/// The record at hand: where it lies, its length, and whose it is.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub(super) place: Place,
    pub(super) bytes: u32,
    pub(super) owner: Owner,
}

/// The system use field `field` at `place` and all that continues it, checked as SUSP demands.
pub(super) fn gather<S: ReadSectors>(
    reader: &mut AreaReader<'_, S>,
    (field, place): (&[u8], Place),
    record: Record,
    claims: &mut Claims,
    tell: &mut Tell<'_>,
) -> Vec<Area> {
    let first = Area { place, bytes: field.to_vec() };
    let mut next = check_area(&first, tell);
    let mut areas = vec![first];
    let mut visited: Vec<(u64, u64)> = Vec::new();
    while let Some((continuation, at)) = next {
        let Continuation { block, offset, bytes } = continuation;
        let start = reader.address(continuation);
        let range = (start, start + u64::from(bytes.max(1)));
        let overlaps = |seen: &(u64, u64)| seen.0 < range.1 && range.0 < seen.1;
        if visited.len() >= MAX_AREAS || visited.iter().any(overlaps) {
            let why = if visited.len() >= MAX_AREAS { "go on without end" } else { "form a ring" };
            tell(rules::CE_RING, at, format!("continuation areas {why}"));
            break;
        }
        visited.push(range);
        let own = u64::try_from(record.place.lba.0).unwrap_or(0) * SECTOR_BYTES as u64
            + u64::from(record.place.offset);
        if own < range.1 && range.0 < own + u64::from(record.bytes) {
            tell(rules::CE_RECORD, at, "the continuation area contains its own record".to_owned());
            break;
        }
        let sector = |address: u64| Lba(i32::try_from(address / SECTOR_BYTES as u64).unwrap_or(i32::MAX));
        let area = match reader.read(continuation) {
            Ok((bytes, _)) => {
                let offset = u32::try_from(start % SECTOR_BYTES as u64).unwrap_or(0);
                Area { place: Place { lba: sector(start), offset }, bytes }
            }
            Err(why) => {
                tell(rules::CE_BOUNDS, at, format!("{why} (block {block}, offset {offset}, {bytes} bytes)"));
                break;
            }
        };
        let end = sector(range.1 - 1).saturating_add(1);
        if end.sectors_since(area.place.lba).is_some_and(|sectors| sectors > 1) {
            tell(
                rules::CE_SECTOR,
                at,
                format!("the continuation area has {bytes} bytes from byte {offset} on"),
            );
        }
        claims.claim(area.place.lba, end, Holds::Continuation, at, record.owner);
        next = check_area(&area, tell);
        areas.push(area);
    }
    areas
}

/// Checks what entries have in common and returns where the area goes on, and where that is said.
fn check_area(area: &Area, tell: &mut Tell<'_>) -> Option<(Continuation, Place)> {
    let mut next = None;
    let mut at = area.place;
    for entry in Entries::new(&area.bytes) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                tell(rules::SUSP_LENGTH, at, error.to_string());
                break;
            }
        };
        check_entry(entry, at, tell);
        if entry.signature == Continuation::SIGNATURE {
            let parsed: Result<_, FormatError> = Continuation::parse(entry.data);
            match parsed {
                Ok(_) if next.is_some() => tell(rules::CE_TWICE, at, "a second CE in one area".to_owned()),
                Ok(continuation) => next = Some((continuation, at)),
                // Its size was told.
                Err(_) => {}
            }
        }
        at = at.plus(HEADER_BYTES + entry.data.len());
    }
    next
}

fn check_entry(entry: Entry<'_>, at: Place, tell: &mut Tell<'_>) {
    let Entry { signature, version, data } = entry;
    let Some(sizes) = sizes(signature) else { return };
    let length = HEADER_BYTES + data.len();
    let name = signature.escape_ascii();
    let as_demanded = match sizes {
        Sizes::OneOf(sizes) => sizes.contains(&length),
        Sizes::AtLeast(least) => length >= least,
    };
    if !as_demanded {
        tell(rules::SUSP_SIZE, at.plus(2), format!("{name} has {length} bytes"));
    }
    if version != 1 && !(signature == Zisofs::SIGNATURE && version == 2) {
        tell(rules::SUSP_VERSION, at.plus(3), format!("{name} has version {version}"));
    }
    for (offset, field) in numbers(signature, version) {
        let whole = data.get(*offset..).and_then(|rest| rest.first_chunk::<8>());
        if let Some(BothEndian { little, big }) = whole.map(|it| BothEndian::<u32>::decode(*it))
            && little != big
        {
            let field = format!("{name} {field}");
            tell(rules::SUSP_HALVES, at.plus(HEADER_BYTES + offset), halves(&field, little, big));
        }
    }
}

/// How long an entry may be, in bytes.
enum Sizes {
    OneOf(&'static [usize]),
    AtLeast(usize),
}

/// The length that a known kind of entry has.
fn sizes(signature: [u8; 2]) -> Option<Sizes> {
    Some(match signature {
        Continuation::SIGNATURE => Sizes::OneOf(&[28]),
        SharingProtocol::SIGNATURE => Sizes::OneOf(&[7]),
        TERMINATOR => Sizes::OneOf(&[4]),
        ExtensionReference::SIGNATURE => Sizes::AtLeast(8),
        EXTENSION_SELECTOR => Sizes::OneOf(&[5]),
        PosixAttributes::SIGNATURE => Sizes::OneOf(&[36, 44]),
        DeviceNumber::SIGNATURE => Sizes::OneOf(&[20]),
        CHILD_LINK | PARENT_LINK => Sizes::OneOf(&[12]),
        RELOCATED => Sizes::OneOf(&[4]),
        RR => Sizes::OneOf(&[5]),
        SYMBOLIC_LINK | NamePiece::SIGNATURE | TimeStamps::SIGNATURE => Sizes::AtLeast(5),
        // 1.10 had no depth of the table.
        SparseFile::SIGNATURE => Sizes::OneOf(&[12, 20, 21]),
        Zisofs::SIGNATURE => Sizes::OneOf(&[16]),
        _ => return None,
    })
}

/// Where a known kind of entry has numbers in both byte orders, counted from its data.
const fn numbers(signature: [u8; 2], version: u8) -> &'static [(usize, &'static str)] {
    match signature {
        Continuation::SIGNATURE => &[(0, "block"), (8, "offset"), (16, "length")],
        PosixAttributes::SIGNATURE => {
            &[(0, "mode"), (8, "links"), (16, "user"), (24, "group"), (32, "serial number")]
        }
        DeviceNumber::SIGNATURE => &[(0, "high"), (8, "low")],
        CHILD_LINK | PARENT_LINK => &[(0, "block")],
        SparseFile::SIGNATURE => &[(0, "high size"), (8, "low size")],
        // Version 2 has one number of 64 bits there.
        Zisofs::SIGNATURE if version == 1 => &[(4, "size")],
        _ => &[],
    }
}
