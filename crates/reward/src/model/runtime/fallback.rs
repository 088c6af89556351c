//! A session on a device that may fail at any time, with the processor behind it.
//!
//! A device that runs out of memory is given a batch in halves before that. An input that is too large for it alone is
//! run on the processor, and the device goes on with the others; where it has no room for one after the other, as when
//! another program fills it, the processor takes over.

mod parts;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{InputTensor, OutputTensor, Provider, RuntimeKind, Session, Warning};
use parts::{joined, rows_from, rows_of};

/// Opens the session that takes over.
pub type Reopen = Box<dyn FnMut() -> Result<Box<dyn Session>, String> + Send>;

/// How many inputs in a row a device may have no room for.
const MOST_TOO_LARGE: u32 = 3;

/// Runs on a device until that fails, then on the processor, the failed run included.
pub struct FallbackSession {
    session: Box<dyn Session>,
    reopen: Reopen,
    /// What runs single inputs that are too large for the device.
    beside: Option<Box<dyn Session>>,
    /// The fewest numbers of a batch for which memory did not last.
    too_many: Option<usize>,
    /// How many inputs in a row were too large.
    too_large: u32,
    warnings: Vec<Warning>,
}

impl FallbackSession {
    /// A session on a device, and how to open one on the processor.
    pub fn new(session: Box<dyn Session>, reopen: Reopen) -> Self {
        Self { session, reopen, beside: None, too_many: None, too_large: 0, warnings: Vec::new() }
    }

    /// Runs a batch on the device, in halves where its memory does not last for all of it.
    fn run_on_device(
        &mut self,
        inputs: &[InputTensor],
        outputs: &[&str],
    ) -> Result<Vec<OutputTensor>, String> {
        let rows = rows_of(inputs);
        let size: usize = inputs.iter().map(|input| input.shape.iter().product::<usize>()).sum();
        let is_known_too_many = self.too_many.is_some_and(|too_many| size >= too_many);
        if !(is_known_too_many && rows > 1) {
            match self.session.run(inputs, outputs) {
                Ok(given) => {
                    self.too_large = 0;
                    return Ok(given);
                }
                Err(reason) if is_lack_of_memory(&reason) && rows > 1 => {
                    let provider = self.session.provider();
                    if self.too_many.is_none() {
                        self.warnings.push(Warning::SmallerBatches { provider, reason });
                    }
                    self.too_many = Some(size);
                }
                Err(reason) if is_lack_of_memory(&reason) => return self.run_beside(inputs, outputs, reason),
                Err(reason) => return Err(reason),
            }
        }
        let first = self.run_on_device(&rows_from(inputs, 0, rows / 2), outputs)?;
        let second = self.run_on_device(&rows_from(inputs, rows / 2, rows), outputs)?;
        Ok(joined(first, second))
    }

    /// Runs a single input on the processor, and leaves the device what it has.
    fn run_beside(
        &mut self,
        inputs: &[InputTensor],
        outputs: &[&str],
        reason: String,
    ) -> Result<Vec<OutputTensor>, String> {
        self.too_large += 1;
        if self.too_large >= MOST_TOO_LARGE {
            return Err(reason);
        }
        let beside = match self.beside.take() {
            Some(beside) => beside,
            None => (self.reopen)().map_err(|other| format!("{reason}; and on the processor: {other}"))?,
        };
        self.beside.insert(beside).run(inputs, outputs)
    }
}

/// Whether a device says that its memory did not last: CUDA, cuBLAS, ONNX Runtime's own allocator, Direct3D.
fn is_lack_of_memory(reason: &str) -> bool {
    const WORDS: [&str; 6] = [
        "out of memory",
        "failed to allocate memory",
        "available memory of",
        "alloc_failed",
        "outofmemory",
        "8007000e",
    ];
    let reason = reason.to_lowercase();
    WORDS.iter().any(|words| reason.contains(words))
}

