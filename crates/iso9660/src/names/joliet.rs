//! Names of the Joliet hierarchy.

use core::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use thiserror::Error;

use super::NameChange;
use super::counter::Counters;
use crate::tree::{Kind, NodeId, Tree};

/// UTF-16 units of a name by the Joliet specification.
pub const UNITS: usize = 64;
/// UTF-16 units of a name that most readers take and other authors write on request.
pub const LONG_UNITS: usize = 103;
/// The longest an extension is spared when a name is cut, in UTF-16 units.
const EXTENSION_UNITS: usize = 16;

/// Why a name cannot be recorded in the Joliet hierarchy as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JolietNameError {
    /// More units than allowed.
    #[error("{units} UTF-16 units are more than {limit}")]
    TooLong {
        /// Units of the name.
        units: usize,
        /// Units allowed.
        limit: usize,
    },
    /// A character that is not allowed: one of `* / : ; ? \` or a control character.
    #[error("{0:?} is not allowed; nor are * / : ; ? \\ and control characters")]
    Character(char),
}

/// Checks a name against `limit` UTF-16 units ([`UNITS`] or [`LONG_UNITS`]) and the allowed characters.
///
/// # Errors
/// [`JolietNameError`] for the first character that is not allowed, or the length.
pub fn check(name: &str, limit: usize) -> Result<(), JolietNameError> {
    if let Some(character) = name.chars().find(|character| !is_allowed(*character)) {
        return Err(JolietNameError::Character(character));
    }
    let units = units(name);
    if units > limit {
        return Err(JolietNameError::TooLong { units, limit });
    }
    Ok(())
}

/// Whether a character may be part of a Joliet name.
#[must_use]
pub fn is_allowed(character: char) -> bool {
    !matches!(character, '*' | '/' | ':' | ';' | '?' | '\\' | '\u{0}'..='\u{1F}')
}

/// UTF-16 units of a text.
#[must_use]
pub fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Names that had to change; every other entry keeps its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changed {
    names: HashMap<NodeId, (Box<str>, NameChange)>,
}

impl Changed {
    pub(crate) fn name<'t>(&'t self, tree: &'t Tree, id: NodeId) -> &'t str {
        self.get(id).map_or_else(|| tree.name(id), |(name, _)| name)
    }

    /// The same as UTF-8 bytes.
    pub(crate) fn name_bytes<'t>(&'t self, tree: &'t Tree, id: NodeId) -> &'t [u8] {
        self.get(id).map_or_else(|| tree.name_bytes(id), |(name, _)| name.as_bytes())
    }

    pub(crate) fn get(&self, id: NodeId) -> Option<&(Box<str>, NameChange)> {
        if self.names.is_empty() { None } else { self.names.get(&id) }
    }

    /// Finds names for those entries of a folder that cannot keep theirs. `children` are in byte order of the names,
    /// so that the outcome does not depend on the order in which the tree was built.
    pub(crate) fn assign(&mut self, tree: &Tree, directory: NodeId, children: &[NodeId], limit: usize) {
        let mut taken = HashSet::new();
        let mut counters = Counters::default();
        for &id in children {
            let name = tree.name(id);
            if check(name, limit).is_ok() {
                continue;
            }
            let is_file = tree.node(id).is_some_and(|node| node.kind == Kind::File);
            let (wish, mut change) = mangle(name, limit, is_file);
            let free = |candidate: &str, taken: &HashSet<String>| {
                tree.lookup(directory, candidate).is_none() && !taken.contains(&folded(candidate))
            };
            let new = if free(&wish, &taken) {
                wish
            } else {
                change.collision = true;
                let build =
                    |digits, number, out: &mut Vec<u8>| numbered(&wish, limit, is_file, digits, number, out);
                let busy = |candidate: &[u8]| !free(str::from_utf8(candidate).unwrap_or_default(), &taken);
                let found = counters.first_free(build, busy).unwrap_or_default();
                String::from_utf8(found).unwrap_or_default()
            };
            taken.insert(folded(&new));
            self.names.insert(id, (new.into(), change));
        }
    }
}

/// A name that was changed in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapted {
    /// The path that the entry had.
    pub path: String,
    /// The name that it has now.
    pub new_name: String,
    /// Why.
    pub change: NameChange,
}

