//! `--boot`: what the disc boots (El Torito).

use std::path::PathBuf;

use clap::Args;
use discwright_iso9660::layout::{Boot, BootImage, BootSource, Emulation, Platform};
use discwright_iso9660::tree::Content;

use crate::exit::Failure;

#[derive(Debug, Args)]
#[command(next_help_heading = "Booting (El Torito)")]
pub(crate) struct BootArgs {
    /// An image to boot; the first is the default entry. SPEC is a path in the image, or `host:FILE` for a file that is in no
    /// folder of it; then, after commas: `platform=x86|ppc|mac|efi`, `emulation=none|1.2|1.44|2.88|hd`, `segment=NUMBER`,
    /// `load=SECTORS` of 512 bytes, `type=NUMBER` of a hard disk's partition where it is not
    /// to be found in the image, `info-table`, `not-bootable`.
    #[arg(long, value_name = "SPEC", value_parser = specification)]
    pub(crate) boot: Vec<Specification>,
    /// Path at which the boot catalogue can be seen; in no folder when not given.
    #[arg(long, value_name = "PATH", requires = "boot")]
    pub(crate) boot_catalogue: Option<String>,
    /// Who made the disc, in the catalogue: up to 24 characters.
    #[arg(long, value_name = "TEXT", requires = "boot", default_value = "")]
    pub(crate) boot_id: String,
    /// Do not let the new session boot what the base boots.
    #[arg(long, requires = "base", conflicts_with = "boot")]
    pub(crate) no_boot: bool,
}

impl BootArgs {
    /// What the options ask for; nothing without `--boot`.
    pub(crate) fn boot(&self) -> Result<Option<Boot>, Failure> {
        if self.boot.is_empty() {
            return Ok(None);
        }
        if self.boot_id.len() > 24 || !self.boot_id.is_ascii() {
            return Err(Failure::usage("--boot-id has at most 24 characters of ASCII"));
        }
        let images: Result<_, Failure> = self.boot.iter().map(Specification::image).collect();
        let (images, catalogue) = (images?, self.boot_catalogue.clone());
        Ok(Some(Boot { images, manufacturer: self.boot_id.clone(), catalogue }))
    }
}

/// A `--boot`, understood.
#[derive(Clone, Debug)]
pub(crate) struct Specification {
    image: BootImage,
    host: Option<PathBuf>,
}

impl Specification {
    fn image(&self) -> Result<BootImage, Failure> {
        let Some(path) = &self.host else { return Ok(self.image.clone()) };
        let refuse = |error| Failure::refused(format!("--boot {}: {error}", path.display()));
        let source = BootSource::Hidden(Content::host(path).map_err(refuse)?);
        Ok(BootImage { source, ..self.image.clone() })
    }
}

fn specification(text: &str) -> Result<Specification, String> {
    let mut parts = text.split(',');
    let path = parts.next().filter(|path| !path.is_empty()).ok_or("begin with the path of the image")?;
    let host = path.strip_prefix("host:").map(PathBuf::from);
    let mut image = BootImage::new(BootSource::Path(path.to_owned()));
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match (key, value) {
            ("platform", "x86") => image.platform = Platform::X86,
            ("platform", "ppc") => image.platform = Platform::PowerPc,
            ("platform", "mac") => image.platform = Platform::Mac,
            ("platform", "efi") => image.platform = Platform::Efi,
            ("emulation", "none") => image.emulation = Emulation::None,
            ("emulation", "1.2") => image.emulation = Emulation::Floppy1200,
            ("emulation", "1.44") => image.emulation = Emulation::Floppy1440,
            ("emulation", "2.88") => image.emulation = Emulation::Floppy2880,
            ("emulation", "hd") => image.emulation = Emulation::HardDisk,
            ("segment", value) => image.load_segment = number(part, value)?,
            ("load", value) => image.load_sectors = Some(number(part, value)?),
            ("type", value) => {
                image.system_type =
                    u8::try_from(number(part, value)?).map_err(|_| format!("{part}: at most 255"))?;
            }
            ("info-table", "") => image.info_table = true,
            ("not-bootable", "") => image.bootable = false,
            _ => return Err(format!("{part:?} is none of the parts that --help lists")),
        }
    }
    Ok(Specification { image, host })
}

/// Decimal, or hexadecimal behind `0x`.
fn number(part: &str, value: &str) -> Result<u16, String> {
    let parsed = match value.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => value.parse(),
    };
    parsed.map_err(|error| format!("{part}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications_are_understood_or_refused() {
        let it =
            specification("boot/a.img,platform=efi,emulation=none,segment=0x7c0,load=8,info-table").unwrap();
        assert_eq!(it.image.source, BootSource::Path("boot/a.img".to_owned()));
        assert_eq!((it.image.platform, it.image.load_segment), (Platform::Efi, 0x7C0));
        assert_eq!((it.image.load_sectors, it.image.info_table, it.image.bootable), (Some(8), true, true));
        let hidden = specification("host:/x/hd.img,emulation=hd,type=6,not-bootable").unwrap();
        assert_eq!(hidden.host, Some(PathBuf::from("/x/hd.img")));
        assert_eq!((hidden.image.emulation, hidden.image.system_type), (Emulation::HardDisk, 6));
        assert!(!hidden.image.bootable);
        for wrong in ["", "a,platform=arm", "a,load=70000", "a,type=300", "a,table", "a,segment=0xZZ"] {
            assert!(specification(wrong).is_err(), "{wrong}");
        }
    }
}
