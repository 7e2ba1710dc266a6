//! The report of real runs, in a real browser.

#[path = "../crates/ae-cli/src/report/tests/browser.rs"]
pub mod browser;

use crate::harness::{Place, curve_csv};
use browser::Browser;

/// What a page must hold: the address of each of its sections.
const SECTIONS: [&str; 11] = [
    "verdict",
    "losses",
    "reconstructions",
    "latent-map",
    "latent-units",
    "traversals",
    "filters",
    "feature-errors",
    "odd-rows",
    "drift",
    "settings",
];

/// Of these sections, only `missing` are missing.
#[track_caller]
fn assert_sections(page: &str, missing: &[&str]) {
    for section in SECTIONS {
        let mark = format!("<section id=\"{section}\"");
        let expected = usize::from(!missing.contains(&section));
        assert_eq!(page.matches(&mark).count(), expected, "{section}");
    }
}

#[test]
fn reports_of_images_and_tables_open_without_complaint_on_a_phone() {
    let place = Place::new();
    place
        .run("train strokes:rows=600 --hidden 32 --latent 8 --epochs 3 --batch 64 --noise gaussian:0.3 --out images")
        .ok();
    place.write("curve.csv", curve_csv(400));
    place
        .run("train curve.csv --hidden 16 --latent 2 --epochs 5 --test 0.2 --out table")
        .ok();
    // One row, on which much can't be said.
    place.write(
        "one.csv",
        "x,square,sine,mixture\n0.5,0.25,0.4794,-0.2294\n",
    );
    place
        .run("evaluate table/model.safetensors one.csv --report one.html")
        .ok();
    let [images, table, one] =
        ["images/report.html", "table/report.html", "one.html"].map(|page| place.read(page));
    assert_sections(&images, &["odd-rows", "drift"]);
    assert_sections(&table, &["filters"]);
    assert_sections(&one, &["filters", "latent-map"]);
    assert!(images.contains("is a floor"), "bce on grey pixels");
    assert!(images.contains("noisy input"));
    assert!(table.contains("number 0 of the code"), "axes of the map");
    let Some(browser) = Browser::find() else {
        return;
    };
    browser.assert_fine([
        ("images", images.as_str()),
        ("table", table.as_str()),
        ("one", one.as_str()),
    ]);
}

#[test]
fn a_table_is_reported_in_its_own_units() {
    let place = Place::new();
    let mut table = String::from("year,metres\n");
    for row in 0..300 {
        table += &format!("{},{}\n", 1990 + row % 20, 0.001 * f64::from(row % 20));
    }
    place.write("years.csv", table);
    place
        .run("train years.csv --latent 1 --epochs 60 --batch 16 --test 0.2 --out a")
        .ok();
    let page = place.read("a/report.html");
    // Years among the examples, with the digits that tell one from the next.
    let years = (1990..2010).filter(|year| page.contains(&format!(">{year}.00</td>")));
    assert!(years.count() >= 2);
    assert!(page.contains("off by "));
}

#[test]
fn wide_tables_make_a_page_that_a_browser_can_hold() {
    let place = Place::new();
    let columns = 3000;
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    let mut table = names.join(",") + "\n";
    for row in 0..40 {
        let cells = (0..columns).map(|column| format!("{}", (row * (column % 7 + 1)) % 11));
        table += &(cells.collect::<Vec<_>>().join(",") + "\n");
    }
    place.write("wide.csv", table);
    place
        .run("train wide.csv --latent 3 --epochs 1 --out a")
        .ok();
    let page = place.read("a/report.html");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.contains("Not listed: 2,"));
}
