//! A file of values that may be read on any thread before it is needed.

use std::sync::{Arc, OnceLock};

use super::{documents, merged};
use crate::base::{Result, SourceId};
use crate::gotmpl::Map;
use crate::yaml::Document;

/// The text of a file of values.
pub struct ValuesText {
    source: SourceId,
    text: Arc<[u8]>,
    documents: OnceLock<Result<Vec<Document>>>,
}

impl ValuesText {
    pub fn new(source: SourceId, text: Arc<[u8]>) -> ValuesText {
        ValuesText { source, text, documents: OnceLock::new() }
    }

    pub fn source(&self) -> SourceId {
        self.source
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Reads its documents, unless somebody has done so.
    pub fn read_ahead(&self) {
        let _ = self.documents();
    }

    /// Whether somebody has read its documents.
    pub fn is_read(&self) -> bool {
        self.documents.get().is_some()
    }

    /// As [`super::read`] of the text.
    pub fn values(&self) -> Result<Map> {
        merged(self.documents().as_ref().map_err(Clone::clone)?)
    }

    fn documents(&self) -> &Result<Vec<Document>> {
        self.documents.get_or_init(|| documents(self.source, &self.text))
    }
}
