//! What the checker tells.

use core::fmt;
use std::collections::BTreeMap;

use super::rules::Rule;
use crate::read::finding::{Level, Place};

/// Longest path that a finding tells, in bytes; of a longer one the end is told.
const MAX_PATH_BYTES: usize = 1024;

/// One thing that the checker found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken; its level and clause are the finding's.
    pub rule: &'static Rule,
    /// Where the faulty field lies.
    pub place: Place,
    /// The file or directory it concerns, from the root in the hierarchy at hand; empty when it concerns none.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Finding {
    /// How much it matters.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.rule.level
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, place, path, message } = self;
        write!(f, "{}: LBA {}, byte {}", rule.level, place.lba, place.offset)?;
        if !path.is_empty() {
            write!(f, ", {}", crate::read::escaped(path))?;
        }
        write!(f, ": {message} ({}) [{}]", rule.clause, rule.id)
    }
}

/// What the volume is, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Name of the volume by the primary descriptor.
    pub volume_name: String,
    /// Lowest interchange level that the primary hierarchy keeps to, 1 to 3 (ECMA-119, 10); `None` when it keeps to none.
    pub interchange_level: Option<u8>,
    /// Whether there is a Joliet hierarchy.
    pub joliet: bool,
    /// Whether the primary hierarchy has Rock Ridge.
    pub rock_ridge: bool,
    /// Whether there is an enhanced descriptor.
    pub enhanced: bool,
    /// Whether there is a boot catalogue.
    pub bootable: bool,
    /// Directories of the primary hierarchy, the root included.
    pub directories: u64,
    /// Files of the primary hierarchy.
    pub files: u64,
}

/// What the checker found, in the order of the places.
///
/// Of one rule the first [`MAX_KEPT_PER_RULE`](Self::MAX_KEPT_PER_RULE) findings are kept, of all together the first
/// [`MAX_KEPT`](Self::MAX_KEPT); all are counted, so that a hostile image can neither fill memory nor hide one rule
/// behind another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    kept: Vec<Finding>,
    counts: BTreeMap<&'static str, u64>,
    levels: [u64; 3],
    /// What the volume is.
    pub summary: Summary,
}

impl Report {
    /// Findings that are kept in all.
    pub const MAX_KEPT: usize = 1000;
    /// Findings of one rule that are kept.
    pub const MAX_KEPT_PER_RULE: u64 = 100;

    /// The findings that were kept.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.kept
    }

    /// How many findings there were of `level`, kept or not.
    #[must_use]
    pub const fn count(&self, level: Level) -> u64 {
        let [notes, warnings, errors] = self.levels;
        match level {
            Level::Note => notes,
            Level::Warning => warnings,
            Level::Error => errors,
        }
    }

    /// How many findings there were of each rule, kept or not, by the rule's name.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// How many more findings there were than are kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.levels.iter().sum::<u64>() - u64::try_from(self.kept.len()).unwrap_or(u64::MAX)
    }

    /// Whether there is an error.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// Whether there is neither an error nor a warning.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.count(Level::Error) == 0 && self.count(Level::Warning) == 0
    }

    /// Counts a finding, and keeps it where there is room; `path` is asked for only then.
    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        place: Place,
        path: impl FnOnce() -> String,
        message: impl fmt::Display,
    ) {
        let [notes, warnings, errors] = &mut self.levels;
        *match rule.level {
            Level::Note => notes,
            Level::Warning => warnings,
            Level::Error => errors,
        } += 1;
        let count = self.counts.entry(rule.id).or_default();
        *count += 1;
        if *count <= Self::MAX_KEPT_PER_RULE && self.kept.len() < Self::MAX_KEPT {
            let path = end_of(path());
            self.kept.push(Finding { rule, place, path, message: message.to_string() });
        }
    }

    /// As [`add`](Self::add), for what concerns no file.
    pub(super) fn tell(&mut self, rule: &'static Rule, place: Place, message: impl fmt::Display) {
        self.add(rule, place, String::new, message);
    }

    /// Brings the findings into the order of their places.
    pub(super) fn sort(&mut self) {
        self.kept.sort_by_key(|it| it.place);
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Finding;
    type IntoIter = core::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.iter()
    }
}

fn end_of(path: String) -> String {
    let Some(excess) = path.len().checked_sub(MAX_PATH_BYTES).filter(|&excess| excess > 0) else {
        return path;
    };
    format!("…{}", path.get(path.ceil_char_boundary(excess)..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use discwright_cd::Lba;

    use super::super::rules;
    use super::*;

    #[test]
    fn one_rule_cannot_hide_another() {
        let mut report = Report::default();
        for at in 0..5000 {
            report.tell(rules::NAME_CHARACTERS, Place { lba: Lba(at), offset: 0 }, "small");
        }
        report.add(rules::RECORD_TWICE, Place { lba: Lba(3), offset: 2 }, || "/x".repeat(1000), "twice");
        report.sort();
        assert_eq!(report.findings().len(), 101);
        assert_eq!(report.dropped(), 4900);
        assert_eq!((report.count(Level::Warning), report.count(Level::Error)), (5000, 1));
        assert_eq!(report.counts()["name-characters"], 5000);
        assert!(report.has_errors() && !report.is_sound());
        let twice = report.into_iter().find(|it| it.level() == Level::Error).unwrap();
        assert!(twice.path.starts_with('…') && twice.path.len() < 1100);
        let told = report.findings()[0].to_string();
        assert_eq!(told, "warning: LBA 0, byte 0: small (ECMA-119, 7.5.1) [name-characters]");
    }
}
