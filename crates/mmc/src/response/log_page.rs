//! Answer to LOG SENSE and parameter list of LOG SELECT (SPC-3, Log parameters).

use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Bits, Flag, Place, body, length8, length16, padded};

/// A log page: 4 bytes and the parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// Page code, 6 bits.
    pub code: u8,
    /// Subpage code, where the page has one.
    pub subpage: Option<u8>,
    /// Parameters; of page 0, which lists the pages in single bytes, see [`supported_pages`](Self::supported_pages).
    pub data: Vec<u8>,
}

/// One parameter of a log page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogParameter {
    /// Parameter code.
    pub code: u16,
    /// Control byte.
    pub control: u8,
    /// Value, at most 255 bytes.
    pub value: Vec<u8>,
}

impl LogPage {
    /// A page of these parameters.
    #[must_use]
    pub fn of(code: u8, parameters: &[LogParameter]) -> Self {
        Self { code, subpage: None, data: parameters.iter().flat_map(LogParameter::encode).collect() }
    }

    /// The parameters, as far as they came whole.
    #[must_use]
    pub fn parameters(&self) -> Vec<LogParameter> {
        let mut row = self.data.as_slice();
        let mut parameters = Vec::new();
        while let Some((&[high, low, control, length], rest)) = row.split_first_chunk::<4>() {
            let Some((value, next)) = rest.split_at_checked(usize::from(length)) else { break };
            let code = u16::from_be_bytes([high, low]);
            parameters.push(LogParameter { code, control, value: value.to_vec() });
            row = next;
        }
        parameters
    }

    /// Of page 0: the codes of the pages there are.
    #[must_use]
    pub fn supported_pages(&self) -> &[u8] {
        if self.code == 0 { &self.data } else { &[] }
    }
}

impl LogParameter {
    fn encode(&self) -> Vec<u8> {
        let value = self.value.get(..255).unwrap_or(&self.value);
        let [high, low] = self.code.to_be_bytes();
        [&[high, low, self.control, length8(value.len())], value].concat()
    }
}

impl Response for LogPage {
    fn encode(&self) -> Vec<u8> {
        let mut header = [0; 4];
        layout::Code::put(&mut header, self.code);
        layout::HasSubpage::put(&mut header, self.subpage.is_some());
        layout::Subpage::put(&mut header, self.subpage.unwrap_or(0));
        layout::Length::put(&mut header, length16(self.data.len()));
        [&header, self.data.as_slice()].concat()
    }

    /// Accepts answers from 4 bytes up.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<4>("log page", bytes, 4)?;
        let claimed = usize::from(layout::Length::get(&header)) + 4;
        Ok(Self {
            code: layout::Code::get(&header),
            subpage: layout::HasSubpage::get(&header).then(|| layout::Subpage::get(&header)),
            data: body(bytes, 4, claimed).to_vec(),
        })
    }
}

mod layout {
    use super::{Be16, Bits, Flag};

    pub(super) type Code = Bits<0, 0, 6>;
    pub(super) type HasSubpage = Flag<0, 6>;
    pub(super) type Subpage = Bits<1, 0, 8>;
    pub(super) type Length = Be16<2>;
}
