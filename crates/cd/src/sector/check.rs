//! Telling what a sector is and whether its codes hold.

use super::{Format, Header, HeaderError, SYNC, Subheader, ecc, edc, get, layout, put};
use crate::area::RAW_BYTES;

/// What [`check`] found in a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The format by sync, mode and subheader.
    pub format: Format,
    /// The header; `None` for audio.
    pub header: Option<Result<Header, HeaderError>>,
    /// The first copy of the XA subheader; `None` unless the format has one.
    pub subheader: Option<Subheader>,
    /// Whether the error detection code holds.
    pub edc: Verdict,
    /// Whether both parities of the error correction code hold.
    pub ecc: Verdict,
}

impl Report {
    /// Whether the header can be read and no code is violated.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        !matches!(self.header, Some(Err(_))) && self.edc != Verdict::Violated && self.ecc != Verdict::Violated
    }
}

/// What a code says of the bytes that it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The code holds.
    Holds,
    /// The code contradicts the bytes.
    Violated,
    /// The format has no such code, or the sector leaves out an optional one.
    Absent,
}

/// Tells what an unscrambled sector is and whether its codes hold.
///
/// Without a synchronisation field it is audio. A Mode 2 sector is taken for XA when both copies of the subheader
/// agree, for formless otherwise; a formless sector whose data happens to repeat its first four bytes cannot be told
/// apart. A Form 2 sector with a zero EDC has left it out (CD-ROM XA, 4.4). A sector whose mode byte cannot be read is
/// judged as Mode 1, as the most common.
#[must_use]
pub fn check(sector: &[u8; RAW_BYTES]) -> Report {
    if get(sector, layout::SYNC) != &SYNC {
        return Report {
            format: Format::Audio,
            header: None,
            subheader: None,
            edc: Verdict::Absent,
            ecc: Verdict::Absent,
        };
    }
    let header = Header::parse(*get(sector, layout::HEADER));
    let [.., mode] = *get::<4>(sector, layout::HEADER);
    let format = match mode & 0b11 {
        0 => Format::Mode0,
        2 => mode_2_format(sector),
        _ => Format::Mode1,
    };
    let has_subheader = matches!(format, Format::Mode2Form1 | Format::Mode2Form2);
    Report {
        format,
        header: Some(header),
        subheader: has_subheader.then(|| Subheader::parse(*get(sector, layout::SUBHEADER))),
        edc: edc_verdict(format, sector),
        ecc: ecc_verdict(format, sector),
    }
}

/// The user data of a sector in the given format.
#[must_use]
pub fn user_data(format: Format, sector: &[u8; RAW_BYTES]) -> &[u8] {
    sector.get(format.user_range()).unwrap_or_default()
}

fn mode_2_format(sector: &[u8; RAW_BYTES]) -> Format {
    let subheader: &[u8; 4] = get(sector, layout::SUBHEADER);
    if subheader != get(sector, layout::SUBHEADER_COPY) {
        Format::Mode2
    } else if Subheader::parse(*subheader).is_form_2() {
        Format::Mode2Form2
    } else {
        Format::Mode2Form1
    }
}

fn edc_verdict(format: Format, sector: &[u8; RAW_BYTES]) -> Verdict {
    let (range, optional) = match format {
        Format::Audio | Format::Mode0 | Format::Mode2 => return Verdict::Absent,
        Format::Mode1 => (0..layout::MODE_1_EDC, false),
        Format::Mode2Form1 => (layout::SUBHEADER..layout::FORM_1_EDC, false),
        Format::Mode2Form2 => (layout::SUBHEADER..layout::FORM_2_EDC, true),
    };
    let stored = u32::from_le_bytes(*get(sector, range.end));
    if stored == edc(sector.get(range).unwrap_or_default()) {
        Verdict::Holds
    } else if optional && stored == 0 {
        Verdict::Absent
    } else {
        Verdict::Violated
    }
}

