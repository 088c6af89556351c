//! A trial: whether a device that a library offers is one that models run on here.
//!
//! A library for CUDA offers CUDA on a machine without a card. So a model of a few bytes (`scores` of
//! tools/make_tiny_models.py) is run on what is offered, the best first, until one gives what it should. This is done
//! once in a process, as opening a device takes a while.

use std::sync::OnceLock;

use super::{InputTensor, Numbers, Provider, onnx};

/// A matrix of three rows and two columns: 1 0, 0 10, 2 5.
const MODEL: &[u8] = include_bytes!("trial.onnx");
const INPUT: [f32; 3] = [1.0, 2.0, 3.0];
const OUTPUT: [f32; 2] = [7.0, 35.0];

/// What came of trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trials {
    /// The first on which a model ran.
    pub(super) used: Option<Provider>,
    /// Those before it, and what each said.
    pub(super) failed: Vec<(Provider, String)>,
}

/// Tries what the library of this process offers; later calls are told the same.
pub(super) fn of_library() -> &'static Trials {
    static TRIALS: OnceLock<Trials> = OnceLock::new();
    TRIALS.get_or_init(|| Trials::of(&onnx::providers(), try_on))
}

impl Trials {
    /// Tries one after the other until one runs.
    pub(super) fn of(providers: &[Provider], try_on: impl Fn(Provider) -> Result<(), String>) -> Self {
        let mut failed = Vec::new();
        for &provider in providers {
            match try_on(provider) {
                Ok(()) => return Self { used: Some(provider), failed },
                Err(reason) => failed.push((provider, reason)),
            }
        }
        Self { used: None, failed }
    }
}

fn try_on(provider: Provider) -> Result<(), String> {
    let input = InputTensor { name: "x", shape: vec![1, 3], numbers: Numbers::Float(INPUT.to_vec()) };
    let given = onnx::try_on(provider, MODEL, &input, "scores")?;
    let is_right = given.len() == OUTPUT.len()
        && given.iter().zip(OUTPUT).all(|(given, wanted)| (given - wanted).abs() < 0.1);
    if is_right { Ok(()) } else { Err(format!("it computes {given:?} where {OUTPUT:?} is right")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_on_which_a_model_runs_is_in_use_and_those_before_it_say_why_not() {
        let offered = [Provider::Cuda, Provider::TensorRt, Provider::Cpu];
        let runs_on = |good: &'static [Provider]| {
            Trials::of(&offered, |provider| {
                if good.contains(&provider) { Ok(()) } else { Err(format!("no {provider} here")) }
            })
        };
        let without_card = runs_on(&[Provider::Cpu]);
        assert_eq!(without_card.used, Some(Provider::Cpu), "an offer is no card");
        assert_eq!(without_card.failed[0], (Provider::Cuda, "no CUDA here".to_owned()));
        assert_eq!(without_card.failed.len(), 2);
        let with_card = runs_on(&[Provider::Cuda, Provider::Cpu]);
        assert_eq!((with_card.used, with_card.failed.len()), (Some(Provider::Cuda), 0));
        assert_eq!(runs_on(&[]).used, None);
    }

    #[test]
    fn the_model_of_the_trial_is_the_one_that_tests_know() {
        let known = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/scores.onnx");
        assert_eq!(MODEL, std::fs::read(known).unwrap());
    }
}
