//! A session on a device that may fail at any time, with the processor behind it.

use super::{InputTensor, OutputTensor, Provider, RuntimeKind, Session, Warning};

/// Opens the session that takes over.
pub type Reopen = Box<dyn FnMut() -> Result<Box<dyn Session>, String> + Send>;

/// Runs on a device until that fails, then on the processor, the failed run included.
pub struct FallbackSession {
    session: Box<dyn Session>,
    reopen: Reopen,
    warnings: Vec<Warning>,
}

impl FallbackSession {
    /// A session on a device, and how to open one on the processor.
    pub fn new(session: Box<dyn Session>, reopen: Reopen) -> Self {
        Self { session, reopen, warnings: Vec::new() }
    }
}

impl Session for FallbackSession {
    fn run(&mut self, inputs: &[InputTensor], outputs: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let reason = match self.session.run(inputs, outputs) {
            Err(reason) if self.session.provider().is_gpu() => reason,
            outcome => return outcome,
        };
        let mut on_cpu =
            (self.reopen)().map_err(|other| format!("{reason}; and on the processor: {other}"))?;
        let outcome = on_cpu.run(inputs, outputs);
        // An input that fails on both is no fault of the device, which keeps its work.
        if outcome.is_ok() {
            let provider = self.session.provider();
            self.warnings.push(Warning::FellBackToCpu { provider, reason });
            self.session = on_cpu;
        }
        outcome
    }

    fn kind(&self) -> RuntimeKind {
        self.session.kind()
    }

    fn provider(&self) -> Provider {
        self.session.provider()
    }

    fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::runtime::Numbers;

    /// A device that breaks after so many runs; without a count it is the processor.
    struct Device {
        runs_left: Option<usize>,
    }

    impl Session for Device {
        fn run(&mut self, inputs: &[InputTensor], _: &[&str]) -> Result<Vec<OutputTensor>, String> {
            if inputs.is_empty() {
                return Err("nothing to run".to_owned());
            }
            match &mut self.runs_left {
                Some(0) => return Err("CUDA error 719: unspecified launch failure".to_owned()),
                Some(left) => *left -= 1,
                None => {}
            }
            Ok(vec![OutputTensor { shape: vec![1], numbers: vec![1.0] }])
        }

        fn kind(&self) -> RuntimeKind {
            RuntimeKind::OnnxRuntime
        }

        fn provider(&self) -> Provider {
            if self.runs_left.is_some() { Provider::Cuda } else { Provider::Cpu }
        }
    }

    #[test]
    fn a_device_that_fails_hands_its_work_to_the_processor_and_says_so() {
        let reopen = Box::new(|| Ok(Box::new(Device { runs_left: None }) as Box<dyn Session>));
        let mut session = FallbackSession::new(Box::new(Device { runs_left: Some(1) }), reopen);
        let input = InputTensor { name: "x", shape: vec![1], numbers: Numbers::Float(vec![0.0]) };
        let inputs = [input];
        assert!(session.run(&inputs, &["y"]).is_ok());
        assert!(session.take_warnings().is_empty(), "nothing has failed so far");
        assert!(session.run(&[], &["y"]).is_err(), "an input that is wrong everywhere is told as wrong");
        assert_eq!(session.provider(), Provider::Cuda, "and does not cost the device");
        assert!(session.run(&inputs, &["y"]).is_ok(), "the run that failed is done again");
        assert_eq!(session.provider(), Provider::Cpu);
        let warnings = session.take_warnings();
        assert!(
            matches!(warnings[..], [Warning::FellBackToCpu { provider: Provider::Cuda, .. }]),
            "{warnings:?}"
        );
        assert!(warnings[0].to_string().contains("719"), "with the reason: {}", warnings[0]);
    }

    #[test]
    fn a_device_with_no_processor_behind_it_gives_both_reasons() {
        let reopen = Box::new(|| Err("out of memory".to_owned()));
        let mut session = FallbackSession::new(Box::new(Device { runs_left: Some(0) }), reopen);
        let inputs = [InputTensor { name: "x", shape: vec![1], numbers: Numbers::Whole(vec![0]) }];
        let reason = session.run(&inputs, &["y"]).unwrap_err();
        assert!(reason.contains("719") && reason.contains("out of memory"), "{reason}");
    }
}
