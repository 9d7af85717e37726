//! The file behind a disc.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use discwright_cd::Lba;
use thiserror::Error;

use super::checksum::crc32c;
use super::record::{HEAD_BYTES, Head, Record, RecordPayload};
use crate::medium::{Block, Content, Medium, MediumKind, Payload, Stored};

/// Why a disc file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DiscFileError {
    /// The file system refused.
    #[error("disc file {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process, or this one, has the disc in a drive.
    #[error("disc file {path} is in use: take the disc out of the other drive first")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a disc file")]
    NotADisc {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a later program.
    #[error("disc file {path} has format version {version}; this program knows versions up to {VERSION}")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
    /// A record in the middle is damaged: not a power cut, but something that wrote over it.
    #[error("disc file {path} is damaged at byte {offset}; what follows it is left alone")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the damaged record begins.
        offset: u64,
    },
}

const MAGIC: [u8; 8] = *b"DWDISC\x1A\n";
/// Latest version of the format that this program knows, and the one it makes files in.
const VERSION: u16 = 2;
/// Bytes before the first record.
const FILE_HEAD_BYTES: usize = 64;
const FILE_HEAD: u64 = 64;
/// How far a search for life behind a damaged record goes at a time.
const SEARCH_BYTES: usize = 1 << 20;

/// An open disc file.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// Version in the file's head.
    version: u16,
    kind: MediumKind,
    seed: u64,
    /// Where the next record goes.
    end: u64,
    /// Bytes behind `end` that a power cut left, to be cut before the next record is written.
    torn: bool,
    sequence: u64,
    /// Records since the last flush.
    dirty: bool,
    cache: Option<(u64, Bytes)>,
}

