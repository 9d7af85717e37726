//! Who claims which sectors.

use discwright_cd::Lba;

use super::hierarchy::Hierarchy;
use super::report::Report;
use super::rules;
use crate::read::finding::Place;
use crate::read::source::ReadSectors;
use crate::read::volume::Volume;

/// What a run of sectors holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// The volume descriptor set.
    Descriptors,
    /// A path table.
    PathTable,
    /// A directory.
    Directory,
    /// Continuation areas of system use fields; those of several records lie together.
    Continuation,
    /// The data of a file, which another file may have in common.
    File,
    /// A boot image or the catalogue, which may be files at the same time, or parts of them.
    Boot,
}

impl Holds {
    const fn name(self) -> &'static str {
        match self {
            Self::Descriptors => "the volume descriptors",
            Self::PathTable => "a path table",
            Self::Directory => "a directory",
            Self::Continuation => "a continuation area",
            Self::File => "a file",
            Self::Boot => "a boot image or catalogue",
        }
    }
}

/// Who made a claim: an entry of a hierarchy, by the numbers of both, or none.
pub(super) type Owner = Option<(u8, u32)>;

#[derive(Clone, Copy)]
struct Claim {
    start: i32,
    end: i32,
    holds: Holds,
    place: Place,
    owner: Owner,
}

/// Runs of sectors and who claims them.
#[derive(Default)]
pub(super) struct Claims {
    claims: Vec<Claim>,
}

impl Claims {
    /// Claims the sectors from `start` to before `end`.
    pub(super) fn claim(&mut self, start: Lba, end: Lba, holds: Holds, place: Place, owner: Owner) {
        if end <= start {
            return;
        }
        // Neighbours' continuation areas lie in one sector.
        let again =
            |last: &&Claim| holds == Holds::Continuation && (last.start, last.end) == (start.0, end.0);
        if self.claims.last().filter(again).is_none_or(|last| last.holds != holds) {
            self.claims.push(Claim { start: start.0, end: end.0, holds, place, owner });
        }
    }

    pub(super) fn check<S: ReadSectors>(
        mut self,
        volume: &Volume<S>,
        hierarchies: &[Hierarchy],
        report: &mut Report,
    ) {
        self.claims.sort_by_key(|claim| (claim.start, claim.end, claim.place));
        let mut reaching: Option<&Claim> = None;
        for claim in &self.claims {
            if let Some(before) = reaching
                && claim.start < before.end
                && !may_share(before, claim)
            {
                let path = || match claim.owner {
                    Some((number, row)) => hierarchies
                        .get(usize::from(number))
                        .map_or_else(String::new, |it| it.path_of_record(volume, row, claim.place)),
                    None => String::new(),
                };
                let (one, two) = (claim.holds.name(), before.holds.name());
                let Place { lba, offset } = before.place;
                let message = format_args!(
                    "{one} at LBA {} to {} overlaps {two} at LBA {} to {}, recorded at LBA {lba}, byte {offset}",
                    claim.start,
                    claim.end - 1,
                    before.start,
                    before.end - 1
                );
                report.add(rules::EXTENT_OVERLAP, claim.place, path, message);
            }
            if reaching.is_none_or(|before| claim.end > before.end) {
                reaching = Some(claim);
            }
        }
    }
}

fn may_share(one: &Claim, two: &Claim) -> bool {
    match (one.holds, two.holds) {
        (Holds::File, Holds::File) => (one.start, one.end) == (two.start, two.end),
        (Holds::Boot, Holds::Boot | Holds::File)
        | (Holds::File, Holds::Boot)
        | (Holds::Continuation, Holds::Continuation) => true,
        // Both sorts of tables may be told to be in one place only by mistake; with logical blocks smaller than a sector
        // they may share one.
        _ => false,
    }
}
