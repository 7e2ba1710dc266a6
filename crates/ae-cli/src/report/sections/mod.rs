//! The sections of the page, a file each.

pub mod feature_errors;
pub mod filters;
pub mod latent_map;
pub mod latent_units;
pub mod losses;
pub mod reconstructions;
pub mod settings;
pub mod traversals;
pub mod verdict;

use maud::{Markup, html};

/// The first `shown` of `items` in the open, the rest folded away; `names` says what one and
/// what several of them are called.
fn folded<T>(items: &[T], shown: usize, names: [&str; 2], list: impl Fn(&[T]) -> Markup) -> Markup {
    let (first, rest) = items.split_at(shown.min(items.len()));
    html! {
        (list(first))
        @if !rest.is_empty() {
            details {
                summary { (rest.len()) " more " (names[usize::from(rest.len() != 1)]) }
                (list(rest))
            }
        }
    }
}
