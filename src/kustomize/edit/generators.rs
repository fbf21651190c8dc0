//! Entries of `configMapGenerator` and `secretGenerator`.
//!
//! Source: kustomize 5.8.1, kustomize/commands/edit: addconfigmap.go, addsecret.go and their counterparts in set and
//! remove; kustomize/commands/internal/util/configmapSecretFlagsAndArgs.go.
//!
//! **Invariant:** no message holds a value, and what a secret's entry says is never drawn.

use super::fields::{
    append, on, set, set_entries, set_items, set_text, take, take_entries, take_items, text, text_of, texts,
};
use super::glob::{glob, glob_all};
use super::{Edited, bad_argument, draft, not_there};
use crate::base::{Diagnostic, Result};
use crate::kustomize::context::Context;
use crate::kustomize::decode::{ConfigMapArgs, SecretArgs, strict};
use crate::kustomize::generators;
use crate::kustomize::loader::Loader;
use crate::yaml::Node;

/// What is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratorKind {
    ConfigMap,
    Secret,
}

impl GeneratorKind {
    fn field(self) -> &'static str {
        match self {
            GeneratorKind::ConfigMap => "configMapGenerator",
            GeneratorKind::Secret => "secretGenerator",
        }
    }

    fn what(self) -> &'static str {
        match self {
            GeneratorKind::ConfigMap => "ConfigMap",
            GeneratorKind::Secret => "Secret",
        }
    }

    /// Errors about secrets show nothing.
    fn careful(self, error: Box<Diagnostic>) -> Box<Diagnostic> {
        if self == GeneratorKind::Secret { error.masked() } else { error }
    }
}

/// What the flags say; what is empty is not said.
#[derive(Clone, Debug, Default)]
pub struct GeneratorFlags {
    /// Patterns of files, `key=path` each or without the key.
    pub files: Vec<String>,
    pub literals: Vec<String>,
    pub env_file: String,
    /// Of Secrets only.
    pub secret_type: String,
    pub behavior: String,
    pub namespace: String,
    pub new_namespace: String,
    pub no_hash: bool,
}

/// `add configmap`, `add secret`: makes an entry, or adds to the one of this name and namespace.
///
/// Errors: no name or no data; what the generator itself says, as files that are not there and keys that are there
/// twice; those of [`draft::open`].
pub fn add_generator(ctx: &Context, kind: GeneratorKind, words: &[String], flags: &GeneratorFlags) -> Edited {
    let files = expand_files(ctx, &flags.files)?;
    let name = one_name(kind, words)?;
    check_sources(flags, &files)?;
    let mut draft = draft::open(ctx)?;
    let mut entries = take_items(&mut draft.fields, kind.field());
    let at = position(&entries, name, &flags.namespace).unwrap_or_else(|| {
        let fields = [("name", name), ("namespace", &flags.namespace), ("type", &flags.secret_type)];
        entries.push(super::fields::object(&fields));
        entries.len() - 1
    });
    let entry = &mut entries[at];
    append(entry, "literals", flags.literals.iter().map(|literal| text(literal)));
    append(entry, "files", files.iter().map(|file| text(file)));
    append(entry, "envs", (!flags.env_file.is_empty()).then(|| text(&flags.env_file)));
    if flags.no_hash {
        // kustomize: labels and annotations that stood there are gone.
        let mut options = super::fields::object(&[]);
        set(&mut options, "disableNameSuffixHash", Some(on()));
        set(entry, "options", Some(options));
    }
    if !flags.behavior.is_empty() {
        set_text(entry, "behavior", &flags.behavior);
    }
    finish(ctx, kind, &mut draft.fields, entries, at)?;
    Ok(Some(draft))
}

