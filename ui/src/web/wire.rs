//! The wire in a browser: calls by `fetch`, events as the server sends them, and the browser's own memory.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use egui::Context;
use js_sys::Uint8Array;
use serde::Deserialize;
use tiebreak_domain::{Event, ProjectKey, Request};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortSignal, EventSource, MessageEvent, RequestInit, Response, Storage};

use super::{decode, machine, page};
use crate::backend::http::{Answer, Arrived, PixelBody, Wire, answer_from_json, pixel_query};
use crate::pixel_form::{FLAT, flat_parts, form_of, rgba_from_flat};

/// How long a call may take that only reads or writes a little.
const SHORT_MS: u32 = 20_000;
/// How long one may take that decodes, searches or waits for long work.
const LONG_MS: u32 = 180_000;
/// How long to wait before events are asked for again after a failure; after each one more, twice as long.
const EVENTS_AGAIN_MS: i32 = 2_000;
/// The longest such wait.
const EVENTS_AGAIN_MOST_MS: i32 = 60_000;

/// The wire.
pub struct BrowserWire {
    inbox: Inbox,
    door: Rc<str>,
    form: String,
    storage: Option<Storage>,
}

/// Where everything arrives, and what wakes the interface then.
#[derive(Clone)]
struct Inbox {
    arrived: Rc<RefCell<VecDeque<Arrived>>>,
    ctx: Context,
}

impl Inbox {
    fn put(&self, arrived: Arrived) {
        self.arrived.borrow_mut().push_back(arrived);
        self.ctx.request_repaint();
    }

    fn put_event(&self, text: &str) {
        match serde_json::from_str::<Event>(text) {
            Ok(event) => self.put(Arrived::Event(Box::new(event))),
            Err(error) => tracing::warn!(%error, "an event makes no sense"),
        }
    }
}

impl BrowserWire {
    /// A wire to the door that the page names.
    pub fn start(ctx: Context) -> Self {
        let inbox = Inbox { arrived: Rc::default(), ctx };
        let door: Rc<str> = page::door_address().into();
        let window = web_sys::window();
        let storage = window.as_ref().and_then(|window| window.local_storage().ok()).flatten();
        if page::streams_events() {
            stream(inbox.clone(), &door, Rc::new(Cell::new(EVENTS_AGAIN_MS)));
        } else {
            spawn_local(ask_for_events(inbox.clone(), Rc::clone(&door)));
        }
        if let Some(window) = window {
            let online = inbox.clone();
            let online = Closure::<dyn FnMut()>::new(move || online.put(Arrived::Online));
            // Without it the network is tried again all the same, only later.
            let _ = window.add_event_listener_with_callback("online", online.as_ref().unchecked_ref());
            online.forget();
        }
        Self { inbox, door, form: page::picture_form(), storage }
    }
}

impl Wire for BrowserWire {
    fn call(&mut self, number: u64, request: &Request, project: Option<ProjectKey>) {
        let (inbox, door) = (self.inbox.clone(), Rc::clone(&self.door));
        let request = request.clone();
        let form = form_of(&request, &self.form).to_owned();
        spawn_local(async move {
            let answer = match pixel_query(&request, &form) {
                Some(query) => pixels(&format!("{door}/api/v1/pixels?{query}"), &request, &form).await,
                None => call(&format!("{door}/api/v1/call"), &request, project).await,
            };
            let answer = answer.unwrap_or_else(|error| {
                tracing::warn!(?error, "a call got no answer");
                Answer::Lost
            });
            inbox.put(Arrived::Answer { call: number, answer });
        });
    }

    fn arrived(&mut self) -> Option<Arrived> {
        self.inbox.arrived.borrow_mut().pop_front()
    }

    fn now_ms(&self) -> u64 {
        machine::monotonic_ms()
    }

    fn wake_after(&mut self, ms: u64) {
        self.inbox.ctx.request_repaint_after(Duration::from_millis(ms));
    }

