//! The ioctls of the kernel's cdrom, sr, sg and block layers, by the commands that the kernel sends for them.
//!
//! Sources: drivers/cdrom/cdrom.c (`cdrom_ioctl`, `mmc_ioctl`), drivers/scsi/sr_ioctl.c, drivers/scsi/scsi_ioctl.c,
//! include/uapi/linux/cdrom.h for the layouts.

use discwright_cd::{Lba, Msf};
use discwright_mmc::SenseKey;
use discwright_mmc::command::{
    GetEventStatus, ModeSelect10, ModeSense10, PauseResume, PlayAudioMsf, PlayAudioTrackIndex, PreventAllow,
    ReadCd, ReadDiscInformation, ReadSubchannel, ReadTrackInformation, SetCdSpeed, StartStopUnit,
    SubchannelFormat,
};
use discwright_mmc::response::{Event, SubchannelData, TrackInformation};
use discwright_transport::TransportExt as _;
use rustix::io::Errno;

use super::block::BLOCK;
use super::errno::{Error, Result};
use super::unit::{CDO_AUTO_CLOSE, Unit, is_becoming_ready};
use crate::wire::ioctl as i;

/// Where the drive is on its bus: an adapter's number that real machines rarely reach, and that old programs still take.
const HOST: u32 = 15;

/// The answer of SG_GET_VERSION_NUM: 3.5.27, as block devices have said since Linux 2.6.
const SG_VERSION: i32 = 30_527;

/// What a CD recorder with a tray can do (CDC_*): close, open and lock the tray, change the speed, several sessions,
/// catalogue number, media changes, play audio, reset, tell its status, take packets, write CD-R and CD-RW.
const CAPABILITIES: i64 =
    0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200 | 0x800 | 0x1000 | 0x2000 | 0x4000;

/// "The current slot", the only one there is (CDSL_CURRENT).
const CURRENT_SLOT: u64 = 0x7FFF_FFFF;

/// Blocks of a link between packets, which the kernel counts where a drive tells nothing better.
const LINK: u32 = 7;

/// Sector address forms (CDROM_LBA, CDROM_MSF).
const FORM_LBA: u8 = 1;
const FORM_MSF: u8 = 2;

/// What an ioctl returns, and the bytes it leaves at its argument.
type Done = Result<(i64, Vec<u8>)>;

fn number(value: i64) -> Done {
    Ok((value, Vec::new()))
}

fn bytes(bytes: impl Into<Vec<u8>>) -> Done {
    Ok((0, bytes.into()))
}

impl Unit {
    /// Carries an ioctl out. `argument` is its argument by value, `from` the bytes it points to.
    pub(super) fn ioctl(&mut self, request: u32, argument: u64, from: &[u8]) -> Done {
        match request {
            i::CDROMEJECT | i::CDROMCLOSETRAY | i::CDROM_LOCKDOOR | i::CDROMRESET => {
                self.tray(request, argument)
            }
            i::SCSI_IOCTL_DOORLOCK => self.lock(true),
            i::SCSI_IOCTL_DOORUNLOCK => self.lock(false),
            i::CDROM_DRIVE_STATUS
            | i::CDROM_DISC_STATUS
            | i::CDROM_MEDIA_CHANGED
            | i::CDROM_CHANGER_NSLOTS => self.status(request, argument),
            i::CDROM_GET_CAPABILITY => number(CAPABILITIES),
            i::CDROM_SET_OPTIONS | i::CDROM_CLEAR_OPTIONS | i::CDROMEJECT_SW => {
                self.change_options(request, argument)
            }
            i::CDROM_SELECT_SPEED => self.select_speed(argument),
            i::SCSI_IOCTL_TEST_UNIT_READY => {
                self.settle().map_err(|_| Errno::IO.into()).and_then(|()| number(0))
            }
            i::CDROMREADTOCHDR | i::CDROMREADTOCENTRY | i::CDROMMULTISESSION | i::CDROM_GET_MCN => {
                self.contents(request, from)
            }
            i::CDROM_NEXT_WRITABLE | i::CDROM_LAST_WRITTEN => self.writable(request),
            i::CDROMREADRAW | i::CDROMREADMODE1 | i::CDROMREADMODE2 | i::CDROMREADCOOKED => {
                self.sector(request, from)
            }
            i::CDROMREADAUDIO => self.audio(argument, from),
            i::CDROMPLAYMSF
            | i::CDROMPLAYTRKIND
            | i::CDROMPAUSE
            | i::CDROMRESUME
            | i::CDROMSTART
            | i::CDROMSTOP => self.play(request, from),
            i::CDROMSUBCHNL => self.subchannel(from),
            i::CDROMVOLREAD | i::CDROMVOLCTRL => self.volume(request, from),
            _ => self.layers_above(request, from),
        }
    }

