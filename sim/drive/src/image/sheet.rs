//! A disc as a sheet describes it, whichever dialect the sheet is in.

use std::io;

use thiserror::Error;

use crate::medium::{Form, Subchannel};

/// What is wrong with a line of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SheetProblem {
    /// The first word is no command.
    #[error("{0:?} is no command here")]
    UnknownCommand(String),
    /// Words are missing, or there are too many.
    #[error("the command has not the words it needs")]
    Incomplete,
    /// The file is of a type that is not read.
    #[error("files of type {0:?} are not read; BINARY, MOTOROLA and WAVE are")]
    FileType(String),
    /// The track's mode is not known.
    #[error("{0:?} is no track mode that can be read")]
    Mode(String),
    /// A number or time that is none, or not in its range.
    #[error("{0:?} is no number or time in its range")]
    Number(String),
    /// Tracks are numbered 1 to 99 without gaps.
    #[error("track {0} does not follow the one before")]
    TrackNumber(u8),
    /// Sessions are numbered without gaps, and each has a track.
    #[error("session {0} does not follow the one before, or that has no track")]
    SessionNumber(u32),
    /// The command needs another before it, or may stand only once.
    #[error("the command does not belong here")]
    OutOfPlace,
    /// Indices do not rise, lie outside their track, or there is no INDEX 01.
    #[error("the indices of the track do not rise, leave the track, or INDEX 01 is missing")]
    Index,
    /// The track has no sector.
    #[error("the track has no sector")]
    NoData,
    /// The catalogue number is not 13 digits, or the recording code not the 12 characters of an ISRC.
    #[error("{0:?} is no catalogue number of 13 digits, or no ISRC")]
    Code(String),
    /// The file that the line names cannot be opened or read.
    #[error("the file cannot be read: {0}")]
    Open(String),
    /// The line takes more from its file than there is.
    #[error("the file {name:?} ends after {bytes} bytes, before what the line takes from it")]
    FileEnds {
        /// Name of the file.
        name: String,
        /// Its length.
        bytes: u64,
    },
    /// The file is no RIFF WAVE file of 16 bits, two channels and 44.1 kHz.
    #[error("{0:?} is no WAVE file of CD sound: PCM, 16 bits, two channels, 44100 Hz")]
    Wave(String),
    /// The files are no whole number of sectors.
    #[error("the files end inside a sector: {0} bytes are left")]
    PartOfSector(u64),
    /// The texts make no CD-TEXT.
    #[error("CD-TEXT: {0}")]
    Text(String),
    /// A word in quotation marks does not end, or has an escape that is none.
    #[error("the text in quotation marks does not end on its line, or has a wrong escape")]
    Quotes,
    /// A brace is missing.
    #[error("a brace is missing")]
    Braces,
    /// More files, sessions or lines than any disc needs.
    #[error("more {0} than a disc can need")]
    TooMany(&'static str),
    /// What the sheet says cannot be put on an emulated disc.
    #[error("{0}")]
    Unsupported(&'static str),
}

/// A problem and its line, counted from 1.
pub(super) type LineProblem = (usize, SheetProblem);

/// A disc.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) files: Vec<SheetFile>,
    pub(super) sessions: Vec<SheetSession>,
    pub(super) catalogue: Option<[u8; 13]>,
}

/// A file that tracks are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SheetFile {
    /// First line that names it.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) kind: FileKind,
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Bytes as they go on the disc.
    Plain,
    /// Sound with the high byte of each sample first.
    BigEndian,
    /// RIFF WAVE.
    Wave,
}

/// A session.
#[derive(Clone, Debug, Default)]
pub(super) struct SheetSession {
    /// Disc type in its TOC: 00h CD-DA or CD-ROM, 10h CD-I, 20h XA.
    pub(super) format: u8,
    /// CD-TEXT packs.
    pub(super) packs: Vec<[u8; 18]>,
    pub(super) tracks: Vec<SheetTrack>,
}

/// A track: its sectors as a stream of bytes, pregap first, and where its indices are.
///
/// The 150 sectors before a session's first track are no part of the stream.
#[derive(Clone, Debug)]
pub(super) struct SheetTrack {
    pub(super) line: usize,
    pub(super) number: u8,
    /// Control nibble.
    pub(super) control: u8,
    pub(super) layout: Layout,
    pub(super) isrc: Option<[u8; 12]>,
    pub(super) parts: Vec<Part>,
    pub(super) start: Start,
    /// Indices from 2 on, and the sectors from index 1 to them.
    pub(super) indices: Vec<(usize, u8, u32)>,
    /// Whether a stream that ends inside a sector is filled with zeros.
    pub(super) pads: bool,
}

