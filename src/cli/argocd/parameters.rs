//! The parameters that an application sets.
//!
//! Argo CD hands all of them over as JSON, in `ARGOCD_APP_PARAMETERS`, and each of them again as `PARAM_…`, in names from
//! which theirs cannot be told for certain. So these count only where the first is missing or empty. `ARGOCD_ENV_KZ_…`
//! is what the application's `plugin.env` says, in whose texts Argo CD fills in variables such as `$ARGOCD_APP_REVISION`.
//!
//! **Invariant:** a parameter that is not known, or has another form, is an error. One that is empty is as good as none.
//! **Not here:** what they change.

use std::collections::BTreeMap;

use kz::base::suggest::nearest;
use kz::base::{Diagnostic, Result};
use serde_json::Value;

use super::app::App;
use crate::cli::args::{NO_BOOL, parse_bool};

/// The form of a parameter's value, as Argo CD calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    String,
    Array,
    Map,
}

impl Form {
    pub fn name(self) -> &'static str {
        match self {
            Form::String => "string",
            Form::Array => "array",
            Form::Map => "map",
        }
    }
}

/// A parameter that kz knows.
pub struct Known {
    pub name: &'static str,
    pub title: &'static str,
    pub tooltip: &'static str,
    /// The first is the one that is announced.
    pub forms: &'static [Form],
    /// Whose it is, where it is not everybody's.
    pub of: Option<App>,
}

pub const IMAGES: &str = "images";
pub const REPLICAS: &str = "replicas";
pub const NAMESPACE: &str = "namespace";
pub const NAME_PREFIX: &str = "name-prefix";
pub const VALUES: &str = "values";
pub const VALUES_FILES: &str = "values-files";
pub const ALLOW_EMPTY: &str = "allow-empty";

/// All that there are, in the order of the page.
pub const KNOWN: [Known; 7] = [
    Known {
        name: IMAGES,
        title: "Images",
        tooltip: "Of a kustomization: NAME:TAG, NAME=NEW:TAG or NAME=NEW@DIGEST",
        forms: &[Form::Array],
        of: Some(App::Kustomization),
    },
    Known {
        name: REPLICAS,
        title: "Replicas",
        tooltip: "Of a kustomization: how many there are, by name",
        forms: &[Form::Map],
        of: Some(App::Kustomization),
    },
    Known {
        name: NAMESPACE,
        title: "Namespace",
        tooltip: "Of a kustomization: the namespace of its objects",
        forms: &[Form::String],
        of: Some(App::Kustomization),
    },
    Known {
        name: NAME_PREFIX,
        title: "Name prefix",
        tooltip: "Of a kustomization: what the names of its objects begin with",
        forms: &[Form::String],
        of: Some(App::Kustomization),
    },
    Known {
        name: VALUES,
        title: "Values",
        tooltip: "Of a chart: values by their paths, such as image.tag",
        forms: &[Form::Map, Form::String],
        of: Some(App::Chart),
    },
    Known {
        name: VALUES_FILES,
        title: "Values files",
        tooltip: "Of a chart: files of values in the repository; the last counts most",
        forms: &[Form::Array],
        of: Some(App::Chart),
    },
    Known {
        name: ALLOW_EMPTY,
        title: "Allow empty",
        tooltip: "true: the application may have no objects, and what it had is removed",
        forms: &[Form::String],
        of: None,
    },
];

fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// What a parameter is set to. It may have several forms at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Given {
    string: String,
    array: Vec<String>,
    map: BTreeMap<String, String>,
}

/// What is set, by the names of [`KNOWN`]; nothing that is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<&'static str, Given>);

const ALL: &str = "ARGOCD_APP_PARAMETERS";
const ONE: &str = "PARAM_";
const OF_ENV: &str = "ARGOCD_ENV_KZ_";

