//! Rock Ridge Interchange Protocol: POSIX attributes in SUSP entries (IEEE P1282 draft 1.12).

use super::field::{Both32, Byte};
use super::susp::{self, ExtensionReference, HEADER_BYTES, MAX_ENTRY_BYTES};
use super::{FormatError, RecordTime, VolumeTime, ZonedTime};

/// The ER entry of Rock Ridge 1.12, 184 bytes (P1282, 4.3).
pub const EXTENSION_1_12: ExtensionReference<'static> = ExtensionReference {
    version: 1,
    identifier: b"IEEE_P1282",
    descriptor: b"THE IEEE P1282 PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
    source: b"PLEASE CONTACT THE IEEE STANDARDS DEPARTMENT, PISCATAWAY, NJ, USA FOR THE P1282 SPECIFICATION.",
};

/// The ER entry of Rock Ridge 1.09 and 1.10, 237 bytes, which most authors still write (RRIP 1.10, 4.3).
pub const EXTENSION_1_10: ExtensionReference<'static> = ExtensionReference {
    version: 1,
    identifier: b"RRIP_1991A",
    descriptor: b"THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
    source: b"PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.",
};

/// Identifiers by which an ER entry announces Rock Ridge, of all its versions.
pub const EXTENSION_IDENTIFIERS: [&[u8]; 3] = [b"RRIP_1991A", b"IEEE_P1282", b"IEEE_1282"];

/// Signature of RR, which told in 1.09 which other entries are there; obsolete (RRIP 1.09).
pub const RR: [u8; 2] = *b"RR";
/// Signature of RE, which marks a relocated directory (P1282, 4.1.5.3).
pub const RELOCATED: [u8; 2] = *b"RE";
/// Signature of CL, the relocated directory's place (P1282, 4.1.5.1).
pub const CHILD_LINK: [u8; 2] = *b"CL";
/// Signature of PL, the relocated directory's true parent (P1282, 4.1.5.2).
pub const PARENT_LINK: [u8; 2] = *b"PL";
/// Signature of AA, Apple's extension, kept as it is.
pub const APPLE: [u8; 2] = *b"AA";
/// Length of a whole RE entry.
pub const RELOCATED_BYTES: usize = 4;
/// Length of a whole CL or PL entry.
pub const LINK_BYTES: usize = 12;

/// Appends an RE entry to `out`.
pub fn append_relocated(out: &mut Vec<u8>) {
    out.extend_from_slice(b"RE\x04\x01");
}

/// Appends a CL or PL entry, by its `signature`, that points to the directory at `block`.
pub fn append_link(signature: [u8; 2], block: u32, out: &mut Vec<u8>) {
    let mut data = [0; 8];
    Both32::<0>.put(&mut data, block);
    out.extend_from_slice(&[signature[0], signature[1], 12, 1]);
    out.extend_from_slice(&data);
}

/// The logical block that the data of a CL or PL entry points to.
///
/// # Errors
/// [`FormatError::Short`].
pub fn parse_link(data: &[u8]) -> Result<u32, FormatError> {
    Ok(Both32::<0>.get(susp::fixed::<8>("CL or PL entry", data)?).little)
}

/// PX, the POSIX attributes of a file (P1282, 4.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PosixAttributes {
    /// Type and permission bits, as in `st_mode`.
    pub mode: u32,
    /// Hard links to the file.
    pub links: u32,
    /// Numeric user.
    pub user: u32,
    /// Numeric group.
    pub group: u32,
    /// Serial number, equal in all hard links of one file; absent before 1.12.
    pub serial: Option<u32>,
}

impl PosixAttributes {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"PX";
    /// Length of the whole entry with a serial number; without, eight less.
    pub const ENTRY_BYTES: usize = 44;

