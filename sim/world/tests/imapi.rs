//! The facade on emulated drives: the five statements of IMAPI's page on multiple sessions, each by name, and the
//! decisions around them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

use discwright_drive::Disc;
use discwright_drive::medium::MediumKind;
use discwright_imapi::{
    Code, DiscMaster, DiscRecorder, FixedEnvironment, Format, ImapiError, JolietDiscMaster, ProgressEvents,
    PropertySet, RecorderState, SessionMode, Value,
};
use discwright_iso9660::read::{View, Volume};
use discwright_iso9660::tree::{Attributes, Content, Timestamp, Tree};
use discwright_plan::{ClosingCost, DiscStatus};
use discwright_world::{Drives, Heard, SharedRecorder};

/// An open master with Joliet active, and the recorder of one drive.
struct Studio {
    drive: SharedRecorder,
    master: DiscMaster,
    joliet: JolietDiscMaster,
    recorder: DiscRecorder,
}

impl Studio {
    fn with(kind: MediumKind) -> Self {
        let drive = SharedRecorder::with_disc(Disc::blank(kind));
        let master = DiscMaster::new(Drives(vec![drive.clone()]));
        master.open().unwrap();
        let joliet = master.set_active_disc_master_format(Format::Joliet).unwrap();
        let recorder = master.enum_disc_recorders().unwrap().remove(0);
        Self { drive, master, joliet, recorder }
    }

    fn blank() -> Self {
        Self::with(MediumKind::CdR80)
    }

    fn select(&self) -> SessionMode {
        self.master.set_active_disc_recorder(&self.recorder).unwrap()
    }

    fn burn(&self, data: &Tree) {
        self.select();
        self.joliet.add_data(data, false).unwrap();
        self.master.record_disc(false, false).unwrap();
    }

    fn record(&self) -> Result<(), Code> {
        self.master.record_disc(false, false).map_err(|error| error.code())
    }

    /// Paths of the last session's Joliet tree, sorted, with the files' contents.
    fn on_disc(&self) -> Vec<(String, Vec<u8>)> {
        use std::io::Read as _;
        let state = self.recorder.survey().unwrap().disc.unwrap().state;
        let start = state.last_session_start().unwrap();
        let volume = Volume::open(self.recorder.sectors().unwrap(), start).unwrap();
        let visited: Vec<_> = volume.walk(View::Joliet).collect();
        let mut files: Vec<_> = visited
            .iter()
            .map(|visited| {
                let mut bytes = Vec::new();
                if !visited.entry.is_directory() {
                    volume.open_file(&visited.entry).read_to_end(&mut bytes).unwrap();
                }
                (visited.path(), bytes)
            })
            .collect();
        files.sort();
        files
    }

    fn names_on_disc(&self) -> Vec<String> {
        self.on_disc().into_iter().map(|(path, _)| path).collect()
    }
}

/// A tree of files in the root.
fn files(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new();
    for (name, text) in files {
        let attributes = Attributes::file(Timestamp::from_unix(1_000_000_000, 0));
        tree.add_file(Tree::ROOT, name, Content::from(text.as_bytes().to_vec()), attributes).unwrap();
    }
    tree
}

/// Statement 1: selecting a recorder finds out whether a multi-session disc is in it, and goes into multi-session mode by
/// itself.
#[test]
fn selecting_a_recorder_goes_into_multi_session_mode_by_itself() {
    let studio = Studio::blank();
    assert_eq!(studio.select(), SessionMode::Single);
    studio.burn(&files(&[("first.txt", "one")]));
    assert_eq!(studio.select(), SessionMode::Multi { sessions: 1, imported_files: 1 });
    studio.burn(&files(&[("second.txt", "two")]));
    assert_eq!(studio.select(), SessionMode::Multi { sessions: 2, imported_files: 2 });
    let expected = [("first.txt".to_owned(), b"one".to_vec()), ("second.txt".to_owned(), b"two".to_vec())];
    assert_eq!(studio.on_disc(), expected);
}