    /// What the block and sg layers answer by themselves.
    fn layers_above(&mut self, request: u32, from: &[u8]) -> Done {
        let given = || from.first_chunk().map_or(Err(Error(Errno::FAULT)), |it| Ok(i32::from_ne_bytes(*it)));
        let limit = self.drive.max_transfer();
        match request {
            i::BLKGETSIZE64 => bytes(self.size().to_ne_bytes()),
            i::BLKGETSIZE => bytes((self.size() / 512).to_ne_bytes()),
            i::BLKSSZGET | i::BLKPBSZGET | i::BLKBSZGET => bytes(2048_u32.to_ne_bytes()),
            // The sr driver marks discs read-only unless they take random writes.
            i::BLKROGET => bytes(1_u32.to_ne_bytes()),
            i::BLKSECTGET => bytes(u16::try_from(limit / 512).unwrap_or(u16::MAX).to_ne_bytes()),
            i::BLKRAGET => bytes(256_u64.to_ne_bytes()),
            i::BLKFLSBUF => number(0),
            i::SG_GET_VERSION_NUM => bytes(SG_VERSION.to_ne_bytes()),
            i::SG_EMULATED_HOST => bytes(1_i32.to_ne_bytes()),
            i::SG_GET_TIMEOUT => number(self.sg_timeout_ticks),
            i::SG_SET_TIMEOUT => {
                self.sg_timeout_ticks = i64::from(given()?);
                number(0)
            }
            i::SG_GET_RESERVED_SIZE => {
                bytes(i32::try_from(self.reserved_bytes).unwrap_or(i32::MAX).to_ne_bytes())
            }
            i::SG_SET_RESERVED_SIZE => {
                self.reserved_bytes = usize::try_from(given()?).map_err(|_| Error(Errno::INVAL))?.min(limit);
                number(0)
            }
            // Channel, target and unit are 0; the second word is the adapter's unique number.
            i::SCSI_IOCTL_GET_IDLUN => bytes([(HOST << 24).to_ne_bytes(), HOST.to_ne_bytes()].concat()),
            i::SCSI_IOCTL_GET_BUS_NUMBER => bytes(HOST.to_ne_bytes()),
            i::SG_GET_SCSI_ID => {
                // Host, channel, target, unit, type 5, commands per unit and queue depth, two words unused.
                let words = [HOST, 0, 0, 0, 5, 0x0001_0001, 0, 0];
                bytes(words.map(u32::to_ne_bytes).concat())
            }
            _ => Err(Errno::NOTTY.into()),
        }
    }

    fn tray(&mut self, request: u32, argument: u64) -> Done {
        match request {
            i::CDROMEJECT => {
                if self.opens() != 1 || self.keep_locked {
                    return Err(Errno::BUSY.into());
                }
                self.order(&PreventAllow::ALLOW)?;
                self.order(&StartStopUnit::EJECT)?;
            }
            i::CDROMCLOSETRAY => self.order(&StartStopUnit::LOAD)?,
            i::CDROM_LOCKDOOR => {
                self.keep_locked = argument != 0;
                return self.lock(argument != 0);
            }
            // CDROMRESET: the emulated bus has nothing to reset, and nothing is lost over it.
            _ => {}
        }
        number(0)
    }

    fn lock(&mut self, locked: bool) -> Done {
        self.order(if locked { &PreventAllow::PREVENT } else { &PreventAllow::ALLOW })?;
        number(0)
    }

    fn status(&mut self, request: u32, argument: u64) -> Done {
        match request {
            i::CDROM_DRIVE_STATUS if ![CURRENT_SLOT, 0].contains(&(argument & 0xFFFF_FFFF)) => {
                Err(Errno::INVAL.into())
            }
            i::CDROM_DRIVE_STATUS => number(self.drive_status()),
            i::CDROM_DISC_STATUS => number(self.disc_status()),
            i::CDROM_CHANGER_NSLOTS => number(1),
            _ => {
                let _news = self.settle();
                number(i64::from(core::mem::take(&mut self.changed)))
            }
        }
    }

