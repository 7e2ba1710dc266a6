use super::*;
use crate::instruction_set::forced::on_each;
use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};

fn stream(index: u64) -> Stream {
    Stream::new(42, Purpose::Noise, index)
}

/// The ChaCha8 test vector of draft-strombergson-chacha-test-vectors-01, key and nonce 0.
#[test]
fn the_words_are_chacha8() {
    let expected = [
        0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6, 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5,
        0xa1,
    ];
    on_each(|set| {
        let mut out = [[0; chacha::LANES]; chacha::WORDS];
        chacha::fill(&[0; 8], 0, 0, &mut out);
        let found: Vec<u8> = out[..4]
            .iter()
            .flat_map(|words| words[0].to_le_bytes())
            .collect();
        assert_eq!(found, expected, "{set:?}");
    });
}

/// The same key and stream number in rand's generator, whose words come block after block.
#[test]
fn a_stream_has_the_words_of_rands_chacha8() {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&0x1234_5678_9abc_def0_u64.to_le_bytes());
    key[8] = Purpose::Noise as u8;
    key[16..].copy_from_slice(b"ae-tensor/stream");
    let mut theirs = ChaCha8Rng::from_seed(key);
    theirs.set_stream(u64::MAX - 3);
    let mut ours = Stream::new(0x1234_5678_9abc_def0, Purpose::Noise, u64::MAX - 3);
    for _ in 0..3 {
        let expected: [u32; BUFFER] = std::array::from_fn(|_| theirs.next_u32());
        let mut found = [0; BUFFER];
        ours.fill_u32(&mut found);
        for (i, word) in expected.into_iter().enumerate() {
            let (block, place) = (i / chacha::WORDS, i % chacha::WORDS);
            assert_eq!(found[place * chacha::LANES + block], word);
        }
    }
}

#[test]
fn all_ways_to_draw_words_give_the_same_words() {
    let mut words = [0; 600];
    stream(6).fill_u32(&mut words);
    let mut one_by_one = stream(6);
    assert!(words.iter().all(|&word| one_by_one.next_u32() == word));
    let mut in_pieces = stream(6);
    for piece in words.chunks(37) {
        let mut found = vec![0; piece.len()];
        in_pieces.fill_u32(&mut found);
        assert_eq!(found, piece);
    }
    let mut bytes = [0; 7];
    stream(6).fill_bytes(&mut bytes);
    assert_eq!(bytes[..4], words[0].to_le_bytes());
    assert_eq!(bytes[4..], words[1].to_le_bytes()[..3]);
    assert_eq!(
        stream(6).next_u64(),
        u64::from(words[0]) | u64::from(words[1]) << 32
    );
}

#[test]
fn what_each_method_draws_is_pinned() {
    let mut words = [0; 2];
    stream(0).fill_u32(&mut words);
    let mut uniform = [0.0; 2];
    stream(0).fill_uniform(&mut uniform);
    let mut normal = [0.0; 3];
    stream(0).fill_normal(&mut normal);
    let mut order: Vec<u32> = (0..8).collect();
    stream(0).shuffle(&mut order);
    let found = format!(
        "{words:?} {uniform:?} {normal:?} {} {} {order:?}",
        stream(0).below(1000),
        stream(0).normal()
    );
    assert_eq!(found, PINNED);
}

const PINNED: &str = "[3992007484, 1585157216] [0.92946166, 0.36907315] \
    [-0.0026219473, 0.092810124, -1.8304099] 369 -0.0026219473 [5, 6, 4, 1, 7, 0, 3, 2]";

#[test]
fn names_separate_streams() {
    let first = |mut stream: Stream| stream.next_u64();
    let reference = first(Stream::new(1, Purpose::Noise, 2));
    assert_eq!(first(Stream::new(1, Purpose::Noise, 2)), reference);
    assert_ne!(first(Stream::new(2, Purpose::Noise, 2)), reference);
    assert_ne!(first(Stream::new(1, Purpose::Dropout, 2)), reference);
    assert_ne!(first(Stream::new(1, Purpose::Noise, 1)), reference);
}

