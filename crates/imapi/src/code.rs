//! IMAPI's result codes, by name and number (public header `imapierror.h`: FACILITY_ITF, 0x80040200 + n).

use core::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $symbol:literal;)*) => {
        /// A result code of the Image Mastering API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code there is, in the order of the header.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The HRESULT.
            #[must_use]
            pub const fn hresult(self) -> u32 {
                match self { $(Self::$name => $value,)* }
            }

            /// The name in the header.
            #[must_use]
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$name => $symbol,)* }
            }
        }
    };
}

codes! {
    /// A property in a set was unknown or read-only and was ignored; the call succeeded.
    PropertiesIgnored = 0x0004_0200, "IMAPI_S_PROPERTIESIGNORED";
    /// An output buffer was too small. A typed API has no use for it; the number is kept.
    BufferTooSmall = 0x0004_0201, "IMAPI_S_BUFFER_TO_SMALL";
    /// The master, or the recorder's exclusive access, is not open.
    NotOpened = 0x8004_020B, "IMAPI_E_NOTOPENED";
    /// The recorder is not bound to a device.
    NotInitialized = 0x8004_020C, "IMAPI_E_NOTINITIALIZED";
    /// Cancelled through `QueryCancel`.
    UserAbort = 0x8004_020D, "IMAPI_E_USERABORT";
    /// A failure of no other class.
    Generic = 0x8004_020E, "IMAPI_E_GENERIC";
    /// The drive is empty.
    MediumNotPresent = 0x8004_020F, "IMAPI_E_MEDIUM_NOTPRESENT";
    /// The medium is of a type that cannot be used.
    MediumInvalidType = 0x8004_0210, "IMAPI_E_MEDIUM_INVALIDTYPE";
    /// The recorder has no properties.
    DeviceNoProperties = 0x8004_0211, "IMAPI_E_DEVICE_NOPROPERTIES";
    /// The device cannot be used, or this process holds it.
    DeviceNotAccessible = 0x8004_0212, "IMAPI_E_DEVICE_NOTACCESSIBLE";
    /// The device is gone.
    DeviceNotPresent = 0x8004_0213, "IMAPI_E_DEVICE_NOTPRESENT";
    /// The recorder cannot do that.
    DeviceInvalidType = 0x8004_0214, "IMAPI_E_DEVICE_INVALIDTYPE";
    /// The drive could not be set up for writing.
    InitializeWrite = 0x8004_0215, "IMAPI_E_INITIALIZE_WRITE";
    /// The drive could not be set up for closing.
    InitializeEndWrite = 0x8004_0216, "IMAPI_E_INITIALIZE_ENDWRITE";
    /// The system's use of the drive's file system could not be stopped or resumed.
    FileSystem = 0x8004_0217, "IMAPI_E_FILESYSTEM";
    /// A source or the stash cannot be read or written.
    FileAccess = 0x8004_0218, "IMAPI_E_FILEACCESS";
    /// The disc's data could not be read.
    DiscInfo = 0x8004_0219, "IMAPI_E_DISCINFO";
    /// No audio track is open.
    TrackNotOpen = 0x8004_021A, "IMAPI_E_TRACKNOTOPEN";
    /// An audio track is open.
    TrackOpen = 0x8004_021B, "IMAPI_E_TRACKOPEN";
    /// No room.
    DiscFull = 0x8004_021C, "IMAPI_E_DISCFULL";
    /// A name that Joliet does not allow.
    BadJolietName = 0x8004_021D, "IMAPI_E_BADJOLIETNAME";
    /// The stage is empty or spent: nothing to burn.
    InvalidImage = 0x8004_021E, "IMAPI_E_INVALIDIMAGE";
    /// No format is selected.
    NoActiveFormat = 0x8004_021F, "IMAPI_E_NOACTIVEFORMAT";
    /// No recorder is selected.
    NoActiveRecorder = 0x8004_0220, "IMAPI_E_NOACTIVERECORDER";
    /// A call that belongs to the other format.
    WrongFormat = 0x8004_0221, "IMAPI_E_WRONGFORMAT";
    /// The object is open already.
    AlreadyOpen = 0x8004_0222, "IMAPI_E_ALREADYOPEN";
    /// The disc that set multi-session mode is not in the active recorder.
    WrongDisc = 0x8004_0223, "IMAPI_E_WRONGDISC";
    /// The name is taken and the overwrite flag is clear.
    FileExists = 0x8004_0224, "IMAPI_E_FILEEXISTS";
    /// Another holds the stash.
    StashInUse = 0x8004_0225, "IMAPI_E_STASHINUSE";
    /// Another process holds the device.
    DeviceStillInUse = 0x8004_0226, "IMAPI_E_DEVICE_STILL_IN_USE";
    /// The drive ran out of data.
    LossOfStreaming = 0x8004_0227, "IMAPI_E_LOSS_OF_STREAMING";
    /// The stash lies on a compressed volume.
    CompressedStash = 0x8004_0228, "IMAPI_E_COMPRESSEDSTASH";
    /// The stash lies on an encrypted volume.
    EncryptedStash = 0x8004_0229, "IMAPI_E_ENCRYPTEDSTASH";
    /// No disk space for the stash.
    NotEnoughDiskForStash = 0x8004_022A, "IMAPI_E_NOTENOUGHDISKFORSTASH";
    /// The stash lies on a removable medium.
    RemovableStash = 0x8004_022B, "IMAPI_E_REMOVABLESTASH";
    /// The medium cannot be written.
    CannotWriteToMedia = 0x8004_022C, "IMAPI_E_CANNOT_WRITE_TO_MEDIA";
    /// An audio track is too short.
    TrackNotBigEnough = 0x8004_022D, "IMAPI_E_TRACK_NOT_BIG_ENOUGH";
    /// A boot image is wanted on a disc that is not blank.
    BootImageAndNonblankDisc = 0x8004_022E, "IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first, the last, and those around the gaps of the public header.
    #[test]
    fn golden_numbers() {
        for (code, value, symbol) in [
            (Code::PropertiesIgnored, 0x0004_0200, "IMAPI_S_PROPERTIESIGNORED"),
            (Code::NotOpened, 0x8004_020B, "IMAPI_E_NOTOPENED"),
            (Code::DiscFull, 0x8004_021C, "IMAPI_E_DISCFULL"),
            (Code::WrongDisc, 0x8004_0223, "IMAPI_E_WRONGDISC"),
            (Code::BootImageAndNonblankDisc, 0x8004_022E, "IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC"),
        ] {
            assert_eq!((code.hresult(), code.symbol()), (value, symbol));
        }
        // Every error between the first and the last has a name, and none has two.
        let errors: Vec<u32> = Code::ALL.iter().skip(2).map(|code| code.hresult()).collect();
        assert_eq!(errors, (0x8004_020B..=0x8004_022E).collect::<Vec<_>>());
    }
}
