//! Random trees: written, found without fault, read back equal in every view; edited in later sessions, the same again.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::collections::BTreeMap;
use std::io::Read as _;

use discwright_cd::Lba;
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{
    Deep, HierarchyKind, Joliet, Layout, Options, RockRidge, layout, planned_sectors,
};
use discwright_iso9660::names::Level;
use discwright_iso9660::read::check::Finding;
use discwright_iso9660::read::{EntryKind, Findings, Level as FindingLevel, View, Volume, check, import};
use discwright_iso9660::tree::{Attributes, Case, Content, Kind, NodeId, Timestamp, Tree};
use proptest::collection::vec;
use proptest::prelude::*;

/// One change to a tree; numbers pick among what is there.
#[derive(Clone, Debug)]
enum Edit {
    Folder { parent: usize, name: String },
    File { parent: usize, name: String, content: Vec<u8>, seconds: i64 },
    Link { parent: usize, name: String, target: String },
    HardLink { parent: usize, name: String, of: usize },
    Remove { which: usize },
    Rename { which: usize, parent: usize, name: String },
    Replace { which: usize, content: Vec<u8> },
    Chmod { which: usize, mode: u32, hidden: bool },
}

/// Names that collide, that are long, that are from all planes, that hold what is not allowed somewhere.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-cA-C]{1,3}(\\.[a-b]{0,4})?",
        2 => "collision [0-9]{1,3}\\.text",
        1 => "[\\PC&&[^/]]{1,30}",
        1 => "[a-b]{60,70}(\\.[a-c]{1,5})?",
        1 => "[😀-😂é日]{40,62}",
        1 => "[x*?:;\\\\.~ -]{1,12}",
    ]
    .prop_filter("no dot names", |name| !matches!(name.as_str(), "." | ".." | "") && !name.contains('/'))
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => Just(Vec::new()),
        3 => vec(any::<u8>(), 1..100),
        1 => (any::<u8>(), 2040_usize..6200).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let number = || any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    prop_oneof![
        5 => (number(), name()).prop_map(|(parent, name)| Edit::Folder { parent, name }),
        8 => (number(), name(), content(), -3_000_000_000_i64..9_000_000_000)
            .prop_map(|(parent, name, content, seconds)| Edit::File { parent, name, content, seconds }),
        1 => (number(), name(), "(/|\\.\\./)?[a-z.]{1,10}(/[a-z]{1,300}){0,4}")
            .prop_map(|(parent, name, target)| Edit::Link { parent, name, target }),
        1 => (number(), name(), number()).prop_map(|(parent, name, of)| Edit::HardLink { parent, name, of }),
        1 => number().prop_map(|which| Edit::Remove { which }),
        2 => (number(), number(), name()).prop_map(|(which, parent, name)| Edit::Rename { which, parent, name }),
        1 => (number(), content()).prop_map(|(which, content)| Edit::Replace { which, content }),
        1 => (number(), 0_u32..0o10000, any::<bool>())
            .prop_map(|(which, mode, hidden)| Edit::Chmod { which, mode, hidden }),
    ]
}

fn pick(tree: &Tree, number: usize, kind: Option<Kind>) -> Option<NodeId> {
    let fits = |id: &NodeId| kind.is_none_or(|kind| tree.entry(*id).kind() == kind);
    let root = (kind == Some(Kind::Directory)).then_some(Tree::ROOT);
    let ids: Vec<_> =
        root.into_iter().chain(tree.walk(Tree::ROOT).map(|entry| entry.id()).filter(fits)).collect();
    (!ids.is_empty()).then(|| *ids.get(number % ids.len()).unwrap())
}

