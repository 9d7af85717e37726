//! One record of a disc file. Numbers are little-endian.

use std::sync::Arc;

use bytes::Bytes;
use discwright_cd::Lba;

use super::checksum::crc32c;
use crate::medium::{
    Block, Content, Form, LINK_LOSS, LeadIn, Note, Payload, QItem, QNote, Stored, Subchannel, TrackQ,
};

/// What happened to the disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// The laser marked a range.
    Burn { start: Lba, sectors: u32, content: Content },
    /// The laser took marks away.
    Erase { start: Lba, sectors: u32 },
    /// The Q channel of a range says this too.
    Note(QNote),
    /// Everything before has reached the storage below.
    Flushed,
}

/// Bytes of a record's head.
pub(crate) const HEAD_BYTES: usize = 48;
const MAGIC: [u8; 4] = *b"DWRK";
/// More sectors than any disc has; a head that claims more is no head.
const MOST_SECTORS: u32 = 1_000_000;

/// The fixed part of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    kind: u8,
    block: u8,
    form: u8,
    subchannel: u8,
    control: u8,
    track: u8,
    index: u8,
    start: Lba,
    sectors: u32,
    zero: Lba,
    /// Bytes behind the head.
    pub(crate) payload_bytes: u32,
    /// CRC-32C of them.
    pub(crate) payload_checksum: u32,
    /// Number of the record, from 1.
    pub(crate) sequence: u64,
}

mod kind {
    pub(super) const CALIBRATION: u8 = 1;
    pub(super) const PMA: u8 = 2;
    pub(super) const LEAD_IN: u8 = 3;
    pub(super) const TRACK: u8 = 4;
    pub(super) const LEAD_OUT: u8 = 5;
    pub(super) const ERASE: u8 = 6;
    pub(super) const NOTE: u8 = 7;
    pub(super) const FLUSHED: u8 = 8;
}

mod block {
    pub(super) const ZEROS: u8 = 1;
    pub(super) const LINK: u8 = 2;
    pub(super) const RUN_IN: u8 = 3;
    pub(super) const RUN_OUT: u8 = 4;
    pub(super) const STORED: u8 = 5;
    pub(super) const TRACK_DESCRIPTOR: u8 = 6;
    /// From version 2 on.
    pub(super) const PACKETS: u8 = 7;
}

impl Head {
    fn new(kind: u8, start: Lba, sectors: u32) -> Self {
        Self {
            kind,
            block: 0,
            form: 0,
            subchannel: 0,
            control: 0,
            track: 0,
            index: 0,
            start,
            sectors,
            zero: Lba(0),
            payload_bytes: 0,
            payload_checksum: 0,
            sequence: 0,
        }
    }

    fn encode(&self) -> [u8; HEAD_BYTES] {
        let mut out = [0; HEAD_BYTES];
        let fields: [&[u8]; 9] = [
            &MAGIC,
            &[self.kind, self.block, self.form, self.subchannel, self.control, self.track, self.index, 0],
            &self.start.0.to_le_bytes(),
            &self.sectors.to_le_bytes(),
            &self.zero.0.to_le_bytes(),
            &self.payload_bytes.to_le_bytes(),
            &self.payload_checksum.to_le_bytes(),
            &self.sequence.to_le_bytes(),
            &[0; 4],
        ];
        let (body, checksum) = out.split_at_mut(HEAD_BYTES - 4);
        for (to, from) in body.iter_mut().zip(fields.into_iter().flatten()) {
            *to = *from;
        }
        checksum.copy_from_slice(&crc32c(body).to_le_bytes());
        out
    }

