//! Fetching, from servers on this machine that do what servers do, and what they should not.

#[allow(dead_code, reason = "copies are for other tests")]
#[path = "../support/temp_dir.rs"]
mod temp_dir;

mod cache;
mod http;
mod processes;
mod proxy;
mod server;
mod tls;

use std::path::Path;
use std::time::{Duration, SystemTime};

use kz::fetch::http::{Answer, Failure, Request, send};
use kz::fetch::{Context, Retries, Settings, Timeouts, Url};

/// With little patience, so that no test takes long.
fn settings(cache: Option<&Path>) -> Settings {
    let (first, longest) = (Duration::from_millis(1), Duration::from_secs(2));
    let seconds = Duration::from_secs;
    Settings {
        cache_dir: cache.map(Path::to_owned),
        timeouts: Timeouts { connect: seconds(20), read: seconds(20), whole: seconds(60) },
        retries: Retries { count: 2, first, longest },
        ..Settings::default()
    }
}

fn context(settings: Settings) -> Context {
    Context::new(settings, Box::new(|_| {}), SystemTime::now)
}

fn request(url: &str) -> Request {
    Request::get(Url::parse(url).unwrap())
}

fn get(url: &str) -> Result<Answer, Failure> {
    send(&context(settings(None)), &request(url))
}

/// The body as text, or code and message.
fn told(result: Result<Answer, Failure>) -> String {
    match result {
        Ok(answer) => String::from_utf8(answer.body).unwrap(),
        Err(failure) => format!("{}: {}", failure.diagnostic.code, failure.diagnostic.message),
    }
}
