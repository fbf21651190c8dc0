//! The release that a chart is rendered for.

use std::rc::Rc;

use crate::base::{Diagnostic, Result, SourceId};
use crate::gotmpl::{ExecOptions, FuncMap, Map, Templates, Type, Value, World};
use crate::sprig;

/// Longer names leave no room for what charts add to them.
const LONGEST_NAME: usize = 53;

/// A release that is not installed but only rendered.
#[derive(Clone, Debug)]
pub struct Release {
    pub name: String,
    pub namespace: String,
    pub is_upgrade: bool,
}

impl Release {
    /// Errors: Kubernetes would not take the name. Source: ValidateReleaseName in pkg/chart/v2/util.
    pub fn check_name(&self) -> Result<()> {
        let name = &self.name;
        if name.is_empty() {
            return Err(
                Diagnostic::new("release-name", "no name provided").help("name the release: `kz template NAME CHART`")
            );
        }
        if name.len() > LONGEST_NAME || !is_dns_name(name) {
            return Err(Diagnostic::new("release-name", format!("release name \"{name}\" is invalid")).help(format!(
                "use up to {LONGEST_NAME} lower case letters, digits, `-` and `.`, a letter or digit at each end"
            )));
        }
        Ok(())
    }

    /// `.Release` of templates. Source: ToRenderValues in pkg/chart/common/util/values.go.
    pub fn value(&self) -> Value {
        let map = Map::new(Type::Map);
        map.set(*b"Name", Value::str(self.name.as_str()));
        map.set(*b"Namespace", Value::str(self.namespace.as_str()));
        map.set(*b"IsUpgrade", Value::Bool(self.is_upgrade));
        map.set(*b"IsInstall", Value::Bool(!self.is_upgrade));
        map.set(*b"Revision", Value::int(1));
        map.set(*b"Service", Value::str("Helm"));
        Value::Map(Rc::new(map))
    }
}

/// The name that `--name-template` gives: a template with sprig's functions and without data.
///
/// Errors: those of the template. Source: TemplateName in pkg/action/install.go.
pub fn name_of_template(template: &str, world: &mut World) -> Result<String> {
    text_of_template("name-template", template, &Value::Nil, world)
        .map_err(|message| Diagnostic::new("release-name", message).help("see `--name-template`"))
}

/// What a template gives that stands for itself and has sprig's functions. Errors: those of the template, in words.
pub fn text_of_template(
    name: &str,
    template: &str,
    data: &Value,
    world: &mut World,
) -> std::result::Result<String, String> {
    let mut templates = Templates::new(FuncMap::new(sprig::FAMILIES.iter().copied()));
    templates.parse(name, template.as_bytes(), SourceId::NONE).map_err(|error| error.to_string())?;
    // Go: a text that is empty defines no template.
    if !templates.contains(name) {
        return Ok(String::new());
    }
    let output = templates.execute(name, data, world, &ExecOptions::default()).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&output.text).into_owned())
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, several with dots between them.
fn is_dns_name(name: &str) -> bool {
    name.split('.').all(|part| {
        let is_plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_plain)
            && bytes.last().is_some_and(is_plain)
            && bytes.iter().all(|b| is_plain(b) || *b == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expectations: ValidateReleaseName of Helm 4.3.1.
    #[test]
    fn names_are_names_of_kubernetes() {
        let is_fine = |name: &str| {
            let release = Release { name: name.to_owned(), namespace: "x".to_owned(), is_upgrade: false };
            release.check_name().is_ok()
        };
        for name in ["a", "a-b", "a.b", "1", "a--b", &"a".repeat(53)] {
            assert!(is_fine(name), "{name}");
        }
        for name in ["", "-a", "a-", "a..b", ".a", "A", "a_b", "ä", "a\n", &"a".repeat(54)] {
            assert!(!is_fine(name), "{name}");
        }
    }
}
