//! Identifiers of the primary hierarchy, and of the enhanced one (ISO 9660:1999).

use core::ops::Range;
use std::collections::HashSet;

use super::counter::Counters;
use super::{Level, NameChange};
use crate::format::text::is_d_character;
use crate::tree::{Kind, NodeId, Tree};

/// The longest an extension is kept at levels 2 and 3.
const LONG_EXTENSION: usize = 15;
/// Name and extension together at levels 2 and 3 (ECMA-119, 7.5.1).
const LONG_FILE: usize = 30;
/// Bytes of an identifier in the enhanced hierarchy (ISO 9660:1999, 7.5.1).
const ENHANCED: usize = 207;
/// A folder's identifier at levels 2 and 3 (ECMA-119, 7.6.3).
const LONG_DIRECTORY: usize = 31;

/// The identifiers of a folder's entries, sorted as ECMA-119, 9.3 wants them, without version numbers.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    /// Entries in the order of their identifiers.
    pub(crate) entries: Vec<(NodeId, Range<usize>)>,
    /// The identifiers, in no order.
    pub(crate) text: Vec<u8>,
}

impl Assigned {
    pub(crate) fn identifier(&self, range: &Range<usize>) -> &[u8] {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// Gives the entries of one folder after another their identifiers; keeps its buffers.
#[derive(Debug, Default)]
pub(crate) struct Assigner {
    drafts: Vec<Draft>,
    counters: Counters,
    assigned: Assigned,
}

/// An entry with the identifier it would like.
#[derive(Clone, Debug)]
struct Draft {
    id: NodeId,
    at: usize,
    len: usize,
    /// Who keeps a contested identifier: lower goes first.
    rank: u8,
    kind: Kind,
}

impl Assigner {
    /// The identifiers of `children`, made by `mangle` or kept from an earlier session where `keep` allows it.
    pub(crate) fn assign(
        &mut self,
        tree: &Tree,
        children: impl Iterator<Item = NodeId>,
        rules: Rules,
    ) -> &Assigned {
        self.drafts.clear();
        self.counters.clear();
        self.assigned.entries.clear();
        self.assigned.text.clear();
        for id in children {
            self.draft(tree, id, rules);
        }
        self.sort_drafts(tree);
        self.settle(rules);
        let Assigned { entries, text } = &mut self.assigned;
        entries.sort_unstable_by(|(_, a), (_, b)| {
            let (a, b) = (slice(text, a), slice(text, b));
            if rules.enhanced { a.cmp(b) } else { order(a, b) }
        });
        &self.assigned
    }

    fn draft(&mut self, tree: &Tree, id: NodeId, rules: Rules) {
        let Some(node) = tree.node(id) else { return };
        let name = tree.name(id);
        let text = &mut self.assigned.text;
        let at = text.len();
        let pinned = tree.pinned(id).filter(|pinned| rules.may_keep(pinned, node.kind));
        let rank = if let Some(pinned) = pinned {
            text.extend_from_slice(pinned);
            0
        } else {
            let change = rules.mangle(name, node.kind, text);
            if change == NameChange::default() { 1 } else { 2 }
        };
        self.drafts.push(Draft { id, at, len: text.len() - at, rank, kind: node.kind });
    }

    fn sort_drafts(&mut self, tree: &Tree) {
        let text = &self.assigned.text;
        self.drafts.sort_unstable_by(|a, b| {
            key(text, a)
                .cmp(key(text, b))
                .then_with(|| a.rank.cmp(&b.rank))
                .then_with(|| tree.name_bytes(a.id).cmp(tree.name_bytes(b.id)))
                // Relocated folders may have one name.
                .then_with(|| a.at.cmp(&b.at))
        });
    }

    /// The first of each group keeps the identifier; the others are numbered.
    fn settle(&mut self, rules: Rules) {
        let Self { drafts, counters, assigned } = self;
        let mut numbered: HashSet<Vec<u8>> = HashSet::new();
        for (position, draft) in drafts.iter().enumerate() {
            let first = position
                .checked_sub(1)
                .and_then(|before| drafts.get(before))
                .is_none_or(|before| key(&assigned.text, before) != key(&assigned.text, draft));
            if first {
                assigned.entries.push((draft.id, draft.at..draft.at + draft.len));
                continue;
            }
            let wish = slice(&assigned.text, &(draft.at..draft.at + draft.len));
            let taken = |candidate: &[u8]| {
                let candidate = trimmed(candidate);
                numbered.contains(candidate)
                    || drafts.binary_search_by(|draft| key(&assigned.text, draft).cmp(candidate)).is_ok()
            };
            let build =
                |digits, number, out: &mut Vec<u8>| rules.number(wish, draft.kind, digits, number, out);
            // There are more candidates than a tree can have entries, so there is always one.
            let candidate = counters.first_free(build, taken).unwrap_or_default();
            let at = assigned.text.len();
            assigned.text.extend_from_slice(&candidate);
            assigned.entries.push((draft.id, at..assigned.text.len()));
            numbered.insert(trimmed(&candidate).to_vec());
        }
    }
}

fn slice<'t>(text: &'t [u8], range: &Range<usize>) -> &'t [u8] {
    text.get(range.clone()).unwrap_or_default()
}

