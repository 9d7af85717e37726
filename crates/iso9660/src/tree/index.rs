//! Finds an entry by its folder and name.

use core::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::collections::hash_map::RandomState;

use hashbrown::HashTable;

use super::node::{Node, NodeId};
use super::text::Text;

/// Whether two names that differ only in case are the same name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// They are, as on Windows and for readers of Joliet: each character counts as its single-character
    /// upper case.
    #[default]
    Fold,
    /// They are not, as on POSIX systems.
    Exact,
}

impl Case {
    /// Whether `a` and `b` name the same entry.
    #[must_use]
    pub fn same(self, a: &str, b: &str) -> bool {
        match self {
            Self::Exact => a == b,
            Self::Fold if a.is_ascii() && b.is_ascii() => a.eq_ignore_ascii_case(b),
            Self::Fold => a.chars().map(fold).eq(b.chars().map(fold)),
        }
    }
}

/// The upper case of a character if that is a single character.
fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_uppercase();
    }
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

/// A hash table of node numbers; its order is never seen, so its random seed (against chosen collisions) never shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    table: HashTable<NodeId>,
    seed: RandomState,
    case: Case,
}

impl Index {
    pub(crate) fn new(case: Case) -> Self {
        Self { case, ..Self::default() }
    }

    pub(crate) fn case(&self) -> Case {
        self.case
    }

    pub(crate) fn find(&self, nodes: &[Node], text: &Text, parent: NodeId, name: &str) -> Option<NodeId> {
        let same = |id: &NodeId| {
            nodes
                .get(id.slot())
                .is_some_and(|node| node.parent == parent && self.case.same(text.str(node.name), name))
        };
        self.table.find(self.hash(parent, name), same).copied()
    }

    pub(crate) fn insert(&mut self, nodes: &[Node], text: &Text, id: NodeId) {
        let hash = self.hash_of(nodes, text, id);
        let Self { table, seed, case } = self;
        table.insert_unique(hash, id, |&id| hash_node(seed, *case, nodes, text, id));
    }

    pub(crate) fn remove(&mut self, nodes: &[Node], text: &Text, id: NodeId) {
        let hash = self.hash_of(nodes, text, id);
        if let Ok(entry) = self.table.find_entry(hash, |&other| other == id) {
            entry.remove();
        }
    }

    pub(crate) fn reserve(&mut self, nodes: &[Node], text: &Text, more: usize) {
        let Self { table, seed, case } = self;
        table.reserve(more, |&id| hash_node(seed, *case, nodes, text, id));
    }

    fn hash(&self, parent: NodeId, name: &str) -> u64 {
        hash(&self.seed, self.case, parent, name)
    }

    fn hash_of(&self, nodes: &[Node], text: &Text, id: NodeId) -> u64 {
        hash_node(&self.seed, self.case, nodes, text, id)
    }
}

fn hash_node(seed: &RandomState, case: Case, nodes: &[Node], text: &Text, id: NodeId) -> u64 {
    nodes.get(id.slot()).map_or(0, |node| hash(seed, case, node.parent, text.str(node.name)))
}

fn hash(seed: &RandomState, case: Case, parent: NodeId, name: &str) -> u64 {
    let mut state = seed.build_hasher();
    parent.hash(&mut state);
    match case {
        Case::Exact => state.write(name.as_bytes()),
        Case::Fold => {
            for chunk in name.as_bytes().chunks(64) {
                let mut folded = [0; 64];
                if let (true, Some(place)) = (name.is_ascii(), folded.get_mut(..chunk.len())) {
                    place.copy_from_slice(chunk);
                    place.make_ascii_uppercase();
                    state.write(place);
                }
            }
            if !name.is_ascii() {
                name.chars().map(fold).for_each(|character| state.write_u32(u32::from(character)));
            }
        }
    }
    state.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_sharp_s_apart_and_joins_greek() {
        assert!(Case::Fold.same("ΣΑΣ", "σας"));
        assert!(Case::Fold.same("Straße.TXT", "STRAßE.txt"));
        assert!(!Case::Fold.same("straße", "strasse"));
        assert!(!Case::Exact.same("a", "A"));
    }
}
