//! GET PERFORMANCE and SET STREAMING.

use discwright_cd::Lba;
use discwright_mmc::Sense;
use discwright_mmc::command::{GetPerformance, PerformanceType, SetStreaming};
use discwright_mmc::response::{
    NominalPerformance, Performance, PerformanceDescriptors, StreamingDescriptor, WriteSpeedDescriptor,
    WriteSpeeds,
};

use super::Reply;
use crate::drive::{Drive, Speeds};
use crate::motion::PARTS;
use crate::personality::kb_s;
use crate::sense;

/// Bits of the data type field of type 0: what is asked for is writing; exceptions are asked for.
const WRITING: u8 = 0x04;
const EXCEPTIONS: u8 = 0x03;

pub(super) fn get_performance(drive: &mut Drive, command: &GetPerformance) -> Result<Reply, Sense> {
    let end = drive.disc().map_or(Lba(0), |disc| disc.kind().last_lead_out());
    match command.performance_type {
        PerformanceType::Performance => Ok(Reply::of(&nominal(drive, command, end))),
        PerformanceType::WriteSpeed => Ok(Reply::of(&write_speeds(drive, command, end))),
        _ => Err(sense::invalid_field(10, 7)),
    }
}

/// The curve that reading or writing goes by, as far as it concerns the address asked for and what follows.
fn nominal(drive: &Drive, command: &GetPerformance, end: Lba) -> Performance {
    let write = command.data_type & WRITING != 0;
    let descriptors = if command.data_type & EXCEPTIONS == 0 {
        let curve = if write { drive.write_curve(drive.write_kb_s()) } else { drive.read_curve() };
        // A host with little room is told of the whole disc all the same, only less finely.
        let most = if command.max_descriptors == 0 { PARTS } else { command.max_descriptors };
        let stretches = if end > Lba(0) { curve.stretches(most) } else { Vec::new() };
        let asked = stretches.into_iter().filter(|it| it.end > command.start);
        let all = asked.map(|it| NominalPerformance {
            start: it.start,
            start_kb_s: u32::from(it.start_kb_s),
            end: it.end,
            end_kb_s: u32::from(it.end_kb_s),
        });
        PerformanceDescriptors::Nominal(cut(all.collect(), command))
    } else {
        PerformanceDescriptors::Exceptions(Vec::new())
    };
    Performance { write, descriptors }
}

fn write_speeds(drive: &Drive, command: &GetPerformance, end: Lba) -> WriteSpeeds {
    let read_kb_s = u32::from(drive.speeds.read_kb_s);
    let descriptor = |kb_s: &u16| WriteSpeedDescriptor {
        rotation: drive.rotation_of(*kb_s),
        restore_default: false,
        exact: false,
        mixed: false,
        end,
        read_kb_s,
        write_kb_s: u32::from(*kb_s),
    };
    let all = drive.write_speeds_kb_s().iter().rev().map(descriptor).collect();
    WriteSpeeds { speeds: cut(all, command) }
}

/// A host that asks for no descriptor is told of all: it reads their number from the length.
fn cut<T>(mut descriptors: Vec<T>, command: &GetPerformance) -> Vec<T> {
    if command.max_descriptors > 0 {
        descriptors.truncate(usize::from(command.max_descriptors));
    }
    descriptors
}

pub(super) fn set_streaming(drive: &mut Drive, command: &SetStreaming, sent: &[u8]) -> Result<Reply, Sense> {
    let bytes = sent.get(..usize::from(command.parameter_bytes)).ok_or(sense::PARAMETER_LIST_LENGTH)?;
    let descriptor = StreamingDescriptor::parse(bytes)?;
    let fastest = u32::from(kb_s(drive.personality.read_speed_x));
    if descriptor.restore_default {
        let read_kb_s = u16::try_from(fastest).unwrap_or(u16::MAX);
        drive.speeds = Speeds { read_kb_s, write_kb_s: u16::MAX, rotation: descriptor.rotation };
        return Ok(Reply::done());
    }
    let per_second = |kb: u32, ms: u32| {
        let rate = (u64::from(kb) * 1_000).checked_div(u64::from(ms))?;
        Some(u16::try_from(rate).unwrap_or(u16::MAX).max(1))
    };
    let read = per_second(descriptor.read_kb, descriptor.read_ms).ok_or(sense::INVALID_PARAMETER)?;
    let write = per_second(descriptor.write_kb, descriptor.write_ms).ok_or(sense::INVALID_PARAMETER)?;
    let read_kb_s = u16::try_from(u32::from(read).min(fastest)).unwrap_or(read);
    drive.speeds = Speeds { read_kb_s, write_kb_s: write, rotation: descriptor.rotation };
    Ok(Reply::done())
}
