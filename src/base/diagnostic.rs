//! The one error type.

use super::span::Span;

/// An error is one pointer wide, so that `Result` stays small on the hot paths.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

/// What went wrong, where, and what to do about it. Messages are lower case, without a full
/// stop, with names in backticks. How it is drawn is [`super::report`]'s business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, for machines: `kebab-case`, e.g. `yaml-syntax`, `unknown-field`.
    pub code: &'static str,
    pub message: String,
    /// The first is the place of the error; the others explain it.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// How the build came there, innermost first: ``in base `../base` ``.
    pub trace: Vec<String>,
    /// The same in the words of the reference tool, where a result quotes them.
    pub reference: Option<String>,
    /// Independent mistakes that are reported together with this one.
    pub others: Vec<Diagnostic>,
}

/// A place and what is to be said about it (may be empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
    /// The line holds secret data: it is not drawn, only its place.
    pub masked: bool,
}

impl Diagnostic {
    pub fn new(code: &'static str, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic {
            code,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            trace: Vec::new(),
            reference: None,
            others: Vec::new(),
        })
    }

    /// Adds a place, with nothing to say about it. Nowhere is left out.
    pub fn at(self: Box<Self>, span: Span) -> Box<Self> {
        self.label(span, "")
    }

    pub fn label(mut self: Box<Self>, span: Span, text: impl Into<String>) -> Box<Self> {
        if !span.is_nowhere() {
            self.labels.push(Label { span, text: text.into(), masked: false });
        }
        self
    }

    pub fn help(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.help = Some(text.into());
        self
    }

    /// Adds what the reference tool says of it.
    pub fn reference(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.reference = Some(text.into());
        self
    }

    /// Adds the next outer step of how the build came here.
    pub fn within(mut self: Box<Self>, step: impl Into<String>) -> Box<Self> {
        let step = step.into();
        self.others.iter_mut().for_each(|other| other.trace.push(step.clone()));
        self.trace.push(step);
        self
    }

    /// Never draws the source lines: they hold secret data.
    pub fn masked(mut self: Box<Self>) -> Box<Self> {
        self.labels.iter_mut().for_each(|label| label.masked = true);
        self.others.iter_mut().for_each(|other| other.labels.iter_mut().for_each(|label| label.masked = true));
        self
    }

    /// Many independent mistakes as one error; `None` where there are none. One that comes twice, as from two sides
    /// that are read from one place, is told once.
    pub fn together(errors: impl IntoIterator<Item = Box<Diagnostic>>) -> Option<Box<Diagnostic>> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        for mut error in errors {
            if first.others.last().unwrap_or(&first) == &*error {
                continue;
            }
            let more = std::mem::take(&mut error.others);
            first.others.push(*error);
            first.others.extend(more);
        }
        Some(first)
    }

    /// All results, or all errors as one.
    pub fn all<T>(results: impl IntoIterator<Item = super::Result<T>>) -> super::Result<Vec<T>> {
        let (mut done, mut errors) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(one) => done.push(one),
                Err(error) => errors.push(error),
            }
        }
        Diagnostic::together(errors).map_or(Ok(done), Err)
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}
