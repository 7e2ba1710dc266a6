//! Fetching, against folders and a small server on loopback.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::manifest::{DataFile, DataSet, Package};
use super::mirror::Mirror;
use super::store::Store;
use super::{Source, debian, fetch, folder, npm};

/// The content of the only file of the test's data set: compressible, and yet long enough
/// for its archive to be cut into pieces.
fn content() -> Vec<u8> {
    (0..20_000_u32).map(|i| (i * i / 256) as u8).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn set() -> DataSet {
    let raw = content();
    let digest = Sha256::digest(&raw);
    DataSet {
        title: "Squares".into(),
        contents: String::new(),
        terms: String::new(),
        mirrors: vec!["https://mirror.invalid/squares/".into()],
        npm: None,
        debian: None,
        files: vec![DataFile {
            name: "squares".into(),
            raw_size: raw.len() as u64,
            raw_sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            gz_size: gzip(&raw).len() as u64,
        }],
    }
}

/// A store in a temporary folder, and what happened to it.
struct Trial {
    folder: TempDir,
    store: Store,
}

impl Trial {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        Self { folder, store }
    }

    fn fetch(&self, source: impl Source + 'static) -> Result<(), String> {
        fetch(&set(), &[Box::new(source)], &self.store).map_err(|error| format!("{error:#}"))
    }

    fn assert_complete(&self) {
        assert_eq!(self.names(), ["squares"]);
        assert!(fs::read(self.folder.path().join("squares")).unwrap() == content());
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn begin_download(&self, bytes: &[u8]) {
        fs::write(self.folder.path().join("squares.gz.part"), bytes).unwrap();
    }
}

/// What the server answers: a status line, headers, and a body.
struct Answer {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: &'static str, body: &[u8]) -> Self {
        Self {
            status,
            headers: format!("Content-Length: {}\r\n", body.len()),
            body: body.to_vec(),
        }
    }
}

/// Serves one answer to each connection, made from the position asked for by `Range`.
struct Server {
    address: SocketAddr,
    ranges: Arc<Mutex<Vec<Option<usize>>>>,
}

impl Server {
    fn start(answer: impl Fn(Option<usize>) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ranges = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&ranges);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let range = read_range(&connection);
                seen.lock().unwrap().push(range);
                let Answer {
                    status,
                    headers,
                    body,
                } = answer(range);
                let head = format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n");
                connection.write_all(head.as_bytes()).unwrap();
                // The client may have seen enough already.
                connection.write_all(&body).ok();
            }
        });
        Self { address, ranges }
    }

    fn source(&self) -> Mirror {
        mirror(self.address)
    }

    /// The positions asked for so far, one per request.
    fn ranges(&self) -> Vec<Option<usize>> {
        self.ranges.lock().unwrap().clone()
    }
}

/// Without a proxy, whatever the environment says: the server is on this machine.
fn mirror(address: SocketAddr) -> Mirror {
    Mirror::through(&format!("http://{address}/"), None)
}

fn read_range(connection: &TcpStream) -> Option<usize> {
    let lines = BufReader::new(connection).lines().map(Result::unwrap);
    lines.take_while(|line| !line.is_empty()).find_map(|line| {
        let line = line.to_lowercase();
        line.strip_prefix("range: bytes=")?
            .strip_suffix('-')?
            .parse()
            .ok()
    })
}

fn whole_archive(_range: Option<usize>) -> Answer {
    Answer::new("200 OK", &gzip(&content()))
}

/// A server that can continue: the whole archive, or the asked-for rest of it.
fn rest_of_archive(range: Option<usize>) -> Answer {
    let archive = gzip(&content());
    let Some(start) = range else {
        return whole_archive(range);
    };
    let mut answer = Answer::new("206 Partial Content", &archive[start..]);
    let (last, total) = (archive.len() - 1, archive.len());
    answer.headers += &format!("Content-Range: bytes {start}-{last}/{total}\r\n");
    answer
}

