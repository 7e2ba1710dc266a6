//! One binary for all topics, so that they link once.
#![allow(clippy::unwrap_used, missing_docs)]

mod damaged_files;
mod files;
mod judging;
mod mixed;
mod odd_data;
mod plans;
mod reference;
mod scoring;
mod sessions;
mod support;
mod training;
mod using;
mod windows;
