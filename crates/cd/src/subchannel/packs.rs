//! Channels R to W: packs of 24 symbols of six bits, four to a sector, under a Reed-Solomon code (IEC 60908, subcode
//! channels R to W; MMC-6, R-W subcode).
//!
//! CD+G and CD+MIDI use them; CD-TEXT puts 18 bytes into the 24 symbols instead and has a CRC.
//!
//! On the disc neighbouring symbols of a pack lie up to seven packs apart: [`Interleaver`] and [`Deinterleaver`].

use crate::area::SUBCHANNEL_BYTES;

/// Packs in one sector.
pub const SECTOR_PACKS: usize = 4;
/// Symbols in one pack.
pub const PACK_SYMBOLS: usize = 24;
/// Packs by which the interleaver delays a symbol at most, and thus the delay of the whole way.
const DEPTH: usize = 8;

/// One pack of channels R to W: mode and item, instruction, two symbols of Q parity, sixteen of data, four of P parity.
///
/// Each symbol is 0 ..= 63, R in bit 5; the two bits above are ignored and come out zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RwPack(pub [u8; PACK_SYMBOLS]);

/// Which parities of a pack hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RwReport {
    /// The (4,2) code over mode, item and instruction.
    pub q: bool,
    /// The (24,20) code over the whole pack.
    pub p: bool,
}

impl RwPack {
    /// A pack of 2 symbols of mode, item and instruction, and 16 of data; the parities are computed.
    #[must_use]
    pub fn new(head: [u8; 2], data: &[u8; 16]) -> Self {
        let mut symbols = [0; PACK_SYMBOLS];
        let (whole, parity) = symbols.split_at_mut(20);
        let (first, rest) = whole.split_at_mut(4);
        for (place, symbol) in first.iter_mut().zip(head.iter().chain(&remainder(&head, Q_GENERATOR))) {
            *place = symbol & SYMBOL;
        }
        for (place, symbol) in rest.iter_mut().zip(data) {
            *place = symbol & SYMBOL;
        }
        parity.copy_from_slice(&remainder(whole, P_GENERATOR));
        Self(symbols)
    }

    /// Mode and item, then instruction.
    #[must_use]
    pub const fn head(&self) -> [u8; 2] {
        let [first, second, ..] = self.0;
        [first & SYMBOL, second & SYMBOL]
    }

    /// The sixteen symbols of data.
    #[must_use]
    pub fn data(&self) -> [u8; 16] {
        let [_, _, _, _, data @ .., _, _, _, _] = self.0;
        data.map(|symbol| symbol & SYMBOL)
    }

    /// Whether the parities hold.
    #[must_use]
    pub fn check(&self) -> RwReport {
        let expected = Self::new(self.head(), &self.data()).0;
        let pairs = || self.0.iter().map(|symbol| symbol & SYMBOL).zip(expected);
        let equal = |(ours, expected)| ours == expected;
        // P covers the parity of Q as it stands, not as it should be.
        let (whole, parity) = self.0.split_at(20);
        let p = remainder(whole, P_GENERATOR)
            .into_iter()
            .zip(parity)
            .all(|(ours, theirs)| ours == theirs & SYMBOL);
        RwReport { q: pairs().take(4).all(equal), p }
    }
}

/// The four packs in the interleaved bytes of a sector, as they come from the disc.
#[must_use]
pub fn rw_packs(wire: &[u8; SUBCHANNEL_BYTES]) -> [RwPack; SECTOR_PACKS] {
    let mut packs = [RwPack::default(); SECTOR_PACKS];
    for (pack, symbols) in packs.iter_mut().zip(wire.as_chunks::<PACK_SYMBOLS>().0) {
        pack.0 = symbols.map(|symbol| symbol & SYMBOL);
    }
    packs
}

/// Puts four packs into the interleaved bytes of a sector; P and Q stay as they are.
pub fn put_rw_packs(packs: &[RwPack; SECTOR_PACKS], wire: &mut [u8; SUBCHANNEL_BYTES]) {
    for (place, symbol) in wire.iter_mut().zip(packs.iter().flat_map(|pack| pack.0)) {
        *place = *place & !SYMBOL | symbol & SYMBOL;
    }
}

/// Spreads packs for the disc: exchanges three pairs of symbols, then delays symbol *i* by *i* mod 8 packs.
#[derive(Clone, Debug, Default)]
pub struct Interleaver(Delay);

impl Interleaver {
    /// Takes the next pack and gives the next one to go to the disc.
    ///
    /// What is given first holds zeros for symbols that were never put in; seven packs of anything push the last out.
    pub fn push(&mut self, pack: RwPack) -> RwPack {
        self.0.push(exchange(pack), |symbol| symbol % DEPTH)
    }
}

