//! The page's own script, as far as the interface calls it (`web/page.js`).

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Where the engine's door is: what `/api/v1/…` is put behind.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = doorAddress)]
    pub fn door_address() -> String;

    /// In which form pictures are had: `raw`, `png`, `flat` or `jpeg`, or `mixed` ([`crate::pixel_form`]).
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = pictureForm)]
    pub fn picture_form() -> String;

    /// Whether the door streams events, or is asked for them again and again.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = streamsEvents)]
    pub fn streams_events() -> bool;

    /// Whether the settings belong to the browser.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = keepsSettings)]
    pub fn keeps_settings() -> bool;

    /// Whether paths of the engine's machine mean something here.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = knowsFiles)]
    pub fn knows_files() -> bool;

    /// The folder in which new files are suggested to be.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = documentsFolder)]
    pub fn documents_folder() -> String;

    /// A file that the program was told to open.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = openedFile)]
    pub fn opened_file() -> Option<String>;

    /// Asks for a file; gives its path, or nothing where none was picked.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = pick, catch)]
    pub async fn pick(kind: &str, suggested: &str) -> Result<JsValue, JsValue>;

    /// Calls `opened` with the path of each file that is opened from outside from now on.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = onOpened)]
    pub fn on_opened(opened: &Closure<dyn FnMut(String)>);

    /// Calls `closing` when the window around the page is to be closed; it is closed by [`close`], or after a while.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = onClosing)]
    pub fn on_closing(closing: &Closure<dyn FnMut()>);

    /// Closes the window around the page, where it is the page's to close.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = close)]
    pub fn close();

    /// The window around the page stays open: there is something to ask first.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = staysOpen)]
    pub fn stays_open();

    /// Says that nobody is signed in any more; the page comes again once somebody is.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = askToSignIn)]
    pub fn ask_to_sign_in();

    /// Brings a file that the engine wrote to whoever sits here.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = fetchFile)]
    pub fn fetch_file(name: &str);

    /// The first frame was painted.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = started)]
    pub fn started();

    /// The interface could not be started.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = failed)]
    pub fn failed(why: &str);

    /// So many judgments are not acknowledged, the network is there or away, and the browser keeps all of them or not.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = waits)]
    pub fn waits(judgments: u32, is_away: bool, cannot_keep: bool);

    /// Another item is on the screen; none if the text is empty.
    #[wasm_bindgen(js_namespace = tiebreakPage, js_name = shows)]
    pub fn shows(item: &str);
}