impl Parameters {
    /// Errors: `argocd-parameter`: one that is not known, is set twice, or has a form that it cannot have.
    pub fn of_environment(environment: &[(String, String)]) -> Result<Parameters> {
        let all = environment.iter().find(|(name, value)| name == ALL && !value.trim().is_empty());
        let mut parameters = Parameters::default();
        for (name, given) in match all {
            Some((_, json)) => of_json(json)?,
            None => of_variables(environment)?,
        } {
            parameters.add(&name, given)?;
        }
        for (variable, value) in environment {
            let Some(rest) = variable.strip_prefix(OF_ENV) else { continue };
            let name = rest.to_lowercase().replace('_', "-");
            let known = known(&name).ok_or_else(|| {
                let names = KNOWN.iter().map(|known| format!("KZ_{}", escaped(known.name))).collect::<Vec<_>>();
                wrong(format!("`plugin.env` of the application sets `KZ_{rest}`, which says nothing to kz"))
                    .help(meant(&format!("KZ_{rest}"), &names.iter().map(String::as_str).collect::<Vec<_>>()))
            })?;
            if !parameters.0.contains_key(known.name) {
                parameters.add(known.name, of_text(known, value)?)?;
            }
        }
        Ok(parameters)
    }

    fn add(&mut self, name: &str, given: Given) -> Result<()> {
        let known = known(name).ok_or_else(|| {
            wrong(format!("there is no parameter `{name}`"))
                .help(meant(name, &KNOWN.iter().map(|known| known.name).collect::<Vec<_>>()))
        })?;
        let forms = [
            (Form::String, !given.string.is_empty()),
            (Form::Array, !given.array.is_empty()),
            (Form::Map, !given.map.is_empty()),
        ];
        let is_wrong = |form: &Form| !known.forms.contains(form);
        if let Some((form, _)) = forms.iter().find(|(form, is_there)| *is_there && is_wrong(form)) {
            let wanted = known.forms.iter().map(|form| format!("`{}`", form.name())).collect::<Vec<_>>().join(" or ");
            return Err(wrong(format!("the parameter `{name}` is set as `{}`", form.name()))
                .help(format!("it takes {wanted}: {}", known.tooltip)));
        }
        if forms.iter().all(|(_, is_there)| !is_there) {
            return Ok(());
        }
        if self.0.insert(known.name, given).is_some() {
            return Err(wrong(format!("the parameter `{name}` is set twice")).help("set it once"));
        }
        Ok(())
    }

    /// Errors: one is set that such an application has not got.
    pub fn check(&self, app: App) -> Result<()> {
        let (own, others): (Vec<&Known>, Vec<&Known>) =
            KNOWN.iter().partition(|known| known.of.is_none_or(|of| of == app));
        let Some(other) = others.iter().find(|known| self.0.contains_key(known.name)) else { return Ok(()) };
        let own = own.iter().map(|known| format!("`{}`", known.name)).collect::<Vec<_>>().join(", ");
        Err(wrong(format!("the parameter `{}` is not one of a {app}, which this application is", other.name))
            .help(format!("take it out; a {app} has {own}")))
    }

    pub fn string(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |given| &given.string)
    }

    pub fn array(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], |given| &given.array)
    }

    pub fn map(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.0.get(name).into_iter().flat_map(|given| &given.map);
        entries.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Errors: the text is no truth value.
    pub fn is_on(&self, name: &str) -> Result<bool> {
        match self.string(name) {
            "" => Ok(false),
            text => parse_bool(text)
                .map_err(|_| wrong(format!("the parameter `{name}` is {NO_BOOL}")).help("leave it out for `false`")),
        }
    }
}

/// The error for parameters that are not as they should be.
pub fn wrong(message: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::new("argocd-parameter", message)
}

fn meant(name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}

const MADE_BY: &str = "Argo CD makes it of `spec.source.plugin.parameters` of the application";

/// `null` where the application sets none.
fn of_json(text: &str) -> Result<Vec<(String, Given)>> {
    // What serde_json says may quote the text.
    let root: Value = serde_json::from_str(text).map_err(|e| {
        wrong(format!("`{ALL}` is no JSON: it breaks off or goes wrong at line {}, column {}", e.line(), e.column()))
            .help(MADE_BY)
    })?;
    match &root {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| of_item(at, item)).collect(),
        _ => Err(wrong(format!("`{ALL}` is no list of parameters")).help(MADE_BY)),
    }
}

