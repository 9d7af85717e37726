//! LOG SENSE and LOG SELECT: what the drive counts.

use discwright_mmc::Sense;
use discwright_mmc::command::{LogSelect, LogSense};
use discwright_mmc::response::{LogPage, LogParameter};

use super::Reply;
use crate::drive::Drive;
use crate::log::ErrorCounters;
use crate::sense;

/// Log pages by their codes (SPC-3, 7.2).
mod page {
    pub(super) const SUPPORTED: u8 = 0x00;
    pub(super) const WRITE_ERRORS: u8 = 0x02;
    pub(super) const READ_ERRORS: u8 = 0x03;
}

/// Parameters of the error counter pages (SPC-3, table of parameter codes for error counter log pages).
mod parameter {
    pub(super) const CORRECTED: u16 = 0x0003;
    pub(super) const BYTES: u16 = 0x0005;
    pub(super) const UNCORRECTED: u16 = 0x0006;
}

pub(super) fn sense(drive: &Drive, command: &LogSense) -> Result<LogPage, Sense> {
    if command.save_parameters {
        return Err(sense::SAVING_NOT_SUPPORTED);
    }
    if command.subpage != 0 {
        return Err(sense::invalid_field(3, 7));
    }
    let it = &drive.log;
    let all = match command.page {
        page::SUPPORTED => {
            let data = vec![page::SUPPORTED, page::WRITE_ERRORS, page::READ_ERRORS];
            return Ok(LogPage { code: page::SUPPORTED, subpage: None, data });
        }
        page::WRITE_ERRORS => vec![
            counter(parameter::BYTES, &it.bytes_written.to_be_bytes()),
            counter(parameter::UNCORRECTED, &it.write_errors.to_be_bytes()),
        ],
        page::READ_ERRORS => vec![
            counter(parameter::CORRECTED, &it.read_corrected.to_be_bytes()),
            counter(parameter::BYTES, &it.bytes_read.to_be_bytes()),
            counter(parameter::UNCORRECTED, &it.read_errors.to_be_bytes()),
        ],
        _ => return Err(sense::invalid_field(2, 5)),
    };
    let asked: Vec<LogParameter> =
        all.into_iter().filter(|it| it.code >= command.parameter_pointer).collect();
    if asked.is_empty() {
        return Err(sense::invalid_field(5, 7));
    }
    Ok(LogPage::of(command.page, &asked))
}

fn counter(code: u16, value: &[u8]) -> LogParameter {
    LogParameter { code, control: 0, value: value.to_vec() }
}

/// All counters back to zero; single ones cannot be set.
pub(super) fn select(drive: &mut Drive, command: &LogSelect) -> Result<Reply, Sense> {
    if command.save_parameters {
        return Err(sense::SAVING_NOT_SUPPORTED);
    }
    if command.parameter_bytes != 0 {
        return Err(sense::invalid_field(7, 7));
    }
    if command.reset {
        drive.log = ErrorCounters::default();
    }
    Ok(Reply::done())
}