    /// CDS_* of a drive (`sr_drive_status`).
    fn drive_status(&mut self) -> i64 {
        const NO_DISC: i64 = 1;
        const TRAY_OPEN: i64 = 2;
        const NOT_READY: i64 = 3;
        const DISC_OK: i64 = 4;
        let sense = match self.settle() {
            Ok(()) => return DISC_OK,
            Err(sense) if is_becoming_ready(&sense) => return NOT_READY,
            Err(sense) => sense,
        };
        const MEDIA_EVENTS: u8 = 1 << 4;
        let media = GetEventStatus { polled: true, classes: MEDIA_EVENTS, allocation_bytes: 8 };
        if let Ok(answer) = self.ask(&media)
            && let Some(Event::Media { present, door_open, .. }) = answer.event
        {
            return match (present, door_open) {
                (true, _) => DISC_OK,
                (false, true) => TRAY_OPEN,
                (false, false) => NO_DISC,
            };
        }
        match (sense.key, sense.code.asc, sense.code.ascq) {
            (SenseKey::NotReady, 0x3A, 0x02) => TRAY_OPEN,
            (SenseKey::NotReady, 0x3A, _) => NO_DISC,
            _ => DISC_OK,
        }
    }

    /// CDS_* of a disc, by its tracks; a mixed disc is one that has audio and something else.
    fn disc_status(&mut self) -> i64 {
        const NO_INFO: i64 = 0;
        const NO_DISC: i64 = 1;
        const AUDIO: i64 = 100;
        const DATA_1: i64 = 101;
        const MIXED: i64 = 105;
        match self.tracks() {
            Err(Error(Errno::NOMEDIUM)) => NO_DISC,
            Err(_) => NO_INFO,
            Ok(tracks) if tracks.audio > 0 => {
                if tracks.data == 0 {
                    AUDIO
                } else {
                    MIXED
                }
            }
            Ok(tracks) if tracks.data > 0 => DATA_1,
            Ok(_) => NO_INFO,
        }
    }

    fn change_options(&mut self, request: u32, argument: u64) -> Done {
        const CDO_AUTO_EJECT: u64 = 2;
        match request {
            i::CDROM_SET_OPTIONS => self.options |= argument,
            i::CDROM_CLEAR_OPTIONS => self.options &= !argument,
            _ if argument == 0 => self.options &= !(CDO_AUTO_CLOSE | CDO_AUTO_EJECT),
            _ => self.options |= CDO_AUTO_CLOSE | CDO_AUTO_EJECT,
        }
        number(i64::try_from(self.options & 0xFFFF).unwrap_or(0))
    }

    fn select_speed(&mut self, argument: u64) -> Done {
        let times = u16::try_from(argument & 0xFFFF).unwrap_or(0);
        let read_kb_s = if times == 0 { u16::MAX } else { times.saturating_mul(177) };
        self.order(&SetCdSpeed { read_kb_s, write_kb_s: u16::MAX, ..SetCdSpeed::default() })?;
        number(0)
    }

    fn contents(&mut self, request: u32, from: &[u8]) -> Done {
        match request {
            i::CDROMREADTOCHDR => {
                let (first, last) = self.toc_header()?;
                bytes([first, last])
            }
            i::CDROMREADTOCENTRY => self.read_toc_entry(from),
            i::CDROMMULTISESSION => {
                let form = form(from.get(5))?;
                let start = self.last_session();
                let mut session = [0; 8];
                put(&mut session, 0, &address(Lba(start), form)?);
                put(&mut session, 4, &[u8::from(start > 0), form]);
                bytes(session)
            }
            _ => {
                let answer = self.ask(&ReadSubchannel {
                    msf: true,
                    subq: true,
                    format: SubchannelFormat::CatalogNumber,
                    track: 0,
                    allocation_bytes: 24,
                })?;
                let digits = match answer.data {
                    Some(SubchannelData::CatalogNumber { digits, .. }) => digits,
                    _ => None,
                };
                bytes([digits.unwrap_or_default().as_slice(), &[0]].concat())
            }
        }
    }