/// Edits that make no sense are refused by the tree, which then is as it was.
fn apply(tree: &mut Tree, edit: &Edit) {
    let folder = |tree: &Tree, number: usize| pick(tree, number, Some(Kind::Directory)).unwrap();
    let plain = Attributes::file(Timestamp::from_unix(1_234_567_890, 0));
    match edit {
        Edit::Folder { parent, name } => {
            let _ = tree.add_directory(folder(tree, *parent), name, plain);
        }
        Edit::File { parent, name, content, seconds } => {
            let attributes = Attributes { modified: Timestamp::from_unix(*seconds, 0), ..plain };
            let _ = tree.add_file(folder(tree, *parent), name, Content::from(content.clone()), attributes);
        }
        Edit::Link { parent, name, target } => {
            let _ = tree.add_symlink(folder(tree, *parent), name, target, plain);
        }
        Edit::HardLink { parent, name, of } => {
            if let Some(of) = pick(tree, *of, Some(Kind::File)) {
                let content = tree.entry(of).content_id().unwrap();
                let attributes = tree.entry(of).attributes();
                let _ = tree.add_hard_link(folder(tree, *parent), name, content, attributes);
            }
        }
        Edit::Remove { which } => {
            pick(tree, *which, None).into_iter().for_each(|id| tree.remove(id).unwrap());
        }
        Edit::Rename { which, parent, name } => {
            if let Some(id) = pick(tree, *which, None) {
                let _ = tree.rename(id, folder(tree, *parent), name);
            }
        }
        Edit::Replace { which, content } => {
            if let Some(id) = pick(tree, *which, Some(Kind::File)) {
                tree.set_content(id, Content::from(content.clone())).unwrap();
            }
        }
        Edit::Chmod { which, mode, hidden } => {
            if let Some(id) = pick(tree, *which, None) {
                let attributes = tree.entry(id).attributes();
                tree.set_attributes(id, Attributes { mode: *mode, hidden: *hidden, ..attributes });
            }
        }
    }
}

/// What is seen of an entry, in so far as the view can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    kind: Kind,
    content: Vec<u8>,
    hidden: bool,
    /// Mode, seconds since 1970, target; Rock Ridge only.
    posix: Option<(u32, i64, String)>,
}

fn bytes_of(tree: &Tree, id: NodeId, disc: &[u8]) -> Vec<u8> {
    match tree.entry(id).content() {
        None => Vec::new(),
        Some(Content::Bytes(bytes)) => bytes.to_vec(),
        Some(Content::Host(_)) => panic!("no host files here"),
        Some(Content::Disc(extents)) => extents
            .iter()
            .flat_map(|extent| {
                let at = usize::try_from(extent.start.0).unwrap() * 2048;
                disc.get(at..).unwrap().iter().take(usize::try_from(extent.bytes).unwrap()).copied()
            })
            .collect(),
    }
}

fn expected(layout: &Layout, tree: &Tree, disc: &[u8], view: View) -> BTreeMap<String, Seen> {
    let kind = match view {
        View::Joliet => HierarchyKind::Joliet,
        View::Enhanced => HierarchyKind::Enhanced,
        _ => HierarchyKind::Primary,
    };
    let posix = view == View::RockRidge;
    let changed: BTreeMap<_, _> = layout
        .changed_names()
        .filter(|change| change.hierarchy == kind && !posix)
        .map(|change| (change.path, change.new_name))
        .collect();
    let mut renamed = BTreeMap::from([(String::new(), String::new())]);
    let mut listing = BTreeMap::new();
    // Without its system use field a symbolic link is an empty file of the primary hierarchy.
    let links = kind == HierarchyKind::Primary && layout.options().rock_ridge.is_some();
    for entry in tree.walk(Tree::ROOT).filter(|entry| links || entry.kind() != Kind::Symlink) {
        let path = entry.path();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let new =
            format!("{}/{}", renamed.get(parent).unwrap(), changed.get(&path).map_or(name, |name| name));
        let attributes = entry.attributes();
        let seconds = attributes.modified.unix_seconds();
        let target = entry.target().unwrap_or_default().to_owned();
        let seen = Seen {
            kind: if entry.kind() == Kind::Symlink && !posix { Kind::File } else { entry.kind() },
            content: bytes_of(tree, entry.id(), disc),
            hidden: attributes.hidden,
            posix: posix.then_some((attributes.mode & 0o7777, seconds, target)),
        };
        let shown = if is_dotless(view) { new.trim_end_matches('.') } else { &new };
        listing.insert(shown.to_owned(), seen);
        renamed.insert(path, new);
    }
    listing
}

