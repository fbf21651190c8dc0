//! Where people review changes: the comments of pull requests on GitHub and of merge requests on GitLab.
//!
//! A report is kept as one comment, which has a marker that people do not see: the next report takes its place.
//!
//! **Invariant:** the token goes to the server of the API and nowhere else; no comment without the marker is changed.
//! **Not here:** what a comment says.

mod github;
mod gitlab;

use serde_json::{Value, json};

use crate::base::{Diagnostic, Result};
use crate::fetch::http::{self, Answer, Auth, Body, Failure, Kind, Method, Request};
use crate::fetch::{self, Url};

/// Which API a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    GitHub,
    GitLab,
}

/// Where a comment belongs.
pub struct Thread<'t> {
    pub api: Api,
    /// The API's address: `https://api.github.com`, `https://gitlab.com/api/v4`.
    pub base: &'t str,
    /// `OWNER/NAME`; on GitLab also the project's number.
    pub repository: &'t str,
    /// Of the pull request or merge request.
    pub number: u64,
    pub token: &'t str,
}

/// What became of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Posted,
    Updated,
    /// It said the same before.
    Unchanged,
}

/// A comment as the server has it.
struct Comment {
    id: u64,
    body: String,
}

/// Comments on one page, the most that both servers give.
const PER_PAGE: usize = 100;

/// So many pages are looked through.
const MOST_PAGES: usize = 100;

/// Puts a text where the comment with the marker is, or at the end of the thread.
///
/// Errors: the token may not comment; there is no such pull request; the server cannot be reached.
pub fn keep(context: &fetch::Context, thread: &Thread, marker: &str, text: &str) -> Result<Kept> {
    let sign = sign(marker)?;
    let body = format!("{}\n\n{sign}\n", text.trim_end());
    let found = find(context, thread, &sign)?;
    for comment in &found {
        if comment.body.trim_end() == body.trim_end() {
            return Ok(Kept::Unchanged);
        }
        match update(context, thread, comment.id, &body) {
            Ok(_) => return Ok(Kept::Updated),
            // Somebody else's, with the marker copied; or it was removed just now.
            Err(failure) if matches!(failure.kind, Kind::Forbidden | Kind::NotFound) => {}
            Err(failure) => return Err(explained(failure, thread)),
        }
    }
    post(context, thread, &body, &sign)
}

/// A comment of HTML, which no page shows.
///
/// Errors: what could end it early.
fn sign(marker: &str) -> Result<String> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"._/".contains(&b) || b == b'-';
    if marker.is_empty() || !marker.bytes().all(is_word) || marker.contains("--") {
        return Err(Diagnostic::new("comment-marker", format!("`{marker}` cannot mark a comment"))
            .help("a marker is made of letters, digits, `.`, `_`, `/` and single `-`"));
    }
    Ok(format!("<!-- kz:{marker} -->"))
}

/// All comments that end in the marker, the first first.
fn find(context: &fetch::Context, thread: &Thread, sign: &str) -> Result<Vec<Comment>> {
    let mut found = Vec::new();
    for page in 1..=MOST_PAGES {
        let path = format!("{}?per_page={PER_PAGE}&page={page}", thread.comments());
        let answer = thread.ask(context, Method::Get, &path, None).map_err(|failure| explained(failure, thread))?;
        let listed: Vec<Value> = serde_json::from_slice(&answer.body).map_err(|_| strange(thread))?;
        let all = listed.len();
        let comment =
            |value: &Value| Some(Comment { id: value["id"].as_u64()?, body: value["body"].as_str()?.to_owned() });
        found.extend(listed.iter().filter_map(comment).filter(|comment| comment.body.trim_end().ends_with(sign)));
        if all < PER_PAGE {
            break;
        }
    }
    Ok(found)
}

fn update(context: &fetch::Context, thread: &Thread, id: u64, body: &str) -> std::result::Result<Answer, Failure> {
    let method = match thread.api {
        Api::GitHub => Method::Patch,
        Api::GitLab => Method::Put,
    };
    thread.ask(context, method, &thread.comment(id), Some(body))
}

/// Posts. A try whose answer was lost may have been heard, so it is looked for before another one.
fn post(context: &fetch::Context, thread: &Thread, body: &str, sign: &str) -> Result<Kept> {
    let mut tries = 0;
    loop {
        tries += 1;
        match thread.ask(context, Method::Post, &thread.comments(), Some(body)) {
            Ok(_) => return Ok(Kept::Posted),
            Err(failure) if tries <= context.settings.retries.count && http::may_pass(failure.kind) => {
                std::thread::sleep(context.settings.retries.first);
                if find(context, thread, sign)?.iter().any(|comment| comment.body.trim_end() == body.trim_end()) {
                    return Ok(Kept::Posted);
                }
            }
            Err(failure) => return Err(explained(failure, thread)),
        }
    }
}

impl Thread<'_> {
    fn comments(&self) -> String {
        match self.api {
            Api::GitHub => github::comments(self.repository, self.number),
            Api::GitLab => gitlab::comments(self.repository, self.number),
        }
    }

    fn comment(&self, id: u64) -> String {
        match self.api {
            Api::GitHub => github::comment(self.repository, id),
            Api::GitLab => gitlab::comment(self.repository, self.number, id),
        }
    }

    fn ask(
        &self,
        context: &fetch::Context,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> std::result::Result<Answer, Failure> {
        let url = Url::parse(&format!("{}{path}", self.base.trim_end_matches('/')))?;
        let mut request = Request::new(method, url).auth(Some(Auth::Bearer(self.token.to_owned())));
        let headers = match self.api {
            Api::GitHub => github::HEADERS,
            Api::GitLab => gitlab::HEADERS,
        };
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        if let Some(body) = body {
            let content = json!({ "body": body }).to_string().into_bytes();
            request.body = Some(Body { media_type: "application/json".to_owned(), content });
            request.is_tried_once = method == Method::Post;
        }
        http::send(context, &request)
    }
}

fn strange(thread: &Thread) -> Box<Diagnostic> {
    Diagnostic::new("comment-answer", format!("what `{}` answers is no list of comments", thread.base))
        .help("see whether it is the address of the API: `--api-url`")
}

/// The error of a server with what may help here.
fn explained(failure: Failure, thread: &Thread) -> Box<Diagnostic> {
    let what = match thread.api {
        Api::GitHub => "pull request",
        Api::GitLab => "merge request",
    };
    let place = format!("{} {} of `{}`", what, thread.number, thread.repository);
    let help = match failure.kind {
        Kind::Unauthorized => "the token is not known to the server".to_owned(),
        Kind::Forbidden => format!(
            "the token may not comment there: on GitHub it needs `pull-requests: write`, which a {what} from a fork \
             does not have"
        ),
        Kind::NotFound => "see whether repository and number are right, and whether the token may see them".to_owned(),
        _ => return failure.diagnostic.within(format!("commenting on {place}")),
    };
    failure.diagnostic.help(help).within(format!("commenting on {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_cannot_end_its_comment() {
        assert_eq!(sign("kz-diff").ok().as_deref(), Some("<!-- kz:kz-diff -->"));
        for marker in ["", "a b", "a-->b", "a--b", "é"] {
            assert!(sign(marker).is_err(), "{marker}");
        }
    }
}
