//! What breaks each rule, and which other rules that cannot but break too.

use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::layout::{Deep, Joliet, RockRidge};
use discwright_iso9660::read::View::{Enhanced, Joliet as Ucs2, Plain, RockRidge as Posix};

use super::disc::{BOOT, Disc, ENHANCED, JOLIET, PRIMARY, TERMINATOR};

/// The rule, its consequences, and the change to [`Disc::rich`].
type Mutation = (&'static str, &'static [&'static str], fn(&mut Disc));

/// Consequences of a change by which one structure is read as another: whatever is found in it.
pub(crate) const ANY: &[&str] = &["*"];

/// A logical block that no image has.
const BEYOND: u32 = 0x00FF_FFFF;

pub(crate) const MUTATIONS: &[Mutation] = &[
    ("set-terminator", &[], |it| it.set(TERMINATOR + 1, b"XX001")),
    ("set-primary", &[], |it| it.put(PRIMARY, 3)),
    ("set-copies", &[], |it| {
        let mut copy = it.0[PRIMARY..PRIMARY + SECTOR_BYTES].to_vec();
        copy[40] = b'X';
        it.set(BOOT, &copy);
    }),
    ("descriptor-type", &[], |it| it.put(BOOT, 7)),
    ("descriptor-version", &[], |it| it.put(PRIMARY + 6, 2)),
    ("terminator-version", &[], |it| it.put(TERMINATOR + 6, 2)),
    ("terminator-reserved", &[], |it| it.put(TERMINATOR + 2047, 1)),
    ("descriptor-reserved", &[], |it| it.put(PRIMARY + 2047, 1)),
    ("descriptor-flags", &[], |it| it.put(JOLIET + 7, 1)),
    ("descriptor-escapes", &[], |it| it.put(JOLIET + 91, b'x')),
    ("descriptor-halves", &[], |it| it.flip(PRIMARY + 87, 1)),
    ("descriptor-text", &[], |it| it.put(PRIMARY + 40, b'a')),
    ("descriptor-file", &[], |it| it.set(PRIMARY + 702, b"NOFILE.TXT;1")),
    ("descriptor-date", &[], |it| it.put(PRIMARY + 813, b'x')),
    ("structure-version", &[], |it| it.put(ENHANCED + 881, 1)),
    ("space-size", &[], |it| {
        [PRIMARY, JOLIET, ENHANCED].map(|at| it.set32(at + 80, BEYOND)).into_iter().collect()
    }),
    ("space-differs", &[], |it| it.set32(JOLIET + 80, it.get32(JOLIET + 80) - 1)),
    ("block-size", &[], |it| it.set16(JOLIET + 128, 1024)),
    ("set-numbers", &[], |it| it.set16(PRIMARY + 120, 0)),
    ("root-record", &[], |it| it.put(JOLIET + 156, 36)),
    ("root-flags", &[], |it| it.put(JOLIET + 181, 0x42)),
    ("root-date", &[], |it| it.put(JOLIET + 175, 13)),
    ("table-bounds", &[], |it| it.set(JOLIET + 140, &BEYOND.to_le_bytes())),
    ("table-record", &[], |it| it.set32(PRIMARY + 132, it.get32(PRIMARY + 132) + 2)),
    ("table-padding", &[], |it| it.put(it.table(PRIMARY, false) + 9, 1)),
    ("table-parent", &["table-order"], |it| {
        let [little, big] = it.table_records(PRIMARY, b"EMPTYB");
        it.set(little + 6, &999_u16.to_le_bytes());
        it.set(big + 6, &999_u16.to_be_bytes());
    }),
    ("table-order", &[], |it| {
        let (a, b) = (it.table_records(PRIMARY, b"EMPTYA"), it.table_records(PRIMARY, b"EMPTYB"));
        for (a, b) in a.into_iter().zip(b) {
            let (one, two) = (it.0[a..a + 14].to_vec(), it.0[b..b + 14].to_vec());
            it.set(a, &two);
            it.set(b, &one);
        }
    }),
    ("table-differs", &[], |it| it.put(it.table_records(PRIMARY, b"EMPTYB")[1] + 1, 1)),
    ("table-stranger", &["table-lacks"], |it| {
        let [little, big] = it.table_records(PRIMARY, b"EMPTYB");
        it.set(little + 2, &BEYOND.to_le_bytes());
        it.set(big + 2, &BEYOND.to_be_bytes());
    }),
    ("table-lacks", &["table-stranger"], |it| {
        let [little, big] = it.table_records(JOLIET, b"\0e\0m\0p\0t\0y\0b");
        it.set(little + 2, &BEYOND.to_le_bytes());
        it.set(big + 2, &BEYOND.to_be_bytes());
    }),
    ("table-entry", &[], |it| {
        it.table_records(PRIMARY, b"EMPTYB").map(|at| it.put(at + 13, b'C')).into_iter().collect()
    }),
    ("directory-twice", &["table-stranger"], |it| {
        let (a, b) = (it.record(Ucs2, "emptya"), it.record(Ucs2, "emptyb"));
        it.set32(b + 2, it.get32(a + 2));
    }),
    ("directory-length", &["link-length"], |it| it.set32(it.record(Ucs2, "emptyb") + 10, 2047)),
    ("directory-bounds", &["table-lacks", "table-stranger"], |it| {
        it.set32(it.record(Ucs2, "emptyb") + 2, BEYOND)
    }),
    ("directory-sections", &[], |it| it.add_bits(it.record(Ucs2, "emptyb") + 25, 0x80)),
    ("directory-unused", &[], |it| it.put(it.directory(Ucs2, "emptyb") + 2047, 1)),
    ("self-record", &[], |it| it.set32(it.directory(Ucs2, "emptyb") + 2, BEYOND)),
    ("parent-record", &[], |it| it.set32(it.next(it.directory(Ucs2, "emptyb")) + 2, BEYOND)),
    ("link-length", &[], |it| it.set32(it.directory(Ucs2, "emptyb") + 10, 4096)),
    ("link-flags", &[], |it| it.put(it.directory(Ucs2, "emptyb") + 25, 0)),
    ("record-length", &[], |it| it.put(it.record(Ucs2, "zempty"), 20)),
    ("record-even", &[], |it| it.step(it.record(Ucs2, "zempty"), 1)),
    ("record-padding", &[], |it| it.put(it.identifier(it.record(Ucs2, "zempty")).end, 1)),
    ("record-halves", &[], |it| it.flip(it.record(Ucs2, "zempty") + 9, 1)),
    ("record-date", &[], |it| it.put(it.record(Ucs2, "zempty") + 19, 13)),
    ("record-flags", &[], |it| it.put(it.record(Ucs2, "zempty") + 25, 0x20)),
    ("record-volume", &[], |it| it.set16(it.record(Ucs2, "zempty") + 28, 2)),
    ("record-interleave", &[], |it| it.put(it.record(Ucs2, "zempty") + 26, 1)),
    ("record-order", &[], |it| it.put(it.record(Plain, "ZEMPTY") + 33, b'A')),
    ("record-twice", &[], |it| it.put(it.record(Plain, "DUPB") + 36, b'A')),
    ("section-follows", &[], |it| it.put(it.record(Ucs2, "zempty") + 25, 0x80)),
    ("name-characters", &[], |it| it.put(it.record(Plain, "ZEMPTY") + 38, b'y')),
    ("name-separator", &[], |it| it.put(it.record(Plain, "ZEMPTY") + 39, b'Z')),
    ("name-version", &[], |it| it.put(it.record(Plain, "ZEMPTY") + 41, b'0')),
    ("directory-name-characters", &[], |it| {
        let record = it.record(Plain, "EMPTYB");
        it.put(record + 38, b'b');
        it.table_records(PRIMARY, b"EMPTYB").map(|at| it.put(at + 13, b'b')).into_iter().collect()
    }),
    ("joliet-name-units", &[], |it| it.step(it.record(Ucs2, "zempty") + 32, -1)),
    ("joliet-name-surrogate", &[], |it| it.set(it.record(Ucs2, "zempty") + 35, &[0xD8, 0])),
    ("joliet-name-characters", &[], |it| it.put(it.record(Ucs2, "zempty") + 44, b'*')),
    ("joliet-order", &[], |it| it.put(it.record(Ucs2, "zempty") + 34, b'a')),
    ("joliet-order-dot", &[], |it| {
        let (dot, space) = (it.record(Ucs2, "dots/a.b"), it.record(Ucs2, "dots/a b"));
        it.put(dot + 36, b' ');
        it.put(space + 36, b'.');
    }),
    ("enhanced-name-length", &[], |it| {
        let record = it.record(Enhanced, "zempty");
        it.rename_last(record, &[b'z'; 208]);
    }),
    ("enhanced-name-characters", &[], |it| it.put(it.record(Enhanced, "zempty") + 38, b'/')),
    ("extent-bounds", &["view-lacks"], |it| {
        let record = it.record(Ucs2, "zempty");
        it.set32(record + 2, BEYOND);
        it.set32(record + 10, 5);
    }),
    ("extent-space", &[], |it| {
        let end = it.get32(it.record(Plain, "SOLO") + 2);
        [PRIMARY, JOLIET, ENHANCED].map(|at| it.set32(at + 80, end)).into_iter().collect()
    }),
    ("extent-overlap", &["view-lacks"], |it| {
        let (record, solo) = (it.record(Ucs2, "zempty"), it.record(Ucs2, "solo"));
        it.set32(record + 2, it.get32(solo + 2) + 1);
        it.set32(record + 10, 5);
    }),
    ("sp-place", &[], |it| it.put(it.entry(it.root(Plain), b"SP") + 4, 0)),
    ("er-missing", &[], |it| it.put(it.entry(it.root(Plain), b"ER") + 1, b'X')),
    ("susp-length", &[], |it| {
        let record = it.record(Posix, "zempty");
        it.in_place_of_times(record, b"XX\x06\x01\0\0");
        let padding = it.entry(record, b"PD");
        it.put(padding + 2, 3);
    }),
    ("susp-size", &[], |it| it.in_place_of_times(it.record(Posix, "zempty"), b"RE\x05\x01\0")),
    ("susp-version", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"TF") + 3, 2)),
    ("susp-halves", &[], |it| it.flip(it.entry(it.record(Posix, "zempty"), b"PX") + 11, 1)),
    ("ce-twice", &["px-missing"], |it| {
        let record = it.record(Posix, &long_path());
        let (from, to) = (it.entry(record, b"CE"), it.entry(record, b"PX"));
        let continuation = it.0[from..from + 28].to_vec();
        it.set(to, &continuation);
        it.set(to + 28, b"PD\x10\x01");
    }),
    ("ce-bounds", &[], |it| it.set32(long(it, b"CE") + 4, BEYOND)),
    ("ce-ring", &["susp-length"], |it| {
        let from = long(it, b"CE");
        let continuation = it.0[from..from + 28].to_vec();
        let area = usize::try_from(it.get32(from + 4)).unwrap() * SECTOR_BYTES
            + usize::try_from(it.get32(from + 12)).unwrap();
        it.set(area, &continuation);
    }),
    ("ce-record", &[], |it| {
        let at = long(it, b"CE");
        it.set32(at + 4, u32::try_from(at / SECTOR_BYTES).unwrap());
        it.set32(at + 12, u32::try_from(at % SECTOR_BYTES).unwrap());
    }),
    ("ce-sector", &["extent-overlap"], |it| {
        let at = long(it, b"CE");
        it.set32(at + 20, 2048 + 100);
    }),
    ("px-missing", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"PX"), b'X')),
    ("px-type", &[], |it| it.set32(it.entry(it.record(Posix, "zempty"), b"PX") + 4, 0o040_644)),
    ("px-links", &[], |it| it.set32(it.entry(it.record(Posix, "zempty"), b"PX") + 12, 0)),
    ("px-links-few", &[], |it| it.set32(it.entry(it.record(Posix, "one"), b"PX") + 12, 1)),
    ("px-serial", &["px-links-few"], |it| {
        let (one, two) =
            (it.entry(it.record(Posix, "one"), b"PX"), it.entry(it.record(Posix, "zempty"), b"PX"));
        it.set32(two + 36, it.get32(one + 36));
    }),
    ("pn-missing", &[], |it| it.set32(it.entry(it.record(Posix, "zempty"), b"PX") + 4, 0o020_644)),
    ("pn-stray", &["sl-missing"], |it| {
        let mut device = b"PN\x14\x01".to_vec();
        device.resize(20, 0);
        it.in_place_of(it.record(Posix, "folder/link"), b"SL", &device);
    }),
    ("sl-missing", &[], |it| it.set32(it.entry(it.record(Posix, "zempty"), b"PX") + 4, 0o120_777)),
    ("sl-stray", &[], |it| it.set32(it.entry(it.record(Posix, "folder/link"), b"PX") + 4, 0o100_644)),
    ("sl-component", &[], |it| it.add_bits(it.entry(it.record(Posix, "folder/link"), b"SL") + 5, 0x40)),
    ("sl-continue", &[], |it| it.put(it.entry(it.record(Posix, "folder/link"), b"SL") + 4, 1)),
    ("nm-continue", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"NM") + 4, 1)),
    ("nm-characters", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"NM") + 5, b'/')),
    ("nm-link", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"NM") + 4, 2)),
    ("nm-length", &[], |it| it.in_place_of_times(it.record(Posix, &long_path()), b"NM\x06\x01\x01n")),
    ("nm-encoding", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"NM") + 5, 0xFF)),
    ("nm-twice", &[], |it| it.put(it.entry(it.record(Posix, "dupb"), b"NM") + 8, b'a')),
    ("tf-length", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"TF") + 4, 0x7F)),
    ("tf-date", &[], |it| it.put(it.entry(it.record(Posix, "zempty"), b"TF") + 6, 13)),
    ("cl-directory", &["re-lost"], |it| it.set32(relocated(it, b"CL") + 4, BEYOND)),
    ("cl-relocated", &[], |it| it.put(relocated(it, b"RE"), b'X')),
    ("pl-missing", &[], |it| it.put(relocated(it, b"PL"), b'X')),
    ("pl-parent", &[], |it| it.set32(relocated(it, b"PL") + 4, BEYOND)),
    ("re-lost", &[], |it| it.in_place_of_times(it.record(Posix, "emptyb"), b"RE\x04\x01")),
    ("zf-known", &["sl-missing"], |it| {
        it.in_place_of(it.record(Posix, "folder/link"), b"SL", b"ZF\x10\x01pz\x04\x02\0\0\0\0\0\0\0\0");
    }),
    ("boot-place", &[], |it| {
        let (boot, joliet) = (it.0[BOOT..BOOT + 2048].to_vec(), it.0[JOLIET..JOLIET + 2048].to_vec());
        it.set(BOOT, &joliet);
        it.set(JOLIET, &boot);
    }),
    ("boot-reserved", &[], |it| it.put(BOOT + 100, 1)),
    ("catalogue-validation", &[], |it| it.put(it.catalogue() + 30, 0)),
    ("catalogue-checksum", &[], |it| it.flip(it.catalogue() + 4, 1)),
    ("catalogue-platform", &[], |it| {
        it.put(it.catalogue() + 1, 7);
        it.mend_checksum();
    }),
    ("catalogue-reserved", &[], |it| it.put(it.catalogue() + 32 + 5, 1)),
    ("catalogue-sections", &[], |it| it.put(it.catalogue() + 64, 0x90)),
    ("boot-indicator", &[], |it| it.put(it.catalogue() + 32, 0x55)),
    ("boot-media", &[], |it| it.put(it.catalogue() + 33, 7)),
    ("boot-bounds", &[], |it| it.set(it.catalogue() + 40, &BEYOND.to_le_bytes())),
    ("view-length", &[], |it| it.set32(it.record(Ucs2, "solo") + 10, 4999)),
    ("view-lacks", &[], |it| it.set32(it.record(Ucs2, "solo") + 10, 0)),
];

