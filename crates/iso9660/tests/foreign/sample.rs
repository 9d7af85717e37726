//! Trees that are hard on names, and how they come from host files.

use core::ops::ControlFlow;
use std::collections::BTreeMap;
use std::fs;

use discwright_iso9660::tree::{Attributes, Content, Timestamp, Tree, scan};
use tempfile::TempDir;

/// Paths with their contents; folders that would be empty end with a slash.
#[derive(Default)]
pub(crate) struct Sample(BTreeMap<String, Vec<u8>>);

impl Sample {
    pub(crate) fn empty() -> Self {
        Self::default()
    }

    /// Many names in one folder that come out equal in eight letters, of all lengths around a sector.
    pub(crate) fn many(files: usize) -> Self {
        let content = |number: usize| vec![u8::try_from(number % 251).unwrap(); number * 37 % 4200];
        Self((0..files).map(|number| (format!("many/collide {number:06}.data"), content(number))).collect())
    }

    pub(crate) fn names() -> Self {
        let mut sample = Self::default();
        let mut add = |path: &str, content: &[u8]| sample.0.insert(path.to_owned(), content.to_vec());
        add("hello.txt", b"hello");
        add("Long Named File 1.text", b"1");
        add("Long Named File 2.text", &[2; 3000]);
        add("LONGNA~1", b"tilde");
        add("ünï/日本語ファイル.txt", b"jp");
        add("ünï/Ελληνικά", &[3; 2048]);
        add("ünï/עברית عربى.txt", &[4; 2049]);
        add("ünï/x\u{301}\u{200D}combining", b"combining");
        add("empty", b"");
        add("empty folder/", b"");
        add("no extension.", b"dot at the end");
        add(".hidden", b"dot at the front");
        add("many.dots.in.a.name", b"dots");
        add("dotted.folder/ab", b"ab");
        add("dotted-folder/ab", b"ab");
        add(&("a".repeat(60) + ".bin"), b"64 units");
        add(&("b".repeat(61) + ".bin"), b"65 units");
        add(&("c".repeat(99) + ".bin"), b"103 units");
        add(&("d".repeat(100) + ".bin"), b"104 units");
        add(&("e".repeat(251) + ".txt"), b"255 bytes");
        add(&("e".repeat(250) + "f.txt"), b"255 bytes, equal at the front");
        add(&("日".repeat(85)), b"255 bytes of Japanese");
        add("back\\slash:colon*star?mark;semicolon", b"not for Joliet");
        add("back/slash_", b"a folder");
        add("control\u{1}char", b"control");
        let deep: String = (0..20).map(|level| format!("level {level}/")).collect();
        add(&(deep + "deep.txt"), b"deep");
        // More than one sector of records in one folder.
        for number in 0..100 {
            add(&format!("sectors/{number:03}{}", "x".repeat(number % 50)), &[5; 7]);
        }
        sample
    }

    /// Names beyond the basic plane, which not every reader shows.
    pub(crate) fn planes() -> Self {
        let mut sample = Self::default();
        for name in ["😀.txt", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𠀀𠀁.dat", &("x".to_owned() + &"😀".repeat(40))]
        {
            sample.0.insert(name.to_owned(), name.as_bytes().to_vec());
        }
        sample
    }

    /// What comes with a later session.
    pub(crate) fn later() -> Self {
        let mut sample = Self::default();
        sample.0.insert("later/new file.txt".to_owned(), vec![9; 5000]);
        sample.0.insert("Long Named File 3.text".to_owned(), b"3".to_vec());
        sample.0.insert("hello.txt".to_owned(), b"hello again".to_vec());
        sample
    }

    /// The tree by way of host files.
    pub(crate) fn tree(&self) -> (Tree, Option<TempDir>) {
        let dir = crate::scratch::scratch();
        for (path, content) in &self.0 {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match path.as_os_str().to_str().unwrap().strip_suffix('/') {
                Some(folder) => fs::create_dir(folder).unwrap_or(()),
                None => fs::write(&path, content).unwrap(),
            }
        }
        let mut quiet = |_| ControlFlow::Continue(());
        let mut tree = scan::scan(&[dir.path()], scan::ScanOptions::default(), &mut quiet).unwrap().tree;
        same_times(&mut tree);
        (tree, Some(dir))
    }

    /// The same tree, from memory and put together backwards.
    pub(crate) fn tree_in_another_order(&self) -> (Tree, Option<TempDir>) {
        let mut tree = Tree::new();
        let time = Timestamp::from_unix(1_600_000_000, 0);
        for (path, content) in self.0.iter().rev() {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let folder = tree.add_directories(folder, Attributes::directory(time)).unwrap();
            if !name.is_empty() {
                tree.add_file(folder, name, Content::from(content.clone()), Attributes::file(time)).unwrap();
            }
        }
        same_times(&mut tree);
        (tree, None)
    }
}

fn same_times(tree: &mut Tree) {
    let ids: Vec<_> = tree.walk(Tree::ROOT).map(|entry| entry.id()).chain([Tree::ROOT]).collect();
    for id in ids {
        tree.set_attributes(id, Attributes::file(Timestamp::from_unix(1_600_000_000, 0)));
    }
}