/// Gives those entries of a tree other names that the Joliet hierarchy could not hold with theirs, by the rules of the
/// [module above](crate::names) and in order of the walk; the tree's own names then are the Joliet names.
///
/// To be called on what is staged before it is laid over a tree that was imported by its Joliet names: a file that had to
/// change its name in an earlier session is then recognised as the same, instead of becoming a second one with a number.
/// Names of one folder that become equal are numbered in byte order, so such a group is recognised when it is staged whole.
pub fn adapt(tree: &mut Tree, limit: usize) -> Vec<Adapted> {
    let mut adapted = Vec::new();
    let mut pending = vec![(Tree::ROOT, String::new())];
    while let Some((directory, path)) = pending.pop() {
        let children = tree.children(directory);
        let mut changed = Changed::default();
        if children.iter().any(|&id| check(tree.name(id), limit).is_err()) {
            changed.assign(tree, directory, &children, limit);
        }
        for id in children {
            let old_path = format!("{path}/{}", tree.name(id));
            if let Some((new_name, change)) = changed.get(id)
                && tree.rename(id, directory, new_name).is_ok()
            {
                let (path, new_name) = (old_path.clone(), new_name.to_string());
                adapted.push(Adapted { path, new_name, change: *change });
            }
            if tree.entry(id).kind() == Kind::Directory {
                pending.push((id, old_path));
            }
        }
    }
    adapted.sort_by(|a, b| a.path.cmp(&b.path));
    adapted
}

fn folded(name: &str) -> String {
    name.to_uppercase()
}

/// What `name` becomes if nothing else in the folder has that name.
fn mangle(name: &str, limit: usize, is_file: bool) -> (String, NameChange) {
    let replaced: String =
        name.chars().map(|character| if is_allowed(character) { character } else { '_' }).collect();
    let mut change = NameChange { characters: replaced != name, ..NameChange::default() };
    if units(&replaced) <= limit {
        return (replaced, change);
    }
    change.length = true;
    let (stem, extension) = split(&replaced, is_file);
    let stem = cut(stem, limit - units(extension));
    (format!("{stem}{extension}"), change)
}

/// `wish` with `~` and a number before its extension, cut to fit; without a number the key of that sequence.
fn numbered(
    wish: &str,
    limit: usize,
    is_file: bool,
    digits: u32,
    number: Option<u32>,
    out: &mut Vec<u8>,
) -> bool {
    let (stem, extension) = split(wish, is_file);
    let needed = usize::try_from(digits).unwrap_or(limit) + 1 + units(extension);
    let Some(room) = limit.checked_sub(needed) else { return false };
    let stem = cut(stem, room);
    let text = match number {
        Some(number) => format!("{stem}~{number}{extension}"),
        None => format!("{stem}\0{digits}\0{extension}"),
    };
    out.extend_from_slice(text.as_bytes());
    true
}

/// The part that may be cut and the extension with its dot, if there is one worth sparing.
fn split(name: &str, is_file: bool) -> (&str, &str) {
    let dot = if is_file { name.rfind('.').filter(|dot| *dot > 0) } else { None };
    match dot.map(|dot| name.split_at(dot)) {
        Some((stem, extension)) if units(extension) <= EXTENSION_UNITS => (stem, extension),
        _ => (name, ""),
    }
}

