//! Vectors that our code did not make.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails shall panic")]

use discwright_cd::subchannel::{Content, Position, Q, Track};
use discwright_cd::{Control, Lba, Msf, sector};
use ecmlib::{Decoder, Encoder, Optimizations, SectorType};
use hex_literal::hex;
use sha2::{Digest, Sha256};

/// 1000 sectors of noise, each encoded by `encode` and hashed as one stream.
///
/// The same stream was encoded by `do_encode_L2` of libedc (cdrkit 1.1.11) and by `lec_encode_*` of cdrdao 1.2.4, two
/// libraries of different authors. Their hashes agree in all formats and are the constants below.
fn hash_of_encoded(encode: impl Fn(Lba, &[u8; 2352], &mut [u8; 2352])) -> [u8; 32] {
    let mut hash = Sha256::new();
    for number in 0..1000_u32 {
        let mut sector = [0xEE; 2352];
        encode(Lba(i32::try_from(number * 331).unwrap()), &noise(number), &mut sector);
        hash.update(sector);
    }
    hash.finalize().into()
}

/// The linear congruential generator of the harness around the C libraries.
fn noise(seed: u32) -> [u8; 2352] {
    let mut state = seed;
    core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
}

fn part<const N: usize>(noise: &[u8; 2352], from: usize) -> &[u8; N] {
    noise[from..].first_chunk().unwrap()
}

#[test]
fn mode_0_as_two_c_libraries_have_it() {
    let hash = hash_of_encoded(|lba, _, sector| sector::encode_mode0(lba, sector).unwrap());
    assert_eq!(hash, hex!("082ec688523cb5a90634f1314d1a9700858ffd372f773c2627489f4f7e9beb07"));
}

#[test]
fn mode_1_as_two_c_libraries_have_it() {
    let hash =
        hash_of_encoded(|lba, noise, sector| sector::encode_mode1(lba, part(noise, 16), sector).unwrap());
    assert_eq!(hash, hex!("394019aa162971feee354c3420a2d25611bd4afaeaa24c99ee7d571ac0a9d917"));
}

#[test]
fn mode_2_as_two_c_libraries_have_it() {
    let hash =
        hash_of_encoded(|lba, noise, sector| sector::encode_mode2(lba, part(noise, 16), sector).unwrap());
    assert_eq!(hash, hex!("e8995a76b1f78de7d9ba89741c0c912d0ad615a553991b910cd3a9179b785888"));
}

#[test]
fn mode_2_form_1_as_two_c_libraries_have_it() {
    let hash = hash_of_encoded(|lba, noise, sector| {
        let subheader = sector::Subheader::parse(*part(noise, 16));
        sector::encode_mode2_form1(lba, subheader, part(noise, 24), sector).unwrap();
    });
    assert_eq!(hash, hex!("9abbebfdeed60a466ed2a69c5b29d850ec276c9b8c267f00918692effc4bfe41"));
}

#[test]
fn mode_2_form_2_as_two_c_libraries_have_it() {
    let hash = hash_of_encoded(|lba, noise, sector| {
        let subheader = sector::Subheader::parse(*part(noise, 16));
        sector::encode_mode2_form2(lba, subheader, part(noise, 24), sector).unwrap();
    });
    assert_eq!(hash, hex!("d261aff9530ae8660ba3f50a551efa42773ed2c518ce690851049666e92b53d9"));
}

/// `scramble_L2` of libedc: 1000 Mode 1 sectors, each plain and then scrambled.
#[test]
fn scrambling_as_libedc_has_it() {
    let mut hash = Sha256::new();
    for number in 0..1000_u32 {
        let mut sector = noise(number);
        let user = *part(&sector, 16);
        sector::encode_mode1(Lba(i32::try_from(number * 331).unwrap()), &user, &mut sector).unwrap();
        hash.update(sector);
        sector::scramble(&mut sector);
        hash.update(sector);
    }
    let hash: [u8; 32] = hash.finalize().into();
    assert_eq!(hash, hex!("3fa2a5660c5256eefe8cc98fc85ea22942e3bce77e4e8630c1002af0118594fa"));
}

/// A third implementation, ecmlib, recognises our sectors, finds nothing in them that cannot be derived, and derives the
/// same bytes from the user data alone.
#[test]
fn ecmlib_builds_the_same_sectors() {
    let mut decoder = Decoder::new();
    let mut encoder = Encoder::new(Optimizations::all());
    for number in 0..300_u32 {
        let lba = i32::try_from(number * 1_117).unwrap();
        let noise = noise(number);
        let mut sector = [0; 2352];

        sector::encode_mode1(Lba(lba), part(&noise, 16), &mut sector).unwrap();
        assert_eq!(encoder.detect_sector_type(&sector).unwrap(), SectorType::Mode1);
        let address = number * 1_117 + 150;
        let stripped = encoder.encode_sector(&sector, address, None, false).unwrap();
        assert_eq!(stripped, noise[16..2064]);
        let used = encoder.get_last_used_optimizations();
        assert_eq!(decoder.decode_sector(&stripped, SectorType::Mode1, address, used).unwrap(), sector);

        let subheader = sector::Subheader { submode: sector::Subheader::DATA, ..Default::default() };
        sector::encode_mode2_form1(Lba(lba), subheader, part(&noise, 24), &mut sector).unwrap();
        assert_eq!(encoder.detect_sector_type(&sector).unwrap(), SectorType::Mode2Xa1);
        sector::encode_mode2_form2(Lba(lba), subheader, part(&noise, 24), &mut sector).unwrap();
        assert_eq!(encoder.detect_sector_type(&sector).unwrap(), SectorType::Mode2Xa2);
    }
}

/// Q frames as discs have them: the first of a data track, a lead-out.
#[test]
fn q_frames() {
    let msf = |minute, second, frame| Msf::new(minute, second, frame).unwrap();
    let q = |control, content| Q { control, content }.encode().unwrap();
    let position =
        Position { track: Track::Number(1), index: 1, relative: msf(0, 0, 0), absolute: msf(0, 2, 0) };
    // 00:02:00 of any disc that begins with data; this frame with its CRC is in every subchannel dump of one.
    assert_eq!(q(Control::DATA, Content::Position(position)), hex!("410101 000000 00 000200 2832"));
}
