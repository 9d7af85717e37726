//! Format 4: absolute time in pregroove, what a blank disc says of itself (ECMA-394 and ECMA-395; MMC-6).

use discwright_cd::Msf;

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Bits, Bytes, Flag, MsfAt, Place, body, padded};

/// Special and additional information of the ATIP: 4 bytes of header, then 24, or 28 with the S4 values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Atip {
    /// Indicative target writing power, 3 bits.
    pub writing_power: u8,
    /// Double density.
    pub ddcd: bool,
    /// Reference speed, 3 bits; CD-RW only.
    pub reference_speed: u8,
    /// Unrestricted use (URU): the disc is for no special application.
    pub unrestricted_use: bool,
    /// CD-RW rather than CD-R.
    pub rewritable: bool,
    /// Subtype, 3 bits: on CD-RW the speed class.
    pub subtype: u8,
    /// Start of the first lead-in, minute 90 and up; names the maker.
    pub lead_in_start: Msf,
    /// Last possible start of a lead-out.
    pub last_lead_out: Msf,
    /// Additional information A1, A2, A3, where the disc has it.
    pub additional: [Option<[u8; 3]>; 3],
    /// Recording information S4, where drive and disc have it.
    pub s4: Option<[u8; 3]>,
}

impl Response for Atip {
    fn encode(&self) -> Vec<u8> {
        let [a1, a2, a3] = self.additional;
        let mut block = [0; 28];
        layout::Length::put(&mut block, if self.s4.is_some() { 30 } else { 26 });
        layout::One::put(&mut block, true);
        layout::WritingPower::put(&mut block, self.writing_power);
        layout::Ddcd::put(&mut block, self.ddcd);
        layout::ReferenceSpeed::put(&mut block, self.reference_speed);
        layout::UnrestrictedUse::put(&mut block, self.unrestricted_use);
        layout::OtherOne::put(&mut block, true);
        layout::Rewritable::put(&mut block, self.rewritable);
        layout::Subtype::put(&mut block, self.subtype);
        layout::HasA1::put(&mut block, a1.is_some());
        layout::HasA2::put(&mut block, a2.is_some());
        layout::HasA3::put(&mut block, a3.is_some());
        layout::LeadIn::put(&mut block, self.lead_in_start);
        layout::LeadOut::put(&mut block, self.last_lead_out);
        layout::A1::put(&mut block, a1.unwrap_or_default());
        layout::A2::put(&mut block, a2.unwrap_or_default());
        layout::A3::put(&mut block, a3.unwrap_or_default());
        let mut bytes = block.to_vec();
        if let Some([one, two, three]) = self.s4 {
            bytes.extend([one, two, three, 0]);
        }
        bytes
    }

    /// Accepts answers from 16 bytes up, which hold both times.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let block = padded::<28>("ATIP", bytes, 16)?;
        let claimed = usize::from(layout::Length::get(&block)) + 2;
        let came = |present: bool, start: usize, value: [u8; 3]| {
            (present && bytes.len() >= start + 3).then_some(value)
        };
        Ok(Self {
            writing_power: layout::WritingPower::get(&block),
            ddcd: layout::Ddcd::get(&block),
            reference_speed: layout::ReferenceSpeed::get(&block),
            unrestricted_use: layout::UnrestrictedUse::get(&block),
            rewritable: layout::Rewritable::get(&block),
            subtype: layout::Subtype::get(&block),
            lead_in_start: layout::LeadIn::get(&block),
            last_lead_out: layout::LeadOut::get(&block),
            additional: [
                came(layout::HasA1::get(&block), 16, layout::A1::get(&block)),
                came(layout::HasA2::get(&block), 20, layout::A2::get(&block)),
                came(layout::HasA3::get(&block), 24, layout::A3::get(&block)),
            ],
            s4: body(bytes, 28, claimed).first_chunk::<3>().copied(),
        })
    }
}

mod layout {
    use super::{Be16, Bits, Bytes, Flag, MsfAt};

    pub(super) type Length = Be16<0>;
    /// Always one.
    pub(super) type One = Flag<4, 7>;
    pub(super) type WritingPower = Bits<4, 4, 3>;
    pub(super) type Ddcd = Flag<4, 3>;
    pub(super) type ReferenceSpeed = Bits<4, 0, 3>;
    pub(super) type UnrestrictedUse = Flag<5, 6>;
    /// Always one.
    pub(super) type OtherOne = Flag<6, 7>;
    pub(super) type Rewritable = Flag<6, 6>;
    pub(super) type Subtype = Bits<6, 3, 3>;
    pub(super) type HasA1 = Flag<6, 2>;
    pub(super) type HasA2 = Flag<6, 1>;
    pub(super) type HasA3 = Flag<6, 0>;
    pub(super) type LeadIn = MsfAt<8>;
    pub(super) type LeadOut = MsfAt<12>;
    pub(super) type A1 = Bytes<16, 3>;
    pub(super) type A2 = Bytes<20, 3>;
    pub(super) type A3 = Bytes<24, 3>;
}