/// The longest beginning of at most `limit` UTF-16 units, cut between characters.
fn cut(text: &str, limit: usize) -> &str {
    let mut room = limit;
    let end = text.char_indices().find_map(|(at, character)| {
        let left = room.checked_sub(character.len_utf16());
        room = left.unwrap_or(0);
        left.is_none().then_some(at)
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Order of names in a directory: that of their UTF-16 units, a dot before anything else, as in ECMA-119, 9.3 where it
/// ends the name part; what is missing at the end counts as zero.
///
/// Takes UTF-8 bytes, as it is called for every pair that is compared.
pub(crate) fn order(a: &[u8], b: &[u8]) -> Ordering {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    rank(a.get(same)).cmp(&rank(b.get(same)))
}

/// Orders the byte where two UTF-8 texts part as UTF-16 would: surrogate pairs come before U+E000 and above.
fn rank(byte: Option<&u8>) -> u16 {
    match byte.copied() {
        None => 0,
        Some(b'.') => 1,
        Some(byte @ 0xEE..=0xEF) => u16::from(byte) + 0x100,
        Some(byte) => u16::from(byte) + 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Attributes, Content, Timestamp};

    fn tree(names: &[&str]) -> Tree {
        let mut tree = Tree::new();
        for name in names {
            let attributes = Attributes::file(Timestamp::EPOCH);
            tree.add_file(Tree::ROOT, name, Content::empty(), attributes).unwrap();
        }
        tree
    }

    fn changed(tree: &Tree) -> Vec<String> {
        let mut changed = Changed::default();
        let children = tree.children(Tree::ROOT);
        changed.assign(tree, Tree::ROOT, &children, UNITS);
        children.iter().map(|&id| changed.name(tree, id).to_owned()).collect()
    }

    #[test]
    fn sixty_four_units_are_the_limit() {
        assert_eq!(check(&"a".repeat(64), UNITS), Ok(()));
        assert_eq!(check(&"a".repeat(65), UNITS), Err(JolietNameError::TooLong { units: 65, limit: 64 }));
        assert_eq!(check(&"😀".repeat(32), UNITS), Ok(()));
        assert_eq!(check(&"😀".repeat(33), UNITS), Err(JolietNameError::TooLong { units: 66, limit: 64 }));
        assert_eq!(check("a:b", UNITS), Err(JolietNameError::Character(':')));
        assert_eq!(check("a\u{7F}", UNITS), Ok(()));
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_extension() {
        let names = changed(&tree(&[&("x".to_owned() + &"😀".repeat(40) + ".txt"), "a?b", "fine"]));
        assert_eq!(names, ["a_b", "fine", &("x".to_owned() + &"😀".repeat(29) + ".txt")]);
    }

    #[test]
    fn clashes_are_numbered_without_touching_those_who_had_the_name() {
        let long = "n".repeat(70);
        let names: Vec<_> = (0..12).map(|number| format!("{long}{number:02}.c")).collect();
        let mut names: Vec<_> = names.iter().map(String::as_str).collect();
        let kept = "n".repeat(62) + ".C";
        names.push(&kept);
        let tree = tree(&names);
        let changed = changed(&tree);
        let unique: HashSet<_> = changed.iter().map(|name| name.to_uppercase()).collect();
        assert_eq!(unique.len(), 13);
        assert!(changed.contains(&kept));
        assert!(changed.contains(&("n".repeat(60) + "~1.c")));
        assert!(changed.contains(&("n".repeat(59) + "~12.c")));
        assert!(changed.iter().all(|name| units(name) <= 64));
    }

    #[test]
    fn a_tree_takes_on_its_joliet_names() {
        let mut tree = tree(&["a?b", "a*b", "A_B~1", "fine"]);
        let folder = tree.add_directory(Tree::ROOT, "x:", Attributes::file(Timestamp::EPOCH)).unwrap();
        tree.add_file(folder, "y;", Content::empty(), Attributes::file(Timestamp::EPOCH)).unwrap();
        let adapted: Vec<_> = adapt(&mut tree, UNITS).into_iter().map(|it| (it.path, it.new_name)).collect();
        let expected = [("/a*b", "a_b"), ("/a?b", "a_b~2"), ("/x:", "x_"), ("/x:/y;", "y_")];
        assert_eq!(adapted, expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
        let names: Vec<_> = tree.walk(Tree::ROOT).map(|entry| entry.path()).collect();
        assert_eq!(names, ["/A_B~1", "/a_b", "/a_b~2", "/fine", "/x_", "/x_/y_"]);
        assert_eq!(adapt(&mut tree, UNITS), []);
    }

    #[test]
    fn order_is_that_of_utf16_with_the_dot_first() {
        let mut names = ["\u{FFFD}", "😀", "z", "a.b", "a-b", "a", "a b", "\u{D7FF}", "\u{E000}", "é"];
        names.sort_by(|a, b| order(a.as_bytes(), b.as_bytes()));
        assert_eq!(names, ["a", "a.b", "a b", "a-b", "z", "é", "\u{D7FF}", "😀", "\u{E000}", "\u{FFFD}"]);
    }
}
