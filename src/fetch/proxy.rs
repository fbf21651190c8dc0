//! Which proxy leads to a host.
//!
//! Source: golang.org/x/net/http/httpproxy/proxy.go, which is what kustomize, helm and git's neighbours go by.

use std::net::IpAddr;

use super::Url;

/// What the environment says of proxies. Not shown: it may hold passwords.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    exceptions: Vec<Exception>,
}

/// Hosts that are reached directly.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Exception {
    All,
    Network {
        address: IpAddr,
        bits: u32,
    },
    Address {
        address: IpAddr,
        port: Option<String>,
    },
    /// `.example.com` and, where `itself` says so, `example.com`.
    Domain {
        suffix: String,
        itself: bool,
        port: Option<String>,
    },
}

impl Proxies {
    /// `http` and `https` are URLs, or `HOST[:PORT]`; `exceptions` is the list of `NO_PROXY`. Empty texts say nothing.
    pub fn new(http: &str, https: &str, exceptions: &str) -> Proxies {
        let proxy = |text: &str| match text {
            "" => None,
            url if url.contains("://") => Some(url.to_owned()),
            host => Some(format!("http://{host}")),
        };
        Proxies { http: proxy(http), https: proxy(https), exceptions: read_exceptions(exceptions) }
    }

    /// The proxy for a URL, if it is not to be reached directly. What is on this machine always is.
    pub fn proxy_for(&self, url: &Url) -> Option<&str> {
        let proxy = if url.is_https() { &self.https } else { &self.http };
        let proxy = proxy.as_deref()?;
        let host = url.host().trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|address| address.to_canonical().is_loopback()) {
            return None;
        }
        let port = url.port().to_string();
        (!self.exceptions.iter().any(|exception| exception.covers(host, &port, address))).then_some(proxy)
    }
}

fn read_exceptions(list: &str) -> Vec<Exception> {
    let words = list.split(',').map(|word| word.trim().to_lowercase());
    let mut exceptions = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        if word == "*" {
            return vec![Exception::All];
        }
        exceptions.extend(read_exception(&word));
    }
    exceptions
}

fn read_exception(word: &str) -> Option<Exception> {
    if let Some((address, bits)) = word.split_once('/')
        && let (Ok(address), Ok(bits)) = (address.parse::<IpAddr>(), bits.parse::<u32>())
        && bits <= width(address)
    {
        return Some(Exception::Network { address, bits });
    }
    let (host, port) = split_port(word);
    let port = port.filter(|port| !port.is_empty()).map(str::to_owned);
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(Exception::Address { address, port });
    }
    let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
    let itself = !host.starts_with('.');
    let suffix = if itself { format!(".{host}") } else { host.to_owned() };
    (!host.is_empty()).then_some(Exception::Domain { suffix, itself, port })
}

/// `host:port`, `[v6]:port`; an IPv6 address without brackets has no port.
fn split_port(word: &str) -> (&str, Option<&str>) {
    match word.rsplit_once(':') {
        Some((host, port)) if host.starts_with('[') && host.ends_with(']') => {
            (host.trim_start_matches('[').trim_end_matches(']'), Some(port))
        }
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (word, None),
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl Exception {
    fn covers(&self, host: &str, port: &str, address: Option<IpAddr>) -> bool {
        let is_port = |wanted: &Option<String>| wanted.as_ref().is_none_or(|wanted| wanted == port);
        match self {
            Exception::All => true,
            Exception::Network { address: network, bits } => address.is_some_and(|a| is_within(a, *network, *bits)),
            Exception::Address { address: wanted, port } => {
                address.is_some_and(|a| a.to_canonical() == wanted.to_canonical()) && is_port(port)
            }
            Exception::Domain { suffix, itself, port } => {
                let is_it = *itself && suffix.strip_prefix('.') == Some(host);
                address.is_none() && (host.ends_with(suffix.as_str()) || is_it) && is_port(port)
            }
        }
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let number = |address: IpAddr| match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
    address.is_ipv4() == network.is_ipv4() && number(address) & mask == number(network) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_direct(exceptions: &str, url: &str) -> bool {
        let proxies = Proxies::new("proxy:3128", "proxy:3128", exceptions);
        proxies.proxy_for(&Url::parse(url).unwrap()).is_none()
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let proxies = Proxies::new("", "socks5://proxy", "");
        let of = |url: &str| proxies.proxy_for(&Url::parse(url).unwrap()).map(str::to_owned);
        assert_eq!(of("http://host/"), None);
        assert_eq!(of("https://host/").as_deref(), Some("socks5://proxy"));
        assert_eq!(of("https://localhost:5000/"), None);
        assert_eq!(of("https://127.3.0.1/"), None);
        assert_eq!(of("https://[::1]/"), None);
    }

    /// Each of these was tried with Go's httpproxy.
    #[test]
    fn exceptions_are_read_as_go_reads_them() {
        for (exceptions, url, expected) in [
            ("*", "http://host/", true),
            ("a.com, B.com ", "http://b.com/", true),
            ("b.com", "http://x.b.com/", true),
            ("b.com", "http://xb.com/", false),
            (".b.com", "http://b.com/", false),
            ("*.b.com", "http://x.b.com/", true),
            ("*.b.com", "http://b.com/", false),
            ("b.com:80", "http://b.com/", true),
            ("b.com:80", "https://b.com/", false),
            ("10.0.0.0/8", "http://10.1.2.3/", true),
            ("10.0.0.0/8", "http://11.1.2.3/", false),
            ("0.0.0.0/0", "http://11.1.2.3/", true),
            ("10.0.0.1", "http://10.0.0.1:81/", true),
            ("10.0.0.1:80", "http://10.0.0.1:81/", false),
            ("[fd00::1]:80", "http://[fd00::1]/", true),
            ("fd00::/16", "http://[fd00::1]/", true),
            ("fd00::1", "http://[fd00::2]/", false),
            ("0.0.1", "http://10.0.0.1/", false),
            (",:80,", "http://b.com/", false),
        ] {
            assert_eq!(is_direct(exceptions, url), expected, "{exceptions} {url}");
        }
    }
}
