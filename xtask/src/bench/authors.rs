//! Who makes images, and how each is told to make ISO 9660 and Joliet, with long names, and nothing more.

use std::path::Path;

use super::peers::{Crate, HADRIS_2, HADRIS_3};
use super::race::{Racer, Role, is_installed};
use super::workload::Workload;

/// Where images go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sink {
    /// A file beside the sources
    File,
    /// /dev/null
    Null,
    /// A pipe that is read 1 MiB at a time, as a burner behind it would
    Pipe,
}

/// The programs that are built here.
pub(crate) struct Programs<'a> {
    pub(crate) xtask: &'a str,
    pub(crate) discwright: &'a str,
    /// The folder of what cargo builds.
    pub(crate) target: &'a Path,
}

/// The floors, we, and whoever is installed or can be built.
pub(crate) fn authors(programs: &Programs<'_>, workload: Workload, sink: Sink) -> Vec<Racer> {
    let floor = |name, arguments: &[&str]| Racer::new(Role::Floor, name, programs.xtask, arguments);
    let mut authors = match sink {
        Sink::Pipe => vec![floor("floor splice", &["bench", "floor", "splice", "SOURCE"])],
        Sink::File | Sink::Null => vec![
            floor("floor copy", &["bench", "floor", "copy", "SOURCE", "TARGET"]),
            floor("floor cat", &["bench", "floor", "cat", "SOURCE", "TARGET"]),
        ],
    };
    if let (Some(only), true) = (workload.only_file(), sink != Sink::Pipe) {
        let source = format!("SOURCE/{only}");
        authors.push(Racer::new(Role::Baseline, "cp", "cp", &[&source, "TARGET"]));
    }
    let image = ["image", "--quiet", "SOURCE", "-o", if sink == Sink::Pipe { "-" } else { "TARGET" }];
    authors.push(Racer::new(Role::Own, "discwright", programs.discwright, &image));
    for peer in packaged() {
        if is_installed(&peer.program) {
            authors.push(peer);
        } else {
            println!("{}: not installed, not in the race", peer.name);
        }
    }
    authors.extend(built("hadris 2.5", &HADRIS_2, programs.target, &["create"]));
    authors.extend(built("hadris 3 rc", &HADRIS_3, programs.target, &["iso", "create", "--force"]));
    authors
}

fn packaged() -> Vec<Racer> {
    let peer = |name, program, arguments: &[&str]| Racer::new(Role::Peer, name, program, arguments);
    vec![
        peer(
            "genisoimage",
            "genisoimage",
            &["-quiet", "-J", "-joliet-long", "-input-charset", "utf-8", "-o", "TARGET", "SOURCE"],
        ),
        peer(
            "xorriso",
            "xorriso",
            &["-as", "mkisofs", "-quiet", "-J", "-joliet-long", "-no-pad", "-o", "TARGET", "SOURCE"],
        ),
        peer(
            "bsdtar",
            "bsdtar",
            &[
                "--create",
                "--format=iso9660",
                "--options=!rockridge,joliet=long",
                "--file=TARGET",
                "--directory=SOURCE",
                ".",
            ],
        ),
        peer(
            "pycdlib",
            "pycdlib-genisoimage",
            &["-quiet", "-J", "-joliet-long", "-iso-level", "4", "-o", "TARGET", "SOURCE"],
        ),
    ]
}

fn built(name: &'static str, source: &Crate, target: &Path, command: &[&str]) -> Option<Racer> {
    match source.program(target) {
        Ok(program) => {
            let options = ["--joliet", "--strict-charset", "--output", "TARGET", "SOURCE"];
            let arguments: Vec<&str> = command.iter().copied().chain(options).collect();
            Some(Racer::new(Role::Peer, name, &program.to_string_lossy(), &arguments))
        }
        Err(error) => {
            println!("{name}: not in the race: {error:#}");
            None
        }
    }
}