    /// Appends the entry to `out`.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let mut data = [0; 40];
        Both32::<0>.put(&mut data, self.mode);
        Both32::<8>.put(&mut data, self.links);
        Both32::<16>.put(&mut data, self.user);
        Both32::<24>.put(&mut data, self.group);
        Both32::<32>.put(&mut data, self.serial.unwrap_or(0));
        let (length, [head @ .., _, _, _, _, _, _, _, _]) =
            (if self.serial.is_some() { 44 } else { 36 }, &data);
        out.extend_from_slice(&[b'P', b'X', length, 1]);
        out.extend_from_slice(if self.serial.is_some() { &data } else { head });
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError::Short`].
    pub fn parse(data: &[u8]) -> Result<Self, FormatError> {
        let fixed = susp::fixed::<32>("PX entry", data)?;
        Ok(Self {
            mode: Both32::<0>.get(fixed).little,
            links: Both32::<8>.get(fixed).little,
            user: Both32::<16>.get(fixed).little,
            group: Both32::<24>.get(fixed).little,
            serial: data.first_chunk::<40>().map(|data| Both32::<32>.get(data).little),
        })
    }
}

/// PN, the device number of a character or block special file (P1282, 4.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceNumber {
    /// High 32 bits; the major number where `low` is the minor one.
    pub high: u32,
    /// Low 32 bits.
    pub low: u32,
}

impl DeviceNumber {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"PN";
    /// Length of the whole entry.
    pub const ENTRY_BYTES: usize = 20;

    /// Appends the entry to `out`.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let mut data = [0; 16];
        Both32::<0>.put(&mut data, self.high);
        Both32::<8>.put(&mut data, self.low);
        out.extend_from_slice(b"PN\x14\x01");
        out.extend_from_slice(&data);
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError::Short`].
    pub fn parse(data: &[u8]) -> Result<Self, FormatError> {
        let data = susp::fixed::<16>("PN entry", data)?;
        Ok(Self { high: Both32::<0>.get(data).little, low: Both32::<8>.get(data).little })
    }
}

/// NM, a piece of the POSIX name (P1282, 4.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamePiece<'a> {
    /// Flags; see the constants.
    pub flags: u8,
    /// Bytes of the name; any but `/` and zero.
    pub name: &'a [u8],
}

impl<'a> NamePiece<'a> {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"NM";
    /// Flag: the next NM entry continues the name.
    pub const CONTINUE: u8 = 0x01;
    /// Flag: the name of the directory itself, `.`.
    pub const CURRENT: u8 = 0x02;
    /// Flag: the name of the parent directory, `..`.
    pub const PARENT: u8 = 0x04;
    /// Bytes of an entry beside the name.
    pub const OVERHEAD: usize = HEADER_BYTES + 1;
    /// Bytes of name that one entry can hold.
    pub const MAX_NAME_BYTES: usize = MAX_ENTRY_BYTES - Self::OVERHEAD;