/// Statement 2: clearing the stage in multi-session mode returns to single-session mode, and a burn needs a blank disc.
#[test]
fn clearing_the_stage_falls_back_to_single_session_mode() {
    let studio = Studio::blank();
    studio.burn(&files(&[("first.txt", "one")]));
    studio.select();
    studio.master.clear_format_content().unwrap();
    assert_eq!(studio.master.session_mode().unwrap(), SessionMode::Single);
    assert!(studio.joliet.staged().unwrap().is_empty(), "the imported tree is gone at once");
    studio.joliet.add_data(&files(&[("second.txt", "two")]), false).unwrap();
    assert_eq!(studio.record(), Err(Code::CannotWriteToMedia));
    assert_eq!(studio.names_on_disc(), ["first.txt"]);

    // The stage is kept: a blank disc in the drive, and the same call succeeds.
    let old = studio.drive.get().swap(Disc::blank(MediumKind::CdR80)).unwrap();
    studio.record().unwrap();
    assert_eq!(studio.names_on_disc(), ["second.txt"]);

    // Selecting the recorder again sets multi-session mode again.
    studio.drive.get().swap(old);
    assert_eq!(studio.select(), SessionMode::Multi { sessions: 1, imported_files: 1 });
}

/// Statement 3: in multi-session mode the same disc must be there at the burn, else WRONGDISC, for another disc and for none.
#[test]
fn another_disc_or_none_at_the_burn_is_the_wrong_disc() {
    let studio = Studio::blank();
    studio.burn(&files(&[("first.txt", "one")]));
    studio.select();
    studio.joliet.add_data(&files(&[("second.txt", "two")]), false).unwrap();

    let disc = studio.drive.get().swap(Disc::blank(MediumKind::CdR80)).unwrap();
    assert_eq!(studio.record(), Err(Code::WrongDisc), "a blank disc");
    let blank = studio.drive.get().eject().unwrap();
    assert_eq!(studio.record(), Err(Code::WrongDisc), "no disc");
    drop(blank);

    // The stage is kept, and the right disc makes the burn succeed.
    studio.drive.get().load(disc).unwrap();
    studio.record().unwrap();
    assert_eq!(studio.names_on_disc(), ["first.txt", "second.txt"]);
}

/// Two discs burned from the same data have the same table of contents, and are told apart by the session's identifier.
#[test]
fn a_twin_of_the_disc_is_the_wrong_disc() {
    let [one, other] = [Studio::blank(), Studio::blank()];
    for studio in [&one, &other] {
        studio.burn(&files(&[("same.txt", "same")]));
    }
    one.select();
    one.joliet.add_data(&files(&[("more.txt", "more")]), false).unwrap();
    let twin = other.drive.get().eject().unwrap();
    let disc = one.drive.get().swap(twin).unwrap();
    assert_eq!(one.record(), Err(Code::WrongDisc));
    one.drive.get().swap(disc);
    one.record().unwrap();
}

/// A disc that was written to by somebody else between selection and burn is not the same disc any more.
#[test]
fn a_disc_that_was_written_to_meanwhile_is_the_wrong_disc() {
    let studio = Studio::blank();
    studio.burn(&files(&[("first.txt", "one")]));
    studio.select();
    studio.joliet.add_data(&files(&[("mine.txt", "mine")]), false).unwrap();
    let elsewhere = DiscMaster::new(Drives(vec![studio.drive.clone()]));
    elsewhere.open().unwrap();
    let joliet = elsewhere.set_active_disc_master_format(Format::Joliet).unwrap();
    let recorder = elsewhere.enum_disc_recorders().unwrap().remove(0);
    elsewhere.set_active_disc_recorder(&recorder).unwrap();
    joliet.add_data(&files(&[("theirs.txt", "theirs")]), false).unwrap();
    elsewhere.record_disc(false, false).unwrap();

    assert_eq!(studio.record(), Err(Code::WrongDisc));
    assert_eq!(studio.names_on_disc(), ["first.txt", "theirs.txt"]);
}

