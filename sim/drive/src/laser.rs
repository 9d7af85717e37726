//! The laser's queue: what the drive has promised to do to the disc, and when each part of it is done.
//!
//! Everything that takes time on the medium goes through here, so a power cut at any moment leaves exactly what had
//! been done by then.

use core::time::Duration;
use std::collections::VecDeque;

use discwright_cd::Lba;
use discwright_transport::Instant;

use crate::disc::{BurnError, Disc};
use crate::medium::{Block, Content, QNote};

/// One piece of work.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Marks a range, sector after sector.
    Burn { start: Lba, sectors: u32, content: Content },
    /// Takes the marks off a range, sector after sector.
    Erase { start: Lba, sectors: u32 },
    /// Adds to the Q channel.
    Note(QNote),
    /// Moves the pickup, spins up, measures.
    Dwell,
    /// Makes the disc file safe.
    Flush,
}

/// Sectors of a part of a long stretch: a minute at single speed.
const LARGE_PART: u32 = 4_500;

#[derive(Clone, Debug)]
struct Job {
    work: Work,
    /// Time per sector of a burn or erasure; time of everything else.
    pace: Duration,
    /// The laser stays off: a test write.
    simulated: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Laser {
    jobs: VecDeque<Job>,
    /// When the first job began, or, with none, when the last one ended.
    at: Instant,
    /// Bytes of host data that wait.
    buffered_bytes: usize,
}

impl Laser {
    /// Adds work to the end of the queue.
    pub(crate) fn push(&mut self, now: Instant, work: Work, pace: Duration, simulated: bool) {
        if self.jobs.is_empty() {
            self.at = self.at.max(now);
        }
        self.buffered_bytes += host_bytes(&work);
        self.jobs.push_back(Job { work, pace, simulated });
    }

    /// Does what is due by `now`; of long stretches that nobody can see before they are whole, only large parts, so that
    /// a host that asks often does not fill the disc file with small ones.
    pub(crate) fn advance(&mut self, now: Instant, disc: &mut Disc) -> Result<(), BurnError> {
        self.work(now, disc, LARGE_PART)
    }

    /// Does all that is due by `now`, to the sector: nothing more will be done.
    pub(crate) fn stop(&mut self, now: Instant, disc: &mut Disc) -> Result<(), BurnError> {
        self.work(now, disc, 1)
    }

    fn work(&mut self, now: Instant, disc: &mut Disc, least: u32) -> Result<(), BurnError> {
        while let Some(job) = self.jobs.front_mut() {
            let done = job.sectors_by(now.since(self.at));
            if done < job.sectors() {
                let least = if host_bytes(&job.work) > 0 { 1 } else { least };
                if done >= least {
                    let part = job.split(done);
                    self.at = self.at.after(part.duration());
                    self.buffered_bytes = self.buffered_bytes.saturating_sub(host_bytes(&part.work));
                    part.carry_out(disc)?;
                }
                return Ok(());
            }
            let Some(job) = self.jobs.pop_front() else { break };
            self.at = self.at.after(job.duration());
            self.buffered_bytes = self.buffered_bytes.saturating_sub(host_bytes(&job.work));
            job.carry_out(disc)?;
        }
        Ok(())
    }

    /// When the queue will be empty.
    pub(crate) fn ends(&self) -> Instant {
        self.jobs.iter().fold(self.at, |at, job| at.after(job.duration()))
    }

    /// Since when there has been nothing to do; `None` while there is.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        self.jobs.is_empty().then_some(self.at)
    }

    /// Nothing left to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Host data that waits, in bytes.
    pub(crate) const fn buffered_bytes(&self) -> usize {
        self.buffered_bytes
    }

    /// When so many bytes more will fit into a buffer of this size; at once when it is empty.
    pub(crate) fn room_by(&self, buffer_bytes: usize, bytes: usize) -> Instant {
        let mut waiting = self.buffered_bytes;
        let mut at = self.at;
        for job in &self.jobs {
            if waiting == 0 || waiting.saturating_add(bytes) <= buffer_bytes {
                break;
            }
            waiting = waiting.saturating_sub(host_bytes(&job.work));
            at = at.after(job.duration());
        }
        at
    }

    /// Forgets everything not yet done.
    pub(crate) fn drop_all(&mut self) {
        self.jobs.clear();
        self.buffered_bytes = 0;
    }

    /// The work that waits and is not a simulation.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Work> {
        self.jobs.iter().filter(|job| !job.simulated).map(|job| &job.work)
    }
}

impl Job {
    /// Units of work: sectors of a burn or erasure, one of anything else.
    const fn sectors(&self) -> u32 {
        match &self.work {
            Work::Burn { sectors, .. } | Work::Erase { start: _, sectors } => *sectors,
            _ => 1,
        }
    }

    fn duration(&self) -> Duration {
        self.pace.saturating_mul(self.sectors())
    }

