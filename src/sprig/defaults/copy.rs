//! Copies that share nothing with what they are made of, as mitchellh/copystructure makes them.
//!
//! **Invariant:** types stay, and so do nil lists and maps.

use std::rc::Rc;

use crate::gotmpl::{Entry, Fault, List, Map, Value};
use crate::sprig::check_items;

/// How deep values may be nested.
const MAX_DEPTH: usize = 10_000;

/// A map takes the memory of about so many other values.
const ITEMS_OF_A_MAP: usize = 10;

/// sprig: deepCopy. Go: of nil itself there is no copy. Objects do not change, so they are their own copies.
pub fn deep_copy(value: &Value) -> Result<Value, Fault> {
    if value.is_nil() {
        return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    copy(value, &mut 0, 0)
}

/// `count` is the number of values that were copied; one that is in many places is copied for each.
fn copy(value: &Value, count: &mut usize, depth: usize) -> Result<Value, Fault> {
    *count = check_items(*count + 1)?;
    if depth > MAX_DEPTH {
        return Err(Fault::new("a value is nested too deep to be copied"));
    }
    Ok(match value {
        Value::List(list) if !list.is_nil() => {
            let items = list.items().iter().map(|item| copy(item, count, depth + 1)).collect::<Result<_, Fault>>()?;
            Value::List(Rc::new(List::new(list.ty(), items)))
        }
        Value::Map(map) if !map.is_nil() => {
            *count = check_items(*count + ITEMS_OF_A_MAP)?;
            let copied = Map::new(map.ty());
            for (key, entry) in map.entries().iter() {
                let value = copy(&entry.value, count, depth + 1)?;
                copied.set_entry(key.clone(), Entry { value, span: entry.span });
            }
            Value::Map(Rc::new(copied))
        }
        _ => value.clone(),
    })
}

#[cfg(test)]
mod tests {
    use crate::base::stack::with_deep_stack;
    use crate::sprig::tests::run;

    /// What Helm prints.
    #[test]
    fn copies_share_nothing() {
        let text =
            r#"{{$d := dict "a" (dict "b" 1) "l" (until 2) "n" nil}}{{$c := deepCopy $d}}{{$_ := set $d.a "b" 2}}"#;
        let text = format!("{text}{{{{$c.a.b}}}} {{{{typeOf $c.l}}}} {{{{hasKey $c \"n\"}}}} {{{{deepCopy \"x\"}}}}");
        assert_eq!(run(&text), "1 []int true x");
        assert!(run("{{deepCopy nil}}").contains("error calling deepCopy"));
    }

    #[test]
    fn maps_that_hold_themselves_are_errors() {
        let tail =
            ["{{deepCopy $d}}", "{{$d}}", "{{printf \"%s\" $d}}", "{{toString $d}}", "{{deepEqual $d (deepCopy $d)}}"];
        for tail in tail {
            let text = format!(r#"{{{{$d := dict}}}}{{{{$_ := set $d "d" $d}}}}{tail}"#);
            let message = with_deep_stack(|| run(&text));
            assert!(message.contains("nested too deep"), "{message}");
        }
    }
}
