//! Whole runs of the program, as a user would start it: one topic a file.
// A test that meets the unexpected ends with its place, and that is all it is to do.
#![allow(clippy::unwrap_used)]

mod anomalies;
mod data;
mod doctor;
mod explaining;
mod explorer;
mod exporting;
mod family;
mod harness;
mod images;
mod known_tables;
mod main_job;
mod mixed_table;
mod pictures;
mod python;
mod repeat;
mod report;
mod series;
mod settings;
mod sweep;
mod tables;
mod trouble;
mod usage;
mod variational;
mod verdict;
