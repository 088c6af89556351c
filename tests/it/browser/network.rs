//! The network, cut and mended between a browser and the server: nothing that was judged is lost or doubled, and the
//! page says what waits.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Served, is_asked_for};
use crate::doors::{KEYS, REST, assert_left, import_items};
use crate::driver::{chromium, in_background};
use crate::program::Program;

/// A wire that can be cut.
struct Cable {
    place: String,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let (is_cut, open) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let cable = Self { place, is_cut: Arc::clone(&is_cut), open: Arc::clone(&open) };
        let server = server.to_owned();
        in_background(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(served) = TcpStream::connect(&server) else { continue };
                let ends = [&browser, &served].map(|end| end.try_clone().unwrap());
                open.lock().unwrap().extend(ends);
                let back = (served.try_clone().unwrap(), browser.try_clone().unwrap());
                in_background(move || pass(browser, served));
                in_background(move || pass(back.0, back.1));
            }
        });
        cable
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for end in self.open.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn what_is_judged_while_the_network_is_away_is_sent_later_even_by_another_page() {
    if !is_asked_for() {
        return;
    }
    let program = Program::new();
    import_items(&program);
    {
        let served = Served::start(&program, "p.tiebreak");
        let cable = Cable::to(served.place());
        let link = served.link.replace(served.place(), &cable.place);
        let browser = chromium(&program.path("profile"));
        browser.resize(1280, 860);
        browser.go(&link);
        browser.wait_for_item();
        let press = |keys: &[&[&str]]| {
            for keys in keys {
                browser.keys(keys);
                thread::sleep(REST);
            }
        };
        let (before, after) = KEYS.split_at(2);
        press(before);
        browser.wait_until_saved();
        cable.cut();
        // As many as are ready: the next ones cannot be fetched now.
        let (meanwhile, after) = after.split_at(1);
        press(meanwhile);
        browser.wait_for("return document.documentElement.dataset.waiting === '2'");
        browser.wait_for("return document.documentElement.dataset.network === 'away'");
        let kept =
            browser.script("return Object.keys(localStorage).filter(name => /waiting/.test(name)).length");
        assert_eq!(kept, 2, "they are kept in the browser's own memory");
        browser.go("about:blank");
        cable.mend();
        browser.go(&format!("http://{}/", cable.place));
        browser.wait_for_item();
        browser.wait_until_saved();
        let kept =
            browser.script("return Object.keys(localStorage).filter(name => /waiting/.test(name)).length");
        assert_eq!(kept, 0, "what the server has is forgotten in the browser");
        press(after);
        browser.wait_until_saved();
    }
    assert_left(&program);
}
