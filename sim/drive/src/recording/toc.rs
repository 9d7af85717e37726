//! The table of contents that goes into a session's lead-in.

use discwright_cd::{Lba, area};

use super::{NextSession, time_bytes};
use crate::medium::{MediumKind, QItem};

/// What a TOC is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TocPlan {
    /// Session it belongs to, from 1.
    pub(crate) session: u16,
    /// Track number, control nibble and start of each track, in order.
    pub(crate) tracks: Vec<(u8, u8, Lba)>,
    /// Where the lead-out starts.
    pub(crate) lead_out: Lba,
    /// Session format of the write parameters page: 00h CD-DA or CD-ROM, 10h CD-I, 20h XA.
    pub(crate) format: u8,
    /// What is said about the next session.
    pub(crate) next: NextSession,
}

impl TocPlan {
    /// The items in the order in which drives list them.
    pub(crate) fn items(&self, kind: MediumKind) -> Vec<QItem> {
        let (first, last) = (self.tracks.first(), self.tracks.last());
        let number = |track: Option<&(u8, u8, Lba)>| track.map_or(0, |(number, ..)| *number);
        let control = |track: Option<&(u8, u8, Lba)>| track.map_or(0, |(_, control, _)| *control);
        let item =
            |control, point, point_time| QItem { control, adr: 1, point, time: [0; 3], zero: 0, point_time };
        let mut items = vec![
            item(control(first), 0xA0, [number(first), self.format, 0]),
            item(control(last), 0xA1, [number(last), 0, 0]),
            item(control(last), 0xA2, time_bytes(self.lead_out)),
        ];
        items.extend(
            self.tracks.iter().map(|(number, control, start)| item(*control, *number, time_bytes(*start))),
        );
        items.extend(self.pointers(kind, control(first)));
        items
    }

    /// Mode 5 items: where another session may start, and, in the first session, what the ATIP says.
    fn pointers(&self, kind: MediumKind, control: u8) -> Vec<QItem> {
        let pregap = i32::try_from(area::PREGAP).unwrap_or(0);
        let next = self.lead_out.saturating_add(area::session_gap(self.session)) - pregap;
        let time = match self.next {
            NextSession::Absent => return Vec::new(),
            NextSession::Forbidden => [0xFF; 3],
            NextSession::Allowed => time_bytes(next),
        };
        let first = self.session == 1;
        let zero = if first { 2 } else { 1 };
        let outermost = time_bytes(kind.last_lead_out());
        let b0 = QItem { control, adr: 5, point: 0xB0, time, zero, point_time: outermost };
        // Special information 1 of the ATIP.
        let atip = kind.atip();
        let special = [atip.writing_power << 4 | atip.reference_speed, 0, 0];
        let lead_in = time_bytes(kind.lead_in_start());
        let c0 = QItem { control, adr: 5, point: 0xC0, time: special, zero: 0, point_time: lead_in };
        if first { vec![b0, c0] } else { vec![b0] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `spec/burners.md` 2.11: B0 points 11250 blocks behind the first lead-out, 6750 behind a later one; C0 gives
    /// the ATIP's lead-in start. `spec/drive.md` 2.2: the second session then starts 11400 behind, the third 6900.
    #[test]
    fn golden_pointers() {
        let plan = |session, lead_out| TocPlan {
            session,
            tracks: vec![(1, 4, Lba(0))],
            lead_out,
            format: 0,
            next: NextSession::Allowed,
        };
        let items = plan(1, Lba(610)).items(MediumKind::CdR80);
        let points: Vec<_> = items.iter().map(|item| item.point).collect();
        assert_eq!(points, [0xA0, 0xA1, 0xA2, 1, 0xB0, 0xC0]);
        assert_eq!(items[4].time, time_bytes(Lba(610 + 11_250)));
        assert_eq!(items[4].zero, 2);
        assert_eq!(items[5].point_time, [97, 26, 66]);
        let items = plan(2, Lba(17_900)).items(MediumKind::CdR80);
        assert_eq!(items[4].time, time_bytes(Lba(17_900 + 6_750)));
        assert_eq!((items[4].zero, items.len()), (1, 5));
    }

    #[test]
    fn a_last_session_points_nowhere() {
        let plan =
            |next| TocPlan { session: 1, tracks: vec![(1, 4, Lba(0))], lead_out: Lba(302), format: 0, next };
        assert_eq!(plan(NextSession::Absent).items(MediumKind::CdR80).len(), 4);
        assert_eq!(plan(NextSession::Forbidden).items(MediumKind::CdR80)[4].time, [0xFF; 3]);
    }
}
