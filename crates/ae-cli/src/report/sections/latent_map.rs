//! The code in two dimensions.

use ae_model::evaluation::LatentMap;
use maud::{Markup, html};

use crate::report::chart::{Axis, Frame, dots, legend};
use crate::report::number::{count, counted};
use crate::report::{ReportInput, Section};

/// Colours that can be told apart, `--class-0` and so on in the style sheet.
const COLOURS: usize = 10;

/// Labels whose classes are so many that the largest hold less than this share of the points
/// would colour next to nothing.
const LEAST_COLOURED: f64 = 0.25;

/// Names up to this length stand in the middle of their points, too; those above the second
/// only where the page is wide.
const SHORT_ENOUGH: usize = 14;
const LONG: usize = 4;

/// Class of the points that get no colour of their own.
const OTHERS: &str = "class-other";

/// The points of one colour.
struct Group {
    class: String,
    name: String,
    points: Vec<(f64, f64)>,
}

pub fn section(input: &ReportInput) -> Option<Section> {
    let map = &input.evaluation.latent_map;
    // One dot is no map.
    if map.points.len() < 2 {
        return None;
    }
    let groups = groups(map);
    Some(Section {
        title: "The map of codes",
        anchor: "latent-map",
        html: html! {
            p.lead { (lead(map, &groups)) }
            div.map {
                (chart(map, &groups))
                @if groups.len() > 1 {
                    (legend(groups.iter().map(|group| {
                        let name = format!("{} ({})", group.name, count(group.points.len()));
                        (group.class.as_str(), name)
                    })))
                }
            }
        },
    })
}

fn lead(map: &LatentMap, groups: &[Group]) -> String {
    let points = counted(map.points.len(), "row", "rows");
    let labels = match map.labels {
        Some(_) if groups.len() > 1 => " The colours are the labels, which the model never saw.",
        Some(_) if map.label_names.len() > 1 => {
            " There are too many different labels to give them colours."
        }
        _ => "",
    };
    format!(
        "{points}, each a dot where its code puts it: {}. Rows that the model finds alike lie \
         close together.{labels}",
        map.method
    )
}

/// The points by label, the most frequent labels first to be given a colour of their own.
fn groups(map: &LatentMap) -> Vec<Group> {
    let points = map
        .points
        .iter()
        .map(|[x, y]| (f64::from(*x), f64::from(*y)));
    let together = || Group {
        class: "class-0".to_owned(),
        name: "rows".to_owned(),
        points: points.clone().collect(),
    };
    let Some(labels) = &map.labels else {
        return vec![together()];
    };
    let mut by_label = vec![Vec::new(); map.label_names.len()];
    let mut others = Vec::new();
    for (point, label) in points.clone().zip(labels) {
        match by_label.get_mut(*label as usize) {
            Some(group) => group.push(point),
            None => others.push(point),
        }
    }
    let coloured = most_frequent(&by_label);
    let covered: usize = coloured.iter().map(|label| by_label[*label].len()).sum();
    if (covered as f64) < LEAST_COLOURED * labels.len() as f64 {
        return vec![together()];
    }
    let mut groups = Vec::new();
    for (label, (points, name)) in by_label.into_iter().zip(&map.label_names).enumerate() {
        if coloured.contains(&label) {
            groups.push(Group {
                class: format!("class-{}", groups.len()),
                name: name.clone(),
                points,
            });
        } else {
            others.extend(points);
        }
    }
    if !others.is_empty() {
        groups.push(Group {
            class: OTHERS.to_owned(),
            name: "others".to_owned(),
            points: others,
        });
    }
    groups
}

/// Indices of the largest groups that are not empty, as many as there are colours.
fn most_frequent(by_label: &[Vec<(f64, f64)>]) -> Vec<usize> {
    let mut labels: Vec<usize> = (0..by_label.len())
        .filter(|label| !by_label[*label].is_empty())
        .collect();
    labels.sort_by_key(|label| std::cmp::Reverse(by_label[*label].len()));
    labels.truncate(COLOURS);
    labels
}

fn chart(map: &LatentMap, groups: &[Group]) -> Markup {
    let x = Axis::linear(map.points.iter().map(|point| f64::from(point[0])));
    let y = Axis::linear(map.points.iter().map(|point| f64::from(point[1])));
    let frame = Frame {
        description: "scatter plot of the codes",
        shape: "square",
        x_title: &map.axes[0],
        y_title: &map.axes[1],
        x: &x,
        y: &y,
    };
    let marks = html! {
        // The others lie below.
        @for group in groups.iter().rev() {
            (dots(&group.class, &x, &y, group.points.iter().copied()))
        }
    };
    let named = groups.iter().filter(|group| {
        groups.len() > 1 && group.class != OTHERS && group.name.chars().count() <= SHORT_ENOUGH
    });
    let words = html! {
        @for group in named {
            @let class = if group.name.chars().count() > LONG { "middle long" } else { "middle" };
            (frame.word(class, middle(&group.points), &group.name))
        }
    };
    frame.around(&marks, &words)
}

/// The median across and up: inside the crowd even if some points are far away.
fn middle(points: &[(f64, f64)]) -> (f64, f64) {
    let median = |coordinate: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = points.iter().map(coordinate).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    (median(|point| point.0), median(|point| point.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_labels_share_what_colours_are_left() {
        // Label 0 once, label 1 twice, … label 11 twelve times, and one that has no name.
        let labels: Vec<u32> = (0..12)
            .flat_map(|label| vec![label; label as usize + 1])
            .collect();
        let map = LatentMap {
            method: String::new(),
            axes: [String::new(), String::new()],
            points: vec![[0.0; 2]; labels.len() + 1],
            labels: Some([labels, vec![99]].concat()),
            label_names: (0..12).map(|label| format!("label {label}")).collect(),
        };
        let groups = groups(&map);
        let seen: Vec<(&str, &str, usize)> = groups
            .iter()
            .map(|group| {
                (
                    group.class.as_str(),
                    group.name.as_str(),
                    group.points.len(),
                )
            })
            .collect();
        assert_eq!(seen.len(), COLOURS + 1);
        assert_eq!(seen[0], ("class-0", "label 2", 3));
        assert_eq!(seen[9], ("class-9", "label 11", 12));
        assert_eq!(seen[10], (OTHERS, "others", 1 + 2 + 1));
    }

    #[test]
    fn a_thousand_labels_get_no_colours_and_one_label_no_legend() {
        let map = |labels: u32| LatentMap {
            method: String::new(),
            axes: [String::new(), String::new()],
            points: vec![[0.0; 2]; 2000],
            labels: Some((0..2000).map(|row| row % labels).collect()),
            label_names: (0..labels).map(|label| label.to_string()).collect(),
        };
        let many = map(1000);
        let all = groups(&many);
        assert_eq!((all.len(), all[0].points.len()), (1, 2000));
        assert!(lead(&many, &all).contains("too many different labels"));
        let one = map(1);
        assert!(!lead(&one, &groups(&one)).contains("label"));
    }

    #[test]
    fn the_middle_ignores_a_straggler() {
        assert_eq!(
            middle(&[(1.0, 5.0), (2.0, 6.0), (900.0, -900.0)]),
            (2.0, 5.0)
        );
    }
}