    /// Appends the entry to `out`.
    ///
    /// # Errors
    /// [`FormatError::TooLong`] when the name has more than 250 bytes.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let length = Self::OVERHEAD + self.name.len();
        let length = u8::try_from(length).map_err(|_| FormatError::too_long("NM entry", length))?;
        out.extend_from_slice(&[b'N', b'M', length, 1, self.flags]);
        out.extend_from_slice(self.name);
        Ok(())
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError::Short`].
    pub fn parse(data: &'a [u8]) -> Result<Self, FormatError> {
        let short = FormatError::Short { structure: "NM entry", needed: 1, available: 0 };
        let (flags, name) = data.split_first().ok_or(short)?;
        Ok(Self { flags: *flags, name })
    }
}

/// TF, time stamps of a file (P1282, 4.1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeStamps {
    /// Creation.
    pub created: Option<ZonedTime>,
    /// Last change of the contents.
    pub modified: Option<ZonedTime>,
    /// Last access.
    pub accessed: Option<ZonedTime>,
    /// Last change of the attributes.
    pub attributes: Option<ZonedTime>,
    /// Last backup.
    pub backup: Option<ZonedTime>,
    /// Expiration.
    pub expires: Option<ZonedTime>,
    /// From when on it is effective.
    pub effective: Option<ZonedTime>,
}

impl TimeStamps {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"TF";
    /// Flag: stamps have seventeen bytes, not seven.
    pub const LONG_FORM: u8 = 0x80;

    /// Length of the whole entry with `stamps` stamps.
    #[must_use]
    pub const fn entry_bytes(stamps: usize, long: bool) -> usize {
        HEADER_BYTES + 1 + stamps * if long { 17 } else { 7 }
    }

    /// Appends the entry to `out`, in long form (years 1 ..= 9999, hundredths) or short (years 1900 ..= 2155).
    pub fn append_to(&self, long: bool, out: &mut Vec<u8>) {
        let start = out.len();
        let mut flags = if long { Self::LONG_FORM } else { 0 };
        out.extend_from_slice(b"TF\0\x01\0");
        let stamps = [
            self.created,
            self.modified,
            self.accessed,
            self.attributes,
            self.backup,
            self.expires,
            self.effective,
        ];
        for (bit, stamp) in stamps.into_iter().enumerate() {
            let Some(stamp) = stamp else { continue };
            flags |= 1 << bit;
            if long {
                out.extend_from_slice(&VolumeTime::from_timestamp(stamp).0);
            } else {
                out.extend_from_slice(&RecordTime::from_timestamp(stamp).0);
            }
        }
        let length = u8::try_from(out.len() - start).unwrap_or(u8::MAX);
        if let Some([_, _, length_byte, _, flags_byte, ..]) = out.get_mut(start..) {
            *length_byte = length;
            *flags_byte = flags;
        }
    }

    /// What can be read of the entry whose data is `data`, and the first thing wrong with it; a bad date is unknown.
    #[must_use]
    pub fn parse(data: &[u8]) -> (Self, Option<FormatError>) {
        let mut stamps = Self::default();
        let Some((flags, mut rest)) = data.split_first() else {
            return (stamps, Some(FormatError::Short { structure: "TF entry", needed: 1, available: 0 }));
        };
        let long = flags & Self::LONG_FORM != 0;
        let mut wrong = None;
        let fields: [&mut Option<ZonedTime>; 7] = [
            &mut stamps.created,
            &mut stamps.modified,
            &mut stamps.accessed,
            &mut stamps.attributes,
            &mut stamps.backup,
            &mut stamps.expires,
            &mut stamps.effective,
        ];
        for (bit, field) in fields.into_iter().enumerate() {
            if flags & (1 << bit) == 0 {
                continue;
            }
            let offset = data.len() - rest.len();
            let Some((stamp, after)) = split_stamp(rest, long) else {
                let needed = offset + if long { 17 } else { 7 };
                let short = FormatError::Short { structure: "TF entry", needed, available: data.len() };
                wrong = wrong.or(Some(short));
                break;
            };
            match stamp {
                Ok(stamp) => *field = stamp,
                Err(_) => {
                    wrong = wrong.or_else(|| Some(FormatError::invalid("TF entry", "time stamp", offset)))
                }
            }
            rest = after;
        }
        (stamps, wrong)
    }
}

type StampResult = Result<Option<ZonedTime>, super::TimeError>;

fn split_stamp(rest: &[u8], long: bool) -> Option<(StampResult, &[u8])> {
    if long {
        let (stamp, after) = rest.split_first_chunk::<17>()?;
        Some((VolumeTime(*stamp).timestamp(), after))
    } else {
        let (stamp, after) = rest.split_first_chunk::<7>()?;
        Some((RecordTime(*stamp).timestamp(), after))
    }
}

/// SF, a sparse file (P1282, 4.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SparseFile {
    /// Virtual size in bytes.
    pub virtual_bytes: u64,
    /// Levels of the table that maps it.
    pub table_depth: u8,
}

impl SparseFile {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"SF";

    /// Appends the entry to `out`.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let [h0, h1, h2, h3, l0, l1, l2, l3] = self.virtual_bytes.to_be_bytes();
        let mut data = [0; 17];
        Both32::<0>.put(&mut data, u32::from_be_bytes([h0, h1, h2, h3]));
        Both32::<8>.put(&mut data, u32::from_be_bytes([l0, l1, l2, l3]));
        Byte::<16>.put(&mut data, self.table_depth);
        out.extend_from_slice(b"SF\x15\x01");
        out.extend_from_slice(&data);
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError::Short`]; also for the form of 1.10, which had no depth.
    pub fn parse(data: &[u8]) -> Result<Self, FormatError> {
        let data = susp::fixed::<17>("SF entry", data)?;
        let (high, low) = (Both32::<0>.get(data).little, Both32::<8>.get(data).little);
        Ok(Self { virtual_bytes: u64::from(high) << 32 | u64::from(low), table_depth: Byte::<16>.get(data) })
    }
}

