//! Compiles the library that is preloaded, so that its bytes can be part of any program that links this crate.
//!
//! It is compiled by the compiler alone, not by cargo: the library must not be among what a program links (its open()
//! would replace the program's own), and a program that is installed must not depend on a file in the target folder.

use core::error::Error;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=shim");
    println!("cargo::rerun-if-changed=src/wire.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let library = PathBuf::from(env::var("OUT_DIR")?).join("libdiscwright_shim.so");
    if !is_supported() {
        fs::write(&library, [])?;
        return Ok(());
    }
    let mut rustc = Command::new(env::var("RUSTC")?);
    rustc
        .args(["--edition", "2024", "--crate-type", "cdylib", "--crate-name", "discwright_shim"])
        .args(["-Copt-level=2", "-Cpanic=abort", "-Cstrip=symbols", "--cap-lints", "allow"])
        .args(["--target", &env::var("TARGET")?])
        .args(linking()?)
        .arg("-o")
        .arg(&library)
        .arg("shim/lib.rs");
    let status = rustc.status()?;
    if !status.success() {
        return Err(format!("the library to preload does not compile: {rustc:?} ended with {status}").into());
    }
    Ok(())
}

/// Linux with the GNU C library, whose names and layouts the library has.
fn is_supported() -> bool {
    let is =
        |variable: &str, values: &[&str]| env::var(variable).is_ok_and(|it| values.contains(&it.as_str()));
    is("CARGO_CFG_TARGET_OS", &["linux"])
        && is("CARGO_CFG_TARGET_ENV", &["gnu"])
        && is("CARGO_CFG_TARGET_ARCH", &["x86_64", "aarch64"])
        && is("CARGO_CFG_TARGET_POINTER_WIDTH", &["64"])
}

/// The linker that cargo was told to use. Other flags, such as those of sanitizers and coverage, would need a run time
/// in every foreign program.
fn linking() -> Result<Vec<String>, Box<dyn Error>> {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut kept = Vec::new();
    let mut flags = flags.split('\x1f').filter(|flag| !flag.is_empty());
    while let Some(flag) = flags.next() {
        let option =
            if flag == "-C" { flags.next().unwrap_or_default() } else { flag.trim_start_matches("-C") };
        if ["linker=", "link-arg=", "link-args="].iter().any(|prefix| option.starts_with(prefix)) {
            kept.push(format!("-C{option}"));
        }
    }
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        kept.push(format!("-Clinker={linker}"));
    }
    Ok(kept)
}
