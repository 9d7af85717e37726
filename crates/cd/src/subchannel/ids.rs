//! The two numbers that channel Q repeats: of the disc and of a recording.

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// Media catalogue number of a disc: 13 decimal digits, an EAN (ECMA-130, 22.3.3.2; Q mode 2).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mcn([u8; 13]);

impl Mcn {
    /// The thirteen digits in ASCII.
    ///
    /// # Errors
    /// [`IdError::NotAnMcn`] when a byte is no digit. The check digit is not verified: discs with wrong ones exist.
    pub fn new(digits: [u8; 13]) -> Result<Self, IdError> {
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(IdError::NotAnMcn) }
    }

    /// The digits in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The digits in ASCII.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 13] {
        &self.0
    }

    /// Bytes 1 to 8 of a Q frame: 13 nibbles and 12 zero bits.
    pub(super) fn pack(self) -> [u8; 8] {
        let bits = self.0.iter().fold(0_u64, |bits, digit| bits << 4 | u64::from(digit & 0x0F));
        (bits << 12).to_be_bytes()
    }

    /// The number in bytes 1 to 8 of a Q frame; `None` when a nibble is no digit. The twelve bits behind are ignored.
    pub(super) fn unpack(bytes: [u8; 8]) -> Option<Self> {
        let bits = u64::from_be_bytes(bytes);
        let mut digits = [0; 13];
        for (digit, shift) in digits.iter_mut().rev().zip((12..).step_by(4)) {
            *digit = b'0' + nibble(bits >> shift);
        }
        Self::new(digits).ok()
    }
}

impl FromStr for Mcn {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text.as_bytes().try_into().map_err(|_| IdError::NotAnMcn)?)
    }
}

impl fmt::Display for Mcn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Mcn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mcn({self})")
    }
}

/// International standard recording code of a track: country, owner, year, serial (ISO 3901; ECMA-130, 22.3.3.3).
///
/// Five characters 0-9 or A-Z, then seven digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isrc([u8; 12]);

impl Isrc {
    /// The twelve characters in ASCII, without hyphens.
    ///
    /// # Errors
    /// [`IdError::NotAnIsrc`] when a character is not allowed in its place.
    pub fn new(characters: [u8; 12]) -> Result<Self, IdError> {
        let (owner, serial) = characters.split_at(5);
        let fits = owner.iter().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase())
            && serial.iter().all(u8::is_ascii_digit);
        if fits { Ok(Self(characters)) } else { Err(IdError::NotAnIsrc) }
    }

    /// The characters in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The characters in ASCII.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// Bytes 1 to 8 of a Q frame: five characters of six bits, two zero bits, seven nibbles, four zero bits.
    pub(super) fn pack(self) -> [u8; 8] {
        let (owner, serial) = self.0.split_at(5);
        let owner = owner.iter().fold(0_u64, |bits, character| bits << 6 | u64::from(character - b'0'));
        let serial = serial.iter().fold(0_u64, |bits, digit| bits << 4 | u64::from(digit & 0x0F));
        (owner << 34 | serial << 4).to_be_bytes()
    }

    /// The code in bytes 1 to 8 of a Q frame; `None` when a character is not allowed in its place.
    pub(super) fn unpack(bytes: [u8; 8]) -> Option<Self> {
        let bits = u64::from_be_bytes(bytes);
        let mut characters = [0; 12];
        let (owner, serial) = characters.split_at_mut(5);
        for (character, shift) in owner.iter_mut().rev().zip((34..).step_by(6)) {
            *character = b'0' + (bits >> shift).to_le_bytes()[0] % 64;
        }
        for (digit, shift) in serial.iter_mut().rev().zip((4..).step_by(4)) {
            *digit = b'0' + nibble(bits >> shift);
        }
        Self::new(characters).ok()
    }
}

impl FromStr for Isrc {
    type Err = IdError;
    /// Hyphens are skipped: `US-RC1-76-07839` is `USRC17607839`.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let plain: Vec<u8> = text.bytes().filter(|it| *it != b'-').collect();
        Self::new(plain.try_into().map_err(|_| IdError::NotAnIsrc)?)
    }
}

impl fmt::Display for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Isrc({self})")
    }
}

/// The lowest four bits.
fn nibble(bits: u64) -> u8 {
    bits.to_le_bytes()[0] & 0x0F
}

/// Why a text is not one of the numbers here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdError {
    /// Not thirteen digits.
    #[error("a media catalogue number is 13 decimal digits")]
    NotAnMcn,
    /// Not twelve characters of the right kind.
    #[error("an ISRC is five characters 0-9 or A-Z and seven digits")]
    NotAnIsrc,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number() {
        assert_eq!("123456789012".parse::<Mcn>(), Err(IdError::NotAnMcn));
        assert_eq!("12345678901x3".parse::<Mcn>(), Err(IdError::NotAnMcn));
        assert_eq!("USRC1760783".parse::<Isrc>(), Err(IdError::NotAnIsrc));
        assert_eq!("usrc17607839".parse::<Isrc>(), Err(IdError::NotAnIsrc));
        assert_eq!("US-RC1-76-07839".parse::<Isrc>().unwrap().as_str(), "USRC17607839");
        assert_eq!(Mcn::unpack([0xA0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(Isrc::unpack([0xFF; 8]), None);
    }
}
