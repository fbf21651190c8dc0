//! What is known of the types of Kubernetes objects: how their lists merge, and which of them
//! live in namespaces.
//!
//! kustomize keeps this as one global state of the process, changed by the `openapi` field of the
//! outermost kustomization, or else of the first base that has one. [`Schema`] is the same state as
//! a value: [`Schema::set`] gives the next one. What the reference knows in the end depends even on
//! what it was asked before (`Touched`); this is reproduced, because a custom schema replaces the
//! built-in types, unless they were asked for earlier.
//!
//! **Invariant:** nothing is read or built before it is asked for.
//! **Not here:** the `crds` field, which is about name references only.

mod builtin;
mod custom;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use builtin::Builtin;
use custom::{CustomType, Document};

use crate::base::{Diagnostic, Result, SourceId, Span};
use crate::yaml;

/// The version of Kubernetes whose types are built in; the only one that `openapi.version` may name.
const BUILTIN_VERSION: &str = "v1.21.2";

/// How many references to references are followed before a circle is assumed.
const MAX_REFERENCES: usize = 100;

/// The types in use: the built-in ones, and what a kustomization's `openapi` adds. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Some kustomization has had its say.
    is_set: bool,
    custom: Option<Custom>,
    touched: AtomicU8,
}

/// What a schema was asked so far. kustomize: globalSchema.schemaInit, defaultBuiltInSchemaParseStatus.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Touched {
    No,
    /// For the scope of a type that is not built in.
    Scope,
    /// For a definition.
    Definitions,
}

#[derive(Debug)]
struct Custom {
    text: Arc<[u8]>,
    source: SourceId,
    builtin: BuiltinTypes,
    document: OnceLock<Result<Document>>,
}

/// Where the built-in types stand beside a custom schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BuiltinTypes {
    Absent,
    /// The custom ones go first.
    Behind,
    /// The built-in ones go first.
    Before,
}

/// Which kustomization sets a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Outermost,
    /// A base or a component.
    Nested,
}

/// What a kustomization says in `openapi`.
#[derive(Clone, Debug, Default)]
pub struct OpenApi<'a> {
    pub version: Option<(&'a str, Span)>,
    /// The file that `path` names, already read.
    pub file: Option<(SourceId, Arc<[u8]>)>,
    /// Of `path`.
    pub path_span: Span,
}

/// The type of a value in an object. `None` of its methods is "nothing known".
#[derive(Clone, Copy, Debug)]
pub struct Type<'s> {
    schema: &'s Schema,
    at: At<'s>,
}

#[derive(Clone, Copy, Debug)]
enum At<'s> {
    Builtin(Builtin),
    Custom(&'s CustomType),
}

impl Schema {
    /// What a kustomization's `openapi` makes of this schema. What bases say is heard only if nobody
    /// spoke before. kustomize: openapi.SetSchema.
    pub fn set(&self, openapi: OpenApi, level: Level) -> Result<Schema> {
        if self.state.is_set && level == Level::Nested {
            return Ok(self.clone());
        }
        match (openapi.file, openapi.version) {
            (Some(_), Some((_, span))) => {
                Err(Diagnostic::new("openapi-path-and-version", "`openapi` has both `path` and `version`")
                    .at(span)
                    .label(openapi.path_span, "the path is here")
                    .help("keep one of them: a schema of your own, or a built-in version"))
            }
            (Some((source, text)), None) => Ok(self.with_custom(source, text)),
            (None, None | Some(("", _))) => Ok(self.clone()),
            (None, Some((BUILTIN_VERSION, _))) => {
                Ok(Schema { state: Arc::new(State { is_set: true, ..State::default() }) })
            }
            (None, Some((version, span))) => Err(Diagnostic::new(
                "unknown-openapi-version",
                format!("the OpenAPI version `{version}` is not built in"),
            )
            .at(span)
            .help(format!("`{BUILTIN_VERSION}` is, and it is used where nothing is said"))),
        }
    }

    fn with_custom(&self, source: SourceId, text: Arc<[u8]>) -> Schema {
        let builtin = match self.touched() {
            Touched::No => BuiltinTypes::Absent,
            // Go: the built-in types were put off, and are read once the custom ones have been.
            Touched::Scope => BuiltinTypes::Before,
            Touched::Definitions => BuiltinTypes::Behind,
        };
        let custom = Custom { text, source, builtin, document: OnceLock::new() };
        Schema { state: Arc::new(State { is_set: true, custom: Some(custom), ..State::default() }) }
    }

