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
mod comments;
mod custom;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use builtin::Builtin;
pub use comments::CommentTypes;
use custom::{CustomType, Document};

use crate::base::{Diagnostic, Result, SourceId, Span};
use crate::yaml::{self, Node};

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

    /// The type that a comment behind a key gives to the field. A reference that leads nowhere is a
    /// type of which nothing is known.
    pub fn commented<'s>(&'s self, comments: &'s CommentTypes, key: &Node) -> Option<Type<'s>> {
        let custom = comments.at(key)?;
        Some(self.resolve(custom).unwrap_or(Type { schema: self, at: At::Builtin(Builtin::Blank) }))
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

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r##"{
      "definitions": {
        "example.v1.Foo": {
          "properties": {
            "spec": {"$ref": "#/definitions/example.v1.FooSpec"},
            "loop": {"$ref": "#/definitions/example.v1.Loop"}
          },
          "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Foo"}]
        },
        "example.v1.FooSpec": {
          "properties": {
            "parts": {
              "type": "array",
              "items": {"$ref": "#/definitions/io.k8s.api.core.v1.Container"},
              "x-kubernetes-patch-merge-key": "name",
              "x-kubernetes-list-map-keys": ["name", "port"],
              "x-kubernetes-patch-strategy": "retainKeys,merge"
            },
            "named": {"additionalProperties": {"$ref": "#/definitions/example.v1.FooSpec"}},
            "plain": {"type": "array", "items": {"type": "string"}}
          }
        },
        "example.v1.Loop": {"$ref": "#/definitions/example.v1.Loop"}
      },
      "paths": {
        "/apis/example.com/v1/foos": {
          "get": {"x-kubernetes-group-version-kind": {"group": "example.com", "version": "v1", "kind": "Foo"}}
        },
        "/apis/example.com/v1/namespaces/{namespace}/bars": {
          "get": {"x-kubernetes-group-version-kind": {"group": "example.com", "version": "v1", "kind": "Bar"}}
        }
      }
    }"##;

    fn set(schema: &Schema, text: &str, level: Level) -> Schema {
        let file = Some((SourceId::NONE, text.as_bytes().into()));
        schema.set(OpenApi { file, ..OpenApi::default() }, level).expect("a path alone is fine")
    }

    fn keys(schema: &Schema, api_version: &str, kind: &str, path: &[&str]) -> Option<Vec<String>> {
        let mut at = schema.object(api_version, kind)?;
        for step in path {
            at = if *step == "[]" { at.elements()? } else { at.field(step)? };
        }
        Some(at.merge_keys()?.into_iter().map(str::to_owned).collect())
    }

    fn knows_pods(schema: &Schema) -> bool {
        keys(schema, "v1", "Pod", &["spec", "containers"]).is_some()
    }

    // Expectations from kyaml 0.21.1's openapi package, as kustomize 5.8.1 drives it.
    #[test]
    fn custom_types_have_merge_keys_and_scopes() {
        let schema = set(&Schema::default(), DOCUMENT, Level::Outermost);
        let of_foo = |path: &[&str]| keys(&schema, "example.com/v1", "Foo", path);
        let two = Some(vec!["name".to_owned(), "port".to_owned()]);
        assert_eq!(of_foo(&["spec", "parts"]), two);
        assert_eq!(of_foo(&["spec", "named", "any", "parts"]), two);
        assert_eq!(of_foo(&["spec", "plain"]), None);
        assert!(schema.object("example.com/v1", "Foo").is_some_and(|foo| foo.field("loop").is_none()));
        assert!(schema.is_certainly_cluster_scoped("example.com/v1", "Foo"));
        assert!(!schema.is_certainly_cluster_scoped("example.com/v1", "Bar"));
        assert!(schema.is_certainly_cluster_scoped("v1", "Namespace"));
    }

    #[test]
    fn a_custom_schema_replaces_the_built_in_types_unless_they_were_asked_for() {
        let schema = Schema::default();
        assert!(knows_pods(&schema));
        assert!(!knows_pods(&set(&Schema::default(), DOCUMENT, Level::Outermost)));
        // The question above has touched the definitions.
        let both = set(&schema, DOCUMENT, Level::Nested);
        assert!(knows_pods(&both));
        assert!(keys(&both, "example.com/v1", "Foo", &["spec", "parts", "[]", "env"]).is_some());

        let schema = Schema::default();
        assert!(schema.is_certainly_cluster_scoped("v1", "Namespace"));
        assert!(!knows_pods(&set(&schema, DOCUMENT, Level::Nested)));
        assert!(!schema.is_certainly_cluster_scoped("example.com/v1", "Foo"));
        assert!(knows_pods(&set(&schema, DOCUMENT, Level::Nested)));
    }

    #[test]
    fn the_first_that_speaks_is_heard() {
        let version = |version| OpenApi { version: Some((version, Span::NOWHERE)), ..OpenApi::default() };
        let builtin = Schema::default().set(version("v1.21.2"), Level::Outermost).expect("is built in");
        assert!(knows_pods(&set(&builtin, DOCUMENT, Level::Nested)));
        assert!(builtin.set(version("v1.20.0"), Level::Nested).is_ok());
        let unsaid = Schema::default().set(version(""), Level::Outermost).expect("says nothing");
        assert!(!knows_pods(&set(&unsaid, DOCUMENT, Level::Nested)));
        let error = Schema::default().set(version("v1.20.0"), Level::Outermost).expect_err("is not built in");
        assert_eq!(error.code, "unknown-openapi-version");
        let both = OpenApi { file: Some((SourceId::NONE, Arc::from(*b"{}"))), ..version("v1.21.2") };
        assert_eq!(
            Schema::default().set(both, Level::Outermost).expect_err("is both").code,
            "openapi-path-and-version"
        );
    }

    #[test]
    fn a_schema_that_cannot_be_read_is_an_error_once_it_is_needed() {
        for text in ["", "{", "a: [", "\tx: y"] {
            let schema = set(&Schema::default(), text, Level::Outermost);
            assert!(!schema.is_certainly_cluster_scoped("v1", "Pod") && schema.check().is_ok(), "{text}");
            assert!(schema.object("v1", "Pod").is_none() && schema.check().is_err(), "{text}");
        }
        let yaml = "definitions:\n  a:\n    x-kubernetes-group-version-kind: [{version: v1, kind: A}]\n";
        let schema = set(&Schema::default(), yaml, Level::Outermost);
        assert!(schema.object("v1", "A").is_some() && schema.check().is_ok());
    }
}