    fn kept(&self) -> Vec<(String, String)> {
        let Some(storage) = &self.storage else { return Vec::new() };
        let names = (0..storage.length().unwrap_or(0)).filter_map(|index| storage.key(index).ok().flatten());
        let texts = names.filter_map(|name| {
            let text = storage.get_item(&name).ok().flatten()?;
            Some((name, text))
        });
        texts.collect()
    }

    fn keep(&mut self, name: &str, text: &str) -> bool {
        self.storage.as_ref().is_some_and(|storage| storage.set_item(name, text).is_ok())
    }

    fn forget(&mut self, name: &str) {
        if let Some(storage) = &self.storage {
            // What cannot be forgotten is sent again, and stored once all the same.
            let _ = storage.remove_item(name);
        }
    }

    fn fetch_file(&mut self, name: &str) {
        page::fetch_file(name);
    }

    fn ask_to_sign_in(&mut self) {
        page::ask_to_sign_in();
    }
}

/// A call. To a server of the page's own, with what no form of another site can send; to the door of the bundle, which
/// is at another address than the page, with nothing that a web view would have to ask leave for first.
async fn fetch(
    address: &str,
    body: Option<&str>,
    project: Option<ProjectKey>,
    patience_ms: u32,
) -> Result<Response, JsValue> {
    let window = web_sys::window().ok_or("there is no window")?;
    let options = RequestInit::new();
    options.set_signal(Some(&AbortSignal::timeout_with_u32(patience_ms)));
    if let Some(body) = body {
        options.set_method("POST");
        options.set_body(&JsValue::from_str(body));
    }
    let request = web_sys::Request::new_with_str_and_init(address, &options)?;
    if address.starts_with('/') {
        request.headers().set("X-Tiebreak", "1")?;
        if let Some(project) = project {
            request.headers().set("X-Tiebreak-Project", &project.to_string())?;
        }
        if body.is_some() {
            request.headers().set("Content-Type", "application/json")?;
        }
    }
    JsFuture::from(window.fetch_with_request(&request)).await?.dyn_into()
}

fn retry_after_s(response: &Response) -> Option<u64> {
    response.headers().get("Retry-After").ok().flatten()?.trim().parse().ok()
}

async fn text(response: &Response) -> Result<String, JsValue> {
    Ok(JsFuture::from(response.text()?).await?.as_string().unwrap_or_default())
}

async fn call(address: &str, request: &Request, project: Option<ProjectKey>) -> Result<Answer, JsValue> {
    let body = serde_json::to_string(request).expect("keys are strings and the writer is memory");
    let is_short = matches!(request, Request::Submit(_) | Request::SaveDraft { .. } | Request::Queue(_));
    let response = fetch(address, Some(&body), project, if is_short { SHORT_MS } else { LONG_MS }).await?;
    let text = text(&response).await?;
    Ok(answer_from_json(response.status(), retry_after_s(&response), &text))
}

async fn pixels(address: &str, request: &Request, form: &str) -> Result<Answer, JsValue> {
    let response = fetch(address, None, None, LONG_MS).await?;
    if response.status() != 200 {
        let text = text(&response).await?;
        return Ok(answer_from_json(response.status(), retry_after_s(&response), &text));
    }
    let body = Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec();
    let body = match PixelBody::parse(request, &body) {
        Ok(body) => body,
        Err(error) => return Ok(Answer::unreadable(error)),
    };
    let mut stretches = Vec::new();
    for stretch in &body.stretches {
        stretches.push(if form != "raw" && body.is_pictures() {
            let (is_clear, picture) =
                flat_parts(stretch).filter(|_| form == FLAT).unwrap_or((false, *stretch));
            match decode::rgba_from_picture(picture).await {
                Ok(rgba) if is_clear => rgba_from_flat(&rgba),
                Ok(rgba) => rgba,
                Err(error) => {
                    return Ok(Answer::unreadable(format!("the browser decodes no picture: {error:?}")));
                }
            }
        } else {
            (*stretch).into()
        });
    }
    Ok(body.into_reply(stretches).map_or_else(Answer::unreadable, |reply| Answer::reply(Ok(reply))))
}

