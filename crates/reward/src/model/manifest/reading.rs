//! The sections of a manifest, each read by a function of its own, and what they must agree on.

use tiebreak_toml_table::Table;

use super::remote::remote;
use super::template::{Field, TextTemplate};
use super::{
    EmbeddingOutput, FeaturesInput, FileEntry, Files, Filter, ImageInput, Input, Layout, Manifest, Padding,
    Pooling, Precision, Reference, Resize, Sampling, ScoreOutput, Side, Task, TextInput, Truncation,
    VideoInput,
};

/// The only version of the format so far.
const FORMAT: usize = 1;
/// Bounds of sizes in pixels; a tensor of the largest image takes 200 MB.
const PIXELS: std::ops::RangeInclusive<usize> = 1..=4096;
const MAX_TOKENS: std::ops::RangeInclusive<usize> = 1..=131_072;
const LENGTH: std::ops::RangeInclusive<usize> = 1..=1_048_576;

const TASKS: [(&str, Task); 4] = [
    ("score", Task::Score),
    ("scores", Task::Scores),
    ("pairwise", Task::Pairwise),
    ("embedding", Task::Embedding),
];
const PRECISIONS: [(&str, Precision); 3] =
    [("fp32", Precision::Fp32), ("fp16", Precision::Fp16), ("int8", Precision::Int8)];
const TRUNCATIONS: [(&str, Truncation); 3] = [
    ("longest_first", Truncation::LongestFirst),
    ("first", Truncation::First),
    ("second", Truncation::Second),
];
const SIDES: [(&str, Side); 2] = [("right", Side::Right), ("left", Side::Left)];
const PADDINGS: [(&str, Padding); 2] = [("longest", Padding::Longest), ("max", Padding::Max)];
const FILTERS: [(&str, Filter); 3] =
    [("bicubic", Filter::Bicubic), ("bilinear", Filter::Bilinear), ("lanczos", Filter::Lanczos)];
const LAYOUTS: [(&str, Layout); 4] =
    [("nchw", Layout::Nchw), ("nhwc", Layout::Nhwc), ("ntchw", Layout::Ntchw), ("ncthw", Layout::Ncthw)];
const SAMPLINGS: [(&str, Sampling); 2] = [("middles", Sampling::Middles), ("ends", Sampling::Ends)];
const POOLINGS: [(&str, Pooling); 3] =
    [("none", Pooling::None), ("mean", Pooling::Mean), ("cls", Pooling::Cls)];

/// Which sections an input wants.
#[derive(Clone, Copy)]
struct Sections {
    text: bool,
    image: bool,
    video: bool,
    features: bool,
}

const INPUTS: [(&str, Sections); 6] = [
    ("text", Sections { text: true, image: false, video: false, features: false }),
    ("image", Sections { text: false, image: true, video: false, features: false }),
    ("image_text", Sections { text: true, image: true, video: false, features: false }),
    ("video", Sections { text: false, image: true, video: true, features: false }),
    ("video_text", Sections { text: true, image: true, video: true, features: false }),
    ("features", Sections { text: false, image: false, video: false, features: true }),
];

pub(super) fn manifest(root: &Table) -> Option<Manifest> {
    root.wanted_number("format", FORMAT..=FORMAT, "1");
    let name = root.wanted_text("name", "\"…\", the model's name on the screen");
    let version = root.wanted_text("version", "\"1\"");
    let licence = root.wanted_text("licence", "\"Apache-2.0\", or whatever holds for the weights");
    let description = root.wanted_text("description", "\"…\", what it judges and how far to trust it");
    let task = root.wanted_word("task", &TASKS);
    let precision = root.wanted_word("precision", &PRECISIONS);
    let sections = root.wanted_word("input", &INPUTS);
    let is_pairwise = task == Some(Task::Pairwise);
    let files = root
        .wanted_table("files", "with model = { path = \"model.onnx\", blake3 = \"…\" }")
        .and_then(|table| files(&table, sections.is_some_and(|sections| sections.text)));
    let input = sections.and_then(|sections| input(root, sections, is_pairwise));
    let score = score(root, task);
    let embedding = embedding(root, task);
    let reference = reference(root, score.as_ref());
    let remote = remote(root);
    root.finish("a manifest");
    Some(Manifest {
        name: name?,
        version: version?,
        licence: licence?,
        description: description?,
        task: task?,
        precision: precision?,
        files: files?,
        input: input?,
        score,
        embedding,
        reference,
        remote,
    })
}

