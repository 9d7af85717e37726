//! System Use Sharing Protocol: the entries in system use fields and continuation areas (IEEE P1281 draft 1.12).

use super::field::Both32;
use super::{Disagreement, FormatError};

/// Bytes before the data of an entry: signature, length, version (P1281, 4.1).
pub const HEADER_BYTES: usize = 4;
/// The longest entry, header included.
pub const MAX_ENTRY_BYTES: usize = 255;

/// One entry as it lies in a system use field (P1281, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Two letters that name the kind of entry.
    pub signature: [u8; 2],
    /// Version of that kind.
    pub version: u8,
    /// What follows the header.
    pub data: &'a [u8],
}

impl Entry<'_> {
    /// Appends the entry to `out`.
    ///
    /// # Errors
    /// [`FormatError::TooLong`] when it has more than 255 bytes.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let length = HEADER_BYTES + self.data.len();
        let length_byte = u8::try_from(length).map_err(|_| FormatError::too_long("SUSP entry", length))?;
        out.extend_from_slice(&[self.signature[0], self.signature[1], length_byte, self.version]);
        out.extend_from_slice(self.data);
        Ok(())
    }
}

/// The entries of one system use field or continuation area, in order; ends at ST, at padding, or with an error.
///
/// Bounded by the bytes given: each entry takes at least four. A broken entry ends the iteration, since nothing says
/// where the next one begins.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    /// The entries in `area`, from its first byte.
    #[must_use]
    pub const fn new(area: &'a [u8]) -> Self {
        Self { rest: area }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let ([a, b, length, version], after) = self.rest.split_first_chunk::<HEADER_BYTES>()?;
        // No signature has a zero; some writers fill the rest of the field with them.
        if *a == 0 || [*a, *b] == TERMINATOR {
            self.rest = &[];
            return None;
        }
        let data = usize::from(*length).checked_sub(HEADER_BYTES).and_then(|it| after.split_at_checked(it));
        let Some((data, rest)) = data else {
            self.rest = &[];
            return Some(Err(FormatError::invalid("SUSP entry", "length", 2)));
        };
        self.rest = rest;
        Some(Ok(Entry { signature: [*a, *b], version: *version, data }))
    }
}

/// SP, which says that SUSP is in use; first in the root's own record (P1281, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharingProtocol {
    /// Bytes to skip at the start of every other system use field.
    pub skip: u8,
}

impl SharingProtocol {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"SP";
    /// Length of the whole entry.
    pub const ENTRY_BYTES: usize = 7;
    const CHECK: [u8; 2] = [0xBE, 0xEF];

    /// Appends the entry to `out`.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[b'S', b'P', 7, 1, Self::CHECK[0], Self::CHECK[1], self.skip]);
    }

    /// The entry at the front of the root's system use field, or 15 bytes in where CD-ROM XA takes the first 14.
    #[must_use]
    pub fn find(system_use: &[u8]) -> Option<Self> {
        [Some(system_use), system_use.get(XA_BYTES..)].into_iter().flatten().find_map(|field| match field {
            [b'S', b'P', length, _, c0, c1, skip, ..] if *length >= 7 && [*c0, *c1] == Self::CHECK => {
                Some(Self { skip: *skip })
            }
            _ => None,
        })
    }
}

/// Bytes of a CD-ROM XA system use field, before which SUSP cannot begin (CD-ROM XA specification, 1991, 2.7).
pub const XA_BYTES: usize = 14;

/// CE, where the system use field goes on (P1281, 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Continuation {
    /// Logical block of the continuation area.
    pub block: u32,
    /// Bytes into that block where it begins.
    pub offset: u32,
    /// Its length in bytes.
    pub bytes: u32,
}

impl Continuation {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"CE";
    /// Length of the whole entry.
    pub const ENTRY_BYTES: usize = 28;