/// What two entries of a folder may not have in common.
fn key<'t>(text: &'t [u8], draft: &Draft) -> &'t [u8] {
    trimmed(slice(text, &(draft.at..draft.at + draft.len)))
}

fn trimmed(identifier: &[u8]) -> &[u8] {
    identifier.strip_suffix(b".").unwrap_or(identifier)
}

/// Order of identifiers in a directory (ECMA-119, 9.3): by name, then extension, each as if filled up with spaces;
/// so a dot, which ends the name, comes before any other character. In the enhanced hierarchy a dot ends nothing, and
/// bytes are compared as they are (libisofs does the same, observed).
pub(crate) fn order(a: &[u8], b: &[u8]) -> core::cmp::Ordering {
    let rank = |byte: &u8| if *byte == b'.' { 0 } else { *byte };
    a.iter().map(rank).cmp(b.iter().map(rank))
}

/// How identifiers are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) level: Level,
    /// Names as they are, up to 207 bytes.
    pub(crate) enhanced: bool,
}

impl Rules {
    /// Characters of a file's name and extension, or of a folder and nothing.
    fn limits(self, kind: Kind, extension: usize) -> (usize, usize) {
        match (self.level, kind) {
            (Level::One, Kind::Directory) => (8, 0),
            (Level::One, _) => (8, 3),
            (_, Kind::Directory) => (LONG_DIRECTORY, 0),
            _ => {
                let extension = extension.min(LONG_EXTENSION);
                (LONG_FILE - extension, extension)
            }
        }
    }

    /// Appends the identifier that `name` would get if it were alone, without the version number.
    pub(crate) fn mangle(self, name: &str, kind: Kind, out: &mut Vec<u8>) -> NameChange {
        if self.enhanced {
            let kept = name.get(..name.floor_char_boundary(ENHANCED)).unwrap_or_default();
            // Readers take what follows a semicolon for a version number, though this edition has none.
            out.extend(kept.bytes().map(|byte| if byte == b';' { b'_' } else { byte }));
            let (length, characters) = (kept.len() < name.len(), kept.contains(';'));
            return NameChange { length, characters, ..NameChange::default() };
        }
        let (stem, extension) = split(name, kind);
        let (stem_limit, extension_limit) = self.limits(kind, count(extension));
        let mut change = append(stem, stem_limit, out);
        if kind != Kind::Directory {
            out.push(b'.');
            let more = append(extension, extension_limit, out);
            change.case |= more.case;
            change.characters |= more.characters;
            change.length |= more.length;
        }
        change
    }

    /// Appends `identifier` with a number of so many digits at the end of its name part, or without one the same with
    /// bytes that no identifier has, which tells one sequence of numbers from another.
    fn number(
        self,
        identifier: &[u8],
        kind: Kind,
        digits: u32,
        number: Option<u32>,
        out: &mut Vec<u8>,
    ) -> bool {
        if self.enhanced {
            return number_enhanced(identifier, digits, number, out);
        }
        let dot = identifier.iter().rposition(|byte| *byte == b'.').unwrap_or(identifier.len());
        let (stem, extension) = identifier.split_at(dot);
        let (limit, _) = self.limits(kind, extension.len().saturating_sub(1));
        let Some(room) = usize::try_from(digits).ok().and_then(|digits| limit.checked_sub(digits)) else {
            return false;
        };
        out.extend_from_slice(stem.get(..room.min(stem.len())).unwrap_or_default());
        match number {
            Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
            None => out.extend((0..digits).map(|_| b'#')),
        }
        out.extend_from_slice(extension);
        true
    }

