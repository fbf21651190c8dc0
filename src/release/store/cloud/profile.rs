//! The files in which the tool `aws` keeps profiles.
//!
//! Source: botocore/configloader.py.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::variables::Variables;
use crate::base::{Diagnostic, Result};

/// What is said of a profile. Not shown: it holds secrets.
pub struct Profile {
    pub name: String,
    fields: BTreeMap<String, String>,
}

impl Profile {
    /// The profile that is named, or the one that is taken otherwise, if there is one.
    ///
    /// Errors: the one that is named is not there; a file that cannot be read.
    pub fn find(variables: &Variables) -> Result<Option<Profile>> {
        let named = variables.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]);
        let name = named.clone().unwrap_or_else(|| "default".to_owned());
        let config = read(variables, "AWS_CONFIG_FILE", ".aws/config")?;
        let credentials = read(variables, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")?;
        let title = if name == "default" { name.clone() } else { format!("profile {name}") };
        let mut fields = section(&config, &title);
        if fields.is_none() && name == "default" {
            fields = section(&config, "profile default");
        }
        let own = section(&credentials, &name);
        if fields.is_none() && own.is_none() {
            return match named {
                None => Ok(None),
                Some(_) => Err(Diagnostic::new("store-credentials", format!("there is no profile `{name}` of `aws`"))
                    .help("`aws configure list-profiles` shows them; `AWS_PROFILE` names one")),
            };
        }
        let mut fields = fields.unwrap_or_default();
        fields.extend(own.unwrap_or_default());
        Ok(Some(Profile { name, fields }))
    }

    pub fn get(&self, key: &str) -> Option<String> {
        self.fields.get(key).filter(|value| !value.is_empty()).cloned()
    }

    /// Its credentials are those of a role that another profile takes on.
    pub fn takes_role(&self) -> bool {
        self.get("role_arn").is_some()
            && (self.get("source_profile").or_else(|| self.get("credential_source"))).is_some()
    }
}

fn read(variables: &Variables, name: &str, at_home: &str) -> Result<String> {
    let home = |path: &str| path.strip_prefix("~/").and_then(|rest| variables.at_home(rest));
    let named = variables.get(name).map(|path| home(&path).unwrap_or_else(|| PathBuf::from(path)));
    let Some(path) = named.or_else(|| variables.at_home(at_home)) else { return Ok(String::new()) };
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => {
            let message = format!("cannot read `{}`: {error}", path.display());
            Err(Diagnostic::new("store-credentials", message).help("see who may read it"))
        }
    }
}

/// The fields of a section; nothing where there is no such section. Lines that are indented belong to the field above
/// them and are left out.
fn section(text: &str, title: &str) -> Option<BTreeMap<String, String>> {
    let mut found: Option<BTreeMap<String, String>> = None;
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with([' ', '\t', '#', ';']) || line.trim().is_empty() {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let words = rest.split(']').next().unwrap_or_default();
            // `[profile "a b"]`
            let words: Vec<String> = shlex::split(words).unwrap_or_default();
            is_inside = words.join(" ") == title;
            if is_inside {
                found.get_or_insert_default();
            }
        } else if let (true, Some((key, value)), Some(fields)) = (is_inside, line.split_once('='), found.as_mut()) {
            let value = value.split_once(" #").map_or(value, |(value, _)| value);
            fields.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_fields() {
        let text = "# all\n[default]\nregion = eu-west-1 # home\n[profile ci]\nS3 =\n  addressing_style = path\n\
                    endpoint_url=http://host:1\n[profile \"a b\"]\nregion = x\n[ci]\nregion=no\n";
        let get = |title: &str, key: &str| section(text, title).and_then(|fields| fields.get(key).cloned());
        assert_eq!(get("default", "region").as_deref(), Some("eu-west-1"));
        assert_eq!(get("profile ci", "endpoint_url").as_deref(), Some("http://host:1"));
        assert_eq!(get("profile ci", "addressing_style"), None);
        assert_eq!(get("profile a b", "region").as_deref(), Some("x"));
        assert!(section(text, "profile none").is_none());
    }
}