/// Whether the reader drops the dot at the end of a name.
fn is_dotless(view: View) -> bool {
    matches!(view, View::Plain | View::Enhanced)
}

fn read(disc: &[u8], start: Lba, view: View) -> BTreeMap<String, Seen> {
    let volume = Volume::open(disc, start).unwrap();
    assert!(is_clean(volume.findings()), "{:?}", volume.findings());
    let mut walk = volume.walk(view);
    let mut listing = BTreeMap::new();
    for visited in walk.by_ref() {
        let entry = &visited.entry;
        let mut content = Vec::new();
        let (kind, target) = match &entry.kind {
            EntryKind::Directory(_) => (Kind::Directory, String::new()),
            EntryKind::File => {
                volume.open_file(entry).read_to_end(&mut content).unwrap();
                (Kind::File, String::new())
            }
            EntryKind::Symlink(target) => (Kind::Symlink, String::from_utf8(target.to_vec()).unwrap()),
            other => panic!("{other:?}"),
        };
        let hidden = entry.flags.contains(discwright_iso9660::format::FileFlags::HIDDEN);
        let posix = (view == View::RockRidge).then(|| {
            let attributes = entry.attributes().unwrap();
            (attributes.mode & 0o7777, entry.modified().unwrap().unix_seconds, target)
        });
        let path = format!("/{}", visited.path());
        let shown = if is_dotless(view) { path.trim_end_matches('.') } else { &path };
        listing.insert(shown.to_owned(), Seen { kind, content, hidden, posix });
    }
    let findings = walk.into_findings();
    assert!(is_clean(&findings), "{findings:?}");
    listing
}

/// Nothing wrong; notes are such as that long Joliet names were asked for.
fn is_clean(findings: &Findings) -> bool {
    findings.as_slice().iter().all(|finding| finding.level == FindingLevel::Note)
}

/// Writes a session behind what is on the disc, and compares every view of it with the tree.
fn record(disc: &mut Vec<u8>, tree: &Tree, options: &Options) {
    let layout = layout(tree.clone(), options).unwrap();
    assert_eq!(planned_sectors(tree, options), Ok(layout.sectors()));
    let before = disc.clone();
    let at = usize::try_from(options.start.0).unwrap() * 2048;
    disc.resize(at + usize::try_from(layout.sectors()).unwrap() * 2048, 0);
    Image::new(layout.clone()).fill(0, disc.get_mut(at..).unwrap()).unwrap();
    let report = check(disc.as_slice(), options.start);
    // Plain readers of today go deeper than eight levels; folders are left there.
    let deep = |finding: &Finding| ["directory-depth", "path-length"].contains(&finding.rule.id);
    let wrong: Vec<_> = report
        .into_iter()
        .filter(|finding| finding.level() != FindingLevel::Note && !deep(finding))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut views = vec![View::Plain];
    views.extend(options.joliet.map(|_| View::Joliet));
    views.extend(options.rock_ridge.map(|_| View::RockRidge));
    views.extend(options.enhanced.then_some(View::Enhanced));
    for view in views {
        // A relocated tree is in other places of the plain view.
        let relocated = options.rock_ridge.is_some_and(|it| it.deep == Deep::Relocate);
        if view == View::Plain && relocated {
            continue;
        }
        let (seen, wanted) = (read(disc, options.start, view), expected(&layout, tree, &before, view));
        let only = |a: &BTreeMap<String, Seen>, b: &BTreeMap<String, Seen>| {
            a.keys().filter(|path| !b.contains_key(*path)).cloned().collect::<Vec<_>>()
        };
        let (missing, extra) = (only(&wanted, &seen), only(&seen, &wanted));
        assert!(missing.is_empty() && extra.is_empty(), "{view:?}: missing {missing:?}, extra {extra:?}");
        assert_eq!(seen, wanted, "{view:?}");
    }
}

