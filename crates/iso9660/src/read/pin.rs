//! Finding the primary identifiers of imported entries, so that a further session keeps them.
//!
//! In the plain and Rock Ridge views an entry has its primary identifier with it. The Joliet hierarchy has directories of
//! its own; its entries are matched with the primary ones directory by directory: files by where their data lies,
//! directories by the data below them, and what is left by name.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::source::ReadSectors;
use super::volume::{View, Volume};
use super::walk::Visited;
use crate::format::text;
use crate::tree::{Kind, NodeId, Tree};

/// Primary identifiers by entry of the imported tree.
pub(super) struct Pins {
    pinned: Vec<(NodeId, Box<[u8]>)>,
    /// For the other hierarchies: both sides, to be matched when all has been seen.
    matching: Option<Matching>,
}

struct Matching {
    primary: Side<Box<[u8]>>,
    other: Side<NodeId>,
}

impl Pins {
    pub(super) fn of<S: ReadSectors>(volume: &Volume<S>, view: View) -> Self {
        let matching = matches!(view, View::Joliet | View::Enhanced).then(|| {
            let mut primary = Side::default();
            for visited in volume.walk(View::Plain) {
                let identifier = visited.entry.identifier.as_slice().into();
                primary.see(&visited, identifier);
            }
            Matching { primary, other: Side::default() }
        });
        Self { pinned: Vec::new(), matching }
    }

    pub(super) fn see(&mut self, visited: &Visited, node: NodeId) {
        match &mut self.matching {
            Some(matching) => matching.other.see(visited, node),
            None => self.pinned.push((node, visited.entry.identifier.as_slice().into())),
        }
    }

    pub(super) fn apply(mut self, tree: &mut Tree) {
        if let Some(matching) = self.matching.take() {
            matching.match_all(&mut self.pinned);
        }
        for (node, identifier) in self.pinned {
            let bare = without_version(&identifier);
            let file = tree.entry(node).kind() != Kind::Directory;
            if file && !bare.contains(&b'.') {
                // The separator belongs to a file's identifier (ECMA-119, 7.5.1), though some authors leave it out.
                tree.pin_primary_name(node, &[bare, b"."].concat());
            } else {
                tree.pin_primary_name(node, bare);
            }
        }
    }
}

impl Matching {
    fn match_all(&self, pinned: &mut Vec<(NodeId, Box<[u8]>)>) {
        let mut pending = vec![(Rc::<str>::from(""), Rc::<str>::from(""))];
        while let Some((path, other_path)) = pending.pop() {
            let (Some(ones), Some(twos)) =
                (self.primary.children.get(&path), self.other.children.get(&other_path))
            else {
                continue;
            };
            let mut groups: HashMap<_, Group<'_>> = HashMap::new();
            for one in ones {
                groups.entry((one.directory, self.primary.signature(one))).or_default().ones.push(one);
            }
            for two in twos {
                groups.entry((two.directory, self.other.signature(two))).or_default().twos.push(two);
            }
            // Pins are per node: in which order the groups come does not show.
            for (one, two) in groups.into_values().flat_map(Group::pairs) {
                pinned.push((two.payload, one.payload.clone()));
                if one.directory {
                    pending.push((one.path.clone(), two.path.clone()));
                }
            }
        }
    }
}

type Primary = Child<Box<[u8]>>;
type Other = Child<NodeId>;
type Pair<'a> = (&'a Primary, &'a Other);

/// Entries of two directories with the same data.
#[derive(Default)]
struct Group<'a> {
    ones: Vec<&'a Primary>,
    twos: Vec<&'a Other>,
}

