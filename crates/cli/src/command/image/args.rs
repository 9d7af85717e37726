//! The options of `discwright image`, and what they mean for the layout.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use discwright_iso9660::format::VolumeTime;
use discwright_iso9660::layout::{Deep, Joliet, Options, Ownership, RockRidge};
use discwright_iso9660::names::Level;
use discwright_iso9660::tree::scan::{self, ScanOptions};
use discwright_iso9660::tree::{Case, Timestamp};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, UtcOffset, macros::format_description};

use super::boot::BootArgs;
use crate::args::Selection;
use crate::command::edit::EditArgs;
use crate::exit::Failure;

/// Makes an image file, or adds a session to one.
///
/// Without options it is the image that `burn` would burn: ISO 9660 level 1 with Joliet. The same input and options give the
/// same bytes; the time in the image is that of SOURCE_DATE_EPOCH where it is set.
///
/// With --base the paths are added to a session of an image, whose files are referred to and not copied: removals come first,
/// then moves, then PATHs are laid over, then modes are changed. The file is then what a disc of several sessions reads as: a
/// drive, and mount with -o sbsector, show the last one, while programs that are given the plain file (isoinfo, bsdtar, 7z)
/// look at sector 16 and show the first, and xorriso would write its next session over the last.
#[derive(Debug, Args)]
pub(crate) struct ImageArgs {
    /// What goes in: a folder's items go into the root, a file goes in by its name.
    #[arg(required_unless_present = "base", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The image file, replaced when it exists; `-` is standard output. With --base it becomes the base with a session behind.
    #[arg(short, long, value_name = "FILE.iso", required_unless_present = "dry_run")]
    pub(crate) output: Option<PathBuf>,
    /// Tell size and changed names, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Let files replace files of the same name: later paths those of earlier ones, all of them those of the base.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Change names that Joliet does not allow, and say so, instead of refusing them.
    #[arg(long, conflicts_with = "strict_names")]
    pub(crate) adapt_names: bool,
    /// Put in names that are not UTF-8, each byte that is none as `%` and two digits, and say so, instead of refusing them.
    #[arg(long, conflicts_with = "strict_names")]
    pub(crate) escape_names: bool,
    /// Say in words, too, how the names of the plain hierarchy differ (with --json that is always told).
    #[arg(long)]
    pub(crate) list_names: bool,
    /// Leave out what matches: a pattern with `*`, `?` and `[a-z]` for a name, or for a whole path if it has a slash.
    #[arg(long, value_name = "PATTERN", value_parser = super::pattern::parse)]
    pub(crate) exclude: Vec<String>,
    #[command(flatten)]
    pub(crate) base: BaseArgs,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
    /// Give an entry permissions, in octal as in `--chmod 0644 folder/file`; after PATHs were added. Needs Rock Ridge.
    #[arg(long, num_args = 2, value_names = ["MODE", "PATH"], help_heading = "Changes to the earlier session")]
    pub(crate) chmod: Vec<String>,
    #[command(flatten)]
    pub(crate) file_system: FileSystemArgs,
    #[command(flatten)]
    pub(crate) volume: VolumeArgs,
    #[command(flatten)]
    pub(crate) boot: BootArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Adding a session")]
pub(crate) struct BaseArgs {
    /// The image with the earlier sessions. Hierarchies, and what it boots, are kept where no option says otherwise.
    #[arg(long, value_name = "IMAGE")]
    pub(crate) base: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// First sector of the new session; else the next multiple of 16 behind the base.
    #[arg(long, value_name = "LBA", requires = "base")]
    pub(crate) start: Option<i32>,
    /// Write the new session alone, as it is recorded from --start on.
    #[arg(long, requires = "base")]
    pub(crate) session_only: bool,
    /// Take a file as unchanged by its length and date. Else contents decide: files of the same length are compared.
    #[arg(long, requires = "base")]
    pub(crate) by_date: bool,
}

/// Which Rock Ridge attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RockRidgeName {
    /// None.
    Off,
    /// Owners and permissions as they are.
    Posix,
    /// Everything belongs to user 0 and can be read by everybody.
    Readable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeepName {
    /// They are relocated to `rr_moved`, and shown in their place by Rock Ridge.
    Relocate,
    /// They stay, which old readers may not follow.
    Leave,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinksName {
    /// What they point to goes in.
    Follow,
    /// They go in as links; needs Rock Ridge.
    Keep,
    /// They are left out.
    Skip,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "File system")]
pub(crate) struct FileSystemArgs {
    /// Interchange level: 1 for plain names of 8.3 characters, 2 for 30, 3 for files of 4 GiB and more, too. When not given 1,
    /// or 3 if there is such a file.
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) level: Option<u8>,
    /// No Joliet hierarchy.
    #[arg(long)]
    pub(crate) no_joliet: bool,
    /// Joliet names of up to 103 units instead of 64.
    #[arg(long, conflicts_with = "no_joliet")]
    pub(crate) joliet_long: bool,
    /// Rock Ridge: POSIX names and attributes; off when not given, or as in the base.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) rock_ridge: Option<RockRidgeName>,
    /// Rock Ridge 1.10, without the serial numbers that tell hard links.
    #[arg(long)]
    pub(crate) without_serials: bool,
    /// Where folders beyond the eighth level go, with Rock Ridge; without it they stay.
    #[arg(long, value_enum, default_value = "relocate")]
    pub(crate) deep: DeepName,
    /// A hierarchy of ISO 9660:1999, with names of 207 bytes.
    #[arg(long)]
    pub(crate) enhanced: bool,
    /// Refuse any name that would have to change in a hierarchy, beyond small letters becoming capitals.
    #[arg(long)]
    pub(crate) strict_names: bool,
    /// Names that differ only in case are different names.
    #[arg(long)]
    pub(crate) case_sensitive: bool,
    /// Symbolic links; kept with Rock Ridge and followed without when not given.
    #[arg(long, value_enum)]
    pub(crate) links: Option<LinksName>,
    /// Put in devices, pipes and sockets, which needs Rock Ridge, instead of leaving them out.
    #[arg(long)]
    pub(crate) specials: bool,
    /// Sectors of zeros behind the last file.
    #[arg(long, value_name = "SECTORS", default_value_t = 0)]
    pub(crate) padding: u32,
}

