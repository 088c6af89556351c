//! Folders with a model, made for one test.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tiebreak_reward::model::{
    InputFault, ModelError, OpenOptions, OpenedModel, Request, RewardModel, Runtime, RuntimeKind,
    RuntimeOptions, Scored,
};

/// A folder with a manifest and files.
pub struct Folder {
    directory: TempDir,
    pub manifest: String,
}

pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A place of the shared data, or none, saying so.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TIEBREAK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

pub const OPTIONS: OpenOptions = OpenOptions { memory_limit_bytes: 4 << 30, sessions: 2 };

/// rten, and ONNX Runtime where a library of it is found.
pub fn runtimes() -> Vec<Runtime> {
    let pure = Runtime::detect(&RuntimeOptions { is_pure: true, ..RuntimeOptions::default() });
    let found = Runtime::detect(&RuntimeOptions::default());
    if found.kind() == RuntimeKind::Rten {
        eprintln!("skipped in part: no ONNX Runtime library was found, set ORT_DYLIB_PATH to one");
        return vec![pure];
    }
    vec![pure, found]
}

pub fn pure() -> Runtime {
    Runtime::detect(&RuntimeOptions { is_pure: true, ..RuntimeOptions::default() })
}

impl Folder {
    /// A folder with files from elsewhere. In the manifest, `HASH:name` stands for the hash of a file, and the
    /// keys that every manifest has are written before it.
    pub fn new(sections: &str, files: &[(&str, &Path)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut manifest = format!(
            "format = 1\nname = \"Tiny\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"For a test\"\n{sections}"
        );
        for (name, source) in files {
            fs::copy(source, directory.path().join(name)).unwrap();
            let hash = blake3::hash(&fs::read(source).unwrap()).to_hex();
            manifest = manifest.replace(&format!("HASH:{name}"), &hash);
        }
        let folder = Self { directory, manifest };
        folder.write();
        folder
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Changes the manifest.
    #[must_use]
    pub fn with(mut self, from: &str, to: &str) -> Self {
        assert!(self.manifest.contains(from), "the test changes something: {from}");
        self.manifest = self.manifest.replace(from, to);
        self.write();
        self
    }

    /// Changes a file, and its hash in the manifest with it.
    #[must_use]
    pub fn with_file(mut self, name: &str, bytes: &[u8]) -> Self {
        let path = self.path().join(name);
        let before = blake3::hash(&fs::read(&path).unwrap()).to_hex().to_string();
        fs::write(&path, bytes).unwrap();
        self.manifest = self.manifest.replace(&before, &blake3::hash(bytes).to_hex());
        self.write();
        self
    }

    fn write(&self) {
        fs::write(self.path().join("reward.toml"), &self.manifest).unwrap();
    }

    pub fn open(&self, runtime: &Runtime) -> Result<OpenedModel, ModelError> {
        RewardModel::open(self.path(), runtime, OPTIONS)
    }

    /// What is wrong with it: the code word, and the sentence.
    pub fn fault(&self, runtime: &Runtime) -> (&'static str, String) {
        let Err(error) = self.open(runtime) else { panic!("the model opens: {}", self.manifest) };
        assert!(!error.hint().is_empty(), "a remedy is named for {error}");
        (error.code(), error.to_string())
    }
}

/// The scores of some requests in one batch.
pub fn scores(opened: &mut OpenedModel, requests: &[Request]) -> Vec<Result<Scored, InputFault>> {
    opened.model.score(opened.sessions[0].as_mut(), requests)
}

/// A model that reads two texts, of words for numbers.
pub fn text_folder() -> Folder {
    Folder::new(
        "task = \"score\"\nprecision = \"fp32\"\ninput = \"text\"\n\
         [files]\nmodel = { path = \"text.onnx\", blake3 = \"HASH:text.onnx\" }\n\
         tokenizer = { path = \"tokenizer.json\", blake3 = \"HASH:tokenizer.json\" }\n\
         [text]\nfirst = \"{prompt}\"\nsecond = \"{response}\"\nmax_tokens = 8\npad_id = 0\nids = \"ids\"\n\
         mask = \"mask\"\n\
         [score]\nname = \"logits\"\ndimensions = [\"overall\"]\n\
         [embedding]\nname = \"tokens\"\nlength = 4\npooling = \"mean\"\n\
         [reference]\nmean = [1.0]\nsd = [2.0]\n",
        &[("text.onnx", &data("text.onnx")), ("tokenizer.json", &data("tokenizer.json"))],
    )
}

/// A model over three numbers.
pub fn features_folder(model: &str, task: &str, output: &str, dimensions: &str) -> Folder {
    let file = format!("{model}.onnx");
    Folder::new(
        &format!(
            "task = \"{task}\"\nprecision = \"fp32\"\ninput = \"features\"\n\
             [files]\nmodel = {{ path = \"{file}\", blake3 = \"HASH:{file}\" }}\n\
             [features]\nname = \"x\"\ncolumns = [\"x\"]\nlength = 3\n\
             [score]\nname = \"{output}\"\ndimensions = [{dimensions}]\n"
        ),
        &[(&file, &data(&file))],
    )
}
