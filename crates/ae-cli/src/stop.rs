//! Ctrl-C and SIGTERM: the first asks training to stop after its batch, the second ends the
//! program at once.

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
                std::process::exit(INTERRUPTED);
            }
        });
        &FLAG
    })
}
