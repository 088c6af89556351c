use std::path::Path;

use super::*;
use crate::model::Manifest;
use crate::model::runtime::{InputTensor, OutputTensor, RuntimeKind};

/// A session with so much memory; it notes the tokens of each batch.
struct Small {
    most_tokens: usize,
    provider: Provider,
    ran: Vec<usize>,
}

impl Session for Small {
    fn run(&mut self, inputs: &[InputTensor], _: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let rows = inputs[0].shape[0];
        let tokens = rows * inputs[0].shape[1];
        self.ran.push(tokens);
        if tokens > self.most_tokens {
            return Err("out of memory".to_owned());
        }
        Ok(vec![OutputTensor { shape: vec![rows, 1], numbers: vec![0.5; rows] }])
    }

    fn kind(&self) -> RuntimeKind {
        RuntimeKind::Rten
    }

    fn provider(&self) -> Provider {
        self.provider
    }
}

fn small(most_tokens: usize) -> Small {
    Small { most_tokens, provider: Provider::Cpu, ran: Vec::new() }
}

/// A model that reads texts, of which only the tokenizer is there.
fn with_model(look: impl FnOnce(&RewardModel)) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tokenizer.json");
    let tokenizer = std::fs::read(data).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokenizer.json"), &tokenizer).unwrap();
    let manifest = format!(
        "format = 1\nname = \"m\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"a test\"\ntask = \"score\"\n\
         precision = \"fp32\"\ninput = \"text\"\n[files]\nmodel = {{ path = \"m.onnx\", blake3 = \"{}\" }}\n\
         tokenizer = {{ path = \"tokenizer.json\", blake3 = \"{}\" }}\n[text]\nfirst = \"{{response}}\"\n\
         max_tokens = 64\npad_id = 0\nids = \"ids\"\n[score]\nname = \"s\"\ndimensions = [\"overall\"]\n",
        "0".repeat(64),
        blake3::hash(&tokenizer).to_hex()
    );
    let manifest = Manifest::read(&manifest).unwrap();
    let opened = RewardModel::open_remote(folder.path(), manifest, Vec::new()).unwrap();
    look(&opened.model);
}

#[test]
fn one_of_the_budgets_is_chosen_and_all_are_tried() {
    with_model(|model| {
        let mut session = small(usize::MAX);
        let chosen = calibrate(model, &mut session, Duration::ZERO, usize::MAX).unwrap();
        assert!(CALIBRATION_BUDGETS.contains(&chosen), "{chosen}");
        assert_eq!(session.ran, CALIBRATION_BUDGETS, "once each, however little time there is");
    });
}

#[test]
fn what_does_not_fit_into_memory_is_neither_tried_nor_chosen() {
    with_model(|model| {
        let mut session = small(usize::MAX);
        let chosen = calibrate(model, &mut session, Duration::from_millis(5), 600).unwrap();
        assert!(chosen <= 512, "{chosen}");
        assert!(session.ran.iter().all(|tokens| *tokens <= 512), "{:?}", session.ran);
        let mut session = small(300);
        let chosen = calibrate(model, &mut session, Duration::from_millis(5), usize::MAX);
        assert_eq!(chosen, Some(256), "the one that never failed");
        assert_eq!(session.ran[..3], [256, 512, 256], "none above one that failed, and that only once");
        assert_eq!(calibrate(model, &mut small(0), Duration::from_millis(5), usize::MAX), None);
        assert_eq!(calibrate(model, &mut small(usize::MAX), Duration::from_millis(5), 100), None);
    });
}

#[test]
fn a_card_and_a_server_are_left_alone() {
    with_model(|model| {
        for provider in [Provider::Cuda, Provider::Server] {
            let mut session = Small { provider, ..small(usize::MAX) };
            assert_eq!(calibrate(model, &mut session, Duration::ZERO, usize::MAX), None);
            assert_eq!(session.ran, [0; 0]);
        }
    });
}
