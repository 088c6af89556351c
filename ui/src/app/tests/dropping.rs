//! A file that is dropped on the window takes no dialog's place in which something was begun.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody reads it here".to_owned())
    }
}

fn drop_file(bench: &mut Bench, path: &str) {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 860.0))),
        dropped_files: vec![Arc::new(Dropped(path.into()))],
        focused: true,
        ..RawInput::default()
    };
    let app = &mut bench.app;
    let output = bench.ctx.run_ui(input, |ui| {
        app.logic(&ui.ctx().clone());
        app.ui(ui);
    });
    output.drop_without_applying_deltas();
}

#[test]
fn a_dropped_file_waits_for_what_is_open() {
    let mut bench = Bench::open(saved);
    bench.app.dialog = Some(Dialog::unratable("it is cut off"));
    drop_file(&mut bench, "/pairs.jsonl");
    assert!(matches!(bench.app.dialog, Some(Dialog::Unratable(_))), "own words are not thrown away");
    let told = bench.app.notices.list().iter().map(|notice| notice.message.as_str()).collect::<Vec<_>>();
    assert_eq!(told, ["Save or close what is open here first, and drop the file again"]);
    for untouched in [Dialog::keys(), Dialog::unratable(""), Dialog::import(None)] {
        bench.app.dialog = Some(untouched);
        drop_file(&mut bench, "/pairs.jsonl");
        let dialog = format!("{:?}", bench.app.dialog);
        assert!(dialog.contains("\"/pairs.jsonl\""), "{dialog}");
    }
    drop_file(&mut bench, "/more.jsonl");
    let dialog = format!("{:?}", bench.app.dialog);
    assert!(dialog.contains("\"/more.jsonl\""), "nothing was said yet of how the first is read: {dialog}");
}
