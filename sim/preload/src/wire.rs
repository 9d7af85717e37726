//! What the preloaded library and the program that serves the drive say to each other.
//!
//! Each open file of the device is one connection, a sequenced-packet socket that stands for the device in the foreign
//! program: it is duplicated, inherited and closed as any descriptor is, and its end tells the server that the last copy
//! is gone. Each request brings a stream of its own, one end passed along with a one-byte packet, so that threads and
//! processes that share an open file never take each other's answers. Over that stream go one [`Request`], the bytes it
//! announces, one [`Answer`], and the bytes that announces.
//!
//! All numbers are little-endian. This file is compiled into both ends; it needs nothing but `core`.

/// What a connection's packets consist of, besides the stream they carry.
pub const KNOCK: u8 = b'?';

/// Bytes of an encoded [`Request`].
pub const REQUEST_BYTES: usize = 56;

/// Bytes of an encoded [`Answer`].
pub const ANSWER_BYTES: usize = 64;

/// Most bytes of sense data in an answer.
pub const MAX_SENSE: usize = 32;

/// Most bytes that a request or an answer may carry behind itself.
pub const MAX_BYTES: u32 = 16 << 20;

/// The environment variable that names the socket.
pub const SOCKET_VARIABLE: &str = "DISCWRIGHT_PRELOAD_SOCKET";

/// The environment variable that names the device file, `/dev/sr0` or another.
pub const DEVICE_VARIABLE: &str = "DISCWRIGHT_PRELOAD_DEVICE";

/// The environment variable that names the number by which the program's own waits are divided.
pub const SHORTEN_VARIABLE: &str = "DISCWRIGHT_PRELOAD_SHORTEN";

/// First byte of every request and answer: the version of this protocol.
const VERSION: u8 = 1;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Op {
    /// The file is opened; `number` are the flags of open(2). First on every connection, and only there.
    Open = 1,
    /// A command for the drive.
    Execute = 2,
    /// An ioctl; `number` is its request, `argument` its argument by value, the bytes what that points to.
    Ioctl = 3,
    /// Bytes of the disc from the file's position, which moves.
    Read = 4,
    /// Bytes of the disc from position `number`.
    ReadAt = 5,
    /// Moves the file's position by `number`; `argument` is the origin as in lseek(2).
    Seek = 6,
    /// The flags of open(2) that the file has now.
    Flags = 7,
    /// Changes those flags to `number`.
    SetFlags = 8,
}

impl Op {
    const ALL: [Self; 8] = [
        Self::Open,
        Self::Execute,
        Self::Ioctl,
        Self::Read,
        Self::ReadAt,
        Self::Seek,
        Self::Flags,
        Self::SetFlags,
    ];
}

/// A message that this protocol does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub op: Op,
    /// The CDB of [`Op::Execute`], its first `cdb_length` bytes.
    pub cdb: [u8; 16],
    /// Bytes of the CDB, up to 16.
    pub cdb_length: u8,
    /// How long the drive may take.
    pub timeout_ms: u32,
    /// By `op`.
    pub number: i64,
    /// By `op`.
    pub argument: u64,
    /// Bytes that follow the request.
    pub sending: u32,
    /// Most bytes that may follow the answer.
    pub accepting: u32,
}

impl Request {
    /// A request that carries nothing yet.
    #[must_use]
    pub const fn new(op: Op) -> Self {
        Self {
            op,
            cdb: [0; 16],
            cdb_length: 0,
            timeout_ms: 0,
            number: 0,
            argument: 0,
            sending: 0,
            accepting: 0,
        }
    }

    /// The bytes that go over the stream.
    #[must_use]
    pub fn encode(&self) -> [u8; REQUEST_BYTES] {
        let mut bytes = [0; REQUEST_BYTES];
        let mut at = Writer { bytes: &mut bytes, at: 0 };
        at.put(&[VERSION, self.op as u8, self.cdb_length, 0]);
        at.put(&self.cdb);
        at.put(&self.timeout_ms.to_le_bytes());
        at.put(&self.number.to_le_bytes());
        at.put(&self.argument.to_le_bytes());
        at.put(&self.sending.to_le_bytes());
        at.put(&self.accepting.to_le_bytes());
        bytes
    }

