//! GET CONFIGURATION: the features of a CD-RW recorder, and which of them the disc in it makes current.

use discwright_cd::Lba;
use discwright_mmc::command::{GetConfiguration, RequestedFeatures};
use discwright_mmc::feature::{
    CdAudioPlay, CdMastering, CdRead, CdRwMediaWrite, CdTrackAtOnce, Configuration, Core, FeatureDescriptor,
    Formattable, IncrementalStreaming, Morphing, MultiRead, PhysicalInterface, PowerManagement, Profile,
    ProfileEntry, ProfileList, RandomReadable, RandomWritable, RealTimeStreaming, RemovableMedium,
    RestrictedOverwrite, SerialNumber, Smart, Timeout,
};
use discwright_mmc::mode::InformationalExceptions;

use crate::derive::{DiscState, View};
use crate::drive::Drive;
use crate::medium::Material;
use crate::personality::Personality;

/// Data block types of track-at-once, a bit each: raw, mode 1, mode 2, XA form 1 with and without subheader, form 2,
/// mixed (MMC-6, table of data block types).
const DATA_BLOCK_TYPES: u16 = 1 << 0 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13;

/// What the disc in the drive allows.
struct Situation {
    material: Option<Material>,
    writable: bool,
    complete: bool,
    formatted: bool,
    /// The last address that can be read.
    last: Lba,
    /// The drive writes discs of this speed class.
    class_fits: bool,
}

impl Situation {
    fn of(drive: &mut Drive) -> Self {
        let material = drive.disc().map(|disc| disc.kind().spec().material);
        let state = drive.view().map(|view| (view.disc_state(), view.open.is_some()));
        let writable = state.is_some_and(|(_, open)| open);
        let complete = state.is_some_and(|(state, _)| state == DiscState::Complete);
        let formatted = drive.deck.as_mut().is_some_and(crate::recording::Deck::is_formatted);
        let class_fits = drive.check_speed_class().is_ok();
        let last = drive.view().and_then(View::last_address).unwrap_or(Lba(0));
        Self { material, writable: writable && class_fits, complete, formatted, last, class_fits }
    }

    const fn is_rw(&self) -> bool {
        matches!(self.material, Some(Material::Rewritable(_)))
    }

    const fn profile(&self) -> Profile {
        match self.material {
            None => Profile::None,
            Some(Material::Pressed) => Profile::CdRom,
            Some(Material::Rewritable(_)) => Profile::CdRw,
            Some(Material::WriteOnce) if self.complete => Profile::CdRom,
            Some(Material::WriteOnce) => Profile::CdR,
        }
    }
}

pub(super) fn get_configuration(drive: &mut Drive, command: &GetConfiguration) -> Configuration {
    let situation = Situation::of(drive);
    let wanted = |it: &FeatureDescriptor| match command.requested {
        RequestedFeatures::One => it.feature.code() == command.starting_feature,
        RequestedFeatures::Current => it.current && it.feature.code() >= command.starting_feature,
        RequestedFeatures::All | RequestedFeatures::Other(_) => it.feature.code() >= command.starting_feature,
    };
    let features = features(drive, &situation).into_iter().filter(wanted).collect();
    Configuration { current_profile: situation.profile(), features }
}

