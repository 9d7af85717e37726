//! Programs that do the same job, one after the other, round after round, and the table of what they took.

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::Result;

use super::measure::{Run, median};

/// What a program is in the race for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Moves the same bytes and does nothing else; everybody's time is divided by its time.
    Floor,
    /// The tool that one would use if only the bytes mattered; everybody's time is divided by its time, too.
    Baseline,
    Own,
    Peer,
}

/// A program and how it is told to do the job.
#[derive(Clone, Debug)]
pub(crate) struct Racer {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) program: String,
    /// SOURCE and TARGET are put in.
    arguments: Vec<String>,
}

impl Racer {
    pub(crate) fn new(role: Role, name: &'static str, program: &str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&it| it.to_owned()).collect();
        Self { name, role, program: program.to_owned(), arguments }
    }

    pub(crate) fn arguments(&self, source: &str, target: &str) -> Vec<OsString> {
        let put = |it: &String| it.replace("SOURCE", source).replace("TARGET", target).into();
        self.arguments.iter().map(put).collect()
    }
}

/// Whether the program is in one of the folders of PATH, or is a path itself.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// One run, and what is wrong with what came of it.
pub(crate) struct Attempt {
    pub(crate) run: Run,
    pub(crate) fault: Option<String>,
}

/// What became of one racer.
enum Outcome {
    Ran {
        runs: Vec<Run>,
        /// The work is not complete, so nobody is compared with it.
        fault: Option<String>,
    },
    Failed(anyhow::Error),
}

/// All that was measured, in the order of the racers.
pub(crate) struct Results<'a> {
    racers: &'a [Racer],
    outcomes: BTreeMap<&'static str, Outcome>,
}

/// Lets all racers run once in each round; whoever fails once is out, with the reason.
///
/// `attempt` gets the racer and the number of the round, from 0; what it does besides the run is not timed.
pub(crate) fn race(
    racers: &[Racer],
    rounds: usize,
    mut attempt: impl FnMut(&Racer, usize) -> Result<Attempt>,
) -> Results<'_> {
    let mut outcomes: BTreeMap<&'static str, Outcome> = BTreeMap::new();
    for round in 0..rounds {
        for racer in racers {
            let start = || Outcome::Ran { runs: Vec::new(), fault: None };
            let outcome = outcomes.entry(racer.name).or_insert_with(start);
            let Outcome::Ran { runs, fault } = outcome else { continue };
            match attempt(racer, round) {
                Ok(done) => {
                    runs.push(done.run);
                    *fault = fault.take().or(done.fault);
                }
                Err(error) => *outcome = Outcome::Failed(error),
            }
        }
    }
    Results { racers, outcomes }
}

