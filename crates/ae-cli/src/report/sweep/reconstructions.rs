//! What came back?

use super::SweepInput;
use crate::report::Section;
use crate::report::picture::picture;
use maud::html;

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    if input.pictures.is_empty() {
        return None;
    }
    Some(Section {
        title: "What came back",
        anchor: "reconstructions",
        html: html! {
            p.lead { "Rows that were held out, above what each configuration makes of them." }
            div.galleries {
                @for (label, image) in input.pictures {
                    figure {
                        figcaption { (label) }
                        (picture(image.clone(), &format!("rows above their reconstructions, {label}")))
                    }
                }
            }
        },
    })
}