impl FileSystemArgs {
    /// Puts the wishes into `options`, which hold what applies where nothing is wished.
    pub(crate) fn apply(&self, options: &mut Options) {
        options.level = match self.level {
            Some(1) => Level::One,
            Some(2) => Level::Two,
            Some(_) => Level::Three,
            None => options.level,
        };
        if self.no_joliet {
            options.joliet = None;
        }
        if self.joliet_long {
            options.joliet = Some(Joliet { long_names: true, strict: false });
        }
        if let Some(joliet) = &mut options.joliet {
            joliet.strict = self.strict_names;
        }
        match self.rock_ridge {
            None => {}
            Some(RockRidgeName::Off) => options.rock_ridge = None,
            Some(mode) => {
                let readable = mode == RockRidgeName::Readable;
                let ownership = if readable { Ownership::Readable } else { Ownership::Keep };
                options.rock_ridge = Some(RockRidge { ownership, ..RockRidge::default() });
            }
        }
        if let Some(rock_ridge) = &mut options.rock_ridge {
            rock_ridge.deep = if self.deep == DeepName::Leave { Deep::Leave } else { Deep::Relocate };
            rock_ridge.without_serials = self.without_serials;
        }
        options.enhanced |= self.enhanced;
        options.strict_primary_names = self.strict_names;
        options.padding_sectors = self.padding;
    }

    /// How host files become entries.
    pub(crate) fn scan_options(&self, posix: bool, overwrite: bool) -> Result<ScanOptions, Failure> {
        if !posix && (self.specials || self.links == Some(LinksName::Keep)) {
            let problem = "links and special files can only be kept with Rock Ridge";
            return Err(Failure::usage(problem).advise("add --rock-ridge posix"));
        }
        let symlinks = match self.links {
            Some(LinksName::Follow) => scan::Symlinks::Follow,
            Some(LinksName::Keep) => scan::Symlinks::Keep,
            Some(LinksName::Skip) => scan::Symlinks::Skip,
            None if posix => scan::Symlinks::Keep,
            None => scan::Symlinks::Follow,
        };
        let specials = self.specials;
        Ok(ScanOptions { case: self.case(), symlinks, specials, overwrite, ..ScanOptions::default() })
    }

