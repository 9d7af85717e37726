//! Sector formats: 2352 bytes as they lie on the disc, before scrambling (ECMA-130, clause 14; CD-ROM XA for Mode 2).
//!
//! | | sync | header | subheader | user data | tail |
//! |---|---|---|---|---|---|
//! | audio | | | | 0 ..< 2352 | |
//! | Mode 0 | 0 ..< 12 | 12 ..< 16 | | 2336 zeros | |
//! | Mode 1 | 0 ..< 12 | 12 ..< 16 | | 16 ..< 2064 | EDC 4, zeros 8, P 172, Q 104 |
//! | Mode 2 formless | 0 ..< 12 | 12 ..< 16 | | 16 ..< 2352 | |
//! | Mode 2 Form 1 | 0 ..< 12 | 12 ..< 16 | 16 ..< 24 | 24 ..< 2072 | EDC 4, P 172, Q 104 |
//! | Mode 2 Form 2 | 0 ..< 12 | 12 ..< 16 | 16 ..< 24 | 24 ..< 2348 | EDC 4, or zeros |
//!
//! Encoders fill a whole sector; [`seal`] completes one whose header and data are already in place, without a copy.
//! [`check`] tells what a sector is and whether its codes hold.

mod check;
mod ecc;
mod edc;
mod header;
mod scramble;

pub use check::{Report, Verdict, check, user_data};
pub use edc::edc;
pub use header::{Block, Header, HeaderError, Mode, Subheader};
pub use scramble::scramble;

use core::ops::Range;

use crate::Lba;
use crate::area::{RAW_BYTES, USER_BYTES};

/// User data of a formless Mode 2 sector, in bytes.
pub const FORMLESS_BYTES: usize = 2336;
/// User data of a Mode 2 Form 2 sector, in bytes.
pub const FORM_2_BYTES: usize = 2324;
/// The synchronisation field that opens every data sector (ECMA-130, 14.1).
pub const SYNC: [u8; 12] = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];

/// How the 2352 bytes of a sector are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Samples, no structure.
    Audio,
    /// Header and zeros.
    Mode0,
    /// 2048 bytes under EDC and ECC.
    Mode1,
    /// Mode 2 without the structure of XA: 2336 bytes, no codes.
    Mode2,
    /// Mode 2 Form 1 of XA: 2048 bytes under EDC and ECC.
    Mode2Form1,
    /// Mode 2 Form 2 of XA: 2324 bytes under an optional EDC.
    Mode2Form2,
}

impl Format {
    /// Where user data lies in the sector. Mode 0 has none; the range of its zeros is given.
    #[must_use]
    pub const fn user_range(self) -> Range<usize> {
        match self {
            Self::Audio => 0..RAW_BYTES,
            Self::Mode0 | Self::Mode2 => layout::USER..RAW_BYTES,
            Self::Mode1 => layout::USER..layout::MODE_1_EDC,
            Self::Mode2Form1 => layout::XA_USER..layout::FORM_1_EDC,
            Self::Mode2Form2 => layout::XA_USER..layout::FORM_2_EDC,
        }
    }

    /// Length of [`Self::user_range`], in bytes.
    #[must_use]
    pub const fn user_bytes(self) -> usize {
        let range = self.user_range();
        range.end - range.start
    }

    /// The mode that stands in the header; `None` for audio, which has no header.
    #[must_use]
    pub const fn mode(self) -> Option<Mode> {
        match self {
            Self::Audio => None,
            Self::Mode0 => Some(Mode::Zero),
            Self::Mode1 => Some(Mode::One),
            Self::Mode2 | Self::Mode2Form1 | Self::Mode2Form2 => Some(Mode::Two),
        }
    }
}

/// Makes a Mode 0 sector: sync, header, zeros.
///
/// # Errors
/// [`HeaderError::BeyondDiscTime`] when `lba` has no disc time; `sector` is unchanged. The same holds for every
/// encoder here.
pub fn encode_mode0(lba: Lba, sector: &mut [u8; RAW_BYTES]) -> Result<(), HeaderError> {
    put_header(Header::user(lba, Mode::Zero)?, sector)?;
    put(sector, layout::USER, &[0; FORMLESS_BYTES]);
    Ok(())
}

/// Makes a Mode 1 sector: sync, header, 2048 bytes, EDC, zeros, ECC.
///
/// # Errors
/// As [`encode_mode0`].
pub fn encode_mode1(
    lba: Lba,
    user: &[u8; USER_BYTES],
    sector: &mut [u8; RAW_BYTES],
) -> Result<(), HeaderError> {
    put_header(Header::user(lba, Mode::One)?, sector)?;
    put(sector, layout::USER, user);
    seal(Format::Mode1, sector);
    Ok(())
}

/// Makes a Mode 2 sector without the structure of XA: sync, header, 2336 bytes.
///
/// # Errors
/// As [`encode_mode0`].
pub fn encode_mode2(
    lba: Lba,
    user: &[u8; FORMLESS_BYTES],
    sector: &mut [u8; RAW_BYTES],
) -> Result<(), HeaderError> {
    put_header(Header::user(lba, Mode::Two)?, sector)?;
    put(sector, layout::USER, user);
    Ok(())
}

