//! Stands between kz and a server of buckets: counts what is asked, does one thing after the other as clouds do that
//! decide on each write, and does to requests and answers what nets and clouds do to them at times.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What is done to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It is refused, and not done.
    Refused(u16),
    /// It is not answered, and not done.
    Closed,
    /// It is done, and its answer says otherwise.
    Denied(u16),
    /// It is done, and its answer is lost.
    Lost,
    /// It is done, and half of its answer comes.
    Cut,
    /// It is not done, and nothing comes for a long time.
    Stalled,
}

/// Decides what happens to a request, by its number and its first line.
pub type Choice = Box<dyn FnMut(usize, &str) -> Fault + Send>;

/// Answers a request: its head and its body. Gives all of the answer.
pub type Answer = Box<dyn FnMut(&str, &[u8]) -> Vec<u8> + Send>;

pub struct Relay {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// The heads of all requests.
    heads: Mutex<Vec<String>>,
    choice: Mutex<Choice>,
    answer: Mutex<Answer>,
}

impl Relay {
    /// In front of a server on a port of this machine.
    pub fn to(port: u16) -> Relay {
        Relay::with(Box::new(move |head, body| forward(port, head, body).unwrap_or_default()))
    }

    /// In front of nothing.
    pub fn with(answer: Answer) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            heads: Mutex::default(),
            choice: Mutex::new(Box::new(|_, _| Fault::None)),
            answer: Mutex::new(answer),
        });
        let relay = Relay { address, shared: shared.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        relay
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn choose(&self, choice: impl FnMut(usize, &str) -> Fault + Send + 'static) {
        *self.shared.choice.lock().unwrap() = Box::new(choice);
    }

    /// The heads of the requests since this was last asked.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.heads.lock().unwrap())
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    stream.set_nodelay(true).ok();
    let Some((head, body)) = request(&mut stream) else { return };
    let line = head.lines().next().unwrap_or_default().to_owned();
    let number = {
        let mut heads = shared.heads.lock().unwrap();
        heads.push(head.clone());
        heads.len()
    };
    let fault = (shared.choice.lock().unwrap())(number, &line);
    let done = || (shared.answer.lock().unwrap())(&head, &body);
    let sent = match fault {
        Fault::None => stream.write_all(&done()),
        Fault::Refused(status) => stream.write_all(&refusal(status)),
        Fault::Denied(status) => {
            done();
            stream.write_all(&refusal(status))
        }
        Fault::Closed => Ok(()),
        Fault::Lost => {
            done();
            Ok(())
        }
        Fault::Cut => {
            let answer = done();
            stream.write_all(&answer[..answer.len() - 1])
        }
        Fault::Stalled => {
            std::thread::sleep(Duration::from_secs(2));
            Ok(())
        }
    };
    sent.ok();
    stream.shutdown(Shutdown::Both).ok();
}

/// The head and the body of a request.
fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 << 10];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut piece).ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&piece[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length: usize = header(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        match stream.read(&mut piece).ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&piece[..count]),
        }
    }
    Some((head, bytes.split_off(end)))
}

pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn forward(port: u16, head: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let head = head.strip_suffix("\r\n").unwrap_or(head);
    stream.write_all(&[head.as_bytes(), b"Connection: close\r\n\r\n", body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn refusal(status: u16) -> Vec<u8> {
    answer(
        status,
        "",
        format!("<Error><Code>{}</Code></Error>", if status == 503 { "SlowDown" } else { "InternalError" }),
    )
}

/// An answer with some more headers, each with its line's end.
pub fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head =
        format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A server that speaks S3.
pub struct Moto {
    child: Child,
    pub port: u16,
}

impl Moto {
    /// Nothing where it is not installed.
    pub fn start() -> Option<Moto> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("moto_server");
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(child) = child else {
            eprintln!("skipped: there is no moto_server (`pip install 'moto[server]'`)");
            return None;
        };
        let mut moto = Moto { child, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(moto);
            }
            assert!(moto.child.try_wait().unwrap().is_none(), "moto_server ends at once");
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto_server does not answer");
    }

    pub fn make_bucket(&self, name: &str) {
        let head = format!("PUT /{name} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 0\r\n\r\n", self.port);
        let answer = forward(self.port, &head, b"").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