/// The file whose name is as long as it may be.
fn long_path() -> String {
    format!("folder/{}", "n".repeat(255))
}

/// An entry of the file whose name is as long as it may be.
fn long(disc: &Disc, signature: &[u8; 2]) -> usize {
    disc.entry(disc.record(Posix, &long_path()), signature)
}

/// The entry with `signature` that belongs to the directory which was relocated.
fn relocated(disc: &Disc, signature: &[u8; 2]) -> usize {
    let stand_in = disc.record(Plain, "D1/D2/D3/D4/D5/D6/D7/D8");
    let moved = disc.record(Plain, "RR_MOVED/D8");
    match signature {
        b"CL" => disc.entry(stand_in, signature),
        b"RE" => disc.entry(moved, signature),
        _ => disc.entry(disc.next(disc.directory(Plain, "RR_MOVED/D8")), signature),
    }
}

/// The rule, its consequences, and an image of another kind that breaks it.
type Grown = (&'static str, &'static [&'static str], fn() -> Disc);

pub(crate) const GROWN: &[Grown] = &[
    ("directory-depth", &[], || {
        Disc::deep(8, 1, |options| {
            options.rock_ridge = Some(RockRidge { deep: Deep::Leave, ..RockRidge::default() })
        })
    }),
    ("directory-gap", &[], || {
        let (mut disc, sectors) = Disc::wide();
        disc.0[sectors.start + SECTOR_BYTES..][..SECTOR_BYTES].fill(0);
        disc
    }),
    ("directory-tail", &[], || {
        let (mut disc, sectors) = Disc::wide();
        disc.0[sectors.end - SECTOR_BYTES..][..SECTOR_BYTES].fill(0);
        disc
    }),
    ("path-length", &["directory-depth"], || Disc::deep(9, 30, |_| {})),
    ("joliet-path-length", &[], || Disc::deep(5, 60, |options| options.joliet = Some(Joliet::default()))),
    ("joliet-name-length", &[], || Disc::joliet(65)),
    ("joliet-name-long", &[], || {
        let mut disc = Disc::joliet(64);
        let record = disc.next(disc.next(disc.root(Ucs2)));
        disc.rename_last(record, &[0, b'j'].repeat(104));
        disc
    }),
    ("name-empty", &[], || {
        let mut disc = Disc::plain();
        let record = disc.next(disc.next(disc.directory(Plain, &"D".repeat(31))));
        disc.rename_last(record, b".;1");
        disc
    }),
    ("name-length", &[], || {
        let mut disc = Disc::plain();
        let record = disc.next(disc.next(disc.directory(Plain, &"D".repeat(31))));
        disc.rename_last(record, format!("{}.EXT;1", "N".repeat(28)).as_bytes());
        disc
    }),
    ("directory-name-length", &[], || {
        let mut disc = Disc::plain();
        let record = disc.record(Plain, &"D".repeat(31));
        let tables = disc.table_records(PRIMARY, &[b'D'; 31]);
        disc.rename_last(record, &[b'D'; 32]);
        for at in tables {
            disc.0[at] = 32;
            disc.0[at + 39] = b'D';
        }
        disc
    }),
    ("directory-start", &["table-lacks", "table-stranger"], || {
        let mut disc = Disc::plain().with_small_blocks();
        let record = disc.next(disc.next(usize::try_from(disc.get32(PRIMARY + 158)).unwrap() * 1024));
        disc.set32(record + 2, disc.get32(record + 2) + 1);
        disc
    }),
    ("view-sections", &[], || {
        let mut disc = Disc::sectioned();
        let (first, other) = (disc.record(Ucs2, "dupa"), disc.record(Plain, "OTHER"));
        disc.set32(disc.next(first) + 2, disc.get32(other + 2));
        disc
    }),
    ("view-length", &[], || {
        let mut disc = Disc::sectioned();
        let first = disc.record(Ucs2, "dupa");
        disc.set32(disc.next(first) + 10, 4999);
        disc
    }),
    ("directory-count", ANY, || {
        let mut disc = Disc::rich();
        for name in ["emptya", "emptyb", "dots", "folder"] {
            let (record, bytes) = (disc.record(Ucs2, name), disc.0.len());
            disc.set32(record + 10, u32::try_from(bytes).unwrap());
        }
        disc
    }),
];