/// ZF, a file compressed with zisofs (zisofs format, H. P. Anvin and T. Schmitt).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zisofs {
    /// `pz` for version 1, `PZ` for version 2.
    pub algorithm: [u8; 2],
    /// Length of the file's own header, in units of four bytes.
    pub header_quads: u8,
    /// Binary logarithm of the block size: 15, 16 or 17 in version 1.
    pub block_log2: u8,
    /// Size after inflation, in bytes; version 1 has 32 bits of it, version 2 64.
    pub inflated_bytes: u64,
}

impl Zisofs {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"ZF";
    /// Length of the whole entry.
    pub const ENTRY_BYTES: usize = 16;
    /// Algorithm of version 1.
    pub const PAGED_ZLIB: [u8; 2] = [b'p', b'z'];

    /// Whether the file can be inflated by this crate: version 1 with one of its block sizes.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        matches!(self.algorithm, Self::PAGED_ZLIB)
            && matches!(self.block_log2, 15..=17)
            && self.header_quads >= 4
    }

    /// Appends the entry of version 1 to `out`; sizes from 4 GiB on need version 2, which this crate does not write.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let mut data = [0; 12];
        data[..2].copy_from_slice(&self.algorithm);
        Byte::<2>.put(&mut data, self.header_quads);
        Byte::<3>.put(&mut data, self.block_log2);
        Both32::<4>.put(&mut data, u32::try_from(self.inflated_bytes).unwrap_or(u32::MAX));
        out.extend_from_slice(b"ZF\x10\x01");
        out.extend_from_slice(&data);
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError`] when it is too short.
    pub fn parse(version: u8, data: &[u8]) -> Result<Self, FormatError> {
        let data = susp::fixed::<12>("ZF entry", data)?;
        let size = Both32::<4>.get(data);
        // Version 2 uses the two halves as one 64-bit number, least significant byte first.
        let inflated_bytes = if version >= 2 {
            u64::from(size.big.swap_bytes()) << 32 | u64::from(size.little)
        } else {
            u64::from(size.little)
        };
        Ok(Self {
            algorithm: [Byte::<0>.get(data), Byte::<1>.get(data)],
            header_quads: Byte::<2>.get(data),
            block_log2: Byte::<3>.get(data),
            inflated_bytes,
        })
    }
}

/// Signature of SL, a piece of a symbolic link (P1282, 4.1.3).
pub const SYMBOLIC_LINK: [u8; 2] = *b"SL";
/// Flag of an SL entry: the next SL entry goes on; of a component: the next component goes on.
const CONTINUE: u8 = 0x01;
const COMPONENT_CURRENT: u8 = 0x02;
const COMPONENT_PARENT: u8 = 0x04;
const COMPONENT_ROOT: u8 = 0x08;
/// Signature, length, version, flags.
const LINK_OVERHEAD: usize = HEADER_BYTES + 1;
/// Flags and length of a component.
const COMPONENT_OVERHEAD: usize = 2;

/// Writes the target of a symbolic link as SL entries, each into the room there is (P1282, 4.1.3).
///
/// `.`, `..` and the root become flags. A component that does not fit is split, as the standard provides.
/// Doubled slashes count once and a trailing one is dropped: components are names, not slashes.
#[derive(Clone, Debug)]
pub struct LinkWriter<'a> {
    /// Begin with the root component.
    root: bool,
    /// `rest` begins inside a component.
    split: bool,
    rest: &'a [u8],
}

impl<'a> LinkWriter<'a> {
    /// The least room that [`append_entry`](Self::append_entry) makes progress in.
    pub const MIN_ROOM: usize = LINK_OVERHEAD + COMPONENT_OVERHEAD + 1;

    /// A writer of `target`.
    #[must_use]
    pub fn new(target: &'a [u8]) -> Self {
        Self { root: target.first() == Some(&b'/'), split: false, rest: trim_slashes(target) }
    }

    /// Whether all has been written.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        !self.root && self.rest.is_empty()
    }

    /// Appends one SL entry of at most `room` bytes to `out`, and returns whether more must follow.
    ///
    /// With less than [`MIN_ROOM`](Self::MIN_ROOM) nothing is written.
    pub fn append_entry(&mut self, room: usize, out: &mut Vec<u8>) -> bool {
        let room = room.min(MAX_ENTRY_BYTES);
        if room < Self::MIN_ROOM {
            return true;
        }
        let start = out.len();
        out.extend_from_slice(b"SL\0\x01\0");
        if core::mem::take(&mut self.root) {
            out.extend_from_slice(&[COMPONENT_ROOT, 0]);
        }
        while !self.rest.is_empty() {
            let left = room - (out.len() - start);
            if !self.append_component(left, out) {
                break;
            }
        }
        let length = u8::try_from(out.len() - start).unwrap_or(u8::MAX);
        let more = !self.is_done();
        if let Some([_, _, length_byte, _, flags, ..]) = out.get_mut(start..) {
            *length_byte = length;
            *flags = if more { CONTINUE } else { 0 };
        }
        more
    }

    /// Appends a component or as much of it as goes into `room`; whether it went in whole.
    fn append_component(&mut self, room: usize, out: &mut Vec<u8>) -> bool {
        let end = self.rest.iter().position(|byte| *byte == b'/').unwrap_or(self.rest.len());
        let (component, after) = self.rest.split_at(end);
        // What is left of a split name is never `.` or `..`, whatever its letters.
        let flags = match component {
            _ if self.split => 0,
            b"." => COMPONENT_CURRENT,
            b".." => COMPONENT_PARENT,
            _ => 0,
        };
        let bytes = if flags == 0 { component } else { &[] };
        let Some(space) = room.checked_sub(COMPONENT_OVERHEAD) else { return false };
        if bytes.len() > space {
            if space == 0 {
                return false;
            }
            let (now, _) = bytes.split_at(space);
            out.extend_from_slice(&[CONTINUE, u8::try_from(now.len()).unwrap_or(u8::MAX)]);
            out.extend_from_slice(now);
            self.rest = self.rest.get(space..).unwrap_or_default();
            self.split = true;
            return false;
        }
        out.extend_from_slice(&[flags, u8::try_from(bytes.len()).unwrap_or(u8::MAX)]);
        out.extend_from_slice(bytes);
        self.rest = trim_slashes(after);
        self.split = false;
        true
    }
}

fn trim_slashes(mut path: &[u8]) -> &[u8] {
    while let [b'/', rest @ ..] = path {
        path = rest;
    }
    path
}

/// Puts the target of a symbolic link together from its SL entries.
#[derive(Clone, Debug, Default)]
pub struct LinkReader {
    target: Vec<u8>,
    /// A slash belongs between the last component and the next.
    separate: bool,
    /// The last component goes on in the next one.
    open: bool,
    /// The last entry said that another follows.
    more: bool,
}

impl LinkReader {
    /// Longest target that is put together, in bytes: Linux's `PATH_MAX`. What is longer is an error.
    pub const MAX_TARGET_BYTES: usize = 4096;

    /// Adds the SL entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError`] when a component reaches beyond the entry, or the target grows too long. What came before is kept.
    pub fn push(&mut self, data: &[u8]) -> Result<(), FormatError> {
        let short = FormatError::Short { structure: "SL entry", needed: 1, available: data.len() };
        let (flags, mut rest) = data.split_first().ok_or(short)?;
        self.more = flags & CONTINUE != 0;
        while let [flags, length, after @ ..] = rest {
            let offset = data.len() - rest.len();
            let (bytes, after) = after
                .split_at_checked(usize::from(*length))
                .ok_or_else(|| FormatError::invalid("SL entry", "component length", offset))?;
            self.push_component(*flags, bytes)?;
            rest = after;
        }
        Ok(())
    }

    /// The target, and whether the last entry closed it.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, bool) {
        let closed = !self.open && !self.more;
        (self.target, closed)
    }

    fn push_component(&mut self, flags: u8, bytes: &[u8]) -> Result<(), FormatError> {
        if self.target.len() + bytes.len() + 3 > Self::MAX_TARGET_BYTES {
            return Err(FormatError::too_long("symbolic link", self.target.len() + bytes.len()));
        }
        if core::mem::take(&mut self.separate) && !self.open {
            self.target.push(b'/');
        }
        // Old authors wrote doubled slashes as roots inside the path; they stay what they were.
        if flags & COMPONENT_ROOT != 0 {
            self.target.push(b'/');
            self.open = false;
            return Ok(());
        }
        if flags & COMPONENT_CURRENT != 0 {
            self.target.push(b'.');
        } else if flags & COMPONENT_PARENT != 0 {
            self.target.extend_from_slice(b"..");
        } else {
            self.target.extend_from_slice(bytes);
        }
        self.open = flags & CONTINUE != 0;
        self.separate = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link_entries(target: &[u8], room: usize) -> Vec<Vec<u8>> {
        let mut writer = LinkWriter::new(target);
        let mut entries = Vec::new();
        loop {
            let mut entry = Vec::new();
            let more = writer.append_entry(room, &mut entry);
            assert!(entry.len() <= room && entry.len() == usize::from(entry[2]));
            entries.push(entry);
            assert!(entries.len() < 1000, "no progress");
            if !more {
                return entries;
            }
        }
    }

    fn read_link(entries: &[Vec<u8>]) -> (Vec<u8>, bool) {
        let mut reader = LinkReader::default();
        for entry in entries {
            reader.push(&entry[4..]).unwrap();
        }
        reader.finish()
    }

    #[test]
    fn golden_lengths() {
        assert_eq!(EXTENSION_1_10.entry_bytes(), 237);
        let mut out = Vec::new();
        TimeStamps { modified: Some(ZonedTime::default()), ..TimeStamps::default() }
            .append_to(false, &mut out);
        assert_eq!(out, b"TF\x0C\x01\x02\x46\x01\x01\0\0\0\0");
    }

    #[test]
    fn px_has_two_lengths() {
        for serial in [None, Some(7)] {
            let px = PosixAttributes { mode: 0o100_644, links: 1, user: 1000, group: 100, serial };
            let mut out = Vec::new();
            px.append_to(&mut out);
            assert_eq!(out.len(), usize::from(out[2]));
            assert_eq!(PosixAttributes::parse(&out[4..]), Ok(px));
        }
        assert!(PosixAttributes::parse(&[0; 31]).is_err());
    }

    #[test]
    fn links_survive_any_room() {
        for target in [
            &b"/"[..],
            b"a",
            b".",
            b"..",
            b"../../x/./y",
            b"/usr/lib/..",
            b"a..",
            b"abcdefgh..",
            b"abcdefghi.",
            &[b'x'; 600],
        ] {
            for room in LinkWriter::MIN_ROOM..255 {
                let entries = link_entries(target, room);
                assert_eq!(read_link(&entries), (target.to_vec(), true), "room {room}");
            }
        }
    }

    /// SL entries of libarchive's Rock Ridge 1.09 sample (mkisofs) and what readers make of them.
    #[test]
    fn old_authors_doubled_slashes_stay() {
        for (data, target) in [
            (&b"\0\x02\0\x08\0\x08\0\0\x04file"[..], &b".///file"[..]),
            (b"\0\x08\0\0\x03tmp\x08\0\x04\0", b"/tmp//.."),
            (b"\0\x04\0\x02\0\x04\0\0\x03tmp", b".././../tmp"),
        ] {
            let mut reader = LinkReader::default();
            reader.push(data).unwrap();
            assert_eq!(reader.finish(), (target.to_vec(), true));
        }
    }

    #[test]
    fn hostile_links_end() {
        let mut reader = LinkReader::default();
        assert!(reader.push(&[0, 0, 200, b'x']).is_err(), "component beyond the entry");
        let mut reader = LinkReader::default();
        let endless = [&[CONTINUE, CONTINUE, 200][..], &[b'a'; 200]].concat();
        let pushed = (0..100).take_while(|_| reader.push(&endless).is_ok()).count();
        assert!(pushed < 21);
        assert!(!reader.finish().1);
    }

    #[test]
    fn a_short_tf_keeps_what_it_has() {
        let (stamps, wrong) = TimeStamps::parse(&[0x06, 100, 1, 1, 0, 0, 0, 0, 100, 1]);
        assert!(stamps.modified.is_some() && stamps.accessed.is_none());
        assert!(matches!(wrong, Some(FormatError::Short { .. })));
        let (stamps, wrong) = TimeStamps::parse(&[0x02, 100, 99, 1, 0, 0, 0, 0]);
        assert_eq!(stamps, TimeStamps::default());
        assert!(matches!(wrong, Some(FormatError::Invalid { offset: 1, .. })));
    }
}
