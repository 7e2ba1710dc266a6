//! Whole runs of the program, as a user would start it: one topic a file.

mod data;
mod harness;
mod main_job;
mod repeat;
mod settings;
mod trouble;
mod usage;
mod verdict;
