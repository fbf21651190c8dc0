//! `kz comment` against a server that plays the APIs of GitHub and GitLab.

#[allow(dead_code, reason = "other tests need more of it")]
#[path = "../fetch/server.rs"]
mod server;
#[allow(dead_code, reason = "copies are for other tests")]
#[path = "../support/temp_dir.rs"]
mod temp_dir;

use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use server::{Asked, Reply, Server};
use temp_dir::TempDir;

const TOKEN: &str = "t0ken-of-the-test";

/// The comments of one thread: who wrote each, and what it says.
type Comments = Arc<Mutex<Vec<(&'static str, String)>>>;

/// A server with comments. `trouble` may answer in its place.
fn start(
    thread: &'static str,
    comments: &Comments,
    trouble: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static,
) -> Server {
    let comments = comments.clone();
    Server::start(move |asked, number| trouble(asked, number).unwrap_or_else(|| answer(thread, &comments, asked)))
}

fn answer(thread: &str, comments: &Comments, asked: &Asked) -> Reply {
    if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return Reply::status(401, r#"{"message":"Bad credentials"}"#);
    }
    let mut comments = comments.lock().unwrap();
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let text = || serde_json::from_slice::<Value>(&asked.body).unwrap()["body"].as_str().unwrap().to_owned();
    // The number of a comment is its place, from 1.
    let named = path.rsplit('/').next().and_then(|id| id.parse::<usize>().ok()).map(|id| id - 1);
    match asked.method.as_str() {
        "GET" if path == thread => {
            let page: usize = query.split("page=").last().unwrap().parse().unwrap();
            let listed = comments.iter().enumerate().skip((page - 1) * 100).take(100);
            let listed: Vec<Value> = listed.map(|(at, (_, body))| json!({"id": at + 1, "body": body})).collect();
            Reply::ok(json!(listed).to_string())
        }
        "POST" if path == thread => {
            comments.push(("kz", text()));
            Reply::status(201, "{}")
        }
        "PATCH" | "PUT" => match named.and_then(|at| comments.get_mut(at)) {
            Some((author, body)) if *author == "kz" => {
                *body = text();
                Reply::ok("{}")
            }
            Some(_) => Reply::status(403, r#"{"message":"Resource not accessible by integration"}"#),
            None => Reply::status(404, "{}"),
        },
        _ => Reply::status(404, r#"{"message":"Not Found"}"#),
    }
}

fn kz(server: &Server, args: &[&str], variables: &[(&str, &str)], text: &str) -> Output {
    let temp = TempDir::new().unwrap();
    std::fs::write(temp.path().join("report.md"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.arg("comment").args(args).args(["--api-url", &server.url("")]);
    command.current_dir(temp.path()).env_clear().envs(variables.iter().copied());
    command.output().unwrap()
}

fn on_github(server: &Server, text: &str) -> Output {
    let variables = [("GITHUB_TOKEN", TOKEN), ("GITHUB_REPOSITORY", "org/app"), ("GITHUB_REF", "refs/pull/7/merge")];
    kz(server, &["--github", "report.md"], &variables, text)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const GITHUB: &str = "/repos/org/app/issues/7/comments";

#[test]
fn one_comment_is_kept_up_to_date() {
    let comments = Comments::default();
    let server = start(GITHUB, &comments, |_, _| None);
    for (text, expected) in [("one", "commented"), ("one", "says this already"), ("two", "up to date")] {
        let output = on_github(&server, text);
        assert!(output.status.success() && output.stdout.is_empty(), "{}", said(&output));
        assert!(said(&output).contains(expected), "{text}: {}", said(&output));
    }
    assert_eq!(*comments.lock().unwrap(), [("kz", "two\n\n<!-- kz:kz-diff -->\n".to_owned())]);
    let headers = &server.asked()[0];
    assert_eq!(headers.header("x-github-api-version"), Some("2022-11-28"));
}

#[test]
fn it_is_found_behind_many_others_and_those_of_others_stay() {
    let comments = Comments::default();
    comments.lock().unwrap().extend((0..130).map(|n| ("somebody", format!("comment {n}"))));
    comments.lock().unwrap().push(("somebody", "copied\n\n<!-- kz:kz-diff -->".to_owned()));
    comments.lock().unwrap().push(("kz", "old\n\n<!-- kz:kz-diff -->".to_owned()));
    comments.lock().unwrap().push(("kz", "of another report\n\n<!-- kz:other -->".to_owned()));
    let server = start(GITHUB, &comments, |_, _| None);
    let output = on_github(&server, "new");
    assert!(output.status.success(), "{}", said(&output));
    let comments = comments.lock().unwrap();
    assert_eq!(comments.len(), 133);
    assert_eq!(comments[130].1, "copied\n\n<!-- kz:kz-diff -->");
    assert_eq!(comments[131].1, "new\n\n<!-- kz:kz-diff -->\n");
    assert_eq!(comments[132].1, "of another report\n\n<!-- kz:other -->");
}

#[test]
fn gitlab_has_notes() {
    let comments = Comments::default();
    let server = start("/projects/group%2Fsub%2Fapp/merge_requests/3/notes", &comments, |_, _| None);
    let variables = [("GITLAB_TOKEN", TOKEN), ("CI_MERGE_REQUEST_IID", "3")];
    for text in ["one", "two"] {
        let args = ["--gitlab", "--repo", "group/sub/app", "--marker", "prod", "report.md"];
        let output = kz(&server, &args, &variables, text);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!(*comments.lock().unwrap(), [("kz", "two\n\n<!-- kz:prod -->\n".to_owned())]);
    let methods: Vec<String> = server.asked().iter().map(|asked| asked.method.clone()).collect();
    assert_eq!(methods, ["GET", "POST", "GET", "PUT"]);
}

#[test]
fn a_post_whose_answer_is_lost_is_not_made_twice() {
    let comments = Comments::default();
    let heard = comments.clone();
    let server = start(GITHUB, &comments, move |asked, _| {
        (asked.method == "POST").then(|| {
            answer(GITHUB, &heard, asked);
            Reply::status(502, "a proxy lost it")
        })
    });
    let output = on_github(&server, "text");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(comments.lock().unwrap().len(), 1);
}

#[test]
fn a_server_that_is_away_for_a_moment_is_asked_again() {
    let comments = Comments::default();
    let server =
        start(GITHUB, &comments, |_, number| (number % 2 == 0 && number < 4).then(|| Reply::status(503, "busy")));
    let output = on_github(&server, "text");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(comments.lock().unwrap().len(), 1);
}

#[test]
fn errors_say_what_is_missing_and_never_the_token() {
    let comments = Comments::default();
    let server = start(GITHUB, &comments, |asked, _| {
        (asked.method == "POST").then(|| Reply::status(403, r#"{"message":"Resource not accessible by integration"}"#))
    });
    let all = [("GITHUB_TOKEN", TOKEN), ("GITHUB_REPOSITORY", "org/app"), ("GITHUB_REF", "refs/pull/7/merge")];
    let wrong_token = [("GITHUB_TOKEN", "wr0ng-token"), all[1], all[2]];
    let on_a_branch = [all[0], all[1], ("GITHUB_REF", "refs/heads/main")];
    type Try<'t> = (&'t [&'t str], &'t [(&'t str, &'t str)], &'t str);
    let expected: [Try; 8] = [
        (&["--github", "report.md"], &all, "pull-requests: write"),
        (&["--github", "report.md"], &wrong_token, "the token is not known"),
        (&["--github", "report.md"], &all[1..], "set `GITHUB_TOKEN` or `GH_TOKEN`"),
        (&["--github", "report.md"], &on_a_branch, "--number"),
        (&["--github", "report.md", "--repo", "org/../x"], &all, "is no repository"),
        (&["--github", "report.md", "--number", "8"], &all, "see whether repository and number are right"),
        (&["report.md"], &all, "one of `--github` and `--gitlab`"),
        (&["--github", "nowhere.md"], &all, "cannot read nowhere.md"),
    ];
    for (args, variables, text) in expected {
        let output = kz(&server, args, variables, "text");
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stdout.is_empty());
        assert!(said(&output).contains(text), "{args:?}: {}", said(&output));
        assert!(!said(&output).contains(TOKEN) && !said(&output).contains("wr0ng-token"), "{}", said(&output));
    }
    assert!(comments.lock().unwrap().is_empty());
}

#[test]
fn what_is_too_long_is_not_sent() {
    let server = start(GITHUB, &Comments::default(), |_, _| None);
    let output = on_github(&server, &"é".repeat(65_530));
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("at most 65536 characters"), "{}", said(&output));
    assert_eq!(server.count(), 0);
}
