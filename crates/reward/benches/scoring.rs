//! How fast texts are scored: real dialogues through a real model, against plain loops.
//!
//! `cargo bench -p tiebreak-reward --bench scoring -- [texts]`, with the number of texts (600 if not said; 0 for
//! all). `TIEBREAK_SHARED` names the folder with the data and the model, `../shared` if not set. Where an ONNX
//! Runtime library is found it is used, else rten; `TIEBREAK_BENCH_PURE=1` asks for rten. `TIEBREAK_BENCH_PYTHON`
//! may name a Python with `onnxruntime`, `tokenizers` and `numpy`, to be compared with.
//!
//! Each way is run on the same texts in the same process, one thread, so that CPU-seconds can be compared on a
//! busy machine; then two sessions are run for the wall clock.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use flate2::read::GzDecoder;
use tiebreak_reward::model::scorer::calibrate;
use tiebreak_reward::model::{
    Lane, OpenOptions, OpenedModel, Progress, Request, RewardModel, Runtime, RuntimeOptions, Scorer,
    ScorerOptions,
};

/// What a plain server does: batches of eight, in the order in which they come, filled up to the longest.
const PLAIN_BATCH: usize = 8;
const MEMORY_LIMIT_BYTES: u64 = 4 << 30;

const PYTHON: &str = r#"
import json, sys, time
import numpy, onnxruntime, tokenizers
model, tokenizer, order = sys.argv[1], sys.argv[2], sys.argv[3]
texts = json.load(sys.stdin)
tokenizer = tokenizers.Tokenizer.from_file(tokenizer)
tokenizer.enable_truncation(512)
tokenizer.no_padding()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options)
wall, cpu = time.perf_counter(), time.process_time()
encoded = [tokenizer.encode(text) for text in texts]
if order == "sorted":
    encoded.sort(key=lambda one: -len(one.ids))
for start in range(0, len(encoded), 32):
    batch = encoded[start:start + 32]
    longest = max(len(one.ids) for one in batch)
    def filled(rows):
        return numpy.array([row + [0] * (longest - len(row)) for row in rows], numpy.int64)
    session.run(["logits"], {
        "input_ids": filled([one.ids for one in batch]),
        "attention_mask": filled([one.attention_mask for one in batch]),
        "token_type_ids": filled([one.type_ids for one in batch]),
    })
print(time.perf_counter() - wall, time.process_time() - cpu)
"#;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(600);
    let shared = std::env::var_os("TIEBREAK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let model = shared.join("models/minilm-hh-harmless-rm");
    let data = shared.join("data/text/hh_harmless_base_test.jsonl.gz");
    if !model.exists() || !data.exists() {
        println!("skipped: {} and {} are needed", model.display(), data.display());
        return;
    }
    let texts = dialogues(&data, count);
    let folder = model_folder(&model);
    let is_pure = std::env::var_os("TIEBREAK_BENCH_PURE").is_some();
    let runtime =
        Runtime::detect(&RuntimeOptions { is_pure, is_cpu_only: true, ..RuntimeOptions::default() });
    println!("{} dialogues, whole, of at most 512 tokens; {}", texts.len(), runtime.kind());

    let mut opened = open(folder.path(), &runtime, 1);
    let budget = calibrate(&opened.model, opened.sessions[0].as_mut(), Duration::from_secs(4), usize::MAX)
        .unwrap_or(512);
    println!("calibration: batches of {budget} tokens");
    let plain = measure(|| plain_loop(&mut opened, &texts));
    let mut progress = Progress::default();
    let ours = measure(|| progress = scored(opened, budget, &texts));
    let both = open(folder.path(), &runtime, 2);
    let two = measure(|| {
        scored(both, budget, &texts);
    });

    let filled = 100.0 * progress.real_tokens as f64 / progress.padded_tokens as f64;
    let other = 100.0 * progress.other_seconds / (progress.other_seconds + progress.model_seconds);
    println!("ours, one session: {}", ours.text(progress.real_tokens));
    println!("ours, two sessions: {}", two.text(progress.real_tokens));
    println!("real/padded tokens: {filled:.1} % (target 97)");
    println!("outside the model: {other:.1} % (target 5)");
    println!("plain loop, batches of {PLAIN_BATCH} in file order: {}", plain.text(progress.real_tokens));
    println!("  ours is {} as fast (target 2.0)", ours.ratio(&plain));
    let Some(python) = std::env::var_os("TIEBREAK_BENCH_PYTHON") else {
        println!("not compared with Python: TIEBREAK_BENCH_PYTHON is not set");
        return;
    };
    for (order, target) in [("file", "3"), ("sorted", "1.1")] {
        let measured = python_loop(Path::new(&python), &model, order, &texts);
        println!("Python, batches of 32, {order} order: {}", measured.text(progress.real_tokens));
        println!("  ours is {} as fast (target {target})", ours.ratio(&measured));
    }
}

