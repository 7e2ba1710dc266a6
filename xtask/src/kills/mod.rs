//! `kills`: ends training, scoring and sweeps with SIGKILL at random moments, and looks at what is
//! left: no damaged file, no finished epoch or trial lost, and in the end the same bytes as without.
//!
//! A kill is one moment of a run; how often nothing was found wrong is a count, not a proof.

mod score;
mod sweep;
mod train;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use ae_tensor::random::{Purpose, Stream};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::bench;
use crate::process::run_quietly;
use crate::repro::date;

/// Arguments of the command.
#[derive(Args)]
pub struct KillsArguments {
    /// How many, at least
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(8..=100_000))]
    count: u32,
    /// Where the moments come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What became of one kind of run.
struct Survived {
    /// "training".
    what: &'static str,
    /// The command.
    command: String,
    kills: u32,
    /// What was found each time.
    found: String,
}

/// Kills runs of one kind so many times.
type Run = fn(&Place, u32) -> Result<Survived>;

/// Kinds of runs, with what part of the kills each gets: a half, a quarter.
const RUNS: [(Run, u32); 3] = [(train::run, 2), (score::run, 4), (sweep::run, 4)];

/// Kills, looks, and writes experiments/kills.md. Fails at the first thing that is lost.
pub fn run(arguments: &KillsArguments) -> Result<()> {
    let mut place = Place::new(arguments.seed)?;
    let mut lines = String::new();
    let mut all = 0;
    for (number, (run, share)) in (0..).zip(RUNS) {
        place.stream = number;
        let survived = run(&place, arguments.count.div_ceil(share))?;
        let Survived {
            what,
            command,
            kills,
            found,
        } = survived;
        eprintln!("{what}: {kills} kills");
        all += kills;
        lines += &format!("| {what} | `ae {command}` | {kills} | {found} |\n");
    }
    let text = format!(
        "# Kills survived\n\n{}, {}, {} threads: `cargo xtask kills --count {} --seed {}`\n\n\
         {all} times, the program was ended with SIGKILL at a random moment. No file that stood at \
         its place was damaged, and every run, once it was let be, ended with the bytes of one that \
         was never killed.\n\n\
         | | command | kills | what was found |\n|---|---|---|---|\n{lines}",
        date::of(SystemTime::now()),
        bench::processor(),
        ae_tensor::parallel::threads(),
        arguments.count,
        arguments.seed,
    );
    println!("{text}");
    let path = crate::workspace_root().join("experiments/kills.md");
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    eprintln!("written: {}", path.display());
    Ok(())
}

/// A folder of its own, and the program.
struct Place {
    folder: tempfile::TempDir,
    program: PathBuf,
    seed: u64,
    stream: u64,
}

impl Place {
    fn new(seed: u64) -> Result<Self> {
        let root = crate::workspace_root();
        let mut build = Command::new("cargo");
        build.args(["build", "--quiet", "--release", "--package", "ae-cli"]);
        run_quietly(build.current_dir(&root))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = target.unwrap_or_else(|| root.join("target"));
        Ok(Self {
            folder: tempfile::tempdir()?,
            program: target.join("release/ae"),
            seed,
            stream: 0,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments.split(' '));
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// Runs to the end.
    fn run(&self, arguments: &str) -> Result<()> {
        run_quietly(&mut self.command(arguments)).with_context(|| format!("ae {arguments}"))
    }

    /// Starts it, and kills it after a while unless it has ended by itself; its words go to a file.
    /// Says whether it was killed.
    fn kill(&self, arguments: &str, after: Duration, words: &Path) -> Result<bool> {
        let mut child = self
            .command(arguments)
            .stderr(fs::File::create(words)?)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        sleep(after);
        if let Some(status) = child.try_wait()? {
            ensure!(
                status.success(),
                "ae {arguments}: {status}\n{}",
                fs::read_to_string(words)?
            );
            return Ok(false);
        }
        end(&mut child)?;
        Ok(true)
    }

    /// A share from 0 to 1 for each kill, the same for the same seed.
    fn moments(&self) -> impl Iterator<Item = f64> {
        let (seed, stream) = (self.seed, self.stream);
        (0..).map(move |kill| {
            let mut share = [0.0f32];
            Stream::new(seed, Purpose::Generator, stream << 32 | kill).fill_uniform(&mut share);
            f64::from(share[0])
        })
    }
}

fn end(child: &mut Child) -> Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Refuses a file that is there and isn't one of those it may be.
fn check_whole(path: &Path, allowed: &[&[u8]]) -> Result<bool> {
    match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
        Ok(bytes) if allowed.contains(&&bytes[..]) => Ok(true),
        Ok(bytes) => bail!(
            "{}: {} bytes that no whole run leaves",
            path.display(),
            bytes.len()
        ),
    }
}
