//! The hierarchies of a volume compared: the same files, at the same places, of the same lengths and sections.

use super::hierarchy::{FileRow, Hierarchy};
use super::report::Report;
use super::rules::{self, Rule};
use crate::read::source::ReadSectors;
use crate::read::volume::{View, Volume};

/// Compares every further hierarchy with the primary one, which is the first.
pub(super) fn check<S: ReadSectors>(volume: &Volume<S>, hierarchies: &mut [Hierarchy], report: &mut Report) {
    for hierarchy in hierarchies.iter_mut() {
        hierarchy.files.sort_by_key(|file| (file.start, content(file), file.place));
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
                ones = split(ones).1;
            } else if b.start < a.start {
                self.tell(rules::VIEW_LACKS, two, b, format_args!("{} lacks this file", name(one.view)));
                twos = split(twos).1;
            } else {
                let ((first, rest), (second, others)) = (split(ones), split(twos));
                self.compare_data(first, one.view, second, two);
                (ones, twos) = (rest, others);
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
                rest = split(rest).1;
            }
        }
    }

    /// Compares the files that begin at one place: each of `second` is one of `first`.
    fn compare_data(&mut self, first: &[FileRow], view: View, second: &[FileRow], hierarchy: &Hierarchy) {
        let mut told = None;
        for file in second {
            // Sorted, so that the same again comes next.
            if told == Some(content(file)) || first.binary_search_by_key(&content(file), content).is_ok() {
                continue;
            }
            told = Some(content(file));
            let (bytes, there) = (file.bytes, name(view));
            match first.iter().find(|it| it.bytes >= bytes).or_else(|| first.last()) {
                Some(other) if other.bytes == bytes => {
                    let message =
                        format_args!("a further section of the file lies elsewhere than in {there}");
                    self.tell(rules::VIEW_SECTIONS, hierarchy, file, message);
                }
                Some(FileRow { bytes: other, .. }) => {
                    let message = format_args!("the file has {bytes} bytes here, but {other} in {there}");
                    self.tell(rules::VIEW_LENGTH, hierarchy, file, message);
                }
                None => {}
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

/// What files that begin at one place can differ in: their length, and where their further sections lie.
fn content(file: &FileRow) -> (u64, u64) {
    (file.bytes, file.further)
}

/// The files that begin where the first does, and those behind; hard links are there once in one hierarchy, and twice in another.
fn split(files: &[FileRow]) -> (&[FileRow], &[FileRow]) {
    let start = files.first().map(|file| file.start);
    let same = files.iter().take_while(|file| Some(file.start) == start).count();
    files.split_at(same)
}

fn name(view: View) -> &'static str {
    match view {
        View::Plain | View::RockRidge => "the primary hierarchy",
        View::Joliet => "the Joliet hierarchy",
        View::Enhanced => "the enhanced hierarchy",
    }
}
