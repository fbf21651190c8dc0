//! A web server that does what a test wants, mistakes too.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a client wants.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// As it stands in the request: `/path?query`, or with proxies a whole URL.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What it gets.
pub enum Reply {
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// These bytes, and the connection is closed.
    Raw(Vec<u8>),
    /// A body that never ends.
    Endless,
    /// Nothing, until the client has gone.
    Silence,
    /// A tunnel to where the request wants it. Of proxies.
    Tunnel(SocketAddr),
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Reply {
        Reply::status(200, body)
    }

    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply::Full { status, headers: Vec::new(), body: body.into() }
    }

    pub fn redirect(to: impl Into<String>) -> Reply {
        Reply::status(302, "elsewhere").header("Location", to)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        if let Reply::Full { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

type Handler = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// Serves until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
}

impl Server {
    /// The handler gets each request and its number, from 0.
    pub fn start(handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Server {
        Server::start_with(None, handler)
    }

    /// Answers everything in the same way.
    pub fn always(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
        Server::start(move |_, _| reply())
    }

    pub fn start_with(
        tls: Option<ServerConfig>,
        handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (asked, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let connections = Arc::new(AtomicUsize::new(0));
        let (for_asked, for_ends, for_connections) = (asked.clone(), ends.clone(), connections.clone());
        let server = Server { address, scheme, asked: for_asked, connections: for_connections, ends: for_ends };
        let (handler, tls): (Arc<Handler>, _) = (Arc::new(handler), tls.map(Arc::new));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                connections.fetch_add(1, Ordering::SeqCst);
                let (handler, asked, tls) = (handler.clone(), asked.clone(), tls.clone());
                // A client that goes away is none of the server's business.
                thread::spawn(move || serve(stream, tls, &handler, &asked).ok());
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// With another name of the same host.
    pub fn url_by_name(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
    }
}

trait Connection: Read + Write {}
impl<T: Read + Write> Connection for T {}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    handler: &Arc<Handler>,
    asked: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let socket = stream.try_clone()?;
    let connection: Box<dyn Connection> = match tls {
        Some(config) => Box::new(StreamOwned::new(ServerConnection::new(config).map_err(io::Error::other)?, stream)),
        None => Box::new(stream),
    };
    let mut reader = BufReader::new(connection);
    loop {
        let request = read(&mut reader)?;
        let number = {
            let mut all = asked.lock().unwrap();
            all.push(request.clone());
            all.len() - 1
        };
        match handler(&request, number) {
            Reply::Full { status, headers, body } => {
                let mut text = format!("HTTP/1.1 {status} Text\r\n");
                headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
                if status != 304 {
                    text += &format!("Content-Length: {}\r\n", body.len());
                }
                reader.get_mut().write_all((text + "\r\n").as_bytes())?;
                if request.method != "HEAD" && status != 304 {
                    reader.get_mut().write_all(&body)?;
                }
                reader.get_mut().flush()?;
            }
            Reply::Raw(bytes) => {
                reader.get_mut().write_all(&bytes)?;
                reader.get_mut().flush()?;
                return socket.shutdown(Shutdown::Both);
            }
            Reply::Endless => {
                reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
                loop {
                    reader.get_mut().write_all(chunk.as_bytes())?;
                }
            }
            Reply::Silence => return reader.read(&mut [0]).map(drop),
            Reply::Tunnel(to) => {
                reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                let mut far = TcpStream::connect(to)?;
                let (mut from_far, mut to_near) = (far.try_clone()?, socket.try_clone()?);
                thread::spawn(move || io::copy(&mut from_far, &mut to_near));
                return io::copy(&mut reader, &mut far).map(drop);
            }
        }
    }
}

fn read(reader: &mut BufReader<Box<dyn Connection>>) -> io::Result<Asked> {
    let mut line = || {
        let mut line = String::new();
        match reader.read_line(&mut line)? {
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            _ => Ok(line.trim_end().to_owned()),
        }
    };
    let first = line()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut asked = Asked { method, target, headers: Vec::new(), body: Vec::new() };
    loop {
        let header = line()?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(": ").unwrap_or((&header, ""));
        asked.headers.push((name.to_owned(), value.to_owned()));
    }
    let length: u64 = asked.header("content-length").map_or(0, |text| text.parse().unwrap());
    reader.take(length).read_to_end(&mut asked.body)?;
    Ok(asked)
}
