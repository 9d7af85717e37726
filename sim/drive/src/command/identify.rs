//! INQUIRY and REQUEST SENSE.

use discwright_mmc::Sense;
use discwright_mmc::command::{Inquiry, RequestSense};
use discwright_mmc::response::{Designator, InquiryData, VitalProductData};
use discwright_transport::Instant;

use super::Reply;
use crate::drive::Drive;
use crate::sense;

pub(super) fn inquiry(drive: &Drive, command: &Inquiry) -> Result<Reply, Sense> {
    let it = &drive.personality;
    if !command.vital_product_data {
        if command.page != 0 {
            return Err(sense::INVALID_FIELD);
        }
        return Ok(Reply::of(&InquiryData::recorder(&it.vendor, &it.product, &it.revision)));
    }
    let page = match command.page {
        0x00 => VitalProductData::SupportedPages(vec![0x00, 0x80, 0x83]),
        0x80 => VitalProductData::SerialNumber(it.serial.clone().into_bytes()),
        0x83 => VitalProductData::Identification(vec![Designator {
            protocol: 0,
            // ASCII, and the vendor's name with what the vendor says (T10 vendor ID based).
            code_set: 2,
            protocol_valid: false,
            association: 0,
            designator_type: 1,
            name: format!("{:8}{:16}{}", it.vendor, it.product, it.serial).into_bytes(),
        }]),
        _ => return Err(sense::INVALID_FIELD),
    };
    Ok(Reply::of(&page))
}

/// The sense kept for a host that asks for it; what it says was said, so it is gone then.
pub(super) fn request_sense(drive: &mut Drive, now: Instant, command: &RequestSense) -> Reply {
    let sense = drive.take_sense(now);
    let bytes = if command.descriptor { sense.encode_descriptor() } else { sense.encode_fixed().to_vec() };
    Reply { bytes, ..Reply::default() }
}
