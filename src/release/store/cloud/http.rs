//! The requests of `object_store`, sent as kz sends all others: through its proxies, with its trust and its bounds.
//!
//! **Invariant:** what is asked for goes to the host that was asked and to no other; a plain `http` address is asked
//! only where the user named one, or of the cloud's own service for the machines in it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http_body::Body as _;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use object_store::{BackoffConfig, ClientConfigKey, ClientOptions, RetryConfig};

use crate::fetch::http::{self, Body, Method, Request};
use crate::fetch::proxy::Proxies;
use crate::fetch::{Context, Retries, Settings, Timeouts, Url};

/// So often a request is made again that failed and may pass.
const RETRIES: usize = 7;
/// After so long it is not made again, however often it was.
const PATIENCE: Duration = Duration::from_secs(60);
/// No pause between two is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The pauses begin with a quarter of what others get: these requests are small.
fn retries(settings: &Settings) -> RetryConfig {
    let first = settings.retries.first / 4;
    let backoff = BackoffConfig { init_backoff: first, max_backoff: LONGEST_PAUSE.max(first), base: 2.0 };
    RetryConfig { backoff, max_retries: RETRIES, retry_timeout: PATIENCE }
}

/// Why the last request that failed did so.
#[derive(Clone, Debug)]
pub struct Failed {
    pub url: Url,
    pub whose: Whose,
    pub why: Why,
}

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Store,
    /// The cloud's own service for the machines in it, which tells them who they are. Elsewhere nobody answers.
    Machine,
    /// Who else gives credentials.
    Other,
}

#[derive(Clone, Debug)]
pub enum Why {
    /// There is an answer, and it is a no.
    Refused {
        status: u16,
        /// What the cloud calls it: `NoSuchBucket`.
        code: Option<String>,
        /// Where the bucket is, if the answer says so.
        region: Option<String>,
    },
    /// There is none.
    Silent(Box<http::Failure>),
}

impl Failed {
    pub fn code(&self) -> Option<&str> {
        match &self.why {
            Why::Refused { code, .. } => code.as_deref(),
            Why::Silent(_) => None,
        }
    }

    /// The store is there, and the key is not.
    pub fn is_missing_key(&self) -> bool {
        let is_404 = matches!(self.why, Why::Refused { status: 404, .. });
        is_404 && !matches!(self.code(), Some("NoSuchBucket" | "ContainerNotFound" | "ResourceNotFound"))
    }
}

/// What happened on the way, for who has to explain a failure.
#[derive(Debug, Default)]
pub struct Trace(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    failed: Option<Failed>,
    is_unclear: bool,
}

impl Trace {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something new begins.
    pub fn forget(&self) {
        let mut seen = self.seen();
        (seen.failed, seen.is_unclear) = (None, false);
    }

    /// Nothing where the last request went well.
    pub fn failed(&self) -> Option<Failed> {
        self.seen().failed.clone()
    }

    /// A write may have been done though its answer did not say so.
    pub fn is_unclear(&self) -> bool {
        self.seen().is_unclear
    }
}

/// What all requests of a store have in common.
pub struct Ground<'g> {
    pub settings: &'g Settings,
    pub now: fn() -> SystemTime,
    pub trace: Arc<Trace>,
}

/// Makes clients for `object_store`.
#[derive(Clone)]
pub struct Connector {
    /// For stores and those who give credentials for them.
    net: Arc<Context>,
    /// For the services that a cloud has for its own machines: near, and asked directly. Elsewhere nobody answers.
    machine: Arc<Context>,
    /// Where the store is.
    store: Url,
    trace: Arc<Trace>,
    retries: RetryConfig,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    /// `store` is where the store is.
    pub fn new(ground: &Ground, store: Url) -> Connector {
        let Ground { settings, now, trace } = ground;
        let settings: &Settings = settings;
        let seconds = Duration::from_secs;
        let timeouts = Timeouts { connect: seconds(1), read: seconds(2), whole: seconds(3) };
        let none = Retries { count: 0, ..settings.retries };
        let near = Settings { proxies: Proxies::default(), timeouts, retries: none, ..settings.clone() };
        let Timeouts { connect, read, whole } = settings.timeouts;
        let timeouts = Timeouts {
            connect: connect.min(seconds(10)),
            read: read.min(seconds(30)),
            whole: whole.min(seconds(5 * 60)),
        };
        let far = Settings { timeouts, ..settings.clone() };
        let context = |settings: Settings| Arc::new(Context::new(settings, Box::new(|_| {}), *now));
        Connector { net: context(far), machine: context(near), store, trace: trace.clone(), retries: retries(settings) }
    }

