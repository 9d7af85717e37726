//! Rock Ridge: what a directory record says in its system use field, and where the field goes on.

use crate::format::rock_ridge::{
    CHILD_LINK, DeviceNumber, EXTENSION_1_10, EXTENSION_1_12, LinkWriter, NamePiece, PARENT_LINK,
    PosixAttributes, TimeStamps, Zisofs, append_link, append_relocated,
};
use crate::format::susp::{Continuation, MAX_ENTRY_BYTES, SharingProtocol};
use crate::format::{DirectoryRecord, FormatError, MAX_RECORD_BYTES, RecordTime, SECTOR_BYTES, ZonedTime};

/// What Rock Ridge tells about one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    /// The name; none in records of a directory itself and its parent.
    pub(super) name: Option<&'a str>,
    pub(super) posix: PosixAttributes,
    pub(super) modified: ZonedTime,
    /// Where a symbolic link points.
    pub(super) target: Option<&'a str>,
    /// The number of a device.
    pub(super) device: Option<DeviceNumber>,
    /// How a file's data are compressed.
    pub(super) zisofs: Option<Zisofs>,
    pub(super) mark: Mark,
}

/// What is special about a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    None,
    /// The root's record of itself, which announces Rock Ridge.
    Root,
    /// Stands where a relocated directory was; the directory is at that block.
    Placeholder(u32),
    /// A relocated directory.
    Relocated,
    /// The parent of a relocated directory was at that block.
    TrueParent(u32),
}

/// Whether PX has serial numbers and which edition ER announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edition {
    /// 1.12 instead of 1.10.
    pub(super) serials: bool,
}

/// Composes system use fields, one after another, into the same buffers.
#[derive(Debug, Default)]
pub(super) struct Composer {
    /// SUSP entries back to back.
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// The part in the record.
    in_record: Vec<u8>,
    /// The continuation area of the directory so far.
    area: Vec<u8>,
    /// Block at which it lies.
    block: u32,
}

impl Composer {
    /// Starts the continuation area of another directory.
    pub(super) fn start(&mut self, block: u32) {
        self.area.clear();
        self.block = block;
    }

    pub(super) fn area(&self) -> &[u8] {
        &self.area
    }

    /// The system use field of a record with an identifier of so many bytes; what does not fit goes into the area.
    pub(super) fn compose(
        &mut self,
        facts: &Facts<'_>,
        identifier_bytes: usize,
        edition: Edition,
    ) -> Result<&[u8], FormatError> {
        self.bytes.clear();
        self.ends.clear();
        self.in_record.clear();
        self.list(facts, edition)?;
        let room = MAX_RECORD_BYTES - DirectoryRecord::encoded_bytes(identifier_bytes, 0);
        self.distribute(room);
        Ok(&self.in_record)
    }

    fn list(&mut self, facts: &Facts<'_>, edition: Edition) -> Result<(), FormatError> {
        if facts.mark == Mark::Root {
            SharingProtocol { skip: 0 }.append_to(&mut self.bytes);
            self.end();
        }
        match facts.mark {
            Mark::Placeholder(block) => append_link(CHILD_LINK, block, &mut self.bytes),
            Mark::TrueParent(block) => append_link(PARENT_LINK, block, &mut self.bytes),
            Mark::Relocated => append_relocated(&mut self.bytes),
            Mark::None | Mark::Root => {}
        }
        self.end();
        let serial = facts.posix.serial.filter(|_| edition.serials);
        PosixAttributes { serial, ..facts.posix }.append_to(&mut self.bytes);
        self.end();
        if let Some(device) = facts.device {
            device.append_to(&mut self.bytes);
            self.end();
        }
        if let Some(zisofs) = facts.zisofs {
            zisofs.append_to(&mut self.bytes);
            self.end();
        }
        let stamps = TimeStamps { modified: Some(facts.modified), ..TimeStamps::default() };
        // The short form ends with 2155.
        let long = RecordTime::from_timestamp(facts.modified) == RecordTime::UNSPECIFIED;
        stamps.append_to(long, &mut self.bytes);
        self.end();
        if let Some(name) = facts.name {
            self.name(name.as_bytes())?;
        }
        if let Some(target) = facts.target {
            let mut writer = LinkWriter::new(target.as_bytes());
            while writer.append_entry(MAX_ENTRY_BYTES, &mut self.bytes) {
                self.end();
            }
            self.end();
        }
        if facts.mark == Mark::Root {
            let reference = if edition.serials { EXTENSION_1_12 } else { EXTENSION_1_10 };
            reference.append_to(&mut self.bytes)?;
            self.end();
        }
        Ok(())
    }

    fn name(&mut self, name: &[u8]) -> Result<(), FormatError> {
        let mut pieces = name.chunks(NamePiece::MAX_NAME_BYTES).peekable();
        while let Some(name) = pieces.next() {
            let flags = if pieces.peek().is_some() { NamePiece::CONTINUE } else { 0 };
            NamePiece { flags, name }.append_to(&mut self.bytes)?;
            self.end();
        }
        Ok(())
    }

