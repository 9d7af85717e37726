//! Which name an entry gets in each hierarchy.
//!
//! # Primary hierarchy
//! Identifiers are made of d-characters (ECMA-119, 7.4.1): small letters become capitals, every other character one `_`.
//! A file's last dot separates name and extension, unless it is the first character; further dots become `_`.
//! [`Level::One`] keeps 8 and 3 characters (7.5.1, 10.1) and 8 for a folder (7.6.3); the other levels 30 in all and 31 for a
//! folder, where an extension keeps at most its first 15. Names are cut at the end of each part.
//!
//! Where two entries of a folder come out equal, the one keeps it that had it in an earlier session, else the one
//! whose name is that identifier already, else the first in byte order of the names. The others get a decimal number
//! at the end of the name part, cut to make room: `LONGNAM1.TXT`, `LONGNAM2.TXT`, `LONGNA10.TXT`. Any count of them is
//! resolved. A file and a folder count as equal without the file's trailing dot, as many readers drop it.
//!
//! # Joliet hierarchy
//! A name is kept as it is if it has at most 64 UTF-16 units (103 on request) and none of `* / : ; ? \` nor control
//! characters (Joliet specification, "Allowed Unicode characters"). Otherwise forbidden characters become `_`, the part before the
//! last dot is cut between characters, and a clash gets `~1`, `~2`, … before the extension; an extension of more than 16
//! units is cut with the rest.
//!
//! # Enhanced hierarchy (ISO 9660:1999)
//! Names are kept in UTF-8 up to 207 bytes, cut between characters; a semicolon becomes `_`, a clash gets `~1`, `~2`, … at its end.
//! They are sorted by their bytes.
//!
//! # Rock Ridge
//! Names are kept as they are, of whatever length; those of more than 250 bytes go on in further NM entries.
//!
//! # Later sessions
//! A primary identifier that an earlier session gave is kept, as long as it is legal at level 2. What a tree is known by in
//! the next session is its Rock Ridge names, or else its Joliet names: [`joliet::adapt`] gives a staged tree those before it is
//! laid over the imported one.
//!
//! Each change can be listed before anything is written, with its reason; or is refused in strict mode.

mod counter;
pub mod joliet;
pub(crate) mod primary;

use core::fmt;

/// Interchange level of the primary hierarchy (ECMA-119, 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Names of 8 and 3 characters; each file in one section of less than 4 GiB.
    #[default]
    One,
    /// Names of 30 characters; each file in one section of less than 4 GiB.
    Two,
    /// Names of 30 characters; files in any number of sections.
    Three,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "1",
            Self::Two => "2",
            Self::Three => "3",
        })
    }
}

/// Why a name had to change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NameChange {
    /// Small letters became capitals.
    pub case: bool,
    /// Characters were replaced that the hierarchy does not allow.
    pub characters: bool,
    /// It was cut.
    pub length: bool,
    /// Another entry of the folder has that name.
    pub collision: bool,
}

impl NameChange {
    /// Whether anything but the case of letters changed.
    #[must_use]
    pub fn is_more_than_case(self) -> bool {
        self.characters || self.length || self.collision
    }
}

impl fmt::Display for NameChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = [
            (self.case, "capitals only"),
            (self.characters, "characters not allowed"),
            (self.length, "too long"),
            (self.collision, "another entry has that name"),
        ];
        let mut separator = "";
        for (_, reason) in reasons.into_iter().filter(|(holds, _)| *holds) {
            write!(f, "{separator}{reason}")?;
            separator = ", ";
        }
        Ok(())
    }
}
