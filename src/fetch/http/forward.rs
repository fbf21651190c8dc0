//! Plain HTTP by way of a proxy: the proxy is asked for the whole URL.
//!
//! Go: http.Transport does so for `http`, and many proxies open tunnels for `https` alone.

use std::fmt;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::request::Auth;
use crate::fetch::Url;

/// A proxy that is asked for URLs.
#[derive(Debug)]
pub(super) struct Forwarder {
    address: Uri,
    pub auth: Option<Auth>,
}

impl Forwarder {
    /// `None` where the text is no URL of a proxy that forwards.
    pub(super) fn new(proxy: &str) -> Option<Forwarder> {
        let url = Url::parse(proxy).ok().filter(|url| !url.is_https())?;
        let auth = url.credentials().map(|(user, password)| Auth::basic(user, password));
        Some(Forwarder { address: url.address().parse().ok()?, auth })
    }

    /// Finds the proxy, whatever host is wanted.
    pub(super) fn resolver(self) -> impl Resolver {
        ToProxy { address: self.address }
    }
}

struct ToProxy {
    address: Uri,
}

impl fmt::Debug for ToProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToProxy")
    }
}

impl Resolver for ToProxy {
    fn resolve(&self, _: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        DefaultResolver::default().resolve(&self.address, config, timeout)
    }
}

/// Makes requests of connections to a proxy name the host.
#[derive(Debug)]
pub(super) struct Forwarding;

impl<In: Transport> Connector<In> for Forwarding {
    type Out = Forwarded<In>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        let host = details.uri.authority().map_or("", |authority| authority.as_str());
        let origin = format!("http://{host}");
        Ok(chained.map(|transport| Forwarded { transport, origin, at_start: true }))
    }
}

#[derive(Debug)]
pub(super) struct Forwarded<T> {
    transport: T,
    origin: String,
    /// What is sent next is the start of a request.
    at_start: bool,
}

impl<T: Transport> Forwarded<T> {
    /// `GET /path` becomes `GET http://host/path`. Gives the new length.
    fn name_host(&mut self, length: usize) -> Result<usize, ureq::Error> {
        let output = self.transport.buffers().output();
        let sent = output.get(..length).unwrap_or_default();
        let Some(at) = sent.iter().position(|byte| *byte == b' ').map(|blank| blank + 1) else { return Ok(length) };
        let (method, rest) = sent.split_at(at);
        let whole = [method, self.origin.as_bytes(), rest].concat();
        let place = output.get_mut(..whole.len()).ok_or(ureq::Error::LargeResponseHeader(whole.len(), length))?;
        place.copy_from_slice(&whole);
        Ok(whole.len())
    }
}

impl<T: Transport> Transport for Forwarded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let amount = if self.at_start { self.name_host(amount)? } else { amount };
        self.at_start = false;
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.at_start = true;
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }
}
