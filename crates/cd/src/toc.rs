//! Entries of the table of contents and of the program memory area, as channel Q repeats them and READ TOC lists them
//! (ECMA-130, 22.3.4; ECMA-394 for the PMA; Multisession Compact Disc specification for ADR 5).

use crate::{Msf, bcd};

/// One entry: POINT, the time beside it and what it points to.
///
/// Numbers are binary here, as in answers of READ TOC (formats 2 and 3), though channel Q has them in BCD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// ADR field, 0 ..= 15: 1 for the TOC proper, 5 for multi-session; in the PMA 1 to 5.
    pub adr: u8,
    /// What is pointed at: a track 1 ..= 99, or one of the constants in [`point`].
    pub point: u8,
    /// MIN, SEC, FRAME: running time in the lead-in; stop time in the PMA; by [`point`] for ADR 5.
    pub time: [u8; 3],
    /// ZERO: zero but for ADR 5.
    pub zero: u8,
    /// PMIN, PSEC, PFRAME: what POINT has to tell.
    pub value: [u8; 3],
}

/// Values of [`Entry::point`] that are not track numbers.
pub mod point {
    /// First track of the session and type of the disc.
    pub const FIRST_TRACK: u8 = 0xA0;
    /// Last track of the session.
    pub const LAST_TRACK: u8 = 0xA1;
    /// Start of the lead-out.
    pub const LEAD_OUT: u8 = 0xA2;
    /// ADR 5: where the next session may begin, and the last possible lead-out.
    pub const NEXT_SESSION: u8 = 0xB0;
    /// ADR 5: how many intervals and tracks are to be skipped.
    pub const SKIPS: u8 = 0xB1;
    /// ADR 5, B2h to B4h: tracks to be skipped, seven in each.
    pub const SKIP_TRACKS: core::ops::RangeInclusive<u8> = 0xB2..=0xB4;
    /// ADR 5: special information 1 of the ATIP, and the start of the first lead-in.
    pub const FIRST_LEAD_IN: u8 = 0xC0;
    /// ADR 5: additional information 1 of the ATIP.
    pub const ATIP: u8 = 0xC1;
}

/// Type of the disc: PSEC of point A0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiscType {
    /// Audio or Mode 1 data, 00h.
    CdDaOrRom,
    /// CD-I, 10h.
    CdI,
    /// CD-ROM XA, 20h.
    CdRomXa,
    /// A value that the standards do not name.
    Other(u8),
}

impl DiscType {
    /// The byte.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::CdDaOrRom => 0x00,
            Self::CdI => 0x10,
            Self::CdRomXa => 0x20,
            Self::Other(code) => code,
        }
    }

    /// The type that a byte stands for.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0x00 => Self::CdDaOrRom,
            0x10 => Self::CdI,
            0x20 => Self::CdRomXa,
            code => Self::Other(code),
        }
    }
}

impl Entry {
    /// Start of track `number`, 1 ..= 99.
    #[must_use]
    pub const fn track(number: u8, start: Msf) -> Self {
        Self::toc(number, parts(start))
    }

    /// First track of the session and type of the disc.
    #[must_use]
    pub const fn first_track(number: u8, disc: DiscType) -> Self {
        Self::toc(point::FIRST_TRACK, [number, disc.code(), 0])
    }

    /// Last track of the session.
    #[must_use]
    pub const fn last_track(number: u8) -> Self {
        Self::toc(point::LAST_TRACK, [number, 0, 0])
    }

    /// Start of the session's lead-out.
    #[must_use]
    pub const fn lead_out(start: Msf) -> Self {
        Self::toc(point::LEAD_OUT, parts(start))
    }

    /// Where the program area of the next session may begin at the earliest, `None` when there shall be no further
    /// session; the last possible start of a lead-out; and how many entries of ADR 5 the lead-in has.
    #[must_use]
    pub const fn next_session(earliest: Option<Msf>, last_lead_out: Msf, entries: u8) -> Self {
        let time = match earliest {
            Some(earliest) => parts(earliest),
            None => [0xFF; 3],
        };
        Self { adr: 5, point: point::NEXT_SESSION, time, zero: entries, value: parts(last_lead_out) }
    }

    /// Special information 1 of the ATIP, as it stands, and the start of the disc's first lead-in.
    #[must_use]
    pub const fn first_lead_in(special_information: [u8; 3], start: Msf) -> Self {
        Self { adr: 5, point: point::FIRST_LEAD_IN, time: special_information, zero: 0, value: parts(start) }
    }

    /// A track in the PMA: where it starts and where it stops.
    #[must_use]
    pub const fn pma_track(number: u8, start: Msf, stop: Msf) -> Self {
        Self { time: parts(stop), ..Self::toc(number, parts(start)) }
    }

    /// The disc identification in the PMA: six digits, and the session it was written with.
    ///
    /// The six digits stand two to a byte in MIN, SEC, FRAME (ECMA-394, PMA, ADR 2).
    #[must_use]
    pub const fn pma_disc_id(digits: [u8; 3], session: u8) -> Self {
        Self { adr: 2, point: session, time: digits, zero: 0, value: [0; 3] }
    }

    const fn toc(point: u8, value: [u8; 3]) -> Self {
        Self { adr: 1, point, time: [0; 3], zero: 0, value }
    }