impl Session for FallbackSession {
    fn run(&mut self, inputs: &[InputTensor], outputs: &[&str]) -> Result<Vec<OutputTensor>, String> {
        if !self.session.provider().is_gpu() {
            return self.session.run(inputs, outputs);
        }
        let reason = match self.run_on_device(inputs, outputs) {
            Err(reason) => reason,
            outcome => return outcome,
        };
        let mut on_cpu = match self.beside.take() {
            Some(beside) => beside,
            None => (self.reopen)().map_err(|other| format!("{reason}; and on the processor: {other}"))?,
        };
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

    fn heed(&mut self, is_ended: Arc<AtomicBool>) {
        self.session.heed(is_ended);
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

    /// A device that holds so many numbers at once; each row's output is its first number. Without a limit it is the
    /// processor.
    struct Small {
        most: Option<usize>,
        /// How many rows each run had that came to an end.
        ran: Arc<std::sync::Mutex<Vec<(Provider, usize)>>>,
    }

    impl Session for Small {
        fn run(&mut self, inputs: &[InputTensor], _: &[&str]) -> Result<Vec<OutputTensor>, String> {
            let Numbers::Whole(numbers) = &inputs[0].numbers else { panic!("ids are whole") };
            if self.most.is_some_and(|most| numbers.len() > most) {
                return Err("Failed to allocate memory for requested buffer of size 98304".to_owned());
            }
            let [rows, length] = inputs[0].shape[..] else { panic!("ids have two axes") };
            self.ran.lock().unwrap().push((self.provider(), rows));
            let numbers = numbers.chunks(length).map(|row| row[0] as f32).collect();
            Ok(vec![OutputTensor { shape: vec![rows, 1], numbers }])
        }

        fn kind(&self) -> RuntimeKind {
            RuntimeKind::OnnxRuntime
        }

        fn provider(&self) -> Provider {
            if self.most.is_some() { Provider::Cuda } else { Provider::Cpu }
        }
    }

    type Ran = Arc<std::sync::Mutex<Vec<(Provider, usize)>>>;

    fn small(most: usize) -> (FallbackSession, Ran) {
        let ran = Ran::default();
        let session = Small { most: Some(most), ran: Arc::clone(&ran) };
        let on_cpu = Arc::clone(&ran);
        let reopen =
            Box::new(
                move || Ok(Box::new(Small { most: None, ran: Arc::clone(&on_cpu) }) as Box<dyn Session>),
            );
        (FallbackSession::new(Box::new(session), reopen), ran)
    }

    /// So many rows of a length, numbered.
    fn batch(rows: usize, length: usize) -> [InputTensor<'static>; 1] {
        let numbers = (0..rows).flat_map(|row| vec![row as i32; length]).collect();
        [InputTensor { name: "ids", shape: vec![rows, length], numbers: Numbers::Whole(numbers) }]
    }

    #[test]
    fn a_batch_for_which_memory_does_not_last_is_halved_and_stays_on_the_device() {
        let (mut session, ran) = small(20);
        let given = session.run(&batch(9, 8), &["y"]).unwrap().remove(0);
        assert_eq!(given.shape, [9, 1]);
        assert_eq!(given.numbers, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "in their order");
        assert_eq!(session.provider(), Provider::Cuda);
        let rows: Vec<usize> =
            std::mem::take(&mut *ran.lock().unwrap()).into_iter().map(|(_, rows)| rows).collect();
        assert_eq!(rows, [2, 2, 2, 1, 2]);
        let warnings = session.take_warnings();
        assert!(matches!(warnings[..], [Warning::SmallerBatches { .. }]), "told once: {warnings:?}");
        session.run(&batch(2, 8), &["y"]).unwrap();
        session.run(&batch(9, 8), &["y"]).unwrap();
        assert!(session.take_warnings().is_empty(), "and not again");
    }

    #[test]
    fn an_input_that_is_too_large_alone_is_run_beside_and_costs_the_device_nothing() {
        let (mut session, ran) = small(20);
        for _ in 0..4 {
            assert!(session.run(&batch(1, 30), &["y"]).is_ok());
            assert!(session.run(&batch(2, 5), &["y"]).is_ok());
        }
        let one_each = [(Provider::Cpu, 1), (Provider::Cuda, 2)];
        assert_eq!(*ran.lock().unwrap(), one_each.repeat(4));
        assert_eq!(session.provider(), Provider::Cuda);
    }

    #[test]
    fn a_device_without_room_for_anything_is_left() {
        let (mut session, ran) = small(3);
        assert_eq!(session.run(&batch(6, 8), &["y"]).unwrap()[0].numbers.len(), 6);
        assert_eq!(session.provider(), Provider::Cpu);
        assert_eq!(ran.lock().unwrap().last(), Some(&(Provider::Cpu, 6)), "the batch is run whole there");
        let warnings = session.take_warnings();
        assert!(
            matches!(warnings[..], [Warning::SmallerBatches { .. }, Warning::FellBackToCpu { .. }]),
            "{warnings:?}"
        );
    }

    #[test]
    fn lack_of_memory_is_told_from_other_faults() {
        for reason in [
            "CUDA failure 2: out of memory ; GPU=0",
            "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
            "Available memory of 0 is smaller than requested bytes of 98304",
            "E_OUTOFMEMORY (8007000E)",
        ] {
            assert!(is_lack_of_memory(reason), "{reason}");
        }
        assert!(!is_lack_of_memory("CUDA error 719: unspecified launch failure"));
    }
}
