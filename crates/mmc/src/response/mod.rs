//! Answers of drives, and parameter lists that are neither mode pages nor cue sheets.

mod buffer_capacity;
mod capacity;
mod disc_information;
mod event;
mod inquiry;
mod track_information;

pub use buffer_capacity::BufferCapacity;
pub use capacity::Capacity;
pub use disc_information::{
    BackgroundFormat, DiscState, DiscType, OpcEntry, PowResources, SessionState, StandardDiscInformation,
    TrackResources,
};
pub use event::{Event, EventClass, EventNotification, MediaEvent};
pub use inquiry::InquiryData;
pub use track_information::TrackInformation;