impl Results<'_> {
    fn runs(&self, name: &str) -> Option<&[Run]> {
        match self.outcomes.get(name)? {
            Outcome::Ran { runs, .. } => Some(runs),
            Outcome::Failed(_) => None,
        }
    }

    fn is_complete(&self, name: &str) -> bool {
        matches!(self.outcomes.get(name), Some(Outcome::Ran { fault: None, .. }))
    }

    fn wall(&self, name: &str) -> Option<Duration> {
        median(self.runs(name)?.iter().map(|run| run.wall).collect())
    }

    fn cpu(&self, name: &str) -> Option<Duration> {
        median(self.runs(name)?.iter().map(|run| run.cpu).collect())
    }

    /// The fastest by the given time of those in this role whose work is complete.
    fn best(&self, role: Role, time: impl Fn(&str) -> Option<Duration>) -> Option<Duration> {
        let racers = self.racers.iter().filter(|it| it.role == role && self.is_complete(it.name));
        racers.filter_map(|it| time(it.name)).min()
    }

    /// Prints a row for each racer, with the medians.
    pub(crate) fn print(&self, title: &str) {
        let wall = |name: &str| self.wall(name);
        let floor = self.best(Role::Floor, wall);
        let baseline = self.racers.iter().find(|it| it.role == Role::Baseline);
        let baseline_wall = self.best(Role::Baseline, wall);
        let peer = self.best(Role::Peer, wall);
        let floor_cpu = self.best(Role::Floor, |name| self.cpu(name));
        let against = baseline.map(|it| format!("x {}", it.name)).unwrap_or_default();
        println!("\n{title}");
        println!(
            "{:<14} {:>9} {:>8} {:>8} {:>11} {:>9} {:>8} {:>8} {:>8}",
            "", "seconds", "x floor", against, "x best peer", "CPU s", "x floor", "peak MB", "disk MB"
        );
        for racer in self.racers {
            let name = racer.name;
            let runs = match self.outcomes.get(name) {
                Some(Outcome::Ran { runs, .. }) => runs,
                Some(Outcome::Failed(error)) => {
                    println!("{name:<14} {error:#}");
                    continue;
                }
                None => continue,
            };
            let (wall, cpu) = (self.wall(name), self.cpu(name));
            let peak = median(runs.iter().filter_map(|run| run.peak_kib).collect());
            let disk = median(runs.iter().map(|run| run.disk_bytes).collect());
            let note = if self.is_complete(name) { "" } else { " *" };
            println!(
                "{name:<14} {:>9} {:>8} {:>8} {:>11} {:>9} {:>8} {:>8} {:>8}{note}",
                seconds(wall),
                ratio(wall, floor),
                if baseline.is_some() { ratio(wall, baseline_wall) } else { String::new() },
                ratio(wall, peer),
                seconds(cpu),
                ratio(cpu, floor_cpu),
                peak.map_or_else(|| "-".to_owned(), |kib| (kib / 1024).to_string()),
                disk.map_or_else(|| "-".to_owned(), |bytes| (bytes >> 20).to_string()),
            );
        }
        self.print_faults();
    }

    fn print_faults(&self) {
        for racer in self.racers {
            if let Some(Outcome::Ran { fault: Some(fault), .. }) = self.outcomes.get(racer.name) {
                println!("* {}: {fault}; compared with nobody", racer.name);
            }
        }
    }
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |it| format!("{:.3}", it.as_secs_f64()))
}

fn ratio(own: Option<Duration>, other: Option<Duration>) -> String {
    match (own, other) {
        (Some(own), Some(other)) if !other.is_zero() => {
            format!("{:.2}", own.as_secs_f64() / other.as_secs_f64())
        }
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::super::measure::Drained;
    use super::*;

    fn run_of(millis: u64) -> Run {
        let wall = Duration::from_millis(millis);
        Run { wall, cpu: wall, peak_kib: None, disk_bytes: 0, drained: Drained::default() }
    }

    #[test]
    fn who_fails_is_out_and_who_leaves_out_is_no_rival() {
        let racers = [
            Racer::new(Role::Floor, "floor", "", &[]),
            Racer::new(Role::Peer, "good", "", &[]),
            Racer::new(Role::Peer, "lazy", "", &[]),
            Racer::new(Role::Peer, "broken", "", &[]),
        ];
        let mut starts = Vec::new();
        let results = race(&racers, 3, |racer, round| {
            starts.push(racer.name);
            let (millis, fault) = match racer.name {
                "broken" => bail!("no"),
                "lazy" => (1, (round == 0).then(|| "half".to_owned())),
                "good" => (20 + u64::try_from(round)?, None),
                _ => (10, None),
            };
            Ok(Attempt { run: run_of(millis), fault })
        });
        assert_eq!(results.best(Role::Peer, |name| results.wall(name)), Some(Duration::from_millis(21)));
        assert_eq!(results.best(Role::Baseline, |name| results.wall(name)), None);
        assert_eq!(results.wall("broken"), None);
        drop(results);
        assert_eq!(starts.iter().filter(|name| **name == "broken").count(), 1);
    }

    #[test]
    fn places_are_put_into_arguments() {
        let racer = Racer::new(Role::Peer, "", "", &["-o", "TARGET", "--from=SOURCE"]);
        assert_eq!(racer.arguments("/a", "-"), ["-o", "-", "--from=/a"].map(OsString::from));
    }

    #[test]
    fn ratios() {
        let second = Some(Duration::from_secs(1));
        assert_eq!(ratio(second, Some(Duration::from_secs(4))), "0.25");
        assert_eq!(ratio(second, None), "-");
        assert_eq!(ratio(second, Some(Duration::ZERO)), "-");
    }
}
