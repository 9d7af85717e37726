//! `cargo xtask layers`: the arrows of the architecture.

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::workspace::{Package, Workspace};

/// Every crate with the crates it may see. A crate missing here is an error too.
const ARROWS: &[(&str, &[&str])] = &[
    ("discwright-cd", &[]),
    ("discwright-mmc", &[CD]),
    ("discwright-iso9660", &[CD]),
    ("discwright-plan", &[CD]),
    ("discwright-transport", &[CD, MMC]),
    ("discwright-passthrough", &[CD, MMC, TRANSPORT]),
    ("discwright-burn", &[CD, MMC, TRANSPORT, PLAN]),
    ("discwright-imapi", &[CD, MMC, TRANSPORT, PLAN, ISO, BURN, PASSTHROUGH]),
    // The program alone in crates/ sees the simulator, which it offers by name.
    ("discwright", &[CD, MMC, TRANSPORT, PLAN, ISO, BURN, PASSTHROUGH, IMAPI, DRIVE, PRELOAD]),
    ("discwright-drive", &[CD, MMC, TRANSPORT]),
    ("discwright-preload", &[CD, MMC, TRANSPORT, DRIVE]),
    ("discwright-iscsi", &[CD, MMC, TRANSPORT, DRIVE]),
    (
        "discwright-world",
        &[CD, MMC, TRANSPORT, PLAN, ISO, BURN, PASSTHROUGH, IMAPI, DRIVE, PRELOAD, ISCSI, CLI],
    ),
    ("xtask", &[]),
];

const CD: &str = "discwright-cd";
const MMC: &str = "discwright-mmc";
const TRANSPORT: &str = "discwright-transport";
const PLAN: &str = "discwright-plan";
const ISO: &str = "discwright-iso9660";
const BURN: &str = "discwright-burn";
const PASSTHROUGH: &str = "discwright-passthrough";
const IMAPI: &str = "discwright-imapi";
const CLI: &str = "discwright";
const DRIVE: &str = "discwright-drive";
const PRELOAD: &str = "discwright-preload";
const ISCSI: &str = "discwright-iscsi";

pub(crate) fn run(shell: &Shell) -> Result<()> {
    let workspace = Workspace::load(shell)?;
    let mut faults: Vec<String> = workspace.packages.iter().flat_map(faults_of).collect();
    faults.sort();
    for fault in &faults {
        eprintln!("{fault}");
    }
    ensure!(faults.is_empty(), "{} arrows point where the architecture has none", faults.len());
    println!("layers: {} crates keep to the architecture", workspace.packages.len());
    Ok(())
}

fn faults_of(package: &Package) -> Vec<String> {
    let Some((name, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!("{}: has no layer; give it a row in xtask/src/layers.rs", package.name)];
    };
    let mut faults: Vec<String> = package
        .dependencies
        .iter()
        .filter(|seen| is_ours(&seen.name) && seen.name != *name && !allowed.contains(&seen.name.as_str()))
        .map(|seen| {
            // Development dependencies count: a test that needs more belongs in sim/world/tests.
            let kind = seen.kind.as_deref().map(|kind| format!(" ({kind}-dependency)")).unwrap_or_default();
            format!("{name}: must not see {}{kind}", seen.name)
        })
        .collect();
    let folder = package.folder();
    if expected_folder(name).is_some_and(|expected| !folder.ends_with(expected)) {
        faults.push(format!("{name}: lies in {}, against its name", folder.display()));
    }
    faults
}

fn is_ours(name: &str) -> bool {
    name == CLI || name.starts_with("discwright-")
}

/// Folder NAME holds package `discwright-NAME`; `cli` holds the program.
fn expected_folder(name: &str) -> Option<&str> {
    if name == CLI { Some("cli") } else { name.strip_prefix("discwright-") }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, seen: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
        };
        let folder = expected_folder(name).unwrap_or(name);
        Package {
            name: name.to_owned(),
            license: None,
            description: None,
            manifest_path: PathBuf::from(format!("/w/crates/{folder}/Cargo.toml")),
            publish: None,
            dependencies: seen.iter().map(dependency).collect(),
            targets: Vec::new(),
        }
    }

    #[test]
    fn an_arrow_upwards_is_a_fault_even_in_tests() {
        assert_eq!(faults_of(&package("discwright-mmc", &[("discwright-cd", None), ("nom", None)])), [""; 0]);
        assert_eq!(
            faults_of(&package("discwright-burn", &[("discwright-drive", Some("dev"))])),
            ["discwright-burn: must not see discwright-drive (dev-dependency)"]
        );
        assert_eq!(faults_of(&package("discwright-cd", &[("discwright", None)])).len(), 1);
    }

    #[test]
    fn a_crate_without_a_layer_is_a_fault() {
        assert_eq!(faults_of(&package("discwright-new", &[])).len(), 1);
    }

    #[test]
    fn arrows_have_no_cycle() {
        // Every crate sees only rows that can be laid out before it.
        let mut laid: Vec<&str> = Vec::new();
        while laid.len() < ARROWS.len() {
            let before = laid.len();
            for (name, seen) in ARROWS {
                if !laid.contains(name) && seen.iter().all(|it| laid.contains(it)) {
                    laid.push(name);
                }
            }
            assert!(laid.len() > before, "a cycle among what is not in {laid:?}");
        }
    }
}
