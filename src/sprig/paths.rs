//! Paths with slashes: `base`, `dir`, `clean`, `ext`, `isAbs`, and those of the operating system, here Unix.

use super::func;
use crate::gotmpl::{Call, Fault, Func, Str, Type, Value};

const ONE: &[Type] = &[Type::String];

pub const FUNCS: &[Func] = &[
    func("base", ONE, |call| path(call, base)),
    func("clean", ONE, |call| path(call, clean)),
    func("dir", ONE, |call| path(call, dir)),
    func("ext", ONE, |call| path(call, ext)),
    func("isAbs", ONE, is_abs),
    func("osBase", ONE, |call| path(call, base)),
    func("osClean", ONE, |call| path(call, clean)),
    func("osDir", ONE, |call| path(call, dir)),
    func("osExt", ONE, |call| path(call, ext)),
    func("osIsAbs", ONE, is_abs),
];

fn path(call: &mut Call, make: fn(&[u8]) -> Vec<u8>) -> Result<Value, Fault> {
    Ok(Value::Str(Str::new(make(call.str(0)))))
}

fn is_abs(call: &mut Call) -> Result<Value, Fault> {
    Ok(call.str(0).starts_with(b"/").into())
}

/// Go: path.Base.
fn base(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    match (path, path[..end].rsplit(|byte| *byte == b'/').next()) {
        ([], _) => b".".to_vec(),
        (_, Some(name)) if !name.is_empty() => name.to_vec(),
        _ => b"/".to_vec(),
    }
}

/// Go: path.Dir.
fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

/// Go: path.Ext.
fn ext(path: &[u8]) -> Vec<u8> {
    match path.iter().rposition(|byte| matches!(byte, b'/' | b'.')) {
        Some(dot) if path[dot] == b'.' => path[dot..].to_vec(),
        _ => Vec::new(),
    }
}

/// Go: path.Clean.
fn clean(path: &[u8]) -> Vec<u8> {
    let is_abs = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for name in path.split(|byte| *byte == b'/') {
        match (name, kept.last()) {
            (b"" | b".", _) => {}
            (b"..", None) if is_abs => {}
            (b"..", Some(last)) if *last != b".." => {
                kept.pop();
            }
            _ => kept.push(name),
        }
    }
    let names = kept.join(&b'/');
    match (is_abs, names.is_empty()) {
        (true, _) => [b"/", &*names].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => names,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What package path of Go 1.26 gives for base, dir, ext and clean.
    #[test]
    fn the_parts_of_a_path() {
        let paths = [
            ("", ".", ".", "", "."),
            ("/", "/", "/", "", "/"),
            ("///", "/", "/", "", "/"),
            ("a", "a", ".", "", "a"),
            ("a/", "a", "a", "", "a"),
            ("a/b.c", "b.c", "a", ".c", "a/b.c"),
            ("/a.b/c", "c", "/a.b", "", "/a.b/c"),
            ("a.b.c", "a.b.c", ".", ".c", "a.b.c"),
            ("../a/../..", "..", "..", ".", "../.."),
            ("/../a", "a", "/", "", "/a"),
            ("a/./b//c/..", "..", "a/b/c", ".", "a/b"),
            (".", ".", ".", ".", "."),
            ("..", "..", ".", ".", ".."),
            ("a/..", "..", "a", ".", "."),
            (".bashrc", ".bashrc", ".", ".bashrc", ".bashrc"),
        ];
        for (path, want_base, want_dir, want_ext, want_clean) in paths {
            let got = [base, dir, ext, clean].map(|make| String::from_utf8(make(path.as_bytes())).expect("UTF-8"));
            assert_eq!(got, [want_base, want_dir, want_ext, want_clean], "{path}");
        }
    }
}
