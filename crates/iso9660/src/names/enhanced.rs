//! Identifiers of the hierarchy of an enhanced volume descriptor (ISO 9660:1999).
