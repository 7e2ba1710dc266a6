//! Other frameworks, each a script in `xtask/peers`, measured in turns with ours on the same
//! rows.

mod compare;
mod conversation;
mod duel;
mod entry;
mod job;
mod table;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

pub use compare::compare;
pub use conversation::reason;
pub use entry::{Entry, entries_table};
pub use job::{Job, mnist_file};
pub use table::table;

/// A framework, and how it is used.
#[derive(Debug, PartialEq)]
pub struct Peer {
    pub name: &'static str,
    /// The script and what it is told.
    script: &'static [&'static str],
}

pub const PEERS: &[Peer] = &[
    Peer {
        name: "torch-eager",
        script: &["peer_torch.py", "eager"],
    },
    Peer {
        name: "torch-compile",
        script: &["peer_torch.py", "compile"],
    },
    Peer {
        name: "jax",
        script: &["peer_jax.py"],
    },
    Peer {
        name: "keras",
        script: &["peer_keras.py"],
    },
    Peer {
        name: "numpy",
        script: &["peer_numpy.py"],
    },
];

/// Those whose names, or the parts of their names before the hyphen, are given; all if none
/// is.
pub fn choose(names: &[String]) -> Result<Vec<&'static Peer>> {
    let is_called = |peer: &Peer, name: &str| {
        let family = peer.name.split('-').next();
        peer.name == name || family == Some(name)
    };
    for name in names {
        let found = PEERS.iter().find(|peer| is_called(peer, name));
        found.with_context(|| {
            let known: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
            format!("unknown peer `{name}`; known: {}", known.join(", "))
        })?;
    }
    let chosen = |peer: &&Peer| names.is_empty() || names.iter().any(|name| is_called(peer, name));
    Ok(PEERS.iter().filter(chosen).collect())
}

/// Variables that would hold a peer back, or make it another than it is by itself.
const NOT_INHERITED: [&str; 6] = [
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "XLA_FLAGS",
];

/// Python with a script of `xtask/peers` and its arguments, for processors alone.
pub fn python(program: &Path, script: &[&str]) -> Command {
    let folder = crate::workspace_root().join("xtask").join("peers");
    let mut command = Command::new(program);
    if let Some((file, arguments)) = script.split_first() {
        command.arg(folder.join(file)).args(arguments);
    }
    for name in NOT_INHERITED {
        command.env_remove(name);
    }
    command.envs([
        ("CUDA_VISIBLE_DEVICES", ""),
        ("JAX_PLATFORMS", "cpu"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]);
    command
}

impl Peer {
    pub fn command(&self, program: &Path) -> Command {
        python(program, self.script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Result<Vec<&'static str>> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Ok(choose(&names)?.iter().map(|peer| peer.name).collect())
    }

    #[test]
    fn peers_are_chosen_by_name_or_family() {
        assert_eq!(chosen(&[]).unwrap().len(), PEERS.len());
        let torch = ["torch-eager", "torch-compile"];
        assert_eq!(chosen(&["torch"]).unwrap(), torch);
        assert_eq!(
            chosen(&["jax", "torch-eager"]).unwrap(),
            ["torch-eager", "jax"]
        );
        assert_eq!(
            chosen(&["jax", "jaxx"]).unwrap_err().to_string(),
            "unknown peer `jaxx`; known: torch-eager, torch-compile, jax, keras, numpy"
        );
    }

    #[test]
    fn every_script_is_there() {
        for peer in PEERS {
            let command = peer.command(Path::new("python3"));
            let script = command.get_args().next().unwrap();
            assert!(Path::new(script).is_file(), "{script:?}");
        }
    }
}
