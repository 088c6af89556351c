use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::test_server::{Asked, TestServer, answer, answer_of_length};

/// A model's files as an address gives them. Nothing here runs a model, so any bytes do.
#[derive(Clone)]
struct Source {
    manifest: String,
    model: Vec<u8>,
    tokenizer: Vec<u8>,
}

impl Source {
    fn new(name: &str, model_bytes: usize) -> Self {
        let model: Vec<u8> = (0..model_bytes).map(|at| (at * 31 % 251) as u8).collect();
        let tokenizer = b"{\"version\":\"1.0\"}".to_vec();
        let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        let manifest = format!(
            "format = 1\nname = \"{name}\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"a test\"\n\
             task = \"score\"\nprecision = \"fp32\"\ninput = \"text\"\n[files]\n\
             model = {{ path = \"onnx/model.onnx\", blake3 = \"{}\" }}\n\
             tokenizer = {{ path = \"tokenizer.json\", blake3 = \"{}\" }}\n[text]\nfirst = \"{{response}}\"\n\
             max_tokens = 8\npad_id = 0\nids = \"input_ids\"\n[score]\nname = \"s\"\ndimensions = [\"overall\"]\n",
            hash(&model),
            hash(&tokenizer)
        );
        Self { manifest, model, tokenizer }
    }

    fn write(&self, folder: &Path) {
        fs::create_dir_all(folder.join("onnx")).unwrap();
        fs::write(folder.join("reward.toml"), &self.manifest).unwrap();
        fs::write(folder.join("onnx/model.onnx"), &self.model).unwrap();
        fs::write(folder.join("tokenizer.json"), &self.tokenizer).unwrap();
    }

    /// Answers as a good server does, with ranges.
    fn serve(&self, asked: &Asked, stream: &mut TcpStream) {
        let body = match asked.path.as_str() {
            "/m/reward.toml" => self.manifest.as_bytes(),
            "/m/onnx/model.onnx" => &self.model,
            "/m/tokenizer.json" => &self.tokenizer,
            _ => return answer(stream, "404 Not Found", "", b""),
        };
        match asked.range_start() {
            Some(start) if asked.headers.get("if-range").is_some_and(|tag| tag == "\"v1\"") => {
                let range = format!("Content-Range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len());
                answer(stream, "206 Partial Content", &range, &body[start..]);
            }
            _ => answer(stream, "200 OK", "ETag: \"v1\"\r\n", body),
        }
    }
}

/// Patient enough for any machine, however busy; a test of a server that stalls is less so.
fn limits() -> InstallLimits {
    InstallLimits {
        total_bytes: 10_000_000,
        stall: Duration::from_mins(5),
        resumptions: 2,
        pause: Duration::from_millis(1),
        ..InstallLimits::default()
    }
}

fn folder(models: &Path, source: &Path) -> Result<Installed, InstallError> {
    from_folder(
        models,
        source,
        &limits(),
        &mut Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &|_, _| Ok(()) },
    )
}

fn address(models: &Path, address: &str) -> Result<Installed, InstallError> {
    from_address(
        models,
        address,
        &limits(),
        &mut Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &|_, _| Ok(()) },
    )
}

fn reason(result: Result<Installed, InstallError>) -> Reason {
    let error = result.expect_err("this must fail");
    assert!(!error.reason.hint().is_empty(), "each failure has a remedy: {error}");
    error.reason
}

/// What an outsider sees: no model, and nothing that looks like one.
fn assert_nothing_there(models: &Path) {
    assert_eq!(installed(models).unwrap(), [], "nothing is listed");
    let names: Vec<_> = fs::read_dir(models).map(|entries| entries.flatten().collect()).unwrap_or_default();
    assert!(
        names.iter().all(|entry| entry.file_name() == place::INCOMING),
        "nothing is half there: {names:?}"
    );
}

/// A serving closure that answers one path badly and everything else well.
fn server(
    source: &Source,
    bad_path: &'static str,
    bad: impl Fn(&Source, &Asked, &mut TcpStream) + Send + Sync + 'static,
) -> TestServer {
    let source = source.clone();
    TestServer::start(move |asked, stream| {
        if asked.path == bad_path { bad(&source, asked, stream) } else { source.serve(asked, stream) }
    })
}

const MODEL: &str = "/m/onnx/model.onnx";

fn models() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models");
    (folder, models)
}

mod by_address;
mod by_folder;
