//! Features and profiles: the answer to GET CONFIGURATION (MMC-6, clause 5 and GET CONFIGURATION).

mod cd;
mod core_features;
mod descriptor;
mod profile;

pub use cd::{CdMastering, CdRead, CdRwMediaWrite, CdTrackAtOnce, IncrementalStreaming};
pub use core_features::{
    CdAudioPlay, Core, DefectManagement, DiscControlBlocks, FirmwareDate, Formattable, MicrocodeUpgrade,
    Morphing, Mrw, MultiRead, PhysicalInterface, PowerManagement, RandomReadable, RandomWritable,
    RealTimeStreaming, RemovableMedium, RestrictedOverwrite, SerialNumber, Smart, Timeout, WriteProtect,
};
pub use descriptor::{Configuration, Feature, FeatureDescriptor, RawFeature};
pub use profile::{Profile, ProfileEntry, ProfileList};