/// Makes a Mode 2 Form 1 sector: sync, header, subheader twice, 2048 bytes, EDC, ECC.
///
/// The Form 2 bit of the submode is cleared.
///
/// # Errors
/// As [`encode_mode0`].
pub fn encode_mode2_form1(
    lba: Lba,
    subheader: Subheader,
    user: &[u8; USER_BYTES],
    sector: &mut [u8; RAW_BYTES],
) -> Result<(), HeaderError> {
    put_header(Header::user(lba, Mode::Two)?, sector)?;
    put_subheader(Subheader { submode: subheader.submode & !Subheader::FORM_2, ..subheader }, sector);
    put(sector, layout::XA_USER, user);
    seal(Format::Mode2Form1, sector);
    Ok(())
}

/// Makes a Mode 2 Form 2 sector: sync, header, subheader twice, 2324 bytes, EDC.
///
/// The Form 2 bit of the submode is set. The EDC is optional in the standard and always computed here.
///
/// # Errors
/// As [`encode_mode0`].
pub fn encode_mode2_form2(
    lba: Lba,
    subheader: Subheader,
    user: &[u8; FORM_2_BYTES],
    sector: &mut [u8; RAW_BYTES],
) -> Result<(), HeaderError> {
    put_header(Header::user(lba, Mode::Two)?, sector)?;
    put_subheader(Subheader { submode: subheader.submode | Subheader::FORM_2, ..subheader }, sector);
    put(sector, layout::XA_USER, user);
    seal(Format::Mode2Form2, sector);
    Ok(())
}

/// Computes EDC and ECC of a sector whose header, subheader and user data stand, and writes them.
///
/// Changes nothing in formats without codes. In Mode 1 the eight bytes between EDC and ECC are zeroed.
pub fn seal(format: Format, sector: &mut [u8; RAW_BYTES]) {
    match format {
        Format::Audio | Format::Mode0 | Format::Mode2 => {}
        Format::Mode1 => {
            seal_edc(sector, 0..layout::MODE_1_EDC);
            put(sector, layout::MODE_1_ZEROS, &[0; 8]);
            ecc::generate(sector);
        }
        Format::Mode2Form1 => {
            seal_edc(sector, layout::SUBHEADER..layout::FORM_1_EDC);
            // Mode 2 counts the header as zero, so that a sector can move without new parity (CD-ROM XA, 4.5).
            let header: [u8; 4] = *get(sector, layout::HEADER);
            put(sector, layout::HEADER, &[0; 4]);
            ecc::generate(sector);
            put(sector, layout::HEADER, &header);
        }
        Format::Mode2Form2 => seal_edc(sector, layout::SUBHEADER..layout::FORM_2_EDC),
    }
}

/// Writes the synchronisation field and a header of any kind: link blocks and run-ins too.
///
/// Codes are not touched; [`seal`] the sector afterwards when its format has any.
///
/// # Errors
/// [`HeaderError::NotDecimal`] when the address cannot be written in BCD; `sector` is unchanged.
pub fn put_header(header: Header, sector: &mut [u8; RAW_BYTES]) -> Result<(), HeaderError> {
    let bytes = header.encode()?;
    put(sector, layout::SYNC, &SYNC);
    put(sector, layout::HEADER, &bytes);
    Ok(())
}

/// Writes both copies of an XA subheader; [`seal`] the sector afterwards.
pub fn put_subheader(subheader: Subheader, sector: &mut [u8; RAW_BYTES]) {
    put(sector, layout::SUBHEADER, &subheader.encode());
    put(sector, layout::SUBHEADER_COPY, &subheader.encode());
}

/// Writes the EDC of `range` directly behind it.
fn seal_edc(sector: &mut [u8; RAW_BYTES], range: Range<usize>) {
    let end = range.end;
    let code = edc(sector.get(range).unwrap_or_default());
    put(sector, end, &code.to_le_bytes());
}

/// The `N` bytes at a field's offset.
fn get<const N: usize>(sector: &[u8; RAW_BYTES], field: usize) -> &[u8; N] {
    sector.get(field..).and_then(<[u8]>::first_chunk).expect("every field of the layout lies inside a sector")
}

fn put<const N: usize>(sector: &mut [u8; RAW_BYTES], field: usize, bytes: &[u8; N]) {
    let place: &mut [u8; N] = sector
        .get_mut(field..)
        .and_then(<[u8]>::first_chunk_mut)
        .expect("every field of the layout lies inside a sector");
    *place = *bytes;
}

mod layout {
    pub(super) const SYNC: usize = 0;
    pub(super) const HEADER: usize = 12;
    pub(super) const USER: usize = 16;
    pub(super) const MODE_1_EDC: usize = 2064;
    pub(super) const MODE_1_ZEROS: usize = 2068;
    pub(super) const SUBHEADER: usize = 16;
    pub(super) const SUBHEADER_COPY: usize = 20;
    pub(super) const XA_USER: usize = 24;
    pub(super) const FORM_1_EDC: usize = 2072;
    pub(super) const FORM_2_EDC: usize = 2348;
}