    /// `struct cdrom_tocentry`: track, ADR and control, form, address, data mode.
    fn read_toc_entry(&mut self, from: &[u8]) -> Done {
        let track = from.first().copied().unwrap_or(0);
        let form = form(from.get(2))?;
        let (first, last) = self.toc_header()?;
        if track != 0xAA && !(first..=last).contains(&track) {
            return Err(Errno::INVAL.into());
        }
        let entry = self.toc_entry(track, form == FORM_MSF)?;
        let place = entry.start;
        let mut answer = [0; 12];
        put(&mut answer, 0, &[track, entry.adr & 0xF | entry.control << 4, form]);
        if form == FORM_MSF {
            let [_, time @ ..] = place.0;
            put(&mut answer, 4, &time);
        } else {
            put(&mut answer, 4, &place.lba().0.to_ne_bytes());
        }
        bytes(answer)
    }

    /// The last track that is not blank, which both questions about writing start from.
    fn last_track(&mut self) -> Result<TrackInformation> {
        let disc =
            self.ask(&ReadDiscInformation { allocation_bytes: 34, ..ReadDiscInformation::default() })?;
        let number = u32::from(disc.last_track_in_last_session);
        let track = self.ask(&ReadTrackInformation::track(number))?;
        if !track.blank {
            return Ok(track);
        }
        let before = number.checked_sub(1).filter(|before| *before > 0).ok_or(Error(Errno::INVAL))?;
        self.ask(&ReadTrackInformation::track(before))
    }

    /// The last block that was written, as far as the drive tells (`cdrom_get_last_written`).
    pub(super) fn last_written(&mut self) -> Result<i32> {
        let track = self.last_track()?;
        if let Some(last) = track.last_recorded {
            return Ok(last.0);
        }
        let end = track.start.saturating_add(track.size).0;
        // As in the kernel: free blocks, and the seven of a link.
        let free = if track.free_blocks == 0 { 0 } else { track.free_blocks.saturating_add(LINK) };
        Ok(end.saturating_sub(i32::try_from(free).unwrap_or(i32::MAX)))
    }

    /// CDROM_NEXT_WRITABLE and CDROM_LAST_WRITTEN (`cdrom_get_next_writable`).
    fn writable(&mut self, request: u32) -> Done {
        if request == i::CDROM_NEXT_WRITABLE {
            let next = match self.last_track() {
                Ok(TrackInformation { next_writable: Some(next), .. }) => next.0,
                _ => self.last_written()?.saturating_add(LINK.cast_signed()),
            };
            return bytes(i64::from(next).to_ne_bytes());
        }
        bytes(i64::from(self.last_written()?).to_ne_bytes())
    }

    /// One sector, or its user data (`mmc_ioctl_cdrom_read_data`).
    fn sector(&mut self, request: u32, from: &[u8]) -> Done {
        let start = time(from)?.to_lba();
        if start.0 < 0 {
            return Err(Errno::INVAL.into());
        }
        let user_data = ReadCd { start, sectors: 1, user_data: true, ..ReadCd::default() };
        let (read, length) = match request {
            i::CDROMREADRAW => (ReadCd::raw(start, 1), 2352),
            i::CDROMREADMODE2 => (ReadCd { sync: false, ..mode_2(start) }, 2336),
            _ => (user_data, 2048),
        };
        bytes(self.fetch(&read, length)?)
    }

    /// Audio sectors (`mmc_ioctl_cdrom_read_audio`); `from` holds the address and its form.
    fn audio(&mut self, sectors: u64, from: &[u8]) -> Done {
        /// Sectors of a second; the kernel refuses more.
        const MOST: u64 = 75;
        let start = match form(from.get(4))? {
            FORM_MSF => time(from)?.to_lba(),
            _ => Lba(from.first_chunk().map_or(-1, |it| i32::from_ne_bytes(*it))),
        };
        let sectors = u32::try_from(sectors).map_err(|_| Error(Errno::INVAL))?;
        if start.0 < 0 || sectors == 0 || u64::from(sectors) > MOST {
            return Err(Errno::INVAL.into());
        }
        let mut audio = Vec::new();
        // Each command stays below what any transport carries.
        for first in (0..sectors).step_by(16) {
            let part = (sectors - first).min(16);
            let read = ReadCd::raw(start.saturating_add(first), part);
            audio.extend(self.fetch(&read, usize::try_from(part).unwrap_or(0) * 2352)?);
        }
        bytes(audio)
    }

