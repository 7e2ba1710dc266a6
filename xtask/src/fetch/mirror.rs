//! A public mirror that serves the gzipped files over HTTP.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body, Proxy};

use super::manifest::DataFile;
use super::store::{Store, gunzip};
use super::{Source, progress};

/// A machine without network should hear so at once, a slow line may take its time: only
/// standing still is bounded, not the whole download.
const CONNECT: Duration = Duration::from_secs(5);
const FIRST_ANSWER: Duration = Duration::from_secs(15);
const STANDSTILL: Duration = Duration::from_secs(30);

pub struct Mirror {
    base: String,
    agent: Agent,
}

impl Mirror {
    /// `base` ends in `/`; proxies are taken from the environment.
    pub fn new(base: &str) -> Self {
        Self::through(base, Proxy::try_from_env())
    }

    pub(super) fn through(base: &str, proxy: Option<Proxy>) -> Self {
        let configuration = Agent::config_builder()
            .proxy(proxy)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(FIRST_ANSWER))
            .timeout_per_read(Some(STANDSTILL));
        Self {
            base: base.to_owned(),
            agent: configuration.build().into(),
        }
    }

    fn fetch_file(&self, file: &DataFile, store: &Store) -> Result<()> {
        let partial = store.partial(file);
        let continued = self.download(file, &partial)?;
        let outcome = store.place(file, gunzip(File::open(&partial)?));
        fs::remove_file(&partial)?;
        match outcome {
            // The beginning may have come from another archive: once more, from the start.
            Err(_) if continued => self.fetch_file(file, store),
            outcome => outcome,
        }
    }

    /// Completes the file at `partial`, and tells whether an earlier run had begun it.
    fn download(&self, file: &DataFile, partial: &Path) -> Result<bool> {
        let present = fs::metadata(partial).map_or(0, |metadata| metadata.len());
        if present >= file.gz_size {
            return Ok(true);
        }
        let response = self.request(file, present)?;
        let continued = response.status() == StatusCode::PARTIAL_CONTENT;
        let start = if continued { present } else { 0 };
        if continued {
            check_range(&response, present)?;
        }
        let mut output = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(partial)
            .with_context(|| partial.display().to_string())?;
        output.set_len(start)?;
        io::Seek::seek(&mut output, io::SeekFrom::End(0))?;
        receive(response.into_body(), file, start, &mut output)?;
        Ok(continued)
    }

    /// Asks for the bytes from `start` on; a server may give the whole file nevertheless.
    fn request(&self, file: &DataFile, start: u64) -> Result<Response<Body>> {
        let mut request = self.agent.get(format!("{}{}", self.base, file.gz_name()));
        if start > 0 {
            request = request.header(header::RANGE, format!("bytes={start}-"));
        }
        match request.call() {
            // Nothing lies beyond `start`: this server's archive is another one.
            Err(ureq::Error::StatusCode(416)) if start > 0 => self.request(file, 0),
            outcome => Ok(outcome?),
        }
    }
}

impl Source for Mirror {
    fn name(&self) -> String {
        self.base.clone()
    }

    fn fetch(&self, missing: &[DataFile], store: &Store) -> Result<()> {
        for file in missing {
            self.fetch_file(file, store)
                .with_context(|| file.gz_name())?;
        }
        Ok(())
    }
}

fn check_range(response: &Response<Body>, start: u64) -> Result<()> {
    let range = response.headers().get(header::CONTENT_RANGE);
    let range = range
        .and_then(|value| value.to_str().ok())
        .unwrap_or("none");
    ensure!(
        range.starts_with(&format!("bytes {start}-")),
        "the server sent the range `{range}` where bytes from {start} on were asked for"
    );
    Ok(())
}

/// Appends the body to `output`. What arrived before a failure stays there, for the next run.
fn receive(body: Body, file: &DataFile, start: u64, output: &mut File) -> Result<()> {
    let expected = body.content_length().map(|length| start + length);
    let bar = progress::bar(&file.gz_name(), expected.unwrap_or(file.gz_size));
    bar.set_position(start);
    // No archive of a set is larger than its content: an endless answer ends here.
    let body = body.into_reader().take(file.raw_size);
    let outcome = io::copy(&mut bar.wrap_read(body), output);
    bar.finish_and_clear();
    let received = output.metadata()?.len();
    let whole = expected.unwrap_or(file.gz_size);
    match outcome {
        Err(error) => {
            bail!("cut off after {received} of {whole} bytes, the next run goes on there: {error}")
        }
        Ok(_) if expected.is_some_and(|expected| received < expected) => {
            bail!("cut off after {received} of {whole} bytes, the next run goes on there")
        }
        Ok(_) => Ok(()),
    }
}
