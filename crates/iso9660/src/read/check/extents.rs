//! Who claims which sectors.

use std::rc::Rc;

use discwright_cd::Lba;

use crate::read::finding::{Findings, Place};

/// Runs of sectors and who claims them. A file's run may be claimed again whole, by a hard link or another hierarchy.
#[derive(Default)]
pub(super) struct Extents {
    claims: Vec<Claim>,
}

struct Claim {
    start: i32,
    end: i32,
    shared: bool,
    place: Place,
    who: Rc<str>,
}

impl Extents {
    /// `who` claims the sectors from `start` to before `end`; `shared` when others may claim the same ones.
    pub(super) fn claim(&mut self, start: Lba, end: Lba, shared: bool, place: Place, who: Rc<str>) {
        if end > start {
            self.claims.push(Claim { start: start.0, end: end.0, shared, place, who });
        }
    }

    pub(super) fn check(mut self, findings: &mut Findings) {
        self.claims.sort_by_key(|claim| (claim.start, claim.end));
        let mut reaching: Option<&Claim> = None;
        for claim in &self.claims {
            if let Some(before) = reaching
                && claim.start < before.end
            {
                let same = (claim.start, claim.end) == (before.start, before.end);
                if !(same && claim.shared && before.shared) {
                    let (one, two) = (&before.who, &claim.who);
                    let message = format_args!("{two} overlaps {one} at LBA {}", claim.start);
                    findings.error(claim.place, "ECMA-119, 6.4.2", message);
                }
            }
            if reaching.is_none_or(|before| claim.end > before.end) {
                reaching = Some(claim);
            }
        }
    }
}
