//! What drive this is, what disc is in it, and whether the drive's answers agree with each other.

mod derive;
mod identity;

use core::fmt;

use discwright_cd::Lba;
use discwright_mmc::command::{
    GetConfiguration, Inquiry, ModeSense10, ReadAtip, ReadDiscInformation, ReadFullToc, ReadToc,
    ReadTrackInformation, TestUnitReady,
};
use discwright_mmc::feature::{CdMastering, CdTrackAtOnce, Configuration, Feature, Profile};
use discwright_mmc::mode::Capabilities as CapabilitiesPage;
use discwright_mmc::response::{
    DiscState as WireDiscState, SessionState, StandardDiscInformation, TrackInformation,
};
use discwright_mmc::toc::Atip;
use discwright_mmc::{Sense, SenseKey};
use discwright_plan::{DiscState, DiscStatus, Options};
use discwright_transport::{CommandError, Transport};
use thiserror::Error;

use crate::decision::Context;
use crate::observe::Warning;
use crate::patient::{ask, ask_optional};
use derive::Answers;

pub use identity::DiscIdentity;

/// Bytes asked for of the full TOC: 99 tracks, and six pointers for each of 70 sessions.
const FULL_TOC_BYTES: u16 = 4 + 11 * (99 + 6 * 70);
/// Bytes asked for of the feature list.
const CONFIGURATION_BYTES: u16 = 2048;
/// Bytes asked for of mode page 2Ah.
const CAPABILITIES_BYTES: u16 = 272;

/// A drive and what is in it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Who the drive is.
    pub drive: DriveName,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How fast it is with the disc that is in it.
    pub speeds: Speeds,
    /// Its buffer in bytes, where it says so.
    pub buffer_bytes: Option<u32>,
    /// The disc; `None` when there is none.
    pub disc: Option<Disc>,
}

/// Who a drive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveName {
    /// Vendor, without padding.
    pub vendor: String,
    /// Product, without padding.
    pub product: String,
    /// Firmware revision, without padding.
    pub revision: String,
}

impl fmt::Display for DriveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.vendor, self.product, self.revision)
    }
}

/// What a drive can do, from its features, or from mode page 2Ah where it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Writes CD-R.
    pub write_cd_r: bool,
    /// Writes CD-RW.
    pub write_cd_rw: bool,
    /// Writes track at once.
    pub track_at_once: bool,
    /// Writes session at once.
    pub session_at_once: bool,
    /// Can write with the laser at reading power.
    pub test_write: bool,
    /// Bridges an empty buffer (BUFE).
    pub underrun_protection: bool,
}

/// Speeds in kB/s at 2352 bytes to the sector; 176 is single speed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speeds {
    /// Highest for reading.
    pub max_read_kb_s: Option<u16>,
    /// Highest for writing.
    pub max_write_kb_s: Option<u16>,
    /// For writing, in force.
    pub write_kb_s: Option<u16>,
    /// All for writing that the drive names, fastest first.
    pub supported_write_kb_s: Vec<u16>,
}

/// A disc.
#[derive(Clone, Debug)]
pub struct Disc {
    /// Its state, for the planner.
    pub state: DiscState,
    /// What tells it from others.
    pub identity: DiscIdentity,
    /// What the groove says; `None` on pressed discs.
    pub atip: Option<Atip>,
    /// Number in the program memory area, where there is one and the drive read it.
    pub disc_id: Option<u32>,
    /// What the drive takes it for.
    pub profile: Option<u16>,
    /// Where the drive contradicts itself. Never on a disc from [`survey`] that can be written to.
    pub disagreements: Vec<Disagreement>,
}

/// Two answers of a drive that cannot both be true.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Disagreement {
    /// The number of sessions.
    #[error(
        "READ DISC INFORMATION counts {information} session(s), and the table of contents has {toc} closed ones"
    )]
    Sessions {
        /// Counting an open or empty last one.
        information: u16,
        /// Closed ones.
        toc: usize,
    },
    /// Where writing goes on.
    #[error(
        "READ TRACK INFORMATION names {found} as the next writable address, and by the table of contents it is {expected}"
    )]
    NextWritable {
        /// By the table of contents.
        expected: Lba,
        /// By READ TRACK INFORMATION.
        found: Lba,
    },
    /// A disc that can be written to, and no address.
    #[error(
        "READ DISC INFORMATION calls the disc {status}, and READ TRACK INFORMATION names no next writable address"
    )]
    NoNextWritable {
        /// By READ DISC INFORMATION.
        status: DiscStatus,
    },
    /// How much is free.
    #[error(
        "READ TRACK INFORMATION counts {reported} free blocks, and by the last lead-out there are {computed}"
    )]
    FreeBlocks {
        /// By READ TRACK INFORMATION.
        reported: u32,
        /// By the last possible lead-out.
        computed: u32,
    },
    /// Where a track starts.
    #[error(
        "track {track} starts at {toc} by the table of contents and at {information} by READ TRACK INFORMATION"
    )]
    TrackStart {
        /// Which.
        track: u8,
        /// By the table of contents.
        toc: Lba,
        /// By READ TRACK INFORMATION.
        information: Lba,
    },
    /// The table of contents makes no sense.
    #[error("the table of contents is broken in session {session}: {problem}")]
    Toc {
        /// Which.
        session: u16,
        /// What.
        problem: &'static str,
    },
    /// CD-R or CD-RW.
    #[error("READ DISC INFORMATION says that the disc is {}, and the ATIP that it is {}", erasable(*.information), erasable(*.atip))]
    Erasable {
        /// By READ DISC INFORMATION.
        information: bool,
        /// By the ATIP.
        atip: bool,
    },
    /// Blank, and yet with tracks.
    #[error(
        "READ DISC INFORMATION calls the disc blank, and the table of contents has {sessions} session(s)"
    )]
    BlankWithSessions {
        /// By the table of contents.
        sessions: usize,
    },
}

