//! Mode pages that recorders share with other devices (SPC-3, SBC-3; MMC-6).

use super::PageRest;
use crate::field::{Be16, Be32, Bits, Flag};

/// Mode page 03h: Mount Rainier, 8 bytes (MMC-6, MRW mode page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MrwPage {
    /// The general application area is addressed rather than the defect-managed one.
    pub general_application_area: bool,
    /// What has no name.
    pub rest: PageRest<8>,
}

mode_page! {
    MrwPage = 0x03, [8];
    general_application_area: Flag<3, 0>;
}

/// Mode page 07h: verify error recovery, 12 bytes; 8 on early recorders (SBC-3, Verify Error Recovery mode page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyErrorRecovery {
    /// Enable early recovery.
    pub enable_early_recovery: bool,
    /// Post error: report recovered errors.
    pub post_error: bool,
    /// Disable transfer on error.
    pub disable_transfer_on_error: bool,
    /// Disable correction.
    pub disable_correction: bool,
    /// Retries.
    pub retries: u8,
    /// Time limit of recovery in ms.
    pub time_limit_ms: u16,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    VerifyErrorRecovery = 0x07, [12];
    enable_early_recovery: Flag<2, 3>;
    post_error: Flag<2, 2>;
    disable_transfer_on_error: Flag<2, 1>;
    disable_correction: Flag<2, 0>;
    retries: Bits<3, 0, 8>;
    time_limit_ms: Be16<10>;
}

/// Mode page 08h: caching, 12 bytes; disks append more (SBC-3, Caching mode page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caching {
    /// Write cache enabled (WCE).
    pub write_cache: bool,
    /// Read cache disabled (RCD).
    pub read_cache_disabled: bool,
    /// Pre-fetch is disabled for longer transfers than this, in blocks.
    pub disable_prefetch_blocks: u16,
    /// Pre-fetch at least, in blocks.
    pub minimum_prefetch_blocks: u16,
    /// Pre-fetch at most, in blocks.
    pub maximum_prefetch_blocks: u16,
    /// Ceiling of pre-fetch, in blocks.
    pub prefetch_ceiling_blocks: u16,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    Caching = 0x08, [12];
    write_cache: Flag<2, 2>;
    read_cache_disabled: Flag<2, 0>;
    disable_prefetch_blocks: Be16<4>;
    minimum_prefetch_blocks: Be16<6>;
    maximum_prefetch_blocks: Be16<8>;
    prefetch_ceiling_blocks: Be16<10>;
}

/// Mode page 0Ah: control, 12 bytes (SPC-3, Control mode page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// Task set type, 3 bits.
    pub task_set_type: u8,
    /// Sense data in descriptor form (D_SENSE).
    pub descriptor_sense: bool,
    /// Global logging target save disabled (GLTSD).
    pub log_save_disabled: bool,
    /// Report log exception condition.
    pub report_log_exception: bool,
    /// Queue algorithm modifier, 4 bits.
    pub queue_algorithm: u8,
    /// Queue error management, 2 bits.
    pub queue_error_management: u8,
    /// Unit attention interlocks, 2 bits.
    pub unit_attention_interlocks: u8,
    /// Software write protect (SWP).
    pub software_write_protect: bool,
    /// Task aborted status.
    pub task_aborted_status: bool,
    /// Autoload mode, 3 bits.
    pub autoload_mode: u8,
    /// Longest time of being busy, in 100 ms.
    pub busy_timeout_100ms: u16,
    /// Time of an extended self-test, in seconds.
    pub self_test_s: u16,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    Control = 0x0A, [12];
    task_set_type: Bits<2, 5, 3>;
    descriptor_sense: Flag<2, 2>;
    log_save_disabled: Flag<2, 1>;
    report_log_exception: Flag<2, 0>;
    queue_algorithm: Bits<3, 4, 4>;
    queue_error_management: Bits<3, 1, 2>;
    unit_attention_interlocks: Bits<4, 4, 2>;
    software_write_protect: Flag<4, 3>;
    task_aborted_status: Flag<5, 6>;
    autoload_mode: Bits<5, 0, 3>;
    busy_timeout_100ms: Be16<8>;
    self_test_s: Be16<10>;
}

/// Mode page 1Ah: power condition, 12 bytes (SPC-3, Power Condition mode page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PowerConditionPage {
    /// The idle timer runs.
    pub idle: bool,
    /// The standby timer runs.
    pub standby: bool,
    /// Idle after so long without a command, in 100 ms.
    pub idle_timer_100ms: u32,
    /// Standby after so long without a command, in 100 ms.
    pub standby_timer_100ms: u32,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    PowerConditionPage = 0x1A, [12];
    idle: Flag<3, 1>;
    standby: Flag<3, 0>;
    idle_timer_100ms: Be32<4>;
    standby_timer_100ms: Be32<8>;
}

/// Mode page 1Ch: informational exceptions, also fault and failure reporting, 12 bytes (SPC-3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InformationalExceptions {
    /// Rather no delay than a report (PERF).
    pub performance: bool,
    /// Background functions enabled (EBF).
    pub background_functions: bool,
    /// Warnings enabled (EWASC).
    pub warnings: bool,
    /// Reports disabled (DEXCPT).
    pub disabled: bool,
    /// Report a false failure, as a test.
    pub test: bool,
    /// Log errors (LOGERR).
    pub log_errors: bool,
    /// How to report (MRIE), 4 bits.
    pub method: u8,
    /// Time between reports, in 100 ms.
    pub interval_100ms: u32,
    /// Reports at most; zero for no limit.
    pub report_count: u32,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    InformationalExceptions = 0x1C, [12];
    performance: Flag<2, 7>;
    background_functions: Flag<2, 5>;
    warnings: Flag<2, 4>;
    disabled: Flag<2, 3>;
    test: Flag<2, 2>;
    log_errors: Flag<2, 0>;
    method: Bits<3, 0, 4>;
    interval_100ms: Be32<4>;
    report_count: Be32<8>;
}

/// Mode page 1Dh: timeout and protect, 12 bytes (MMC-6, Timeout and Protect mode page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeoutProtect {
    /// Group 3 timeouts enabled.
    pub group_3: bool,
    /// Timeouts enabled (TMOE).
    pub timeouts: bool,
    /// The drive becomes unavailable until power-off (DISP).
    pub disable_until_power_cycle: bool,
    /// Software write protect until power-off (SWPP).
    pub software_write_protect: bool,
    /// Shortest timeout of group 1, in seconds.
    pub group_1_s: u16,
    /// Shortest timeout of group 2, in seconds.
    pub group_2_s: u16,
    /// Timeout of group 3, in the unit of feature 0105h.
    pub group_3_timeout: u16,
    /// What has no name.
    pub rest: PageRest<12>,
}

mode_page! {
    TimeoutProtect = 0x1D, [12];
    group_3: Flag<4, 3>;
    timeouts: Flag<4, 2>;
    disable_until_power_cycle: Flag<4, 1>;
    software_write_protect: Flag<4, 0>;
    group_1_s: Be16<6>;
    group_2_s: Be16<8>;
    group_3_timeout: Be16<10>;
}