    /// Appends the entry to `out`.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let mut data = [0; 24];
        Both32::<0>.put(&mut data, self.block);
        Both32::<8>.put(&mut data, self.offset);
        Both32::<16>.put(&mut data, self.bytes);
        out.extend_from_slice(b"CE\x1C\x01");
        out.extend_from_slice(&data);
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError::Short`] when there is too little.
    pub fn parse(data: &[u8]) -> Result<Self, FormatError> {
        let data = fixed::<24>("CE entry", data)?;
        Ok(Self {
            block: Both32::<0>.get(data).little,
            offset: Both32::<8>.get(data).little,
            bytes: Both32::<16>.get(data).little,
        })
    }

    /// The numbers of the entry whose two halves differ; offsets count from its data.
    pub fn disagreements(data: &[u8]) -> impl Iterator<Item = Disagreement> + use<> {
        let data = data.first_chunk::<24>();
        [
            data.and_then(|it| Both32::<0>.disagreement(it, "CE Block Location")),
            data.and_then(|it| Both32::<8>.disagreement(it, "CE Offset")),
            data.and_then(|it| Both32::<16>.disagreement(it, "CE Length")),
        ]
        .into_iter()
        .flatten()
    }
}

/// ER, which names an extension in use (P1281, 5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionReference<'a> {
    /// Version of the extension.
    pub version: u8,
    /// The extension's identifier.
    pub identifier: &'a [u8],
    /// What it is, in words.
    pub descriptor: &'a [u8],
    /// Where to find its specification.
    pub source: &'a [u8],
}

impl<'a> ExtensionReference<'a> {
    /// The entry's signature.
    pub const SIGNATURE: [u8; 2] = *b"ER";

    /// Length of the whole entry.
    #[must_use]
    pub const fn entry_bytes(&self) -> usize {
        HEADER_BYTES + 4 + self.identifier.len() + self.descriptor.len() + self.source.len()
    }

    /// Appends the entry to `out`.
    ///
    /// # Errors
    /// [`FormatError::TooLong`] when it has more than 255 bytes.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let length = self.entry_bytes();
        let too_long = |_| FormatError::too_long("ER entry", length);
        let byte = |part: &[u8]| u8::try_from(part.len()).map_err(too_long);
        let entry = [
            b'E',
            b'R',
            u8::try_from(length).map_err(too_long)?,
            1,
            byte(self.identifier)?,
            byte(self.descriptor)?,
            byte(self.source)?,
            self.version,
        ];
        out.extend_from_slice(&entry);
        out.extend_from_slice(self.identifier);
        out.extend_from_slice(self.descriptor);
        out.extend_from_slice(self.source);
        Ok(())
    }

    /// The entry whose data is `data`.
    ///
    /// # Errors
    /// [`FormatError::Short`] when its parts reach beyond `data`.
    pub fn parse(data: &'a [u8]) -> Result<Self, FormatError> {
        let short = FormatError::Short { structure: "ER entry", needed: 4, available: data.len() };
        let ([identifier, descriptor, source, version], rest) = data.split_first_chunk::<4>().ok_or(short)?;
        let (identifier, rest) = rest.split_at_checked(usize::from(*identifier)).ok_or(short)?;
        let (descriptor, rest) = rest.split_at_checked(usize::from(*descriptor)).ok_or(short)?;
        let source = rest.get(..usize::from(*source)).ok_or(short)?;
        Ok(Self { version: *version, identifier, descriptor, source })
    }
}

/// Signature of ST, which ends a system use field or continuation area (P1281, 5.4).
pub const TERMINATOR: [u8; 2] = *b"ST";
/// Signature of PD, padding (P1281, 5.2).
pub const PADDING: [u8; 2] = *b"PD";
/// Signature of ES, which selects among extensions (P1281, 5.6).
pub const EXTENSION_SELECTOR: [u8; 2] = *b"ES";

/// The first `N` bytes of an entry's data.
pub(super) fn fixed<'a, const N: usize>(
    structure: &'static str,
    data: &'a [u8],
) -> Result<&'a [u8; N], FormatError> {
    data.first_chunk::<N>().ok_or(FormatError::Short { structure, needed: N, available: data.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_sp_and_ce() {
        let mut out = Vec::new();
        SharingProtocol { skip: 0 }.append_to(&mut out);
        assert_eq!(out, *b"SP\x07\x01\xBE\xEF\x00");
        assert_eq!(SharingProtocol::find(&out), Some(SharingProtocol { skip: 0 }));
        out.clear();
        let area = Continuation { block: 28, offset: 0, bytes: 237 };
        area.append_to(&mut out);
        assert_eq!(out, b"CE\x1C\x01\x1C\0\0\0\0\0\0\x1C\0\0\0\0\0\0\0\0\xED\0\0\0\0\0\0\xED"[..]);
        assert_eq!(Continuation::parse(&out[4..]), Ok(area));
        assert_eq!(Continuation::disagreements(&out[4..]).count(), 0);
    }

    #[test]
    fn sp_is_found_behind_xa() {
        let mut field = vec![0; XA_BYTES];
        SharingProtocol { skip: 14 }.append_to(&mut field);
        assert_eq!(SharingProtocol::find(&field), Some(SharingProtocol { skip: 14 }));
        assert_eq!(SharingProtocol::find(b"SP\x07\x01\xBE\xEE\x00"), None);
    }

    #[test]
    fn iteration_ends_where_it_must() {
        let all = |area: &'static [u8]| Entries::new(area).collect::<Vec<_>>();
        let entry = Entry { signature: *b"RE", version: 1, data: &[] };
        assert_eq!(all(b"RE\x04\x01"), [Ok(entry)]);
        assert_eq!(all(b"RE\x04\x01\0\0\0\0RE\x04\x01"), [Ok(entry)], "zeros are padding");
        assert_eq!(all(b"RE\x04\x01ST\x04\x01RE\x04\x01"), [Ok(entry)]);
        assert_eq!(all(b"RE\x04\x01XX\x01"), [Ok(entry)], "less than a header");
        for length in [0, 1, 2, 3, 200] {
            let area = [b'N', b'M', length, 1, 0, b'x', b'y', b'z'];
            let told: Vec<_> = Entries::new(&area).collect();
            assert!(matches!(told[..], [Err(_)]), "{length}");
        }
    }

    #[test]
    fn er_survives_and_hostile_lengths_do_not() {
        let er = ExtensionReference { version: 1, identifier: b"ID", descriptor: b"words", source: b"" };
        let mut out = Vec::new();
        er.append_to(&mut out).unwrap();
        assert_eq!(out.len(), er.entry_bytes());
        assert_eq!(ExtensionReference::parse(&out[4..]), Ok(er));
        out[5] = 255;
        assert!(ExtensionReference::parse(&out[4..]).is_err());
    }
}
