//! Texts taken apart and put together: `split`, `join`, `replace`, `sortAlpha`.

use std::rc::Rc;

use super::runes::runes;
use crate::base::bytes;
use crate::gotmpl::{Fault, List, Map, Str, Type, Value};
use crate::sprig::{check_bytes, check_items, lists, strval};

/// Go: strings.Contains.
pub fn contains(text: &[u8], part: &[u8]) -> bool {
    bytes::find_part(part, text).is_some()
}

/// sprig: split and splitn. A map of pieces, from `_0` on.
pub fn split(separator: &[u8], most: i64, text: &Str) -> Result<Value, Fault> {
    let pieces = Map::new(Type::StringMap);
    for (at, piece) in split_n(text, separator, most)?.into_iter().enumerate() {
        pieces.set(format!("_{at}").into_bytes(), Value::Str(piece));
    }
    Ok(Value::Map(Rc::new(pieces)))
}

/// Go: strings.Split.
pub fn split_list(separator: &[u8], text: &Str) -> Result<Value, Fault> {
    Ok(Value::strings(split_n(text, separator, -1)?))
}

/// Go: strings.SplitN. A negative number means all; nothing as the separator, every character.
fn split_n(text: &Str, separator: &[u8], most: i64) -> Result<Vec<Str>, Fault> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut pieces, mut from) = (Vec::new(), 0);
    let mut ends: Box<dyn Iterator<Item = (usize, usize)>> = if separator.is_empty() {
        let mut end = 0;
        let after_each = runes(text).map(move |(_, width)| {
            end += width;
            (end, end)
        });
        Box::new(after_each.filter(|(end, _)| *end < text.len()))
    } else {
        Box::new(bytes::places_of_part(separator, text).map(|at| (at, at + separator.len())))
    };
    while let Some((end, next)) = if pieces.len() + 1 < most { ends.next() } else { None } {
        check_items(pieces.len() + 1)?;
        pieces.push(Str::new(&text[from..end]));
        from = next;
    }
    // Nothing has no characters, but it is one piece.
    if most > 0 && !(separator.is_empty() && text.is_empty()) {
        pieces.push(if from == 0 { text.clone() } else { Str::new(&text[from..]) });
    }
    Ok(pieces)
}

/// Go: strings.ReplaceAll. Nothing is found before and behind each character.
pub fn replace(text: &Str, old: &[u8], new: &[u8]) -> Result<Value, Fault> {
    if old == new || !contains(text, old) {
        return Ok(Value::Str(text.clone()));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut add = |piece: &[u8], new: &[u8]| {
        check_bytes(Some(out.len() + piece.len() + new.len()))?;
        out.extend_from_slice(piece);
        out.extend_from_slice(new);
        Ok(())
    };
    let mut from = 0;
    if old.is_empty() {
        add(b"", new)?;
        for (_, width) in runes(text) {
            add(&text[from..from + width], new)?;
            from += width;
        }
    } else {
        for at in bytes::places_of_part(old, text) {
            add(&text[from..at], new)?;
            from = at + old.len();
        }
    }
    add(&text[from..], b"")?;
    Ok(Value::str(out))
}

/// sprig: join.
pub fn join(separator: &[u8], value: &Value) -> Result<Value, Fault> {
    let texts = strslice(value)?;
    let items = texts.items();
    let mut out = Vec::new();
    for (at, text) in items.iter().filter_map(Value::as_str).enumerate() {
        let separator = if at > 0 { separator } else { b"" };
        check_bytes(Some(out.len() + separator.len() + text.len()))?;
        out.extend_from_slice(separator);
        out.extend_from_slice(text);
    }
    Ok(Value::str(out))
}

/// sprig: sortAlpha. A `[]string` is sorted in place.
pub fn sort_alpha(value: &Value) -> Result<Value, Fault> {
    if lists::slice_of(value).is_none() {
        return Ok(Value::strings([strval(value)?]));
    }
    let texts = strslice(value)?;
    texts.items_mut().sort_by(|a, b| bytes(a).cmp(bytes(b)));
    Ok(Value::List(texts))
}

/// sprig: strslice. The texts of a list without its nils; a `[]string` itself; what is no list as the only one.
pub fn strslice(value: &Value) -> Result<Rc<List>, Fault> {
    let texts = match (value, lists::slice_of(value)) {
        (Value::List(list), _) if list.ty() == Type::Strings => return Ok(list.clone()),
        (_, Some(list)) => {
            let items = list.items();
            let texts = items.iter().filter(|item| !item.is_nil()).map(|item| strval(item).map(Value::Str));
            texts.collect::<Result<_, Fault>>()?
        }
        (Value::Nil, None) => Vec::new(),
        (_, None) => vec![Value::Str(strval(value)?)],
    };
    Ok(Rc::new(List::new(Type::Strings, texts)))
}

fn bytes(value: &Value) -> &[u8] {
    value.as_str().map_or(b"", |text| text)
}