    fn sectors_by(&self, elapsed: Duration) -> u32 {
        let done = elapsed.as_nanos().checked_div(self.pace.as_nanos());
        done.map_or_else(
            || self.sectors(),
            |done| u32::try_from(done).unwrap_or(u32::MAX).min(self.sectors()),
        )
    }

    /// Takes the first `sectors` off a burn or erasure.
    fn split(&mut self, sectors: u32) -> Self {
        let mut part = self.clone();
        match (&mut self.work, &mut part.work) {
            (
                Work::Burn { start, sectors: left, content },
                Work::Burn { sectors: done, content: done_content, .. },
            ) => {
                *content = content.skip(sectors);
                done_content.truncate(sectors);
                *start = start.saturating_add(sectors);
                *left -= sectors;
                *done = sectors;
            }
            (Work::Erase { start, sectors: left }, Work::Erase { sectors: done, .. }) => {
                *start = start.saturating_add(sectors);
                *left -= sectors;
                *done = sectors;
            }
            _ => {}
        }
        part
    }

    fn carry_out(self, disc: &mut Disc) -> Result<(), BurnError> {
        if self.simulated {
            return Ok(());
        }
        match self.work {
            Work::Burn { start, sectors, content } => disc.burn(start, sectors, content),
            Work::Erase { start, sectors } => disc.erase(start, sectors),
            Work::Note(note) => disc.note(note),
            Work::Flush => Ok(disc.flush()?),
            Work::Dwell => Ok(()),
        }
    }
}

fn host_bytes(work: &Work) -> usize {
    match work {
        Work::Burn { content: Content::Track(_, Block::Stored { payload, .. }), .. } => {
            payload.bytes_in_memory()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::medium::{Form, MediumKind, Payload, Subchannel, TrackQ};

    const MS: Duration = Duration::from_millis(1);

    fn at(ms: u64) -> Instant {
        Instant(Duration::from_millis(ms))
    }

    fn data(start: i32, sectors: u32) -> Work {
        let q = TrackQ { track: 1, index: 1, control: 4, zero: Lba(0) };
        let bytes: Vec<u8> = (0..sectors).flat_map(|sector| [u8::try_from(sector).unwrap(); 2048]).collect();
        let payload = Payload::memory(Bytes::from(bytes));
        let block = Block::Stored { form: Form::Mode1, subchannel: Subchannel::None, payload };
        Work::Burn { start: Lba(start), sectors, content: Content::Track(q, block) }
    }

    #[test]
    fn the_buffer_drains_as_time_goes_by() {
        let mut laser = Laser::default();
        let mut disc = Disc::blank(MediumKind::CdR80);
        laser.push(at(100), data(0, 10), MS, false);
        assert_eq!(laser.buffered_bytes(), 20_480);
        assert_eq!(laser.ends(), at(110));
        laser.advance(at(103), &mut disc).unwrap();
        assert_eq!(disc.medium().written_until(Lba(0), None), Lba(3));
        assert_eq!(laser.buffered_bytes(), 7 * 2048);
        laser.advance(at(103), &mut disc).unwrap();
        laser.advance(at(200), &mut disc).unwrap();
        assert!(laser.is_idle());
        assert_eq!(laser.buffered_bytes(), 0);
        for sector in 0..10 {
            assert_eq!(disc.sector_bytes(Lba(sector)).unwrap(), vec![u8::try_from(sector).unwrap(); 2048]);
        }
    }

    #[test]
    fn a_long_stretch_is_done_in_large_parts_until_the_power_goes() {
        let mut laser = Laser::default();
        let mut disc = Disc::blank(MediumKind::CdR80);
        let work = Work::Burn { start: Lba(0), sectors: 20_000, content: Content::LeadOut { control: 4 } };
        laser.push(at(0), work, MS, false);
        for ms in 1..10_001 {
            laser.advance(at(ms), &mut disc).unwrap();
        }
        assert_eq!(disc.medium().extents().count(), 2);
        laser.stop(at(10_001), &mut disc).unwrap();
        assert_eq!(disc.medium().written_until(Lba(0), None), Lba(10_001));
        laser.advance(at(20_000), &mut disc).unwrap();
        assert_eq!(disc.medium().written_until(Lba(0), None), Lba(20_000));
    }

    #[test]
    fn a_simulated_burn_takes_its_time_and_leaves_no_mark() {
        let mut laser = Laser::default();
        let mut disc = Disc::blank(MediumKind::CdR80);
        laser.push(at(0), data(0, 10), MS, true);
        laser.advance(at(9), &mut disc).unwrap();
        assert!(!laser.is_idle());
        laser.advance(at(10), &mut disc).unwrap();
        assert!(laser.is_idle());
        assert_eq!(disc.medium().extents().count(), 0);
    }

    #[test]
    fn work_that_comes_late_starts_late() {
        let mut laser = Laser::default();
        let mut disc = Disc::blank(MediumKind::CdR80);
        laser.push(at(0), data(0, 1), MS, false);
        laser.advance(at(50), &mut disc).unwrap();
        laser.push(at(60), Work::Dwell, MS * 5, false);
        assert_eq!(laser.ends(), at(65));
    }
}
