//! The drive's words: sense data that handlers answer with (SPC-3 annex of ASC and ASCQ assignments, MMC-6 annex).

use discwright_mmc::{FieldPointer, Sense, SenseKey, SenseSpecific};

use SenseKey::{BlankCheck, IllegalRequest, MediumError, Miscompare, NotReady, UnitAttention};

pub(crate) const NO_MEDIUM_TRAY_CLOSED: Sense = Sense::new(NotReady, 0x3A, 0x01);
pub(crate) const NO_MEDIUM_TRAY_OPEN: Sense = Sense::new(NotReady, 0x3A, 0x02);
pub(crate) const BECOMING_READY: Sense = Sense::new(NotReady, 0x04, 0x01);
pub(crate) const OPERATION_IN_PROGRESS: Sense = Sense::new(NotReady, 0x04, 0x07);
pub(crate) const FORMAT_IN_PROGRESS: Sense = Sense::new(NotReady, 0x04, 0x04);
pub(crate) const LONG_WRITE_IN_PROGRESS: Sense = Sense::new(NotReady, 0x04, 0x08);
pub(crate) const INCOMPATIBLE_MEDIUM: Sense = Sense::new(IllegalRequest, 0x30, 0x05);

pub(crate) const CANNOT_FORMAT: Sense = Sense::new(IllegalRequest, 0x30, 0x06);
pub(crate) const NOT_FIXATED_FOR_APPEND: Sense = Sense::new(IllegalRequest, 0x30, 0x09);
/// A rewritable disc whose speed class is above the drive's.
pub(crate) const WRONG_SPEED_CLASS: Sense = Sense::new(NotReady, 0x30, 0x05);

pub(crate) const MEDIUM_CHANGED: Sense = Sense::new(UnitAttention, 0x28, 0x00);
/// Another host has changed mode pages.
pub(crate) const PARAMETERS_CHANGED: Sense = Sense::new(UnitAttention, 0x2A, 0x01);
/// Somebody pressed the eject button.
pub(crate) const REMOVAL_REQUEST: Sense = Sense::new(UnitAttention, 0x5A, 0x01);
pub(crate) const POWER_ON: Sense = Sense::new(UnitAttention, 0x29, 0x00);

/// Insufficient time for operation: the drive goes on by itself.
pub(crate) const EARLY_RETURN: Sense = Sense::new(UnitAttention, 0x2E, 0x00);

pub(crate) const WRITE_ERROR: Sense = Sense::new(MediumError, 0x0C, 0x00);
pub(crate) const LOSS_OF_STREAMING: Sense = Sense::new(MediumError, 0x0C, 0x09);
pub(crate) const UNREADABLE: Sense = Sense::new(MediumError, 0x11, 0x05);
/// Data that came only by the layered error correction.
pub(crate) const RECOVERED_BY_ECC: Sense = Sense::new(SenseKey::RecoveredError, 0x18, 0x04);
/// FORMAT UNIT was cut off.
pub(crate) const FORMAT_CORRUPTED: Sense = Sense::new(MediumError, 0x31, 0x00);
pub(crate) const CALIBRATION_AREA_FULL: Sense = Sense::new(MediumError, 0x73, 0x02);
pub(crate) const PMA_FULL: Sense = Sense::new(MediumError, 0x73, 0x05);
pub(crate) const NOT_WRITTEN: Sense = Sense::new(BlankCheck, 0x00, 0x00);

pub(crate) const UNKNOWN_COMMAND: Sense = Sense::new(IllegalRequest, 0x20, 0x00);
pub(crate) const OUT_OF_RANGE: Sense = Sense::new(IllegalRequest, 0x21, 0x00);
pub(crate) const INVALID_ADDRESS_FOR_WRITE: Sense = Sense::new(IllegalRequest, 0x21, 0x02);
pub(crate) const INVALID_FIELD: Sense = Sense::new(IllegalRequest, 0x24, 0x00);
pub(crate) const INVALID_PARAMETER: Sense = Sense::new(IllegalRequest, 0x26, 0x00);
pub(crate) const PARAMETER_LIST_LENGTH: Sense = Sense::new(IllegalRequest, 0x1A, 0x00);
pub(crate) const SEQUENCE: Sense = Sense::new(IllegalRequest, 0x2C, 0x00);
pub(crate) const SAVING_NOT_SUPPORTED: Sense = Sense::new(IllegalRequest, 0x39, 0x00);
pub(crate) const REMOVAL_PREVENTED: Sense = Sense::new(IllegalRequest, 0x53, 0x02);
pub(crate) const END_OF_USER_AREA: Sense = Sense::new(IllegalRequest, 0x63, 0x00);
pub(crate) const PACKET_DOES_NOT_FIT: Sense = Sense::new(IllegalRequest, 0x63, 0x01);
pub(crate) const INVALID_PACKET_SIZE: Sense = Sense::new(IllegalRequest, 0x64, 0x01);
pub(crate) const WRONG_SECTOR_MODE: Sense = Sense::new(IllegalRequest, 0x64, 0x00);
pub(crate) const INCOMPLETE_TRACK_IN_SESSION: Sense = Sense::new(IllegalRequest, 0x72, 0x03);
pub(crate) const NO_MORE_TRACKS: Sense = Sense::new(IllegalRequest, 0x72, 0x05);
pub(crate) const MISCOMPARE: Sense = Sense::new(Miscompare, 0x1D, 0x00);

/// 5/24/00 with a pointer to a field of the CDB by its most significant bit (SPC-3, 4.5.2.4.2).
pub(crate) const fn invalid_field(byte: u16, bit: u8) -> Sense {
    INVALID_FIELD.with(SenseSpecific::Field(FieldPointer { in_cdb: true, byte, bit: Some(bit) }))
}
