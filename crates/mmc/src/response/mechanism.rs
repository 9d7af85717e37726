//! Answer to MECHANISM STATUS (MMC-6, MECHANISM STATUS).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Be24, Bits, Code, Flag, Place, body, length8, length16, padded};

codes! {
    /// What the pickup is doing.
    pub enum MechanismActivity: u8 {
        /// 0: nothing.
        Idle = 0,
        /// 1: playing audio.
        PlayingAudio = 1,
        /// 2: scanning audio.
        ScanningAudio = 2,
        /// 3: another host's work: reading, writing, blanking.
        OtherHost = 3,
        /// 7: not known.
        Unknown = 7,
    }
}

/// Tray, slots, and what the pickup is doing: 8 bytes, and 4 for each slot of a changer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MechanismState {
    /// The last changer command failed.
    pub fault: bool,
    /// Changer: 0 ready, 1 load in progress, 2 unload in progress, 3 initialising.
    pub changer: u8,
    /// Slot in use, eight bits.
    pub slot: u8,
    /// What the pickup is doing.
    pub activity: MechanismActivity,
    /// The tray or door is open.
    pub door_open: bool,
    /// Where the pickup is, 24 bits.
    pub current_address: u32,
    /// Slots of the changer; empty on others.
    pub slots: Vec<[u8; 4]>,
}

impl Response for MechanismState {
    fn encode(&self) -> Vec<u8> {
        let mut block = [0; 8];
        layout::Fault::put(&mut block, self.fault);
        layout::Changer::put(&mut block, self.changer);
        layout::SlotLow::put(&mut block, self.slot);
        layout::SlotHigh::put(&mut block, self.slot >> 5);
        layout::Activity::put(&mut block, self.activity);
        layout::DoorOpen::put(&mut block, self.door_open);
        layout::Address::put(&mut block, self.current_address);
        layout::Slots::put(&mut block, length8(self.slots.len()));
        layout::TableBytes::put(&mut block, length16(4 * self.slots.len()));
        block.into_iter().chain(self.slots.iter().flatten().copied()).collect()
    }

    /// Accepts answers from 8 bytes up; slots that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = padded::<8>("mechanism status", bytes, 8)?;
        let claimed = usize::from(layout::TableBytes::get(&block)) + 8;
        let (slots, _) = body(bytes, 8, claimed).as_chunks::<4>();
        Ok(Self {
            fault: layout::Fault::get(&block),
            changer: layout::Changer::get(&block),
            slot: layout::SlotLow::get(&block) | layout::SlotHigh::get(&block) << 5,
            activity: layout::Activity::get(&block),
            door_open: layout::DoorOpen::get(&block),
            current_address: layout::Address::get(&block),
            slots: slots.to_vec(),
        })
    }
}

mod layout {
    use super::{Be16, Be24, Bits, Code, Flag, MechanismActivity};

    pub(super) type Fault = Flag<0, 7>;
    pub(super) type Changer = Bits<0, 5, 2>;
    pub(super) type SlotLow = Bits<0, 0, 5>;
    pub(super) type Activity = Code<MechanismActivity, 1, 5, 3>;
    pub(super) type DoorOpen = Flag<1, 4>;
    pub(super) type SlotHigh = Bits<1, 0, 3>;
    pub(super) type Address = Be24<2>;
    pub(super) type Slots = Bits<5, 0, 8>;
    pub(super) type TableBytes = Be16<6>;
}
