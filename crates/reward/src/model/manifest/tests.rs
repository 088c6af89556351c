use super::*;

const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

fn text_manifest() -> String {
    format!(
        r#"format = 1
name = "Harmlessness, small"
version = "1"
licence = "Apache-2.0"
description = "A weak, real reward model"
task = "score"
precision = "fp16"
input = "text"

[files]
model = {{ path = "model_fp16.onnx", blake3 = "{HASH}" }}
tokenizer = {{ path = "tokenizer.json", blake3 = "{HASH}" }}

[text]
first = "{{prompt:last 200}}"
second = "{{response:first 500}}"
max_tokens = 128
pad_id = 0
ids = "input_ids"
mask = "attention_mask"
types = "token_type_ids"

[score]
name = "logits"
dimensions = ["harmlessness"]

[reference]
mean = [0.25]
sd = [1]
"#
    )
}

fn faults(text: &str) -> Vec<String> {
    let error = Manifest::read(text).expect_err("the text is wrong");
    for fault in error.faults() {
        assert!(!fault.hint.is_empty(), "each fault has a remedy: {fault:?}");
    }
    error.faults().iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect()
}

#[test]
fn a_text_model_is_read() {
    let manifest = Manifest::read(&text_manifest()).unwrap();
    let text = manifest.input.text().unwrap();
    assert_eq!(manifest.dimensions(), ["harmlessness"]);
    assert_eq!(text.truncation, Truncation::LongestFirst, "the usual truncation");
    let texts = Texts { prompt: &"ä".repeat(300), response: "yes", second_response: "" };
    assert_eq!(text.first.fill(&texts), "ä".repeat(200), "characters are counted, not bytes");
    assert_eq!(text.second.as_ref().unwrap().fill(&texts), "yes", "a short text is taken whole");
    assert_eq!(manifest.reference.unwrap().sd, [1.0], "a whole number is a number");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let wrong = |from: &str, to: &str| {
        let text = text_manifest();
        assert!(text.contains(from), "the test changes something: {from}");
        faults(&text.replace(from, to))
    };
    assert_eq!(wrong("task = \"score\"", "task = \"skore\""), ["6: \"skore\" is no value of \"task\""]);
    assert_eq!(wrong("max_tokens = 128", "max_tokns = 128").len(), 2, "one is missing, one is unknown");
    assert_eq!(wrong("max_tokens = 128", "max_tokens = 0"), ["17: \"max_tokens\" is 0"]);
    assert_eq!(
        wrong("\"tokenizer.json\"", "\"../tokenizer.json\""),
        ["12: the path leaves the model's folder: \"../tokenizer.json\""]
    );
    for path in ["/etc/passwd", "C:/model.onnx", "a\\\\..\\\\b", "a//b", "./m"] {
        assert_eq!(wrong("model_fp16.onnx", path).len(), 1, "{path} is no path below the folder");
    }
    assert_eq!(wrong(HASH, "abc"), ["11: \"abc\" is no BLAKE3 hash", "12: \"abc\" is no BLAKE3 hash"]);
    assert_eq!(
        wrong("[\"harmlessness\"]", "[\"a\", \"b\"]"),
        [
            "25: 2 dimensions are named, and a model with task = \"score\" gives 1 number",
            "28: \"mean\" has 1 numbers, and there are 2 dimensions",
            "29: \"sd\" has 1 numbers, and there are 2 dimensions"
        ]
    );
    assert_eq!(wrong("sd = [1]", "sd = [0.0]"), ["29: a standard deviation is 0 or less"]);
    assert_eq!(wrong("sd = [1]", "sd = [nan]"), ["29: \"sd\" is a number with a point"]);
    assert_eq!(
        wrong("{response:first 500}", "{respond}"),
        ["16: \"second\" is no template: {respond} stands for nothing; there are {prompt}, {response}, and \
             for pairwise models {response_a} and {response_b}"]
    );
    assert_eq!(
        wrong("{response:first 500}", "no field"),
        ["15: the response does not occur in the text"],
        "a score that does not look at the candidate is a slip"
    );
    assert_eq!(wrong("input = \"text\"", "input = \"features\"").len(), 3, "text, tokenizer and features");
    assert_eq!(wrong("[text]", "[text").len(), 1, "not TOML, and nothing else is said");
    assert_eq!(wrong("format = 1", "format = 2"), ["1: \"format\" is 2"]);
}

#[test]
fn a_misspelt_key_names_the_right_one() {
    let error = Manifest::read(&text_manifest().replace("licence =", "license =")).unwrap_err();
    let fault = error.faults().iter().find(|fault| fault.what.contains("license")).unwrap();
    assert_eq!((fault.line, fault.hint.as_str()), (4, "did you mean \"licence\"?"));
}