impl<'a> Group<'a> {
    /// What is the same entry on both sides: the only two, else those of one name.
    fn pairs(self) -> Vec<Pair<'a>> {
        if let ([one], [two]) = (self.ones.as_slice(), self.twos.as_slice()) {
            return vec![(*one, *two)];
        }
        // Two of one side that fold to one name cannot be told apart.
        let mut by_name: HashMap<String, (Option<&Primary>, Vec<&Other>)> = HashMap::new();
        for one in &self.ones {
            by_name.entry(one.name.clone()).or_default().0 = Some(one);
        }
        for two in &self.twos {
            by_name.entry(folded(&two.name)).or_default().1.push(two);
        }
        let unique = |(one, twos): (Option<_>, Vec<_>)| match twos.as_slice() {
            [two] => Some((one?, *two)),
            _ => None,
        };
        let mut pairs: Vec<Pair<'a>> = by_name.into_values().filter_map(unique).collect();
        let paired: (HashSet<_>, HashSet<_>) =
            pairs.iter().map(|(one, two)| (address(one), address(two))).unzip();
        let mut ones: Vec<_> =
            self.ones.into_iter().filter(|one| !paired.0.contains(&address(one))).collect();
        let mut twos: Vec<_> =
            self.twos.into_iter().filter(|two| !paired.1.contains(&address(two))).collect();
        // What is left has the same data, so whichever identifier it gets names the same thing. In this order those of our own
        // images get theirs back: names in byte order, identifiers by their numbers, the one without a number first.
        ones.sort_by(|a, b| numbered(&a.name).cmp(&numbered(&b.name)));
        twos.sort_by(|a, b| a.name.cmp(&b.name));
        pairs.extend(ones.into_iter().zip(twos));
        pairs
    }
}

/// One hierarchy: what each directory holds, and what lies below it.
struct Side<T> {
    children: HashMap<Rc<str>, Vec<Child<T>>>,
    below: HashMap<Rc<str>, Signature>,
}

impl<T> Default for Side<T> {
    fn default() -> Self {
        Self { children: HashMap::new(), below: HashMap::new() }
    }
}

struct Child<T> {
    payload: T,
    /// Its own path when a directory, else empty.
    path: Rc<str>,
    name: String,
    directory: bool,
    data: Signature,
}

/// What is the same in both hierarchies: first sector, length, number of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Signature {
    first: Option<i32>,
    bytes: u64,
    files: u64,
}

impl<T> Side<T> {
    fn see(&mut self, visited: &Visited, payload: T) {
        let entry = &visited.entry;
        let directory = entry.is_directory();
        let first = entry.sections.iter().next().map(|section| section.start.0);
        let data = Signature { first, bytes: entry.bytes, files: u64::from(!directory) };
        if !directory {
            let mut path = &*visited.parent;
            // All ancestors, the root left out; its two sides are known to match.
            while !path.is_empty() {
                if !self.below.contains_key(path) {
                    self.below.insert(Rc::from(path), Signature::default());
                }
                let Some(sum) = self.below.get_mut(path) else { break };
                sum.first = [sum.first, first].into_iter().flatten().min();
                sum.bytes = sum.bytes.wrapping_add(entry.bytes);
                sum.files += 1;
                path = path.rfind('/').map_or("", |slash| path.split_at(slash).0);
            }
        }
        let path = if directory { Rc::from(visited.path()) } else { Rc::from("") };
        let child = Child { payload, path, name: entry.name.clone(), directory, data };
        self.children.entry(visited.parent.clone()).or_default().push(child);
    }

    fn signature(&self, child: &Child<T>) -> Signature {
        if child.directory { self.below.get(&child.path).copied().unwrap_or_default() } else { child.data }
    }
}

fn address<T>(child: &Child<T>) -> *const Child<T> {
    child
}

/// The number at the end of an identifier's name part, then the identifier.
fn numbered(name: &str) -> (u64, &str) {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let digits = stem.len() - stem.trim_end_matches(|it: char| it.is_ascii_digit()).len();
    let number = stem.get(stem.len() - digits..).and_then(|digits| digits.parse().ok());
    (number.unwrap_or(0), name)
}

/// `name` as an author makes a primary identifier of a name that needs no shortening.
fn folded(name: &str) -> String {
    let upper = |it: char| if it.is_ascii() { it.to_ascii_uppercase() } else { '_' };
    let fit = |it: char| it == '.' || u8::try_from(it).is_ok_and(text::is_d_character);
    name.chars().map(upper).map(|it| if fit(it) { it } else { '_' }).collect()
}

/// The identifier without `;` and version.
fn without_version(identifier: &[u8]) -> &[u8] {
    identifier.split(|byte| *byte == b';').next().unwrap_or_default()
}
