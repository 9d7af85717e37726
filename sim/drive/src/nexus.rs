//! What the drive keeps for each host on its bus (SAM-3, I_T nexus): attentions, sense, the lock, reservations.

use std::collections::{BTreeMap, VecDeque};

use discwright_mmc::Sense;

use crate::sense;

/// One host's side of the drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nexus {
    /// What it has yet to be told.
    pub(crate) attention: VecDeque<Sense>,
    /// A failure of a command of its that was answered with GOOD.
    pub(crate) deferred: Option<Sense>,
    /// What its last command failed with.
    pub(crate) last_sense: Option<Sense>,
    /// It has locked the tray.
    pub(crate) locked: bool,
    /// It has locked the tray until power off (persistent prevent).
    pub(crate) persistently_locked: bool,
}

impl Default for Nexus {
    /// A host that the drive has not heard of since the power came on.
    fn default() -> Self {
        Self {
            attention: VecDeque::from([sense::POWER_ON]),
            deferred: None,
            last_sense: None,
            locked: false,
            persistently_locked: false,
        }
    }
}

/// All hosts; one of them is being served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nexuses {
    served: u8,
    /// The one being served.
    pub(crate) now: Nexus,
    others: BTreeMap<u8, Nexus>,
    /// Who has the drive to itself (RESERVE).
    reserved_by: Option<u8>,
}

impl Nexuses {
    /// Turns to a host.
    pub(crate) fn serve(&mut self, initiator: u8) {
        if initiator != self.served {
            let next = self.others.remove(&initiator).unwrap_or_default();
            let last = core::mem::replace(&mut self.now, next);
            self.others.insert(self.served, last);
            self.served = initiator;
        }
    }

    /// All hosts are to be told.
    pub(crate) fn tell_all(&mut self, sense: Sense) {
        self.now.attention.push_back(sense);
        self.tell_others(sense);
    }

    /// All but the one being served are to be told.
    pub(crate) fn tell_others(&mut self, sense: Sense) {
        for other in self.others.values_mut() {
            other.attention.push_back(sense);
        }
    }

    /// Whether any host has locked the tray.
    pub(crate) fn is_locked(&self) -> bool {
        core::iter::once(&self.now).chain(self.others.values()).any(|it| it.locked || it.persistently_locked)
    }

    pub(crate) fn is_persistently_locked(&self) -> bool {
        core::iter::once(&self.now).chain(self.others.values()).any(|it| it.persistently_locked)
    }

    /// Whether another host has the drive to itself.
    pub(crate) fn conflicts(&self) -> bool {
        self.reserved_by.is_some_and(|by| by != self.served)
    }

    /// The host being served wants the drive to itself.
    pub(crate) const fn reserve(&mut self) {
        self.reserved_by = Some(self.served);
    }

    /// And gives it back; from anybody else it means nothing.
    pub(crate) fn release(&mut self) {
        self.reserved_by = self.reserved_by.filter(|by| *by != self.served);
    }

    /// A reset: locks and reservations are gone, and everybody is told.
    pub(crate) fn reset(&mut self) {
        let hosts: Vec<u8> = self.others.keys().copied().collect();
        let others = hosts.into_iter().map(|host| (host, Nexus::default())).collect();
        *self = Self { served: self.served, now: Nexus::default(), others, reserved_by: None };
    }
}
