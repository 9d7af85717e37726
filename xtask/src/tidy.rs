//! `cargo xtask tidy`: house style that no other tool knows.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::fuzz;
use crate::workspace::Workspace;

/// Lines of a Rust file without its unit tests, at most.
const LONGEST_FILE: usize = 800;

/// Files that are longer, with the length they must not exceed. A ratchet: rows may shrink and go, none may come.
const LONGER_FILES: &[(&str, usize)] = &[];

/// Words that mean unfinished work; written so that this file does not contain them.
const BANNED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("HA", "CK")];

pub(crate) fn run(shell: &Shell) -> Result<()> {
    let mut faults = Vec::new();
    let mut files = 0;
    for path in cmd!(shell, "git ls-files --cached --others --exclude-standard").quiet().read()?.lines() {
        // Listed but deleted, or not text.
        let Ok(text) = shell.read_file(path) else { continue };
        files += 1;
        faults.extend(faults_in_file(path, &text));
    }
    faults.extend(faults_in_crates(shell)?);
    faults.extend(fuzz::faults(shell)?);
    faults.sort();
    for fault in &faults {
        eprintln!("{fault}");
    }
    ensure!(faults.is_empty(), "{} faults of style", faults.len());
    println!("tidy: {files} files keep to house style");
    Ok(())
}

fn faults_in_file(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let extension = Path::new(path).extension().and_then(|it| it.to_str()).unwrap_or_default();
    if !matches!(extension, "rs" | "toml" | "md") {
        return faults;
    }
    for (number, line) in text.lines().enumerate().map(|(number, line)| (number + 1, line)) {
        for word in BANNED.iter().filter(|word| contains_word(line, word)) {
            faults.push(format!(
                "{path}:{number}: {word}; finish it, or say in docs/status.md that it is missing"
            ));
        }
        if line.ends_with([' ', '\t']) {
            faults.push(format!("{path}:{number}: blank at the end of the line"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        faults.push(format!("{path}: no end of line at the end"));
    }
    if extension == "rs" {
        let length = length_without_tests(text);
        let limit =
            LONGER_FILES.iter().find(|(file, _)| *file == path).map_or(LONGEST_FILE, |(_, limit)| *limit);
        if length > limit {
            faults
                .push(format!("{path}: {length} lines without tests, more than {limit}; look for the seam"));
        }
    }
    faults
}

/// Whether the word stands in the line by itself, in capitals as such marks are.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|it| it.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|it| it.chars().next());
        let joins = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
        !joins(before) && !joins(after)
    })
}

/// Lines before the unit tests, which stand at the bottom of a file.
fn length_without_tests(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

fn faults_in_crates(shell: &Shell) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for package in Workspace::load(shell)?.packages {
        let name = &package.name;
        let folder = package.folder();
        if package.license.as_deref() != Some("MIT OR Apache-2.0") {
            faults.push(format!("{name}: licence is {:?}, not the project's", package.license));
        }
        if package.description.as_deref().unwrap_or_default().is_empty() {
            faults.push(format!("{name}: no description"));
        }
        if package.is_published() && !shell.path_exists(folder.join("README.md")) {
            faults.push(format!("{name}: no README.md, though it can be published"));
        }
        let manifest =
            shell.read_file(folder.join("Cargo.toml")).with_context(|| format!("manifest of {name}"))?;
        if !manifest.contains("[lints]\nworkspace = true\n") {
            faults.push(format!("{name}: does not take the lints of the workspace"));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_found() {
        let mark = BANNED[0];
        assert_eq!(faults_in_file("a.md", &format!("x {mark}: y\n")).len(), 1);
        assert_eq!(faults_in_file("a.md", &format!("x{mark}y {}\n", mark.to_lowercase())).len(), 0);
        assert_eq!(faults_in_file("a.rs", "fn f() {} \n").len(), 1);
        assert_eq!(faults_in_file("a.rs", "fn f() {}").len(), 1);
        assert_eq!(faults_in_file("a.bin", "no end of line").len(), 0);
    }

    #[test]
    fn tests_do_not_count_as_length() {
        let long = "//\n".repeat(LONGEST_FILE);
        assert_eq!(faults_in_file("a.rs", &format!("{long}#[cfg(test)]\n{long}")).len(), 0);
        assert_eq!(faults_in_file("a.rs", &format!("{long}//\n")).len(), 1);
    }
}
