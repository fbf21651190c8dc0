//! Keys as paths of a branch, and git's trees.
//!
//! A commit has a new tree for each folder on the way to what it writes, so large folders are split up.

use std::collections::BTreeMap;

/// A folder of the branch.
pub type Tree = BTreeMap<String, Entry>;

/// What a tree has under a name, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Blob(String),
    Tree(String),
}

/// By how many letters of their names the entries of a folder are split up: `0000001234` is in `00000012`, and
/// `ab12…` in `ab`; nothing where all are together.
pub fn fan_out(folder: &str) -> Option<usize> {
    let is_in = |parent: &str| folder.strip_prefix(parent).is_some_and(|rest| !rest.contains('/'));
    match folder {
        "packs" => Some(2),
        _ if is_in("sealed/") => Some(2),
        _ if is_in("revisions/") || is_in("marks/") => Some(8),
        _ => None,
    }
}

/// The path of a key: nothing where it can be none.
pub fn path_of(key: &str) -> Option<String> {
    let is_plain = |part: &str| {
        !part.starts_with('.')
            && !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
    };
    if !key.split('/').all(is_plain) {
        return None;
    }
    let split = key.rsplit_once('/').and_then(|(folder, name)| Some((folder, name, fan_out(folder)?)));
    Some(match split {
        Some((folder, name, count)) => format!("{folder}/{}/{name}", name.get(..count).unwrap_or(name)),
        None => key.to_owned(),
    })
}

/// Reads a tree, whose ids have so many bytes. Links, submodules and names that no key has are left out.
pub fn parse(content: &[u8], id_bytes: usize) -> Option<Tree> {
    let mut tree = Tree::new();
    let mut rest = content;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (head, behind) = (std::str::from_utf8(&rest[..end]), &rest[end + 1..]);
        let (id, next) = behind.split_at_checked(id_bytes)?;
        rest = next;
        // The name of a file that is none of kz's need not be a text.
        let Some((mode, name)) = head.ok().and_then(|head| head.split_once(' ')) else { continue };
        let id = crate::base::hex(id);
        let entry = match mode {
            "40000" => Entry::Tree(id),
            _ if mode.starts_with("100") => Entry::Blob(id),
            _ => continue,
        };
        if path_of(name).is_some() {
            tree.insert(name.to_owned(), entry);
        }
    }
    Some(tree)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_folders_are_split_up() {
        let path = |key: &str| path_of(key).unwrap_or_default();
        assert_eq!(path("format"), "format");
        assert_eq!(path("revisions/web/0000001234"), "revisions/web/00000012/0000001234");
        assert_eq!(path("marks/web/0000001234-000001"), "marks/web/00000012/0000001234-000001");
        assert_eq!(path("sums/web/0000000256"), "sums/web/0000000256");
        assert_eq!(path("packs/ab12"), "packs/ab/ab12");
        assert_eq!(path("packs/a"), "packs/a/a");
        assert_eq!(path("sealed/0000000001/ab12"), "sealed/0000000001/ab/ab12");
        assert_eq!(path("keys/0000000001"), "keys/0000000001");
        for wrong in ["", "/", "a//b", "../x", "a/../b", "a b", "a\nb", "revisions/.git/1", "\"a"] {
            assert_eq!(path_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn trees_are_read() {
        let id = [0xab; 20];
        let entry = |head: &str| [head.as_bytes(), &[0], &id].concat();
        let heads = ["40000 packs", "100644 format", "120000 link", "160000 other", "100644 a\nb"];
        let tree = parse(&heads.map(entry).concat(), 20).expect("is a tree");
        let id = "ab".repeat(20);
        let expected = [("format", Entry::Blob(id.clone())), ("packs", Entry::Tree(id))];
        assert_eq!(tree, expected.map(|(name, entry)| (name.to_owned(), entry)).into());
        assert_eq!(parse(b"", 20), Some(Tree::new()));
        assert_eq!(parse(&entry("40000 packs")[..20], 20), None);
        assert_eq!(parse(b"nonsense", 20), None);
    }
}
