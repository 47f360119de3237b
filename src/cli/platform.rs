//! The simulated platform of the command: a world in a file, saved after everything that happens in it.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::exit::Failure;
use super::files::read;
use super::output::Output;
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{Ability, Connector, Key, Outcome, PaperStep, Sight};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::directory::Directory;
use crate::plan::StepKind;

/// Largest world that is read.
const MOST_WORLD_BYTES: u64 = 1 << 30;

/// A simulator whose world survives the process, as a platform does.
pub(crate) struct Platform {
    simulator: Simulator,
    path: PathBuf,
    /// Why the world could not be saved.
    failed: Option<Failure>,
}

impl Platform {
    /// The world in a file; if there is none yet, that of a directory.
    pub(crate) fn open(path: &Path, directory: Option<&Directory>, faults: Faults) -> Result<Self, Failure> {
        let world = if fs::metadata(path).is_ok() {
            world(path)?
        } else if let Some(directory) = directory {
            World::of(directory)
        } else {
            let help = "give the directory that the plan was made from: --directory";
            return Err(Failure::usage("the simulated platform is not there yet", Some(help.to_owned())));
        };
        let mut platform =
            Self { simulator: Simulator::new(world, faults), path: path.to_path_buf(), failed: None };
        platform.save()?;
        Ok(platform)
    }

    fn save(&mut self) -> Result<(), Failure> {
        use std::io::Write as _;
        let mut output = Output::open(Some(&self.path))?;
        output.write_all(self.simulator.world().to_json().as_bytes())?;
        output.finish()
    }

    /// Why the world could not be saved, if it could not.
    pub(crate) fn failure(&mut self) -> Option<Failure> {
        self.failed.take()
    }
}

/// The world in a file.
pub(crate) fn world(path: &Path) -> Result<World, Failure> {
    let bytes = read(path, Code::NotAWorld, MOST_WORLD_BYTES)?;
    let world = std::str::from_utf8(&bytes).map_err(|error| error.to_string()).and_then(World::from_json);
    world.map_err(|error| {
        let message = format!("this is no simulated platform: {error}");
        let found = Diagnostic::new(Code::NotAWorld, message, path.display().to_string(), Place::FILE);
        Failure::of(vec![found.help("give a file that `leaver apply --connector simulator` wrote")])
    })
}

impl Connector for Platform {
    fn name(&self) -> &str {
        self.simulator.name()
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        self.simulator.ability(kind)
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        self.simulator.observe(step, now)
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        let outcome = self.simulator.perform(step, key, now);
        match self.save() {
            Ok(()) => outcome,
            Err(failure) => {
                self.failed = Some(failure);
                Outcome::Unknown { why: "the simulated platform could not be saved".to_owned() }
            }
        }
    }
}
