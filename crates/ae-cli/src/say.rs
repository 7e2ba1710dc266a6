//! Words to stderr. Progress, warnings and errors are worth less than the work itself: that
//! nobody can hear them (a closed pipe, a full disk) stops nothing.

use std::fmt::Display;
use std::io::Write;

/// A line to stderr, with colours where they are seen.
pub fn say(line: impl Display) {
    // Deliberately unheard: see above.
    let _ = writeln!(anstream::stderr(), "{line}");
}
