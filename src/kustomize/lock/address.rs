//! Addresses that everybody may read who reads a lock.

use crate::fetch::Digest;

/// The parameters of kustomize, and of charts in git; all others may be tokens.
const PLAIN: [&str; 7] = ["ref", "version", "timeout", "submodules", "sparse", "depupdate", "package"];

/// The address, with a digest in the place of what its query holds besides those parameters: such addresses
/// can be told apart, and not be used. `https://host/x.yaml?ref=main&…9f86d081884c7d65`
pub fn without_tokens(url: &str) -> String {
    let Some((location, query)) = url.split_once('?') else { return url.to_owned() };
    let is_plain = |pair: &&str| PLAIN.contains(&pair.split('=').next().unwrap_or_default());
    let (plain, other): (Vec<&str>, Vec<&str>) = query.split('&').filter(|pair| !pair.is_empty()).partition(is_plain);
    let digest = (!other.is_empty()).then(|| Digest::of(other.join("&").as_bytes()).hex());
    let digest = digest.and_then(|hex| Some(format!("…{}", hex.get(..16)?)));
    let shown: Vec<&str> = plain.into_iter().chain(digest.as_deref()).collect();
    if shown.is_empty() { location.to_owned() } else { format!("{location}?{}", shown.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_kustomizes_own_stays() {
        for (url, expected) in [
            ("https://host/x.yaml", "https://host/x.yaml"),
            ("https://host/x.yaml?", "https://host/x.yaml"),
            ("https://host/x?ref=main&timeout=9s", "https://host/x?ref=main&timeout=9s"),
            ("https://host/x?test", "https://host/x?…9f86d081884c7d65"),
            ("https://host/x?ref=main&test", "https://host/x?ref=main&…9f86d081884c7d65"),
        ] {
            assert_eq!(without_tokens(url), expected);
        }
    }
}
