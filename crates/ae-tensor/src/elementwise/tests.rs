use super::*;
use crate::instruction_set::forced::on_each;
use crate::random::{Purpose, Stream};
use crate::scalar;

const LENGTHS: [usize; 9] = [0, 1, 3, 15, 16, 17, 33, 100, 1000];

fn normals(index: u64, length: usize) -> Vec<f32> {
    let mut values = vec![0.0; length];
    Stream::new(1, Purpose::Generator, index).fill_normal(&mut values);
    values
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn each_element_is_what_the_closure_makes_of_it() {
    for length in LENGTHS {
        let (a, b, c) = (normals(0, length), normals(1, length), normals(2, length));
        let at = |f: &dyn Fn(usize) -> f32| (0..length).map(f).collect::<Vec<f32>>();
        on_each(|set| {
            let mut out = a.clone();
            map(&mut out, |x| scalar::tanh(x) * x);
            let expected = at(&|i| scalar::tanh(a[i]) * a[i]);
            assert_eq!(bits(&out), bits(&expected), "map, {set:?}");

            let mut out = a.clone();
            zip(&mut out, &b, |x, y| scalar::mul_add(x, y, scalar::exp(y)));
            let expected = at(&|i| scalar::mul_add(a[i], b[i], scalar::exp(b[i])));
            assert_eq!(bits(&out), bits(&expected), "zip, {set:?}");

            let mut out = a.clone();
            zip2(
                &mut out,
                &b,
                &c,
                |x, y, z| if z > 0.0 { x / y } else { x - z },
            );
            let expected = at(&|i| if c[i] > 0.0 { a[i] / b[i] } else { a[i] - c[i] });
            assert_eq!(bits(&out), bits(&expected), "zip2, {set:?}");

            let (mut p, mut m) = (a.clone(), b.clone());
            update1(&mut p, &c, &mut m, |p, g, m| (p - m, m + g));
            assert_eq!(p, at(&|i| a[i] - b[i]), "update1, {set:?}");
            assert_eq!(m, at(&|i| b[i] + c[i]), "update1, {set:?}");

            let (mut p, mut m, mut v) = (a.clone(), b.clone(), c.clone());
            update2(&mut p, &b, &mut m, &mut v, |p, g, m, v| {
                (p * g, m + v, v - g)
            });
            assert_eq!(p, at(&|i| a[i] * b[i]), "update2, {set:?}");
            assert_eq!(m, at(&|i| b[i] + c[i]), "update2, {set:?}");
            assert_eq!(v, at(&|i| c[i] - b[i]), "update2, {set:?}");
        });
    }
}

#[test]
fn sums_are_right_and_the_same_bits_on_each_instruction_set() {
    for length in LENGTHS {
        let (a, b) = (normals(0, length), normals(1, length));
        let exact = |f: &dyn Fn(f64, f64) -> f64| {
            a.iter()
                .zip(&b)
                .map(|(&a, &b)| f(f64::from(a), f64::from(b)))
                .sum::<f64>()
        };
        let squares = exact(&|a, _| a * a);
        let products = exact(&|a, b| a * b);
        let mut seen: Option<[u32; 3]> = None;
        on_each(|set| {
            let mut out = a.clone();
            let sums = [
                sum_map(&a, |x| x * x),
                sum_map2(&a, &b, |x, y| x * y),
                zip_sum(&mut out, &b, |x, y| (x - y, x * y)),
            ];
            for (found, expected) in sums.iter().zip([squares, products, products]) {
                assert!(
                    (f64::from(*found) - expected).abs() < 1e-6 * (1.0 + squares),
                    "{set:?}"
                );
            }
            for i in 0..length {
                assert_eq!(out[i], a[i] - b[i]);
            }
            let sums = sums.map(f32::to_bits);
            assert_eq!(*seen.get_or_insert(sums), sums, "{set:?}");
        });
    }
}

#[test]
#[should_panic(expected = "lengths of out and b")]
fn lengths_must_agree() {
    zip2(&mut [0.0; 3], &[0.0; 3], &[0.0; 2], |x, _, _| x);
}
