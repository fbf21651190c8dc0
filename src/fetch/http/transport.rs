//! Connections: which there are, and how TLS comes in.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, OnceLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};
use ureq::{Agent, Proxy};

use super::failure::{Failure, Kind};
use super::forward::{Forwarder, Forwarding};
use super::request::{Auth, Request};
use crate::fetch::tls::{self, TlsOptions, Trust};
use crate::fetch::{Context, Settings};

const USER_AGENT: &str = concat!("kz/", env!("CARGO_PKG_VERSION"));

/// Open connections stay open for a while, for the next request to the same host.
#[derive(Default)]
pub struct Connections {
    clients: Mutex<Vec<(Way, Client)>>,
}

/// Who makes a request.
#[derive(Clone)]
pub(super) struct Client {
    pub agent: Agent,
    /// For a proxy that forwards requests; one that opens tunnels is told by the agent.
    pub proxy_auth: Option<Auth>,
}

/// Requests that have this in common may share connections.
#[derive(Clone, PartialEq, Eq)]
struct Way {
    tls: TlsOptions,
    proxy: Option<String>,
    is_https: bool,
}

impl Connections {
    /// Who makes a request.
    ///
    /// Errors: the proxy's URL is none.
    pub(super) fn client(&self, context: &Context, request: &Request) -> Result<Client, Failure> {
        let proxy = context.settings.proxies.proxy_for(&request.url).map(str::to_owned);
        let way = Way { tls: request.tls.clone(), proxy, is_https: request.url.is_https() };
        let mut clients = self.clients.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == way) {
            return Ok(client.clone());
        }
        let client = way.client(&context.settings).ok_or_else(|| {
            // What it says is not told: it may hold a password.
            Failure::new(Kind::Proxy, &request.url, "the environment names no proxy that can be used")
        })?;
        clients.push((way, client.clone()));
        Ok(client)
    }
}

impl Way {
    /// `None`: the proxy's URL is none.
    fn client(&self, settings: &Settings) -> Option<Client> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            .timeout_resolve(Some(settings.timeouts.connect))
            .timeout_connect(Some(settings.timeouts.connect))
            .timeout_per_read(Some(settings.timeouts.read))
            .timeout_per_write(Some(settings.timeouts.read))
            .timeout_recv_response(Some(settings.timeouts.read));
        let tls = Tls { options: self.tls.clone(), trust: settings.trust.clone(), config: OnceLock::new() };
        let through_tls = DefaultConnector::default().chain(tls);
        let agent = match self.proxy.as_deref() {
            None => Agent::with_parts(config.proxy(None).build(), through_tls, DefaultResolver::default()),
            Some(proxy) if !self.is_https && proxy.starts_with("http://") => {
                let mut forwarder = Forwarder::new(proxy)?;
                let proxy_auth = forwarder.auth.take();
                let connector = DefaultConnector::default().chain(Forwarding);
                let agent = Agent::with_parts(config.proxy(None).build(), connector, forwarder.resolver());
                return Some(Client { agent, proxy_auth });
            }
            Some(proxy) => {
                url::Url::parse(proxy).ok().filter(url::Url::has_host)?;
                // Go: the proxy looks the host up.
                let named = proxy.strip_prefix("socks5://").map(|rest| format!("socks5h://{rest}"));
                let proxy = Proxy::new(named.as_deref().unwrap_or(proxy)).ok()?;
                Agent::with_parts(config.proxy(Some(proxy)).build(), through_tls, DefaultResolver::default())
            }
        };
        Some(Client { agent, proxy_auth: None })
    }
}

/// Puts TLS around connections that need it.
struct Tls {
    options: TlsOptions,
    trust: Trust,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

/// Why there is no TLS with a server.
#[derive(Debug)]
pub(super) struct TlsFailure {
    pub kind: Kind,
    pub why: String,
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for TlsFailure {}

fn tls_failure(kind: Kind, why: impl Into<String>) -> ureq::Error {
    ureq::Error::Other(Box::new(TlsFailure { kind, why: why.into() }))
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, TlsTransport>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let made = || tls::client_config(&self.options, &self.trust).map(Arc::new);
        let config = self.config.get_or_init(made).clone().map_err(|why| tls_failure(Kind::Local, why))?;
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| tls_failure(Kind::Tls, format!("`{host}` cannot be the name of a host")))?;
        let mut connection = ClientConnection::new(config, name).map_err(|e| tls_failure(Kind::Tls, tls_reason(&e)))?;
        let mut socket = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket).map_err(explain)?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TlsTransport { buffers, stream: StreamOwned::new(connection, socket) })))
    }
}

/// A connection with TLS around it.
struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output).map_err(explain)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let count = self.stream.read(self.buffers.input_append_buf()).map_err(explain)?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// rustls hands its errors on as those of the connection.
fn explain(error: io::Error) -> ureq::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => tls_failure(Kind::Tls, tls_reason(tls)),
        None => error.into(),
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error};
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "no authority that is trusted here has signed the server's certificate".to_owned()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "the server's certificate is for another host".to_owned(),
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "the server's certificate has expired".to_owned()
        }
        Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            "the server's certificate is not valid yet".to_owned()
        }
        Error::InvalidMessage(_) => "the server does not speak TLS".to_owned(),
        other => format!("TLS failed: {other}"),
    }
}

/// What the system says, without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
