//! Feature descriptors and the list of them.

use super::*;
use crate::command::Response;
use crate::error::ResponseError;
use crate::field::{Be16, Be32, Bits, Code16, Flag, Place, body, length8, padded};

/// The answer to GET CONFIGURATION: the profile in force and the features asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Profile that the medium now in the drive makes current.
    pub current_profile: Profile,
    /// The features, by ascending code.
    pub features: Vec<FeatureDescriptor>,
}

/// A feature with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureDescriptor {
    /// Version, 4 bits.
    pub version: u8,
    /// Always current.
    pub persistent: bool,
    /// Usable with the medium now in the drive.
    pub current: bool,
    /// The feature.
    pub feature: Feature,
}

/// A feature that is not known, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawFeature {
    /// Feature code.
    pub code: u16,
    /// Feature-dependent data, at most 255 bytes.
    pub data: Vec<u8>,
}

macro_rules! features {
    ($($name:ident,)*) => {
        /// Any feature.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Feature {
            $(#[doc = concat!("[`", stringify!($name), "`].")] $name($name),)*
            /// A feature that is not known.
            Raw(RawFeature),
        }

        impl Feature {
            /// Feature code.
            #[must_use]
            pub const fn code(&self) -> u16 {
                match self {
                    $(Self::$name(_) => $name::CODE,)*
                    Self::Raw(feature) => feature.code,
                }
            }

            fn data(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(feature) => feature.data(),)*
                    Self::Raw(feature) => feature.data.clone(),
                }
            }

            fn from_data(code: u16, data: &[u8]) -> Self {
                match code {
                    $($name::CODE => Self::$name($name::from_data(data)),)*
                    _ => Self::Raw(RawFeature { code, data: data.to_vec() }),
                }
            }
        }

        $(impl From<$name> for Feature {
            fn from(feature: $name) -> Self {
                Self::$name(feature)
            }
        })*
    };
}

features! {
    ProfileList,
    Core,
    Morphing,
    RemovableMedium,
    WriteProtect,
    RandomReadable,
    MultiRead,
    CdRead,
    RandomWritable,
    IncrementalStreaming,
    Formattable,
    DefectManagement,
    RestrictedOverwrite,
    Mrw,
    CdTrackAtOnce,
    CdMastering,
    CdRwMediaWrite,
    PowerManagement,
    Smart,
    CdAudioPlay,
    MicrocodeUpgrade,
    Timeout,
    RealTimeStreaming,
    SerialNumber,
    DiscControlBlocks,
    FirmwareDate,
}

impl From<RawFeature> for Feature {
    fn from(feature: RawFeature) -> Self {
        Self::Raw(feature)
    }
}

impl Configuration {
    /// The descriptor of a feature, by its code.
    #[must_use]
    pub fn feature(&self, code: u16) -> Option<&FeatureDescriptor> {
        self.features.iter().find(|descriptor| descriptor.feature.code() == code)
    }

    /// The feature is there and usable with the medium now in the drive.
    #[must_use]
    pub fn is_current(&self, code: u16) -> bool {
        self.feature(code).is_some_and(|descriptor| descriptor.current)
    }
}

impl FeatureDescriptor {
    /// A descriptor.
    #[must_use]
    pub fn new(feature: impl Into<Feature>, version: u8, persistent: bool, current: bool) -> Self {
        Self { version, persistent, current, feature: feature.into() }
    }

    /// The descriptor's bytes: four of header and the feature's data.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut data = self.feature.data();
        data.truncate(255);
        let mut header = [0; 4];
        layout::Code::put(&mut header, self.feature.code());
        layout::Version::put(&mut header, self.version);
        layout::Persistent::put(&mut header, self.persistent);
        layout::Current::put(&mut header, self.current);
        layout::DataBytes::put(&mut header, length8(data.len()));
        [&header, data.as_slice()].concat()
    }

    /// The first descriptor in a row and what follows it; `None` when it was cut.
    fn parse(row: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = row.split_first_chunk::<4>()?;
        let (data, rest) = rest.split_at_checked(usize::from(layout::DataBytes::get(header)))?;
        let descriptor = Self {
            version: layout::Version::get(header),
            persistent: layout::Persistent::get(header),
            current: layout::Current::get(header),
            feature: Feature::from_data(layout::Code::get(header), data),
        };
        Some((descriptor, rest))
    }
}

impl Response for Configuration {
    fn encode(&self) -> Vec<u8> {
        let descriptors: Vec<u8> = self.features.iter().flat_map(FeatureDescriptor::encode).collect();
        let mut header = [0; 8];
        layout::Length::put(&mut header, u32::try_from(4 + descriptors.len()).unwrap_or(u32::MAX));
        layout::CurrentProfile::put(&mut header, self.current_profile);
        [&header, descriptors.as_slice()].concat()
    }

    /// Accepts answers from 8 bytes up; features that were cut are left out.
    fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let header = padded::<8>("feature header", bytes, 8)?;
        let claimed = usize::try_from(layout::Length::get(&header)).unwrap_or(usize::MAX).saturating_add(4);
        let mut row = body(bytes, 8, claimed);
        let mut features = Vec::new();
        while let Some((descriptor, rest)) = FeatureDescriptor::parse(row) {
            features.push(descriptor);
            row = rest;
        }
        Ok(Self { current_profile: layout::CurrentProfile::get(&header), features })
    }
}

mod layout {
    use super::{Be16, Be32, Bits, Code16, Flag, Profile};

    pub(super) type Length = Be32<0>;
    pub(super) type CurrentProfile = Code16<Profile, 6>;

    pub(super) type Code = Be16<0>;
    pub(super) type Version = Bits<2, 2, 4>;
    pub(super) type Persistent = Flag<2, 1>;
    pub(super) type Current = Flag<2, 0>;
    pub(super) type DataBytes = Bits<3, 0, 8>;
}
