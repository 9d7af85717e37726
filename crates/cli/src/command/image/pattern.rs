//! `--exclude`: patterns of names and paths.

use discwright_iso9660::tree::{Kind, NodeId, Tree};

/// Refuses a pattern whose set of characters does not end, and an empty one.
pub(crate) fn parse(pattern: &str) -> Result<String, String> {
    let characters: Vec<char> = pattern.trim_matches('/').chars().collect();
    if characters.is_empty() {
        return Err("a pattern of no name matches nothing".to_owned());
    }
    let mut at = 0;
    while let Some(character) = characters.get(at) {
        if *character != '[' {
            at += 1;
            continue;
        }
        // The first character of a set may be the bracket that would end it.
        let rest = characters.get(at + 2..).unwrap_or_default();
        let end = rest.iter().position(|it| *it == ']');
        at += 3 + end
            .ok_or_else(|| format!("{pattern:?} has a [ without its ]; [[] stands for the bracket itself"))?;
    }
    Ok(pattern.to_owned())
}

/// Those patterns that match nothing of `tree`.
pub(crate) fn idle<'p>(tree: &Tree, patterns: &'p [String]) -> Vec<&'p String> {
    let mut idle: Vec<&String> = patterns.iter().collect();
    for entry in tree.walk(Tree::ROOT) {
        if idle.is_empty() {
            break;
        }
        let path = entry.path();
        idle.retain(|pattern| !fits(pattern, entry.name(), path.trim_start_matches('/')));
    }
    idle
}

/// Takes out what matches one of the patterns, a folder with all it holds; the paths that went.
pub(crate) fn exclude(tree: &mut Tree, patterns: &[String]) -> Vec<String> {
    let mut gone = Vec::new();
    if patterns.is_empty() {
        return gone;
    }
    let mut pending = vec![(Tree::ROOT, String::new())];
    while let Some((folder, above)) = pending.pop() {
        for id in tree.children(folder) {
            let name = tree.entry(id).name().to_owned();
            let path = format!("{above}{name}");
            if patterns.iter().any(|pattern| fits(pattern, &name, &path)) && is_removed(tree, id) {
                gone.push(path);
            } else if tree.entry(id).kind() == Kind::Directory {
                pending.push((id, path + "/"));
            }
        }
    }
    gone.sort_unstable();
    gone
}

fn is_removed(tree: &mut Tree, id: NodeId) -> bool {
    tree.remove(id).is_ok()
}

fn fits(pattern: &str, name: &str, path: &str) -> bool {
    let whole = pattern.contains('/');
    let pattern: Vec<char> = pattern.trim_matches('/').chars().collect();
    let text: Vec<char> = if whole { path } else { name }.chars().collect();
    matches(&pattern, &text)
}

/// `*` stands for any characters but `/`, `?` for one, `[a-z]` and `[!a-z]` for one of some. Goes back to the last `*` only,
/// so the time is that of both lengths multiplied.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut to) = (0, 0);
    let mut star = None;
    loop {
        let step = match (pattern.get(at), text.get(to)) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((at, to));
                Some((at + 1, to))
            }
            (Some(_), Some(&character)) => one(pattern, at, character).map(|next| (next, to + 1)),
            _ => None,
        };
        match (step, star) {
            (Some(next), _) => (at, to) = next,
            (None, Some((back, from))) if text.get(from).is_some_and(|it| *it != '/') => {
                star = Some((back, from + 1));
                (at, to) = (back + 1, from + 1);
            }
            (None, _) => return false,
        }
    }
}

/// The place behind the part of the pattern that stands for `character`, if it does.
fn one(pattern: &[char], at: usize, character: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => (character != '/').then_some(at + 1),
        '[' => {
            let inside = pattern.get(at + 1..)?;
            let length = inside.iter().skip(1).position(|it| *it == ']')? + 1;
            let set = inside.get(..length)?;
            let (negated, set) = match set.split_first() {
                Some(('!' | '^', rest)) if !rest.is_empty() => (true, rest),
                _ => (false, set),
            };
            (is_in(set, character) != negated && character != '/').then_some(at + length + 2)
        }
        same => (*same == character).then_some(at + 1),
    }
}

fn is_in(set: &[char], character: char) -> bool {
    let mut rest = set;
    while let Some((first, more)) = rest.split_first() {
        if let ['-', last, after @ ..] = more {
            if (*first..=*last).contains(&character) {
                return true;
            }
            rest = after;
        } else {
            if *first == character {
                return true;
            }
            rest = more;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use discwright_iso9660::tree::{Attributes, Content, Timestamp};

    use super::*;

    #[test]
    fn patterns() {
        let does = |pattern: &str, text: &str| {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            matches(&chars(pattern), &chars(text))
        };
        for (pattern, text) in [
            ("*.tmp", "a.tmp"),
            ("*", ""),
            ("a*b*c", "axxbyybzc"),
            ("?x", "äx"),
            ("[a-c0-9]*", "7 names"),
            ("[!a]b", "xb"),
            ("[]]", "]"),
            ("a/*/c", "a/b/c"),
        ] {
            assert!(does(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("*.tmp", "a.tmp2"), ("a/*", "a/b/c"), ("[!a]b", "ab"), ("?", ""), ("[a", "a"), ("a", "A")]
        {
            assert!(!does(pattern, text), "{pattern} {text}");
        }
        // No pattern takes long.
        assert!(!does(&"*a".repeat(50), &"a".repeat(49).repeat(20).replace('a', "b")));
    }

    #[test]
    fn malformed_patterns_are_refused_and_idle_ones_are_known() {
        for wrong in ["", "/", "[", "a[", "a[b", "[]", "x[a]y[z"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        for right in ["*", "a]", "[]]", "[[]", "[!a]", "a/[b-c]/*", "[a]"] {
            assert!(parse(right).is_ok(), "{right:?}");
        }
        let mut tree = Tree::new();
        let attributes = Attributes::directory(Timestamp::EPOCH);
        let folder = tree.add_directories("a", attributes).unwrap();
        tree.add_file(folder, "x.o", Content::empty(), attributes).unwrap();
        let patterns = ["*.o", "a/x.o", "b", "x/*"].map(str::to_owned);
        assert_eq!(idle(&tree, &patterns), ["b", "x/*"]);
    }

    #[test]
    fn what_matches_goes_with_all_it_holds() {
        let mut tree = Tree::new();
        let attributes = Attributes::directory(Timestamp::EPOCH);
        for path in ["a/b/x.o", "a/x.o", ".git/y", "z"] {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let folder = tree.add_directories(folder, attributes).unwrap();
            tree.add_file(folder, name, Content::empty(), attributes).unwrap();
        }
        let gone = exclude(&mut tree, &[".git".to_owned(), "a/*.o".to_owned()]);
        assert_eq!(gone, [".git", "a/x.o"]);
        let left: Vec<_> = tree.walk(Tree::ROOT).map(|entry| entry.path()).collect();
        assert_eq!(left, ["/a", "/a/b", "/a/b/x.o", "/z"]);
    }
}
