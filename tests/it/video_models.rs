//! Reward models that look at videos, from outside: GIFs and numbered pictures without ffmpeg, films with it.

use std::path::Path;
use std::process::Command;

use crate::program::Program;

/// A model whose score is higher the later it grows bright, of four frames.
fn add_model(program: &Program) {
    let folder = program.path("clips");
    std::fs::create_dir(&folder).unwrap();
    let bytes =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/reward/tests/data/clip_ncthw.onnx"))
            .unwrap();
    let manifest = format!(
        "format = 1\nname = \"Clips\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"For a test\"\n\
         task = \"score\"\nprecision = \"fp32\"\ninput = \"video\"\n\
         [files]\nmodel = {{ path = \"model.onnx\", blake3 = \"{}\" }}\n\
         [video]\nframes = 4\n\
         [image]\nname = \"clip\"\nsize = [8, 8]\nresize = \"exact\"\nfilter = \"bilinear\"\n\
         mean = [0, 0, 0]\nsd = [1, 1, 1]\nlayout = \"ncthw\"\n\
         [score]\nname = \"score\"\ndimensions = [\"overall\"]\n",
        blake3::hash(&bytes).to_hex()
    );
    std::fs::write(folder.join("model.onnx"), bytes).unwrap();
    std::fs::write(folder.join("reward.toml"), manifest).unwrap();
    program.expect(0, &["models", "add", folder.to_str().unwrap()]);
}

/// Frames of 1 x 1 pixel, black or white, a tenth of a second each.
fn gif(frames: &[bool]) -> Vec<u8> {
    let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    for is_white in frames {
        file.extend_from_slice(&[0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2]);
        file.extend_from_slice(if *is_white { &[0x4c, 1, 0] } else { &[0x44, 1, 0] });
    }
    file.push(0x3b);
    file
}

/// Imports pairs of these videos of which the first is better, has them scored, and gives the report of it.
fn scored(program: &Program, code: i32, pairs: &[[&str; 2]]) -> serde_json::Value {
    let mut rows = "path_A,path_B,prompt,VQ,MQ,TA,Overall,fps_A,fps_B\n".to_owned();
    for (at, [better, worse]) in pairs.iter().enumerate() {
        rows.push_str(&format!("{better},{worse},a dawn {at},A,A,A,A,8,8\n"));
    }
    program.write("pairs.csv", rows);
    program.expect(0, &["import", "p.tiebreak", "pairs.csv", "--create", "--labels", "people"]);
    add_model(program);
    let told = program.expect(code, &["score", "p.tiebreak", "--model", "Clips", "--json"]).stdout;
    serde_json::from_str(&told).unwrap()
}

/// In how many of the pairs the model agrees with the people.
fn accuracy(program: &Program) -> f64 {
    let told = program.expect(0, &["report", "p.tiebreak", "--json"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&told).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let clips = rows.iter().find(|row| row["name"] == "Clips").unwrap_or_else(|| panic!("{told}"));
    clips["accuracy"]["estimate"].as_f64().unwrap_or_else(|| panic!("{clips}"))
}

#[test]
fn moving_pictures_are_scored_without_ffmpeg_and_what_is_broken_is_refused_by_name() {
    let program = Program::new();
    program.write("dawn.gif", gif(&[false, true]));
    program.write("dusk.gif", gif(&[true, false]));
    program.write("broken.gif", b"GIF89a\x01\0\x01\0\0\0\0");
    std::fs::create_dir(program.path("frames")).unwrap();
    // A folder of numbered pictures is a video as well.
    for (at, is_white) in [false, false, true, true].into_iter().enumerate() {
        program.write(&format!("frames/{at:04}.gif"), gif(&[is_white]));
    }
    let pairs = [["dawn.gif", "dusk.gif"], ["frames", "broken.gif"], ["dawn.gif", "gone.gif"]];
    let report = scored(&program, 3, &pairs);
    // The folder shows what the dawn does, and what is equal is scored once.
    assert_eq!((&report["scored"], &report["known"]), (&2.into(), &2.into()), "{report}");
    let refused: Vec<&str> =
        report["refused"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!(refused.len(), 2, "{report}");
    assert!(refused[0].starts_with("the GIF file is damaged") && refused[0].contains("broken.gif ("));
    assert!(refused[1].starts_with("the video is missing: gone.gif ("), "{refused:?}");
    assert!((accuracy(&program) - 1.0).abs() < 1e-9, "the dawn has the higher score");
}

#[test]
fn films_are_scored_where_there_is_ffmpeg() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("skipped: there is no ffmpeg");
        return;
    }
    let program = Program::new();
    for (name, from, to) in [("dawn.mp4", "black", "white"), ("dusk.mp4", "white", "black")] {
        let pattern =
            format!("color={from}:s=64x48:r=8:d=1[from];color={to}:s=64x48:r=8:d=1[to];[from][to]concat");
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", &pattern, "-pix_fmt", "yuv420p"])
            .arg(program.path(name))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let report = scored(&program, 0, &[["dawn.mp4", "dusk.mp4"]]);
    assert_eq!((&report["scored"], &report["refused_count"]), (&2.into(), &0.into()), "{report}");
    assert!((accuracy(&program) - 1.0).abs() < 1e-9, "the dawn has the higher score");
}
