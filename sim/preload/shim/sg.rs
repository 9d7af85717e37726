//! Commands for the drive: SG_IO and CDROM_SEND_PACKET.

use core::ffi::c_int;

use crate::abi::{self, GenericCommand, IoVec, SgIoHeader};
use crate::client::Drive;
use crate::wire::{Answer, Op, Request};

const SG_DXFER_NONE: c_int = -1;
const SG_DXFER_TO_DEV: c_int = -2;
const SG_DXFER_UNKNOWN: c_int = -5;
/// SG_INFO_CHECK: look at the statuses.
const SG_INFO_CHECK: u32 = 1;
/// The highest value that old kernels and new ones give to "there is sense data" in `driver_status`.
const DRIVER_SENSE: u16 = 8;
const CHECK_CONDITION: u8 = 2;
/// Most elements of a scatter list (UIO_MAXIOV of the kernel is 1024; programs use one or two).
const MOST_VECTORS: usize = 64;

/// What moves with a command.
enum Data<'a> {
    None,
    Out(&'a [IoVec]),
    In(&'a mut [IoVec]),
}

/// SG_IO, as the kernel's block layer does it (drivers/scsi/scsi_ioctl.c, `sg_io`).
///
/// # Safety
/// `header` is null or points to a `struct sg_io_hdr`.
pub(crate) unsafe fn io(drive: &Drive, header: *mut SgIoHeader) -> Result<c_int, c_int> {
    if header.is_null() {
        return Err(abi::EFAULT);
    }
    // SAFETY: by this function's own condition.
    let header = unsafe { &mut *header };
    if header.interface != c_int::from(b'S') {
        return Err(abi::EINVAL);
    }
    // SAFETY: the caller says that the command has this length.
    let request = unsafe { request(header.command, header.command_length, header.timeout_ms) }?;
    let mut list = [IoVec { base: core::ptr::null_mut(), length: 0 }; MOST_VECTORS];
    // SAFETY: by this function's own condition, the header says where its data is.
    let vectors = unsafe { vectors_of(header, &mut list) }?;
    let data = match header.direction {
        _ if header.length == 0 => Data::None,
        SG_DXFER_NONE => Data::None,
        SG_DXFER_TO_DEV => Data::Out(vectors),
        _ if (SG_DXFER_UNKNOWN..=SG_DXFER_NONE).contains(&header.direction) => Data::In(vectors),
        _ => return Err(abi::EINVAL),
    };
    let answer = execute(drive, request, data)?;
    // SAFETY: the caller says how much room it has for sense data.
    header.sense_written = unsafe { put_sense(&answer, header.sense, header.sense_room) };
    header.status = answer.status;
    header.masked_status = answer.status >> 1 & 0x1F;
    header.message_status = 0;
    header.host_status = u16::from(answer.host_status);
    header.driver_status = if answer.status == CHECK_CONDITION { DRIVER_SENSE } else { 0 };
    header.residual = c_int::try_from(header.length.saturating_sub(answer.transferred)).unwrap_or(c_int::MAX);
    header.duration_ms = answer.duration_ms;
    let fine = header.masked_status == 0 && header.host_status == 0 && header.driver_status == 0;
    header.info = if fine { 0 } else { SG_INFO_CHECK };
    Ok(0)
}

/// CDROM_SEND_PACKET, as the kernel does it (drivers/scsi/scsi_ioctl.c, `scsi_cdrom_send_packet`).
///
/// # Safety
/// `command` is null or points to a `struct cdrom_generic_command`.
pub(crate) unsafe fn packet(drive: &Drive, command: *mut GenericCommand) -> Result<c_int, c_int> {
    const WRITE: u8 = 1;
    const READ: u8 = 2;
    const REQUEST_SENSE_BYTES: u8 = 64;
    /// Clock ticks that the kernel counts timeouts of user space in.
    const TICKS_PER_SECOND: u32 = 100;
    if command.is_null() {
        return Err(abi::EFAULT);
    }
    // SAFETY: by this function's own condition.
    let command = unsafe { &mut *command };
    let ticks = u32::try_from(command.timeout).map_err(|_| abi::EINVAL)?;
    let timeout_ms = ticks.saturating_mul(1000 / TICKS_PER_SECOND);
    // SAFETY: the command's 12 bytes are its own.
    let request = unsafe { request(command.command.as_ptr(), 12, timeout_ms) }?;
    let length = usize::try_from(command.length).map_err(|_| abi::EINVAL)?;
    let mut vector = [IoVec { base: command.data, length }];
    let data = match command.direction {
        _ if command.length == 0 => Data::None,
        WRITE => Data::Out(&vector),
        READ | 0 => Data::In(&mut vector),
        _ => Data::None,
    };
    let answer = execute(drive, request, data)?;
    // SAFETY: the kernel's header says how much room sense data has.
    unsafe { put_sense(&answer, command.sense, REQUEST_SENSE_BYTES) };
    command.length = command.length.saturating_sub(answer.transferred);
    let failed = answer.status != 0 || answer.host_status != 0;
    command.status = if failed { -abi::EIO } else { 0 };
    if failed { Err(abi::EIO) } else { Ok(0) }
}

fn execute(drive: &Drive, request: Request, data: Data<'_>) -> Result<Answer, c_int> {
    match data {
        Data::None => drive.ask(request, &[], &mut []),
        Data::Out(from) => drive.ask(request, from, &mut []),
        Data::In(into) => drive.ask(request, &[], into),
    }
}

/// # Safety
/// `command` has `length` bytes.
unsafe fn request(command: *const u8, length: u8, timeout_ms: u32) -> Result<Request, c_int> {
    if command.is_null() {
        return Err(abi::EFAULT);
    }
    if !(6..=16).contains(&length) {
        return Err(abi::EINVAL);
    }
    let mut request = Request { cdb_length: length, timeout_ms, ..Request::new(Op::Execute) };
    for (index, byte) in request.cdb.iter_mut().enumerate().take(usize::from(length)) {
        // SAFETY: by this function's own condition.
        *byte = unsafe { *command.wrapping_add(index) };
    }
    Ok(request)
}

/// The vectors of a header, cut to its length.
///
/// # Safety
/// The header's data is what it says.
unsafe fn vectors_of<'a>(
    header: &SgIoHeader,
    list: &'a mut [IoVec; MOST_VECTORS],
) -> Result<&'a mut [IoVec], c_int> {
    let length = usize::try_from(header.length).map_err(|_| abi::EINVAL)?;
    if header.vector_count == 0 {
        let first = list.get_mut(..1).ok_or(abi::EINVAL)?;
        first.fill(IoVec { base: header.data, length });
        return Ok(first);
    }
    let used = list.get_mut(..usize::from(header.vector_count)).ok_or(abi::EINVAL)?;
    let given: *const IoVec = header.data.cast_const().cast();
    let mut left = length;
    for (index, vector) in used.iter_mut().enumerate() {
        // SAFETY: by this function's own condition; callers may have packed the list anywhere.
        *vector = unsafe { given.wrapping_add(index).read_unaligned() };
        vector.length = vector.length.min(left);
        left -= vector.length;
    }
    Ok(used)
}

/// Copies sense data; bytes copied.
///
/// # Safety
/// `to` is null or has `room` bytes.
unsafe fn put_sense(answer: &Answer, to: *mut u8, room: u8) -> u8 {
    let length = answer.sense_length.min(room);
    if to.is_null() {
        return 0;
    }
    for (index, byte) in answer.sense.iter().enumerate().take(usize::from(length)) {
        // SAFETY: by this function's own condition.
        unsafe { *to.wrapping_add(index) = *byte };
    }
    length
}
