//! FORMAT UNIT and READ FORMAT CAPACITIES.

use discwright_mmc::command::{FormatUnit, ReadFormatCapacities};
use discwright_mmc::mode::{SessionFormat, WriteParameters, WriteType};
use discwright_mmc::response::{
    CapacityState, FormatCapacities, FormatDescriptor, FormatParameters, FormatType,
};
use discwright_mmc::{FieldPointer, Sense, SenseSpecific};
use discwright_transport::Instant;

use super::write::track_plan;
use super::{Reply, deck};
use crate::derive::SessionState;
use crate::drive::{Drive, Operation};
use crate::medium::{FixedPackets, Form, MediumKind};
use crate::recording::{FormatPlan, FormatScope};
use crate::sense;

/// Format codes of the CDB: descriptors with a type, and those of the first drives.
const TYPED: u8 = 1;
const LEGACY: u8 = 7;
/// As many blocks as there can be.
const ALL_BLOCKS: u32 = u32::MAX;
/// Bytes of the parameter list that can be to blame.
const OPTIONS: u16 = 1;
const BLOCKS: u16 = 4;
const TYPE: u16 = 8;
/// Blocks in a packet where neither page nor disc says otherwise.
const USUAL_PACKET: u32 = 32;
const BLOCK_BYTES: u32 = 2048;

/// Formats by the write parameters page and the descriptor that the host sends.
///
/// What the page must say is what Pioneer's manuals ask for (R11, 4.3.1.1.1): no test write, packets of one size, a data
/// track, mode 1 or form 1. The sense for a page that says something else is not known from a real drive.
pub(super) fn format_unit(
    drive: &mut Drive,
    now: Instant,
    command: &FormatUnit,
    sent: &[u8],
) -> Result<Reply, Sense> {
    if !drive.is_rewritable() {
        return Err(sense::CANNOT_FORMAT);
    }
    if !command.format_data || command.complete_list {
        return Err(sense::INVALID_FIELD);
    }
    let list = parameters(command.format_code, sent)?;
    // IMMED is obeyed without FOV too: cdrwtool sends it so, to whichever drive.
    if list.vendor || (!list.options_valid && (list.try_out || list.disable_certification)) {
        return Err(refused(OPTIONS));
    }
    let plan = plan(&drive.pages.write, scope(command.format_code, &list.format)?)?;
    let mut settings = drive.settings();
    settings.simulated = false;
    let deck = deck(drive)?;
    let most = deck.formattable_blocks(plan.scope, plan.packet_blocks)?;
    let blocks = blocks(command.format_code, &list.format, plan.scope, most, deck.formatted_blocks())?;
    if !list.try_out {
        deck.format(now, &settings, &plan, blocks)?;
    }
    drive.carry_out(now, list.immed, Operation::Formatting)
}

/// The parameter list. Under format code 7 the first drives had four bytes of initialization pattern before the
/// descriptor, as cdrwtool of udftools 2.3 still sends them; later ones (Pioneer R8) have not.
fn parameters(format_code: u8, sent: &[u8]) -> Result<FormatParameters, Sense> {
    match sent {
        [h0, h1, h2, h3, _, _, _, _, rest @ ..] if format_code == LEGACY && rest.len() >= 8 => {
            Ok(FormatParameters::parse(&[&[*h0, *h1, *h2, *h3], rest].concat())?)
        }
        _ => Ok(FormatParameters::parse(sent)?),
    }
}

fn scope(format_code: u8, descriptor: &FormatDescriptor) -> Result<FormatScope, Sense> {
    match (format_code, descriptor.format_type) {
        (TYPED, FormatType::Full | FormatType::CdRwFull) => Ok(FormatScope::Disc),
        (TYPED, FormatType::CdRwGrow) => Ok(FormatScope::Grow),
        (TYPED, FormatType::CdRwAdd) => Ok(FormatScope::AddSession),
        (TYPED, _) => Err(refused(TYPE)),
        (LEGACY, _) => {
            let legacy = descriptor.legacy();
            Ok(match (legacy.session, legacy.grow) {
                (_, true) => FormatScope::Grow,
                (true, false) => FormatScope::AddSession,
                (false, false) => FormatScope::Disc,
            })
        }
        _ => Err(sense::INVALID_FIELD),
    }
}

