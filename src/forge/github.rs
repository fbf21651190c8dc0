//! GitHub's REST API, version 2022-11-28: a pull request's comments are those of its issue.

pub const HEADERS: &[(&str, &str)] =
    &[("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")];

/// The comments of a pull request.
pub fn comments(repository: &str, number: u64) -> String {
    format!("/repos/{repository}/issues/{number}/comments")
}

/// A comment. Its number is the repository's.
pub fn comment(repository: &str, id: u64) -> String {
    format!("/repos/{repository}/issues/comments/{id}")
}