fn of_item(at: usize, item: &Value) -> Result<(String, Given)> {
    let name = item.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| wrong(format!("parameter {} of `{ALL}` has no name", at + 1)).help(MADE_BY))?;
    let mismatch = |form: Form, is: &str| {
        wrong(format!("`{}` of the parameter `{name}` is no {is}", form.name()))
            .help("all values are texts: quote them")
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let field = |form: Form| item.get(form.name()).filter(|value| !value.is_null());
    let mut given = Given::default();
    if let Some(value) = field(Form::String) {
        given.string = text(value).ok_or_else(|| mismatch(Form::String, "text"))?;
    }
    if let Some(value) = field(Form::Array) {
        let texts = value.as_array().and_then(|items| items.iter().map(text).collect());
        given.array = texts.ok_or_else(|| mismatch(Form::Array, "list of texts"))?;
    }
    if let Some(value) = field(Form::Map) {
        let entries = value.as_object();
        let texts = entries.and_then(|map| map.iter().map(|(key, value)| Some((key.clone(), text(value)?))).collect());
        given.map = texts.ok_or_else(|| mismatch(Form::Map, "mapping of texts"))?;
    }
    Ok((name.to_owned(), given))
}

/// Argo CD: capital letters and digits stay, all else is `_`.
fn escaped(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_uppercase() || c.is_ascii_digit() { c } else { '_' };
    name.to_uppercase().chars().map(letter).collect()
}

/// `PARAM_NAMESPACE`, `PARAM_IMAGES_0`. Others may be anybody's.
fn of_variables(environment: &[(String, String)]) -> Result<Vec<(String, Given)>> {
    let mut found: BTreeMap<&'static str, (Given, BTreeMap<usize, String>)> = BTreeMap::new();
    for (variable, value) in environment {
        let Some(rest) = variable.strip_prefix(ONE) else { continue };
        let behind = |known: &Known| rest.strip_prefix(escaped(known.name).as_str()).map(str::to_owned);
        let candidates = KNOWN.iter().filter_map(|known| Some((known, behind(known)?)));
        // `VALUES_FILES_0` is no entry of `values`.
        let Some((known, behind)) = candidates.min_by_key(|(_, behind)| behind.len()) else { continue };
        let index = behind.strip_prefix('_');
        let (given, items) = found.entry(known.name).or_default();
        match (index, index.and_then(|index| index.parse().ok())) {
            _ if behind.is_empty() => given.string = value.clone(),
            (Some(_), Some(at)) if known.forms.contains(&Form::Array) => drop(items.insert(at, value.clone())),
            (Some(_), _) if known.forms.contains(&Form::Map) => {
                return Err(wrong(format!("`{variable}` does not tell which entry of `{}` it is", known.name))
                    .help(format!("set `{ALL}`, which has all names as they are")));
            }
            _ => {}
        }
    }
    let given = |(name, (given, items)): (&str, (Given, BTreeMap<usize, String>))| {
        (name.to_owned(), Given { array: items.into_values().collect(), ..given })
    };
    Ok(found.into_iter().map(given).collect())
}

