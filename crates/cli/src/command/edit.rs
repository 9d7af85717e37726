//! Changes to the tree of an earlier session, as the command line asks for them.

use clap::Args;
use discwright_iso9660::names::joliet;
use discwright_iso9660::tree::{NodeId, Tree};

use crate::exit::Failure;

/// Removals and moves. Data of what is removed stays on the disc, in the sessions before.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Changes to the earlier session")]
pub(crate) struct EditArgs {
    /// Leave out an entry of the earlier session, a folder with all it holds; may be repeated. All removals come first.
    #[arg(long, value_name = "PATH")]
    pub(crate) remove: Vec<String>,
    /// Give an entry of the earlier session the path NEW: a folder that is there, and a name that is free; may be repeated.
    /// Moves come in the order given, after the removals and before PATHs are added.
    #[arg(long = "move", visible_alias = "rename", num_args = 2, value_names = ["OLD", "NEW"])]
    pub(crate) moves: Vec<String>,
}

impl EditArgs {
    /// Whether nothing is to be changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.moves.is_empty()
    }

    /// Changes `tree`; new names must fit into so many units where the Joliet hierarchy limits them.
    pub(crate) fn apply(&self, tree: &mut Tree, joliet_units: Option<usize>) -> Result<(), Failure> {
        for path in &self.remove {
            let id = find(tree, "--remove", path)?;
            tree.remove(id).map_err(|error| refuse("--remove", path, &error))?;
        }
        for pair in self.moves.chunks(2) {
            let [old, new] = pair else { continue };
            let id = find(tree, "--move", old)?;
            let (folder, name) = new.trim_end_matches('/').rsplit_once('/').unwrap_or(("", new));
            let folder = find(tree, "--move", folder)?;
            if let Some(limit) = joliet_units {
                joliet::check(name, limit).map_err(|error| refuse("--move", new, &error))?;
            }
            tree.rename(id, folder, name).map_err(|error| refuse("--move", old, &error))?;
        }
        Ok(())
    }
}

/// The entry at `path`; the root for an empty one.
pub(crate) fn find(tree: &Tree, option: &str, path: &str) -> Result<NodeId, Failure> {
    let nothing = || {
        Failure::refused(format!("{option} {path}: there is no such entry"))
            .advise("`discwright ls` shows the paths of a session")
    };
    tree.find(path).ok_or_else(nothing)
}

fn refuse(option: &str, path: &str, error: &dyn core::fmt::Display) -> Failure {
    Failure::refused(format!("{option} {path}: {error}"))
}

#[cfg(test)]
mod tests {
    use discwright_iso9660::tree::{Attributes, Content, Timestamp};

    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::new();
        let attributes = Attributes::directory(Timestamp::EPOCH);
        let folder = tree.add_directories("a/b", attributes).unwrap();
        tree.add_file(folder, "file", Content::empty(), attributes).unwrap();
        tree.add_file(Tree::ROOT, "top", Content::empty(), attributes).unwrap();
        tree
    }

    fn edited(remove: &[&str], moves: &[&str]) -> Result<Vec<String>, String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let edit = EditArgs { remove: owned(remove), moves: owned(moves) };
        let mut tree = tree();
        edit.apply(&mut tree, Some(joliet::UNITS)).map_err(|failure| failure.message)?;
        Ok(tree.walk(Tree::ROOT).map(|entry| entry.path()).collect())
    }

    #[test]
    fn removals_come_first_and_moves_in_their_order() {
        let moved = edited(&["/top"], &["a/b/file", "/top", "/a/b", "/c", "top", "c/x"]);
        assert_eq!(moved.unwrap(), ["/a", "/c", "/c/x"]);
        assert_eq!(edited(&["a"], &[]).unwrap(), ["/top"]);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (remove, moves, name) in [
            (&["nothing"][..], &[][..], "--remove nothing: there is no such"),
            (&["a", "a/b"], &[], "--remove a/b: there is no such"),
            (&["/"], &[], "--remove /: the root"),
            (&[], &["none", "x"], "--move none: there is no such"),
            (&[], &["top", "no/x"], "--move no: there is no such"),
            (&[], &["top", "a"], "--move top: /a exists already"),
            (&[], &["a", "a/b/c"], "--move a: /a cannot be moved into itself"),
            (&[], &["top", "x*"], "--move x*: '*' is not allowed"),
            (&[], &["top", "a/b/file/x"], "--move top: /a/b/file is not a folder"),
        ] {
            let refused = edited(remove, moves).unwrap_err();
            assert!(refused.starts_with(name), "{refused}");
        }
    }
}
