//! Films made by ffmpeg, and a project of them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The films of the pair.
pub const CLIPS: [&str; 2] = ["a.mp4", "b.mp4"];

/// Makes a film that never stands still.
pub fn make(file: &Path, [width, height]: [u32; 2], per_second: u64, seed: &str, seconds: u64) {
    let pattern = format!(
        "testsrc2=size={width}x{height}:rate={per_second}:duration={seconds},noise=alls=8:allf=t:all_seed={seed}"
    );
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i", &pattern, "-c:v", "libx264"])
        .args(["-preset", "veryfast", "-crf", "28", "-pix_fmt", "yuv420p"])
        .arg(file)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "ffmpeg has libx264");
}

/// How many times faster than they play ffmpeg decodes both films at once.
pub fn alone(folder: &Path, seconds: u64) -> f64 {
    let started = Instant::now();
    let children = CLIPS.map(|clip| {
        Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(folder.join(clip))
            .args(["-map", "0:V:0", "-f", "null", "-"])
            .stdout(Stdio::null())
            .spawn()
            .expect("ffmpeg runs")
    });
    for mut child in children {
        assert!(child.wait().is_ok_and(|status| status.success()), "the film can be decoded");
    }
    seconds as f64 / started.elapsed().as_secs_f64()
}

/// A project of the pair, made by the program.
pub fn project(folder: &Path) -> String {
    let row = format!("{{\"prompt\":\"Bars\",\"video_a\":\"{}\",\"video_b\":\"{}\"}}\n", CLIPS[0], CLIPS[1]);
    std::fs::write(folder.join("rows.jsonl"), row).expect("room on the disk");
    import(folder, &folder.join("rows.jsonl"))
}

/// A project of rows, in a folder.
pub fn import(folder: &Path, rows: &Path) -> String {
    let file = folder.join("p.tiebreak");
    let status = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
        .arg("import")
        .args([&file, rows])
        .args(["--create", "--no-labels"])
        .env("TIEBREAK_HOME", folder.join("home"))
        .stdout(Stdio::null())
        .status()
        .expect("the program");
    assert!(status.success(), "the rows were imported");
    file.display().to_string()
}
