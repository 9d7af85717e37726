//! Every rule that the checker knows, with the clause it stands for.

use crate::read::finding::Level;

/// Something that a standard demands, or that is unusual enough to be told.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Name of the rule, the same in every version of this crate.
    pub id: &'static str,
    /// How much it matters when it is broken.
    pub level: Level,
    /// The clause, with its standard.
    pub clause: &'static str,
    /// What it says, in a few words.
    pub says: &'static str,
}

macro_rules! rules {
    ($($name:ident: $level:ident, $id:literal, $clause:literal, $says:literal;)*) => {
        $(
            #[doc = $says]
            pub(super) const $name: &Rule = &Rule { id: $id, level: Level::$level, clause: $clause, says: $says };
        )*

        /// All rules, in the order of what they are about: descriptors, path tables, directories, extended attributes, names, extents,
        /// SUSP, Rock Ridge, boot catalogue, hierarchies compared.
        pub const RULES: &[&Rule] = &[$($name),*];
    };
}

rules! {
    SET_UNREADABLE: Error, "set-unreadable", "ECMA-119, 6.7.1", "Every sector of the volume descriptor set can be read.";
    SET_TERMINATOR: Error, "set-terminator", "ECMA-119, 8.3", "A set terminator ends the volume descriptor set.";
    SET_PRIMARY: Error, "set-primary", "ECMA-119, 6.7.1.1", "The set has a primary volume descriptor.";
    SET_COPIES: Warning, "set-copies", "ECMA-119, 6.7.1.1", "Further primary volume descriptors are the same as the first.";
    DESCRIPTOR_TYPE: Warning, "descriptor-type", "ECMA-119, 8.1.1", "Volume descriptor types 4 to 254 are reserved.";
    DESCRIPTOR_VERSION: Error, "descriptor-version", "ECMA-119, 8.4.3", "The version of a primary descriptor is 1, of a supplementary one 1, of an enhanced one 2.";
    TERMINATOR_VERSION: Warning, "terminator-version", "ECMA-119, 8.3.3", "The terminator's version is 1.";
    TERMINATOR_RESERVED: Warning, "terminator-reserved", "ECMA-119, 8.3.4", "The rest of a terminator is zero.";
    DESCRIPTOR_RESERVED: Warning, "descriptor-reserved", "ECMA-119, 8.4.4, 8.4.7, 8.4.9, 8.4.31 and 8.4.33", "Unused and reserved bytes of a descriptor are zero.";
    DESCRIPTOR_FLAGS: Warning, "descriptor-flags", "ECMA-119, 8.5.3", "Only bit 0 of the volume flags is used, and Joliet's escape sequences are registered ones, so that it is zero.";
    DESCRIPTOR_ESCAPES: Warning, "descriptor-escapes", "Joliet, SVD Escape Sequences Field", "The bytes behind Joliet's escape sequence are zero.";
    DESCRIPTOR_HALVES: Error, "descriptor-halves", "ECMA-119, 7.2.3 and 7.3.3", "The two halves of each number of a descriptor agree.";
    DESCRIPTOR_TEXT: Warning, "descriptor-text", "ECMA-119, 8.4.5 to 8.4.25", "The texts of a descriptor are of their character sets.";
    DESCRIPTOR_FILE: Warning, "descriptor-file", "ECMA-119, 8.4.20 to 8.4.25", "A file that a descriptor names is in the root directory.";
    DESCRIPTOR_DATE: Warning, "descriptor-date", "ECMA-119, 8.4.26 to 8.4.29", "The dates of a descriptor are dates, or digits zero.";
    STRUCTURE_VERSION: Warning, "structure-version", "ECMA-119, 8.4.30", "The file structure version is 1, of an enhanced descriptor 2.";
    SPACE_SIZE: Error, "space-size", "ECMA-119, 8.4.8", "The volume space is not longer than the image.";
    SPACE_DIFFERS: Warning, "space-differs", "ECMA-119, 8.5.1", "All descriptors tell the same volume space size.";
    BLOCK_SIZE: Error, "block-size", "ECMA-119, 6.2.2", "A logical block has 512, 1024 or 2048 bytes, in all descriptors the same.";
    SET_NUMBERS: Warning, "set-numbers", "ECMA-119, 8.4.11", "The volume is one of its volume set.";
    ROOT_RECORD: Error, "root-record", "ECMA-119, 8.4.18", "The root's record in a descriptor has 34 bytes and the identifier 00.";
    ROOT_FLAGS: Error, "root-flags", "ECMA-119, 9.1.6", "The root's record has the directory flag and none that a directory cannot have.";
    ROOT_DATE: Warning, "root-date", "ECMA-119, 9.1.5", "The root's recording date is a date.";

    TABLE_BOUNDS: Error, "table-bounds", "ECMA-119, 8.4.13", "A path table lies in the image and can be read.";
    TABLE_RECORD: Error, "table-record", "ECMA-119, 9.4", "The records of a path table fill it from end to end.";
    TABLE_PADDING: Warning, "table-padding", "ECMA-119, 9.4.6", "The byte behind an odd identifier is zero.";
    TABLE_PARENT: Error, "table-parent", "ECMA-119, 6.9.1", "The parent of a path table record is a record before it, of the root itself.";
    TABLE_ORDER: Warning, "table-order", "ECMA-119, 6.9.1", "Path table records are in order of their parents, and below one parent of their identifiers.";
    TABLE_DIFFERS: Error, "table-differs", "ECMA-119, 6.9.2", "Type L, Type M and the optional path tables say the same.";
    TABLE_STRANGER: Error, "table-stranger", "ECMA-119, 6.9.1", "Every directory of a path table is in the hierarchy.";
    TABLE_LACKS: Error, "table-lacks", "ECMA-119, 6.9.1", "Every directory of the hierarchy is in the path tables.";
    TABLE_ENTRY: Error, "table-entry", "ECMA-119, 9.4", "Path table and directories tell the same name, parent and extended attribute length.";

    DIRECTORY_TWICE: Error, "directory-twice", "ECMA-119, 6.8.2", "A directory is in one place of the hierarchy.";
    DIRECTORY_COUNT: Error, "directory-count", "ECMA-119, 6.8.2", "The directories together are not longer than the image.";
    DIRECTORY_DEPTH: Warning, "directory-depth", "ECMA-119, 6.8.2.1", "A hierarchy has eight levels at most; Joliet and the enhanced one any number.";
    PATH_LENGTH: Warning, "path-length", "ECMA-119, 6.8.2.1", "A path has 255 bytes at most.";
    JOLIET_PATH_LENGTH: Note, "joliet-path-length", "Joliet, Relaxation of ISO 9660 Restrictions", "A Joliet path has 240 bytes at most, each level counted with one more.";
    DIRECTORY_LENGTH: Warning, "directory-length", "ECMA-119, 6.8.1.3", "The length of a directory is a multiple of 2048 bytes, and not zero.";
    DIRECTORY_START: Error, "directory-start", "ECMA-119, 6.8.1.1", "A directory begins with a sector.";
    DIRECTORY_BOUNDS: Error, "directory-bounds", "ECMA-119, 9.1.3", "A directory lies in the image.";
    DIRECTORY_UNREADABLE: Error, "directory-unreadable", "ECMA-119, 6.8.1", "Every sector of a directory can be read.";
    DIRECTORY_SECTIONS: Error, "directory-sections", "ECMA-119, 6.8.1", "A directory is recorded in one section.";
    DIRECTORY_GAP: Error, "directory-gap", "ECMA-119, 6.8.1.1", "Each sector of a directory before its last record holds records.";
    DIRECTORY_TAIL: Warning, "directory-tail", "ECMA-119, 6.8.1.1", "A directory ends with the sector that holds its last record.";
    DIRECTORY_UNUSED: Warning, "directory-unused", "ECMA-119, 6.8.1.1", "Bytes behind the last record of a sector are zero.";
    SELF_RECORD: Error, "self-record", "ECMA-119, 6.8.2.2", "The first record of a directory is of itself, and names its place.";
    PARENT_RECORD: Error, "parent-record", "ECMA-119, 6.8.2.2", "The second record of a directory is of its parent, and names its place.";
    LINK_LENGTH: Warning, "link-length", "ECMA-119, 6.8.2.2", "The records of a directory itself and of its parent tell their lengths, and those of their extended attribute records.";
    LINK_FLAGS: Warning, "link-flags", "ECMA-119, 9.1.6", "The records of a directory itself and of its parent have the directory flag.";
    RECORD_LENGTH: Error, "record-length", "ECMA-119, 9.1", "A directory record holds its parts, and lies in one sector.";
    RECORD_EVEN: Warning, "record-even", "ECMA-119, 9.1.1", "The length of a directory record is even.";
    RECORD_PADDING: Warning, "record-padding", "ECMA-119, 9.1.12", "The byte behind an even identifier is zero.";
    RECORD_HALVES: Error, "record-halves", "ECMA-119, 7.2.3 and 7.3.3", "The two halves of each number of a directory record agree.";
    RECORD_DATE: Warning, "record-date", "ECMA-119, 9.1.5", "The recording date is a date, or zeros.";
    RECORD_FLAGS: Warning, "record-flags", "ECMA-119, 9.1.6", "File flags that are reserved are zero, and a directory is not associated and has no record format.";
    RECORD_VOLUME: Error, "record-volume", "ECMA-119, 9.1.9", "The extent is on this volume.";
    RECORD_INTERLEAVE: Warning, "record-interleave", "ECMA-119, 9.1.7 and 9.1.8", "File unit size and interleave gap size are both zero, or neither.";
    RECORD_ORDER: Warning, "record-order", "ECMA-119, 9.3", "Records are in the order of their identifiers; an associated file before its file.";
    RECORD_TWICE: Error, "record-twice", "ECMA-119, 6.8.2", "An identifier is in a directory once.";
    SECTION_FOLLOWS: Error, "section-follows", "ECMA-119, 9.1.6", "The further section of a file follows directly.";

    XAR_MISSING: Warning, "xar-missing", "ECMA-119, 9.1.6", "An entry whose flags speak of an extended attribute record has one.";
    XAR_UNREADABLE: Error, "xar-unreadable", "ECMA-119, 9.5", "An extended attribute record can be read.";
    XAR_VERSION: Warning, "xar-version", "ECMA-119, 9.5.13", "The version of an extended attribute record is 1.";
    XAR_LENGTH: Error, "xar-length", "ECMA-119, 9.1.2 and 9.5", "An extended attribute record ends in the blocks that the directory record gives it, which an interleaved file has before its first gap.";
    XAR_BLOCKS: Note, "xar-blocks", "ECMA-119, 9.1.2", "A directory record gives an extended attribute record no more blocks than it fills.";
    XAR_HALVES: Error, "xar-halves", "ECMA-119, 7.2.3", "The two halves of each number of an extended attribute record agree.";
    XAR_OWNER: Warning, "xar-owner", "ECMA-119, 9.5.1 and 9.5.2", "Owner and group are both told, or neither.";
    XAR_PERMISSIONS: Warning, "xar-permissions", "ECMA-119, 9.5.3", "Every second bit of the permissions is one.";
    XAR_PROTECTION: Warning, "xar-protection", "ECMA-119, 9.1.6", "The protection flag is set where an owner is told and something forbidden, and only there.";
    XAR_DATE: Warning, "xar-date", "ECMA-119, 9.5.4 to 9.5.7", "The dates of an extended attribute record are dates, or digits zero.";
    XAR_RECORD_FORMAT: Warning, "xar-record-format", "ECMA-119, 9.1.6 and 9.5.8", "The record format is none that is reserved, and is told where the record flag is set, and only there.";
    XAR_RECORD_ATTRIBUTES: Warning, "xar-record-attributes", "ECMA-119, 9.5.9", "The record attributes are none that are reserved.";
    XAR_RECORD_LENGTH: Warning, "xar-record-length", "ECMA-119, 9.5.10", "The record length is zero without a record format, and not zero where all records have one length.";
    XAR_TEXT: Warning, "xar-text", "ECMA-119, 9.5.11", "The system identifier of an extended attribute record has a-characters.";
    XAR_RESERVED: Warning, "xar-reserved", "ECMA-119, 9.5.15", "Reserved bytes of an extended attribute record are zero.";
    XAR_ESCAPES: Warning, "xar-escapes", "ECMA-119, 9.5.18", "The escape sequences for a file's contents begin with ESC, and zeros follow the last.";

    NAME_CHARACTERS: Warning, "name-characters", "ECMA-119, 7.5.1", "A file identifier has d-characters and its separators.";
    NAME_SEPARATOR: Warning, "name-separator", "ECMA-119, 7.5.1", "A file identifier has a full stop between name and extension.";
    NAME_EMPTY: Warning, "name-empty", "ECMA-119, 7.5.1", "Of name and extension one has a character.";
    NAME_LENGTH: Warning, "name-length", "ECMA-119, 7.5.1", "Name and extension have 30 characters at most.";
    NAME_VERSION: Warning, "name-version", "ECMA-119, 7.5.1", "A file identifier has a version number from 1 to 32767.";
    DIRECTORY_NAME_CHARACTERS: Warning, "directory-name-characters", "ECMA-119, 7.6.1", "A directory identifier has d-characters.";
    DIRECTORY_NAME_LENGTH: Warning, "directory-name-length", "ECMA-119, 7.6.3", "A directory identifier has 31 characters at most.";
    JOLIET_NAME_UNITS: Error, "joliet-name-units", "Joliet, Wide Character Byte Ordering", "A Joliet identifier has a whole number of UCS-2 characters.";
    JOLIET_NAME_SURROGATE: Warning, "joliet-name-surrogate", "Joliet, Allowed Character Set", "A Joliet identifier has no lone surrogate.";
    JOLIET_NAME_CHARACTERS: Warning, "joliet-name-characters", "Joliet, Allowed Character Set", "A Joliet identifier has no control character and none of * / : ; ? and backslash.";
    JOLIET_NAME_LENGTH: Note, "joliet-name-length", "Joliet, File and Directory Identifiers", "A Joliet identifier has 64 characters at most; up to 103 are read in practice.";
    JOLIET_NAME_LONG: Warning, "joliet-name-long", "Joliet, File and Directory Identifiers", "No Joliet identifier has more than the 103 characters that are read in practice.";
    JOLIET_ORDER: Warning, "joliet-order", "Joliet, Sort Ordering", "Joliet records are in the order of their characters' numbers.";
    JOLIET_ORDER_DOT: Note, "joliet-order-dot", "ECMA-119, 9.3", "Joliet records are in the order of names and extensions apart, as in the primary hierarchy.";
    ENHANCED_NAME_LENGTH: Warning, "enhanced-name-length", "ECMA-119, 7.5.2", "An identifier of the enhanced hierarchy has 207 bytes at most.";
    ENHANCED_NAME_CHARACTERS: Warning, "enhanced-name-characters", "ECMA-119, 7.5.1", "An identifier of the enhanced hierarchy has no zero and no slash.";

    EXTENT_BOUNDS: Error, "extent-bounds", "ECMA-119, 9.1.3", "The data of a file lies in the image.";
    EXTENT_SPACE: Warning, "extent-space", "ECMA-119, 8.4.8", "The data of a file lies in the volume space.";
    EXTENT_OVERLAP: Error, "extent-overlap", "ECMA-119, 6.4.2", "Two extents are the same, or share no sector.";

    SP_PLACE: Warning, "sp-place", "SUSP, 5.3", "SP is the first entry of the root's own record, with the check bytes BE EF.";
    ER_MISSING: Warning, "er-missing", "SUSP, 5.5", "An ER entry in the root's own record names Rock Ridge.";
    SUSP_LENGTH: Error, "susp-length", "SUSP, 4.1", "An entry has four bytes at least and ends in its area.";
    SUSP_SIZE: Warning, "susp-size", "SUSP, 4.1", "An entry has the length that its kind demands.";
    SUSP_VERSION: Warning, "susp-version", "SUSP, 4.1", "The version of a known entry is 1.";
    SUSP_HALVES: Error, "susp-halves", "ECMA-119, 7.3.3", "The two halves of each number of an entry agree.";
    CE_TWICE: Error, "ce-twice", "SUSP, 5.1", "An area has one CE entry at most.";
    CE_BOUNDS: Error, "ce-bounds", "SUSP, 5.1", "A continuation area lies in the image and can be read.";
    CE_RING: Error, "ce-ring", "SUSP, 5.1", "Continuation areas come to an end, and none overlaps another of its record.";
    CE_RECORD: Error, "ce-record", "SUSP, 5.1", "A continuation area lies outside its own record.";
    CE_SECTOR: Note, "ce-sector", "SUSP, 5.1", "A continuation area lies in one sector.";

    PX_MISSING: Warning, "px-missing", "RRIP, 4.1.1", "Every record has PX.";
    PX_TYPE: Error, "px-type", "RRIP, 4.1.1", "The file type of PX agrees with the directory flag.";
    PX_LINKS: Warning, "px-links", "RRIP, 4.1.1", "The number of links is not zero.";
    PX_LINKS_FEW: Note, "px-links-few", "RRIP, 4.1.1", "The number of links is not less than the entries with the same serial number.";
    PX_SERIAL: Warning, "px-serial", "RRIP, 4.1.1", "Files with the same serial number have the same data.";
    PN_MISSING: Error, "pn-missing", "RRIP, 4.1.2", "A device has PN.";
    PN_STRAY: Warning, "pn-stray", "RRIP, 4.1.2", "Only devices have PN.";
    SL_MISSING: Error, "sl-missing", "RRIP, 4.1.3", "A symbolic link has SL.";
    SL_STRAY: Warning, "sl-stray", "RRIP, 4.1.3", "Only symbolic links have SL.";
    SL_COMPONENT: Warning, "sl-component", "RRIP, 4.1.3.1", "The components of SL end in it and have no reserved flags.";
    SL_CONTINUE: Warning, "sl-continue", "RRIP, 4.1.3", "The last SL and its last component do not say that more follows, all others do.";
    NM_CONTINUE: Warning, "nm-continue", "RRIP, 4.1.4", "The last NM does not say that more follows, all others do.";
    NM_CHARACTERS: Warning, "nm-characters", "RRIP, 4.1.4", "A name is one that POSIX allows: not empty, no slash, no zero, not . or .. .";
    NM_LINK: Warning, "nm-link", "RRIP, 4.1.4", "Only the records of a directory itself and of its parent are named so by NM's flags.";
    NM_LENGTH: Warning, "nm-length", "RRIP, 4.1.4", "A name has 255 bytes at most.";
    NM_ENCODING: Note, "nm-encoding", "RRIP, 4.1.4", "A name is UTF-8.";
    NM_TWICE: Error, "nm-twice", "RRIP, 4.1.4", "A name is in a directory once.";
    TF_LENGTH: Warning, "tf-length", "RRIP, 4.1.6", "TF has the stamps that its flags announce.";
    TF_DATE: Warning, "tf-date", "RRIP, 4.1.6", "Time stamps are dates.";
    CL_DIRECTORY: Error, "cl-directory", "RRIP, 4.1.5.1", "CL names the place of a directory.";
    CL_RELOCATED: Warning, "cl-relocated", "RRIP, 4.1.5.3", "The directory that CL names has RE where it is recorded.";
    PL_MISSING: Error, "pl-missing", "RRIP, 4.1.5.2", "The parent record of a relocated directory has PL.";
    PL_PARENT: Error, "pl-parent", "RRIP, 4.1.5.2", "PL names the directory that has the CL.";
    RE_LOST: Error, "re-lost", "RRIP, 4.1.5.3", "A directory with RE is shown elsewhere by a CL.";
    ZF_KNOWN: Warning, "zf-known", "zisofs, ZF", "A compressed file is so by zisofs, version 1 or 2, with one of its block sizes.";

    BOOT_PLACE: Error, "boot-place", "El Torito 1.0, 2", "El Torito's boot record is the second descriptor.";
    BOOT_RESERVED: Warning, "boot-reserved", "El Torito 1.0, figure 7", "Version 1, and unused bytes of the boot record are zero.";
    CATALOGUE_UNREADABLE: Error, "catalogue-unreadable", "El Torito 1.0, 2", "The boot catalogue can be read.";
    CATALOGUE_VALIDATION: Error, "catalogue-validation", "El Torito 1.0, 2.1", "The catalogue begins with a validation entry: 01 in front, 55 AA at its end.";
    CATALOGUE_CHECKSUM: Error, "catalogue-checksum", "El Torito 1.0, 2.1", "The words of the validation entry add up to zero.";
    CATALOGUE_PLATFORM: Warning, "catalogue-platform", "El Torito 1.0, 2.1; UEFI 2.10, 13.3.2", "The platform is 80x86, PowerPC, Mac or EFI.";
    CATALOGUE_RESERVED: Warning, "catalogue-reserved", "El Torito 1.0, 2.1 and 2.2", "Reserved bytes of catalogue entries are zero.";
    CATALOGUE_SECTIONS: Error, "catalogue-sections", "El Torito 1.0, 2.3", "Section headers and entries follow each other as they announce, and the last header is 91.";
    BOOT_INDICATOR: Error, "boot-indicator", "El Torito 1.0, 2.2", "An entry is bootable (88) or not (00).";
    BOOT_MEDIA: Warning, "boot-media", "El Torito 1.0, 2.2", "The emulation is one of 0 to 4.";
    BOOT_BOUNDS: Error, "boot-bounds", "El Torito 1.0, 2.2", "A boot image lies in the image, behind the descriptors.";

    VIEW_LENGTH: Error, "view-length", "ECMA-119, 6.8.3", "All hierarchies tell one length of data that begins at one place.";
    VIEW_SECTIONS: Error, "view-sections", "ECMA-119, 6.8.3", "All hierarchies tell the same further sections of a file that begins at one place.";
    VIEW_LACKS: Note, "view-lacks", "ECMA-119, 6.8.3", "Every file with data is in every hierarchy.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_rule_cites_its_source() {
        let ids: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        let sources = ["ECMA-119, ", "Joliet, ", "SUSP, ", "RRIP, ", "zisofs, ", "El Torito 1.0, "];
        for rule in RULES {
            assert!(sources.iter().any(|source| rule.clause.starts_with(source)), "{}", rule.id);
            assert!(
                rule.says.ends_with('.')
                    && rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            );
        }
    }
}
