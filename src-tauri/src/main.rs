//! Tiebreak as an installed program: the interface in the system's web view, the engine in this process.
//!
//! The page is the wasm build of `ui/` and comes out of the program itself. It reaches the engine through the scheme
//! `tiebreak:`, whose requests the same door answers that `tiebreak serve` has; media and pixels come that
//! way too, never as JSON. What a system adds to a page is here and nowhere else: a window, a menu, files that are
//! opened from outside, a notification when scoring ended, and updates ([`updates`]).
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod menu;
mod updates;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tauri::{AppHandle, Emitter as _, Manager as _, RunEvent, State};
use tauri::{WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_notification::NotificationExt as _;
use tiebreak_domain::Request;
use tiebreak_door::{Door, Hub, Site, scheme};
use tiebreak_engine::{Engine, Host, absolute_place};
use tiebreak_machine::{Leaving, Then};
#[cfg(target_os = "linux")]
use webkit2gtk::{WebProcessTerminationReason, WebViewExt as _};

/// The engine, and the door that leads to it.
struct Room {
    engine: Arc<Engine>,
    door: Arc<Door>,
}

/// Files that were opened from outside, until the page takes them.
type Opened = Mutex<Vec<PathBuf>>;

fn main() -> anyhow::Result<()> {
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            show(app);
            if let Some(file) = arguments.get(1) {
                open(app, &absolute_place(Path::new(&folder), Path::new(file)));
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .register_asynchronous_uri_scheme_protocol("tiebreak", |context, request, responder| {
            let door = Arc::clone(&context.app_handle().state::<Room>().door);
            tauri::async_runtime::spawn_blocking(move || responder.respond(scheme::answer(&door, request)));
        })
        .invoke_handler(tauri::generate_handler![leave, open_native_window, stay_open, take_opened])
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                leave_anyway(window.app_handle().clone());
            }
        })
        .manage(Opened::default())
        .menu(menu::build)
        .on_menu_event(menu::chosen)
        .setup(move |app| {
            let hub = Arc::new(Hub::default());
            let (heard, handle) = (Arc::clone(&hub), app.handle().clone());
            let host = Host { scores_in_background: true, ..tiebreak_machine::host() };
            let engine = Arc::new(Engine::new(host, move |event| {
                if let Some(words) = tiebreak_machine::notice_of(&event) {
                    let handle = handle.clone();
                    // Whether the window is looked at only its own thread knows, which may be waiting for the engine.
                    tauri::async_runtime::spawn_blocking(move || notify(&handle, &words));
                }
                heard.push(event);
            }));
            let door = Arc::new(Door::new(Arc::clone(&engine), hub, Site::default(), None));
            app.manage(Room { engine, door });
            open_window(app.handle(), file.as_deref())?;
            updates::look_if_allowed(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            urls.iter().filter_map(|url| url.to_file_path().ok()).for_each(|file| open(app, &file));
        }
        // What was acknowledged is on the disk already; closing only lets go of the project.
        RunEvent::Exit => drop(app.state::<Room>().engine.call(Request::CloseProject)),
        _ => {}
    });
    Ok(())
}

fn open_window(app: &AppHandle, file: Option<&Path>) -> anyhow::Result<()> {
    let file = file.map(|file| absolute_place(Path::new(""), file));
    let documents = app.path().document_dir().or_else(|_| app.path().home_dir()).unwrap_or_default();
    // Web views on Windows have no schemes of their own, only addresses.
    let address = if cfg!(windows) { "http://tiebreak.localhost" } else { "tiebreak://localhost" };
    let told = format!(
        "globalThis.tiebreakDoor = {}; globalThis.tiebreakOpened = {}; globalThis.tiebreakDocuments = {};",
        serde_json::json!(address),
        // A name that is no text is shown as far as it is one, and cannot be opened.
        serde_json::json!(file.as_deref().map(Path::to_string_lossy)),
        serde_json::json!(documents.to_string_lossy()),
    );
    let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Tiebreak")
        .inner_size(1280.0, 860.0)
        .min_inner_size(900.0, 600.0)
        .initialization_script(told)
        .on_navigation(|address| address.scheme() == "tauri" || address.host_str() == Some("tauri.localhost"))
        .build()?;
    #[cfg(target_os = "linux")]
    window.with_webview(|view| {
        // A page whose process broke off comes again: what it showed lives in the engine.
        view.inner().connect_web_process_terminated(|view, why| {
            if why != WebProcessTerminationReason::TerminatedByApi {
                view.reload();
            }
        });
    })?;
    Ok(())
}

/// Brings the window to the front.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize().and_then(|()| window.set_focus());
    }
}

/// Whether somebody leaves, and what for.
static LEAVING: LazyLock<Leaving> = LazyLock::new(Leaving::default);

/// Leaves as when somebody closes the window: the page puts away what was begun.
fn leave_and(app: &AppHandle, then: Then) {
    LEAVING.wish(then);
    let _ = app.get_webview_window("main").map(|window| window.close());
}

/// Leaves soon. The page puts away what was begun and leaves sooner; one that is dead does nothing.
fn leave_anyway(app: AppHandle) {
    let turn = LEAVING.ask();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(4));
        if LEAVING.is_unanswered(turn) {
            leave(app);
        }
    });
}

/// Nothing is lost any more.
#[tauri::command(async)]
fn leave(app: AppHandle) {
    match LEAVING.take() {
        Then::Quit => app.exit(0),
        Then::Native => updates::tell_failure(&app, open_native_window(app.clone())),
        Then::Restart => app.request_restart(),
    }
}

/// The page has something to ask before it leaves.
#[tauri::command]
fn stay_open() {
    LEAVING.call_off();
}

/// Hands a file to the interface, which knows what to do with it, and may not listen yet.
fn open(app: &AppHandle, file: &Path) {
    app.state::<Opened>().lock().unwrap_or_else(PoisonError::into_inner).push(file.to_owned());
    let _ = app.emit("opened", ());
}

/// The files that were opened since this was asked before.
#[tauri::command]
fn take_opened(opened: State<'_, Opened>) -> Vec<PathBuf> {
    std::mem::take(&mut *opened.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Tells something where nobody looks at the interface, which says it too.
fn notify(app: &AppHandle, words: &str) {
    let is_seen = app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false));
    if !is_seen {
        let _ = app.notification().builder().title("Tiebreak").body(words).show();
    }
}

/// Opens the open project in the native window instead, and leaves.
#[tauri::command(async)]
fn open_native_window(app: AppHandle) -> Result<(), String> {
    tiebreak_machine::hand_over(&app.state::<Room>().engine)?;
    app.exit(0);
    Ok(())
}