/// `set configmap`, `set secret`: other values for keys that literals have, another namespace.
///
/// Errors: no such entry or key; those of [`add_generator`].
pub fn set_generator(ctx: &Context, kind: GeneratorKind, words: &[String], flags: &GeneratorFlags) -> Edited {
    let name = one_name(kind, words)?;
    if flags.literals.is_empty() && flags.new_namespace.is_empty() {
        return Err(bad_argument("nothing is to be changed").help("give `--from-literal` or `--new-namespace`"));
    }
    let mut draft = draft::open(ctx)?;
    let mut entries = take_items(&mut draft.fields, kind.field());
    let Some(at) = position(&entries, name, &flags.namespace) else {
        return Err(not_there(format!("there is no {} `{name}` in `{}`", kind.what(), kind.field()))
            .help("`--namespace` says which, where it has one"));
    };
    if !flags.literals.is_empty() {
        let literals = changed_literals(kind, texts(&entries[at], "literals"), &flags.literals)?;
        set_items(&mut entries[at], "literals", literals);
    }
    if !flags.new_namespace.is_empty() {
        set_text(&mut entries[at], "namespace", &flags.new_namespace);
    }
    finish(ctx, kind, &mut draft.fields, entries, at)?;
    Ok(Some(draft))
}

/// `remove configmap`, `remove secret`: names in one word with commas between them.
///
/// Errors: none of them is there; those of [`draft::open`].
pub fn remove_generators(ctx: &Context, kind: GeneratorKind, words: &[String], namespace: &str) -> Edited {
    let names = super::one_list(words, "name")?;
    let mut draft = draft::open(ctx)?;
    let mut entries = take_items(&mut draft.fields, kind.field());
    let mut found: Vec<String> = Vec::new();
    entries.retain(|entry| {
        let name = text_of(entry, "name");
        let goes = names.contains(&name) && is_same_namespace(text_of(entry, "namespace"), namespace);
        if goes {
            found.push(name.to_owned());
        }
        !goes
    });
    if found.is_empty() {
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(
            not_there(format!("`{}` has no {names}", kind.field())).help("`--namespace` says which, where it has one")
        );
    }
    for name in names.iter().filter(|name| !found.iter().any(|found| found == *name)) {
        ctx.note(format!("there is no {} `{name}`", kind.what()));
    }
    set_items(&mut draft.fields, kind.field(), entries);
    Ok(Some(draft))
}

fn one_name(kind: GeneratorKind, words: &[String]) -> Result<&str> {
    match words {
        [name] => Ok(name),
        [] => Err(bad_argument(format!("the {} has no name", kind.what())).help("name it first, then give the flags")),
        [_, second, ..] => {
            Err(bad_argument(format!("`{second}` is one word too many")).help("one can be named at a time"))
        }
    }
}

fn check_sources(flags: &GeneratorFlags, files: &[String]) -> Result<()> {
    let (has_env, has_others) = (!flags.env_file.is_empty(), !files.is_empty() || !flags.literals.is_empty());
    if !has_env && !has_others {
        return Err(bad_argument("there is no data")
            .help("give `--from-literal`, `--from-file` or `--from-env-file`; files must be there"));
    }
    if has_env && has_others {
        return Err(bad_argument("an env file cannot be combined with files or literals")
            .help("run the command once for the env file and once for the others"));
    }
    if !matches!(flags.behavior.as_str(), "" | "create" | "merge" | "replace") {
        return Err(bad_argument(format!("there is no behavior `{}`", flags.behavior))
            .help("it is `create`, `merge` or `replace`"));
    }
    Ok(())
}

/// `--from-file` as entries of `files`. kustomize: ExpandFileSource; of `a=b=c` the pattern is `a`.
fn expand_files(ctx: &Context, sources: &[String]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for source in sources {
        let parts: Vec<&str> = source.split('=').collect();
        let (key, pattern) = match parts.as_slice() {
            [key, pattern] => (*key, *pattern),
            [pattern, ..] => ("", *pattern),
            [] => continue,
        };
        if key.is_empty() {
            files.extend(glob_all(ctx, [pattern])?);
            continue;
        }
        match glob(ctx, pattern)?.as_slice() {
            [file] => files.push(format!("{key}={file}")),
            found => {
                return Err(bad_argument(format!(
                    "the key `{key}` is for one file, and `{pattern}` fits {}",
                    found.len()
                ))
                .help("leave the key away, or name one file"));
            }
        }
    }
    Ok(files)
}