fn files(table: &Table, has_text: bool) -> Option<Files> {
    let model = table.wanted_table("model", "as { path = \"model.onnx\", blake3 = \"…\" }");
    let model = model.and_then(|table| file(&table));
    let tokenizer = if has_text {
        table.wanted_table("tokenizer", "as { path = \"tokenizer.json\", blake3 = \"…\" }")
    } else {
        table.table("tokenizer")
    };
    let tokenizer = tokenizer.and_then(|table| file(&table));
    if !has_text && table.has("tokenizer") {
        let what = "a tokenizer is given, and the model reads no text";
        table.fault("tokenizer", what, "leave it out, or change input");
    }
    let data = table.tables("data").unwrap_or_default();
    let data: Option<Vec<FileEntry>> = data.iter().map(file).collect();
    table.finish("[files]");
    Some(Files { model: model?, tokenizer, data: data? })
}

fn file(table: &Table) -> Option<FileEntry> {
    let path = table.wanted_text("path", "\"model.onnx\"");
    let blake3 = table.wanted_text("blake3", "\"…\", as b3sum prints it");
    table.finish("a file");
    let (path, blake3) = (path?, blake3?);
    if !is_inside(&path) {
        let hint = "write a path below the folder, parted by /, as in \"onnx/model.onnx\"";
        table.fault("path", format!("the path leaves the model's folder: {path:?}"), hint);
        return None;
    }
    if blake3.len() != 64 || !blake3.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        let hint = format!("write the 64 lower-case digits that `b3sum {path}` prints");
        table.fault("blake3", format!("{blake3:?} is no BLAKE3 hash"), hint);
        return None;
    }
    Some(FileEntry { path, blake3 })
}

/// Whether a path stays below the folder on every system: no root, no drive, no way up.
fn is_inside(path: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(['\\', ':', '\0']) && path.split('/').all(is_plain)
}

fn input(root: &Table, wanted: Sections, is_pairwise: bool) -> Option<Input> {
    let section = |key: &'static str, is_wanted: bool, why: &str| {
        if is_wanted {
            return root.wanted_table(key, why);
        }
        // Asked for all the same, so that a misspelt key may be one of these.
        if root.table(key).is_some() {
            let what = format!("[{key}] is given, and the model does not take it");
            root.fault(key, what, "leave it out, or change input");
        }
        None
    };
    let text = section("text", wanted.text, "which says how text becomes tokens");
    let image = section("image", wanted.image, "which says how images become numbers");
    let video = section("video", wanted.video, "with frames = 8");
    let features =
        section("features", wanted.features, "with name = \"…\", columns = [\"…\"] and length = 768");
    let text = text.and_then(|table| text_input(&table, is_pairwise, wanted.image));
    let image = image.and_then(|table| image_input(&table, is_pairwise, wanted.video));
    let video = video.and_then(|table| {
        let frames = table.wanted_number("frames", 1..=64, "8");
        let sampling = table.word("sampling", &SAMPLINGS).unwrap_or(Sampling::Middles);
        table.finish("[video]");
        Some(VideoInput { frames: frames?, sampling })
    });
    if wanted.video && is_pairwise {
        root.fault(
            "task",
            "a pairwise model cannot read videos",
            "write task = \"score\", or input = \"image\"",
        );
    }
    Some(match (wanted.image, wanted.video, wanted.text) {
        (false, _, true) => Input::Text(text?),
        (true, false, false) => Input::Image(image?),
        (true, false, true) => Input::ImageText(image?, text?),
        (true, true, false) => Input::Video(image?, video?),
        (true, true, true) => Input::VideoText(image?, video?, text?),
        (false, _, false) => Input::Features(features.and_then(|table| features_input(&table, is_pairwise))?),
    })
}