    /// The error of a custom schema that was needed and cannot be read. The look-ups themselves
    /// find nothing in such a schema; a build asks here when it is done with a kustomization.
    pub fn check(&self) -> Result<()> {
        match self.state.custom.as_ref().and_then(|custom| custom.document.get()) {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// True only where the type is known to have no namespace. kustomize: IsCertainlyClusterScoped.
    pub fn is_certainly_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        match builtin::is_namespaced(api_version, kind) {
            Some(is_namespaced) => !is_namespaced,
            None => match self.custom() {
                Some(document) => document.is_namespaced(api_version, kind) == Some(false),
                None => {
                    self.touch(Touched::Scope);
                    false
                }
            },
        }
    }

    /// The type of an object. kustomize: SchemaForResourceType.
    pub fn object(&self, api_version: &str, kind: &str) -> Option<Type<'_>> {
        self.touch(Touched::Definitions);
        self.pick(|| Builtin::of_type(api_version, kind), |document| document.of_type(api_version, kind))
    }

    fn pick<'s>(
        &'s self,
        builtin: impl FnOnce() -> Option<Builtin>,
        custom: impl FnOnce(&'s Document) -> Option<&'s CustomType>,
    ) -> Option<Type<'s>> {
        let builtin = || builtin().map(At::Builtin);
        let at = match (&self.state.custom, self.custom()) {
            (Some(Custom { builtin: BuiltinTypes::Before, .. }), Some(document)) => {
                builtin().or_else(|| custom(document).map(At::Custom))
            }
            (Some(Custom { builtin: BuiltinTypes::Behind, .. }), Some(document)) => {
                custom(document).map(At::Custom).or_else(builtin)
            }
            (Some(_), document) => document.and_then(custom).map(At::Custom),
            (None, _) => builtin(),
        };
        Some(Type { schema: self, at: at? })
    }

    fn custom(&self) -> Option<&Document> {
        let custom = self.state.custom.as_ref()?;
        let document = custom.document.get_or_init(|| {
            // kustomize: parse: what does not start with a brace is YAML.
            let root = match custom.text.first() {
                None | Some(b'{') => yaml::read_json(&custom.text, custom.source).map(Some),
                Some(_) => yaml::read(custom.source, &custom.text, yaml::ReadOptions::config())
                    .map(|mut documents| documents.pop().and_then(|document| document.root)),
            };
            let document = root.map(|root| root.as_ref().map(Document::of).unwrap_or_default());
            document.map_err(|error| error.within("in the schema that `openapi.path` names"))
        });
        document.as_ref().ok()
    }

    fn touched(&self) -> Touched {
        match self.state.touched.load(Ordering::Relaxed) {
            0 => Touched::No,
            1 => Touched::Scope,
            _ => Touched::Definitions,
        }
    }

    fn touch(&self, by: Touched) {
        if self.touched() < by {
            self.state.touched.fetch_max(by as u8, Ordering::Relaxed);
        }
    }

    /// Follows references. kustomize: the loops around Resolve in Field and Elements.
    fn resolve<'s>(&'s self, mut custom: &'s CustomType) -> Option<Type<'s>> {
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = &custom.reference else {
                return Some(Type { schema: self, at: At::Custom(custom) });
            };
            let pointer = reference.strip_prefix("#/definitions/")?;
            let next = self.pick(|| Builtin::named(pointer), |document| document.pointed_to(pointer))?;
            match next.at {
                At::Builtin(_) => return Some(next),
                At::Custom(next) => custom = next,
            }
        }
        None
    }
}

impl<'s> Type<'s> {
    /// The type of a field, or of every value of a map.
    pub fn field(&self, name: &str) -> Option<Type<'s>> {
        match self.at {
            At::Builtin(at) => Some(Type { schema: self.schema, at: At::Builtin(at.field(name)?) }),
            At::Custom(custom) => self.schema.resolve(custom.field(name)?),
        }
    }

    /// The type of a list's elements.
    pub fn elements(&self) -> Option<Type<'s>> {
        match self.at {
            At::Builtin(at) => Some(Type { schema: self.schema, at: At::Builtin(at.elements()?) }),
            At::Custom(custom) => self.schema.resolve(custom.elements()?),
        }
    }

    /// The keys by which a list's elements are told apart, none where the list is of scalars that
    /// merge by value. `None` for lists that do not merge.
    pub fn merge_keys(&self) -> Option<Vec<&'s str>> {
        match self.at {
            At::Builtin(at) => Some(at.merge_keys()?.collect()),
            At::Custom(custom) => Some(custom.merge_keys()?.iter().map(|key| key.as_str()).collect()),
        }
    }
}