fn position(entries: &[Node], name: &str, namespace: &str) -> Option<usize> {
    entries
        .iter()
        .position(|entry| text_of(entry, "name") == name && is_same_namespace(text_of(entry, "namespace"), namespace))
}

/// kustomize: none is the same as `default`.
fn is_same_namespace(a: &str, b: &str) -> bool {
    fn full(namespace: &str) -> &str {
        if namespace.is_empty() { "default" } else { namespace }
    }
    full(a) == full(b)
}

/// The literals with other values, in the order in which they stood: the reference shuffles them.
fn changed_literals<'t>(
    kind: GeneratorKind,
    old: impl Iterator<Item = &'t str>,
    changes: &[String],
) -> Result<Vec<Node>> {
    let pair = |literal: &'t str| split_literal(literal).ok_or_else(|| ill_formed(kind));
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (key, value) in old.map(pair).collect::<Result<Vec<_>>>()? {
        match pairs.iter_mut().find(|(there, _)| *there == key) {
            Some(pair) => pair.1 = value,
            None => pairs.push((key, value)),
        }
    }
    let mut changed: Vec<(String, String)> =
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    for change in changes {
        let (key, value) = split_literal(change).ok_or_else(|| ill_formed(kind))?;
        let Some(pair) = changed.iter_mut().find(|(there, _)| there == key) else {
            return Err(not_there(format!("no literal has the key `{key}`"))
                .help(format!("`kz edit add {}` adds keys", kind.what().to_lowercase())));
        };
        pair.1 = value.to_owned();
    }
    Ok(changed.into_iter().map(|(key, value)| text(&format!("{key}={value}"))).collect())
}

/// kustomize: a literal that is to be changed has one `=`.
fn split_literal(literal: &str) -> Option<(&str, &str)> {
    literal.split_once('=').filter(|(_, value)| !value.contains('='))
}

fn ill_formed(kind: GeneratorKind) -> Box<Diagnostic> {
    bad_argument(format!("a literal of the {} is not of the form `key=value`", kind.what()))
        .help("values with an `=` in them can be changed in the file only")
}

/// Puts the entries back when the one that was changed can be generated. kustomize: the options of all generators are
/// written into its own.
fn finish(ctx: &Context, kind: GeneratorKind, fields: &mut Node, mut entries: Vec<Node>, at: usize) -> Result<()> {
    if let Some(globals) = fields.get("generatorOptions") {
        let merged = merged_options(take(&mut entries[at], "options"), globals.clone());
        set(&mut entries[at], "options", Some(merged));
    }
    let loader = Loader::open(ctx, ".")?;
    let generated = match kind {
        GeneratorKind::ConfigMap => {
            strict::<ConfigMapArgs>(&entries[at]).and_then(|args| generators::config_map(ctx, &loader, &args.0, None))
        }
        GeneratorKind::Secret => {
            strict::<SecretArgs>(&entries[at]).and_then(|args| generators::secret(ctx, &loader, &args.0, None))
        }
    };
    generated.map_err(|error| kind.careful(error))?;
    set_items(fields, kind.field(), entries);
    Ok(())
}

/// kustomize: MergeGlobalOptionsIntoLocal.
fn merged_options(own: Option<Node>, mut globals: Node) -> Node {
    let mut merged = own.unwrap_or_else(|| super::fields::object(&[]));
    for field in ["annotations", "labels"] {
        let mut entries = take_entries(&mut merged, field);
        for entry in take_entries(&mut globals, field).into_entries() {
            match entry.key.text() {
                Some(key) if !entries.contains(key) => entries.push(entry.key, entry.value),
                _ => {}
            }
        }
        set_entries(&mut merged, field, entries);
    }
    for field in ["disableNameSuffixHash", "immutable"] {
        if let Some(value) = take(&mut globals, field) {
            set(&mut merged, field, Some(value));
        }
    }
    merged
}
