//! What is burned: bytes that no accident repeats.

use sha2::{Digest as _, Sha256};

/// So many bytes that differ from sector to sector and from seed to seed.
pub(crate) fn noise(seed: &str, length: usize) -> Vec<u8> {
    let blocks = (0_u64..).flat_map(|index| Sha256::digest(format!("{seed} {index}")).to_vec());
    blocks.take(length).collect()
}

/// A WAVE file of 16-bit stereo at 44.1 kHz, and its samples, little-endian.
pub(crate) fn wave(seed: &str, sectors: usize) -> (Vec<u8>, Vec<u8>) {
    let samples = noise(seed, sectors * 2352);
    let length = u32::try_from(samples.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    file.extend(44_100_u32.to_le_bytes());
    file.extend(176_400_u32.to_le_bytes());
    file.extend(b"\x04\0\x10\0data");
    file.extend(length.to_le_bytes());
    file.extend(&samples);
    (file, samples)
}
