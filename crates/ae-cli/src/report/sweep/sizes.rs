//! How large does the code have to be?

use super::{SweepInput, words};
use crate::report::Section;
use crate::report::chart::{Axis, Frame, dots, legend, line, segment};
use crate::report::number::{count, significant};
use ae_sweep::analysis::{MeanSd, Size, Sizes};
use maud::{Markup, html};

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    let sizes = input.analysis.sizes.as_ref()?;
    Some(Section {
        title: "Which size of the code do I need?",
        anchor: "sizes",
        html: html! {
            p.lead {
                (words::size(sizes))
                " At each size stands the configuration that is best there; a stroke through a dot \
                 reaches one standard deviation over seeds to either side."
            }
            (chart(words::measure(input.analysis), sizes))
            (table(sizes))
        },
    })
}

fn chart(measure: &str, sizes: &Sizes) -> Markup {
    let at = |size: &Size| size.latent as f64;
    let own: Vec<(f64, f64)> = sizes.sizes.iter().map(|s| (at(s), s.error.mean)).collect();
    let pca: Vec<(f64, f64)> = sizes
        .sizes
        .iter()
        .filter_map(|size| Some((at(size), size.pca_error?)))
        .collect();
    let ends = |error: &MeanSd| {
        let sd = error.sd.unwrap_or(0.0);
        (error.mean - sd, error.mean + sd)
    };
    let x = Axis::labelled_at(own.iter().map(|(latent, _)| *latent).collect());
    let values = own.iter().chain(&pca).map(|(_, error)| *error);
    let spread = sizes
        .sizes
        .iter()
        .flat_map(|size| <[f64; 2]>::from(ends(&size.error)));
    let y = Axis::fitting(values.chain(spread).collect::<Vec<_>>());
    let y_title = match y.is_logarithmic() {
        true => format!("{measure}, scale of powers"),
        false => measure.to_owned(),
    };
    let frame = Frame {
        description: "reconstruction error by the number of numbers in the code",
        shape: "wide",
        x_title: "numbers in the code, scale of powers",
        y_title: &y_title,
        x: &x,
        y: &y,
    };
    let knee = sizes.knee.and_then(|index| own.get(index).copied());
    let marks = html! {
        (line("pca", &x, &y, &pca))
        (dots("pca", &x, &y, pca.iter().copied()))
        (line("own", &x, &y, &own))
        @for size in &sizes.sizes {
            @let (low, high) = ends(&size.error);
            (segment("own deviation", &x, &y, (at(size), low), (at(size), high)))
        }
        (dots("own", &x, &y, own.iter().copied()))
        (dots("knee", &x, &y, knee))
    };
    let words = html! {
        @if let Some((latent, error)) = knee {
            (frame.word("knee", (latent, error), &format!("knee, {}", count(latent as usize))))
        }
    };
    let entries = [
        Some(("own", "the best of the sweep".to_owned())),
        (!pca.is_empty()).then(|| ("pca", "PCA with as many".to_owned())),
    ];
    html! {
        (legend(entries.into_iter().flatten()))
        (frame.around(&marks, &words))
    }
}

fn table(sizes: &Sizes) -> Markup {
    html! {
        details {
            summary { "The figures" }
            table {
                thead {
                    tr {
                        th.number scope="col" { "code" }
                        th.number scope="col" { "error ± sd" }
                        th.number scope="col" { "PCA" }
                        th scope="col" { "configuration" }
                    }
                }
                tbody {
                    @for size in &sizes.sizes {
                        tr {
                            th.number scope="row" { (count(size.latent)) }
                            td.number { (words::mean_sd(&size.error)) }
                            td.number { (size.pca_error.map_or("–".to_owned(), significant)) }
                            td { (size.label) }
                        }
                    }
                }
            }
        }
    }
}
