use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::*;
use crate::test_server::{Asked, TestServer, answer};

const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

fn manifest(address: &str, rest: &str) -> Manifest {
    let text = format!(
        "format = 1\nname = \"m\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"a test\"\ntask = \"score\"\n\
         precision = \"fp32\"\ninput = \"text\"\n[files]\nmodel = {{ path = \"m.onnx\", blake3 = \"{HASH}\" }}\n\
         tokenizer = {{ path = \"tokenizer.json\", blake3 = \"{HASH}\" }}\n[text]\nfirst = \"{{response}}\"\n\
         max_tokens = 8\npad_id = 0\nids = \"input_ids\"\nmask = \"attention_mask\"\n\
         [score]\nname = \"logits\"\ndimensions = [\"overall\"]\n\
         [embedding]\nname = \"vector\"\nlength = 2\npooling = \"none\"\n\
         [remote]\naddress = \"{address}\"\nmodel = \"reward\"\n{rest}"
    );
    Manifest::read(&text).unwrap()
}

fn metadata() -> Value {
    json!({
        "name": "reward", "versions": ["3"], "platform": "onnxruntime_onnx",
        "inputs": [
            { "name": "input_ids", "datatype": "INT64", "shape": [-1, -1] },
            { "name": "attention_mask", "datatype": "INT64", "shape": [-1, -1] },
        ],
        "outputs": [
            { "name": "logits", "datatype": "FP32", "shape": [-1, 1] },
            { "name": "vector", "datatype": "FP32", "shape": [-1, 2] },
        ],
    })
}

/// The score is the sum of the ids, so that batches can be told apart.
fn scores(request: &Value) -> Value {
    let shape: Vec<usize> = serde_json::from_value(request["inputs"][0]["shape"].clone()).unwrap();
    let ids: Vec<f64> = serde_json::from_value(request["inputs"][0]["data"].clone()).unwrap();
    let sums: Vec<f64> = ids.chunks(shape[1]).map(|row| row.iter().sum()).collect();
    let vectors: Vec<f64> = sums.iter().flat_map(|sum| [*sum, 1.0]).collect();
    json!({ "model_name": "reward", "outputs": [
        { "name": "vector", "datatype": "FP32", "shape": [shape[0], 2], "data": vectors },
        { "name": "logits", "datatype": "FP32", "shape": [shape[0], 1], "data": sums },
    ]})
}

fn reply(stream: &mut TcpStream, value: &Value) {
    answer(stream, "200 OK", "Content-Type: application/json\r\n", value.to_string().as_bytes());
}

