//! The sections of the page, a file each.

pub mod drawn;
pub mod drift;
pub mod feature_errors;
pub mod filters;
pub mod latent_map;
pub mod latent_units;
pub mod losses;
pub mod noise_matrix;
pub mod odd_rows;
pub mod reconstructions;
pub mod series;
pub mod settings;
pub mod traversals;
pub mod verdict;

use maud::{Markup, html};

use crate::report::number::{count, counted};

/// Items listed at all: a page of thousands of columns would be slow and say no more.
const LISTED: usize = 100;

/// The first `shown` of `items` in the open, the rest folded away; `names` says what one and
/// what several of them are called.
pub fn folded<T>(
    items: &[T],
    shown: usize,
    names: [&str; 2],
    list: impl Fn(&[T]) -> Markup,
) -> Markup {
    let (first, rest) = items.split_at(shown.min(items.len()));
    let listed = &rest[..rest.len().min(LISTED)];
    let name = |count: usize| names[usize::from(count != 1)];
    html! {
        (list(first))
        @if !rest.is_empty() {
            details {
                summary { (count(listed.len())) " more " (name(listed.len())) }
                (list(listed))
            }
            @if listed.len() < rest.len() {
                p.lead { "Not listed: " (counted(rest.len() - listed.len(), names[0], names[1])) "." }
            }
        }
    }
}