/// Blocks to be made, or added.
fn blocks(
    format_code: u8,
    descriptor: &FormatDescriptor,
    scope: FormatScope,
    most: u32,
    present: u32,
) -> Result<u32, Sense> {
    let (asked, at) = if format_code == LEGACY {
        let asked = descriptor.legacy().blocks;
        // The old descriptor says how large the session will be, the new one by how much it grows.
        let grown = scope == FormatScope::Grow && asked != ALL_BLOCKS;
        (if grown { asked.saturating_sub(present) } else { asked }, TYPE)
    } else {
        (descriptor.blocks, BLOCKS)
    };
    match asked {
        ALL_BLOCKS => Ok(most),
        0 => Err(refused(at)),
        asked if asked > most => Err(refused(at)),
        asked => Ok(asked),
    }
}

fn plan(page: &WriteParameters, scope: FormatScope) -> Result<FormatPlan, Sense> {
    let host = track_plan(page).map(|plan| plan.host);
    let form = host.map(|host| host.form()).filter(|form| matches!(form, Form::Mode1 | Form::Xa));
    let fits = !page.test_write
        && page.write_type == WriteType::Packet
        && page.fixed_packet
        && page.packet_blocks > 0
        && matches!(page.session_format, SessionFormat::CdDaOrCdRom | SessionFormat::CdRomXa)
        && host.is_some_and(|host| host.bytes() == 2048);
    let form = form.filter(|_| fits).ok_or(sense::INVALID_PARAMETER)?;
    Ok(FormatPlan {
        scope,
        packet_blocks: page.packet_blocks,
        control: page.track_mode,
        form,
        session_format: page.session_format.into(),
    })
}

/// 5/26/00 with a pointer to a byte of the parameter list.
fn refused(byte: u16) -> Sense {
    sense::INVALID_PARAMETER.with(SenseSpecific::Field(FieldPointer::in_parameters(byte)))
}

/// What is there to be read or written, and how it could be formatted.
pub(super) fn read_format_capacities(drive: &mut Drive, _: &ReadFormatCapacities) -> FormatCapacities {
    let packet_blocks = match drive.pages.write.packet_blocks {
        0 => USUAL_PACKET,
        blocks => blocks,
    };
    let Some(deck) = &mut drive.deck else {
        let blocks = most_on(MediumKind::CdRw80, packet_blocks);
        return FormatCapacities {
            blocks,
            state: CapacityState::NoMedium,
            block_bytes: BLOCK_BYTES,
            formats: Vec::new(),
        };
    };
    let kind = deck.disc().kind();
    let incomplete = deck.view().session_state() == SessionState::Incomplete;
    let recorded = deck.view().last_address();
    let cut = deck.cut_format().is_some();
    let most = if kind.is_rewritable() {
        most_on(kind, packet_blocks)
    } else {
        kind.last_lead_out().sectors_since(discwright_cd::Lba(0)).unwrap_or(0)
    };
    let (state, blocks) = match recorded {
        _ if cut => (CapacityState::Unformatted, most),
        Some(last) if !incomplete => (CapacityState::Formatted, (last + 1).0.unsigned_abs()),
        None if !incomplete => (CapacityState::Unformatted, most),
        _ => (CapacityState::NoMedium, most),
    };
    let mut formats = Vec::new();
    if kind.is_rewritable() {
        let way =
            |format_type, blocks, parameter| FormatDescriptor { blocks, format_type, subtype: 0, parameter };
        formats.push(way(FormatType::Full, most, BLOCK_BYTES));
        formats.push(way(FormatType::CdRwFull, most, packet_blocks));
        for (format_type, scope) in
            [(FormatType::CdRwGrow, FormatScope::Grow), (FormatType::CdRwAdd, FormatScope::AddSession)]
        {
            if let Ok(more) = deck.formattable_blocks(scope, packet_blocks) {
                formats.push(way(format_type, more, packet_blocks));
            }
        }
    }
    FormatCapacities { blocks, state, block_bytes: BLOCK_BYTES, formats }
}

fn most_on(kind: MediumKind, packet_blocks: u32) -> u32 {
    FixedPackets::new(discwright_cd::Lba(0), packet_blocks)
        .map_or(0, |packets| packets.user_blocks_until(kind.last_lead_out()))
}
