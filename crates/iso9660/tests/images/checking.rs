//! The checker finds what is wrong with images that were broken on purpose, and nothing wrong with sound ones.

use discwright_cd::Lba;
use discwright_iso9660::read::{FileSource, Level, check};

use super::shared;

/// What must be found in each broken image: its level and the beginning of its clause.
const BROKEN: &[(&str, Level, &str)] = &[
    ("03-dir-two-cycle", Level::Error, "ECMA-119, 6.8.2"),
    ("06-dir-size-ffffffff", Level::Error, "ECMA-119, 9.1.3"),
    ("09-root-lba-past-end", Level::Error, "ECMA-119, 9.1.3"),
    ("102-ce-past-end", Level::Error, "SUSP, 5.1"),
    ("105-ce-into-own-record", Level::Error, "SUSP, 5.1"),
    ("108-cl-past-end", Level::Error, "RRIP, 4.1.5.1"),
    ("111-zf-bad-blocklog", Level::Warning, "RRIP, ZF"),
    ("12-reclen-33-name-overrun", Level::Error, "ECMA-119, 9.1"),
    ("123-joliet-slash", Level::Warning, "Joliet"),
    ("126-joliet-110-chars", Level::Warning, "Joliet"),
    ("141-et-bad-checksum", Level::Error, "El Torito"),
    ("144-et-section-count-65535", Level::Error, "El Torito"),
    ("15-record-crosses-sector", Level::Error, "ECMA-119, 9.1"),
    ("18-both-endian-lba-mismatch", Level::Error, "ECMA-119, 7.2.3"),
    ("21-file-size-4g-1", Level::Error, "ECMA-119, 9.1.3"),
    ("24-multi-extent-different-names", Level::Error, "ECMA-119, 9.1.6"),
    ("33-blocksize-4096", Level::Error, "ECMA-119, 6.2.2"),
    ("36-volume-size-ffffffff", Level::Error, "ECMA-119, 8.4.8"),
    ("39-path-table-lba-past-end", Level::Error, "ECMA-119, 8.4.13"),
    ("42-fsv-9", Level::Warning, "ECMA-119, 8.4.30"),
    ("45-no-terminator", Level::Error, "ECMA-119, 8.3"),
    ("48-empty-file", Level::Error, "ECMA-119, 6.7.1"),
    ("51-cut-after-pvd", Level::Error, "ECMA-119, 8.4.8"),
    ("60-iso-name-slash", Level::Warning, "ECMA-119, 7.5"),
    ("63-iso-name-backslash", Level::Warning, "ECMA-119, 7.5"),
    ("66-iso-name-newline-esc", Level::Warning, "ECMA-119, 7.5"),
    ("69-duplicate-names", Level::Error, "ECMA-119, 6.8.2"),
    ("81-rr-nm-dotdot-slash", Level::Warning, "RRIP, 4.1.4"),
    ("84-rr-nm-dot", Level::Warning, "RRIP, 4.1.4"),
    ("87-rr-nm-bad-utf8", Level::Warning, "RRIP, 4.1.4"),
    ("90-rr-nm-parent-and-current-flags", Level::Warning, "RRIP, 4.1.4"),
    ("93-sl-component-overrun", Level::Warning, "RRIP, 4.1"),
    ("96-susp-len-3", Level::Error, "SUSP, 4.1"),
    ("99-tf-short", Level::Warning, "RRIP, 4.1"),
];

/// Images with nothing wrong: extended attributes and a date that is not specified are allowed.
const SOUND: &[&str] =
    &["00-good", "120-joliet-good", "27-xattr-length-1", "30-zero-date", "129-joliet-trailing-dot-space"];

/// Images of the field with errors that are really there, and what they are.
const FIELD: &[(&str, &str)] = &[
    ("iso9660_roxioecc.iso", "directory records name volume 0 of the set"),
    ("java-iso-tools/test1.iso", "numbers whose second half is zero"),
    ("test_read_format_iso_3.iso", "a root record of 68 bytes"),
    ("menu_c32_test.iso", "a root record of another length"),
    ("made/gen-joliet.iso", "one parent at another block in a deep tree without Rock Ridge"),
    ("made/gen-level1.iso", "the same"),
    ("made/gen-xa.iso", "the same"),
    ("made/xor-ms3-grow.iso", "a Joliet directory that names itself as its parent"),
    ("made/xor-rr-joliet.iso", "the same in every Joliet directory"),
];

#[test]
fn each_defect_is_found_and_cited() {
    let Some(corpus) = shared::corpus() else { return };
    for (name, level, clause) in BROKEN {
        let source = FileSource::open(corpus.join(format!("hostile-made/{name}.iso"))).unwrap();
        let findings = check(source, Lba(0));
        let told = findings.into_iter().any(|it| it.level == *level && it.clause.starts_with(clause));
        assert!(told, "{name}: {:?}", findings.as_slice());
    }
    let known: Vec<_> = BROKEN.iter().map(|it| it.0).chain(SOUND.iter().copied()).collect();
    for (image, _) in shared::images(&corpus.join("..").join("corpus")) {
        let path = image.display().to_string();
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".iso");
        assert!(!path.contains("hostile-made") || known.contains(&name), "{name} is judged by nobody");
    }
}

#[test]
fn sound_images_have_no_findings() {
    let Some(corpus) = shared::corpus() else { return };
    for name in SOUND {
        let source = FileSource::open(corpus.join(format!("hostile-made/{name}.iso"))).unwrap();
        let findings = check(source, Lba(0));
        assert!(findings.is_empty(), "{name}: {:?}", findings.as_slice());
    }
}

#[test]
fn images_of_the_field_have_no_errors_but_their_own() {
    let Some(corpus) = shared::corpus() else { return };
    let mut checked = 0;
    for (image, description) in shared::images(corpus) {
        let iso = description["views"]["plain"]["consensus"].as_array().is_some_and(|it| !it.is_empty());
        if description["class"] != "valid" || !iso {
            continue;
        }
        let name = image.display().to_string();
        let findings = check(FileSource::open(&image).unwrap(), Lba(0));
        let known = FIELD.iter().any(|it| name.ends_with(it.0));
        assert_eq!(findings.has_errors(), known, "{name}: {:?}", findings.as_slice());
        checked += 1;
    }
    assert!(checked > 70, "{checked}");
}