#[test]
fn a_good_mirror_completes_the_set_and_a_second_run_asks_nothing() {
    let server = Server::start(whole_archive);
    let trial = Trial::new();
    trial.fetch(server.source()).unwrap();
    trial.assert_complete();
    trial.fetch(server.source()).unwrap();
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn a_damaged_file_is_refused_and_leaves_nothing() {
    let server = Server::start(|_| {
        let mut wrong = content();
        wrong[7] ^= 1;
        Answer::new("200 OK", &gzip(&wrong))
    });
    let trial = Trial::new();
    let error = trial.fetch(server.source()).unwrap_err();
    let expected = format!("damaged: SHA-256 {} expected,", set().files[0].raw_sha256);
    assert!(error.contains(&expected), "{error}");
    assert_eq!(trial.names(), [""; 0]);
}

#[test]
fn shorter_and_longer_content_is_refused_with_the_sizes() {
    let trial = Trial::new();
    let shorter = Server::start(|_| Answer::new("200 OK", &gzip(&content()[..500])));
    let error = trial.fetch(shorter.source()).unwrap_err();
    assert!(
        error.contains("truncated: 20000 bytes expected, 500 found"),
        "{error}"
    );
    let longer = Server::start(|_| Answer::new("200 OK", &gzip(&[0; 1_000_000])));
    let error = trial.fetch(longer.source()).unwrap_err();
    assert!(
        error.contains("too long: more than the 20000 bytes expected"),
        "{error}"
    );
    assert_eq!(trial.names(), [""; 0]);
}

#[test]
fn a_web_page_is_no_archive() {
    let server = Server::start(|_| Answer::new("200 OK", b"<!DOCTYPE html><p>Please log in"));
    let trial = Trial::new();
    let error = trial.fetch(server.source()).unwrap_err();
    assert!(error.contains("invalid gzip header"), "{error}");
    assert_eq!(trial.names(), [""; 0]);
}

#[test]
fn a_missing_file_gives_its_status() {
    let server = Server::start(|_| Answer::new("404 Not Found", b"no such thing"));
    let error = Trial::new().fetch(server.source()).unwrap_err();
    assert!(error.contains("squares.gz: http status: 404"), "{error}");
}

#[test]
fn a_download_that_was_cut_off_goes_on_where_it_stopped() {
    let server = Server::start(|range| match range {
        None => {
            let mut answer = whole_archive(None);
            answer.body.truncate(1_000);
            answer
        }
        range => rest_of_archive(range),
    });
    let trial = Trial::new();
    let error = trial.fetch(server.source()).unwrap_err();
    let size = set().files[0].gz_size;
    let expected = format!("cut off after 1000 of {size} bytes");
    assert!(error.contains(&expected), "{error}");
    assert_eq!(trial.names(), ["squares.gz.part"]);
    trial.fetch(server.source()).unwrap();
    trial.assert_complete();
    assert_eq!(server.ranges(), [None, Some(1_000)]);
}

#[test]
fn a_server_that_cannot_continue_starts_again() {
    let server = Server::start(whole_archive);
    let trial = Trial::new();
    trial.begin_download(&gzip(&content())[..1_000]);
    trial.fetch(server.source()).unwrap();
    trial.assert_complete();
    assert_eq!(server.ranges(), [Some(1_000)]);
}

#[test]
fn a_wrong_beginning_is_thrown_away() {
    let server = Server::start(rest_of_archive);
    let trial = Trial::new();
    trial.begin_download(&[0; 1_000]);
    trial.fetch(server.source()).unwrap();
    trial.assert_complete();
    assert_eq!(server.ranges(), [Some(1_000), None]);
}

#[test]
fn a_beginning_longer_than_the_servers_archive_is_thrown_away() {
    let server = Server::start(|range| match range {
        Some(_) => Answer::new("416 Range Not Satisfiable", b""),
        None => whole_archive(None),
    });
    let trial = Trial::new();
    trial.begin_download(&[0; 1_000]);
    trial.fetch(server.source()).unwrap();
    trial.assert_complete();
    assert_eq!(server.ranges(), [Some(1_000), None]);
}

#[test]
fn another_range_than_asked_for_is_refused() {
    let server = Server::start(|_| rest_of_archive(Some(500)));
    let trial = Trial::new();
    trial.begin_download(&gzip(&content())[..1_000]);
    let error = trial.fetch(server.source()).unwrap_err();
    assert!(
        error.contains("the server sent the range `bytes 500-"),
        "{error}"
    );
}

#[test]
fn when_nothing_can_be_reached_the_user_learns_what_to_do() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let trial = Trial::new();
    let error = trial.fetch(mirror(address)).unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines[0], "Squares: 1 of 1 files could not be fetched");
    let tried = format!("  tried http://{address}/: squares.gz: ");
    assert!(lines[1].starts_with(&tried), "{error}");
    let folder = trial.folder.path().display();
    let hint = format!("hint: put these files, gzipped or not, into {folder} and run this again");
    assert!(lines[2].starts_with(&hint), "{error}");
    assert_eq!(
        lines[3],
        "  squares, for example https://mirror.invalid/squares/squares.gz"
    );
}