/// A piece of a track's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) source: Source,
    /// Bytes of it; to the end of its file when not given.
    pub(super) bytes: Option<u64>,
}

/// Where a piece comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Zeros,
    File {
        /// Which of the sheet's files.
        file: usize,
        /// Bytes of it that are passed over.
        offset: u64,
    },
    /// Main channel and subchannels in two files, sector by sector.
    Pair {
        main: usize,
        sub: usize,
        sector: u64,
    },
}

/// Where index 1 is in a track's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// So many sectors behind its beginning.
    Sectors(u32),
    /// Behind so many pieces.
    Parts(usize),
}

/// How a sector lies in a file, and what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) form: Form,
    pub(super) subchannel: Subchannel,
    /// Bytes of the main channel in the file.
    pub(super) main_bytes: usize,
    /// Subheader put before user data that come without.
    pub(super) subheader: Option<[u8; 4]>,
    /// Form of sectors that the sheet gives as zeros.
    pub(super) zeros: Form,
    /// The subchannels lie apart, channel behind channel.
    pub(super) apart: bool,
}

impl Layout {
    pub(super) const fn plain(form: Form) -> Self {
        let zeros = match form {
            Form::Raw => Form::Mode1,
            form => form,
        };
        Self {
            form,
            subchannel: Subchannel::None,
            main_bytes: form.bytes(),
            subheader: None,
            zeros,
            apart: false,
        }
    }

    /// User data of mode 2 form 1, 2048 bytes (ECMA-130 annex; the subheader of data in Green Book, 4.5.2).
    pub(super) const fn form_1() -> Self {
        Self { main_bytes: 2048, subheader: Some([0, 0, 0x08, 0]), ..Self::plain(Form::Xa) }
    }

    /// User data of mode 2 form 2, 2324 bytes.
    pub(super) const fn form_2() -> Self {
        Self { main_bytes: 2324, subheader: Some([0, 0, 0x20, 0]), ..Self::plain(Form::Xa) }
    }

    /// Raw sectors of mode 2.
    pub(super) const fn raw_mode_2() -> Self {
        Self { zeros: Form::Xa, ..Self::plain(Form::Raw) }
    }

    pub(super) const fn with(mut self, subchannel: Subchannel) -> Self {
        self.subchannel = subchannel;
        self
    }

    /// Bytes of a sector in the stream.
    pub(super) const fn bytes(&self) -> usize {
        self.main_bytes + self.subchannel.bytes()
    }
}

/// Most files that a sheet may name: more than one per track and index would be for nothing.
const MOST_FILES: usize = 500;

impl Sheet {
    /// The file of this name and kind, added when it is new.
    pub(super) fn file(&mut self, line: usize, name: &str, kind: FileKind) -> Result<usize, SheetProblem> {
        if let Some(known) = self.files.iter().position(|file| file.name == name && file.kind == kind) {
            return Ok(known);
        }
        if self.files.len() >= MOST_FILES {
            return Err(SheetProblem::TooMany("files"));
        }
        self.files.push(SheetFile { line, name: name.to_owned(), kind });
        Ok(self.files.len() - 1)
    }

    /// The track that commands are about.
    pub(super) fn last_track(&mut self) -> Option<&mut SheetTrack> {
        self.sessions.last_mut()?.tracks.last_mut()
    }

    /// All tracks in order.
    pub(super) fn tracks(&self) -> impl DoubleEndedIterator<Item = &SheetTrack> {
        self.sessions.iter().flat_map(|session| &session.tracks)
    }
}

/// What a sheet opens its files with.
pub trait SheetFiles {
    /// A file that is read and sought in.
    type File: io::Read + io::Seek;

    /// Opens a file by the name that the sheet gives it.
    ///
    /// # Errors
    /// Whatever kept it from being opened.
    fn open(&mut self, name: &str) -> io::Result<Self::File>;
}

impl<R: io::Read + io::Seek, F: FnMut(&str) -> io::Result<R>> SheetFiles for F {
    type File = R;

    fn open(&mut self, name: &str) -> io::Result<R> {
        self(name)
    }
}
