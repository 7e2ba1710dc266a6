use crate::{ChoiceError, Range, suggest};
use proptest::prelude::*;

pub trait Describe {
    fn describe(&self) -> String;
}

mod kinds {
    use super::Describe;
    use crate::{choice, choices};
    choice! {
        /// Two parameters.
        pub struct Pair = "pair-of", "two numbers" {
            /// First.
            first: "first" = 0.1, in crate::Range::closed(0.0, 1.0), "a share";
            /// Second.
            second: "second" = 3.0, in crate::Range::at_least(1.0).whole(), "a count";
        }
    }
    choice! {
        /// None.
        pub struct Plain = "plain", "no numbers" {}
    }
    impl Describe for Pair {
        fn describe(&self) -> String {
            format!("{} {}", self.first, self.second)
        }
    }
    impl Describe for Plain {
        fn describe(&self) -> String {
            "plain".into()
        }
    }
    choices! {
        /// Both.
        pub enum Kind = "kind", dyn Describe { Pair(Pair), Plain(Plain) }
    }
}
use kinds::{Kind, Pair};

fn error(text: &str) -> ChoiceError {
    text.parse::<Kind>().unwrap_err()
}

#[test]
fn reads_every_way_of_writing() {
    let pair = |first, second| Kind::Pair(Pair { first, second });
    for (text, expected) in [
        ("pair-of", pair(0.1, 3.0)),
        (" Pair_Of : ", pair(0.1, 3.0)),
        ("pair-of:0.5", pair(0.5, 3.0)),
        ("pair-of:0.5,7", pair(0.5, 7.0)),
        ("pair-of:second=7", pair(0.1, 7.0)),
        ("pair-of:second=7, FIRST=1e-1", pair(0.1, 7.0)),
    ] {
        assert_eq!(text.parse::<Kind>().unwrap(), expected, "{text}");
    }
    assert_eq!("pair-of:0.5".parse::<Kind>().unwrap().describe(), "0.5 3");
}

#[test]
fn errors_name_the_place_and_the_expected() {
    for (text, message) in [
        ("pear", "unknown kind `pear`"),
        ("pair-of:frist=1", "kind pair-of: unknown parameter `frist`"),
        ("pair-of:2", "kind pair-of: first must be in [0, 1], got 2"),
        (
            "pair-of:nan",
            "kind pair-of: first must be in [0, 1], got NaN",
        ),
        (
            "pair-of:second=2.5",
            "kind pair-of: second must be in the whole numbers of [1, inf), got 2.5",
        ),
        ("pair-of:x", "kind pair-of: first must be a number, got `x`"),
        (
            "pair-of:1,2,3",
            "kind pair-of: takes 2 parameters, got one more: `3`",
        ),
        (
            "plain:3",
            "kind plain: takes no parameters, got one more: `3`",
        ),
        ("pair-of:1,first=1", "kind pair-of: first is given twice"),
    ] {
        assert_eq!(error(text).to_string(), message, "{text}");
    }
    assert_eq!(
        error("pair-of:frist=1").hint().unwrap(),
        "did you mean `first`? known: first, second"
    );
    assert_eq!(error("xyzzy").hint().unwrap(), "known: pair-of, plain");
}

#[test]
fn catalogue_lists_what_can_be_parsed() {
    assert_eq!(Kind::KIND, "kind");
    let usages: Vec<String> = Kind::CATALOGUE.iter().map(|entry| entry.usage()).collect();
    assert_eq!(usages, ["pair-of:first=0.1,second=3", "plain"]);
    for usage in usages {
        let kind: Kind = usage.parse().unwrap();
        assert!(usage.starts_with(kind.name()));
    }
}

#[test]
fn serialises_as_the_text_users_write() {
    let kind: Kind = "pair-of:0.25".parse().unwrap();
    assert_eq!(
        serde_json::to_string(&kind).unwrap(),
        "\"pair-of:first=0.25\""
    );
    let message = serde_json::from_str::<Kind>("\"plian\"")
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("unknown kind `plian` (did you mean `plain`?"),
        "{message}"
    );
}

#[test]
fn what_single_precision_rounds_out_of_range_is_refused() {
    // Above 1 as written; infinite once rounded.
    for text in ["pair-of:1.00000000001", "pair-of:second=1e300"] {
        assert!(
            matches!(error(text), ChoiceError::OutOfRange { .. }),
            "{text}"
        );
    }
}

#[test]
fn suggests_only_what_is_near() {
    let known = ["latent", "hidden", "learning-rate"];
    assert_eq!(suggest("latnet", known), Some("latent"));
    assert_eq!(suggest("LATENT", known), Some("latent"));
    assert_eq!(suggest("learning_rate", known), Some("learning-rate"));
    assert_eq!(suggest("lat", known), Some("latent"));
    assert_eq!(suggest("hidden-layers", known), Some("hidden"));
    assert_eq!(suggest("la", known), None);
    assert_eq!(suggest("epochs", known), None);
}

#[test]
fn ranges_print_as_intervals() {
    assert_eq!(Range::above(0.0).to_string(), "(0, inf)");
    assert_eq!(Range::half_open(0.0, 1.0).to_string(), "[0, 1)");
    assert!(!Range::half_open(0.0, 1.0).contains(1.0));
    assert!(!Range::open_closed(0.0, 1.0).contains(0.0));
    assert!(!Range::at_least(0.0).contains(f64::INFINITY));
}

proptest! {
    #[test]
    fn text_round_trips(first in 0.0f32..=1.0, second in 1u32..1_000_000) {
        let kind = Kind::Pair(Pair { first, second: second as f32 });
        prop_assert_eq!(kind.to_string().parse::<Kind>().unwrap(), kind);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        let _ = text.parse::<Kind>();
        let _ = format!("pair-of:{text}").parse::<Kind>();
    }
}
