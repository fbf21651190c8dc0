//! What a revision was rendered from.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::revision::Secrets;
use super::seal::Keys;
use crate::base::hex;

/// Inputs by their names: digests of files, and what things from elsewhere were found to be.
pub type Inputs = BTreeMap<String, String>;

/// What was read while something was rendered.
#[derive(Clone, Default)]
pub struct Read {
    /// By names that are the same on every machine.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// What came from elsewhere, and what it was found to be.
    pub fetched: Inputs,
}

impl Read {
    /// Where values of Secrets were rendered any file may hold one: then digests are made under the store's key, so that
    /// nobody can try out what is in a file, and are left empty where there is no such key.
    pub fn inputs(&self, secrets: &Secrets, keys: Option<&Keys>) -> Inputs {
        let digest = |content: &[u8]| match secrets {
            Secrets::None => format!("sha256:{}", hex(&Sha256::digest(content))),
            _ => keys.and_then(|keys| keys.fingerprint(content)).map_or(String::new(), |of| format!("keyed:{of}")),
        };
        let files = self.files.iter().map(|(name, content)| (name.clone(), digest(content)));
        files.chain(self.fetched.clone()).collect()
    }
}

/// Inputs in terms of those of an earlier revision, most of which are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub new: Inputs,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

impl Told {
    /// As little as can be said of inputs.
    pub fn against(inputs: &Inputs, base: Option<&Inputs>) -> Told {
        let nothing = Inputs::new();
        let base = base.unwrap_or(&nothing);
        let is_new = |(name, digest): &(&String, &String)| base.get(*name) != Some(*digest);
        Told {
            new: inputs.iter().filter(is_new).map(|(name, digest)| (name.clone(), digest.clone())).collect(),
            gone: base.keys().filter(|name| !inputs.contains_key(*name)).cloned().collect(),
        }
    }

    /// All inputs, for who knows those of the base.
    pub fn all(&self, base: &Inputs) -> Inputs {
        let mut all = base.clone();
        all.retain(|name, _| !self.gone.contains(name));
        all.extend(self.new.iter().map(|(name, digest)| (name.clone(), digest.clone())));
        all
    }

    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(of: &[(&str, &str)]) -> Inputs {
        of.iter().map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned())).collect()
    }

    #[test]
    fn inputs_are_told_by_what_differs() {
        let base = inputs(&[("a", "1"), ("b", "2"), ("c", "3")]);
        for new in [base.clone(), inputs(&[("a", "1"), ("b", "4"), ("d", "5")]), Inputs::new()] {
            let told = Told::against(&new, Some(&base));
            assert_eq!(told.all(&base), new);
            assert_eq!(Told::against(&new, None).all(&Inputs::new()), new);
        }
        assert!(Told::against(&base, Some(&base)).is_empty());
        assert_eq!(Told::against(&inputs(&[("a", "1"), ("c", "4")]), Some(&base)).gone, ["b"]);
    }
}
