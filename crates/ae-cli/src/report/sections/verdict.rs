//! Is this model any good?

use ae_model::evaluation::{Evaluation, Finding, Grade, LossSummary, Severity};
use maud::{Markup, html};

use crate::report::chart::{Bar, bars};
use crate::report::number::{count, percent, significant};
use crate::report::{ReportInput, Section};

pub fn section(input: &ReportInput) -> Option<Section> {
    let evaluation = input.evaluation;
    Some(Section {
        title: "Is this model any good?",
        anchor: "verdict",
        html: html! {
            (badge(evaluation))
            (figures(evaluation))
            h3 { "Its error beside simpler methods" }
            (comparison(evaluation))
            (floor(&evaluation.loss))
            (findings(&evaluation.verdict.findings))
            (remarks(input.warnings))
        },
    })
}

/// CSS class, sign, word and gloss of a grade.
fn looks(grade: Grade) -> (&'static str, &'static str, &'static str, &'static str) {
    match grade {
        Grade::Good => ("good", "✓", "Good", "better than every simpler method"),
        Grade::Fair => ("fair", "~", "Fair", "useful, with something to mend"),
        Grade::Poor => (
            "poor",
            "!",
            "Poor",
            "a simpler method does as well or better",
        ),
        Grade::Broken => ("broken", "✕", "Broken", "it does not reconstruct"),
    }
}

fn badge(evaluation: &Evaluation) -> Markup {
    let (class, sign, word, gloss) = looks(evaluation.verdict.grade);
    html! {
        div.verdict.(class) {
            div.sign aria-hidden="true" { (sign) }
            div {
                p.grade { strong { (word) } " " span { (gloss) } }
                p.sentence { (evaluation.verdict.sentence) }
            }
        }
    }
}

/// The numbers people ask for first.
fn figures(evaluation: &Evaluation) -> Markup {
    let error = &evaluation.error;
    let smaller = evaluation.features as f64 / evaluation.latent.max(1) as f64;
    html! {
        dl.figures {
            @if let Some(share) = error.explained_variance {
                div { dt { "Variance explained" } dd { (percent(share)) } }
            }
            div { dt { "Mean squared error" } dd { (significant(error.mse)) } }
            @if let Some(psnr) = error.psnr {
                div { dt { "Signal to noise (PSNR)" } dd { (significant(psnr)) small { " dB" } } }
            }
            div {
                dt { "Numbers in the code" }
                dd {
                    (count(evaluation.latent))
                    small { " for " (count(evaluation.features)) }
                }
                @if smaller > 1.0 { dd.detail { (significant(smaller)) " times smaller" } }
            }
            div { dt { "Loss (" (evaluation.loss.name) ")" } dd { (significant(evaluation.loss.value)) } }
        }
    }
}

fn comparison(evaluation: &Evaluation) -> Markup {
    let model = evaluation.error.mse;
    let most = evaluation
        .baselines
        .iter()
        .map(|baseline| baseline.mse)
        .chain([model])
        .filter(|error| error.is_finite())
        .fold(0.0, f64::max);
    let details: Vec<String> = evaluation
        .baselines
        .iter()
        .map(|baseline| match baseline.mse / model {
            times if times.is_finite() => format!(
                "{} times the model's error; {}",
                significant(times),
                baseline.explanation
            ),
            _ => baseline.explanation.clone(),
        })
        .collect();
    let first = Bar {
        name: "this model",
        detail: "",
        value: model,
        text: significant(model),
        class: "model",
    };
    let others = evaluation.baselines.iter().zip(&details);
    let others = others.map(|(baseline, detail)| Bar {
        name: &baseline.name,
        detail,
        value: baseline.mse,
        text: significant(baseline.mse),
        class: if baseline.mse <= model {
            "ahead"
        } else {
            "behind"
        },
    });
    html! {
        p.lead { "Mean squared error in scaled units: the shorter, the better." }
        (bars(most, std::iter::once(first).chain(others)))
        @for method in &evaluation.left_out { p.lead { (method) "." } }
    }
}

/// How much of the loss no model could remove.
fn floor(loss: &LossSummary) -> Markup {
    let Some(floor) = loss
        .floor
        .filter(|floor| *floor > 0.0 && *floor <= loss.value)
    else {
        return html! {};
    };
    let share = 100.0 * floor / loss.value;
    html! {
        h3 { "What the loss can still lose" }
        p {
            "Of the loss of " (significant(loss.value)) " (" (loss.name) "), "
            strong { (significant(floor)) } " is a floor: even a perfect reconstruction pays it, "
            "because the values between 0 and 1 keep a doubt under this loss. Only the "
            strong { (significant(loss.value - floor)) } " above it is the model's own."
        }
        div.floor-bar role="img" aria-label={ (significant(share)) " percent of the loss is floor" } {
            span.inevitable style=(format!("width:{share:.2}%")) {}
            span.own style=(format!("width:{:.2}%", 100.0 - share)) {}
        }
    }
}

fn findings(findings: &[Finding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            h3 { "What was noticed" }
            ul.findings {
                @for finding in findings {
                    @let (class, word) = match finding.severity {
                        Severity::Alarm => ("alarm", "alarm"),
                        Severity::Warning => ("warning", "warning"),
                        Severity::Note => ("note", "note"),
                    };
                    li.(class) {
                        p.title { span.tag { (word) } " " strong { (finding.title) } }
                        p.detail { (finding.detail) }
                        @if !finding.hint.is_empty() { p.hint { (finding.hint) } }
                    }
                }
            }
        }
    }
}

/// What was assumed while reading the data.
fn remarks(warnings: &[String]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            h3 { "Remarks on the data" }
            ul.remarks { @for warning in warnings { li { (warning) } } }
        }
    }
}