    /// How often and how long a server is asked again.
    pub fn retries(&self) -> RetryConfig {
        self.retries.clone()
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let value = |options: &ClientOptions, key| options.get_config_value(&key);
        let is_impatient = value(options, ClientConfigKey::ConnectTimeout)
            != value(&ClientOptions::new(), ClientConfigKey::ConnectTimeout);
        let allows_http = value(options, ClientConfigKey::AllowHttp).as_deref() == Some("true");
        Ok(HttpClient::new(Service { connector: self.clone(), is_of_machine: is_impatient, allows_http }))
    }
}

/// Sends requests.
#[derive(Clone, Debug)]
struct Service {
    connector: Connector,
    is_of_machine: bool,
    allows_http: bool,
}

impl HttpService for Service {
    fn call<'s, 'f>(
        &'s self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let service = self.clone();
        Box::pin(async move {
            let sent = tokio::task::spawn_blocking(move || service.send(request)).await;
            sent.unwrap_or_else(|error| Err(HttpError::new(HttpErrorKind::Unknown, error)))
        })
    }
}

/// The text of an error of the library's own form.
#[derive(Debug)]
struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Text {}

impl Service {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let unknown = |text: String| HttpError::new(HttpErrorKind::Unknown, Text(text));
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|error| unknown(error.message))?;
        let whose = match () {
            () if url.is_of_same_origin(&self.connector.store) => Whose::Store,
            () if self.is_of_machine || url.host().starts_with("169.254.") => Whose::Machine,
            () => Whose::Other,
        };
        if !url.is_https() && !self.allows_http {
            return Err(unknown(format!("`{url}` is not protected, and nothing here allows that")));
        }
        let method = match head.method.as_str() {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            other => return Err(unknown(format!("there is no way to ask by {other}"))),
        };
        let mut asked = Request::new(method, url.clone());
        for (name, value) in &head.headers {
            // These two are known when the request goes out.
            if name != "content-length" && name != "host" {
                let value = value.to_str().map_err(|error| unknown(error.to_string()))?;
                asked = asked.header(name.as_str(), value);
            }
        }
        if matches!(method, Method::Post | Method::Put) {
            asked.body = Some(Body { media_type: String::new(), content: content(body) });
        }
        let context = match whose {
            Whose::Machine => &self.connector.machine,
            Whose::Store | Whose::Other => &self.connector.net,
        };
        let note = |why: Why| self.note(Failed { url: url.clone(), whose, why }, method);
        match http::exchange(context, &asked) {
            Ok(answer) if answer.status < 300 => {
                self.connector.trace.seen().failed = None;
                Ok(response(answer.status, &answer.headers, answer.body)?)
            }
            Ok(answer) => {
                note(refused(answer.status, &answer.headers, b""));
                Ok(response(answer.status, &answer.headers, Vec::new())?)
            }
            Err(failure) => match failure.status() {
                Some(status) => {
                    note(refused(status, &failure.headers, &failure.body));
                    Ok(response(status, &failure.headers, failure.body)?)
                }
                None => {
                    // All that is written is written if it is not there yet, so it does no harm to ask again.
                    let may_pass = http::may_pass(failure.kind) && whose != Whose::Machine;
                    let kind = if may_pass { HttpErrorKind::Request } else { HttpErrorKind::Unknown };
                    let text = failure.diagnostic.message.clone();
                    note(Why::Silent(Box::new(failure)));
                    Err(HttpError::new(kind, Text(text)))
                }
            },
        }
    }

    fn note(&self, failed: Failed, method: Method) {
        let is_no_clear_no = match &failed.why {
            Why::Refused { status, .. } => *status >= 500 || *status == 408,
            Why::Silent(_) => true,
        };
        let mut seen = self.connector.trace.seen();
        seen.is_unclear |= method == Method::Put && is_no_clear_no;
        seen.failed = Some(failed);
    }
}

/// All of a body that is in memory.
fn content(mut body: object_store::client::HttpRequestBody) -> Vec<u8> {
    let mut content = Vec::with_capacity(body.content_length());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    while let std::task::Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) {
        if let Ok(bytes) = frame.into_data() {
            content.extend_from_slice(&bytes);
        }
    }
    content
}

fn response(status: u16, headers: &http::Headers, body: Vec<u8>) -> Result<HttpResponse, HttpError> {
    let mut built = ::http::Response::builder().status(status);
    for (name, value) in headers.iter() {
        built = built.header(name, value);
    }
    built.body(body.into()).map_err(|error| HttpError::new(HttpErrorKind::Decode, error))
}

/// What an answer that is a no says of itself.
fn refused(status: u16, headers: &http::Headers, body: &[u8]) -> Why {
    let text = String::from_utf8_lossy(body);
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && text.len() < 64;
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (value, _) = rest.split_once("</")?;
        Some(value.trim().to_owned()).filter(|value| word(value))
    };
    let header = |name: &str| headers.get(name).map(str::to_owned).filter(|value| word(value));
    Why::Refused {
        status,
        code: header("x-ms-error-code").or_else(|| element("Code")),
        region: header("x-amz-bucket-region").or_else(|| element("Region")),
    }
}