    /// A request from the stream.
    ///
    /// # Errors
    /// [`Malformed`] when version, operation or lengths are none of this protocol's.
    pub fn decode(bytes: &[u8; REQUEST_BYTES]) -> Result<Self, Malformed> {
        let mut at = Reader { bytes, at: 0 };
        let [version, op, cdb_length, _] = at.take::<4>();
        let op = Op::ALL.into_iter().find(|known| *known as u8 == op).ok_or(Malformed)?;
        let request = Self {
            op,
            cdb: at.take(),
            cdb_length,
            timeout_ms: u32::from_le_bytes(at.take()),
            number: i64::from_le_bytes(at.take()),
            argument: u64::from_le_bytes(at.take()),
            sending: u32::from_le_bytes(at.take()),
            accepting: u32::from_le_bytes(at.take()),
        };
        let sane = version == VERSION
            && cdb_length <= 16
            && request.sending <= MAX_BYTES
            && request.accepting <= MAX_BYTES;
        if sane { Ok(request) } else { Err(Malformed) }
    }
}

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The error as errno counts them; 0 when there is none.
    pub errno: i32,
    /// What the call returns when there is no error.
    pub value: i64,
    /// SCSI status of [`Op::Execute`].
    pub status: u8,
    /// Status of the host adapter as SG_IO has it; 3 is a timeout.
    pub host_status: u8,
    /// Sense data, its first `sense_length` bytes.
    pub sense: [u8; MAX_SENSE],
    /// Bytes of sense data.
    pub sense_length: u8,
    /// Bytes that moved between host and drive.
    pub transferred: u32,
    /// How long it took by the drive's clock.
    pub duration_ms: u32,
    /// Bytes that follow the answer.
    pub sending: u32,
}

impl Answer {
    /// The call returns `value`.
    #[must_use]
    pub const fn value(value: i64) -> Self {
        Self {
            errno: 0,
            value,
            status: 0,
            host_status: 0,
            sense: [0; MAX_SENSE],
            sense_length: 0,
            transferred: 0,
            duration_ms: 0,
            sending: 0,
        }
    }

    /// The call fails.
    #[must_use]
    pub const fn error(errno: i32) -> Self {
        Self { errno, ..Self::value(-1) }
    }

    /// The bytes that go over the stream.
    #[must_use]
    pub fn encode(&self) -> [u8; ANSWER_BYTES] {
        let mut bytes = [0; ANSWER_BYTES];
        let mut at = Writer { bytes: &mut bytes, at: 0 };
        at.put(&[VERSION, self.status, self.host_status, self.sense_length]);
        at.put(&self.errno.to_le_bytes());
        at.put(&self.value.to_le_bytes());
        at.put(&self.sense);
        at.put(&self.transferred.to_le_bytes());
        at.put(&self.duration_ms.to_le_bytes());
        at.put(&self.sending.to_le_bytes());
        bytes
    }

    /// An answer from the stream.
    ///
    /// # Errors
    /// [`Malformed`] when version or lengths are none of this protocol's.
    pub fn decode(bytes: &[u8; ANSWER_BYTES]) -> Result<Self, Malformed> {
        let mut at = Reader { bytes, at: 0 };
        let [version, status, host_status, sense_length] = at.take::<4>();
        let answer = Self {
            status,
            host_status,
            sense_length,
            errno: i32::from_le_bytes(at.take()),
            value: i64::from_le_bytes(at.take()),
            sense: at.take(),
            transferred: u32::from_le_bytes(at.take()),
            duration_ms: u32::from_le_bytes(at.take()),
            sending: u32::from_le_bytes(at.take()),
        };
        let sane =
            version == VERSION && usize::from(sense_length) <= MAX_SENSE && answer.sending <= MAX_BYTES;
        if sane { Ok(answer) } else { Err(Malformed) }
    }
}

struct Writer<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, field: &[u8]) {
        for (to, from) in self.bytes.iter_mut().skip(self.at).zip(field) {
            *to = *from;
        }
        self.at += field.len();
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut field = [0; N];
        for (to, from) in field.iter_mut().zip(self.bytes.iter().skip(self.at)) {
            *to = *from;
        }
        self.at += N;
        field
    }
}

/// Bytes that an ioctl reads at its argument and writes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes read.
    pub reads: usize,
    /// Bytes written.
    pub writes: usize,
}