    /// PMIN, PSEC, PFRAME as a time; `None` when they are none.
    #[must_use]
    pub fn start(&self) -> Option<Msf> {
        let [minute, second, frame] = self.value;
        Msf::new(minute, second, frame).ok()
    }

    /// MIN, SEC, FRAME as a time; `None` when they are none.
    #[must_use]
    pub fn stop(&self) -> Option<Msf> {
        let [minute, second, frame] = self.time;
        Msf::new(minute, second, frame).ok()
    }

    /// Bytes 1 to 9 of a Q frame; `None` when a number has no BCD.
    #[must_use]
    pub fn encode(&self) -> Option<[u8; 9]> {
        let [a, b, c, zero, p, q, r] = self.convert(self.fields(), to_digits)?;
        let point = if self.point < 100 { bcd::encode(self.point)? } else { self.point };
        Some([0, point, a, b, c, zero, p, q, r])
    }

    /// The entry in bytes 1 to 9 of a Q frame with the given ADR; `None` when a number is not BCD.
    #[must_use]
    pub fn parse(adr: u8, data: [u8; 9]) -> Option<Self> {
        let [_, point, a, b, c, zero, p, q, r] = data;
        let point = if point < 0xA0 { bcd::decode(point)? } else { point };
        let shape = Self { adr, point, time: [0; 3], zero: 0, value: [0; 3] };
        let [a, b, c, zero, p, q, r] = shape.convert([a, b, c, zero, p, q, r], from_digits)?;
        Some(Self { time: [a, b, c], zero, value: [p, q, r], ..shape })
    }

    const fn fields(&self) -> [u8; 7] {
        let ([a, b, c], [p, q, r]) = (self.time, self.value);
        [a, b, c, self.zero, p, q, r]
    }

    /// Applies `digits` to those of the seven fields that are decimal on the disc.
    fn convert(&self, mut fields: [u8; 7], digits: fn(u8) -> Option<u8>) -> Option<[u8; 7]> {
        for (field, decimal) in fields.iter_mut().zip(self.decimal()) {
            if decimal {
                *field = digits(*field)?;
            }
        }
        Some(fields)
    }

    /// Which of MIN, SEC, FRAME, ZERO, PMIN, PSEC, PFRAME are decimal: all but type codes and copies of the ATIP.
    const fn decimal(&self) -> [bool; 7] {
        match (self.adr, self.point) {
            (1, point::FIRST_TRACK) => [true, true, true, true, true, false, true],
            (5, point::FIRST_LEAD_IN) => [false, false, false, false, true, true, true],
            (5, point::ATIP) => [false; 7],
            _ => [true; 7],
        }
    }
}

/// FFh stands for "none" on the disc as in answers.
fn to_digits(number: u8) -> Option<u8> {
    if number == 0xFF { Some(0xFF) } else { bcd::encode(number) }
}

fn from_digits(digits: u8) -> Option<u8> {
    if digits == 0xFF { Some(0xFF) } else { bcd::decode(digits) }
}

const fn parts(time: Msf) -> [u8; 3] {
    [time.minute, time.second, time.frame]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn msf(minute: u8, second: u8, frame: u8) -> Msf {
        Msf::new(minute, second, frame).unwrap()
    }

    #[test]
    fn golden_entries() {
        let a0 = Entry::first_track(10, DiscType::CdRomXa);
        assert_eq!(a0.encode(), Some([0, 0xA0, 0, 0, 0, 0, 0x10, 0x20, 0]));
        let track = Entry::track(12, msf(45, 59, 74));
        assert_eq!(track.encode(), Some([0, 0x12, 0, 0, 0, 0, 0x45, 0x59, 0x74]));
        let last = Entry::next_session(None, msf(79, 59, 74), 2);
        assert_eq!(last.encode(), Some([0, 0xB0, 0xFF, 0xFF, 0xFF, 0x02, 0x79, 0x59, 0x74]));
        let c0 = Entry::first_lead_in([0xA0, 0x00, 0x9D], msf(97, 26, 66));
        assert_eq!(c0.encode(), Some([0, 0xC0, 0xA0, 0x00, 0x9D, 0, 0x97, 0x26, 0x66]));
    }

    #[test]
    fn entries_survive_channel_q() {
        for entry in [
            Entry::first_track(1, DiscType::CdI),
            Entry::last_track(99),
            Entry::lead_out(msf(79, 59, 74)),
            Entry::track(99, msf(0, 2, 0)),
            Entry::next_session(Some(msf(12, 34, 56)), msf(79, 59, 74), 3),
            Entry::first_lead_in([0xD4, 0x80, 0xFF], msf(97, 26, 66)),
            Entry::pma_track(7, msf(1, 2, 3), msf(4, 5, 6)),
            Entry::pma_disc_id([12, 34, 56], 1),
        ] {
            assert_eq!(Entry::parse(entry.adr, entry.encode().unwrap()), Some(entry));
        }
        assert_eq!(Entry::parse(1, [0, 1, 0x0A, 0, 0, 0, 0, 2, 0]), None);
        assert_eq!(Entry::track(1, Msf { minute: 100, second: 0, frame: 0 }).encode(), None);
    }
}
