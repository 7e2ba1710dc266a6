//! Pages in a real browser, as wide as a small phone. Used by the tests of whole runs, too.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Opens what is folded, then tells the page around it what is wrong: pictures that did not
/// load, labels that their plot cuts off, a page wider than the screen, and what the content
/// security policy had to stop.
const INSPECTION: &str = r#"<script>
const problems = [];
addEventListener("securitypolicyviolation", event => problems.push("blocked " + event.blockedURI));
addEventListener("error", event => problems.push("error " + event.message));
addEventListener("load", () => {
  document.querySelectorAll("details").forEach(details => details.open = true);
  for (const image of document.images) {
    if (!image.complete || image.naturalWidth === 0) problems.push("not loaded: " + image.alt);
  }
  for (const label of document.querySelectorAll(".y-label, .x-label, .word")) {
    const plot = label.offsetParent;
    if (plot && getComputedStyle(plot).overflow !== "visible") problems.push("cut off: " + label.textContent);
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) problems.push("as wide as " + page.scrollWidth);
  frameElement.title = problems.join("; ") || "fine at " + page.clientWidth;
});
</script>"#;

/// A browser without a window.
pub struct Browser(&'static str);

impl Browser {
    /// One that is installed; says so if there is none.
    ///
    /// # Panics
    /// If there is none and `CI` is set: there it must not be skipped silently.
    pub fn find() -> Option<Self> {
        let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok();
        let found = BROWSERS.into_iter().find(runs).map(Self);
        if found.is_none() {
            println!("skipped: none of {BROWSERS:?} is installed");
            let ci = std::env::var_os("CI");
            assert!(ci.is_none(), "none of {BROWSERS:?} is installed");
        }
        found
    }

    /// Checks that each page opens without complaint on a phone: every picture loaded,
    /// every label in sight, nothing wider than the screen, nothing blocked, nothing on the console.
    #[track_caller]
    pub fn assert_fine<'a>(&self, pages: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let (frames, count) = frames(pages);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frames.html");
        std::fs::write(&file, frames).unwrap();
        let output = self.open(&file, folder.path(), ["--dump-dom"]);
        let document = String::from_utf8_lossy(&output.stdout);
        let console = String::from_utf8_lossy(&output.stderr);
        let verdicts: Vec<&str> = document
            .split("<iframe title=\"")
            .skip(1)
            .filter_map(|frame| frame.split('"').next())
            .collect();
        assert_eq!(verdicts, vec!["fine at 360"; count], "{console}");
        assert!(!console.contains("CONSOLE"), "{console}");
    }

    /// What it says of a page on stdout and stderr; its profile goes to `folder`.
    pub fn open(
        &self,
        page: &Path,
        folder: &Path,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Output {
        Command::new(self.0)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--hide-scrollbars",
                "--enable-logging=stderr",
            ])
            .arg(format!(
                "--user-data-dir={}",
                folder.join("profile").display()
            ))
            .args(arguments)
            .arg(format!("file://{}", page.display()))
            .output()
            .unwrap()
    }
}

/// All pages side by side, each in a frame of a phone's width: a browser's own window may not
/// be that narrow.
fn frames<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str)>) -> (String, usize) {
    let mut html = "<!DOCTYPE html>".to_owned();
    let mut count = 0;
    for (name, page) in pages {
        // Pages without a script must let this one in.
        let policy = match page.contains("script-src") {
            true => "default-src 'none'",
            false => "default-src 'none'; script-src 'unsafe-inline'",
        };
        let inspected = page
            .replacen("default-src 'none'", policy, 1)
            .replacen("</head>", &format!("{INSPECTION}</head>"), 1)
            .replace('&', "&amp;")
            .replace('"', "&quot;");
        let _ = write!(
            html,
            r#"<iframe title="not inspected" id="{name}" width="360" height="740" style="border:0" srcdoc="{inspected}"></iframe>"#
        );
        count += 1;
    }
    (html, count)
}
