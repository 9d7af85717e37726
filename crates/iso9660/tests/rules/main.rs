//! Every rule of the checker is broken alone, in an image that is sound otherwise, and it alone is told.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics says where")]

mod attributes;
mod disc;
mod mutations;

use std::collections::BTreeSet;
use std::io;

use discwright_cd::Lba;
use discwright_iso9660::format::SECTOR_BYTES;
use discwright_iso9660::read::check::{RULES, Report, check};
use discwright_iso9660::read::{ReadSectors, View};

use self::attributes::{ALLOWED, ATTRIBUTES, attributed};
use self::disc::{Disc, TERMINATOR};
use self::mutations::{ANY, GROWN, MUTATIONS};

fn rules(report: &Report) -> BTreeSet<&'static str> {
    report.counts().keys().copied().collect()
}

#[test]
fn what_is_to_be_broken_is_sound() {
    for disc in [
        Disc::rich(),
        Disc::plain(),
        Disc::deep(7, 20, |_| {}),
        Disc::wide().0,
        Disc::joliet(64),
        Disc::sectioned(),
        Disc::plain().with_small_blocks(),
    ] {
        let report = check(&disc.0, Lba(0));
        assert!(report.findings().is_empty(), "{:#?}", report.findings());
    }
    for (number, change) in ALLOWED.iter().enumerate() {
        let mut disc = attributed();
        change(&mut disc);
        let report = check(&disc.0, Lba(0));
        assert!(report.findings().is_empty(), "{number}: {:#?}", report.findings());
    }
}

#[test]
fn each_rule_is_told_when_its_field_is_broken() {
    let rich = Disc::rich();
    let mut wrong = Vec::new();
    for (rule, consequences, mutate) in MUTATIONS {
        let mut broken = rich.clone();
        mutate(&mut broken);
        judge(rule, consequences, &broken, &mut wrong);
    }
    let attributed = attributed();
    for (rule, consequences, mutate) in ATTRIBUTES {
        let mut broken = attributed.clone();
        mutate(&mut broken);
        judge(rule, consequences, &broken, &mut wrong);
    }
    for (rule, consequences, make) in GROWN {
        judge(rule, consequences, &make(), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn judge(rule: &'static str, consequences: &[&'static str], broken: &Disc, wrong: &mut Vec<String>) {
    let report = check(&broken.0, Lba(0));
    let told = rules(&report);
    let expected: BTreeSet<_> = consequences.iter().copied().chain([rule]).collect();
    let fits = if consequences == ANY { told.contains(rule) } else { told == expected };
    if !fits {
        let first: Vec<_> = report.into_iter().take(6).map(|it| format!("    {it}")).collect();
        wrong.push(format!("{rule} and {consequences:?}, but told was {told:?}:\n{}", first.join("\n")));
    }
}

/// Every byte that says something of extended attributes, each with the values at the edges, and every cut.
#[test]
fn no_extended_attribute_record_is_too_much() {
    let whole = attributed();
    let sound = rules(&check(&whole.0, Lba(0)));
    assert!(sound.is_empty());
    let root = whole.root(View::Plain);
    let records = ["OWNED", "OPEN", "FOLDER"].map(|name| {
        let block = whole.get32(whole.record(View::Plain, name) + 2);
        usize::try_from(block).unwrap() * SECTOR_BYTES
    });
    let ranges = records.map(|at| at..at + 280).into_iter().chain(core::iter::once(root..root + 400));
    let mut told = BTreeSet::new();
    for at in ranges.flatten() {
        for value in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut broken = whole.clone();
            broken.put(at, value);
            told.extend(rules(&check(&broken.0, Lba(0))));
        }
    }
    for sectors in 0..whole.0.len() / SECTOR_BYTES {
        told.extend(rules(&check(whole.0[..sectors * SECTOR_BYTES].to_vec(), Lba(0))));
    }
    let missed: Vec<_> = ATTRIBUTES.iter().map(|it| it.0).filter(|rule| !told.contains(rule)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

/// An image with one sector that cannot be read.
struct Scratched<'a>(&'a Vec<u8>, Lba);

impl ReadSectors for Scratched<'_> {
    fn read_sectors(&self, first: Lba, buffer: &mut [u8]) -> io::Result<()> {
        let sectors = i32::try_from(buffer.len() / 2048).unwrap();
        if (first.0..first.0 + sectors).contains(&self.1.0) {
            return Err(io::Error::other("a scratch"));
        }
        self.0.read_sectors(first, buffer)
    }

    fn end(&self) -> Option<Lba> {
        self.0.end()
    }
}

/// Rules that are broken by what cannot be read.
const SCRATCHED: &[&str] = &["set-unreadable", "directory-unreadable", "catalogue-unreadable"];

#[test]
fn unreadable_sectors_are_told() {
    let rich = Disc::rich();
    let directory = rich.directory(View::Joliet, "emptya");
    for (rule, at) in SCRATCHED.iter().zip([TERMINATOR, directory, rich.catalogue()]) {
        let scratch = Lba(i32::try_from(at / 2048).unwrap());
        let report = check(Scratched(&rich.0, scratch), Lba(0));
        assert_eq!(rules(&report), BTreeSet::from([*rule]), "{:#?}", report.findings());
    }
}

#[test]
fn every_rule_has_a_mutation() {
    let mutated = MUTATIONS.iter().chain(ATTRIBUTES).map(|it| it.0);
    let broken: BTreeSet<_> =
        mutated.chain(GROWN.iter().map(|it| it.0)).chain(SCRATCHED.iter().copied()).collect();
    let all: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(all.difference(&broken).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(broken.difference(&all).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn the_documentation_has_every_rule() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/iso9660-readers.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 5).collect();
    let expected: Vec<String> = RULES
        .iter()
        .map(|rule| format!("| `{}` | {} | {} | {} |", rule.id, rule.level, rule.clause, rule.says))
        .collect();
    let stale: Vec<_> = rows.iter().filter(|row| !expected.iter().any(|it| it == *row)).collect();
    let missing: Vec<_> = expected.iter().filter(|row| !rows.contains(&row.as_str())).collect();
    assert!(stale.is_empty() && missing.is_empty(), "stale: {stale:#?}, missing: {missing:#?}");
    assert_eq!(rows, expected);
}
