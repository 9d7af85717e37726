//! The checker finds what is wrong with images that were broken on purpose, and nothing unexplained in those of the field.

use discwright_cd::Lba;
use discwright_iso9660::read::FileSource;
use discwright_iso9660::read::check::{Report, check};

use super::shared;

/// What is found in each image that was made with one defect: the rules, and nothing else.
const BROKEN: &[(&str, &[&str])] = &[
    ("00-good", &[]),
    // The defect makes directories that the path table has not.
    ("03-dir-two-cycle", &["directory-twice", "table-lacks"]),
    // A directory up to the end of the image takes a file's sectors, and what is in them is no record.
    (
        "06-dir-size-ffffffff",
        &[
            "directory-bounds",
            "directory-gap",
            "directory-length",
            "directory-tail",
            "extent-overlap",
            "link-length",
            "record-length",
            "table-lacks",
        ],
    ),
    ("09-root-lba-past-end", &["directory-bounds", "table-lacks", "table-stranger"]),
    ("102-ce-past-end", &["ce-bounds"]),
    ("105-ce-into-own-record", &["ce-record"]),
    ("108-cl-past-end", &["cl-directory"]),
    ("111-zf-bad-blocklog", &["zf-known"]),
    ("12-reclen-33-name-overrun", &["record-length"]),
    ("120-joliet-good", &[]),
    ("123-joliet-slash", &["joliet-name-characters"]),
    ("126-joliet-110-chars", &["joliet-name-long"]),
    // Allowed, though Windows cannot have such a name.
    ("129-joliet-trailing-dot-space", &[]),
    ("141-et-bad-checksum", &["catalogue-checksum"]),
    // What follows is taken for entries.
    (
        "144-et-section-count-65535",
        &["boot-bounds", "boot-indicator", "boot-media", "catalogue-reserved", "catalogue-sections"],
    ),
    ("15-record-crosses-sector", &["link-length", "record-length"]),
    ("18-both-endian-lba-mismatch", &["record-halves"]),
    ("21-file-size-4g-1", &["extent-bounds"]),
    ("24-multi-extent-different-names", &["section-follows"]),
    // An extended attribute record is allowed, but the one that is announced is zeros.
    ("27-xattr-length-1", &["xar-version"]),
    // So is a date that is not specified.
    ("30-zero-date", &[]),
    ("33-blocksize-4096", &["block-size", "space-size"]),
    ("36-volume-size-ffffffff", &["space-size"]),
    ("39-path-table-lba-past-end", &["table-bounds"]),
    ("42-fsv-9", &["structure-version"]),
    ("45-no-terminator", &["set-terminator"]),
    ("48-empty-file", &["set-unreadable"]),
    ("51-cut-after-pvd", &["directory-bounds", "set-unreadable", "space-size", "table-bounds"]),
    ("60-iso-name-slash", &["name-characters"]),
    ("63-iso-name-backslash", &["name-characters"]),
    ("66-iso-name-newline-esc", &["name-characters", "name-separator"]),
    ("69-duplicate-names", &["record-twice"]),
    ("81-rr-nm-dotdot-slash", &["nm-characters"]),
    ("84-rr-nm-dot", &["nm-characters"]),
    ("87-rr-nm-bad-utf8", &["nm-encoding"]),
    ("90-rr-nm-parent-and-current-flags", &["nm-link"]),
    ("93-sl-component-overrun", &["sl-component"]),
    ("96-susp-len-3", &["susp-length"]),
    ("99-tf-short", &["tf-length"]),
];

