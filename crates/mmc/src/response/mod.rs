//! Answers of drives, and parameter lists that are neither mode pages nor cue sheets.

mod buffer_capacity;
mod capacity;
mod disc_information;
mod disc_structure;
mod element_status;
mod event;
mod format;
mod inquiry;
mod key;
mod log_page;
mod lun_list;
mod mechanism;
mod performance;
mod read_buffer;
mod sector_header;
mod subchannel;
mod track_information;
mod vital_product_data;

pub use buffer_capacity::BufferCapacity;
pub use capacity::Capacity;
pub use disc_information::{
    BackgroundFormat, DiscState, DiscType, OpcEntry, PowResources, SessionState, StandardDiscInformation,
    TrackResources,
};
pub use disc_structure::DiscStructure;
pub use element_status::{ElementPage, ElementStatus};
pub use event::{Event, EventClass, EventNotification, MediaEvent};
pub use format::{
    CapacityState, FormatCapacities, FormatDescriptor, FormatParameters, FormatType, LegacyFormatDescriptor,
};
pub use inquiry::InquiryData;
pub use key::{KeyData, RegionState};
pub use log_page::{LogPage, LogParameter};
pub use lun_list::LunList;
pub use mechanism::{MechanismActivity, MechanismState};
pub use performance::{
    NominalPerformance, Performance, PerformanceDescriptors, PerformanceException, StreamingDescriptor,
    WriteSpeedDescriptor, WriteSpeeds,
};
pub use read_buffer::BufferDescriptor;
pub use sector_header::SectorHeader;
pub use subchannel::{AudioStatus, Subchannel, SubchannelData};
pub use track_information::TrackInformation;
pub use vital_product_data::{Designator, RawVitalProductData, VitalProductData};