    /// Whether an identifier of an earlier session can stay: d-characters, within level 2.
    fn may_keep(self, identifier: &[u8], kind: Kind) -> bool {
        if self.enhanced {
            return false;
        }
        let mut parts = identifier.split(|byte| *byte == b'.');
        let legal = |part: &[u8]| part.iter().copied().all(is_d_character);
        let name = parts.next().unwrap_or_default();
        match (kind, parts.next(), parts.next()) {
            (Kind::Directory, None, None) => !name.is_empty() && legal(name) && name.len() <= LONG_DIRECTORY,
            (Kind::File | Kind::Symlink | Kind::Special, Some(extension), None) => {
                let bytes = name.len() + extension.len();
                (1..=LONG_FILE).contains(&bytes) && legal(name) && legal(extension)
            }
            _ => false,
        }
    }
}

/// `identifier`, cut between characters to make room, with a number behind.
fn number_enhanced(identifier: &[u8], digits: u32, number: Option<u32>, out: &mut Vec<u8>) -> bool {
    let Some(room) = usize::try_from(digits).ok().and_then(|digits| (ENHANCED - 1).checked_sub(digits))
    else {
        return false;
    };
    let text = str::from_utf8(identifier).unwrap_or_default();
    let stem = text.get(..text.floor_char_boundary(room)).unwrap_or_default();
    out.extend_from_slice(stem.as_bytes());
    match number {
        Some(number) => out.extend_from_slice(format!("~{number}").as_bytes()),
        None => out.extend_from_slice(format!("\0{digits}").as_bytes()),
    }
    true
}

/// Name and extension; a folder has no extension, and a leading dot separates nothing.
fn split(name: &str, kind: Kind) -> (&str, &str) {
    if kind == Kind::Directory {
        return (name, "");
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (name, ""),
    }
}

