//! A way to the database on which the server hears only after a while that a connection was closed, as it does on a
//! busy machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use postgres::config::Host;
use tiebreak_store::ProjectPlace;

use crate::backend::server;

/// Terminate, of PostgreSQL's protocol.
const GOODBYE: &[u8] = b"X\0\0\0\x04";
const LATE_BY: Duration = Duration::from_millis(500);

type Reads = Box<dyn Read + Send>;
type Writes = Box<dyn Write + Send>;

/// The same place, reached on this way.
pub fn to(place: &ProjectPlace) -> ProjectPlace {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config: postgres::Config = server().unwrap().parse().unwrap();
    let name = place.to_string().rsplit('#').next().unwrap().to_owned();
    let password = config.get_password().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
    let address = format!(
        "postgres://{}:{}@{}/{}#{name}",
        config.get_user().unwrap(),
        password.unwrap_or_default(),
        listener.local_addr().unwrap(),
        config.get_dbname().unwrap(),
    );
    run("late-goodbye", move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let (mut answers, asked) = connect(&config);
            let asks = client.try_clone().unwrap();
            run("late-asks", move || pass_on(asks, asked));
            run("late-answers", move || {
                let _ = std::io::copy(&mut answers, &mut client);
            });
        }
    });
    ProjectPlace::from_text(&address).unwrap()
}

fn run(name: &str, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).unwrap();
}

fn pass_on(mut from: TcpStream, mut to: Writes) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if bytes[..count].ends_with(GOODBYE) {
            std::thread::sleep(LATE_BY);
        }
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
}

fn connect(config: &postgres::Config) -> (Reads, Writes) {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match &config.get_hosts()[0] {
        Host::Tcp(host) => {
            let server = TcpStream::connect((host.as_str(), port)).unwrap();
            (Box::new(server.try_clone().unwrap()), Box::new(server))
        }
        #[cfg(unix)]
        Host::Unix(folder) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            let server = std::os::unix::net::UnixStream::connect(socket).unwrap();
            (Box::new(server.try_clone().unwrap()), Box::new(server))
        }
    }
}