    fn play(&mut self, request: u32, from: &[u8]) -> Done {
        match request {
            i::CDROMPLAYMSF => {
                let end = time(from.get(3..).unwrap_or(&[]))?;
                self.order(&PlayAudioMsf { start: time(from)?, end })?;
            }
            i::CDROMPLAYTRKIND => {
                let [start_track, start_index, end_track, end_index] =
                    *from.first_chunk().ok_or(Error(Errno::FAULT))?;
                self.order(&PlayAudioTrackIndex { start_track, start_index, end_track, end_index })?;
            }
            i::CDROMPAUSE | i::CDROMRESUME => {
                self.order(&PauseResume { resume: request == i::CDROMRESUME })?
            }
            _ => {
                let start = request == i::CDROMSTART;
                self.order(&StartStopUnit { immed: true, start, ..StartStopUnit::default() })?;
            }
        }
        number(0)
    }

    /// `struct cdrom_subchnl`: form, status, ADR and control, track, index, two addresses.
    fn subchannel(&mut self, from: &[u8]) -> Done {
        let form = form(from.first())?;
        let msf = form == FORM_MSF;
        let format = SubchannelFormat::Position;
        let answer = self.ask(&ReadSubchannel { msf, subq: true, format, track: 0, allocation_bytes: 16 })?;
        let mut block = [0; 16];
        put(&mut block, 0, &[form, answer.audio.into()]);
        if let Some(SubchannelData::Position { adr, control, track, index, absolute, relative }) = answer.data
        {
            put(&mut block, 2, &[adr & 0xF | control << 4, track, index]);
            for (at, place) in [(8, absolute), (12, relative)] {
                let [_, time @ ..] = place.0;
                if msf {
                    put(&mut block, at, &time)
                } else {
                    put(&mut block, at, &place.lba().0.to_ne_bytes())
                }
            }
        }
        bytes(block)
    }

    /// The volume of four channels, in mode page 0Eh (`mmc_ioctl_cdrom_volume`).
    fn volume(&mut self, request: u32, from: &[u8]) -> Done {
        const PAGE: u8 = 0x0E;
        const HEADER: usize = 8;
        const CHANNELS: [usize; 4] = [9, 11, 13, 15];
        const LENGTH: u16 = 8 + 16;
        let mut list = self.fetch(&ModeSense10::current(PAGE, LENGTH), usize::from(LENGTH))?;
        if request == i::CDROMVOLREAD {
            let volumes = CHANNELS.map(|at| list.get(HEADER + at).copied().unwrap_or(0));
            return bytes(volumes);
        }
        for (at, volume) in CHANNELS.into_iter().zip(from) {
            if let Some(byte) = list.get_mut(HEADER + at) {
                *byte = *volume;
            }
        }
        // Reserved in MODE SELECT: the length, and the page's savable bit.
        put(&mut list, 0, &[0, 0]);
        if let Some(code) = list.get_mut(HEADER) {
            *code &= 0x3F;
        }
        let select = ModeSelect10 { parameter_bytes: LENGTH, ..ModeSelect10::default() };
        self.patiently(|drive| drive.send(&select, &list))?;
        number(0)
    }
}

const _: () = assert!(BLOCK == 2048, "what BLKSSZGET says");

/// Everything of a mode 2 sector behind its header, 2336 bytes.
fn mode_2(start: Lba) -> ReadCd {
    use discwright_mmc::command::HeaderSelection;
    ReadCd { headers: HeaderSelection::Subheader, ..ReadCd::raw(start, 1) }
}

fn form(byte: Option<&u8>) -> Result<u8> {
    byte.copied().filter(|form| [FORM_LBA, FORM_MSF].contains(form)).ok_or(Error(Errno::INVAL))
}

/// `union cdrom_addr`.
fn address(place: Lba, form: u8) -> Result<[u8; 4]> {
    if form == FORM_LBA {
        return Ok(place.0.to_ne_bytes());
    }
    let time = place.to_msf().map_err(|_| Error(Errno::INVAL))?;
    Ok([time.minute, time.second, time.frame, 0])
}

fn time(bytes: &[u8]) -> Result<Msf> {
    let [minute, second, frame] = *bytes.first_chunk().ok_or(Error(Errno::FAULT))?;
    Msf::new(minute, second, frame).map_err(|_| Error(Errno::INVAL))
}

fn put(to: &mut [u8], at: usize, from: &[u8]) {
    for (to, from) in to.iter_mut().skip(at).zip(from) {
        *to = *from;
    }
}