fn count(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Appends up to `limit` d-characters for as many characters.
fn append(text: &str, limit: usize, out: &mut Vec<u8>) -> NameChange {
    let mut change = NameChange::default();
    let mut room = limit;
    for character in text.chars() {
        let Some(left) = room.checked_sub(1) else {
            change.length = true;
            break;
        };
        room = left;
        let byte = u8::try_from(character).unwrap_or(b'.');
        let upper = byte.to_ascii_uppercase();
        if is_d_character(upper) && character.is_ascii() {
            change.case |= byte != upper;
            out.push(upper);
        } else {
            change.characters = true;
            out.push(b'_');
        }
    }
    change
}

/// How `identifier` differs from what `name` would be recorded as if the hierarchy allowed anything.
pub(crate) fn change(rules: Rules, name: &str, kind: Kind, identifier: &[u8]) -> NameChange {
    let mut wish = Vec::new();
    let mut change = rules.mangle(name, kind, &mut wish);
    change.collision = wish != identifier;
    change
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Attributes, Content, Timestamp};

    fn assign(names: &[&str], level: Level) -> Vec<(String, String)> {
        let mut tree = Tree::with_case(crate::tree::Case::Exact);
        for name in names {
            let attributes = Attributes::file(Timestamp::EPOCH);
            match name.strip_suffix('/') {
                Some(name) => tree.add_directory(Tree::ROOT, name, attributes).unwrap(),
                None => tree.add_file(Tree::ROOT, name, Content::empty(), attributes).unwrap(),
            };
        }
        identifiers(&tree, level)
    }

    fn identifiers(tree: &Tree, level: Level) -> Vec<(String, String)> {
        let mut assigner = Assigner::default();
        let children = tree.children(Tree::ROOT).into_iter();
        let assigned = assigner.assign(tree, children, Rules { level, enhanced: false });
        let text = |range| String::from_utf8(assigned.identifier(range).to_vec()).unwrap();
        assigned.entries.iter().map(|(id, range)| (text(range), tree.name(*id).to_owned())).collect()
    }

    fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
        pairs.iter().map(|(a, b)| (&**a, &**b)).collect()
    }

    #[test]
    fn level_one_is_eight_and_three() {
        let names =
            assign(&["read me.text", ".bashrc", "a.b.c", "über", "FOLDER.WITH.DOTS/", "no-ext."], Level::One);
        assert_eq!(
            pairs(&names),
            [
                ("A_B.C", "a.b.c"),
                ("FOLDER_W", "FOLDER.WITH.DOTS"),
                ("NO_EXT.", "no-ext."),
                ("READ_ME.TEX", "read me.text"),
                ("_BASHRC.", ".bashrc"),
                ("_BER.", "über"),
            ]
        );
    }

    #[test]
    fn level_two_keeps_thirty() {
        let long = "a".repeat(40) + ".extension";
        let names = assign(&[&long, &("b".repeat(40) + "/"), &format!("x.{}", "y".repeat(40))], Level::Two);
        assert_eq!(names[0].0, "A".repeat(21) + ".EXTENSION");
        assert_eq!(names[1].0, "B".repeat(31));
        assert_eq!(names[2].0, "X.".to_owned() + &"Y".repeat(15));
    }

    #[test]
    fn collisions_are_numbered_and_legal_names_keep_theirs() {
        let names = assign(
            &["longname1.txt", "longname2.txt", "LONGNAME.TXT", "LONGNAM1.TXT", "longname/"],
            Level::One,
        );
        assert_eq!(
            pairs(&names),
            [
                ("LONGNAM1.TXT", "LONGNAM1.TXT"),
                ("LONGNAM2.TXT", "longname1.txt"),
                ("LONGNAM3.TXT", "longname2.txt"),
                ("LONGNAME", "longname"),
                ("LONGNAME.TXT", "LONGNAME.TXT"),
            ]
        );
        let same = assign(&["x", "x./"], Level::One);
        assert_eq!(pairs(&same), [("X.", "x"), ("X_", "x.")]);
        let same = assign(&["y", "Y/"], Level::One);
        assert_eq!(pairs(&same), [("Y", "Y"), ("Y1.", "y")]);
    }

    #[test]
    fn any_count_of_collisions_is_resolved() {
        let names: Vec<_> = (0..20_000).map(|number| format!("collide-{number:05}.data")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let assigned = assign(&names, Level::One);
        let unique: HashSet<_> = assigned.iter().map(|(identifier, _)| identifier).collect();
        assert_eq!(unique.len(), 20_000);
        assert!(assigned.iter().all(|(identifier, _)| identifier.len() <= 12));
        assert!(assigned.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn earlier_identifiers_stay() {
        let mut tree = Tree::new();
        for name in ["longname a", "longname b", "longname c"] {
            let attributes = Attributes::file(Timestamp::EPOCH);
            tree.add_file(Tree::ROOT, name, Content::empty(), attributes).unwrap();
        }
        let b = tree.find("longname b").unwrap();
        tree.pin_primary_name(b, b"LONGNAME.");
        let c = tree.find("longname c").unwrap();
        tree.pin_primary_name(c, b"not legal");
        assert_eq!(
            pairs(&identifiers(&tree, Level::One)),
            [("LONGNAM1.", "longname a"), ("LONGNAM2.", "longname c"), ("LONGNAME.", "longname b")]
        );
    }

    #[test]
    fn enhanced_names_are_kept_up_to_207_bytes() {
        let mut tree = Tree::new();
        let long = "ä".repeat(110);
        for name in ["a;b", "kurz.txt", " ", ".~", "kurz!", &(long.clone() + "1"), &(long.clone() + "2")] {
            let attributes = Attributes::file(Timestamp::EPOCH);
            tree.add_file(Tree::ROOT, name, Content::empty(), attributes).unwrap();
        }
        let mut assigner = Assigner::default();
        let rules = Rules { level: Level::One, enhanced: true };
        let assigned = assigner.assign(&tree, tree.children(Tree::ROOT).into_iter(), rules);
        let text = |range| str::from_utf8(assigned.identifier(range)).unwrap();
        let seen: Vec<_> = assigned.entries.iter().map(|(_, range)| text(range)).collect();
        assert_eq!(
            seen,
            [" ", ".~", "a_b", "kurz!", "kurz.txt", &("ä".repeat(102) + "~1"), &"ä".repeat(103)]
        );
    }

    #[test]
    fn order_is_by_name_then_extension() {
        let mut names = vec![&b"AB.C"[..], b"A.B", b"A", b"A1", b"A.", b"A-.C"];
        names.sort_by(|a, b| order(a, b));
        assert_eq!(names, [&b"A"[..], b"A.", b"A.B", b"A-.C", b"A1", b"AB.C"]);
    }
}
