//! Vectors that our code did not make.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails shall panic")]

use discwright_cd::cd_text::{Block, CdText, Characters, Fault, PackKind};
use discwright_cd::subchannel::{Content, Interleaver, Position, Q, RwPack, Track};
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

/// What libburn 1.5.4 (`burn_cdtext_from_session`) makes of an album of three tracks with a block in ISO 8859-1 and one
/// in MS-JIS. Texts after the example in libburn's documentation of CD-TEXT.
const LIBBURN_PACKS: [[u8; 18]; 33] = [
    hex!("80000000 4a6f7966756c204e69676874 f0f7"),
    hex!("8000010c 7300536f6e67206f66204a6f 431c"),
    hex!("8001020a 790048756d7074792044756d 43f9"),
    hex!("8002030a 707479004d6565204f777777 2472"),
    hex!("80030408 770000000000000000000000 6eaf"),
    hex!("81000500 556e6974656420436174204f 302c"),
    hex!("8100060c 72636865737472610046656c 76f7"),
    hex!("81010703 697820616e64205468652050 ee0f"),
    hex!("8101080f 757272730043617477616c6b 6a14"),
    hex!("81020907 204265617574696573004d69 9704"),
    hex!("81030a02 61204b697474656e00000000 b2c3"),
    hex!("82000b00 566172696f757320536f6e67 7ab8"),
    hex!("82000c0c 777269746572730000000000 cbd1"),
    hex!("85000d00 416dfc73616e740000000000 fb5d"),
    hex!("86000e00 313233343536373839300000 a30e"),
    hex!("87000f00 000546656c696e6520636c61 2562"),
    hex!("8700100a 73736963206d757369630000 9e6a"),
    hex!("8d001100 54686973206973206e6f7420 fc53"),
    hex!("8d00120c 746f2062652073686f776e00 d874"),
    hex!("8e001300 313233343536373839303132 3966"),
    hex!("8e00140c 33005859424c473131303132 6014"),
    hex!("8e01150a 3334005859424c4731313030 3d77"),
    hex!("8e021609 303035005859424c47313130 83b9"),
    hex!("8e031708 303030360000000000000000 dd98"),
    hex!("8f001800 000103030506020000010102 a152"),
    hex!("8f011900 00000000000205031a050000 2359"),
    hex!("8f021a00 000000000969000000000000 d9cc"),
    hex!("80000090 93fa967b8cea82cc91e896bc dd45"),
    hex!("80000196 000089cc0000944c944c0000 0235"),
    hex!("80030290 8f4900000000000000000000 c62d"),
    hex!("8f000310 800103000300000000000000 1ed1"),
    hex!("8f010410 00000000000000031a050000 bd57"),
    hex!("8f020510 000000000969000000000000 92e2"),
];

fn libburn_album() -> CdText {
    let mut english = Block::new(Characters::Latin1, Block::ENGLISH, 1, 3);
    english.protection = 3;
    english.genre = Some((5, "Feline classic music".to_owned()));
    for (kind, texts) in [
        (PackKind::Title, ["Joyful Nights", "Song of Joy", "Humpty Dumpty", "Mee Owwww"].as_slice()),
        (
            PackKind::Performer,
            &["United Cat Orchestra", "Felix and The Purrs", "Catwalk Beauties", "Mia Kitten"],
        ),
        (PackKind::Songwriter, &["Various Songwriters"]),
        (PackKind::Message, &["Amüsant"]),
        (PackKind::DiscId, &["1234567890"]),
        (PackKind::Closed, &["This is not to be shown"]),
        (PackKind::Code, &["1234567890123", "XYBLG1101234", "XYBLG1100005", "XYBLG1100006"]),
    ] {
        for (track, text) in (0..).zip(texts) {
            english.set(kind, track, *text).unwrap();
        }
    }
    let mut japanese = Block::new(Characters::MsJis, 0x69, 1, 3);
    for (track, text) in (0..).zip(["日本語の題名", "歌", "猫猫", "終"]) {
        japanese.set(PackKind::Title, track, text).unwrap();
    }
    CdText { blocks: [(0, english), (1, japanese)].into() }
}

#[test]
fn cd_text_as_libburn_has_it() {
    assert_eq!(libburn_album().encode().unwrap(), LIBBURN_PACKS);
    let decoded = CdText::decode(LIBBURN_PACKS.as_flattened());
    assert_eq!(decoded.faults, []);
    assert_eq!(decoded.text, libburn_album());
}

/// One pack in the middle of the titles is lost: the texts that it cut are gone, all others are there.
#[test]
fn a_lost_pack_takes_only_its_texts_along() {
    let mut packs = LIBBURN_PACKS;
    packs[2][5] ^= 1;
    let decoded = CdText::decode(packs.as_flattened());
    assert_eq!(decoded.faults, [Fault::Crc { index: 2 }, Fault::Gap { block: 0, sequence: 3 }]);
    let block = &decoded.text.blocks[&0];
    let titles: Vec<_> = (0..=3).map(|track| block.get(PackKind::Title, track)).collect();
    assert_eq!(titles, [Some("Joyful Nights"), None, None, Some("Mee Owwww")]);
    assert_eq!(block.get(PackKind::Performer, 2), Some("Catwalk Beauties"));
}

/// 64 sectors of channels R to W from noise, by `do_encode_sub` of libedc: the parities alone, then with delay and exchange.
///
/// Its table of logarithms lacks the entry of symbol 63 and reads what lies behind; here it had it (58).
#[test]
fn rw_packs_as_libedc_has_them() {
    let hash_of = |mut spread: Option<Interleaver>| -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut state: u32 = 5;
        let mut symbol = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0] & 0x3F
        };
        for _ in 0..64 * 4 {
            let head = [symbol(), symbol()];
            let data = core::array::from_fn(|_| symbol());
            let pack = RwPack::new(head, &data);
            hash.update(spread.as_mut().map_or(pack, |spread| spread.push(pack)).0);
        }
        hash.finalize().into()
    };
    assert_eq!(hash_of(None), hex!("540b37c66f70cb649c9ec9ca96e8a66a06cdee9906c760b9beecbfc84b662b83"));
    let spread = hash_of(Some(Interleaver::default()));
    assert_eq!(spread, hex!("0b80fe3ae5db7ff1f116f52fa98797f66dbe7820d30285b8bc79ddd43956eecd"));
}
