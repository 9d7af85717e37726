//! What is wrong with a volume, and where.

use core::fmt;

use discwright_cd::Lba;

use crate::format::Disagreement;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Unusual, allowed, and harmless to most readers.
    Note,
    /// Against the standard; readers cope.
    Warning,
    /// Against the standard, and something cannot be read or is read differently by different readers.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong with a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// Sector in which the faulty structure lies.
    pub lba: Lba,
    /// Where the faulty structure or field begins in that sector, in bytes.
    pub offset: u32,
    /// The clause it offends, with its standard.
    pub clause: &'static str,
    /// What is wrong and what was made of it.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, lba, offset, clause, message } = self;
        write!(f, "{level}: LBA {lba}, byte {offset}: {message} ({clause})")
    }
}

/// Where a structure lies: a sector and a byte in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The sector.
    pub lba: Lba,
    /// Byte in the sector.
    pub offset: u32,
}

impl Place {
    pub(crate) const fn start_of(lba: Lba) -> Self {
        Self { lba, offset: 0 }
    }

    pub(crate) fn plus(self, bytes: usize) -> Self {
        Self { lba: self.lba, offset: self.offset.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX)) }
    }
}

/// Findings in the order they were made; from some number on only counted, so that a hostile image cannot fill memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    dropped: u64,
}

impl Findings {
    /// Findings that are kept; the rest is counted.
    pub const MAX_KEPT: usize = 1000;

    /// The findings that were kept.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.kept
    }

    /// How many more there were.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether one of those kept is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.kept.iter().any(|it| it.level == Level::Error)
    }

    pub(crate) fn add(
        &mut self,
        level: Level,
        place: Place,
        clause: &'static str,
        message: impl fmt::Display,
    ) {
        if self.kept.len() >= Self::MAX_KEPT {
            self.dropped += 1;
            return;
        }
        let message = message.to_string();
        self.kept.push(Finding { level, lba: place.lba, offset: place.offset, clause, message });
    }

    pub(crate) fn note(&mut self, place: Place, clause: &'static str, message: impl fmt::Display) {
        self.add(Level::Note, place, clause, message);
    }

    pub(crate) fn warn(&mut self, place: Place, clause: &'static str, message: impl fmt::Display) {
        self.add(Level::Warning, place, clause, message);
    }

    pub(crate) fn error(&mut self, place: Place, clause: &'static str, message: impl fmt::Display) {
        self.add(Level::Error, place, clause, message);
    }

    pub(crate) fn disagreement(&mut self, level: Level, structure: Place, it: Disagreement) {
        let Disagreement { field, offset, little, big } = it;
        self.add(
            level,
            structure.plus(offset),
            "ECMA-119, 7.2.3 and 7.3.3",
            format_args!("{field} is {little} least significant byte first and {big} most significant byte first; the first was believed"),
        );
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.dropped += other.dropped;
        for finding in other.kept {
            if self.kept.len() < Self::MAX_KEPT {
                self.kept.push(finding);
            } else {
                self.dropped += 1;
            }
        }
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = core::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.iter()
    }
}