/// Statement 4: an appendable Joliet disc is recognised, and its tree is there.
#[test]
fn an_appendable_joliet_disc_is_recognised_with_its_tree() {
    let studio = Studio::blank();
    let mut tree = files(&[("readme.txt", "read me")]);
    let folder = tree.add_directory(Tree::ROOT, "Größe", Attributes::directory(Timestamp::EPOCH)).unwrap();
    let attributes = Attributes::file(Timestamp::EPOCH);
    tree.add_file(folder, "日本語の名前.txt", Content::from(b"text".to_vec()), attributes).unwrap();
    studio.burn(&tree);
    studio.select();

    let imported = studio.joliet.staged().unwrap();
    let paths: Vec<String> = imported.walk(Tree::ROOT).map(|entry| entry.path()).collect();
    assert_eq!(paths, ["/Größe", "/Größe/日本語の名前.txt", "/readme.txt"]);
    assert!(imported.entry(imported.find("/readme.txt").unwrap()).is_on_disc());
    // Blocks of this stage, imported contents not counted: the structures alone.
    assert!(studio.joliet.used_data_blocks().unwrap() < 40);
}

/// Another drive, and a master that never saw the disc: everything is read from the disc.
#[test]
fn a_disc_is_recognised_in_another_drive() {
    let [one, other] = [Studio::blank(), Studio::blank()];
    one.burn(&files(&[("first.txt", "one")]));
    let disc = one.drive.get().eject().unwrap();
    drop(other.drive.get().swap(disc));
    other.burn(&files(&[("second.txt", "two")]));
    assert_eq!(other.names_on_disc(), ["first.txt", "second.txt"]);
}

/// Statement 5: closing costs 21 MB and 11 MB by the documentation, and exactly 11,400 and 6,900 sectors, of which the exact
/// figures decide.
#[test]
fn closing_costs_are_exact_to_the_sector() {
    let studio = Studio::blank();
    let state = |studio: &Studio| studio.recorder.survey().unwrap().disc.unwrap().state;
    let mut expected_gaps = vec![11_400, 6_900, 6_900];
    let mut documented = vec![21, 11, 11];
    while let Some(gap) = expected_gaps.first().copied() {
        expected_gaps.remove(0);
        let before = state(&studio);
        let cost = before.next_closing_cost(discwright_plan::WriteType::Auto);
        assert_eq!((cost.gap(), cost.documented_mb()), (gap, documented.remove(0)));
        assert_eq!(cost, ClosingCost::of(before.next_session(), true));

        let name = format!("session{}.txt", before.next_session());
        studio.burn(&files(&[(&name, "content")]));
        let after = state(&studio);
        let lead_out = after.sessions.last().unwrap().lead_out;
        assert_eq!(after.next_writable.unwrap().sectors_since(lead_out), Some(gap));
        let track = after.sessions.last().unwrap().tracks[0].sectors - 2;
        assert_eq!(before.free_blocks - after.free_blocks, track + cost.total());
    }
}

#[test]
fn events_come_in_their_order() {
    let studio = Studio::blank();
    let heard = Heard::default();
    studio.master.progress_advise(heard.clone()).unwrap();
    studio.select();
    studio.joliet.add_data(&files(&[("a.txt", "a")]), false).unwrap();
    studio.record().unwrap();
    assert_eq!(heard.all(), ["preparing", "block 0/300", "block 300/300", "closing", "burn ok"]);
}