const fn erasable(it: bool) -> &'static str {
    if it { "rewritable" } else { "not rewritable" }
}

/// Why drive and disc could not be examined.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// A question without answer.
    #[error("{doing} failed: {source}")]
    Command {
        /// What was asked.
        doing: &'static str,
        /// Why there is no answer.
        source: CommandError,
    },
    /// The drive contradicts itself about a disc that can be written to.
    #[error(
        "the drive contradicts itself, so nothing is written: {0}; reload the disc, or use another drive"
    )]
    Disagreement(Disagreement),
    /// A DVD, a Blu-ray disc, or worse.
    #[error("the medium is no compact disc (profile {profile:#06x}); put in a CD-R or CD-RW")]
    NotACd {
        /// Profile number.
        profile: u16,
    },
}

impl SurveyError {
    /// The drive's words, where it had any.
    #[must_use]
    pub const fn sense(&self) -> Option<&Sense> {
        if let Self::Command { source, .. } = self { source.sense() } else { None }
    }
}

/// Examines a drive and the disc in it.
///
/// # Errors
/// [`SurveyError`]; an empty drive is none. A drive that contradicts itself about a disc that can be written to is.
#[tracing::instrument(level = "debug", skip_all)]
pub fn survey(transport: &mut dyn Transport) -> Result<Survey, SurveyError> {
    let survey = survey_for_reading(transport)?;
    if let Some(disc) = &survey.disc
        && disc.state.status != DiscStatus::Complete
        && let Some(first) = disc.disagreements.first()
    {
        return Err(SurveyError::Disagreement(first.clone()));
    }
    Ok(survey)
}

/// As [`survey`], but a drive that contradicts itself is no error: good enough to read from.
///
/// # Errors
/// [`SurveyError`]; an empty drive is none.
pub fn survey_for_reading(transport: &mut dyn Transport) -> Result<Survey, SurveyError> {
    let failed = |doing| move |source| SurveyError::Command { doing, source };
    let inquiry = ask(transport, Context::Survey, &Inquiry::standard(36))
        .map_err(failed("asking for the drive's name"))?;
    let drive = DriveName {
        vendor: inquiry.vendor_text(),
        product: inquiry.product_text(),
        revision: inquiry.revision_text(),
    };
    let loaded = is_loaded(transport)?;
    let ask_for = GetConfiguration { allocation_bytes: CONFIGURATION_BYTES, ..GetConfiguration::default() };
    let configuration =
        ask_optional(transport, &ask_for).map_err(failed("asking for the drive's features"))?;
    let mode = ask_optional(transport, &ModeSense10::current(0x2A, CAPABILITIES_BYTES))
        .map_err(failed("asking for the drive's capabilities"))?;
    let page = mode.as_ref().and_then(|mode| mode.capabilities());
    let disc = if loaded { Some(survey_disc(transport, configuration.as_ref())?) } else { None };
    Ok(Survey {
        drive,
        capabilities: capabilities(configuration.as_ref(), page),
        speeds: page.map(speeds).unwrap_or_default(),
        buffer_bytes: page.map(|page| u32::from(page.buffer_kib) * 1024).filter(|bytes| *bytes > 0),
        disc,
    })
}

/// Waits until the drive has made up its mind; whether there is a disc.
fn is_loaded(transport: &mut dyn Transport) -> Result<bool, SurveyError> {
    match ask(transport, Context::Survey, &TestUnitReady {}) {
        Ok(()) => Ok(true),
        Err(CommandError::Drive { sense, .. })
            if sense.key == SenseKey::NotReady && sense.code.asc == 0x3A =>
        {
            Ok(false)
        }
        Err(source) => Err(SurveyError::Command { doing: "waiting for the disc", source }),
    }
}