/// Seconds of the clock and of the processor.
struct Measured {
    wall_seconds: f64,
    cpu_seconds: f64,
}

impl Measured {
    fn text(&self, tokens: u64) -> String {
        let per_second = tokens as f64 / self.cpu_seconds;
        format!(
            "{:.1} s, {:.1} CPU-s, {per_second:.0} real tokens per CPU-s",
            self.wall_seconds, self.cpu_seconds
        )
    }

    fn ratio(&self, other: &Self) -> String {
        let (cpu, wall) = (other.cpu_seconds / self.cpu_seconds, other.wall_seconds / self.wall_seconds);
        format!("{cpu:.2} times by CPU-seconds, {wall:.2} times by the clock,")
    }
}

fn measure(work: impl FnOnce()) -> Measured {
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    work();
    Measured { wall_seconds: wall.elapsed().as_secs_f64(), cpu_seconds: cpu.elapsed().as_secs_f64() }
}

/// The chosen and the rejected dialogue of each line.
fn dialogues(path: &Path, count: usize) -> Vec<String> {
    let file = std::fs::File::open(path).expect("the data can be read");
    let lines = std::io::BufRead::lines(std::io::BufReader::new(GzDecoder::new(file)));
    let both = lines.flat_map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("a line is JSON");
        ["chosen", "rejected"].map(|key| line[key].as_str().unwrap_or_default().to_owned())
    });
    both.take(if count == 0 { usize::MAX } else { count }).collect()
}

/// The model with a manifest that reads whole dialogues.
fn model_folder(model: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the manifest");
    let file = |key: &str, name: &str| {
        let bytes = std::fs::read(model.join(name)).expect("the model can be read");
        std::fs::write(folder.path().join(name), &bytes).expect("the folder can be written");
        format!("{key} = {{ path = \"{name}\", blake3 = \"{}\" }}\n", blake3::hash(&bytes).to_hex())
    };
    let files = [file("model", "model_fp16.onnx"), file("tokenizer", "tokenizer.json")].concat();
    let manifest = format!(
        "format = 1\nname = \"Harmlessness\"\nversion = \"1\"\nlicence = \"Apache-2.0\"\ndescription = \"A bench\"\n\
         task = \"score\"\nprecision = \"fp16\"\ninput = \"text\"\n[files]\n{files}\
         [text]\nfirst = \"{{response}}\"\nmax_tokens = 512\npad_id = 0\nids = \"input_ids\"\n\
         mask = \"attention_mask\"\ntypes = \"token_type_ids\"\n\
         [score]\nname = \"logits\"\ndimensions = [\"harmlessness\"]\n"
    );
    std::fs::write(folder.path().join("reward.toml"), manifest).expect("the folder can be written");
    folder
}

fn open(folder: &Path, runtime: &Runtime, sessions: usize) -> OpenedModel {
    let options = OpenOptions { memory_limit_bytes: MEMORY_LIMIT_BYTES, sessions };
    RewardModel::open(folder, runtime, options).expect("the model opens")
}

fn plain_loop(opened: &mut OpenedModel, texts: &[String]) {
    for texts in texts.chunks(PLAIN_BATCH) {
        let requests: Vec<Request> = texts.iter().map(|text| Request::text("", text.as_str())).collect();
        let given = opened.model.score(opened.sessions[0].as_mut(), &requests);
        assert!(given.iter().all(Result::is_ok), "every text has a score");
    }
}

fn scored(opened: OpenedModel, budget: usize, texts: &[String]) -> Progress {
    let options = ScorerOptions { batch_tokens: Some(budget), ..ScorerOptions::default() };
    let scorer = Scorer::start(opened, options).expect("threads start");
    let requests = texts.iter().map(|text| Request::text("", text.as_str())).collect();
    let job = scorer.submit(Lane::Bulk, requests).expect("the lane is empty");
    while let Some(item) = job.recv() {
        assert!(item.result.is_ok(), "every text has a score");
    }
    job.progress().expect("the job was not cancelled")
}

fn python_loop(python: &Path, model: &Path, order: &str, texts: &[String]) -> Measured {
    let mut child = Command::new(python)
        .args(["-c", PYTHON])
        .args([model.join("model_fp16.onnx"), model.join("tokenizer.json")])
        .arg(order)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let input = serde_json::to_vec(texts).expect("texts are JSON");
    child.stdin.take().expect("a pipe was asked for").write_all(&input).expect("Python reads");
    let output = child.wait_with_output().expect("Python ends");
    let text = String::from_utf8(output.stdout).expect("Python prints text");
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [wall_seconds, cpu_seconds] = numbers[..] else { panic!("Python failed") };
    Measured { wall_seconds, cpu_seconds }
}
