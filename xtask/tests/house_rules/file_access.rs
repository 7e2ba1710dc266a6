use crate::tokens;
use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "the mathematics and the network open no file and no connection, so that \
    they run wherever their memory is and their tests need nothing outside";

const PURE: [&str; 2] = ["crates/ae-tensor/src/", "crates/ae-nn/src/"];

/// The names without which std opens neither a file nor a connection.
const DOORS: [&str; 7] = [
    "fs",
    "File",
    "OpenOptions",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
];

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    let pure = |path: &str| PURE.iter().any(|folder| path.starts_with(folder));
    for file in workspace.rust().filter(|file| pure(&file.path)) {
        for token in tokens::all(file) {
            if DOORS.contains(&token.text.as_str()) {
                broken.push(format!("{}:{}: `{}`", file.path, token.line, token.text));
            }
        }
    }
    broken
}

#[test]
fn mathematics_and_network_open_nothing() {
    assert_holds(check, REASON);
}

#[test]
fn file_and_connection_are_noticed() {
    let sample = [
        (
            "crates/ae-nn/src/lib.rs",
            "// std::fs is a word here\nuse std::{fs, io};\n",
        ),
        (
            "crates/ae-tensor/src/lib.rs",
            "fn f(_: std::net::TcpStream) {}\n",
        ),
        ("crates/ae-data/src/lib.rs", "use std::fs::File;\n"),
    ];
    let expected = [
        "crates/ae-nn/src/lib.rs:2: `fs`",
        "crates/ae-tensor/src/lib.rs:1: `TcpStream`",
    ];
    assert_says(check, &sample, &expected);
}