/// A server that does what the protocol says, but for what the test has it do on `infer`.
fn server(infer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> TestServer {
    TestServer::start(move |asked, stream| match asked.path.as_str() {
        "/v2/models/reward/ready" => answer(stream, "200 OK", "", b""),
        "/v2/models/reward" => reply(stream, &metadata()),
        "/v2/models/reward/infer" => infer(asked, stream),
        _ => answer(stream, "404 Not Found", "", b"{\"error\":\"not found\"}"),
    })
}

fn good(asked: &Asked, stream: &mut TcpStream) {
    reply(stream, &scores(&serde_json::from_slice(&asked.body).unwrap()));
}

fn patience() -> Patience {
    let retries =
        Retries { times: 3, first_pause: Duration::from_millis(1), longest_pause: Duration::from_secs(2) };
    Patience { retries, ..Patience::default() }
}

fn open(server: &TestServer, rest: &str) -> Result<RemoteModel, RemoteError> {
    RemoteModel::open(&manifest(&server.at(""), rest), None, patience(), || 0.5, &|| false)
}

fn batch(ids: &[i32]) -> Vec<Tensor> {
    let tensor = |name: &str, numbers: Vec<i32>| Tensor {
        name: name.to_owned(),
        shape: vec![2, numbers.len() / 2],
        numbers: Numbers::Whole(numbers),
    };
    vec![tensor("input_ids", ids.to_vec()), tensor("attention_mask", vec![1; ids.len()])]
}

fn run_one(model: &RemoteModel) -> Result<Vec<Tensor>, RemoteError> {
    model.run(vec![batch(&[1, 2, 3, 4])], &|| false).remove(0)
}

#[test]
fn batches_come_back_in_order() {
    let server = server(good);
    let model = open(&server, "").unwrap();
    assert_eq!(model.outputs(), ["logits", "vector"]);
    let batches = (0..20).map(|at| batch(&[at, 1, at, 2])).collect();
    for (at, result) in model.run(batches, &|| false).into_iter().enumerate() {
        let outputs = result.unwrap();
        let at = at as f32;
        assert_eq!(outputs[0].numbers, Numbers::Float(vec![at + 1.0, at + 2.0]), "batch {at}");
        assert_eq!(outputs[1].shape, [2, 2]);
    }
    let asked = server.asked();
    let sent: Value = serde_json::from_slice(&asked.last().unwrap().body).unwrap();
    assert_eq!(sent["inputs"][0]["datatype"], "INT64", "as the server's metadata says");
    assert!(asked.iter().all(|asked| !asked.headers.contains_key("authorization")), "no token, no header");
}

#[test]
fn no_more_batches_are_in_flight_than_the_manifest_says() {
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let server = server(move |asked, stream| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Long enough for others to come if they may.
        thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        good(asked, stream);
    });
    let model = open(&server, "batches_in_flight = 2\n").unwrap();
    let run = || {
        let results = model.run((0..6).map(|at| batch(&[at, 1, at, 2])).collect(), &|| false);
        assert!(results.iter().all(Result::is_ok));
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            thread::Builder::new().name("test-run".to_owned()).spawn_scoped(scope, run).unwrap();
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 2, "two at once, over both threads");
}

