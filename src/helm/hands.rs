//! A second pair of hands: while a chart is loaded and rendered, another thread reads its values and parses its
//! templates before their turn comes, and reads the manifests that they wrote.
//!
//! **Invariant:** what comes out does not depend on it. A chart with little in it is left to the one thread, since
//! another takes longer to start.
//! **Not here:** what is parsed or read where.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle, scope};

use super::functions;
use super::load::Early;
use super::manifest::{self, Document};
use super::values::ValuesText;
use crate::base::{Result, Sources, threads};
use crate::gotmpl::{FuncMap, TemplateText};

/// So many bytes of templates or values are parsed in about the time that a thread takes to start.
const BYTES_WORTH_A_THREAD: usize = 16 << 10;

/// What is worth waking a thread for, in bytes of templates or manifests.
const BYTES_WORTH_A_MESSAGE: usize = 8 << 10;

/// The path of a template, and what it wrote.
pub type Text = (String, Arc<Vec<u8>>);

/// The path of a template, and the manifests that it wrote.
pub type Read = (String, Result<Vec<Document>>);

enum Job {
    Values(Arc<ValuesText>),
    Parse(Vec<Arc<TemplateText>>),
    Read(Vec<Text>),
}

/// For one chart.
pub struct Hands<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    sources: &'env Sources,
    /// Nobody waits for what is not parsed yet.
    is_over: &'env AtomicBool,
    functions: FuncMap,
    worker: Option<Worker<'scope>>,
    /// All that were seen, but for those that were parsed here.
    templates: Vec<Arc<TemplateText>>,
    to_parse: Pile<Arc<TemplateText>>,
    to_read: Pile<Text>,
}

/// The other thread, and how many answers it owes.
struct Worker<'scope> {
    jobs: Sender<Job>,
    answers: Receiver<Vec<Read>>,
    owed: usize,
    thread: ScopedJoinHandle<'scope, ()>,
}

/// What is not handed over yet.
struct Pile<T> {
    items: Vec<T>,
    bytes: usize,
}

/// Does some work that may ask for help.
pub fn with<R>(sources: &Sources, work: impl FnOnce(&mut Hands) -> R) -> R {
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        work(&mut Hands {
            scope,
            sources,
            is_over: &is_over,
            functions: functions::all(),
            worker: None,
            templates: Vec::new(),
            to_parse: Pile::new(),
            to_read: Pile::new(),
        })
    })
}

impl<'scope> Hands<'scope, '_> {
    /// The functions of templates.
    pub fn functions(&self) -> &FuncMap {
        &self.functions
    }

    /// The file is going to be needed.
    pub fn ahead(&mut self, early: Early) {
        match early {
            Early::Template(text) => self.parse(text),
            Early::Values(text) => {
                // They come first: what was seen before is of a chart that was loaded and is loaded again.
                self.templates.clear();
                if let Some(worker) = is_large(text).then(|| self.worker()).flatten() {
                    let _ = worker.jobs.send(Job::Values(text.clone()));
                }
            }
            Early::Wanted(text) => {
                if is_large(text) && self.worker.is_some() {
                    self.parse_until_read(text);
                }
            }
        }
    }

    /// The other thread has the values: meanwhile templates are parsed, from the last on, as it begins with the first.
    fn parse_until_read(&mut self, values: &ValuesText) {
        while !values.is_read()
            && let Some(text) = self.templates.pop()
        {
            text.parse(&self.functions);
        }
    }

    fn parse(&mut self, text: &Arc<TemplateText>) {
        self.templates.push(text.clone());
        self.to_parse.add(text.clone(), text.len());
        let worth = if self.worker.is_some() { BYTES_WORTH_A_MESSAGE } else { BYTES_WORTH_A_THREAD };
        if self.to_parse.bytes < worth {
            return;
        }
        let texts = self.to_parse.take();
        if let Some(worker) = self.worker() {
            // Where it has come to an end somebody else will parse them.
            let _ = worker.jobs.send(Job::Parse(texts));
        }
    }

    /// A template has written this, and so many are still to write. To read is done sooner than to execute, and each
    /// time that the other thread is woken costs: half of the texts are handed over at once, then half of the rest.
    pub fn read(&mut self, text: Text, left: usize) {
        let bytes = text.1.len();
        self.to_read.add(text, bytes);
        let is_worth_it = self.to_read.bytes >= BYTES_WORTH_A_MESSAGE && self.to_read.items.len() >= left;
        if let Some(worker) = self.worker.as_mut().filter(|_| is_worth_it) {
            worker.owed += 1;
            // What it could not take it owes all the same, so that it is found out.
            let _ = worker.jobs.send(Job::Read(self.to_read.take()));
        }
    }

    /// All that was to be read, in no order. This is the end of the work for the other thread.
    pub fn documents(&mut self) -> Vec<Read> {
        let texts = self.to_read.take();
        let Some(Worker { jobs, answers, owed, thread }) = self.worker.take() else {
            return read(texts, self.sources);
        };
        // It comes to its end by itself then, and who ends the process need not wake it for that.
        drop(jobs);
        // The last ones are as soon read here.
        let mut documents = read(texts, self.sources);
        let given: Vec<Vec<Read>> = answers.iter().take(owed).collect();
        if given.len() < owed
            && let Err(panic) = thread.join()
        {
            resume_unwind(panic);
        }
        documents.extend(given.into_iter().flatten());
        documents
    }

    fn worker(&mut self) -> Option<&Worker<'scope>> {
        if self.worker.is_none() {
            self.worker = self.start();
        }
        self.worker.as_ref()
    }

    /// Nothing where the system refuses a thread.
    fn start(&self) -> Option<Worker<'scope>> {
        let (jobs, received) = channel();
        let (answer, answers) = channel();
        let (functions, sources, is_over) = (self.functions.clone(), self.sources, self.is_over);
        let work = move || {
            for job in received {
                match job {
                    Job::Values(text) => text.read_ahead(),
                    Job::Parse(texts) => texts
                        .iter()
                        .take_while(|_| !is_over.load(Ordering::Relaxed))
                        .for_each(|text| text.parse(&functions)),
                    Job::Read(texts) => drop(answer.send(read(texts, sources))),
                }
            }
        };
        let thread = threads::spawn(self.scope, work)?;
        threads::let_start();
        Some(Worker { jobs, answers, owed: 0, thread })
    }
}

impl Drop for Hands<'_, '_> {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl<T> Pile<T> {
    fn new() -> Pile<T> {
        Pile { items: Vec::new(), bytes: 0 }
    }

    fn add(&mut self, item: T, bytes: usize) {
        self.items.push(item);
        self.bytes += bytes;
    }

    fn take(&mut self) -> Vec<T> {
        self.bytes = 0;
        std::mem::take(&mut self.items)
    }
}

fn is_large(text: &ValuesText) -> bool {
    text.len() >= BYTES_WORTH_A_THREAD
}

fn read(texts: Vec<Text>, sources: &Sources) -> Vec<Read> {
    let read = |(path, text): Text| {
        let documents = manifest::read(&path, &text, sources);
        (path, documents)
    };
    texts.into_iter().map(read).collect()
}
