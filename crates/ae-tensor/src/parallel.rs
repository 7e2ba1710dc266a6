//! The only place that talks to rayon.
//!
//! Work is cut into chunks of a size that the caller fixes, by halving the number of chunks again
//! and again; the halves run under [`rayon::join`] and their results are combined on the way back.
//! So the chunks, and the order in which partial results are added, depend on the sizes alone and
//! never on the number of threads, and nothing is allocated.
//!
//! A chunk is the unit of work worth handing to another thread: a hand-over costs about a
//! microsecond while the pool is busy and tens of them when it sleeps, so a chunk should hold ten
//! microseconds of work or more (about 32,000 simple element operations). What fits into one chunk
//! runs on the calling thread.
//!
//! The pool is rayon's: the global one, or that of [`with_threads`].

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use std::io;
use std::ops::Range;

/// Number of threads that the current pool has.
#[must_use]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// Runs `f` in a pool of so many threads of its own; 0 stands for all cores.
///
/// # Errors
/// If the system doesn't give that many threads.
pub fn with_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> io::Result<R> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().map_err(io::Error::other)?;
    Ok(pool.install(f))
}

/// Runs `f` on a thread of the pool, where every later join is cheap (a join from outside must
/// wake the pool each time). A training loop belongs in here.
pub fn install<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    join(f, || ()).0
}

/// Runs both, perhaps at the same time.
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

/// Something with a length that can be cut in two: slices, matrix views (by rows), ranges, and
/// tuples of them, which are cut at the same place.
pub trait Split: Sized + Send {
    /// Number of elements, rows or indices.
    fn len(&self) -> usize;

    /// Whether there is nothing in it.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `at` elements and the rest.
    ///
    /// # Panics
    /// If there are fewer than `at`.
    fn split(self, at: usize) -> (Self, Self);
}

impl<T: Sync> Split for &[T] {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn split(self, at: usize) -> (Self, Self) {
        self.split_at(at)
    }
}

impl<T: Send> Split for &mut [T] {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn split(self, at: usize) -> (Self, Self) {
        self.split_at_mut(at)
    }
}

impl<T: Sync> Split for ArrayView2<'_, T> {
    fn len(&self) -> usize {
        self.nrows()
    }

    fn split(self, at: usize) -> (Self, Self) {
        self.split_at(Axis(0), at)
    }
}

impl<T: Send> Split for ArrayViewMut2<'_, T> {
    fn len(&self) -> usize {
        self.nrows()
    }

    fn split(self, at: usize) -> (Self, Self) {
        self.split_at(Axis(0), at)
    }
}

impl Split for Range<usize> {
    fn len(&self) -> usize {
        ExactSizeIterator::len(self)
    }

    fn split(self, at: usize) -> (Self, Self) {
        assert!(at <= ExactSizeIterator::len(&self), "split beyond the end");
        let middle = self.start + at;
        (self.start..middle, middle..self.end)
    }
}

macro_rules! split_tuple {
    ($first:ident $($other:ident)*) => {
        impl<$first: Split, $($other: Split),*> Split for ($first, $($other),*) {
            fn len(&self) -> usize {
                #[allow(non_snake_case)]
                let ($first, $($other),*) = self;
                $(assert_eq!($first.len(), $other.len(), "lengths of what is split together");)*
                $first.len()
            }

            #[allow(non_snake_case)]
            fn split(self, at: usize) -> (Self, Self) {
                let ($first, $($other),*) = self;
                let $first = $first.split(at);
                $(let $other = $other.split(at);)*
                (($first.0, $($other.0),*), ($first.1, $($other.1),*))
            }
        }
    };
}

split_tuple!(A B);
split_tuple!(A B C);
split_tuple!(A B C D);
split_tuple!(A B C D E);

/// Calls `f(first index, part)` on each chunk of `parts`, in parallel.
///
/// `parts` is what the chunks are cut from; an optimiser passes
/// `(&mut params[..], &grads[..], &mut slot[..])`.
///
/// ```
/// use ae_tensor::parallel;
/// let (mut params, grads) = ([1.0; 5], [0.5; 5]);
/// parallel::for_each((&mut params[..], &grads[..]), 2, |_first, (params, grads)| {
///     ae_tensor::elementwise::zip(params, grads, |p, g| p - g);
/// });
/// assert_eq!(params, [0.5; 5]);
/// ```
///
/// # Panics
/// If `chunk` is 0, or if the members of a tuple have different lengths.
pub fn for_each<S: Split>(parts: S, chunk: usize, f: impl Fn(usize, S) + Sync) {
    if !parts.is_empty() {
        reduce(parts, chunk, &f, &|(), ()| ());
    }
}

/// Calls `f(first index, part)` on each chunk of `parts`, in parallel, and adds what it returns
/// along a fixed tree.
///
/// # Panics
/// If `chunk` is 0, or if the members of a tuple have different lengths.
pub fn sum<S: Split>(parts: S, chunk: usize, f: impl Fn(usize, S) -> f64 + Sync) -> f64 {
    if parts.is_empty() {
        return 0.0;
    }
    reduce(parts, chunk, &f, &|a, b| a + b)
}

/// Calls `f(first index, chunk)` on each chunk of `values`, in parallel.
///
/// # Panics
/// If `chunk` is 0.
pub fn for_each_chunk(values: &mut [f32], chunk: usize, f: impl Fn(usize, &mut [f32]) + Sync) {
    for_each(values, chunk, f);
}

/// Calls `f(first row, rows)` on each group of `rows_per_chunk` rows, in parallel.
///
/// # Panics
/// If `rows_per_chunk` is 0.
pub fn for_each_row_chunk(
    out: ArrayViewMut2<'_, f32>,
    rows_per_chunk: usize,
    f: impl Fn(usize, ArrayViewMut2<'_, f32>) + Sync,
) {
    for_each(out, rows_per_chunk, f);
}

/// Cuts `parts` (not empty) into chunks, applies `f(first index, part)` to each and combines the
/// results along a tree whose shape depends on the number of chunks only.
///
/// # Panics
/// If `chunk` is 0, or if the members of a tuple have different lengths.
pub fn reduce<S: Split, R: Send>(
    parts: S,
    chunk: usize,
    f: &(impl Fn(usize, S) -> R + Sync),
    combine: &(impl Fn(R, R) -> R + Sync),
) -> R {
    assert!(chunk > 0, "chunks must not be empty");
    reduce_from(0, parts, chunk, threads() > 1, f, combine)
}

fn reduce_from<S: Split, R: Send>(
    first: usize,
    parts: S,
    chunk: usize,
    parallel: bool,
    f: &(impl Fn(usize, S) -> R + Sync),
    combine: &(impl Fn(R, R) -> R + Sync),
) -> R {
    let chunks = parts.len().div_ceil(chunk);
    if chunks <= 1 {
        return f(first, parts);
    }
    let middle = chunks / 2 * chunk;
    let (low, high) = parts.split(middle);
    let low = || reduce_from(first, low, chunk, parallel, f, combine);
    let high = || reduce_from(first + middle, high, chunk, parallel, f, combine);
    let (low, high) = if parallel {
        join(low, high)
    } else {
        (low(), high())
    };
    combine(low, high)
}

#[cfg(test)]
mod tests;
