//! Tiny models of each kind, on every runtime there is: what they give is computed by hand.

use tiebreak_reward::model::{Candidate, InputFault, Request, RgbImage};

use super::folder::{Folder, data, features_folder, runtimes, scores, text_folder};

/// Row `id` of the table that tools/make_tiny_models.py writes.
fn row(id: usize) -> [f32; 4] {
    std::array::from_fn(|column| (((id * 4 + column) * 37 % 19) as f32 - 9.0) / 9.0)
}

fn logit(ids: &[usize]) -> f32 {
    ids.iter()
        .flat_map(|id| row(*id).into_iter().zip([1.0, 2.0, 3.0, 4.0]))
        .map(|(x, weight)| x * weight)
        .sum()
}

#[track_caller]
fn assert_near(found: f32, expected: f32, why: &str) {
    assert!((found - expected).abs() < 1e-4, "{why}: {found} for {expected}");
}

#[test]
fn a_text_model_gives_scores_and_embeddings_whatever_stands_beside_in_the_batch() {
    for runtime in runtimes() {
        let mut opened = text_folder().open(&runtime).unwrap();
        let requests = [
            Request::text("one", "two"),
            Request::text("ONE two", "three four five"),
            Request::text("one two three four five six", "seven eight"),
        ];
        let given = scores(&mut opened, &requests);
        let ids = [vec![2, 4, 3, 5, 3], vec![2, 4, 5, 3, 6, 7, 8, 3], vec![2, 4, 5, 6, 3, 10, 11, 3]];
        for (given, ids) in given.iter().zip(&ids) {
            let given = given.as_ref().unwrap();
            assert_near(given.scores[0], logit(ids), "the mask leaves filling out");
            let mean = ids.iter().map(|id| row(*id)[1]).sum::<f32>() / ids.len() as f32;
            assert_near(
                given.embedding.as_ref().unwrap()[1],
                mean,
                "the mean over tokens leaves filling out",
            );
        }
        let tokens = opened.model.tokens(&requests[2]).unwrap().unwrap();
        let found: Vec<usize> = tokens.ids.iter().map(|id| *id as usize).collect();
        assert_eq!(found, ids[2], "the longer one is shortened to 8 tokens in all, not to the 4 of the file");
        assert_eq!(tokens.types, [0, 0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(opened.model.standardised(&[5.0]), [2.0], "less the mean, in deviations");
    }
}

#[test]
fn a_pairwise_model_holds_the_first_against_the_second() {
    let folder = Folder::new(
        "task = \"pairwise\"\nprecision = \"fp32\"\ninput = \"features\"\n\
         [files]\nmodel = { path = \"pair.onnx\", blake3 = \"HASH:pair.onnx\" }\n\
         [features]\nname = \"first\"\nsecond_name = \"second\"\ncolumns = [\"x\"]\nlength = 3\n\
         [score]\nname = \"better\"\ndimensions = [\"overall\"]\n",
        &[("pair.onnx", &data("pair.onnx"))],
    );
    for runtime in runtimes() {
        let mut opened = folder.open(&runtime).unwrap();
        let features = |numbers: [f32; 3]| Candidate::Features(numbers.as_slice().into());
        let (one, other) = (features([3.0, 1.0, 0.5]), features([1.0, 2.0, 0.25]));
        let pair = Request::of(one.clone()).against(other.clone());
        let turned = Request::of(other).against(one.clone());
        let given = scores(&mut opened, &[pair, turned, Request::of(one)]);
        assert_near(given[0].as_ref().unwrap().scores[0], 4.75, "2 + 2 + 0.75");
        assert_near(given[1].as_ref().unwrap().scores[0], -4.75, "turned round");
        assert!(matches!(given[2], Err(InputFault::WrongKind { found: "one", .. })), "{:?}", given[2]);
    }
}

#[test]
fn several_dimensions_come_in_the_order_of_the_manifest() {
    let folder = features_folder("scores", "scores", "scores", "\"a\", \"b\"");
    for runtime in runtimes() {
        let mut opened = folder.open(&runtime).unwrap();
        let request = |numbers: &[f32]| Request::of(Candidate::Features(numbers.into()));
        let given = scores(
            &mut opened,
            &[request(&[1.0, 2.0, 3.0]), request(&[1.0]), request(&[1.0, f32::NAN, 0.0])],
        );
        assert_eq!(given[0].as_ref().unwrap().scores, [7.0, 35.0]);
        assert_eq!(
            given[1],
            Err(InputFault::WrongLength { expected: 3, found: 1 }),
            "one bad input costs no other"
        );
        assert_eq!(given[2], Err(InputFault::FeaturesNotFinite));
        let text = scores(&mut opened, &[Request::text("a", "b")]);
        assert!(matches!(text[0], Err(InputFault::WrongKind { found: "text", .. })), "{:?}", text[0]);
    }
    let normalised = folder.with("length = 3", "length = 3\nnormalise = true");
    let mut opened = normalised.open(&runtimes()[0]).unwrap();
    let given = scores(&mut opened, &[Request::of(Candidate::Features(vec![3.0, 0.0, 4.0].into()))]);
    assert_near(given[0].as_ref().unwrap().scores[0], 0.6 + 1.6, "brought to length 1 first");
}

#[test]
fn images_with_text_and_videos_run_frame_by_frame() {
    let sections = |input: &str, video: &str| {
        format!(
            "task = \"score\"\nprecision = \"fp32\"\ninput = \"{input}\"\n\
             [files]\nmodel = {{ path = \"image_text.onnx\", blake3 = \"HASH:image_text.onnx\" }}\n\
             tokenizer = {{ path = \"tokenizer.json\", blake3 = \"HASH:tokenizer.json\" }}\n\
             [text]\nfirst = \"{{prompt}}\"\nmax_tokens = 6\npad_id = 0\nids = \"ids\"\n{video}\
             [image]\nname = \"pixels\"\nsize = [8, 8]\nresize = \"exact\"\nfilter = \"bilinear\"\n\
             mean = [0, 0, 0]\nsd = [1, 1, 1]\n\
             [score]\nname = \"score\"\ndimensions = [\"overall\"]\n"
        )
    };
    let files = [("image_text.onnx", data("image_text.onnx")), ("tokenizer.json", data("tokenizer.json"))];
    let files = files.each_ref().map(|(name, path)| (*name, path.as_path()));
    let grey = |level: u8| RgbImage { width: 4, height: 4, pixels: vec![level; 48].into() };
    let words: f32 = [2, 4, 3].iter().flat_map(|id| row(*id)).sum();
    for runtime in runtimes() {
        let mut opened = Folder::new(&sections("image_text", ""), &files).open(&runtime).unwrap();
        let request = Request { prompt: "one".into(), candidate: Candidate::Image(grey(51)), second: None };
        let given = scores(&mut opened, std::slice::from_ref(&request));
        assert_near(given[0].as_ref().unwrap().scores[0], 0.2 + words, "brightness and words");

        let video = Folder::new(&sections("video_text", "[video]\nframes = 3\n"), &files);
        let mut opened = video.open(&runtime).unwrap();
        let frames = |levels: &[u8]| Request {
            prompt: "one".into(),
            candidate: Candidate::Frames(levels.iter().map(|level| grey(*level)).collect()),
            second: None,
        };
        let given = scores(&mut opened, &[frames(&[0, 51, 255]), frames(&[255]), frames(&[0; 4]), request]);
        assert_near(given[0].as_ref().unwrap().scores[0], 0.4 + words, "the mean over frames");
        assert_near(given[1].as_ref().unwrap().scores[0], 1.0 + words, "a single frame");
        assert_eq!(given[2], Err(InputFault::WrongFrames { least: 1, most: 3, found: 4 }));
        assert!(given[3].is_err(), "an image is no video");
    }
}

/// The tiny models of clips, in a folder.
fn clip_folder(model: &str, layout: &str) -> Folder {
    let has_text = model == "clip_text";
    let (input, tokenizer, text) = if has_text {
        (
            "video_text",
            "tokenizer = { path = \"tokenizer.json\", blake3 = \"HASH:tokenizer.json\" }\n",
            "[text]\nfirst = \"{prompt}\"\nmax_tokens = 6\npad_id = 0\nids = \"ids\"\n",
        )
    } else {
        ("video", "", "")
    };
    let file = format!("{model}.onnx");
    let sections = format!(
        "task = \"score\"\nprecision = \"fp32\"\ninput = \"{input}\"\n\
         [files]\nmodel = {{ path = \"{file}\", blake3 = \"HASH:{file}\" }}\n{tokenizer}{text}\
         [video]\nframes = 4\n\
         [image]\nname = \"clip\"\nsize = [8, 8]\nresize = \"exact\"\nfilter = \"bilinear\"\n\
         mean = [0, 0, 0]\nsd = [1, 1, 1]\nlayout = \"{layout}\"\n\
         [score]\nname = \"score\"\ndimensions = [\"overall\"]\n"
    );
    Folder::new(&sections, &[(&file, &data(&file)), ("tokenizer.json", &data("tokenizer.json"))])
}

#[test]
fn the_frames_of_a_clip_go_in_together_in_either_order_of_the_axes() {
    let even = |colour: [u8; 3]| RgbImage { width: 3, height: 2, pixels: colour.repeat(6).into() };
    let colours = [[0, 51, 255], [102, 0, 51], [255, 255, 0], [0, 204, 153]];
    let clip = |colours: &[[u8; 3]]| Request {
        prompt: "one".into(),
        candidate: Candidate::Frames(colours.iter().map(|colour| even(*colour)).collect()),
        second: None,
    };
    let turned: Vec<[u8; 3]> = colours.iter().rev().copied().collect();
    let expected = |colours: &[[u8; 3]]| -> f32 {
        let numbers = (0..3).flat_map(|channel| colours.iter().map(move |colour| colour[channel]));
        let weight = |at: usize| ((at * 37 % 19) as f32 - 9.0) / 9.0;
        numbers.enumerate().map(|(at, value)| weight(at) * f32::from(value) / 255.0).sum()
    };
    assert!((expected(&colours) - expected(&turned)).abs() > 0.1, "the order of frames matters");
    let words: f32 = [2, 4, 3].iter().flat_map(|id| row(*id)).sum();
    let bright = colours.concat().iter().map(|value| f32::from(*value) / 255.0).sum::<f32>() / 12.0;
    for runtime in runtimes() {
        for layout in ["ntchw", "ncthw"] {
            let mut opened = clip_folder(&format!("clip_{layout}"), layout).open(&runtime).unwrap();
            let given = scores(&mut opened, &[clip(&colours), clip(&turned), clip(&colours[..3])]);
            assert_near(given[0].as_ref().unwrap().scores[0], expected(&colours), layout);
            assert_near(given[1].as_ref().unwrap().scores[0], expected(&turned), layout);
            assert_eq!(given[2], Err(InputFault::WrongFrames { least: 4, most: 4, found: 3 }));
            let key = |clip: &Request| opened.model.input_key(clip).unwrap();
            assert_ne!(key(&clip(&colours)), key(&clip(&turned)), "the same frames in another order");
        }
        let mut opened = clip_folder("clip_text", "ncthw").open(&runtime).unwrap();
        let given = scores(&mut opened, &[clip(&colours)]);
        assert_near(given[0].as_ref().unwrap().scores[0], bright + words, "with words");
        let turned_axes = clip_folder("clip_ncthw", "ntchw");
        assert_eq!(turned_axes.fault(&runtime).0, "wrong_shape", "the file has the other order");
    }
}

#[test]
fn keys_tell_apart_what_the_model_tells_apart_and_nothing_else() {
    let folder = text_folder().with("\"{response}\"", "\"{response:first 3}\"");
    let model = folder.open(&runtimes()[0]).unwrap().model;
    let key = |prompt: &str, response: &str| model.input_key(&Request::text(prompt, response)).unwrap();
    assert_eq!(key("one", "two three"), key("one", "two four"), "what the template leaves out is no part");
    assert_ne!(key("one", "two"), key("two", "one"));
    assert_ne!(key("ab", "c"), key("a", "bc"), "parts are told apart");
    let other = text_folder().open(&runtimes()[0]).unwrap().model;
    assert_ne!(other.input_key(&Request::text("one", "two")).unwrap(), key("one", "two"), "another template");
    let longer = text_folder().with("max_tokens = 8", "max_tokens = 9").open(&runtimes()[0]).unwrap().model;
    assert_ne!(longer.model_key(), other.model_key(), "another length");
    assert_eq!(
        text_folder().open(&runtimes()[0]).unwrap().model.model_key(),
        other.model_key(),
        "the same again"
    );
}
