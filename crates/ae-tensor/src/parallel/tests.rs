use super::*;
use ndarray::Array2;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn chunks_cover_all_once_and_know_their_place() {
    for threads in [1, 2, 3] {
        for len in [0, 1, 9, 10, 11, 95] {
            let mut values = vec![-1.0; len];
            let calls = AtomicUsize::new(0);
            let all = with_threads(threads, || {
                for_each_chunk(&mut values, 10, |first, chunk| {
                    calls.fetch_add(1, Ordering::Relaxed);
                    assert!(chunk.len() == 10 || first + chunk.len() == len);
                    for (i, value) in chunk.iter_mut().enumerate() {
                        *value += 1.0 + (first + i) as f32;
                    }
                });
            });
            all.unwrap();
            assert_eq!(calls.into_inner(), len.div_ceil(10));
            assert!(values.iter().enumerate().all(|(i, &x)| x == i as f32));
        }
    }
}

#[test]
fn rows_and_tuples_are_cut_at_the_same_place() {
    let mut out = Array2::zeros((7, 3));
    let labels: Vec<f32> = (0..7).map(|i| i as f32).collect();
    for_each(
        (out.view_mut(), &labels[..]),
        2,
        |first, (mut rows, labels)| {
            for (i, (mut row, &label)) in rows.rows_mut().into_iter().zip(labels).enumerate() {
                assert_eq!(label, (first + i) as f32);
                row.fill(label);
            }
        },
    );
    for_each_row_chunk(out.view_mut(), 4, |first, mut rows| {
        assert_eq!(rows[(0, 0)], first as f32);
        rows += 1.0;
    });
    assert!((0..7).all(|i| out.row(i).iter().all(|&x| x == i as f32 + 1.0)));
}

#[test]
fn sums_are_the_same_bits_with_any_number_of_threads() {
    let term = |i: usize| 1.0 / (i as f64 + 0.1);
    let sums = |threads| {
        with_threads(threads, || {
            let flat = sum(0..1000, 7, |_, range| range.map(term).sum());
            let mut rows = Array2::<f32>::zeros((100, 2));
            let by_rows = sum(rows.view_mut(), 3, |first, rows| {
                (first..first + rows.nrows()).map(term).sum()
            });
            (flat.to_bits(), by_rows.to_bits())
        })
        .unwrap()
    };
    assert_eq!(sums(1), sums(2));
    assert_eq!(sums(1), sums(3));
    let exact: f64 = (0..1000).map(term).sum();
    assert!((f64::from_bits(sums(2).0) - exact).abs() < 1e-12);
    assert_eq!(sum(0..0, 7, |_, _| 1.0), 0.0);
}

#[test]
fn install_runs_on_the_pool_and_gives_back_the_result() {
    assert!(install(|| rayon::current_thread_index().is_some()));
    assert_eq!(with_threads(3, threads).unwrap(), 3);
}

#[test]
#[should_panic(expected = "lengths of what is split together")]
fn members_of_a_tuple_must_agree() {
    for_each((&mut [0.0; 3][..], &[0.0; 2][..]), 1, |_, _| {});
}

#[test]
#[should_panic(expected = "chunks must not be empty")]
fn empty_chunks() {
    for_each_chunk(&mut [0.0], 0, |_, _| {});
}
