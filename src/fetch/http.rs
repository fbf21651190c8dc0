//! Requests and their answers, with the patience and the caution that the net needs.
//!
//! **Invariant:** an answer is bounded in size and time; a request is made again a few times at most; credentials go
//! to the host that they are meant for and to no other, and in no message; nothing that was asked for over `https`
//! comes over `http`.
//! **Not here:** what is kept of answers ([`super::file`]).

mod failure;
mod forward;
mod redirect;
mod request;
mod retry;
mod transport;
mod wire;

use std::io::{self, Write};
use std::time::Instant;

pub use failure::{Failure, Kind};
pub use request::{Answer, Auth, Body, Headers, Method, Request};
pub use retry::may_pass;
pub(super) use transport::{Connections, reason};

use super::cache::BlobWriter;
use super::{Activity, Context};

/// Where a body goes. It may come in several attempts.
pub trait Sink {
    /// Forgets what came so far.
    fn restart(&mut self) -> io::Result<()>;
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Sink for Vec<u8> {
    fn restart(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

impl Sink for BlobWriter<'_> {
    fn restart(&mut self) -> io::Result<()> {
        BlobWriter::restart(self)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }
}

/// Makes a request; the body of the answer is in memory.
///
/// Errors: see [`Kind`]. A status of 200 to 299 is none; 304 is none where the request has `If-None-Match`.
pub fn send(context: &Context, request: &Request) -> Result<Answer, Failure> {
    let mut body = Vec::new();
    let answer = download(context, request, &mut body)?;
    Ok(Answer { body, ..answer })
}

/// Makes a request once, for a caller that decides itself what comes after it. Credentials may be among its headers:
/// no redirect is followed.
///
/// Errors: as [`send`].
pub fn exchange(context: &Context, request: &Request) -> Result<Answer, Failure> {
    if context.settings.offline {
        return Err(Failure::offline(request));
    }
    let deadline = Instant::now() + context.settings.timeouts.whole;
    let mut activity = Activity::new(context, format!("asking {}", request.url.host()));
    let mut body = Vec::new();
    let answer = wire::exchange(context, request, deadline, &mut body, &mut activity)?;
    Ok(Answer { body, ..answer })
}

/// Makes a request; the body of the answer goes where the caller wants it, and the answer has none.
///
/// Errors: as [`send`]. Then what is in the sink is of no use.
pub fn download(context: &Context, request: &Request, sink: &mut dyn Sink) -> Result<Answer, Failure> {
    if context.settings.offline {
        return Err(Failure::offline(request));
    }
    let deadline = Instant::now() + context.settings.timeouts.whole;
    let mut activity = Activity::new(context, format!("fetching {}", request.url));
    let mut attempt = 0;
    loop {
        let failure = match redirect::follow(context, request, deadline, sink, &mut activity) {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        match retry::pause(&failure, attempt, context.settings.retries, (context.now)()) {
            Some(pause) if !request.is_tried_once && Instant::now() + pause < deadline => std::thread::sleep(pause),
            _ => return Err(failure),
        }
        attempt += 1;
    }
}