#[test]
fn a_later_source_gives_what_an_earlier_one_lacks() {
    let trial = Trial::new();
    let empty = tempfile::tempdir().unwrap();
    let server = Server::start(whole_archive);
    let sources: [Box<dyn Source>; 2] = [
        Box::new(folder::Folder::new(empty.path())),
        Box::new(server.source()),
    ];
    fetch(&set(), &sources, &trial.store).unwrap();
    trial.assert_complete();
}

#[test]
fn a_folder_gives_plain_and_gzipped_files() {
    for (name, bytes) in [("squares", content()), ("squares.gz", gzip(&content()))] {
        let given = tempfile::tempdir().unwrap();
        fs::create_dir(given.path().join("set")).unwrap();
        fs::write(given.path().join("set").join(name), &bytes).unwrap();
        for path in [given.path(), &given.path().join("set")] {
            let trial = Trial::new();
            trial
                .fetch(folder::Folder::given(path, "set").unwrap())
                .unwrap();
            trial.assert_complete();
        }
    }
}

#[test]
fn a_folder_that_lacks_the_file_or_does_not_exist_is_named() {
    let given = tempfile::tempdir().unwrap();
    let error = Trial::new()
        .fetch(folder::Folder::new(given.path()))
        .unwrap_err();
    assert!(
        error.contains("holds neither squares nor squares.gz"),
        "{error}"
    );
    let error = folder::Folder::given(Path::new("/no/such/folder"), "set").err();
    assert_eq!(
        error.unwrap().to_string(),
        "/no/such/folder is not a folder"
    );
}

#[test]
fn a_gzipped_file_put_there_by_hand_is_kept() {
    let trial = Trial::new();
    fs::write(trial.folder.path().join("squares.gz"), gzip(&content())).unwrap();
    fetch(&set(), &[], &trial.store).unwrap();
    assert_eq!(trial.names(), ["squares.gz"]);
}

#[test]
fn a_damaged_file_in_place_is_replaced() {
    let trial = Trial::new();
    fs::write(trial.folder.path().join("squares"), b"half").unwrap();
    let given = tempfile::tempdir().unwrap();
    fs::write(given.path().join("squares"), content()).unwrap();
    trial.fetch(folder::Folder::new(given.path())).unwrap();
    trial.assert_complete();
}

#[test]
fn an_archive_of_a_package_gives_its_files() {
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |path: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, bytes).unwrap();
    };
    add("package/squares", b"not this one");
    add("package/data/squares", &content());
    let archive = archive.into_inner().unwrap();
    let unpack = |folder: &str, trial: &Trial| {
        npm::unpack(
            archive.as_slice(),
            Path::new(folder),
            &set().files,
            &trial.store,
        )
    };
    let trial = Trial::new();
    unpack("package/data", &trial).unwrap();
    trial.assert_complete();
    let error = unpack("package/elsewhere", &Trial::new()).unwrap_err();
    assert_eq!(error.to_string(), "the archive lacks squares");
}

#[test]
fn an_installed_debian_package_gives_its_files() {
    let installed = tempfile::tempdir().unwrap();
    fs::write(installed.path().join("squares.gz"), gzip(&content())).unwrap();
    let trial = Trial::new();
    let package = Package {
        package: "dataset-squares".into(),
        folder: installed.path().to_path_buf(),
    };
    trial.fetch(debian::Debian::new(&package)).unwrap();
    trial.assert_complete();
}

#[cfg(unix)]
#[test]
fn others_may_read_what_was_fetched() {
    use std::os::unix::fs::PermissionsExt;
    let trial = Trial::new();
    trial
        .store
        .place(&set().files[0], content().as_slice())
        .unwrap();
    let plain = trial.folder.path().join("made-the-usual-way");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&trial.folder.path().join("squares")), mode(&plain));
}
