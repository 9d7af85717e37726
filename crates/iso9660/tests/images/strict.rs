//! The checker agrees with the strict parser of pycdlib on what is an image and what is not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use discwright_cd::Lba;
use discwright_iso9660::read::check::{Report, check};
use discwright_iso9660::read::{FileSource, Level};

use super::shared;

/// Images that pycdlib refuses and the checker finds neither errors nor warnings in, and why.
const REFUSED_ONLY_THERE: &[(&str, &str)] = &[(
    "grub/iso9660_early_ce.iso",
    "it looks into AL, an entry of libisofs for attributes, which is digits here; entries that SUSP and Rock Ridge do not know are passed over",
)];

/// Images that pycdlib opens and the checker finds errors in: the rules, and why pycdlib does not see it.
const REFUSED_ONLY_HERE: &[(&str, &[&str], &str)] = &[
    ("hostile-made/102-ce-past-end.iso", &["ce-bounds"], "a continuation area behind the end is empty to it"),
    (
        "hostile-made/15-record-crosses-sector.iso",
        &["record-length"],
        "it reads a directory as one run of bytes, not by sectors",
    ),
    (
        "hostile-made/21-file-size-4g-1.iso",
        &["extent-bounds"],
        "it compares no file with the end of the image",
    ),
    (
        "hostile-made/24-multi-extent-different-names.iso",
        &["section-follows"],
        "it compares no names of sections",
    ),
    (
        "hostile-made/36-volume-size-ffffffff.iso",
        &["space-size"],
        "it does not compare the volume space with the image",
    ),
    ("hostile-made/69-duplicate-names.iso", &["record-twice"], "it joins two entries of one name"),
    (
        "isolyzer/iso9660_roxioecc.iso",
        &["record-volume"],
        "Roxio's records name volume 0 of the set, which pycdlib does not look at",
    ),
    (
        "libarchive/test_read_format_iso_3.iso",
        &["root-record"],
        "the root's record has 68 bytes, of which pycdlib reads 34 without a look at the length",
    ),
    (
        "made/gen-joliet.iso",
        &["parent-record"],
        "genisoimage: in a deep tree a directory names another block as its parent's; pycdlib follows the tree it came by",
    ),
    ("made/gen-level1.iso", &["parent-record"], "the same"),
    ("made/gen-xa.iso", &["parent-record"], "the same"),
    ("made/gen-rock.iso", &["px-type"], "genisoimage: mode 0 in RR_MOVED; pycdlib compares PX with nothing"),
    ("made/gen-rr-joliet.iso", &["px-type"], "the same"),
    (
        "made/xor-ms3-grow.iso",
        &["parent-record"],
        "libisofs: a Joliet directory names itself as its parent, where pycdlib does not look",
    ),
    ("made/xor-rr-joliet.iso", &["parent-record"], "the same"),
    (
        "rufus/menu_c32_test.iso",
        &["root-record"],
        "the root's record in both descriptors has the identifier 01, which pycdlib does not look at",
    ),
];

/// Opens every image named on its command line, and prints a line for each: nothing, or why it refused.
///
/// A parser that runs away is a refusal too.
const OPEN: &str = r"
import signal, sys, pycdlib
def late(signal, frame): raise TimeoutError('gave up after a minute')
signal.signal(signal.SIGALRM, late)
for path in sys.argv[1:]:
    iso = pycdlib.PyCdlib()
    signal.alarm(60)
    try:
        iso.open(path)
        print('')
    except Exception as error:
        print((type(error).__name__ + ': ' + str(error)).replace('\n', ' '))
    signal.alarm(0)
";

/// What pycdlib says of each image: why it refuses it, or nothing; `None` with a visible line where it is not installed.
fn opened(images: &[&Path]) -> Option<Vec<Option<String>>> {
    let installed = Command::new("python3").args(["-c", "import pycdlib"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "pycdlib is not installed");
        println!("skipped: pycdlib (a Python module) is not installed");
        return None;
    }
    let output = Command::new("python3").args(["-c", OPEN]).args(images).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    // It prints warnings of its own in front; each image has one line at the end of what is printed for it.
    let lines: Vec<_> = said.lines().filter(|line| !line.starts_with("Missing UDF")).collect();
    assert_eq!(lines.len(), images.len(), "{said}");
    Some(lines.iter().map(|line| (!line.is_empty()).then(|| (*line).to_owned())).collect())
}

fn errors(report: &Report) -> Vec<&'static str> {
    let ids = report.into_iter().filter(|it| it.level() == Level::Error).map(|it| it.rule.id);
    ids.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

#[test]
fn what_pycdlib_refuses_is_told_and_what_is_told_is_explained() {
    let Some(corpus) = shared::corpus() else { return };
    let images = shared::images(corpus);
    let paths: Vec<&Path> = images.iter().map(|it| it.0.as_path()).collect();
    let Some(said) = opened(&paths) else { return };
    let refusals = said.iter().flatten().count();
    assert!(refusals > 30 && said.len() - refusals > 90, "{refusals} of {} refused", said.len());
    let mut wrong = Vec::new();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, refused) in paths.iter().zip(said) {
        let name = path.strip_prefix(corpus).unwrap().display().to_string();
        let report = check(FileSource::open(path).unwrap(), Lba(0));
        let errors = errors(&report);
        if let Some(reason) = refused {
            let known = REFUSED_ONLY_THERE.iter().find(|it| it.0 == name);
            met.extend(known.map(|it| (it.0, 0)));
            if report.is_sound() != known.is_some() {
                wrong.push(format!("{name} is refused ({reason}), and sound here: {}", report.is_sound()));
            }
        } else {
            let known = REFUSED_ONLY_HERE.iter().find(|it| it.0 == name);
            met.extend(known.map(|it| (it.0, 0)));
            if errors != known.map_or(&[][..], |it| it.1) {
                wrong.push(format!("{name} is opened, and has errors here: {errors:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        met.len(),
        REFUSED_ONLY_THERE.len() + REFUSED_ONLY_HERE.len(),
        "each explanation is of an image that is there: {met:?}"
    );
}

#[test]
fn the_documentation_has_every_disagreement() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/iso9660-readers.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rules = |rules: &[&str]| rules.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    for (name, told, why) in REFUSED_ONLY_HERE {
        let row = format!("| `{name}` | {} | {why} |", rules(told));
        assert!(page.lines().any(|line| line == row), "{row}");
    }
    for (name, why) in REFUSED_ONLY_THERE {
        let row = format!("| `{name}` | nothing | {why} |");
        assert!(page.lines().any(|line| line == row), "{row}");
    }
}
