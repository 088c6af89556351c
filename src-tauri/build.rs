//! Tells Tauri which commands the page may be allowed to call.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&[
        "leave",
        "open_native_window",
        "stay_open",
        "take_opened",
    ]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the configuration and the capabilities make sense");
}