    /// A head, if these bytes are one.
    pub(crate) fn decode(bytes: &[u8; HEAD_BYTES]) -> Option<Self> {
        let (body, checksum) = bytes.split_at(HEAD_BYTES - 4);
        let mut fields = Fields(body);
        if fields.take::<4>()? != MAGIC || checksum != crc32c(body).to_le_bytes() {
            return None;
        }
        let [kind, block, form, subchannel, control, track, index, _] = fields.take()?;
        let head = Self {
            kind,
            block,
            form,
            subchannel,
            control,
            track,
            index,
            start: Lba(i32::from_le_bytes(fields.take()?)),
            sectors: u32::from_le_bytes(fields.take()?),
            zero: Lba(i32::from_le_bytes(fields.take()?)),
            payload_bytes: u32::from_le_bytes(fields.take()?),
            payload_checksum: u32::from_le_bytes(fields.take()?),
            sequence: u64::from_le_bytes(fields.take()?),
        };
        let known = (kind::CALIBRATION..=kind::FLUSHED).contains(&kind) && head.sectors <= MOST_SECTORS;
        let in_range = |at: Lba| (Lba(-1_000_000)..=Lba(1_000_000)).contains(&at);
        (known && in_range(head.start) && in_range(head.zero)).then_some(head)
    }

    /// Whether this record says that everything before it is safe.
    pub(crate) const fn is_flushed(&self) -> bool {
        self.kind == kind::FLUSHED
    }

    /// Whether the payload is sector data, which stays in the file.
    pub(crate) const fn has_sector_data(&self) -> bool {
        self.kind == kind::TRACK && self.block == block::STORED
    }
}

impl Record {
    /// Head and payload of the record.
    pub(crate) fn encode(&self, sequence: u64) -> (Head, [u8; HEAD_BYTES], Bytes) {
        let (mut head, payload) = self.describe();
        head.sequence = sequence;
        head.payload_bytes = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        head.payload_checksum = crc32c(&payload);
        (head, head.encode(), payload)
    }

    /// The first version of the format that has this record.
    pub(crate) const fn version(&self) -> u16 {
        match self {
            Self::Burn { content: Content::Track(_, Block::Packets { .. }), .. } => 2,
            _ => 1,
        }
    }

    fn describe(&self) -> (Head, Bytes) {
        match self {
            Self::Burn { start, sectors, content } => describe_content(*start, *sectors, content),
            Self::Erase { start, sectors } => (Head::new(kind::ERASE, *start, *sectors), Bytes::new()),
            Self::Note(note) => {
                let head = Head::new(kind::NOTE, note.start, note.sectors);
                match &note.note {
                    Note::Catalogue(digits) => (Head { block: 2, ..head }, Bytes::copy_from_slice(digits)),
                    Note::Isrc(code) => (Head { block: 3, ..head }, Bytes::copy_from_slice(code)),
                }
            }
            Self::Flushed => (Head::new(kind::FLUSHED, Lba(0), 0), Bytes::new()),
        }
    }

    /// The record that a head and its payload say; the payload of sector data is given as its place in the file.
    pub(crate) fn decode(head: &Head, payload: RecordPayload<'_>) -> Option<Self> {
        let bytes = match payload {
            RecordPayload::Here(bytes) => bytes,
            RecordPayload::InFile(_) => &[],
        };
        let content = match head.kind {
            kind::CALIBRATION => Content::Calibration,
            kind::PMA => Content::Pma(Fields(bytes).item()?),
            kind::LEAD_IN => Content::LeadIn(Arc::new(Fields(bytes).lead_in()?)),
            kind::LEAD_OUT => Content::LeadOut { control: head.control },
            kind::TRACK => decode_track(head, payload)?,
            kind::ERASE => return Some(Self::Erase { start: head.start, sectors: head.sectors }),
            kind::NOTE => {
                let note = match head.block {
                    2 => Note::Catalogue(Fields(bytes).take()?),
                    3 => Note::Isrc(Fields(bytes).take()?),
                    _ => return None,
                };
                return Some(Self::Note(QNote { start: head.start, sectors: head.sectors, note }));
            }
            kind::FLUSHED => return Some(Self::Flushed),
            _ => return None,
        };
        Some(Self::Burn { start: head.start, sectors: head.sectors, content })
    }
}

/// The bytes behind a head.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RecordPayload<'a> {
    Here(&'a [u8]),
    InFile(Stored),
}

