//! How the blocks that a host sends become sectors.

use bytes::{BufMut, Bytes, BytesMut};
use discwright_cd::area::RAW_BYTES;

use crate::medium::{Form, Subchannel};

/// The shape of the blocks that come from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostBlock {
    form: Form,
    subchannel: Subchannel,
    mapping: Mapping,
}

/// How a host's block becomes what is kept of a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mapping {
    /// It is that.
    Whole,
    /// User data of an XA sector, which gets this subheader.
    XaUser { subheader: [u8; 4], user_bytes: usize },
    /// Subheader and user data of an XA sector.
    XaWithSubheader { user_bytes: usize },
    /// A raw sector, of which what follows sync and header is kept as far as the form keeps it.
    FromRaw,
}

/// What a form keeps of a raw sector.
fn user_part(raw: &[u8], form: Form) -> &[u8] {
    raw.get(SYNC_AND_HEADER_BYTES..SYNC_AND_HEADER_BYTES + form.bytes()).unwrap_or(raw)
}

const SYNC_AND_HEADER_BYTES: usize = 16;
/// Subheader, twice.
const SUBHEADER_BYTES: usize = 8;

impl HostBlock {
    /// Audio samples of 2352 bytes.
    pub(crate) const AUDIO: Self = Self::whole(Form::Audio, Subchannel::None);
    /// Mode 1 user data of 2048 bytes.
    pub(crate) const MODE_1: Self = Self::whole(Form::Mode1, Subchannel::None);
    /// Formless mode 2 data of 2336 bytes.
    pub(crate) const MODE_2: Self = Self::whole(Form::Mode2, Subchannel::None);
    /// Mode 2 sectors with subheader, 2336 bytes.
    pub(crate) const XA_MIXED: Self = Self::whole(Form::Xa, Subchannel::None);
    /// Mode 1 sectors of 2352 bytes, of which the user data count.
    pub(crate) const MODE_1_RAW: Self = Self::from_raw(Form::Mode1);
    /// Mode 2 sectors with subheader of 2352 bytes, of which all but sync and header count.
    pub(crate) const XA_RAW: Self = Self::from_raw(Form::Xa);
    /// Formless mode 2 sectors of 2352 bytes, of which the user data count.
    pub(crate) const MODE_2_RAW: Self = Self::from_raw(Form::Mode2);
    /// Raw sectors of 2352 bytes.
    pub(crate) const RAW: Self = Self::whole(Form::Raw, Subchannel::None);
    /// Mode 2 form 1 with subheader, 2056 bytes.
    pub(crate) const XA_FORM_1_SUBHEADER: Self = Self {
        form: Form::Xa,
        subchannel: Subchannel::None,
        mapping: Mapping::XaWithSubheader { user_bytes: 2048 },
    };
    /// Mode 2 form 1 or 2 with subheader, 2332 bytes.
    pub(crate) const XA_MIXED_SUBHEADER: Self = Self {
        form: Form::Xa,
        subchannel: Subchannel::None,
        mapping: Mapping::XaWithSubheader { user_bytes: 2324 },
    };

    const fn whole(form: Form, subchannel: Subchannel) -> Self {
        Self { form, subchannel, mapping: Mapping::Whole }
    }

    const fn from_raw(form: Form) -> Self {
        Self { form, subchannel: Subchannel::None, mapping: Mapping::FromRaw }
    }

    /// Mode 2 form 1 user data of 2048 bytes.
    pub(crate) const fn xa_form_1(subheader: [u8; 4]) -> Self {
        let mapping = Mapping::XaUser { subheader, user_bytes: 2048 };
        Self { form: Form::Xa, subchannel: Subchannel::None, mapping }
    }

    /// Mode 2 form 2 user data of 2324 bytes.
    pub(crate) const fn xa_form_2(subheader: [u8; 4]) -> Self {
        let mapping = Mapping::XaUser { subheader, user_bytes: 2324 };
        Self { form: Form::Xa, subchannel: Subchannel::None, mapping }
    }

    /// The same with subchannel bytes behind each block.
    pub(crate) const fn with(mut self, subchannel: Subchannel) -> Self {
        self.subchannel = subchannel;
        self
    }

    pub(crate) const fn form(&self) -> Form {
        self.form
    }

    pub(crate) const fn subchannel(&self) -> Subchannel {
        self.subchannel
    }

    /// Bytes of a block as the host sends it.
    pub(crate) const fn bytes(&self) -> usize {
        let main = match self.mapping {
            Mapping::Whole => self.form.bytes(),
            Mapping::XaUser { user_bytes, .. } => user_bytes,
            Mapping::XaWithSubheader { user_bytes } => SUBHEADER_BYTES + user_bytes,
            Mapping::FromRaw => RAW_BYTES,
        };
        main + self.subchannel.bytes()
    }

    /// What is kept of whole blocks; a part of a block at the end is left out.
    pub(crate) fn stored(&self, data: &[u8]) -> Bytes {
        let block_bytes = self.bytes().max(1);
        let whole = data.len() - data.len() % block_bytes;
        let data = data.get(..whole).unwrap_or(data);
        if self.mapping == Mapping::Whole {
            return Bytes::copy_from_slice(data);
        }
        let stride = self.form.bytes() + self.subchannel.bytes();
        let mut out = BytesMut::with_capacity(data.len() / block_bytes * stride);
        for block in data.chunks_exact(block_bytes) {
            let (main, subchannel) = block.split_at(block_bytes - self.subchannel.bytes());
            let end = out.len() + self.form.bytes();
            let main = if self.mapping == Mapping::FromRaw { user_part(main, self.form) } else { main };
            if let Mapping::XaUser { subheader, .. } = self.mapping {
                out.put_slice(&subheader);
                out.put_slice(&subheader);
            }
            out.put_slice(main);
            out.resize(end, 0);
            out.put_slice(subchannel);
        }
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MMC-6, table of data block types.
    #[test]
    fn golden_block_sizes() {
        assert_eq!(HostBlock::AUDIO.bytes(), 2352);
        assert_eq!(HostBlock::RAW.with(Subchannel::Pq16).bytes(), 2368);
        assert_eq!(HostBlock::RAW.with(Subchannel::Raw96).bytes(), 2448);
        assert_eq!(HostBlock::MODE_1.bytes(), 2048);
        assert_eq!(HostBlock::MODE_2.bytes(), 2336);
        assert_eq!(HostBlock::xa_form_1([0; 4]).bytes(), 2048);
        assert_eq!(HostBlock::XA_FORM_1_SUBHEADER.bytes(), 2056);
        assert_eq!(HostBlock::xa_form_2([0; 4]).bytes(), 2324);
        assert_eq!(HostBlock::XA_MIXED_SUBHEADER.bytes(), 2332);
    }

    #[test]
    fn a_form_1_block_gets_its_subheader() {
        let host = HostBlock::xa_form_1([1, 2, 8, 0]);
        let stored = host.stored(&[7; 2048 * 2]);
        assert_eq!(stored.len(), 2336 * 2);
        assert_eq!(stored[..8], [1, 2, 8, 0, 1, 2, 8, 0]);
        assert_eq!(stored[2336 + 8..2336 + 8 + 2048], [7; 2048]);
        assert_eq!(stored[8 + 2048..2336], [0; 280]);
    }
}