/// The shape of an ioctl of the cdrom, sg and block layers (linux/cdrom.h, scsi/sg.h, linux/fs.h); `None` for those
/// that a CD drive does not have. SG_IO, CDROM_SEND_PACKET and CDROMREADAUDIO hold pointers and have functions of
/// their own in the library.
#[must_use]
pub const fn shape_of(request: u32) -> Option<Shape> {
    use ioctl as i;
    let (reads, writes) = match request {
        i::CDROMPAUSE | i::CDROMRESUME | i::CDROMSTOP | i::CDROMSTART | i::CDROMEJECT => (0, 0),
        i::CDROMEJECT_SW | i::CDROMRESET | i::CDROMCLOSETRAY | i::CDROM_SET_OPTIONS => (0, 0),
        i::CDROM_CLEAR_OPTIONS | i::CDROM_SELECT_SPEED | i::CDROM_MEDIA_CHANGED => (0, 0),
        i::CDROM_DRIVE_STATUS | i::CDROM_DISC_STATUS | i::CDROM_CHANGER_NSLOTS => (0, 0),
        i::CDROM_LOCKDOOR | i::CDROM_GET_CAPABILITY | i::BLKFLSBUF => (0, 0),
        i::SCSI_IOCTL_DOORLOCK | i::SCSI_IOCTL_DOORUNLOCK | i::SCSI_IOCTL_TEST_UNIT_READY => (0, 0),
        i::SG_GET_TIMEOUT => (0, 0),
        i::CDROMPLAYMSF => (6, 0),
        i::CDROMPLAYTRKIND => (4, 0),
        i::CDROMREADTOCHDR => (0, 2),
        i::CDROMREADTOCENTRY => (12, 12),
        i::CDROMVOLCTRL => (4, 0),
        i::CDROMVOLREAD => (0, 4),
        i::CDROMSUBCHNL => (16, 16),
        i::CDROMREADMODE2 => (6, 2336),
        i::CDROMREADMODE1 | i::CDROMREADCOOKED => (6, 2048),
        i::CDROMREADRAW => (6, 2352),
        i::CDROMMULTISESSION => (8, 8),
        i::CDROM_GET_MCN => (0, 14),
        i::CDROM_NEXT_WRITABLE | i::CDROM_LAST_WRITTEN => (0, 8),
        i::BLKGETSIZE64 | i::BLKGETSIZE => (0, 8),
        i::BLKSSZGET | i::BLKBSZGET | i::BLKPBSZGET | i::BLKROGET => (0, 4),
        i::BLKSECTGET => (0, 2),
        i::BLKRAGET => (0, 8),
        i::SG_SET_TIMEOUT | i::SG_SET_RESERVED_SIZE => (4, 0),
        i::SG_GET_RESERVED_SIZE | i::SG_GET_VERSION_NUM | i::SG_EMULATED_HOST => (0, 4),
        i::SG_GET_SCSI_ID => (0, 32),
        i::SCSI_IOCTL_GET_IDLUN => (0, 8),
        i::SCSI_IOCTL_GET_BUS_NUMBER => (0, 4),
        _ => return None,
    };
    Some(Shape { reads, writes })
}

/// The largest number of bytes in any [`Shape`].
pub const MAX_SHAPE: usize = 2352;