fn describe_content(start: Lba, sectors: u32, content: &Content) -> (Head, Bytes) {
    let head = |kind| Head::new(kind, start, sectors);
    match content {
        Content::Calibration => (head(kind::CALIBRATION), Bytes::new()),
        Content::Pma(item) => (head(kind::PMA), Bytes::copy_from_slice(&item_bytes(item))),
        Content::LeadIn(lead_in) => (head(kind::LEAD_IN), lead_in_bytes(lead_in)),
        Content::LeadOut { control } => (Head { control: *control, ..head(kind::LEAD_OUT) }, Bytes::new()),
        Content::Track(q, block) => {
            let TrackQ { track, index, control, zero } = *q;
            let head = Head { track, index, control, zero, ..head(kind::TRACK) };
            match block {
                Block::Zeros(form) => {
                    (Head { block: block::ZEROS, form: form_code(*form), ..head }, Bytes::new())
                }
                Block::TrackDescriptor { form, packet_blocks } => {
                    let head = Head { block: block::TRACK_DESCRIPTOR, form: form_code(*form), ..head };
                    (head, Bytes::copy_from_slice(&packet_blocks.to_le_bytes()))
                }
                Block::Packets { form, packet_blocks, phase } => {
                    let head = Head { block: block::PACKETS, form: form_code(*form), ..head };
                    let payload = [packet_blocks.to_le_bytes(), phase.to_le_bytes()].concat();
                    (head, payload.into())
                }
                Block::Link => (Head { block: block::LINK, ..head }, Bytes::new()),
                Block::RunIn => (Head { block: block::RUN_IN, ..head }, Bytes::new()),
                Block::RunOut => (Head { block: block::RUN_OUT, ..head }, Bytes::new()),
                Block::Stored { form, subchannel, payload } => {
                    let (form, subchannel) = (form_code(*form), subchannel_code(*subchannel));
                    (Head { block: block::STORED, form, subchannel, ..head }, payload.in_memory())
                }
            }
        }
    }
}

fn decode_track(head: &Head, payload: RecordPayload<'_>) -> Option<Content> {
    let Head { track, index, control, zero, .. } = *head;
    let block = match head.block {
        block::ZEROS => Block::Zeros(form_of(head.form)?),
        block::TRACK_DESCRIPTOR => {
            let RecordPayload::Here(bytes) = payload else { return None };
            let packet_blocks = u32::from_le_bytes(Fields(bytes).take()?);
            Block::TrackDescriptor { form: form_of(head.form)?, packet_blocks }
        }
        block::PACKETS => {
            let RecordPayload::Here(bytes) = payload else { return None };
            let mut fields = Fields(bytes);
            let packet_blocks = u32::from_le_bytes(fields.take()?);
            let phase = u32::from_le_bytes(fields.take()?);
            let whole =
                packet_blocks > 0 && u64::from(phase) < u64::from(packet_blocks) + u64::from(LINK_LOSS);
            let block = Block::Packets { form: form_of(head.form)?, packet_blocks, phase };
            whole.then_some(block)?
        }
        block::LINK => Block::Link,
        block::RUN_IN => Block::RunIn,
        block::RUN_OUT => Block::RunOut,
        block::STORED => {
            let (form, subchannel) = (form_of(head.form)?, subchannel_of(head.subchannel)?);
            let bytes = usize::try_from(head.sectors).ok()?.checked_mul(form.bytes() + subchannel.bytes())?;
            let payload = match payload {
                RecordPayload::InFile(stored) if stored.bytes == bytes => Payload::stored(stored),
                RecordPayload::Here(here) if here.len() == bytes => {
                    Payload::memory(Bytes::copy_from_slice(here))
                }
                _ => return None,
            };
            Block::Stored { form, subchannel, payload }
        }
        _ => return None,
    };
    Some(Content::Track(TrackQ { track, index, control, zero }, block))
}

fn item_bytes(item: &QItem) -> [u8; 10] {
    let ([m, s, f], [pm, ps, pf]) = (item.time, item.point_time);
    [item.control, item.adr, item.point, m, s, f, item.zero, pm, ps, pf]
}

fn lead_in_bytes(lead_in: &LeadIn) -> Bytes {
    let count = u16::try_from(lead_in.toc.len()).unwrap_or(u16::MAX);
    let mut out = count.to_le_bytes().to_vec();
    for item in lead_in.toc.iter().take(usize::from(count)) {
        out.extend(item_bytes(item));
    }
    for pack in &lead_in.packs {
        out.extend(pack);
    }
    out.into()
}

