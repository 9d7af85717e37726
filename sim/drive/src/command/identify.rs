//! INQUIRY and REQUEST SENSE.

use discwright_mmc::Sense;
use discwright_mmc::command::Inquiry;
use discwright_mmc::response::InquiryData;
use discwright_transport::Instant;

use super::Reply;
use crate::drive::Drive;
use crate::sense;

pub(super) fn inquiry(drive: &Drive, command: &Inquiry) -> Result<Reply, Sense> {
    if command.vital_product_data || command.page != 0 {
        return Err(sense::INVALID_FIELD);
    }
    let it = &drive.personality;
    Ok(Reply::of(&InquiryData::recorder(&it.vendor, &it.product, &it.revision)))
}

/// The sense kept for a host that asks for it; what it says was said, so it is gone then.
pub(super) fn request_sense(drive: &mut Drive, now: Instant) -> Reply {
    let sense = drive.take_sense(now);
    Reply { bytes: sense.encode_fixed().to_vec(), ..Reply::default() }
}
