//! Redirects, followed with care.
//!
//! **Invariant:** credentials, and headers that may be such, go only to the host that was asked first, unless the
//! caller wants it otherwise; from `https` no way leads to `http`.

use std::time::Instant;

use super::failure::{Failure, Kind};
use super::request::{Answer, Method, Request};
use super::{Sink, wire};
use crate::fetch::{Activity, Context, Url};

/// Go: defaultCheckRedirect.
const MAX_REDIRECTS: usize = 10;

/// Headers that any host may see.
const HARMLESS: [&str; 4] = ["accept", "if-none-match", "if-modified-since", "user-agent"];

/// One attempt, to where it leads.
pub(super) fn follow(
    context: &Context,
    request: &Request,
    deadline: Instant,
    sink: &mut dyn Sink,
    activity: &mut Activity<'_>,
) -> Result<Answer, Failure> {
    let mut hop = Request { auth: request.effective_auth(), ..request.clone() };
    for _ in 0..=MAX_REDIRECTS {
        let answer = wire::exchange(context, &hop, deadline, sink, activity)?;
        let Some(location) = answer.headers.get("location").filter(|_| is_redirect(answer.status)) else {
            return Ok(answer);
        };
        let url = hop.url.join(location).map_err(|error| Failure::new(Kind::Redirect, &hop.url, &error.message))?;
        hop = next(request, hop, answer.status, url)?;
    }
    Err(Failure::new(Kind::Redirect, &request.url, "more than 10 redirects"))
}

pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn next(first: &Request, mut hop: Request, status: u16, url: Url) -> Result<Request, Failure> {
    if hop.url.is_https() && !url.is_https() {
        let why = format!("it is redirected to `{url}`, where anybody could change it on its way");
        return Err(Failure::new(Kind::Redirect, &first.url, &why));
    }
    // Go: redirectBehavior.
    if !matches!(hop.method, Method::Get | Method::Head) && matches!(status, 301..=303) {
        (hop.method, hop.body) = (Method::Get, None);
    }
    if !is_trusted_as(&hop.url, &url) && !first.pass_credentials {
        // What was left behind does not come back, even where the way leads back.
        hop.headers.retain(|(name, _)| HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless)));
        hop.auth = None;
        hop.body = None;
        hop.tls = hop.tls.without_identity();
    }
    hop.url = url;
    hop.auth = hop.effective_auth();
    Ok(hop)
}

/// The same server, or its better protected door.
fn is_trusted_as(from: &Url, to: &Url) -> bool {
    let is_upgrade = !from.is_https() && to.is_https() && (from.port(), to.port()) == (80, 443);
    from.is_of_same_origin(to) || from.host() == to.host() && is_upgrade
}