    pub(crate) fn case(&self) -> Case {
        if self.case_sensitive { Case::Exact } else { Case::Fold }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Volume descriptor")]
pub(crate) struct VolumeArgs {
    /// Volume name; the date of `SOURCE_DATE_EPOCH` or today's when not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) volume_name: Option<String>,
    /// Volume set identifier.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) volume_set: String,
    /// Publisher.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) publisher: String,
    /// Data preparer.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) preparer: String,
    /// Application; DISCWRIGHT when not given.
    #[arg(long, value_name = "TEXT")]
    pub(crate) application: Option<String>,
    /// System that may use the first 16 sectors.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) system: String,
    /// File of the root with a copyright notice.
    #[arg(long, value_name = "PATH", default_value = "")]
    pub(crate) copyright_file: String,
    /// File of the root with an abstract.
    #[arg(long, value_name = "PATH", default_value = "")]
    pub(crate) abstract_file: String,
    /// File of the root with bibliographic records.
    #[arg(long, value_name = "PATH", default_value = "")]
    pub(crate) bibliographic_file: String,
    /// When the volume was made: `2026-11-22`, `2026-11-22T19:00:00Z` or `@SECONDS` since 1970.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) created: Option<Timestamp>,
    /// When it was changed last; as made when not given.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) modified: Option<Timestamp>,
    /// From when on it may be used; as made when not given.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) effective: Option<Timestamp>,
    /// When it expires; never when not given.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) expires: Option<Timestamp>,
    /// Zone in which all times are recorded, as in `+05:45`.
    #[arg(long, value_name = "OFFSET", default_value = "+00:00", value_parser = zone, allow_hyphen_values = true)]
    pub(crate) zone: i8,
}

impl VolumeArgs {
    /// Puts the texts and times into `options`; the name is in them.
    pub(crate) fn apply(&self, options: &mut Options) -> Result<(), Failure> {
        let volume = &mut options.volume;
        let texts = [
            ("--volume-set", &self.volume_set, &mut volume.set, 128),
            ("--publisher", &self.publisher, &mut volume.publisher, 128),
            ("--preparer", &self.preparer, &mut volume.preparer, 128),
            ("--system", &self.system, &mut volume.system, 32),
        ];
        let joliet = options.joliet.is_some();
        for (option, text, field, bytes) in texts {
            check_text(option, text, bytes, joliet)?;
            field.clone_from(text);
        }
        if let Some(application) = &self.application {
            check_text("--application", application, 128, joliet)?;
            volume.application.clone_from(application);
        }
        volume.copyright_file.clone_from(&self.copyright_file);
        volume.abstract_file.clone_from(&self.abstract_file);
        volume.bibliographic_file.clone_from(&self.bibliographic_file);
        volume.created = self.created.unwrap_or(volume.created);
        (volume.modified, volume.effective, volume.expires) = (self.modified, self.effective, self.expires);
        let times = [
            ("--created", Some(volume.created)),
            ("--modified", self.modified),
            ("--effective", self.effective),
            ("--expires", self.expires),
        ];
        for (option, time) in times {
            check_time(option, time, self.zone)?;
        }
        options.zone_quarters = self.zone;
        Ok(())
    }
}

/// A date that cannot be recorded would be left out.
fn check_time(option: &str, time: Option<Timestamp>, zone: i8) -> Result<(), Failure> {
    let recorded = time.map(|time| VolumeTime::from_timestamp(time.zoned(zone)));
    if recorded == Some(VolumeTime::UNSPECIFIED) {
        return Err(Failure::usage(format!("{option}: only the years 1 to 9999 can be recorded")));
    }
    Ok(())
}

/// A text that is cut would say something else than was asked for.
fn check_text(option: &str, text: &str, bytes: usize, joliet: bool) -> Result<(), Failure> {
    let (length, limit) =
        if joliet { (text.encode_utf16().count(), bytes / 2) } else { (text.chars().count(), bytes) };
    if length <= limit {
        return Ok(());
    }
    let why = if joliet { " with Joliet, whose characters take two bytes each" } else { "" };
    Err(Failure::usage(format!("{option}: {length} characters are more than {limit}{why}")))
}

fn date(text: &str) -> Result<Timestamp, String> {
    if let Some(seconds) = text.strip_prefix('@') {
        let seconds = seconds.parse().map_err(|error| format!("{error}"))?;
        return Ok(Timestamp::from_unix(seconds, 0));
    }
    if let Ok(date) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
        return Ok(date.midnight().assume_utc().into());
    }
    OffsetDateTime::parse(text, &Rfc3339)
        .map(Timestamp::from)
        .map_err(|_| "give a date as 2026-11-22, 2026-11-22T19:00:00Z or @SECONDS".to_owned())
}

/// Quarters of an hour east of Greenwich.
fn zone(text: &str) -> Result<i8, String> {
    let format = format_description!("[offset_hour sign:mandatory]:[offset_minute]");
    let offset = UtcOffset::parse(text, format).map_err(|_| "give a zone as +05:45 or -08:00".to_owned())?;
    let minutes = offset.whole_minutes();
    match i8::try_from(minutes / 15) {
        Ok(quarters @ -48..=52) if minutes % 15 == 0 => Ok(quarters),
        _ => Err("a zone is a number of quarters of an hour from -12:00 to +13:00".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_zones() {
        assert_eq!(date("1970-01-02"), Ok(Timestamp::from_unix(86400, 0)));
        assert_eq!(date("@-5"), Ok(Timestamp::from_unix(-5, 0)));
        assert_eq!(date("2026-11-22T01:00:00+01:00"), date("2026-11-22"));
        assert!(date("yesterday").is_err());
        assert_eq!((zone("+05:45"), zone("-12:00"), zone("+00:00")), (Ok(23), Ok(-48), Ok(0)));
        assert!(zone("+14:00").is_err() && zone("+01:07").is_err() && zone("5").is_err());
    }
}