#[test]
fn uniform_numbers_fill_their_interval() {
    let mut values = vec![0.0; 200_000];
    stream(1).fill_uniform(&mut values);
    assert!(values.iter().all(|x| (0.0..1.0).contains(x)));
    let mut counts = [0; 10];
    for x in &values {
        counts[(x * 10.0) as usize] += 1;
    }
    for count in counts {
        // Five standard deviations of a count of 20,000.
        assert!((19_330..20_670).contains(&count), "{counts:?}");
    }
}

#[test]
fn normal_numbers_have_the_moments_and_tails_of_the_normal() {
    const COUNT: usize = 1_000_000;
    let mut values = vec![0.0; COUNT];
    stream(2).fill_normal(&mut values);
    let moment = |power: i32| {
        values
            .iter()
            .map(|&x| f64::from(x).powi(power))
            .sum::<f64>()
            / COUNT as f64
    };
    // Within five standard errors: √(Var xᵖ / COUNT).
    assert!(moment(1).abs() < 0.005);
    assert!((moment(2) - 1.0).abs() < 0.0071);
    assert!(moment(3).abs() < 0.0195);
    assert!((moment(4) - 3.0).abs() < 0.049);
    for (limit, part) in [
        (1.0, 0.317_311),
        (2.0, 0.045_500),
        (3.0, 0.002_700),
        (4.0, 6.334e-5),
    ] {
        let beyond = values.iter().filter(|x| x.abs() > limit).count() as f64;
        let expected = part * COUNT as f64;
        assert!(
            (beyond - expected).abs() < 5.0 * expected.sqrt(),
            "{beyond} beyond {limit}"
        );
    }
    // The two numbers of a pair, and neighbours.
    for distance in [1, HALF_BLOCK, BLOCK] {
        let pairs = values.iter().zip(&values[distance..]);
        let covariance = pairs.map(|(&x, &y)| f64::from(x * y)).sum::<f64>() / COUNT as f64;
        assert!(
            covariance.abs() < 0.005,
            "at distance {distance}: {covariance}"
        );
    }
}

#[test]
fn the_start_of_a_long_fill_is_a_short_fill() {
    let mut long = [0.0; 600];
    stream(3).fill_normal(&mut long);
    for length in [0, 1, 31, 32, 33, 256, 257, 512] {
        let mut short = vec![0.0; length];
        stream(3).fill_normal(&mut short);
        assert_eq!(short, long[..length]);
    }
}

#[test]
fn extreme_words_give_finite_normals() {
    for radius_word in [0, 1, u32::MAX] {
        for angle_word in [0, u32::MAX, 1 << 30, 1 << 31] {
            let mut block = [0; BLOCK];
            block[..HALF_BLOCK].fill(radius_word);
            block[HALF_BLOCK..].fill(angle_word);
            let mut out = [[0.0; BLOCK]];
            normals(&[block], &mut out);
            assert!(out[0].iter().all(|x| x.abs() < 6.7), "{out:?}");
        }
    }
}

#[test]
fn below_is_fair_and_stays_below() {
    let mut counts = [0; 7];
    let mut stream = stream(4);
    for _ in 0..70_000 {
        counts[stream.below(7)] += 1;
    }
    for count in counts {
        assert!((9_535..10_465).contains(&count), "{counts:?}");
    }
    assert_eq!(stream.below(1), 0);
    assert!(stream.below(usize::MAX) < usize::MAX);
}

#[test]
fn a_shuffle_keeps_all_and_each_order_is_as_likely() {
    let mut counts = std::collections::HashMap::new();
    let mut stream = stream(5);
    for _ in 0..60_000 {
        let mut items = [0, 1, 2];
        stream.shuffle(&mut items);
        *counts.entry(items).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 6);
    assert!(
        counts.values().all(|count| (9_535..10_465).contains(count)),
        "{counts:?}"
    );
}
