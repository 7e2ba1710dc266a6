mod browser;
mod markup;

use super::*;

/// The whole report of digits stays below this.
const MOST_BYTES: usize = 1_500_000;

fn pages() -> Vec<(fixtures::Fixture, String)> {
    fixtures::all()
        .into_iter()
        .map(|fixture| {
            let page = render(&fixture.input()).unwrap();
            (fixture, page)
        })
        .collect()
}

fn fixture(name: &str) -> fixtures::Fixture {
    let mut all = fixtures::all().into_iter();
    all.find(|fixture| fixture.name == name).unwrap()
}

#[test]
fn pages_are_well_formed_small_and_the_same_each_time() {
    for (fixture, page) in pages() {
        markup::check(&page).unwrap_or_else(|problem| panic!("{}: {problem}", fixture.name));
        assert!(
            page.len() < MOST_BYTES,
            "{}: {} bytes",
            fixture.name,
            page.len()
        );
        assert!(
            page == render(&fixture.input()).unwrap(),
            "{}",
            fixture.name
        );
    }
}

#[test]
fn pages_open_without_complaint_on_a_phone() {
    let Some(browser) = browser::Browser::find() else {
        return;
    };
    let pages = pages();
    browser.assert_fine(
        pages
            .iter()
            .map(|(fixture, page)| (fixture.name, page.as_str())),
    );
}

/// A table whose columns are 500 ± 100 and 2,000 ± 3 in their own units.
#[test]
fn tables_are_shown_in_their_own_units() {
    let names = ["height", "year"].map(str::to_owned).to_vec();
    let layout = Layout::Columns(names);
    let values = vec![400.0, 1997.0, 600.0, 2003.0];
    let rows = ae_data::Dataset::new("t", layout.clone(), ae_data::Values::Floats(values), None);
    let scaling: ae_data::Scaling = "standard".parse().unwrap();
    let scaling = scaling.fit(&rows.unwrap(), &[0, 1]).unwrap();
    let table = fixture("table");
    let mut evaluation = table.input().evaluation.clone();
    evaluation.examples.truncate(1);
    evaluation.examples[0].input = vec![1.0, -0.5];
    evaluation.examples[0].reconstruction = vec![0.5, -0.25];
    evaluation.per_feature.truncate(2);
    for feature in &mut evaluation.per_feature {
        (feature.mse, feature.variance) = (0.25, 1.0);
    }
    evaluation.traversals.truncate(1);
    evaluation.traversals[0].values = vec![0.0, 1.0];
    evaluation.traversals[0].rows = vec![vec![0.0, 0.0], vec![2.0, -1.0]];
    let page = render(&ReportInput {
        layout: &layout,
        scaling: &scaling,
        evaluation: &evaluation,
        ..table.input()
    })
    .unwrap();
    for cell in ["600", "550", "1998.50", "1999.25"] {
        assert!(page.contains(&format!(">{cell}</td>")), "{cell}");
    }
    // Half a standard deviation.
    assert!(page.contains("off by 50.0<") && page.contains("off by 1.50<"));
    assert!(page.contains("height: 500 → 700") && page.contains("year: 2000.00 → 1997.00"));
}

#[test]
fn nothing_is_fetched() {
    for (fixture, page) in pages() {
        let name = fixture.name;
        for forbidden in ["<link", "<script", "<iframe", "<object", "@import", "url("] {
            assert!(!page.contains(forbidden), "{name} holds {forbidden}");
        }
        assert!(
            !page.contains("http://") && !page.contains("https://"),
            "{name}"
        );
        for attribute in ["src=\"", "href=\""] {
            for (place, _) in page.match_indices(attribute) {
                let value = &page[place + attribute.len()..];
                assert!(
                    value.starts_with("data:image/png;base64,") || value.starts_with('#'),
                    "{name}: {attribute}{}",
                    &value[..20]
                );
            }
        }
    }
}

