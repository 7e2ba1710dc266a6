//! Sobol's sequence: points that fill a cube more evenly than independent ones.
//!
//! Directions are those of S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better
//! two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), file `new-joe-kuo-6.21201`.

use super::Place;
use ae_tensor::random::{Purpose, Stream};

ae_choice::choice! {
    /// Sobol's points, each coordinate's digits turned over by the seed.
    pub struct Sobol = "sobol", "points that leave no gaps; up to 16 settings" {}
}

/// Of each dimension after the first: degree of its polynomial, the polynomial's inner
/// coefficients as bits, and the first direction numbers.
const DIRECTIONS: [(u32, u32, &[u32]); 15] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
];

const BITS: usize = 32;

impl Place for Sobol {
    fn point(&self, seed: u64, index: u32, dimensions: usize) -> Vec<f64> {
        // A digital shift: the sequence begins at the corner of the cube, and every seed's
        // would be the same. Exclusive or with a constant keeps what makes it even (Owen,
        // "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995).
        let mut shift = vec![0; dimensions];
        Stream::new(seed, Purpose::Search, u64::MAX).fill_u32(&mut shift);
        let shifted = |(dimension, shift): (usize, &u32)| coordinate(index, dimension) ^ shift;
        let unit = |digits: u32| f64::from(digits) / 2f64.powi(BITS as i32);
        shift.iter().enumerate().map(shifted).map(unit).collect()
    }

    fn most_dimensions(&self) -> usize {
        DIRECTIONS.len() + 1
    }
}

/// A coordinate of a point as 32 binary digits after the point.
fn coordinate(index: u32, dimension: usize) -> u32 {
    let directions = directions(dimension);
    // Gray code (Antonov & Saleev, 1979).
    let gray = index ^ (index >> 1);
    let used = (0..BITS).filter(|bit| gray >> bit & 1 == 1);
    used.fold(0, |digits, bit| digits ^ directions[bit])
}

fn directions(dimension: usize) -> [u32; BITS] {
    let mut directions = [0; BITS];
    let Some(index) = dimension.checked_sub(1) else {
        for (bit, direction) in directions.iter_mut().enumerate() {
            *direction = 1 << (BITS - 1 - bit);
        }
        return directions;
    };
    let (degree, coefficients, first) = DIRECTIONS[index];
    let degree = degree as usize;
    for bit in 0..BITS {
        directions[bit] = if bit < degree {
            first[bit] << (BITS - 1 - bit)
        } else {
            let earlier = directions[bit - degree];
            let inner = (1..degree).filter(|k| coefficients >> (degree - 1 - k) & 1 == 1);
            inner.fold(earlier ^ (earlier >> degree), |sum, k| {
                sum ^ directions[bit - k]
            })
        };
    }
    directions
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of any 2^k points that begin at a multiple of 2^k, each of 2^k equal intervals holds
    /// one, in every dimension.
    #[test]
    fn every_projection_is_even() {
        for dimension in 0..(Sobol {}).most_dimensions() {
            for first in [0, 64, 192] {
                let mut seen = [false; 64];
                for index in first..first + 64 {
                    seen[(coordinate(index, dimension) >> 26) as usize] = true;
                }
                assert!(seen.iter().all(|seen| *seen), "dimension {dimension}");
            }
        }
    }

    /// `scipy.stats.qmc.Sobol(16, scramble=False, bits=32).random(64)[37]`, times 2^32.
    #[test]
    fn points_are_those_of_the_published_sequence() {
        let expected = [
            3_959_422_976,
            2_751_463_424,
            2_483_027_968,
            3_959_422_976,
            3_288_334_336,
            1_275_068_416,
            738_197_504,
            3_422_552_064,
            2_617_245_696,
            738_197_504,
            67_108_864,
            335_544_320,
            2_483_027_968,
            3_690_987_520,
            469_762_048,
            2_080_374_784,
        ];
        let point: Vec<u32> = (0..16).map(|dimension| coordinate(37, dimension)).collect();
        assert_eq!(point, expected);
    }

    #[test]
    fn seeds_shift_the_points() {
        let points = |seed| {
            (0..8)
                .map(|index| Sobol {}.point(seed, index, 2))
                .collect::<Vec<_>>()
        };
        assert_eq!(points(1), points(1));
        assert_ne!(points(1), points(2));
        let mut eighths: Vec<usize> = points(1).iter().map(|p| (p[1] * 8.0) as usize).collect();
        eighths.sort_unstable();
        assert_eq!(eighths, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
