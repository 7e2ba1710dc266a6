//! The records of a sweep: a file of JSON lines that is only ever added to.
//!
//! Any number of processes may work on one ledger. A trial is claimed by locking a file of its
//! own, and the system lets go of that lock when the process ends, however it ends. A claim
//! counts only once the ledger has been read again behind it, so that a trial which was
//! recorded in between is not run a second time. A process that is killed in the middle of a
//! line leaves a last line without an end, which readers pass over and the next writer cuts
//! off.

use crate::{Record, SweepError};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A ledger open for reading and adding, from any thread.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    claims: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// What was read so far: bytes, lines, records.
    read: u64,
    lines: usize,
    records: Vec<Record>,
    known: HashSet<String>,
}

/// The right to run a trial, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _lock: File,
}

impl Ledger {
    /// Opens a ledger, or begins one.
    ///
    /// # Errors
    /// What the system says; a line that is no record.
    pub fn open(path: &Path) -> Result<Self, SweepError> {
        let io = || SweepError::io(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(SweepError::io(folder))?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path);
        let ledger = Self {
            claims: path.with_extension("claims"),
            path: path.to_owned(),
            state: Mutex::new(State {
                file: file.map_err(io())?,
                read: 0,
                lines: 0,
                records: Vec::new(),
                known: HashSet::new(),
            }),
        };
        fs::create_dir_all(&ledger.claims).map_err(SweepError::io(&ledger.claims))?;
        drop(ledger.refresh()?);
        ledger.sweep_up();
        Ok(ledger)
    }

    /// Takes claims away that a killed process left behind a record.
    fn sweep_up(&self) {
        let Ok(entries) = fs::read_dir(&self.claims) else {
            return;
        };
        let state = self.state();
        for entry in entries.flatten() {
            if state.known.contains(&*entry.file_name().to_string_lossy()) {
                // Deliberately unheard: a file that stays is passed over.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Every record, as the file has them now: those of other processes too.
    ///
    /// # Errors
    /// What the system says; a line that is no record.
    pub fn records(&self) -> Result<Vec<Record>, SweepError> {
        Ok(self.refresh()?.records.clone())
    }

    /// Whether a trial has a record, as far as the file was read.
    pub fn holds(&self, trial: &str) -> bool {
        self.state().known.contains(trial)
    }

    /// Reads what other processes added.
    ///
    /// # Errors
    /// What the system says; a line that is no record.
    fn refresh(&self) -> Result<MutexGuard<'_, State>, SweepError> {
        let mut state = self.state();
        state.read_on(&self.path)?;
        Ok(state)
    }

    /// The right to run a trial; `None` if it has a record already or someone else runs it.
    ///
    /// # Errors
    /// What the system says; a line that is no record.
    pub fn claim(&self, trial: &str) -> Result<Option<Claim>, SweepError> {
        let path = self.claims.join(trial);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(SweepError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(SweepError::io(&path)(error)),
        }
        let claim = Claim { path, _lock: file };
        if self.refresh()?.known.contains(trial) {
            claim.settle();
            return Ok(None);
        }
        Ok(Some(claim))
    }

    /// Adds the record of a claimed trial; when this returns, it is on the disk.
    ///
    /// # Errors
    /// What the system says; the trial then has no record, and may be claimed again.
    pub fn add(&self, record: &Record, claim: Claim) -> Result<(), SweepError> {
        let line = record.line()?;
        let io = || SweepError::io(&self.path);
        let mut state = self.state();
        // Between processes; threads of this one wait for `state`.
        state.file.lock().map_err(io())?;
        let written = state.append(&line);
        let unlocked = state.file.unlock();
        written.and(unlocked).map_err(io())?;
        state.read_on(&self.path)?;
        claim.settle();
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicking thread left is still a prefix of the file.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One line, after a torn one is cut off.
    fn append(&mut self, line: &str) -> std::io::Result<()> {
        let length = self.file.seek(SeekFrom::End(0))?;
        let mut tail = Vec::new();
        self.file.seek(SeekFrom::Start(self.read.min(length)))?;
        self.file.read_to_end(&mut tail)?;
        if !tail.is_empty() && !tail.ends_with(b"\n") {
            let whole = tail.iter().rposition(|byte| *byte == b'\n');
            let kept = self.read + whole.map_or(0, |place| place as u64 + 1);
            self.file.set_len(kept)?;
        }
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()
    }

    fn read_on(&mut self, path: &Path) -> Result<(), SweepError> {
        let mut text = Vec::new();
        let from = SeekFrom::Start(self.read);
        let read = self
            .file
            .seek(from)
            .and_then(|_| self.file.read_to_end(&mut text));
        read.map_err(SweepError::io(path))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let whole = &text[..whole.map_or(0, |place| place + 1)];
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            self.lines += 1;
            let record = parse(line, path, self.lines)?;
            self.read += line.len() as u64;
            if let Some(record) = record
                && self.known.insert(record.trial.clone())
            {
                self.records.push(record);
            }
        }
        Ok(())
    }
}

fn parse(line: &[u8], path: &Path, number: usize) -> Result<Option<Record>, SweepError> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let record = serde_json::from_slice(line);
    record.map(Some).map_err(|error| SweepError::Ledger {
        path: path.to_owned(),
        line: number,
        problem: error.to_string(),
    })
}

impl Claim {
    /// Takes the file of a claim away whose trial has its record: nobody needs it again. Of any
    /// other, the file stays: taken away, it could be locked under two names at once.
    fn settle(self) {
        // Deliberately unheard: a file that stays is passed over.
        let _ = fs::remove_file(&self.path);
    }
}

/// Every record of a ledger that nobody need be working on, without opening it for writing.
///
/// # Errors
/// What the system says; a line that is no record.
pub fn read_records(path: &Path) -> Result<Vec<Record>, SweepError> {
    let mut state = State {
        file: File::open(path).map_err(SweepError::io(path))?,
        read: 0,
        lines: 0,
        records: Vec::new(),
        known: HashSet::new(),
    };
    state.read_on(path)?;
    Ok(state.records)
}
