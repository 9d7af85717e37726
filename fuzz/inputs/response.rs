//! What fuzz target `response` does with one input; the crate's ordinary tests run it over the corpus.
//!
//! The first byte chooses the parser. Nothing may panic, and what is understood must mean the same when it is encoded
//! and parsed again.

use core::fmt;

use discwright_mmc::Sense;
use discwright_mmc::command::Response;
use discwright_mmc::cue_sheet::CueSheet;
use discwright_mmc::feature::Configuration;
use discwright_mmc::mode::{ModeData6, ModeData10, PageEntry};
use discwright_mmc::response::*;
use discwright_mmc::toc::*;

/// What one parser must do with any bytes.
type Parser = fn(&[u8]);

/// Every parser of answers and parameter lists, by the name its corpus files begin with.
pub(crate) const PARSERS: &[(&str, Parser)] = &[
    ("sense", sense),
    ("inquiry", answer::<InquiryData>),
    ("vpd", answer::<VitalProductData>),
    ("configuration", answer::<Configuration>),
    ("mode10", answer::<ModeData10>),
    ("mode6", answer::<ModeData6>),
    ("mode10-list", mode10_list),
    ("mode6-list", mode6_list),
    ("disc-information", answer::<StandardDiscInformation>),
    ("track-resources", answer::<TrackResources>),
    ("pow-resources", answer::<PowResources>),
    ("track-information", answer::<TrackInformation>),
    ("toc", answer::<Toc>),
    ("session-info", answer::<SessionInfo>),
    ("full-toc", answer::<FullToc>),
    ("pma", answer::<Pma>),
    ("atip", answer::<Atip>),
    ("cd-text", answer::<CdTextPacks>),
    ("capacity", answer::<Capacity>),
    ("buffer-capacity", answer::<BufferCapacity>),
    ("event", answer::<EventNotification>),
    ("format-capacities", answer::<FormatCapacities>),
    ("format-list", format_list),
    ("performance", answer::<Performance>),
    ("write-speeds", answer::<WriteSpeeds>),
    ("streaming-list", streaming_list),
    ("subchannel", answer::<Subchannel>),
    ("sector-header", answer::<SectorHeader>),
    ("buffer-descriptor", answer::<BufferDescriptor>),
    ("mechanism", answer::<MechanismState>),
    ("disc-structure", answer::<DiscStructure>),
    ("log", answer::<LogPage>),
    ("luns", answer::<LunList>),
    ("cue-sheet", cue_sheet),
    ("opc-list", opc_list),
    ("key", answer::<KeyData>),
    ("region", answer::<RegionState>),
    ("elements", answer::<ElementStatus>),
];

pub(crate) fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    if let Some((_, parse)) = PARSERS.get(usize::from(*choice)) {
        parse(rest);
    }
}

/// An answer survives being encoded and parsed again.
fn answer<R: Response + fmt::Debug + PartialEq>(bytes: &[u8]) {
    if let Ok(answer) = R::parse(bytes) {
        assert_eq!(R::parse(&answer.encode()), Ok(answer));
    }
}

fn sense(bytes: &[u8]) {
    if let Ok(sense) = Sense::parse(bytes) {
        assert_eq!(Sense::parse(&sense.encode_fixed()), Ok(sense));
        assert_eq!(Sense::parse(&sense.encode_descriptor()), Ok(sense));
        assert!(!sense.to_string().is_empty());
    }
}

fn mode10_list(bytes: &[u8]) {
    if let Ok(list) = ModeData10::parse_parameters(bytes) {
        let again = list.encode_parameters();
        assert_eq!(again.len(), bytes.len());
        assert_eq!(ModeData10::parse_parameters(&again).as_ref(), Ok(&list));
        let rows: Vec<u8> = list.pages.iter().flat_map(PageEntry::encode).collect();
        assert!(bytes.ends_with(&rows), "a page lost bits");
        let _ = (list.write_parameters(), list.error_recovery(), list.capabilities());
    }
}

fn mode6_list(bytes: &[u8]) {
    if let Ok(list) = ModeData6::parse_parameters(bytes) {
        let again = list.encode_parameters();
        assert_eq!(again.len(), bytes.len());
        assert_eq!(ModeData6::parse_parameters(&again), Ok(list));
    }
}

fn format_list(bytes: &[u8]) {
    if let Ok(list) = FormatParameters::parse(bytes) {
        assert_eq!(FormatParameters::parse(&list.encode()), Ok(list));
    }
}

fn streaming_list(bytes: &[u8]) {
    if let Ok(list) = StreamingDescriptor::parse(bytes) {
        assert_eq!(StreamingDescriptor::parse(&list.encode()), Ok(list));
    }
}

fn cue_sheet(bytes: &[u8]) {
    if let Ok(sheet) = CueSheet::parse(bytes) {
        assert_eq!(sheet.encode(), bytes);
    }
}

fn opc_list(bytes: &[u8]) {
    let whole = bytes.len() / 8 * 8;
    let again: Vec<u8> = OpcEntry::parse_all(bytes).iter().flat_map(OpcEntry::encode).collect();
    assert_eq!(bytes.get(..whole), Some(again.as_slice()));
}
