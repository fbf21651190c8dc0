//! One request, one answer.

use std::io::{ErrorKind, Read};
use std::time::Instant;

use super::Sink;
use super::failure::{Failure, Kind};
use super::redirect::is_redirect;
use super::request::{Answer, Headers, Method, Request};
use super::transport::{self, Client, TlsFailure};
use crate::fetch::{Activity, Context};

/// So much of an answer that is none is kept for the caller.
const MAX_EXPLANATION: u64 = 64 << 10;

/// Sends a request and takes its answer in. Redirects come back as they are.
pub(super) fn exchange(
    context: &Context,
    request: &Request,
    deadline: Instant,
    sink: &mut dyn Sink,
    activity: &mut Activity<'_>,
) -> Result<Answer, Failure> {
    let fail = |kind, why: &str| Failure::new(kind, &request.url, why);
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(fail(Kind::Timeout, "it takes too long"));
    }
    let Client { agent, proxy_auth } = context.connections.client(context, request)?;
    let mut built = ureq::http::Request::builder().method(method(request.method)).uri(request.url.address());
    for (name, value) in &request.headers {
        built = built.header(name, value);
    }
    if let Some(auth) = &request.auth {
        built = built.header("authorization", auth.header());
    }
    if let Some(auth) = &proxy_auth {
        built = built.header("proxy-authorization", auth.header());
    }
    if let Some(body) = request.body.as_ref().filter(|body| !body.media_type.is_empty()) {
        built = built.header("content-type", &body.media_type);
    }
    let timed = |error: ureq::Error| failure_of(error, request);
    let unbuildable = |_| fail(Kind::Protocol, "the address or a header has characters that cannot be sent");
    let response = match &request.body {
        Some(body) => {
            let built = built.body(body.content.as_slice()).map_err(unbuildable)?;
            agent.run(agent.configure_request(built).timeout_global(Some(left)).build())
        }
        None => {
            let built = built.body(()).map_err(unbuildable)?;
            agent.run(agent.configure_request(built).timeout_global(Some(left)).build())
        }
    };
    let mut response = response.map_err(timed)?;
    let status = response.status().as_u16();
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let answer = Answer { status, headers: Headers(headers), url: request.url.clone(), body: Vec::new() };
    if is_redirect(status) && answer.headers.get("location").is_some() {
        return Ok(answer);
    }
    // Nobody can say that a thing is unchanged to who does not have it.
    let is_unchanged = status == 304 && request.is_conditional();
    // Nothing asks for a part of anything: who sends one (206) has not sent the thing.
    if !matches!(status, 200..=205 | 207..=299) && !is_unchanged {
        let mut body = Vec::new();
        // What cannot be read is no better explanation than none.
        let _ = response.body_mut().as_reader().take(MAX_EXPLANATION).read_to_end(&mut body);
        return Err(Failure { headers: answer.headers, body, ..refused(status, request) });
    }
    if request.method != Method::Head {
        let total = answer.headers.get("content-length").and_then(|text| text.parse().ok());
        receive(request, total, &mut response.body_mut().as_reader(), sink, activity)?;
    }
    Ok(answer)
}

fn method(method: Method) -> ureq::http::Method {
    match method {
        Method::Get => ureq::http::Method::GET,
        Method::Head => ureq::http::Method::HEAD,
        Method::Post => ureq::http::Method::POST,
        Method::Put => ureq::http::Method::PUT,
        Method::Patch => ureq::http::Method::PATCH,
        Method::Delete => ureq::http::Method::DELETE,
    }
}

fn receive(
    request: &Request,
    total: Option<u64>,
    body: &mut dyn Read,
    sink: &mut dyn Sink,
    activity: &mut Activity<'_>,
) -> Result<(), Failure> {
    let fail = |kind, why: &str| Failure::new(kind, &request.url, why);
    let too_large = || fail(Kind::TooLarge, &format!("it has more than {}", size(request.limit)));
    let unwritable = |e: std::io::Error| fail(Kind::Local, &format!("it cannot be written down: {e}"));
    if total.is_some_and(|total| total > request.limit) {
        return Err(too_large());
    }
    sink.restart().map_err(unwritable)?;
    let mut piece = vec![0; 64 << 10];
    let mut done = 0;
    loop {
        let count = match body.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(failure_of(e.into(), request)),
        };
        done += count as u64;
        if done > request.limit {
            return Err(too_large());
        }
        sink.write(piece.get(..count).unwrap_or_default()).map_err(unwritable)?;
        activity.advance(done, total);
    }
}

/// `256 MiB`
fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

fn refused(status: u16, request: &Request) -> Failure {
    let kind = match status {
        401 => Kind::Unauthorized,
        403 => Kind::Forbidden,
        404 | 410 => Kind::NotFound,
        407 => Kind::Proxy,
        status => Kind::Status(status),
    };
    let known = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let reason = known.map_or(String::new(), |reason| format!(" {reason}"));
    Failure::new(kind, &request.url, &format!("the server says {status}{reason}"))
}

fn failure_of(error: ureq::Error, request: &Request) -> Failure {
    let fail = |kind, why: &str| Failure::new(kind, &request.url, why);
    match error {
        ureq::Error::Timeout(_) => fail(Kind::Timeout, "no answer in time"),
        ureq::Error::HostNotFound => fail(Kind::Connection, &format!("there is no host `{}`", request.url.host())),
        ureq::Error::Io(e) => match e.kind() {
            ErrorKind::UnexpectedEof => fail(Kind::Connection, "the connection ended too early"),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => fail(Kind::Timeout, "no answer in time"),
            _ => fail(Kind::Connection, &transport::reason(&e)),
        },
        ureq::Error::Other(other) => match other.downcast::<TlsFailure>() {
            Ok(tls) => fail(tls.kind, &tls.why),
            Err(other) => fail(Kind::Connection, &other.to_string()),
        },
        ureq::Error::ConnectProxyFailed(why) => fail(Kind::Proxy, &format!("the proxy refuses: {why}")),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
            fail(Kind::Protocol, "what comes is no answer of a web server")
        }
        other => fail(Kind::Connection, &other.to_string().to_lowercase()),
    }
}