#[test]
fn what_passes_is_tried_again_and_mistakes_are_not() {
    for (status, times) in [
        ("429 Too Many Requests", 4),
        ("500 Internal Server Error", 4),
        ("503 Service Unavailable", 4),
        ("400 Bad Request", 1),
        ("404 Not Found", 1),
        ("422 Unprocessable Entity", 1),
        ("301 Moved Permanently", 1),
        ("401 Unauthorized", 1),
    ] {
        let server =
            server(move |_, stream| answer(stream, status, "", b"{\"error\":\"what the server says\"}"));
        let error = run_one(&open(&server, "").unwrap()).unwrap_err();
        let asked = server.asked().iter().filter(|asked| asked.path.ends_with("/infer")).count();
        assert_eq!(asked, times, "{status}");
        if times > 1 || status.starts_with("400") {
            assert!(error.to_string().contains("what the server says"), "{error}");
        }
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn a_busy_server_gets_its_pause_and_then_the_batch() {
    let tries = AtomicUsize::new(0);
    let times = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = times.clone();
    let server = server(move |asked, stream| {
        seen.lock().unwrap().push(std::time::Instant::now());
        if tries.fetch_add(1, Ordering::SeqCst) == 0 {
            answer(stream, "429 Too Many Requests", "Retry-After: 1\r\n", b"");
        } else {
            good(asked, stream);
        }
    });
    assert!(run_one(&open(&server, "").unwrap()).is_ok());
    let times = times.lock().unwrap();
    assert!(times[1] - times[0] >= Duration::from_secs(1), "not before it asked for");
}

#[test]
fn a_server_that_wants_a_long_rest_is_given_up_on() {
    let server = server(|_, stream| answer(stream, "503 Service Unavailable", "Retry-After: 3600\r\n", b""));
    let error = run_one(&open(&server, "").unwrap()).unwrap_err();
    assert_eq!(error, RemoteError::Busy { pause: Duration::from_hours(1) });
}

#[test]
fn a_connection_that_breaks_is_tried_again() {
    let tries = AtomicUsize::new(0);
    let server = server(move |asked, stream| {
        // Hanging up without a word is what a server does that is restarted.
        if tries.fetch_add(1, Ordering::SeqCst) > 1 {
            good(asked, stream);
        }
    });
    assert!(run_one(&open(&server, "").unwrap()).is_ok());
    let gone = TestServer::start(|_, _| {});
    let error = open(&gone, "").err().unwrap();
    assert!(matches!(error, RemoteError::Connection { .. }), "{error}");
    assert_eq!(gone.asked().len(), 4);
}

#[test]
fn a_server_is_asked_whether_its_model_is_the_right_one() {
    let served = |metadata: Value| {
        TestServer::start(move |asked, stream| match asked.path.as_str() {
            "/v2/models/reward/versions/7/ready" => answer(stream, "200 OK", "", b""),
            _ => reply(stream, &metadata),
        })
    };
    let open = |metadata: Value| open(&served(metadata), "version = \"7\"\n");
    assert!(open(metadata()).is_ok(), "the version is part of the address");
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut metadata = metadata();
        change(&mut metadata);
        match open(metadata).err() {
            Some(RemoteError::OtherModel { what }) => what,
            other => panic!("this must be another model: {other:?}"),
        }
    };
    assert_eq!(wrong(&|it| it["outputs"][0]["name"] = json!("x")), "it has no output \"logits\"");
    assert_eq!(
        wrong(&|it| it["inputs"][1]["name"] = json!("types")),
        "it wants an input of which the manifest says nothing, \"types\""
    );
    assert_eq!(
        wrong(&|it| it["inputs"][0]["datatype"] = json!("FP32")),
        "the input \"input_ids\" is of type FP32"
    );
    assert_eq!(
        wrong(&|it| it["outputs"][0]["shape"] = json!([-1, 3])),
        "the output \"logits\" is of shape [-1, 3]"
    );
    assert_eq!(
        wrong(&|it| it["outputs"][1]["shape"] = json!([-1])),
        "the output \"vector\" is of shape [-1]"
    );
    let mut narrow = metadata();
    narrow["outputs"][0]["shape"] = json!([-1]);
    narrow["inputs"][0]["datatype"] = json!("INT32");
    assert!(open(narrow).is_ok(), "one number needs no axis, and 32 bits do");
    assert!(matches!(open(json!([1])).err(), Some(RemoteError::BadAnswer { .. })));
    let loading = TestServer::start(|_, stream| answer(stream, "400 Bad Request", "", b""));
    let error = super::tests::open(&loading, "").err().unwrap();
    assert_eq!(error, RemoteError::NotReady { model: "reward".to_owned() });
}

#[test]
fn a_token_goes_to_the_server_and_nowhere_else() {
    let server =
        server(|_, stream| answer(stream, "302 Found", "Location: http://127.0.0.1:9/\r\n", b"sesame"));
    let token = Secret::new("open-sesame").unwrap();
    let model = RemoteModel::open(&manifest(&server.at(""), ""), Some(&token), patience(), || 0.0, &|| false)
        .unwrap();
    assert!(
        matches!(run_one(&model), Err(RemoteError::Status { status: 302, .. })),
        "no redirect is followed"
    );
    assert!(server.asked().iter().all(|asked| asked.headers["authorization"] == "Bearer open-sesame"));
    let open_line = manifest("http://example.org", "");
    let error = RemoteModel::open(&open_line, Some(&token), patience(), || 0.0, &|| false).err().unwrap();
    assert!(matches!(error, RemoteError::OpenLine { .. }), "{error}");
    assert!(!format!("{error:?} {error}").contains("sesame"));
}

#[test]
fn numbers_travel_as_bytes_where_the_server_takes_them() {
    let server = TestServer::start(|asked, stream| match asked.path.as_str() {
        "/v2/models/reward/ready" => answer(stream, "200 OK", "", b""),
        "/v2/models/reward" => reply(stream, &metadata()),
        "/v2" => {
            reply(stream, &json!({ "name": "triton", "extensions": ["statistics", "binary_tensor_data"] }))
        }
        _ => {
            let json_bytes: usize = asked.headers["inference-header-content-length"].parse().unwrap();
            let (json, behind) = asked.body.split_at(json_bytes);
            let mut request: Value = serde_json::from_slice(json).unwrap();
            let ids: Vec<i64> =
                behind[..32].chunks(8).map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap())).collect();
            request["inputs"][0]["data"] = json!(ids);
            reply(stream, &scores(&request));
        }
    });
    let outputs = run_one(&open(&server, "").unwrap()).unwrap();
    assert_eq!(outputs[0].numbers, Numbers::Float(vec![3.0, 7.0]));
}

