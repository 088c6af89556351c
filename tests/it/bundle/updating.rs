//! An AppImage that finds the next version of itself, installs it and starts again, and what it refuses. Where
//! `TIEBREAK_TEST_UPDATE` names the older one, `TIEBREAK_TEST_UPDATE_TO` the newer with its signature beside it, and
//! `TIEBREAK_TEST_UPDATE_AT` the address (host and port) at which the older one looks (as `./check.sh update` does).

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::{Desktop, wait_until};

/// As far as the system keeps the name of the program.
const PROGRAM: &str = "tiebreak-deskto";
/// Longer than a dialog takes to come after what it tells of.
const A_DIALOG: Duration = Duration::from_secs(2);

/// What is offered, and how often it was asked for.
#[derive(Default)]
struct Offer {
    version: String,
    signature: String,
    file: Vec<u8>,
    times_asked: usize,
}

/// Answers whoever looks for an update.
fn serve(listener: TcpListener, offer: Arc<Mutex<Offer>>) {
    let address = listener.local_addr().unwrap();
    let serving = std::thread::Builder::new().name("releases".to_owned());
    let answer = move |mut stream: TcpStream| -> std::io::Result<()> {
        let mut head = BufReader::new(stream.try_clone()?).lines();
        let first = head.next().transpose()?.unwrap_or_default();
        while head.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let mut offer = offer.lock().unwrap();
        let body = if first.starts_with("GET /latest.json ") {
            offer.times_asked += 1;
            let appimage = json!({"url": format!("http://{address}/file"), "signature": offer.signature});
            json!({"version": offer.version, "platforms": {"linux-x86_64-appimage": appimage}})
                .to_string()
                .into_bytes()
        } else {
            offer.file.clone()
        };
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
        stream.write_all(&body)
    };
    drop(serving.spawn(move || {
        listener.incoming().map_while(Result::ok).for_each(|stream| drop(answer(stream)));
    }));
}

/// An installed AppImage on a desktop whose owner allowed it to look for updates.
struct Installed {
    desktop: Desktop,
    appimage: PathBuf,
    offer: Arc<Mutex<Offer>>,
}

impl Installed {
    fn new(desktop: Desktop) -> Self {
        let appimage = desktop.program.path("Tiebreak.AppImage");
        std::fs::copy(&desktop.bundle, &appimage).unwrap();
        let configuration = desktop.program.path("home/.config/org.tiebreak.desktop");
        std::fs::create_dir_all(&configuration).unwrap();
        std::fs::write(configuration.join("look-for-updates"), "").unwrap();
        let offer = Arc::new(Mutex::new(Offer::default()));
        let address = std::env::var("TIEBREAK_TEST_UPDATE_AT").expect("where it looks is named");
        serve(TcpListener::bind(address).expect("nobody else listens there"), Arc::clone(&offer));
        Self { desktop, appimage, offer }
    }

    fn offer(&self, version: &str, signature: &str, file: &[u8]) {
        let (version, signature, file) = (version.to_owned(), signature.to_owned(), file.to_owned());
        *self.offer.lock().unwrap() = Offer { version, signature, file, times_asked: 0 };
    }

    /// Starts it and agrees to what it offers.
    fn start_and_agree(&self) -> Child {
        let mut command = Command::new(&self.appimage);
        let command = self.desktop.at_home(command.arg("p.tiebreak"));
        // Mounting wants rights that a test has not.
        let child = command.env("APPIMAGE_EXTRACT_AND_RUN", "1").stderr(Stdio::null()).spawn().unwrap();
        wait_until("it asks whether to install", || self.windows() == 2);
        std::thread::sleep(A_DIALOG);
        assert!(self.desktop.xdotool(&["key", "Return"]));
        child
    }

    /// How many windows there are: its own, and dialogs.
    fn windows(&self) -> usize {
        let mut command = Command::new("xdotool");
        let found =
            self.desktop.at_home(command.args(["search", "--onlyvisible", "--name", "Tiebreak"])).output();
        String::from_utf8(found.unwrap().stdout).unwrap().lines().count()
    }

    fn is_asked(&self, times: usize) -> bool {
        self.offer.lock().unwrap().times_asked == times
    }

    fn kill(&self) {
        let running = self.desktop.processes_named(PROGRAM);
        drop(Command::new("kill").arg("-KILL").args(running).stderr(Stdio::null()).status());
    }

    fn end(&self) {
        self.kill();
        wait_until("it ends", || self.desktop.processes_named(PROGRAM).is_empty());
        wait_until("its web view ends", || self.desktop.web_views().is_empty());
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn an_appimage_installs_what_is_signed_for_it_and_nothing_else() {
    let Some(desktop) = Desktop::of_bundle_in("TIEBREAK_TEST_UPDATE") else { return };
    let newer = PathBuf::from(std::env::var_os("TIEBREAK_TEST_UPDATE_TO").expect("the newer is named"));
    let signature = std::fs::read_to_string(newer.with_extension("AppImage.sig")).unwrap();
    let (older, newer) = (std::fs::read(&desktop.bundle).unwrap(), std::fs::read(newer).unwrap());
    let installed = Installed::new(desktop);

    let tampered = [&newer[..], b" "].concat();
    // What was signed is what was offered once, under a version that is newer still.
    for (version, file) in [("0.1.1", &tampered), ("9.0.0", &newer)] {
        installed.offer(version, signature.trim(), file);
        let mut child = installed.start_and_agree();
        wait_until("the question goes", || installed.windows() == 1);
        wait_until("it says that it did not install", || installed.windows() == 2);
        assert!(std::fs::read(&installed.appimage).unwrap() == older, "{version}: nothing was replaced");
        installed.end();
        child.wait().unwrap();
    }

    installed.offer("0.1.1", signature.trim(), &newer);
    let mut child = installed.start_and_agree();
    let first = installed.desktop.processes_named(PROGRAM);
    wait_until("it is replaced", || std::fs::read(&installed.appimage).unwrap() == newer);
    // The newer one finds that there is nothing newer.
    wait_until("it starts again, and looks", || installed.is_asked(2));
    child.wait().unwrap();
    std::thread::sleep(A_DIALOG);
    assert_eq!(installed.windows(), 1, "it asks no more");
    let second = installed.desktop.processes_named(PROGRAM);
    assert!(second.len() == 1 && first != second, "{first:?}, then {second:?}");
    let arguments = std::fs::read(format!("/proc/{}/cmdline", second[0])).unwrap();
    assert!(String::from_utf8_lossy(&arguments).contains("p.tiebreak"), "the project is open again");
    installed.end();
    installed.desktop.program.expect(0, &["check", "p.tiebreak"]);
}