/// What is found in images of other authors that readers agree on: part of the name, rules, and what is behind them.
///
/// Rules for texts and dates of descriptors are left out: most authors write texts in small letters.
const FIELD: &[(&str, &[&str], &str)] = &[
    ("test_read_format_iso_2.iso", &["record-date", "root-date"], "garbled dates"),
    ("is9660_udf_imgburn.iso", &["directory-length"], "ImgBurn records the length that is used"),
    ("clamav/iso_no_joliet", &["view-lacks"], "the Joliet hierarchy was emptied"),
    (
        "iso9660_roxioecc.iso",
        &["extent-space", "record-volume"],
        "records name volume 0 of the set; the space ends early",
    ),
    (
        "isoparser-py/test2.iso",
        &["joliet-order", "joliet-path-length", "record-order"],
        "genisoimage compares some names as signed",
    ),
    (
        "java-iso-tools/test1.iso",
        &[
            "descriptor-halves",
            "extent-overlap",
            "name-version",
            "table-differs",
            "table-entry",
            "table-record",
        ],
        "the second halves of numbers are zero, and the path tables broken",
    ),
    (
        "test_read_format_iso_3.iso",
        &["record-date", "root-date", "root-record"],
        "a root record of 68 bytes with a garbled date",
    ),
    (
        "test_read_format_iso_joliet_long.iso",
        &["joliet-name-length", "record-order"],
        "mkisofs sorts by what names were before shortening",
    ),
    (
        "menu_c32_test.iso",
        &["directory-length", "name-version", "root-record"],
        "short directories, names without versions",
    ),
    (
        "made/gen-joliet.iso",
        &["parent-record", "record-date"],
        "genisoimage: a parent at another block in a deep tree; zone of a date before 1970",
    ),
    ("made/gen-level1.iso", &["parent-record", "record-date"], "the same"),
    ("made/gen-xa.iso", &["parent-record", "record-date"], "the same"),
    ("made/gen-rock.iso", &["px-type", "record-date", "tf-date"], "genisoimage: mode 0 in RR_MOVED"),
    ("made/gen-rr-joliet.iso", &["px-type", "record-date", "tf-date"], "the same"),
    ("made/xor-ms3-grow.iso", &["parent-record"], "libisofs: a Joliet directory names itself as its parent"),
    (
        "made/xor-rr-joliet.iso",
        &["directory-depth", "joliet-name-length", "parent-record"],
        "the same, and a tree left deep",
    ),
];

/// Breaches that most authors commit: small letters in texts, dates of zeros, file names with their case.
const USUAL: &[&str] = &["descriptor-text", "descriptor-date", "descriptor-file"];

fn rules(report: &Report) -> Vec<&'static str> {
    report.counts().keys().copied().collect()
}

#[test]
fn of_each_defect_its_own_rules_are_told_and_no_others() {
    let Some(corpus) = shared::corpus() else { return };
    for (name, expected) in BROKEN {
        let source = FileSource::open(corpus.join(format!("hostile-made/{name}.iso"))).unwrap();
        let report = check(source, Lba(0));
        assert_eq!(rules(&report), *expected, "{name}: {:#?}", report.findings());
    }
    for (image, _) in shared::images(corpus) {
        let path = image.display().to_string();
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".iso");
        let known = BROKEN.iter().any(|it| it.0 == name);
        assert!(!path.contains("hostile-made") || known, "{name} is judged by nobody");
    }
}

#[test]
fn images_of_the_field_have_only_findings_that_are_explained() {
    let Some(corpus) = shared::corpus() else { return };
    let mut checked = 0;
    let mut explained = std::collections::BTreeSet::new();
    for (image, description) in shared::images(corpus) {
        let iso = description["views"]["plain"]["consensus"].as_array().is_some_and(|it| !it.is_empty());
        if description["class"] != "valid" || !iso {
            continue;
        }
        let name = image.display().to_string();
        let report = check(FileSource::open(&image).unwrap(), Lba(0));
        let told: Vec<_> = rules(&report).into_iter().filter(|rule| !USUAL.contains(rule)).collect();
        let known = FIELD.iter().find(|it| name.contains(it.0));
        assert_eq!(told, known.map_or(&[][..], |it| it.1), "{name}: {:#?}", report.findings());
        explained.extend(known.map(|it| it.0));
        checked += 1;
    }
    assert!(checked > 70, "{checked}");
    assert_eq!(explained.len(), FIELD.len(), "each explanation is of an image that is there");
}

#[test]
fn fuzzers_finds_of_others_are_judged_and_the_report_stays_small() {
    let Some(corpus) = shared::corpus() else { return };
    for (image, description) in shared::images(corpus) {
        let report = check(FileSource::open(&image).unwrap(), Lba(0));
        assert!(report.findings().len() <= Report::MAX_KEPT);
        let class = description["class"].as_str().unwrap_or_default();
        let name = image.display().to_string();
        if class == "truncated" && !name.contains("wrongblksize") {
            assert!(report.has_errors(), "{name} is cut");
        }
    }
}