#[test]
fn every_section_is_there_and_in_the_contents() {
    let images = render(&fixture("digits").input()).unwrap();
    let table = render(&fixture("table").input()).unwrap();
    for anchor in [
        "verdict",
        "losses",
        "reconstructions",
        "latent-map",
        "latent-units",
        "traversals",
        "filters",
        "feature-errors",
        "drift",
        "settings",
    ] {
        for mark in [format!("id=\"{anchor}\""), format!("href=\"#{anchor}\"")] {
            // Images are not looked through for columns that changed.
            let expected = usize::from(anchor != "drift");
            assert_eq!(images.matches(&mark).count(), expected, "{mark}");
            // A table has no filters to look at.
            let expected = usize::from(anchor != "filters");
            assert_eq!(table.matches(&mark).count(), expected, "{mark}");
        }
    }
}

#[test]
fn sections_without_content_vanish() {
    let digits = fixture("digits");
    let mut evaluation = digits.input().evaluation.clone();
    evaluation.examples.clear();
    evaluation.latent_map.points.clear();
    evaluation.latent_map.labels = None;
    evaluation.latent_units.clear();
    evaluation.traversals.clear();
    evaluation.filters.clear();
    evaluation.per_feature.clear();
    let input = ReportInput {
        history: &[],
        evaluation: &evaluation,
        ..digits.input()
    };
    let page = render(&input).unwrap();
    markup::check(&page).unwrap();
    assert_eq!(page.matches("<section").count(), 2);
}

#[test]
fn markup_in_the_data_stays_text() {
    let page = render(&fixture("hostile").input()).unwrap();
    assert!(!page.contains("<img src=x"));
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(page.matches("</title>").count(), 1);
    assert!(page.matches("&lt;script&gt;alert(1)").count() > 20);
    assert!(page.contains("&amp;amp;"));
}

#[test]
fn the_floor_is_explained_where_there_is_one() {
    let page = render(&fixture("digits").input()).unwrap();
    assert!(page.contains("<strong>0.0851</strong> is a floor"));
    assert!(page.contains("<strong>0.00770</strong> above it is the model's own"));
    assert!(
        !render(&fixture("table").input())
            .unwrap()
            .contains("is a floor")
    );
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let digits = fixture("digits");
    let refused = |change: fn(&mut Evaluation)| {
        let mut evaluation = digits.input().evaluation.clone();
        change(&mut evaluation);
        let input = ReportInput {
            evaluation: &evaluation,
            ..digits.input()
        };
        render(&input).unwrap_err().to_string()
    };
    assert_eq!(
        refused(|evaluation| evaluation.examples[1].input.truncate(3)),
        "example row 142: expected 784 numbers, found 3"
    );
    assert_eq!(
        refused(|evaluation| evaluation.traversals[0].values.truncate(2)),
        "traversal of unit 0: 2 values but 9 rows"
    );
    assert_eq!(
        refused(|evaluation| evaluation.filters[2].clear()),
        "filter 2: expected 784 numbers, found 0"
    );
    assert_eq!(
        refused(|evaluation| evaluation.latent_map.points.truncate(5)),
        "latent map: 5 points but 2000 labels"
    );
}

#[test]
fn the_summary_fits_a_terminal() {
    for fixture in fixtures::all() {
        let text = summary(&fixture.input());
        let lines: Vec<&str> = text.lines().collect();
        assert!((7..=16).contains(&lines.len()), "{}", text);
        for line in lines {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[test]
fn the_summary_says_what_the_report_says() {
    let text = summary(&fixture("digits").input());
    assert!(
        text.starts_with("GOOD: It explains 86.1 % of the variance"),
        "{text}"
    );
    for line in [
        "  this model                      0.00934 █████\n",
        "  mean predictor                   0.0674 ██████████████████████████████████████\n",
        "  variance explained         86.1\u{a0}%\n",
        "  loss (bce)                 0.0928 (no model gets below 0.0851)\n",
        "  code                       32 numbers for 784 in a row, 2 of them dead\n",
        "  warning: 2 of 32 numbers of the code are dead\n",
        "    hint: Try leaky-relu, or a lower learning rate.\n",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(summary(&fixture("broken").input()).starts_with("BROKEN: "));
}
