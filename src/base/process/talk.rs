//! A program that answers one question after the other, for as long as somebody asks.
//!
//! **Invariant:** the program has ended and has been waited for when the talk is dropped.
//! **Not here:** what the questions and answers mean.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::Job;

/// A program that was started and waits for questions.
pub struct Talk {
    child: Child,
    /// `None` once nothing more is to be asked.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Talk {
    /// Starts a program. What it says on stderr is lost; the job's input is its first question.
    pub fn start(job: &Job) -> Result<Talk> {
        let mut command = Command::new(job.program);
        command.args(job.args).env_clear().envs(job.environment.iter().map(|(key, value)| (key, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(directory) = job.directory {
            command.current_dir(directory);
        }
        let mut child = super::spawn(&mut command)?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ErrorKind::BrokenPipe.into());
        };
        let mut talk = Talk { child, questions: Some(questions), answers: BufReader::with_capacity(1 << 16, answers) };
        if !job.input.is_empty() {
            talk.ask(&job.input)?;
        }
        Ok(talk)
    }

    /// Asks something. What is asked has to be short, for nothing is read meanwhile.
    pub fn ask(&mut self, question: &[u8]) -> Result<()> {
        let pipe = self.questions.as_mut().ok_or(ErrorKind::BrokenPipe)?;
        pipe.write_all(question)?;
        pipe.flush()
    }

    /// A line of the answer, without its end, of so many bytes at most.
    pub fn line(&mut self, most: u64) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        (&mut self.answers).take(most).read_until(b'\n', &mut line)?;
        if line.pop() == Some(b'\n') { Ok(line) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    /// So many bytes of the answer.
    pub fn bytes(&mut self, count: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.answers).take(count).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == count { Ok(bytes) } else { Err(Error::from(ErrorKind::UnexpectedEof)) }
    }
}

impl Drop for Talk {
    /// A program that is asked no more ends by itself; one that was in the middle of an answer is ended.
    fn drop(&mut self) {
        self.questions = None;
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn questions_are_answered_until_the_program_ends() {
        let args = ["-c".to_owned(), "while read a; do echo \"<$a>\"; [ \"$a\" != end ] || exit; done".to_owned()];
        let program = Path::new("/bin/sh");
        let job = Job { name: "test", program, args: &args, environment: &[], directory: None, input: Vec::new() };
        let mut talk = Talk::start(&job).unwrap();
        for word in ["one", "two"] {
            talk.ask(format!("{word}\n").as_bytes()).unwrap();
            assert_eq!(talk.bytes(1).unwrap(), b"<");
            assert_eq!(talk.line(100).unwrap(), format!("{word}>").as_bytes());
        }
        talk.ask(b"a line that is long\n").unwrap();
        assert_eq!(talk.line(5).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        talk.ask(b"end\n").unwrap();
        assert_eq!(talk.bytes(1000).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