impl Journal {
    /// Makes a new file. The name must be free.
    pub(crate) fn create(path: &Path, kind: MediumKind, seed: u64) -> Result<Self, DiscFileError> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path);
        let file = file.map_err(|source| io_error(path, source))?;
        lock(&file, path)?;
        let mut journal = Self {
            file,
            path: path.to_owned(),
            version: VERSION,
            kind,
            seed,
            end: 0,
            torn: false,
            sequence: 0,
            dirty: true,
            cache: None,
        };
        journal.append(&file_head(VERSION, kind, seed))?;
        journal.flush()?;
        Ok(journal)
    }

    /// Opens a file and plays it, as far as it goes.
    pub(crate) fn open(path: &Path) -> Result<(Self, Medium, u64), DiscFileError> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(|source| io_error(path, source))?;
        lock(&file, path)?;
        let length = file.metadata().map_err(|source| io_error(path, source))?.len();
        let (version, kind, seed) = read_file_head(&file, path)?;
        let mut journal = Self {
            file,
            path: path.to_owned(),
            version,
            kind,
            seed,
            end: FILE_HEAD,
            torn: false,
            sequence: 0,
            dirty: false,
            cache: None,
        };
        let mut medium = Medium::blank(kind);
        for (offset, head) in journal.heads(length)? {
            let Some(record) = journal.read_record(offset, &head)? else {
                return Err(DiscFileError::Damaged { path: journal.path, offset });
            };
            play(&mut medium, record);
        }
        Ok((journal, medium, seed))
    }

    /// Writes a record and gives it back with its sector data in the file.
    pub(crate) fn write(&mut self, record: Record) -> Result<Record, DiscFileError> {
        self.raise_version(record.version())?;
        self.sequence += 1;
        let (head, head_bytes, payload) = record.encode(self.sequence);
        let offset = self.end + HEAD;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
        bytes.extend(head_bytes);
        bytes.extend(&payload);
        self.append(&bytes)?;
        let stored = Stored { offset, bytes: payload.len(), checksum: head.payload_checksum };
        Ok(moved_to_file(record, stored))
    }

    /// Makes everything written safe against the loss of power of the machine itself.
    pub(crate) fn flush(&mut self) -> Result<(), DiscFileError> {
        if !self.dirty {
            return Ok(());
        }
        self.file.sync_data().map_err(|source| io_error(&self.path, source))?;
        if self.sequence > 0 {
            self.sequence += 1;
            let (_, head, _) = Record::Flushed.encode(self.sequence);
            self.append(&head)?;
        }
        self.dirty = false;
        Ok(())
    }

    /// Sector data; `None` when it is not what was written.
    pub(crate) fn read(&mut self, stored: &Stored) -> Result<Option<Bytes>, DiscFileError> {
        if let Some((offset, bytes)) = &self.cache
            && *offset == stored.offset
        {
            return Ok(Some(bytes.clone()));
        }
        let mut bytes = vec![0; stored.bytes];
        if !self.read_at(stored.offset, &mut bytes)? || crc32c(&bytes) != stored.checksum {
            return Ok(None);
        }
        let bytes = Bytes::from(bytes);
        self.cache = Some((stored.offset, bytes.clone()));
        Ok(Some(bytes))
    }

    /// The file's name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Marks a file of an earlier version as one of the version that a record needs, before that is written. The head
    /// is shorter than any sector of a storage device, so that it changes as a whole.
    fn raise_version(&mut self, needed: u16) -> Result<(), DiscFileError> {
        if needed <= self.version {
            return Ok(());
        }
        let head = file_head(needed, self.kind, self.seed);
        let written = write_all_at(&self.file, &head, 0).and_then(|()| self.file.sync_data());
        written.map_err(|source| io_error(&self.path, source))?;
        self.version = needed;
        Ok(())
    }

    /// The heads of all whole records; sets the end of the journal behind the last.
    fn heads(&mut self, length: u64) -> Result<Vec<(u64, Head)>, DiscFileError> {
        let mut heads = Vec::new();
        let mut safe = 0;
        let mut at = FILE_HEAD;
        while let Some(head) = self.head_at(at, length)? {
            heads.push((at, head));
            at += HEAD + u64::from(head.payload_bytes);
            if head.is_flushed() {
                safe = heads.len();
            }
        }
        if let Some(broken) = self.first_unwritten(heads.get(safe..).unwrap_or_default())? {
            at = heads.get(safe + broken).map_or(at, |(offset, _)| *offset);
            heads.truncate(safe + broken);
        } else if at < length && self.lives_behind(at, length, heads.len())? {
            return Err(DiscFileError::Damaged { path: self.path.clone(), offset: at });
        }
        self.end = at;
        self.torn = at < length;
        self.sequence = heads.last().map_or(0, |(_, head)| head.sequence);
        self.dirty = heads.last().is_some_and(|(_, head)| !head.is_flushed());
        Ok(heads)
    }

    fn head_at(&mut self, at: u64, length: u64) -> Result<Option<Head>, DiscFileError> {
        let mut bytes = [0; HEAD_BYTES];
        if at + HEAD > length || !self.read_at(at, &mut bytes)? {
            return Ok(None);
        }
        let head = Head::decode(&bytes);
        Ok(head.filter(|head| at + HEAD + u64::from(head.payload_bytes) <= length))
    }

    /// The first of these records whose payload never reached the file, though its head did.
    fn first_unwritten(&mut self, heads: &[(u64, Head)]) -> Result<Option<usize>, DiscFileError> {
        for (index, (offset, head)) in heads.iter().enumerate() {
            if self.payload(*offset, head)?.is_none() {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Whether a record that was made safe, or whose maker went on, follows behind bytes that are none.
    fn lives_behind(&mut self, from: u64, length: u64, records: usize) -> Result<bool, DiscFileError> {
        let mut at = from + 1;
        while at + HEAD <= length {
            let room = usize::try_from(length - at).unwrap_or(usize::MAX).min(SEARCH_BYTES);
            let mut bytes = vec![0; room];
            if !self.read_at(at, &mut bytes)? {
                return Ok(false);
            }
            let windows = bytes.windows(HEAD_BYTES).filter_map(|window| window.first_chunk::<HEAD_BYTES>());
            let known = u64::try_from(records).unwrap_or(u64::MAX);
            if windows.filter_map(Head::decode).any(|head| head.sequence > known) {
                return Ok(true);
            }
            at += u64::try_from(room.saturating_sub(HEAD_BYTES - 1).max(1)).unwrap_or(1);
        }
        Ok(false)
    }

    fn payload(&mut self, offset: u64, head: &Head) -> Result<Option<Vec<u8>>, DiscFileError> {
        let mut payload = vec![0; usize::try_from(head.payload_bytes).unwrap_or(0)];
        let whole = self.read_at(offset + HEAD, &mut payload)?;
        Ok((whole && crc32c(&payload) == head.payload_checksum).then_some(payload))
    }

    fn read_record(&mut self, offset: u64, head: &Head) -> Result<Option<Record>, DiscFileError> {
        if head.has_sector_data() {
            let bytes = usize::try_from(head.payload_bytes).unwrap_or(0);
            let stored = Stored { offset: offset + HEAD, bytes, checksum: head.payload_checksum };
            return Ok(Record::decode(head, RecordPayload::InFile(stored)));
        }
        let payload = self.payload(offset, head)?;
        Ok(payload.and_then(|payload| Record::decode(head, RecordPayload::Here(&payload))))
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), DiscFileError> {
        if self.torn {
            self.file.set_len(self.end).map_err(|source| io_error(&self.path, source))?;
            self.torn = false;
        }
        if let Err(source) = write_all_at(&self.file, bytes, self.end) {
            self.torn = true;
            return Err(io_error(&self.path, source));
        }
        self.end += u64::try_from(bytes.len()).unwrap_or(0);
        self.dirty = true;
        Ok(())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<bool, DiscFileError> {
        read_whole(&self.file, &self.path, offset, buffer)
    }
}

/// Version, kind of medium and seed.
fn read_file_head(file: &File, path: &Path) -> Result<(u16, MediumKind, u64), DiscFileError> {
    let mut bytes = [0; FILE_HEAD_BYTES];
    let whole = read_whole(file, path, 0, &mut bytes)?;
    let (body, checksum) = bytes.split_at(FILE_HEAD_BYTES - 4);
    let not_a_disc = || DiscFileError::NotADisc { path: path.to_owned() };
    let Some(([magic @ .., v0, v1, k0, k1, _, _, _, _], rest)) = body.split_first_chunk::<16>() else {
        return Err(not_a_disc());
    };
    if !whole || *magic != MAGIC {
        return Err(not_a_disc());
    }
    let version = u16::from_le_bytes([*v0, *v1]);
    if version == 0 || version > VERSION {
        return Err(DiscFileError::Version { path: path.to_owned(), version });
    }
    let kind = MediumKind::from_code(u16::from_le_bytes([*k0, *k1]));
    let (Some(kind), Some(seed)) = (kind, rest.first_chunk::<8>()) else { return Err(not_a_disc()) };
    if checksum != crc32c(body).to_le_bytes() {
        return Err(DiscFileError::Damaged { path: path.to_owned(), offset: 0 });
    }
    Ok((version, kind, u64::from_le_bytes(*seed)))
}

/// Fills the buffer from the file; false when the file ends inside.
fn read_whole(file: &File, path: &Path, offset: u64, buffer: &mut [u8]) -> Result<bool, DiscFileError> {
    match read_exact_at(file, buffer, offset) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(source) => Err(io_error(path, source)),
    }
}

const HEAD: u64 = 48;
const _: () = assert!(HEAD_BYTES == 48, "the two spellings of one length");

/// Does to a medium what a record says was done.
pub(crate) fn play(medium: &mut Medium, record: Record) {
    match record {
        Record::Burn { start, sectors, content } => medium.put(start, sectors, content),
        // A medium that cannot be erased has no such record; if it had, nothing would happen to it.
        Record::Erase { start, sectors } => drop(medium.erase(start, sectors)),
        Record::Note(note) => medium.note(note),
        Record::Flushed => {}
    }
}

fn moved_to_file(record: Record, stored: Stored) -> Record {
    match record {
        Record::Burn {
            start,
            sectors,
            content: Content::Track(q, Block::Stored { form, subchannel, .. }),
        } => {
            let payload = Payload::stored(stored);
            let content = Content::Track(q, Block::Stored { form, subchannel, payload });
            Record::Burn { start, sectors, content }
        }
        other => other,
    }
}

fn file_head(version: u16, kind: MediumKind, seed: u64) -> [u8; FILE_HEAD_BYTES] {
    let mut out = [0; FILE_HEAD_BYTES];
    let lba = |lba: Lba| lba.0.to_le_bytes();
    let fields: [&[u8]; 7] = [
        &MAGIC,
        &version.to_le_bytes(),
        &kind.code().to_le_bytes(),
        &[0; 4],
        &seed.to_le_bytes(),
        &lba(kind.lead_in_start()),
        &lba(kind.last_lead_out()),
    ];
    let (body, checksum) = out.split_at_mut(FILE_HEAD_BYTES - 4);
    for (to, from) in body.iter_mut().zip(fields.into_iter().flatten()) {
        *to = *from;
    }
    checksum.copy_from_slice(&crc32c(body).to_le_bytes());
    out
}

fn lock(file: &File, path: &Path) -> Result<(), DiscFileError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(DiscFileError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io_error(path, source)),
    }
}

fn io_error(path: &Path, source: io::Error) -> DiscFileError {
    DiscFileError::Io { path: path.to_owned(), source }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn read_exact_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}

#[cfg(not(unix))]
fn write_all_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}