fn ecc_verdict(format: Format, sector: &[u8; RAW_BYTES]) -> Verdict {
    let holds = match format {
        Format::Mode1 => ecc::holds(sector),
        Format::Mode2Form1 => {
            let mut moved = *sector;
            put(&mut moved, layout::HEADER, &[0; 4]);
            ecc::holds(&moved)
        }
        Format::Audio | Format::Mode0 | Format::Mode2 | Format::Mode2Form2 => return Verdict::Absent,
    };
    if holds { Verdict::Holds } else { Verdict::Violated }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Mode, encode_mode0, encode_mode1, encode_mode2, encode_mode2_form1, encode_mode2_form2,
    };
    use super::*;
    use crate::Lba;

    const LBA: Lba = Lba(12_345);

    #[test]
    fn each_format_is_recognised_intact() {
        let mut sector = [0xAA; RAW_BYTES];
        assert_eq!(check(&sector).format, Format::Audio);

        encode_mode0(LBA, &mut sector).unwrap();
        assert_eq!(check(&sector).format, Format::Mode0);

        encode_mode1(LBA, &[0x17; 2048], &mut sector).unwrap();
        let report = check(&sector);
        assert_eq!((report.format, report.edc, report.ecc), (Format::Mode1, Verdict::Holds, Verdict::Holds));
        assert_eq!(report.header, Some(Header::user(LBA, Mode::One)));
        assert_eq!(user_data(report.format, &sector), [0x17; 2048]);

        let user: [u8; 2336] = core::array::from_fn(|at| at.to_le_bytes()[0]);
        encode_mode2(LBA, &user, &mut sector).unwrap();
        let report = check(&sector);
        assert_eq!(
            (report.format, report.edc, report.ecc),
            (Format::Mode2, Verdict::Absent, Verdict::Absent)
        );

        let subheader =
            Subheader { file: 1, channel: 2, submode: Subheader::DATA | Subheader::FORM_2, coding: 0 };
        encode_mode2_form1(LBA, subheader, &[0x17; 2048], &mut sector).unwrap();
        let report = check(&sector);
        assert_eq!(
            (report.format, report.edc, report.ecc),
            (Format::Mode2Form1, Verdict::Holds, Verdict::Holds)
        );
        assert_eq!(report.subheader.map(|it| it.submode), Some(Subheader::DATA));
        assert_eq!(user_data(report.format, &sector), [0x17; 2048]);

        encode_mode2_form2(LBA, subheader, &[0x17; 2324], &mut sector).unwrap();
        let report = check(&sector);
        assert_eq!(
            (report.format, report.edc, report.ecc),
            (Format::Mode2Form2, Verdict::Holds, Verdict::Absent)
        );
        assert_eq!(user_data(report.format, &sector), [0x17; 2324]);
        put(&mut sector, layout::FORM_2_EDC, &[0; 4]);
        assert_eq!(check(&sector).edc, Verdict::Absent);
        assert!(check(&sector).is_intact());
    }

    #[test]
    fn damage_is_told_apart() {
        let mut sector = [0; RAW_BYTES];
        encode_mode1(LBA, &[0x17; 2048], &mut sector).unwrap();
        let clean = sector;

        sector[100] ^= 1;
        assert_eq!((check(&sector).edc, check(&sector).ecc), (Verdict::Violated, Verdict::Violated));

        sector = clean;
        sector[2351] ^= 1;
        assert_eq!((check(&sector).edc, check(&sector).ecc), (Verdict::Holds, Verdict::Violated));

        sector = clean;
        sector[12] = 0xFF;
        assert_eq!(check(&sector).header, Some(Err(HeaderError::NotDecimal([0xFF, 0x46, 0x45]))));
        assert!(!check(&sector).is_intact());
    }

    #[test]
    fn form_1_parity_does_not_know_the_address() {
        let mut here = [0; RAW_BYTES];
        let mut there = [0; RAW_BYTES];
        encode_mode2_form1(LBA, Subheader::default(), &[9; 2048], &mut here).unwrap();
        encode_mode2_form1(Lba(0), Subheader::default(), &[9; 2048], &mut there).unwrap();
        assert_eq!(here[16..], there[16..]);
        assert_eq!(here[12..16], [0x02, 0x46, 0x45, 0x02]);
    }
}