const fn form_code(form: Form) -> u8 {
    match form {
        Form::Audio => 1,
        Form::Mode1 => 2,
        Form::Mode2 => 3,
        Form::Xa => 4,
        Form::Raw => 5,
    }
}

const fn form_of(code: u8) -> Option<Form> {
    Some(match code {
        1 => Form::Audio,
        2 => Form::Mode1,
        3 => Form::Mode2,
        4 => Form::Xa,
        5 => Form::Raw,
        _ => return None,
    })
}

const fn subchannel_code(subchannel: Subchannel) -> u8 {
    match subchannel {
        Subchannel::None => 0,
        Subchannel::Pq16 => 1,
        Subchannel::Packed96 => 2,
        Subchannel::Raw96 => 3,
    }
}

const fn subchannel_of(code: u8) -> Option<Subchannel> {
    Some(match code {
        0 => Subchannel::None,
        1 => Subchannel::Pq16,
        2 => Subchannel::Packed96,
        3 => Subchannel::Raw96,
        _ => return None,
    })
}

/// Bytes read from the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }

    fn item(&mut self) -> Option<QItem> {
        let [control, adr, point, m, s, f, zero, pm, ps, pf] = self.take()?;
        Some(QItem { control, adr, point, time: [m, s, f], zero, point_time: [pm, ps, pf] })
    }

    fn lead_in(&mut self) -> Option<LeadIn> {
        let count = u16::from_le_bytes(self.take()?);
        let mut lead_in = LeadIn::default();
        for _ in 0..count {
            lead_in.toc.push(self.item()?);
        }
        while !self.0.is_empty() {
            lead_in.packs.push(self.take()?);
        }
        Some(lead_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Record> {
        let item =
            QItem { control: 4, adr: 1, point: 0xA0, time: [1, 2, 3], zero: 0, point_time: [79, 59, 74] };
        let q = TrackQ { track: 2, index: 1, control: 4, zero: Lba(-5) };
        let stored = |form: Form, subchannel: Subchannel, sectors: usize| Block::Stored {
            form,
            subchannel,
            payload: Payload::memory(vec![0x5A; sectors * (form.bytes() + subchannel.bytes())].into()),
        };
        let mut contents = vec![
            Content::Calibration,
            Content::Pma(item),
            Content::LeadIn(Arc::new(LeadIn { toc: vec![item; 5], packs: vec![[7; 18]; 3] })),
            Content::LeadOut { control: 4 },
        ];
        let descriptor = Block::TrackDescriptor { form: Form::Mode1, packet_blocks: 32 };
        let packets = Block::Packets { form: Form::Xa, packet_blocks: 32, phase: 38 };
        for block in
            [Block::Link, Block::RunIn, Block::RunOut, Block::Zeros(Form::Audio), descriptor, packets]
        {
            contents.push(Content::Track(q, block));
        }
        for form in [Form::Audio, Form::Mode1, Form::Mode2, Form::Xa, Form::Raw] {
            for sub in [Subchannel::None, Subchannel::Pq16, Subchannel::Packed96, Subchannel::Raw96] {
                contents.push(Content::Track(q, stored(form, sub, 3)));
            }
        }
        let burns =
            contents.into_iter().map(|content| Record::Burn { start: Lba(-151), sectors: 3, content });
        let notes = [Note::Catalogue(*b"1234567890123"), Note::Isrc(*b"USRC17607839")];
        let notes = notes.map(|note| Record::Note(QNote { start: Lba(0), sectors: 9, note }));
        burns.chain(notes).chain([Record::Erase { start: Lba(-20), sectors: 400 }, Record::Flushed]).collect()
    }

    #[test]
    fn every_record_survives_the_file() {
        for record in samples() {
            let (head, bytes, payload) = record.encode(77);
            assert_eq!(Head::decode(&bytes), Some(head));
            assert_eq!(Record::decode(&head, RecordPayload::Here(&payload)), Some(record));
        }
    }

    #[test]
    fn a_head_with_one_flipped_bit_is_no_head() {
        let (_, bytes, _) = samples()[4].encode(1);
        for bit in 0..HEAD_BYTES * 8 {
            let mut broken = bytes;
            broken[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::decode(&broken), None, "bit {bit}");
        }
    }
}
