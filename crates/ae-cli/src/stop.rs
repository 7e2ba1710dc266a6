//! Ctrl-C and SIGTERM: the first asks to stop at the next safe point (in training, after the
//! batch), the second ends the program at once.

use crate::failure::Failure;
use crate::say::say;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: OnceLock<&'static AtomicBool> = OnceLock::new();
static FLAG: AtomicBool = AtomicBool::new(false);

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Listens from now on. Without a handler (on a system that has none to give), the signals
/// end the program as they always do.
pub fn listen() -> &'static AtomicBool {
    ASKED.get_or_init(|| {
        let _ = ctrlc::set_handler(|| {
            if FLAG.swap(true, Ordering::SeqCst) {
                say("stopped at once");
                std::process::exit(INTERRUPTED);
            }
            say("stopping at the next safe point; once more stops at once");
        });
        &FLAG
    })
}

/// A safe point: ends the program here if it was asked to stop.
pub fn here(
    asked: &AtomicBool,
    message: &str,
    hint: impl FnOnce() -> String,
) -> Result<(), Failure> {
    if asked.load(Ordering::SeqCst) {
        Err(Failure::new(message, hint()))
    } else {
        Ok(())
    }
}