    fn end(&mut self) {
        if self.ends.last().copied().unwrap_or(0) < self.bytes.len() {
            self.ends.push(self.bytes.len());
        }
    }

    /// Puts whole entries into the record, then into as many pieces of the continuation area as it takes, none across
    /// the end of a block.
    fn distribute(&mut self, room: usize) {
        let total = self.bytes.len();
        let mut from = 0;
        let mut to = self.cut(from, room);
        self.in_record.extend_from_slice(self.bytes.get(from..to).unwrap_or_default());
        // Where the CE goes that leads to the next piece; the first is the record's own end.
        let mut link_at = None;
        while to < total {
            from = to;
            let used = self.area.len() % SECTOR_BYTES;
            if used > 0 && used + total - from > SECTOR_BYTES {
                self.area.resize(self.area.len().next_multiple_of(SECTOR_BYTES), 0);
            }
            let at = self.area.len();
            to = self.cut(from, SECTOR_BYTES - at % SECTOR_BYTES);
            let link_bytes = if to < total { Continuation::ENTRY_BYTES } else { 0 };
            let link = Continuation {
                block: self.block + narrow(at / SECTOR_BYTES),
                offset: narrow(at % SECTOR_BYTES),
                bytes: narrow(to - from + link_bytes),
            };
            self.link(link_at, link);
            self.area.extend_from_slice(self.bytes.get(from..to).unwrap_or_default());
            link_at = Some(self.area.len());
            self.area.resize(self.area.len() + link_bytes, 0);
        }
    }

    /// Writes the CE that leads to a piece: into the area where room was left for it, or at the record's end.
    fn link(&mut self, at: Option<usize>, link: Continuation) {
        let Some(at) = at else { return link.append_to(&mut self.in_record) };
        let mut entry = Vec::with_capacity(Continuation::ENTRY_BYTES);
        link.append_to(&mut entry);
        if let Some(place) = self.area.get_mut(at..at + entry.len()) {
            place.copy_from_slice(&entry);
        }
    }

    /// Where to cut so that whole entries fit into `room`, with a CE behind them unless they are the last.
    fn cut(&self, from: usize, room: usize) -> usize {
        let total = self.bytes.len();
        if total - from <= room {
            return total;
        }
        let room = room.saturating_sub(Continuation::ENTRY_BYTES);
        self.ends.iter().copied().take_while(|end| *end <= from + room).last().unwrap_or(from).max(from)
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::susp::Entries;

    fn facts<'a>(name: &'a str, target: Option<&'a str>) -> Facts<'a> {
        Facts {
            name: Some(name),
            posix: PosixAttributes { mode: 0o100_644, links: 1, user: 0, group: 0, serial: Some(7) },
            modified: ZonedTime::from_unix(1_000_000_000),
            target,
            device: None,
            zisofs: None,
            mark: Mark::None,
        }
    }

    /// The signatures of a field, its continuations followed, and how often it goes on elsewhere.
    fn signatures(composer: &Composer, field: &[u8]) -> (String, usize) {
        let (mut seen, mut hops) = (String::new(), 0);
        let mut area = field.to_vec();
        loop {
            let mut next = None;
            for entry in Entries::new(&area) {
                let entry = entry.unwrap();
                if entry.signature == Continuation::SIGNATURE {
                    next = Some(Continuation::parse(entry.data).unwrap());
                } else {
                    seen += str::from_utf8(&entry.signature).unwrap();
                }
            }
            let Some(link) = next else { return (seen, hops) };
            assert!(link.offset + link.bytes <= 2048, "no area crosses a block");
            let at = usize::try_from((link.block - 100) * 2048 + link.offset).unwrap();
            area = composer.area()[at..at + usize::try_from(link.bytes).unwrap()].to_vec();
            hops += 1;
        }
    }

    #[test]
    fn short_names_stay_in_the_record_and_long_ones_go_on() {
        let mut composer = Composer::default();
        composer.start(100);
        let edition = Edition { serials: true };
        let field = composer.compose(&facts("short", None), 12, edition).unwrap().to_vec();
        assert_eq!(signatures(&composer, &field), ("PXTFNM".to_owned(), 0));
        let long = "n".repeat(255);
        for _ in 0..50 {
            let field = composer.compose(&facts(&long, None), 12, edition).unwrap().to_vec();
            assert!(DirectoryRecord::encoded_bytes(12, field.len()) <= MAX_RECORD_BYTES);
            assert_eq!(signatures(&composer, &field), ("PXTFNMNM".to_owned(), 1));
        }
    }

    #[test]
    fn a_target_of_many_blocks_is_a_chain() {
        let mut composer = Composer::default();
        composer.start(100);
        let target = "component/".repeat(800);
        composer.compose(&facts("before", Some("short/target")), 12, Edition { serials: false }).unwrap();
        let field =
            composer.compose(&facts("link", Some(&target)), 12, Edition { serials: false }).unwrap().to_vec();
        let (seen, hops) = signatures(&composer, &field);
        assert!(seen.starts_with("PXTFNMSLSL") && hops > 4, "{seen} {hops}");
    }
}
