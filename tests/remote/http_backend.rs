//! Repositories of a bench behind a web server, by git's own program for that.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::server::{Asked, Reply, Server};

/// Serves the repositories of a folder as servers of today do: parts of commits can be asked for.
pub fn serve(root: &Path) -> Server {
    serve_if(root, |_| None)
}

/// Serves what the handler does not answer.
pub fn serve_if(root: &Path, handler: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Server {
    let root = root.to_owned();
    Server::start(move |asked, _| handler(asked).unwrap_or_else(|| answer(&root, asked, "uploadpack.allowFilter=true")))
}

/// Of a server that knows no filters.
pub fn answer_plainly(root: &Path, asked: &Asked) -> Reply {
    answer(root, asked, "uploadpack.allowFilter=false")
}

/// Asks the CGI program `git http-backend`.
fn answer(root: &Path, asked: &Asked, setting: &str) -> Reply {
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let header = |name: &str| asked.header(name).unwrap_or_default().to_owned();
    let mut command = Command::new("git");
    command.args(["-c", setting, "-c", "safe.directory=*", "http-backend"]);
    command.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("PATH_INFO", path);
    command.env("QUERY_STRING", query).env("REQUEST_METHOD", &asked.method).env("REMOTE_ADDR", "127.0.0.1");
    command.env("CONTENT_TYPE", header("content-type")).env("HTTP_GIT_PROTOCOL", header("git-protocol"));
    command
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("CONTENT_LENGTH", asked.body.len().to_string());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut stdin, body) = (child.stdin.take().unwrap(), asked.body.clone());
    thread::spawn(move || stdin.write_all(&body).ok());
    let answer = child.wait_with_output().unwrap().stdout;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(0);
    let (head, body) =
        (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[(end + 4).min(answer.len())..].to_vec());
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let status = field("Status: ").and_then(|text| text.get(..3)?.parse().ok()).unwrap_or(200);
    let kind = field("Content-Type: ").unwrap_or_default();
    Reply::status(status, body).header("Content-Type", kind)
}

/// Serves files as they are.
pub fn serve_files(root: PathBuf) -> Server {
    Server::start(move |asked, _| {
        let path = asked.target.split('?').next().unwrap_or_default().trim_start_matches('/');
        match std::fs::read(root.join(path)) {
            Ok(content) => Reply::ok(content),
            Err(_) => Reply::status(404, "no such file"),
        }
    })
}

/// How many requests asked for objects.
pub fn fetches(server: &Server) -> usize {
    server.asked().iter().filter(|asked| String::from_utf8_lossy(&asked.body).contains("command=fetch")).count()
}
