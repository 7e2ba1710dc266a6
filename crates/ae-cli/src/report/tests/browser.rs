//! The pages in a real browser, as wide as a small phone.

use std::fmt::Write as _;
use std::process::Command;

use super::pages;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Opens what is folded, then tells the page around it what is wrong: pictures that did not
/// load, a page wider than the screen, and what the content security policy had to stop.
const INSPECTION: &str = r#"<script>
const problems = [];
addEventListener("securitypolicyviolation", event => problems.push("blocked " + event.blockedURI));
addEventListener("error", event => problems.push("error " + event.message));
addEventListener("load", () => {
  document.querySelectorAll("details").forEach(details => details.open = true);
  for (const image of document.images) {
    if (!image.complete || image.naturalWidth === 0) problems.push("not loaded: " + image.alt);
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) problems.push("as wide as " + page.scrollWidth);
  frameElement.title = problems.join("; ") || "fine at " + page.clientWidth;
});
</script>"#;

fn browser() -> Option<&'static str> {
    let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    BROWSERS.into_iter().find(runs)
}

/// All pages side by side, each in a frame of a phone's width: a browser's own window may not
/// be that narrow.
fn frames() -> String {
    let mut html = "<!DOCTYPE html>".to_owned();
    for (fixture, page) in pages() {
        let policy = "default-src 'none'; script-src 'unsafe-inline'";
        let inspected = page
            .replacen("default-src 'none'", policy, 1)
            .replacen("</head>", &format!("{INSPECTION}</head>"), 1)
            .replace('&', "&amp;")
            .replace('"', "&quot;");
        let name = fixture.name;
        let _ = write!(
            html,
            r#"<iframe title="not inspected" id="{name}" width="360" height="740" style="border:0" srcdoc="{inspected}"></iframe>"#
        );
    }
    html
}

#[test]
fn pages_open_without_complaint_on_a_phone() {
    let Some(browser) = browser() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "none of {BROWSERS:?} is installed"
        );
        println!("skipped: none of {BROWSERS:?} is installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames.html");
    std::fs::write(&file, frames()).unwrap();
    let output = Command::new(browser)
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
            folder.path().join("profile").display()
        ))
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let document = String::from_utf8_lossy(&output.stdout);
    let console = String::from_utf8_lossy(&output.stderr);
    let verdicts: Vec<&str> = document
        .split("<iframe title=\"")
        .skip(1)
        .filter_map(|frame| frame.split('"').next())
        .collect();
    assert_eq!(verdicts, ["fine at 360"; 5], "{console}");
    assert!(!console.contains("CONSOLE"), "{console}");
}