/// A text that stands for any form: items and entries are words.
fn of_text(known: &Known, text: &str) -> Result<Given> {
    let mut given = Given::default();
    // A file of values has blanks.
    match known.forms.iter().find(|form| **form == Form::String).or(known.forms.first()) {
        Some(Form::Array) => given.array = text.split_whitespace().map(str::to_owned).collect(),
        Some(Form::Map) => {
            let entry = |word: &str| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
            given.map = text.split_whitespace().map(entry).collect::<Option<_>>().ok_or_else(|| {
                wrong(format!("`KZ_{}` of the application's `plugin.env` is no list of entries", escaped(known.name)))
                    .help("write `name=value` for each, with blanks between them")
            })?;
        }
        _ => given.string = text.to_owned(),
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Parameters> {
        let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        Parameters::of_environment(&variables.iter().map(owned).collect::<Vec<_>>())
    }

    fn refused(variables: &[(&str, &str)]) -> String {
        read(variables).unwrap_err().message
    }

    /// Made as `ApplicationSourcePluginParameters.Environ` of Argo CD makes them of the same parameters.
    #[test]
    fn json_and_single_variables_say_the_same() {
        let json = r#"[{"name":"images","array":["a:1","b=c:2"]},{"name":"name-prefix","string":"x-"},
                       {"name":"values-files","array":["prod.yaml"]},{"name":"allow-empty","string":"true"}]"#;
        let by_json = read(&[(ALL, json), ("PARAM_IMAGES_0", "not this")]).unwrap();
        let single = [
            ("PARAM_IMAGES_1", "b=c:2"),
            ("PARAM_IMAGES_0", "a:1"),
            ("PARAM_NAME_PREFIX", "x-"),
            ("PARAM_VALUES_FILES_0", "prod.yaml"),
            ("PARAM_ALLOW_EMPTY", "true"),
            ("PARAM_OF_SOMEBODY_ELSE", "1"),
        ];
        assert_eq!(by_json, read(&single).unwrap());
        assert_eq!(by_json, read(&[&single[..], &[(ALL, "")]].concat()).unwrap());
        assert_eq!(by_json.array(IMAGES), ["a:1", "b=c:2"]);
        assert_eq!((by_json.string(NAME_PREFIX), by_json.is_on(ALLOW_EMPTY).unwrap()), ("x-", true));
    }

    #[test]
    fn nothing_is_said_in_many_ways() {
        let empty = r#"[{"name":"images"},{"name":"images","array":[]},{"name":"replicas","map":{}},
                        {"name":"namespace","string":""},{"name":"values","string":null}]"#;
        for json in ["null", "", " ", "[]", empty] {
            assert_eq!(read(&[(ALL, json)]).unwrap(), Parameters::default(), "{json}");
        }
        assert_eq!(read(&[(ALL, "null"), ("PARAM_NAMESPACE", "x")]).unwrap(), Parameters::default());
    }

    #[test]
    fn entries_cannot_be_told_by_single_variables() {
        let told = "`PARAM_REPLICAS_MY_SHOP` does not tell which entry of `replicas` it is";
        assert_eq!(refused(&[("PARAM_REPLICAS_MY_SHOP", "3")]), told);
    }

    #[test]
    fn the_environment_of_the_plugin_stands_in() {
        let env = [
            ("ARGOCD_ENV_KZ_IMAGES", "a:1 b=c:2"),
            ("ARGOCD_ENV_KZ_REPLICAS", "shop=3"),
            ("ARGOCD_ENV_KZ_NAME_PREFIX", "x-"),
            ("ARGOCD_ENV_OTHER", "1"),
        ];
        let json = r#"[{"name":"name-prefix","string":"y-"}]"#;
        let parameters = read(&[&env[..], &[(ALL, json)]].concat()).unwrap();
        assert_eq!(parameters.array(IMAGES), ["a:1", "b=c:2"]);
        assert_eq!(parameters.map(REPLICAS).collect::<Vec<_>>(), [("shop", "3")]);
        assert_eq!(parameters.string(NAME_PREFIX), "y-");
        let told = "`plugin.env` of the application sets `KZ_IMAGE`, which says nothing to kz";
        assert_eq!(refused(&[("ARGOCD_ENV_KZ_IMAGE", "a:1")]), told);
        assert_eq!(read(&[("ARGOCD_ENV_KZ_VALUES", "a: b\n")]).unwrap().string(VALUES), "a: b\n");
    }

    #[test]
    fn no_value_is_part_of_an_error() {
        let cases = [
            (r#"[{"name":"values","string":"hunter2"}"#, "line 1, column 37"),
            (r#"{"name":"hunter2"}"#, "is no list of parameters"),
            (r#"[{"string":"hunter2"}]"#, "parameter 1 of `ARGOCD_APP_PARAMETERS` has no name"),
            (r#"["hunter2"]"#, "parameter 1 of `ARGOCD_APP_PARAMETERS` has no name"),
            (r#"[{"name":"images","array":"hunter2"}]"#, "`array` of the parameter `images` is no list of texts"),
            (
                r#"[{"name":"replicas","map":{"hunter2":3}}]"#,
                "`map` of the parameter `replicas` is no mapping of texts",
            ),
            (r#"[{"name":"images","string":"hunter2"}]"#, "the parameter `images` is set as `string`"),
            (r#"[{"name":"imgaes","array":["hunter2"]}]"#, "there is no parameter `imgaes`"),
        ];
        for (json, told) in cases {
            let error = read(&[(ALL, json)]).unwrap_err();
            let all = format!("{} {:?}", error.message, error.help);
            assert!(all.contains(told) && !all.contains("hunter2"), "{json}: {all}");
        }
        let twice = r#"[{"name":"namespace","string":"a"},{"name":"namespace","string":"b"}]"#;
        assert_eq!(refused(&[(ALL, twice)]), "the parameter `namespace` is set twice");
    }
}
