//! What is different between two locks.

use super::{Entries, Pin, Thing};

/// A thing of which one of two locks says something else than the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Change<'e> {
    pub thing: &'e Thing,
    pub kind: Kind<'e>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Kind<'e> {
    /// Only the second has it.
    Added(&'e Pin),
    Moved {
        from: &'e Pin,
        to: &'e Pin,
    },
    /// Only the first has it.
    Removed,
}

/// The way from one lock to another, in their order.
pub fn between<'e>(from: &'e Entries, to: &'e Entries) -> Vec<Change<'e>> {
    let kind = |thing: &Thing| match (from.get(thing), to.get(thing)) {
        (Some(from), Some(to)) if from != to => Some(Kind::Moved { from, to }),
        (None, Some(to)) => Some(Kind::Added(to)),
        (Some(_), None) => Some(Kind::Removed),
        _ => None,
    };
    let mut things: Vec<&Thing> = from.keys().chain(to.keys()).collect();
    things.sort_unstable();
    things.dedup();
    things.into_iter().filter_map(|thing| Some(Change { thing, kind: kind(thing)? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Digest;

    #[test]
    fn changes_stand_in_the_order_of_locks() {
        let file = |name: &str| Thing::File { url: name.to_owned() };
        let pin = |text: &str| Pin::Content(Digest::of(text.as_bytes()));
        let from = Entries::from([(file("a"), pin("1")), (file("b"), pin("1")), (file("d"), pin("1"))]);
        let to = Entries::from([(file("a"), pin("1")), (file("b"), pin("2")), (file("c"), pin("1"))]);
        let (one, two) = (pin("1"), pin("2"));
        let expected = [
            Change { thing: &file("b"), kind: Kind::Moved { from: &one, to: &two } },
            Change { thing: &file("c"), kind: Kind::Added(&one) },
            Change { thing: &file("d"), kind: Kind::Removed },
        ];
        assert_eq!(between(&from, &to), expected);
        assert_eq!(between(&to, &to), []);
    }
}