#[test]
fn checks_come_in_their_order() {
    let drive = SharedRecorder::with_disc(Disc::blank(MediumKind::CdR80));
    let master = DiscMaster::new(Drives(vec![drive.clone()]));
    let code = |result: Result<(), ImapiError>| result.unwrap_err().code();
    assert_eq!(code(master.record_disc(false, false)), Code::NotOpened);
    master.open().unwrap();
    assert_eq!(code(master.open()), Code::AlreadyOpen);
    assert_eq!(code(master.record_disc(false, false)), Code::NoActiveFormat);
    assert_eq!(code(master.enum_disc_recorders().map(drop)), Code::NoActiveFormat);
    let joliet = master.set_active_disc_master_format(Format::Joliet).unwrap();
    assert_eq!(code(master.record_disc(false, false)), Code::NoActiveRecorder);
    assert_eq!(code(joliet.add_data(&files(&[("a", "a")]), false).map(drop)), Code::NoActiveRecorder);
    let recorder = master.enum_disc_recorders().unwrap().remove(0);

    let disc = drive.get().eject().unwrap();
    assert_eq!(code(master.set_active_disc_recorder(&recorder).map(drop)), Code::MediumNotPresent);
    drive.get().load(disc).unwrap();
    recorder.open_exclusive().unwrap();
    assert_eq!(recorder.state(), RecorderState::Opened);
    assert_eq!(code(master.set_active_disc_recorder(&recorder).map(drop)), Code::DeviceNotAccessible);
    recorder.close().unwrap();
    assert_eq!(code(recorder.close()), Code::NotOpened);

    master.set_active_disc_recorder(&recorder).unwrap();
    assert_eq!(code(master.record_disc(false, false)), Code::InvalidImage);
    joliet.add_data(&files(&[("a", "a")]), false).unwrap();
    recorder.open_exclusive().unwrap();
    assert_eq!(code(master.record_disc(false, false)), Code::DeviceNotAccessible);
    recorder.close().unwrap();
    let disc = drive.get().eject().unwrap();
    assert_eq!(code(master.record_disc(false, false)), Code::MediumNotPresent);
    drive.get().load(disc).unwrap();
    master.record_disc(false, false).unwrap();
    // Spent, and the mode unset, until the recorder is selected again.
    assert_eq!(code(master.record_disc(false, false)), Code::InvalidImage);
    assert_eq!(code(master.session_mode().map(drop)), Code::NoActiveRecorder);

    master.close().unwrap();
    master.close().unwrap();
    assert_eq!(code(joliet.total_data_blocks().map(drop)), Code::NotOpened);
}

#[test]
fn staging_is_all_or_nothing() {
    let studio = Studio::blank();
    studio.burn(&files(&[("Old.txt", "old")]));
    studio.select();
    let add = |tree: &Tree, overwrite| {
        studio.joliet.add_data(tree, overwrite).map(drop).map_err(|error| error.code())
    };
    let clash = files(&[("another.txt", "x"), ("OLD.TXT", "new")]);
    assert_eq!(add(&clash, false), Err(Code::FileExists));
    assert_eq!(studio.joliet.staged().unwrap().counts().files, 1, "nothing of the call is kept");
    assert_eq!(add(&files(&[("colon:colon.txt", "x")]), true), Err(Code::BadJolietName));
    assert_eq!(add(&files(&[(&"n".repeat(65), "x")]), true), Err(Code::BadJolietName));

    let mut folder = Tree::new();
    folder.add_directory(Tree::ROOT, "old.txt", Attributes::directory(Timestamp::EPOCH)).unwrap();
    assert_eq!(add(&folder, true), Err(Code::FileExists), "a folder never replaces a file");

    add(&clash, true).unwrap();
    studio.record().unwrap();
    let on_disc = studio.on_disc();
    assert_eq!(on_disc[0], ("OLD.TXT".to_owned(), b"new".to_vec()));
    assert_eq!(on_disc.len(), 2);
}

#[test]
fn a_stage_that_is_one_block_too_large_is_refused_whole() {
    let studio = Studio::blank();
    studio.select();
    let total = studio.joliet.total_data_blocks().unwrap();
    assert_eq!(total, 359_845 - 2, "to the last possible lead-out, less the run-out");
    let mut tree = Tree::new();
    let attributes = Attributes::file(Timestamp::EPOCH);
    tree.add_file(Tree::ROOT, "a", Content::from(vec![1; 4096]), attributes).unwrap();
    studio.joliet.add_data(&tree, false).unwrap();
    let used = studio.joliet.used_data_blocks().unwrap();
    let host = std::env::temp_dir().join(format!("discwright-large-{}", std::process::id()));
    let file = std::fs::File::create(&host).unwrap();
    let fill = |blocks: u32| {
        file.set_len(u64::from(blocks) * 2048).unwrap();
        let mut tree = Tree::new();
        tree.add_file(Tree::ROOT, "b", Content::host(&host).unwrap(), attributes).unwrap();
        studio.joliet.add_data(&tree, false).map(drop)
    };
    let error = fill(total - used + 1).unwrap_err();
    assert_eq!(error.code(), Code::DiscFull);
    assert!(matches!(error, ImapiError::DiscFull { needed, free } if needed == free + 1), "{error:?}");
    assert_eq!(studio.joliet.used_data_blocks().unwrap(), used);
    fill(total - used).unwrap();
    assert_eq!(studio.joliet.used_data_blocks().unwrap(), total);
    studio.record().unwrap();
    let state = studio.recorder.survey().unwrap().disc.unwrap().state;
    assert_eq!(state.sessions[0].lead_out.0, 359_845);
    assert_eq!(state.status, DiscStatus::Complete, "no room for another session: closed for good");
    std::fs::remove_file(&host).unwrap();
}

