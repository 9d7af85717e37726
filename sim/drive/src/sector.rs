//! A sector as it is read: the 2352 bytes that the marks on the disc decode to.

use discwright_cd::Lba;
use discwright_cd::area::{RAW_BYTES, USER_BYTES};
use discwright_cd::sector::{self, Format, Header, Mode};

use crate::disc::Disc;
use crate::medium::{Block, Content, Form, TrackQ};

/// A readable sector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sector {
    pub(crate) format: Format,
    pub(crate) raw: [u8; RAW_BYTES],
    /// What the host sent for the subchannels.
    pub(crate) subchannel: Vec<u8>,
    pub(crate) q: Option<TrackQ>,
    /// The host wrote all 2352 bytes, so that its codes may be wrong.
    pub(crate) is_foreign: bool,
}

/// Bit of the control nibble that tells a data track (IEC 60908, control field of the Q channel).
const CONTROL_DATA: u8 = 4;

/// Why a sector cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Nothing is written there.
    Blank,
    /// A link, run-in or run-out block of a data track.
    Link,
    /// Lead-in, lead-out, pregap without data: not for user data reads.
    NoData,
    /// Written, and not to be deciphered.
    Damaged,
}

/// Decodes a sector.
pub(crate) fn read(disc: &mut Disc, at: Lba) -> Result<Sector, Unreadable> {
    let extent = disc.medium().extent_at(at).ok_or(Unreadable::Blank)?;
    let (q, block) = match &extent.content {
        Content::Track(q, block) => (*q, block.at(at.sectors_since(extent.start).unwrap_or(0))),
        Content::LeadOut { control } => return blank_sector(at, *control),
        _ => return Err(Unreadable::NoData),
    };
    let (form, bytes, subchannel_bytes) = match block {
        Block::Zeros(form) | Block::TrackDescriptor { form, .. } => (form, vec![0; form.bytes()], 0),
        Block::Stored { form, subchannel, .. } => {
            let bytes = disc.sector_bytes(at).ok_or(Unreadable::Damaged)?;
            (form, bytes.to_vec(), subchannel.bytes())
        }
        // Sound has no headers to be torn: where the laser was switched, silence is heard.
        Block::Link | Block::RunIn | Block::RunOut if q.control & CONTROL_DATA == 0 => {
            (Form::Audio, vec![0; RAW_BYTES], 0)
        }
        // Packets are resolved to what the sector among them is.
        Block::Link | Block::RunIn | Block::RunOut | Block::Packets { .. } => return Err(Unreadable::Link),
    };
    let (main, subchannel) =
        bytes.split_at_checked(bytes.len() - subchannel_bytes).ok_or(Unreadable::Damaged)?;
    let (format, raw) = decode(at, form, main).ok_or(Unreadable::Damaged)?;
    Ok(Sector { format, raw, subchannel: subchannel.to_vec(), q: Some(q), is_foreign: form == Form::Raw })
}

/// A lead-out reads as empty sectors of the kind of its track.
fn blank_sector(at: Lba, control: u8) -> Result<Sector, Unreadable> {
    let mut raw = [0; RAW_BYTES];
    let format = if control & CONTROL_DATA == 0 { Format::Audio } else { Format::Mode1 };
    if format == Format::Mode1 {
        sector::encode_mode1(at, &[0; USER_BYTES], &mut raw).map_err(|_| Unreadable::NoData)?;
    }
    Ok(Sector { format, raw, subchannel: Vec::new(), q: None, is_foreign: false })
}

/// The whole sector from what is kept of it.
fn decode(at: Lba, form: Form, kept: &[u8]) -> Option<(Format, [u8; RAW_BYTES])> {
    let mut raw = [0; RAW_BYTES];
    let format = match form {
        Form::Audio => {
            raw = *kept.first_chunk()?;
            Format::Audio
        }
        Form::Mode1 => {
            sector::encode_mode1(at, kept.first_chunk()?, &mut raw).ok()?;
            Format::Mode1
        }
        Form::Mode2 => {
            sector::encode_mode2(at, kept.first_chunk()?, &mut raw).ok()?;
            Format::Mode2
        }
        Form::Xa => {
            sector::encode_mode2(at, kept.first_chunk()?, &mut raw).ok()?;
            let form_2 = raw.get(SUBMODE).is_some_and(|submode| submode & FORM_2 != 0);
            let format = if form_2 { Format::Mode2Form2 } else { Format::Mode2Form1 };
            sector::seal(format, &mut raw);
            format
        }
        Form::Raw => {
            raw = *kept.first_chunk()?;
            format_of(&raw)
        }
    };
    Some((format, raw))
}

/// Third byte of the first subheader.
const SUBMODE: usize = 18;
const FORM_2: u8 = 0x20;

/// What a raw sector says it is.
fn format_of(raw: &[u8; RAW_BYTES]) -> Format {
    if !raw.starts_with(&sector::SYNC) {
        return Format::Audio;
    }
    let header = raw.get(12..16).and_then(|header| header.first_chunk::<4>());
    match header.and_then(|header| Header::parse(*header).ok()).map(|header| header.mode) {
        Some(Mode::One) => Format::Mode1,
        Some(Mode::Zero) => Format::Mode0,
        Some(Mode::Two) => {
            let (first, second) = (raw.get(16..20), raw.get(20..24));
            let form_2 = raw.get(SUBMODE).is_some_and(|submode| submode & FORM_2 != 0);
            match (first == second, form_2) {
                (true, true) => Format::Mode2Form2,
                (true, false) => Format::Mode2Form1,
                (false, _) => Format::Mode2,
            }
        }
        None => Format::Audio,
    }
}

impl Sector {
    /// User data, where a data read may have it: mode 1 and form 1 of mode 2.
    pub(crate) fn data(&self) -> Option<&[u8]> {
        match self.format {
            Format::Mode1 | Format::Mode2Form1 => self.raw.get(self.format.user_range()),
            _ => None,
        }
    }
}