fn text_input(table: &Table, is_pairwise: bool, has_image: bool) -> Option<TextInput> {
    let first = table.wanted_text("first", "\"{prompt}\"");
    let first = first.and_then(|source| template(table, "first", &source));
    let second = table.text("second");
    let second = second.map(|source| template(table, "second", &source));
    let max_tokens = table.wanted_number("max_tokens", MAX_TOKENS, "512");
    let truncation = table.word("truncation", &TRUNCATIONS).unwrap_or(Truncation::LongestFirst);
    let truncation_side = table.word("truncation_side", &SIDES).unwrap_or(Side::Right);
    let padding = table.word("padding", &PADDINGS).unwrap_or(Padding::Longest);
    let pad_id = table.wanted_number("pad_id", 0..=u32::MAX, "0");
    let has_special_tokens = table.flag("special_tokens").unwrap_or(true);
    let ids_name = table.wanted_text("ids", "\"input_ids\", the model's input for token ids");
    let mask_name = table.text("mask");
    let types_name = table.text("types");
    table.finish("[text]");
    let (first, second) = (first?, second.map_or(Some(None), |second| second.map(Some))?);
    if second.is_none() && truncation == Truncation::Second {
        let hint = "write truncation = \"first\", or give a second sequence";
        table.fault("truncation", "there is no second sequence to be shortened", hint);
    }
    let has = |field| first.has(field) || second.as_ref().is_some_and(|second| second.has(field));
    let holds_pair = has(Field::ResponseA) && has(Field::ResponseB) && !has(Field::Response);
    let holds_single = !has(Field::ResponseA) && !has(Field::ResponseB);
    if is_pairwise && !has_image && !holds_pair {
        let hint = "write {response_a} and {response_b} in first or second";
        table.fault("first", "a pairwise model must read both responses", hint);
    } else if !is_pairwise && !holds_single {
        let hint = "write {response}, or task = \"pairwise\"";
        table.fault("first", "only a pairwise model reads two responses", hint);
    } else if !is_pairwise && !has_image && !has(Field::Response) {
        table.fault(
            "first",
            "the response does not occur in the text",
            "write {response} in first or second",
        );
    }
    Some(TextInput {
        first,
        second,
        max_tokens: max_tokens?,
        truncation,
        truncation_side,
        padding,
        pad_id: pad_id?,
        has_special_tokens,
        ids_name: ids_name?,
        mask_name,
        types_name,
    })
}

fn template(table: &Table, key: &'static str, source: &str) -> Option<TextTemplate> {
    match TextTemplate::read(source) {
        Ok(template) => Some(template),
        Err(what) => {
            table.fault(key, format!("{key:?} is no template: {what}"), "mend the braces in this text");
            None
        }
    }
}

fn image_input(table: &Table, is_pairwise: bool, has_video: bool) -> Option<ImageInput> {
    let name = table.wanted_text("name", "\"pixel_values\", the model's input");
    let second_name = second_name(table, is_pairwise);
    if !table.has("size") {
        table.missing("size", "size = [224, 224], width and height in pixels");
    }
    let size = table.number_list::<_, 2>("size", PIXELS);
    let shape = table.wanted_word("resize", &[("shortest_side", 0_u8), ("exact", 1), ("pad", 2)]);
    let shortest = table.number("shortest_side", PIXELS);
    let colour = table.number_list::<_, 3>("pad_colour", 0..=255_u8);
    for (key, owner) in [("shortest_side", 0_u8), ("pad_colour", 2)] {
        if table.has(key) && shape.is_some_and(|shape| shape != owner) {
            let words = ["\"shortest_side\"", "\"exact\"", "\"pad\""];
            let hint = format!("leave it out, or write resize = {}", words[usize::from(owner)]);
            table.fault(key, format!("{key:?} has no meaning with this resize"), hint);
        }
    }
    let filter = table.wanted_word("filter", &FILTERS);
    for key in ["mean", "sd"] {
        if !table.has(key) {
            table.missing(
                key,
                &format!("{key} = [0.5, 0.5, 0.5], for red, green and blue on a scale of 0 to 1"),
            );
        }
    }
    let mean = table.float_list::<3>("mean");
    let sd = table.float_list::<3>("sd");
    if sd.is_some_and(|sd| sd.iter().any(|sd| *sd <= 0.0)) {
        table.fault("sd", "a channel is divided by 0 or less", "write numbers above 0");
    }
    let layout = table.word("layout", &LAYOUTS).unwrap_or(Layout::Nchw);
    if layout.is_clip() && !has_video {
        let hint = "write layout = \"nchw\" or \"nhwc\", or input = \"video\"";
        table.fault("layout", "only a model of videos takes several frames at once", hint);
    }
    table.finish("[image]");
    let [width, height] = size?;
    let pixels = shortest.unwrap_or(width.max(height));
    if pixels < width.max(height) {
        let hint = format!("write at least {}", width.max(height));
        table.fault("shortest_side", "the shortest side is smaller than what is cut out", hint);
    }
    let resize = match shape? {
        0 => Resize::ShortestSide { pixels },
        1 => Resize::Exact,
        _ => Resize::Pad { colour: colour.unwrap_or_default() },
    };
    Some(ImageInput {
        name: name?,
        second_name,
        width,
        height,
        resize,
        filter: filter?,
        mean: mean?,
        sd: sd?,
        layout,
    })
}