/// Listens to the events that the server sends. The browser connects again by itself, unless it was turned away; then
/// that is done here, after `wait_ms`.
fn stream(inbox: Inbox, door: &str, wait_ms: Rc<Cell<i32>>) {
    let address = format!("{door}/api/v1/events");
    let Ok(source) = EventSource::new(&address) else { return };
    let on_message = {
        let inbox = inbox.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            inbox.put_event(&message.data().as_string().unwrap_or_default());
        })
    };
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let on_missed = {
        let inbox = inbox.clone();
        Closure::<dyn FnMut()>::new(move || inbox.put(Arrived::EventsMissed))
    };
    // Listening to a name cannot fail.
    let _ = source.add_event_listener_with_callback("missed", on_missed.as_ref().unchecked_ref());
    let is_first = RefCell::new(true);
    let on_open = {
        let (inbox, wait_ms) = (inbox.clone(), Rc::clone(&wait_ms));
        Closure::<dyn FnMut()>::new(move || {
            wait_ms.set(EVENTS_AGAIN_MS);
            if !is_first.replace(false) {
                inbox.put(Arrived::EventsMissed);
            }
        })
    };
    source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    let (closed, door) = (source.clone(), door.to_owned());
    let on_error = Closure::<dyn FnMut()>::new(move || {
        if closed.ready_state() == EventSource::CLOSED {
            closed.set_onerror(None);
            let (inbox, door, wait_ms) = (inbox.clone(), door.clone(), Rc::clone(&wait_ms));
            spawn_local(async move {
                let waited_ms = wait_ms.get();
                wait_ms.set((waited_ms * 2).min(EVENTS_AGAIN_MOST_MS));
                pause(waited_ms).await;
                stream(inbox.clone(), &door, wait_ms);
                inbox.put(Arrived::EventsMissed);
            });
        }
    });
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    // They are called as long as the page lives. Those of a stream that was turned away are never freed: that is a few
    // hundred bytes, each minute at most while the server is away.
    on_message.forget();
    on_missed.forget();
    on_open.forget();
    on_error.forget();
}

#[derive(Deserialize)]
struct Events {
    next: u64,
    events: Vec<serde_json::Value>,
    #[serde(default)]
    missed: bool,
}

/// Asks for events again and again, where the door cannot send them by itself.
async fn ask_for_events(inbox: Inbox, door: Rc<str>) {
    let mut since = 0;
    let mut wait_ms = EVENTS_AGAIN_MS;
    loop {
        let address = format!("{door}/api/v1/events?since={since}");
        let heard = async {
            let response = fetch(&address, None, None, LONG_MS).await?;
            let text = text(&response).await?;
            serde_json::from_str::<Events>(&text).map_err(|error| JsValue::from_str(&error.to_string()))
        };
        match heard.await {
            Ok(heard) => {
                since = heard.next;
                wait_ms = EVENTS_AGAIN_MS;
                if heard.missed {
                    inbox.put(Arrived::EventsMissed);
                }
                for event in heard.events {
                    inbox.put_event(&event.to_string());
                }
            }
            Err(error) => {
                tracing::warn!(?error, "no events could be had");
                pause(wait_ms).await;
                wait_ms = (wait_ms * 2).min(EVENTS_AGAIN_MOST_MS);
            }
        }
    }
}

async fn pause(ms: i32) {
    let waiting = js_sys::Promise::new(&mut |resolve, _reject| {
        let window = web_sys::window();
        // Without a window nothing waits for events either.
        let _ =
            window.map(|window| window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms));
    });
    let _ = JsFuture::from(waiting).await;
}