fn options() -> impl Strategy<Value = Options> {
    let level = prop_oneof![Just(Level::One), Just(Level::Two), Just(Level::Three)];
    let rock_ridge = prop_oneof![Just(None), Just(Some(Deep::Leave)), Just(Some(Deep::Relocate))];
    (level, any::<bool>(), rock_ridge, any::<bool>(), any::<bool>()).prop_map(
        |(level, long_names, deep, enhanced, without_serials)| Options {
            level,
            joliet: Some(Joliet { long_names, strict: false }),
            rock_ridge: deep.map(|deep| RockRidge { deep, without_serials, ..RockRidge::default() }),
            enhanced,
            ..Options::new("RANDOM", Timestamp::from_unix(1_700_000_000, 0))
        },
    )
}

/// Identifiers of the primary hierarchy by content, which stays when an entry is moved.
fn primary_names(disc: &[u8], start: Lba) -> BTreeMap<String, Vec<u8>> {
    let volume = Volume::open(disc, start).unwrap();
    volume.walk(View::Plain).map(|visited| (visited.path(), visited.entry.identifier.to_vec())).collect()
}

/// Few by default, `PROPTEST_CASES` for a night.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_tree_is_read_back_in_every_view(edits in vec(edit(), 0..60), options in options()) {
        let mut tree = Tree::new();
        edits.iter().for_each(|edit| apply(&mut tree, edit));
        record(&mut Vec::new(), &tree, &options);
    }

    #[test]
    fn later_sessions_show_the_edited_tree(
        first in vec(edit(), 0..40),
        second in vec(edit(), 0..20),
        third in vec(edit(), 0..20),
        options in options(),
    ) {
        let view = if options.rock_ridge.is_some() { View::RockRidge } else { View::Joliet };
        let mut disc = Vec::new();
        let mut tree = Tree::new();
        first.iter().for_each(|edit| apply(&mut tree, edit));
        record(&mut disc, &tree, &options);
        let mut options = options;
        for edits in [second, third] {
            let imported = import(&Volume::open(disc.as_slice(), options.start).unwrap(), view, Case::Fold);
            prop_assert!(imported.is_complete(), "{:?}", imported.findings);
            let mut tree = imported.tree;
            edits.iter().for_each(|edit| apply(&mut tree, edit));
            let next = i32::try_from(disc.len() / 2048 + 100).unwrap();
            options = Options { start: Lba(next), ..options };
            record(&mut disc, &tree, &options);
        }
    }

    /// Who appends a session without touching a file does not rename it for readers of plain names.
    #[test]
    fn primary_names_stay_when_a_session_is_appended(
        first in vec(edit(), 0..40),
        new in vec((any::<prop::sample::Index>(), name(), content()), 0..20),
    ) {
        let mut options = Options::new("STABLE", Timestamp::from_unix(1_700_000_000, 0));
        options.rock_ridge = Some(RockRidge { deep: Deep::Leave, ..RockRidge::default() });
        let mut tree = Tree::new();
        first.iter().for_each(|edit| apply(&mut tree, edit));
        let mut disc = Vec::new();
        record(&mut disc, &tree, &options);
        let before = primary_names(&disc, options.start);
        let volume = Volume::open(disc.as_slice(), options.start).unwrap();
        let mut tree = import(&volume, View::RockRidge, Case::Fold).tree;
        for (index, name, content) in new {
            let parent = pick(&tree, index.index(1 << 20), Some(Kind::Directory)).unwrap();
            let attributes = Attributes::file(Timestamp::EPOCH);
            let _ = tree.add_file(parent, &name, Content::from(content), attributes);
        }
        options.start = Lba(i32::try_from(disc.len() / 2048 + 7).unwrap());
        record(&mut disc, &tree, &options);
        let after = primary_names(&disc, options.start);
        for (path, identifier) in before {
            prop_assert_eq!(after.get(&path), Some(&identifier), "{}", path);
        }
    }
}