/// All features by rising code.
fn features(drive: &Drive, situation: &Situation) -> Vec<FeatureDescriptor> {
    let present = situation.material.is_some();
    let writable = situation.writable;
    let always =
        |feature: FeatureDescriptor| FeatureDescriptor { persistent: true, current: true, ..feature };
    let serial = SerialNumber { serial: drive.personality.serial.clone().into_bytes() };
    let mut features = vec![
        always(FeatureDescriptor::new(profiles(situation), 0, true, true)),
        always(FeatureDescriptor::new(core(), 1, true, true)),
        always(FeatureDescriptor::new(
            Morphing { operational_change_event: true, asynchronous: false },
            1,
            true,
            true,
        )),
        always(FeatureDescriptor::new(removable(), 0, true, true)),
        FeatureDescriptor::new(readable(), 0, false, present),
        FeatureDescriptor::new(MultiRead {}, 0, false, present),
        FeatureDescriptor::new(CdRead { dap: true, c2: true, cd_text: true }, 1, false, present),
        FeatureDescriptor::new(incremental(&drive.personality), 0, false, writable),
        FeatureDescriptor::new(Formattable::default(), 0, false, situation.is_rw() && situation.class_fits),
        FeatureDescriptor::new(RestrictedOverwrite {}, 0, false, situation.formatted && situation.class_fits),
        FeatureDescriptor::new(track_at_once(&drive.personality), 1, false, writable),
        FeatureDescriptor::new(mastering(&drive.personality), 0, false, writable),
        FeatureDescriptor::new(
            rewritable(&drive.personality),
            0,
            false,
            situation.is_rw() && situation.class_fits,
        ),
        always(FeatureDescriptor::new(PowerManagement {}, 0, true, true)),
        FeatureDescriptor::new(CdAudioPlay::default(), 0, false, present),
        always(FeatureDescriptor::new(Timeout::default(), 0, true, true)),
        always(FeatureDescriptor::new(streaming(), 3, true, true)),
        always(FeatureDescriptor::new(serial, 0, true, true)),
    ];
    if drive.personality.partial_packets {
        features.push(FeatureDescriptor::new(random_writable(situation), 0, false, situation.formatted));
    }
    if drive.personality.mode_pages.contains(&InformationalExceptions::CODE) {
        features.push(always(FeatureDescriptor::new(Smart { page: true }, 0, true, true)));
    }
    features.sort_by_key(|it| it.feature.code());
    features
}

fn profiles(situation: &Situation) -> ProfileList {
    let current = situation.profile();
    // Highest first, as the standard recommends.
    let all = [Profile::CdRw, Profile::CdR, Profile::CdRom];
    ProfileList {
        profiles: all.map(|profile| ProfileEntry { profile, current: profile == current }).to_vec(),
    }
}

fn core() -> Core {
    Core { physical_interface: PhysicalInterface::Atapi.into(), inquiry_2: true, device_busy_events: true }
}

const fn removable() -> RemovableMedium {
    RemovableMedium {
        mechanism: 1,
        load: true,
        eject: true,
        prevent_jumper: false,
        default_button: false,
        lock: true,
    }
}

const fn readable() -> RandomReadable {
    RandomReadable { block_bytes: 2048, blocking: 1, error_recovery_page: true }
}

fn random_writable(situation: &Situation) -> RandomWritable {
    RandomWritable { last: situation.last, block_bytes: 2048, blocking: 1, error_recovery_page: true }
}

/// The speed classes of CD-RW that it writes, a bit each.
fn rewritable(personality: &Personality) -> CdRwMediaWrite {
    let subtypes = personality.rewrite_classes.iter().fold(0, |bits, class| bits | 1 << class.subtype());
    CdRwMediaWrite { subtypes }
}

/// Packets of any size, seven blocks lost at each link.
fn incremental(personality: &Personality) -> IncrementalStreaming {
    IncrementalStreaming {
        data_block_types: DATA_BLOCK_TYPES,
        track_resources: true,
        address_mode_reservation: false,
        buffer_underrun_free: personality.buffer_underrun_free,
        link_sizes: vec![7],
    }
}

const fn track_at_once(personality: &Personality) -> CdTrackAtOnce {
    CdTrackAtOnce {
        buffer_underrun_free: personality.buffer_underrun_free,
        rw_raw: true,
        rw_packed: true,
        test_write: true,
        cd_rw: true,
        rw_subcode: true,
        data_block_types: DATA_BLOCK_TYPES,
    }
}

const fn mastering(personality: &Personality) -> CdMastering {
    CdMastering {
        buffer_underrun_free: personality.buffer_underrun_free,
        session_at_once: true,
        raw_multi_session: false,
        raw: personality.raw,
        test_write: true,
        cd_rw: true,
        rw_subcode: true,
        max_cue_sheet_bytes: 0x00_0C_C0,
    }
}

const fn streaming() -> RealTimeStreaming {
    RealTimeStreaming {
        buffer_in_blocks: true,
        set_cd_speed: true,
        write_speeds_in_page_2a: true,
        write_speed_performance: true,
        stream_writing: true,
    }
}