fn capabilities(configuration: Option<&Configuration>, page: Option<&CapabilitiesPage>) -> Capabilities {
    let page = page.map(|page| Capabilities {
        write_cd_r: page.write_cd_r,
        write_cd_rw: page.write_cd_rw,
        track_at_once: page.write_cd_r || page.write_cd_rw,
        // The page has no word for it; every recorder that lacks features and yet can is tried.
        session_at_once: page.write_cd_r || page.write_cd_rw,
        test_write: page.test_write,
        underrun_protection: page.buffer_underrun_free,
    });
    let feature = |code| configuration.and_then(|it| it.feature(code)).map(|it| &it.feature);
    let Some(Feature::CdTrackAtOnce(at_once)) = feature(CdTrackAtOnce::CODE) else {
        return page.unwrap_or_default();
    };
    let mastering = match feature(CdMastering::CODE) {
        Some(Feature::CdMastering(mastering)) => *mastering,
        _ => CdMastering::default(),
    };
    Capabilities {
        write_cd_r: true,
        write_cd_rw: at_once.cd_rw,
        track_at_once: true,
        session_at_once: mastering.session_at_once,
        test_write: at_once.test_write,
        underrun_protection: at_once.buffer_underrun_free,
    }
}

fn speeds(page: &CapabilitiesPage) -> Speeds {
    let known = |speed: u16| (speed > 0).then_some(speed);
    Speeds {
        max_read_kb_s: known(page.max_read_kb_s),
        max_write_kb_s: page
            .write_speeds()
            .map(|speed| speed.kb_s)
            .max()
            .or_else(|| known(page.max_write_kb_s)),
        write_kb_s: known(page.current_write_kb_s).or_else(|| known(page.old_current_write_kb_s)),
        supported_write_kb_s: page.write_speeds().map(|speed| speed.kb_s).collect(),
    }
}

fn survey_disc(
    transport: &mut dyn Transport,
    configuration: Option<&Configuration>,
) -> Result<Disc, SurveyError> {
    let profile = configuration.map(|it| it.current_profile);
    if let Some(profile) = profile
        && u16::from(profile) > u16::from(Profile::CdRw)
        && u16::from(profile) != 0xFFFF
    {
        return Err(SurveyError::NotACd { profile: profile.into() });
    }
    let answers = Answers { profile, ..ask_about_disc(transport)? };
    let (state, disagreements) = derive::derive(&answers);
    for disagreement in &disagreements {
        tracing::warn!(%disagreement, "the drive contradicts itself");
    }
    Ok(Disc {
        identity: DiscIdentity::of(&answers, &state),
        state,
        atip: answers.atip,
        disc_id: answers.information.disc_id,
        profile: profile.map(u16::from),
        disagreements,
    })
}

fn ask_about_disc(transport: &mut dyn Transport) -> Result<Answers, SurveyError> {
    let failed = |doing| move |source| SurveyError::Command { doing, source };
    let information = ask(transport, Context::Survey, &ReadDiscInformation::standard(34))
        .map_err(failed("asking for the state of the disc"))?;
    let table = failed("reading the table of contents");
    let ask_full = ReadFullToc { msf: true, number: 1, allocation_bytes: FULL_TOC_BYTES };
    let full_toc = ask_optional(transport, &ask_full).map_err(table)?;
    let toc = if full_toc.is_none() && information.disc != WireDiscState::Empty {
        let ask_toc = ReadToc { msf: false, number: 0, allocation_bytes: 4 + 8 * 100 };
        ask_optional(transport, &ask_toc).map_err(failed("reading the table of contents"))?
    } else {
        None
    };
    let ask_atip = ReadAtip { msf: true, number: 0, allocation_bytes: 32 };
    let atip = ask_optional(transport, &ask_atip).map_err(failed("reading the ATIP"))?;
    let invisible = if information.disc == WireDiscState::Complete {
        None
    } else {
        ask_optional(transport, &ReadTrackInformation::invisible())
            .map_err(failed("asking where writing goes on"))?
    };
    let tracks = ask_about_tracks(transport, &information)?;
    Ok(Answers { information, full_toc, toc, atip, invisible, tracks, profile: None })
}

/// Track information of every track there is, those of an open session included.
fn ask_about_tracks(
    transport: &mut dyn Transport,
    information: &StandardDiscInformation,
) -> Result<Vec<TrackInformation>, SurveyError> {
    if information.disc == WireDiscState::Empty {
        return Ok(Vec::new());
    }
    let mut last = information.last_track_in_last_session;
    if information.last_session == SessionState::Empty {
        // The last session is empty: its first track is the invisible one.
        last = information.first_track_in_last_session.saturating_sub(1);
    }
    let mut tracks = Vec::new();
    for number in u32::from(information.first_track.max(1))..=u32::from(last.min(99)) {
        let answer = ask_optional(transport, &ReadTrackInformation::track(number))
            .map_err(|source| SurveyError::Command { doing: "asking for a track", source })?;
        tracks.extend(answer);
    }
    Ok(tracks)
}

impl Survey {
    /// Wishes that this drive can fulfil: buffer underrun protection is dropped, with a warning, where there is none.
    #[must_use]
    pub fn adapt(&self, options: Options) -> (Options, Vec<Warning>) {
        if options.underrun_protection && !self.capabilities.underrun_protection {
            let adapted = Options { underrun_protection: false, ..options };
            return (adapted, vec![Warning::NoUnderrunProtection]);
        }
        (options, Vec::new())
    }
}