fn features_input(table: &Table, is_pairwise: bool) -> Option<FeaturesInput> {
    let name = table.wanted_text("name", "\"…\", the model's input");
    let second_name = second_name(table, is_pairwise);
    if !table.has("columns") {
        table.missing("columns", "columns = [\"…\"], the columns of the data that hold the numbers");
    }
    let columns = table.one_or_more_texts("columns");
    let length = table.wanted_number("length", LENGTH, "768");
    let is_normalised = table.flag("normalise").unwrap_or_default();
    table.finish("[features]");
    let (columns, length) = (columns?, length?);
    let is_repeated = |(at, name): (usize, &String)| columns[..at].contains(name) || name.trim().is_empty();
    if columns.is_empty() || columns.iter().enumerate().any(is_repeated) {
        let hint = "write columns = [\"…\"], the name of each column once";
        table.fault("columns", "no column is named, or one is empty or named twice", hint);
    } else if columns.len() > length {
        let what = format!("{} columns are named, and the model takes {length} numbers", columns.len());
        table.fault("columns", what, "name as many columns as there are numbers, or one that holds a list");
    }
    Some(FeaturesInput { name: name?, second_name, columns, length, is_normalised })
}

/// The input for the second candidate, which pairwise models have and others have not.
fn second_name(table: &Table, is_pairwise: bool) -> Option<String> {
    if is_pairwise {
        return table.wanted_text("second_name", "\"…\", the model's input for the second candidate");
    }
    if table.has("second_name") {
        let hint = "leave it out, or write task = \"pairwise\"";
        table.fault("second_name", "only a pairwise model takes a second candidate", hint);
    }
    table.text("second_name")
}

fn score(root: &Table, task: Option<Task>) -> Option<ScoreOutput> {
    let table = match task {
        Some(Task::Score | Task::Scores | Task::Pairwise) => {
            root.wanted_table("score", "with name = \"logits\" and dimensions = [\"overall\"]")?
        }
        Some(Task::Embedding) | None => {
            let table = root.table("score")?;
            if task.is_some() {
                let hint = "leave it out, or write task = \"score\"";
                root.fault("score", "[score] is given, and the task is \"embedding\"", hint);
            }
            table
        }
    };
    let name = table.wanted_text("name", "\"logits\", the model's output");
    if !table.has("dimensions") {
        table.missing("dimensions", "dimensions = [\"overall\"], what each number is about");
    }
    let dimensions = table.texts("dimensions");
    table.finish("[score]");
    let dimensions = dimensions?;
    let wanted = match task {
        Some(Task::Score) if dimensions.len() != 1 => Some("a model with task = \"score\" gives 1 number"),
        Some(Task::Scores) if dimensions.len() < 2 => Some("a model with task = \"scores\" gives at least 2"),
        _ if dimensions.is_empty() => Some("a model gives at least 1 number"),
        _ => None,
    };
    if let Some(wanted) = wanted {
        let what = format!("{} dimensions are named, and {wanted}", dimensions.len());
        table.fault("dimensions", what, "name one dimension for each number, or change task");
    }
    let is_repeated = |(at, name): (usize, &String)| dimensions[..at].contains(name) || name.is_empty();
    if dimensions.iter().enumerate().any(is_repeated) {
        table.fault("dimensions", "a dimension is empty or named twice", "give each a name of its own");
    }
    Some(ScoreOutput { name: name?, dimensions })
}

fn embedding(root: &Table, task: Option<Task>) -> Option<EmbeddingOutput> {
    let table = if task == Some(Task::Embedding) {
        root.wanted_table("embedding", "with name = \"last_hidden_state\" and length = 384")?
    } else {
        root.table("embedding")?
    };
    if task == Some(Task::Pairwise) {
        let hint = "leave it out, or write another task";
        root.fault("embedding", "a pairwise model has no embedding of one candidate", hint);
    }
    let name = table.wanted_text("name", "\"last_hidden_state\", the model's output");
    let length = table.wanted_number("length", LENGTH, "384");
    let pooling = table.wanted_word("pooling", &POOLINGS);
    let is_normalised = table.flag("normalise").unwrap_or_default();
    table.finish("[embedding]");
    Some(EmbeddingOutput { name: name?, length: length?, pooling: pooling?, is_normalised })
}

fn reference(root: &Table, score: Option<&ScoreOutput>) -> Option<Reference> {
    let table = root.table("reference")?;
    for key in ["mean", "sd"] {
        if !table.has(key) {
            table.missing(key, &format!("{key} = [0.0], one number for each dimension"));
        }
    }
    let mean = table.floats("mean");
    let sd = table.floats("sd");
    table.finish("[reference]");
    let (mean, sd) = (mean?, sd?);
    let count = score.map_or(0, |score| score.dimensions.len());
    for (key, list) in [("mean", &mean), ("sd", &sd)] {
        if list.len() != count {
            let what = format!("{key:?} has {} numbers, and there are {count} dimensions", list.len());
            table.fault(key, what, "write one number for each dimension of [score]");
        }
    }
    if sd.iter().any(|sd| *sd <= 0.0) {
        table.fault("sd", "a standard deviation is 0 or less", "write numbers above 0");
    }
    Some(Reference { mean, sd })
}