#[test]
fn a_simulated_burn_changes_nothing_and_keeps_the_stage() {
    let studio = Studio::blank();
    studio.burn(&files(&[("first.txt", "one")]));
    let mode = studio.select();
    studio.joliet.add_data(&files(&[("second.txt", "two")]), false).unwrap();
    let before = studio.recorder.survey().unwrap().disc.unwrap().identity;
    studio.master.record_disc(true, false).unwrap();
    assert_eq!(studio.recorder.survey().unwrap().disc.unwrap().identity, before);
    assert_eq!(studio.master.session_mode().unwrap(), mode);
    assert_eq!(studio.names_on_disc(), ["first.txt"]);
    studio.record().unwrap();
    assert_eq!(studio.names_on_disc(), ["first.txt", "second.txt"]);
}

/// Cancels once so many blocks were written.
struct CancelAfter(u64, bool);

impl ProgressEvents for CancelAfter {
    fn query_cancel(&mut self) -> bool {
        self.1
    }

    fn notify_block_progress(&mut self, done: u64, _: u64) {
        self.1 = done >= self.0;
    }
}

#[test]
fn a_cancelled_burn_says_so_and_leaves_earlier_sessions() {
    let studio = Studio::blank();
    studio.burn(&files(&[("first.txt", "one")]));
    studio.select();
    let heard = Heard::default();
    studio.master.progress_advise(heard.clone()).unwrap();
    studio.master.progress_advise(CancelAfter(100, false)).unwrap();
    let mut tree = Tree::new();
    let attributes = Attributes::file(Timestamp::EPOCH);
    tree.add_file(Tree::ROOT, "large", Content::from(vec![7; 4_000_000]), attributes).unwrap();
    studio.joliet.add_data(&tree, false).unwrap();
    let error = studio.master.record_disc(false, true).unwrap_err();
    assert_eq!(error.code(), Code::UserAbort);
    assert!(!error.is_disc_untouched());
    assert_eq!(heard.all().last().map(String::as_str), Some("burn IMAPI_E_USERABORT"));
    // Not ejected after a failure, and not locked.
    assert!(studio.drive.get().disc().is_some());
    let disc = studio.drive.get().eject().unwrap();
    studio.drive.get().load(disc).unwrap();
    assert_eq!(studio.names_on_disc(), ["first.txt"]);
}

#[test]
fn a_source_that_changed_since_it_was_staged_stops_the_burn_before_it_begins() {
    let studio = Studio::blank();
    studio.select();
    let host = std::env::temp_dir().join(format!("discwright-changing-{}", std::process::id()));
    std::fs::write(&host, "as staged").unwrap();
    studio.joliet.add_paths(&[&host], false).unwrap();
    std::fs::write(&host, "and then some").unwrap();
    let error = studio.master.record_disc(false, false).unwrap_err();
    assert_eq!(error.code(), Code::FileAccess);
    assert!(error.to_string().contains(host.to_str().unwrap()), "{error}");
    assert!(error.is_disc_untouched());
    std::fs::remove_file(&host).unwrap();
    assert_eq!(studio.record(), Err(Code::FileAccess), "vanished");
    assert_eq!(studio.recorder.query_media_info().unwrap().sessions, 0);
}

