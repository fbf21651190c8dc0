//! GitLab's REST API, version 4: a merge request's comments are its notes.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub const HEADERS: &[(&str, &str)] = &[("Accept", "application/json")];

/// The notes of a merge request, the oldest first.
pub fn comments(project: &str, number: u64) -> String {
    format!("/projects/{}/merge_requests/{number}/notes", encoded(project))
}

/// A note of a merge request.
pub fn comment(project: &str, number: u64, id: u64) -> String {
    format!("{}/{id}", comments(project, number))
}

/// A project's path is one segment of the URL.
fn encoded(project: &str) -> String {
    utf8_percent_encode(project, NON_ALPHANUMERIC).to_string()
}