#[test]
fn a_cancel_hangs_up() {
    let is_asked = Arc::new(AtomicBool::new(false));
    let asked = is_asked.clone();
    let server = server(move |_, _| {
        asked.store(true, Ordering::SeqCst);
        thread::park();
    });
    let model = open(&server, "").unwrap();
    let results = model.run(vec![batch(&[1, 2, 3, 4]); 9], &|| is_asked.load(Ordering::SeqCst));
    assert!(results.iter().all(|result| *result == Err(RemoteError::Cancelled)));
    assert!(model.run(Vec::new(), &|| false).is_empty(), "and the model is of use afterwards");
}

/// What somebody else does meanwhile, for as long as a test waits; less than a server is waited for.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = std::sync::mpsc::channel();
    let work = move || done.send(work()).unwrap();
    thread::Builder::new().name("test-work".to_owned()).spawn(work).unwrap();
    is_done.recv_timeout(Duration::from_mins(1)).expect("nobody waits for a server that hangs")
}

#[test]
fn a_stop_hangs_up_on_a_server_that_never_says_whether_it_is_ready() {
    let server = TestServer::start(|_, _| thread::park());
    let manifest = manifest(&server.at(""), "");
    let is_asked = {
        let server = Arc::new(server);
        move || !server.asked().is_empty()
    };
    let opened = in_time(move || RemoteModel::open(&manifest, None, patience(), || 0.5, &is_asked).map(drop));
    assert_eq!(opened, Err(RemoteError::Cancelled));
}

#[test]
fn a_batch_with_a_server_that_hangs_is_given_up_when_somebody_stops_or_the_scorer_ends() {
    for is_stopped in [true, false] {
        let (tell, is_asked) = std::sync::mpsc::channel();
        let server = server(move |_, _| {
            tell.send(()).unwrap();
            thread::park();
        });
        let remote = Arc::new(open(&server, "").unwrap());
        let says_stop = Arc::new(AtomicBool::new(false));
        let is_cancelled: IsCancelled = {
            let says_stop = Arc::clone(&says_stop);
            Arc::new(move || says_stop.load(Ordering::SeqCst))
        };
        let mut session = RemoteSession::several(&remote, 1, &is_cancelled).remove(0);
        let is_ended = Arc::<AtomicBool>::default();
        session.heed(Arc::clone(&is_ended));
        let run = move || {
            let whole = |name| crate::model::runtime::InputTensor {
                name,
                shape: vec![1, 1],
                numbers: crate::model::runtime::Numbers::Whole(vec![1]),
            };
            session.run(&[whole("input_ids"), whole("attention_mask")], &["logits"])
        };
        let stop = if is_stopped { says_stop } else { is_ended };
        let given = in_time(move || {
            let run = thread::Builder::new().name("test-run".to_owned()).spawn(run).unwrap();
            is_asked.recv().unwrap();
            stop.store(true, Ordering::SeqCst);
            run.join().unwrap()
        });
        assert!(given.unwrap_err().contains("cancelled"));
    }
}

#[test]
fn a_manifest_without_a_server_opens_none() {
    let mut manifest = manifest("http://localhost:1", "");
    manifest.remote = None;
    let error = RemoteModel::open(&manifest, None, patience(), || 0.0, &|| false).err().unwrap();
    assert_eq!(error, RemoteError::NoServer);
}