#[test]
fn a_cd_rw_is_erased_and_the_old_mode_is_worth_nothing() {
    let studio = Studio::with(MediumKind::CdRw80);
    let heard = Heard::default();
    studio.burn(&files(&[("first.txt", "one")]));
    studio.select();
    studio.joliet.add_data(&files(&[("second.txt", "two")]), false).unwrap();
    studio.master.progress_advise(heard.clone()).unwrap();
    assert_eq!(studio.recorder.erase(false).unwrap_err().code(), Code::NotOpened);
    studio.recorder.open_exclusive().unwrap();
    assert!(studio.recorder.query_media_type().unwrap().rewritable);
    studio.recorder.erase(false).unwrap();
    assert!(studio.recorder.query_media_type().unwrap().blank);
    studio.recorder.close().unwrap();
    assert_eq!(heard.all(), ["erase ok"]);
    assert_eq!(studio.record(), Err(Code::WrongDisc));
    studio.burn(&files(&[("third.txt", "three")]));
    assert_eq!(studio.names_on_disc(), ["third.txt"]);

    let pressed_once = Studio::blank();
    pressed_once.recorder.open_exclusive().unwrap();
    assert_eq!(pressed_once.recorder.erase(true).unwrap_err().code(), Code::MediumInvalidType);
}

#[test]
fn properties_are_snapshots_and_take_effect() {
    let studio = Studio::blank();
    let mut set = PropertySet::new();
    set.set("volumename", Value::Text("HOLIDAY".into())).set("Colour", Value::Integer(3));
    assert_eq!(studio.joliet.set_joliet_properties(&set).unwrap().0, ["Colour"]);
    studio.burn(&files(&[("a.txt", "a")]));
    let volume = Volume::open(studio.recorder.sectors().unwrap(), discwright_cd::Lba(0)).unwrap();
    assert_eq!(volume.joliet().unwrap().volume_name(), "HOLIDAY");
    assert_eq!(volume.primary().volume_name(), "HOLIDAY");

    let Some(Value::Integer(fastest)) = studio.recorder.properties().get("MaxWriteSpeed").cloned() else {
        panic!("a drive says how fast it is");
    };
    let mut set = PropertySet::new();
    set.set("WriteSpeed", Value::Integer(fastest + 1)).set("MaxWriteSpeed", Value::Integer(1));
    assert_eq!(studio.recorder.set_properties(&set).0, ["MaxWriteSpeed", "WriteSpeed"]);
    let mut set = PropertySet::new();
    set.set("WriteSpeed", Value::Integer(8));
    assert!(studio.recorder.set_properties(&set).is_empty());
    assert_eq!(studio.recorder.properties().get("writespeed"), Some(&Value::Integer(8)));
    // Selecting makes the fastest speed the default again.
    studio.select();
    assert_eq!(studio.recorder.properties().get("writespeed"), Some(&Value::Integer(fastest)));
}

#[test]
fn the_same_input_gives_the_same_disc() {
    let burned = || {
        let drive = SharedRecorder::with_disc(Disc::blank(MediumKind::CdR80));
        let fixed = FixedEnvironment { now: Timestamp::from_unix(1_700_000_000, 0), session_id: [7; 16] };
        let master = DiscMaster::with_environment(Drives(vec![drive]), fixed);
        master.open().unwrap();
        let joliet = master.set_active_disc_master_format(Format::Joliet).unwrap();
        let recorder = master.enum_disc_recorders().unwrap().remove(0);
        master.set_active_disc_recorder(&recorder).unwrap();
        joliet.add_data(&files(&[("a.txt", "a"), ("b.txt", "b")]), false).unwrap();
        master.record_disc(false, false).unwrap();
        let mut bytes = vec![0; 300 * 2048];
        use discwright_iso9660::read::ReadSectors as _;
        recorder.sectors().unwrap().read_sectors(discwright_cd::Lba(0), &mut bytes).unwrap();
        bytes
    };
    assert!(burned() == burned());
}

/// A call from inside an event would wait for itself; it is refused instead.
#[test]
fn a_call_from_inside_an_event_is_refused() {
    struct Reenter(DiscMaster, Heard);
    impl ProgressEvents for Reenter {
        fn notify_preparing_burn(&mut self, _: core::time::Duration) {
            let refused = matches!(self.0.clear_format_content(), Err(ImapiError::Busy));
            self.1.clone().notify_add_progress(u64::from(refused), 1);
        }
    }
    let studio = Studio::blank();
    let heard = Heard::default();
    studio.master.progress_advise(Reenter(studio.master.clone(), heard.clone())).unwrap();
    studio.burn(&files(&[("a.txt", "a")]));
    assert_eq!(heard.all(), ["add 1/1"]);
}