/// Requests of ioctl(2), by the names of the kernel's headers.
#[allow(missing_docs, reason = "the names are the kernel's")]
pub mod ioctl {
    pub const CDROMPAUSE: u32 = 0x5301;
    pub const CDROMRESUME: u32 = 0x5302;
    pub const CDROMPLAYMSF: u32 = 0x5303;
    pub const CDROMPLAYTRKIND: u32 = 0x5304;
    pub const CDROMREADTOCHDR: u32 = 0x5305;
    pub const CDROMREADTOCENTRY: u32 = 0x5306;
    pub const CDROMSTOP: u32 = 0x5307;
    pub const CDROMSTART: u32 = 0x5308;
    pub const CDROMEJECT: u32 = 0x5309;
    pub const CDROMVOLCTRL: u32 = 0x530A;
    pub const CDROMSUBCHNL: u32 = 0x530B;
    pub const CDROMREADMODE2: u32 = 0x530C;
    pub const CDROMREADMODE1: u32 = 0x530D;
    pub const CDROMREADAUDIO: u32 = 0x530E;
    pub const CDROMEJECT_SW: u32 = 0x530F;
    pub const CDROMMULTISESSION: u32 = 0x5310;
    pub const CDROM_GET_MCN: u32 = 0x5311;
    pub const CDROMRESET: u32 = 0x5312;
    pub const CDROMVOLREAD: u32 = 0x5313;
    pub const CDROMREADRAW: u32 = 0x5314;
    pub const CDROMREADCOOKED: u32 = 0x5315;
    pub const CDROMCLOSETRAY: u32 = 0x5319;
    pub const CDROM_SET_OPTIONS: u32 = 0x5320;
    pub const CDROM_CLEAR_OPTIONS: u32 = 0x5321;
    pub const CDROM_SELECT_SPEED: u32 = 0x5322;
    pub const CDROM_MEDIA_CHANGED: u32 = 0x5325;
    pub const CDROM_DRIVE_STATUS: u32 = 0x5326;
    pub const CDROM_DISC_STATUS: u32 = 0x5327;
    pub const CDROM_CHANGER_NSLOTS: u32 = 0x5328;
    pub const CDROM_LOCKDOOR: u32 = 0x5329;
    pub const CDROM_GET_CAPABILITY: u32 = 0x5331;
    pub const SCSI_IOCTL_TEST_UNIT_READY: u32 = 0x0002;
    pub const SCSI_IOCTL_DOORLOCK: u32 = 0x5380;
    pub const SCSI_IOCTL_DOORUNLOCK: u32 = 0x5381;
    pub const SCSI_IOCTL_GET_IDLUN: u32 = 0x5382;
    pub const SCSI_IOCTL_GET_BUS_NUMBER: u32 = 0x5386;
    pub const CDROM_SEND_PACKET: u32 = 0x5393;
    pub const CDROM_NEXT_WRITABLE: u32 = 0x5394;
    pub const CDROM_LAST_WRITTEN: u32 = 0x5395;
    pub const SG_SET_TIMEOUT: u32 = 0x2201;
    pub const SG_GET_TIMEOUT: u32 = 0x2202;
    pub const SG_EMULATED_HOST: u32 = 0x2203;
    pub const SG_GET_RESERVED_SIZE: u32 = 0x2272;
    pub const SG_SET_RESERVED_SIZE: u32 = 0x2275;
    pub const SG_GET_SCSI_ID: u32 = 0x2276;
    pub const SG_GET_VERSION_NUM: u32 = 0x2282;
    pub const SG_IO: u32 = 0x2285;
    pub const BLKROGET: u32 = 0x125E;
    pub const BLKGETSIZE: u32 = 0x1260;
    pub const BLKFLSBUF: u32 = 0x1261;
    pub const BLKRAGET: u32 = 0x1263;
    pub const BLKSECTGET: u32 = 0x1267;
    pub const BLKSSZGET: u32 = 0x1268;
    pub const BLKPBSZGET: u32 = 0x127B;
    pub const BLKBSZGET: u32 = 0x8008_1270;
    pub const BLKGETSIZE64: u32 = 0x8008_1272;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_survive_the_wire() {
        let request = Request {
            op: Op::Execute,
            cdb: *b"0123456789abcdef",
            cdb_length: 10,
            timeout_ms: 0x0102_0304,
            number: -2,
            argument: u64::MAX,
            sending: 2352,
            accepting: MAX_BYTES,
        };
        assert_eq!(Request::decode(&request.encode()), Ok(request));
        let answer = Answer {
            errno: 5,
            value: i64::MIN,
            status: 2,
            host_status: 3,
            sense: [7; MAX_SENSE],
            sense_length: 18,
            transferred: 1,
            duration_ms: u32::MAX,
            sending: 96,
        };
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }

    /// A round trip does not notice when both directions change.
    #[test]
    fn the_layout_is_what_it_was() {
        let request = Request { number: 0x1122, sending: 3, accepting: 4, ..Request::new(Op::Seek) };
        let bytes = request.encode();
        assert_eq!(bytes[..4], [1, 6, 0, 0]);
        assert_eq!(bytes[24..32], [0x22, 0x11, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[40..48], [3, 0, 0, 0, 4, 0, 0, 0]);
        assert_eq!(Answer::error(19).encode()[..8], [1, 0, 0, 0, 19, 0, 0, 0]);
    }

    #[test]
    fn nonsense_is_refused() {
        let good = Request::new(Op::Read).encode();
        for (at, byte) in [(0, 2), (1, 0), (1, 9), (2, 17), (43, 0xFF), (47, 0x02)] {
            let mut bad = good;
            bad[at] = byte;
            assert_eq!(Request::decode(&bad), Err(Malformed), "byte {at}");
        }
        let good = Answer::value(1).encode();
        for (at, byte) in [(0, 0), (3, 33), (59, 0x02)] {
            let mut bad = good;
            bad[at] = byte;
            assert_eq!(Answer::decode(&bad), Err(Malformed), "byte {at}");
        }
    }

    #[test]
    fn shapes_are_within_their_room() {
        for request in 0..=0xFFFF_u32 {
            if let Some(shape) = shape_of(request) {
                assert!(shape.reads <= MAX_SHAPE && shape.writes <= MAX_SHAPE, "{request:#x}");
            }
        }
        assert_eq!(shape_of(ioctl::BLKGETSIZE64), Some(Shape { reads: 0, writes: 8 }));
        assert_eq!(shape_of(ioctl::SG_IO), None);
    }
}