#[test]
fn images_videos_and_features_are_read() {
    let head = text_manifest();
    let head = head.split("[files]").next().unwrap();
    let rest = |input: &str, task: &str, sections: &str| {
        let head = head.replace("\"text\"", &format!("{input:?}")).replace("\"score\"", &format!("{task:?}"));
        Manifest::read(&format!(
            "{head}[files]\nmodel = {{ path = \"m.onnx\", blake3 = \"{HASH}\" }}\n{sections}"
        ))
    };
    let image = "[image]\nname = \"x\"\nsize = [224, 224]\nresize = \"shortest_side\"\nfilter = \"bicubic\"\n\
                 mean = [0.5, 0.5, 0.5]\nsd = [0.5, 0.5, 0.5]\n";
    let score = "[score]\nname = \"y\"\ndimensions = [\"quality\"]\n";
    let manifest = rest("image", "score", &format!("{image}{score}")).unwrap();
    assert_eq!(manifest.input.image().unwrap().resize, Resize::ShortestSide { pixels: 224 });
    let manifest = rest("video", "score", &format!("{image}[video]\nframes = 8\n{score}")).unwrap();
    assert_eq!(*manifest.input.video().unwrap(), VideoInput { frames: 8, sampling: Sampling::Middles });
    let clip = image.replace("[image]", "[image]\nlayout = \"ncthw\"");
    let ends = "[video]\nframes = 8\nsampling = \"ends\"\n";
    let manifest = rest("video", "score", &format!("{clip}{ends}{score}")).unwrap();
    assert!(manifest.input.is_clip() && manifest.input.video().unwrap().sampling == Sampling::Ends);
    let error = rest("image", "score", &format!("{clip}{score}")).unwrap_err();
    assert_eq!(error.faults()[0].what, "only a model of videos takes several frames at once");
    let features = "[features]\nname = \"x\"\ncolumns = [\"x\"]\nlength = 768\nnormalise = true\n";
    assert!(rest("features", "score", &format!("{features}{score}")).is_ok());
    for (columns, what) in [
        ("columns = []", "no column is named"),
        ("columns = [\"a\", \"a\"]", "named twice"),
        ("columns = [\"a\", \" \"]", "empty"),
        ("columns = [\"a\", \"b\"]\nlength = 1", "2 columns are named, and the model takes 1 numbers"),
        ("", "\"columns\" is missing"),
    ] {
        let wrong = features.replace("columns = [\"x\"]", columns);
        let wrong = if columns.contains("length") { wrong.replace("length = 768\n", "") } else { wrong };
        let error = rest("features", "score", &format!("{wrong}{score}")).unwrap_err();
        assert!(error.to_string().contains(what), "{columns}: {error}");
    }
    let manifest =
        rest("features", "score", &format!("{features}{score}").replace("[\"x\"]", "\"x\"")).unwrap();
    assert_eq!(manifest.input.features().unwrap().columns, ["x"], "a single text is a list of one");
    let error = rest("features", "pairwise", &format!("{features}{score}")).unwrap_err();
    assert!(error.to_string().contains("\"second_name\" is missing"), "{error}");
    let embedding = "[embedding]\nname = \"z\"\nlength = 4\npooling = \"none\"\n";
    let manifest = rest("image", "embedding", &format!("{image}{embedding}")).unwrap();
    assert!(manifest.dimensions().is_empty());
    let error = rest("image", "score", &format!("{image}colour = 1\n{score}")).unwrap_err();
    assert_eq!(error.faults()[0].what, "\"colour\" is no key of [image]");
}

#[test]
fn braces_are_written_twice() {
    let template = TextTemplate::read("{{{prompt}}} {response:last 2}").unwrap();
    let texts = Texts { prompt: "p", response: "abc", second_response: "" };
    assert_eq!(template.fill(&texts), "{p} bc");
    assert!(TextTemplate::read("{prompt").is_err(), "not closed");
    assert!(TextTemplate::read("prompt}").is_err(), "not opened");
    assert!(TextTemplate::read("{prompt:middle 3}").is_err(), "no such part");
}

#[test]
fn a_model_on_a_server_is_read() {
    let with = |remote: &str| Manifest::read(&format!("{}\n[remote]\n{remote}", text_manifest()));
    let remote = with("address = \"http://localhost:8000/\"\nmodel = \"reward\"\n").unwrap().remote.unwrap();
    assert_eq!((remote.address.as_str(), remote.batches_in_flight), ("http://localhost:8000", 4));
    assert_eq!(remote.version, None, "the server chooses");
    for address in
        ["localhost:8000", "ftp://a.org", "http://", "https://user:secret@a.org", "http://a.org/?x"]
    {
        assert!(with(&format!("address = {address:?}\nmodel = \"m\"\n")).is_err(), "{address}");
    }
    for model in ["a/b", "..", "", "a b"] {
        assert!(with(&format!("address = \"http://a.org\"\nmodel = {model:?}\n")).is_err(), "{model:?}");
    }
    assert!(with("address = \"http://a.org\"\nmodel = \"m\"\nbatches_in_flight = 0\n").is_err());
}