/// Gathers packs from the disc again: delays symbol *i* by 7 − *i* mod 8 packs, then exchanges the three pairs back.
#[derive(Clone, Debug, Default)]
pub struct Deinterleaver(Delay);

impl Deinterleaver {
    /// Takes the next pack from the disc and gives the one that began seven packs before it.
    pub fn push(&mut self, pack: RwPack) -> RwPack {
        exchange(self.0.push(pack, |symbol| DEPTH - 1 - symbol % DEPTH))
    }
}

/// The last eight packs, the newest first.
#[derive(Clone, Debug, Default)]
struct Delay([RwPack; DEPTH]);

impl Delay {
    fn push(&mut self, pack: RwPack, delay: fn(usize) -> usize) -> RwPack {
        self.0.rotate_right(1);
        if let Some(newest) = self.0.first_mut() {
            *newest = pack;
        }
        RwPack(core::array::from_fn(|symbol| {
            let from = self.0.get(delay(symbol)).and_then(|pack| pack.0.get(symbol));
            from.copied().unwrap_or_default() & SYMBOL
        }))
    }
}

/// Exchanges symbols 1 and 18, 2 and 5, 3 and 23, so that no code has two neighbours.
const fn exchange(mut pack: RwPack) -> RwPack {
    pack.0.swap(1, 18);
    pack.0.swap(2, 5);
    pack.0.swap(3, 23);
    pack
}

/// The bits of a symbol.
const SYMBOL: u8 = 0x3F;

/// (x+1)(x+α), without the leading one.
const Q_GENERATOR: [u8; 2] = generator();
/// (x+1)(x+α)(x+α²)(x+α³), without the leading one.
const P_GENERATOR: [u8; 4] = generator();

/// The parity of `symbols`: the remainder of their polynomial, shifted, by the generator.
fn remainder<const N: usize>(symbols: &[u8], generator: [u8; N]) -> [u8; N] {
    let mut remainder = [0; N];
    for symbol in symbols {
        let feedback = remainder.first().copied().unwrap_or_default() ^ (symbol & SYMBOL);
        remainder.rotate_left(1);
        if let Some(last) = remainder.last_mut() {
            *last = 0;
        }
        for (place, coefficient) in remainder.iter_mut().zip(generator) {
            *place ^= times(feedback, coefficient);
        }
    }
    remainder
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; the loops are bounded by the array")]
const fn generator<const N: usize>() -> [u8; N] {
    let mut product = [0; N];
    let mut root = 1;
    let mut factors = 0;
    while factors < N {
        // Times (x + root): every coefficient moves up one and adds root times what was beside it.
        let mut at = 0;
        let mut before = 1;
        while at <= factors {
            let own = product[at];
            product[at] = own ^ times(before, root);
            before = own;
            at += 1;
        }
        root = times(root, 2);
        factors += 1;
    }
    product
}

/// Multiplies in GF(2⁶) with x⁶+x+1.
const fn times(left: u8, right: u8) -> u8 {
    let mut product = 0;
    let mut power = left & SYMBOL;
    let mut rest = right & SYMBOL;
    while rest != 0 {
        if rest & 1 == 1 {
            product ^= power;
        }
        power = (power << 1) ^ if power & 0x20 == 0 { 0 } else { 0x43 };
        rest >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(seed: u8) -> RwPack {
        let data = core::array::from_fn(|at| {
            seed.wrapping_mul(29).wrapping_add(u8::try_from(at).unwrap() * 11) & SYMBOL
        });
        RwPack::new([9, seed & SYMBOL], &data)
    }

    /// The parity check equations of IEC 60908: the codeword's polynomial vanishes at the powers of α.
    #[test]
    fn parities_vanish_at_their_roots() {
        let vanishes =
            |symbols: &[u8], root| symbols.iter().fold(0, |sum, symbol| times(sum, root) ^ symbol) == 0;
        for seed in 0..64 {
            let RwPack(symbols) = pack(seed);
            assert!([1, 2].iter().all(|root| vanishes(&symbols[..4], *root)));
            assert!([1, 2, 4, 8].iter().all(|root| vanishes(&symbols, *root)));
        }
    }

    #[test]
    fn damage_is_seen() {
        let whole = pack(7);
        assert_eq!(whole.check(), RwReport { q: true, p: true });
        for at in 0..PACK_SYMBOLS {
            let mut damaged = whole;
            damaged.0[at] ^= 0x11;
            assert_eq!(damaged.check(), RwReport { q: at >= 4, p: false });
        }
    }

    #[test]
    fn packs_come_back_seven_later() {
        let (mut out, mut back) = (Interleaver::default(), Deinterleaver::default());
        for seed in 0..64 {
            let gathered = back.push(out.push(pack(seed)));
            if let Some(earlier) = seed.checked_sub(7) {
                assert_eq!(gathered, pack(earlier));
            }
        }
    }
}
