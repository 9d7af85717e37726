//! The hierarchies of a volume compared: the same files, at the same places, of the same lengths.

use super::hierarchy::{FileRow, Hierarchy};
use super::report::Report;
use super::rules::{self, Rule};
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Compares every further hierarchy with the primary one, which is the first.
pub(super) fn check<S: ReadSectors>(volume: &Volume<S>, hierarchies: &mut [Hierarchy], report: &mut Report) {
    for hierarchy in hierarchies.iter_mut() {
        hierarchy.files.sort_by_key(|file| (file.start, file.bytes, file.place));
    }
    let Some((primary, others)) = hierarchies.split_first() else { return };
    for other in others {
        Comparison { volume, report }.compare(primary, other);
    }
}

struct Comparison<'a, S> {
    volume: &'a Volume<S>,
    report: &'a mut Report,
}

impl<S: ReadSectors> Comparison<'_, S> {
    fn compare(&mut self, one: &Hierarchy, two: &Hierarchy) {
        let (mut ones, mut twos) = (one.files.as_slice(), two.files.as_slice());
        while let (Some(a), Some(b)) = (ones.first(), twos.first()) {
            if a.start < b.start {
                self.tell(rules::VIEW_LACKS, one, a, format_args!("{} lacks this file", name(two.view)));
                ones = behind(ones);
            } else if b.start < a.start {
                self.tell(rules::VIEW_LACKS, two, b, format_args!("{} lacks this file", name(one.view)));
                twos = behind(twos);
            } else {
                if a.bytes != b.bytes {
                    let message = format_args!(
                        "the file has {} bytes here, but {} in {}",
                        b.bytes,
                        a.bytes,
                        name(one.view)
                    );
                    self.tell(rules::VIEW_LENGTH, two, b, message);
                }
                (ones, twos) = (behind(ones), behind(twos));
            }
        }
        for (rest, here, there) in [(ones, one, two), (twos, two, one)] {
            let mut rest = rest;
            while let Some(file) = rest.first() {
                self.tell(
                    rules::VIEW_LACKS,
                    here,
                    file,
                    format_args!("{} lacks this file", name(there.view)),
                );
                rest = behind(rest);
            }
        }
    }

    fn tell(
        &mut self,
        rule: &'static Rule,
        hierarchy: &Hierarchy,
        file: &FileRow,
        message: impl core::fmt::Display,
    ) {
        let path = || hierarchy.path_of_record(self.volume, file.directory, file.place);
        self.report.add(rule, file.place, path, message);
    }
}

/// The files behind those that begin where the first does; hard links are there once in one hierarchy, and twice in another.
fn behind(files: &[FileRow]) -> &[FileRow] {
    let Some(first) = files.first() else { return files };
    let same = files.iter().take_while(|file| file.start == first.start).count();
    files.get(same..).unwrap_or_default()
}

fn name(view: View) -> &'static str {
    match view {
        View::Plain | View::RockRidge => "the primary hierarchy",
        View::Joliet => "the Joliet hierarchy",
        View::Enhanced => "the enhanced hierarchy",
    }
}
