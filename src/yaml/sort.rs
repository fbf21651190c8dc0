//! The order of keys in output: go-yaml v2's natural order, in which `a2` comes before `a10` and
//! what is no letter before letters (sorter.go).
//!
//! The order is not transitive (`a1a` < `a2` < `a10` < `a1a`); where three keys run in such a
//! circle the reference's result varies from run to run. Ours depends on the input alone.
//!
//! **Not here:** the order of encoding/json, which is that of bytes.

mod tables;

use std::cmp::Ordering;

use super::Schema;

/// Compares two keys as go-yaml v2 does; equal only if the texts are.
pub fn natural(a: &str, b: &str) -> Ordering {
    natural_by(Schema::V2, a, b)
}

fn natural_by(schema: Schema, a: &str, b: &str) -> Ordering {
    let (x, y) = (a.as_bytes(), b.as_bytes());
    let Some(mut at) = x.iter().zip(y).position(|(p, q)| p != q) else {
        return x.len().cmp(&y.len());
    };
    if x[at].is_ascii_alphabetic() && y[at].is_ascii_alphabetic() {
        return x[at].cmp(&y[at]);
    }
    while !a.is_char_boundary(at) {
        at -= 1;
    }
    let (same, rest_a) = a.split_at(at);
    natural_from(schema, same, rest_a, &b[at..])
}

/// Compares two texts from their first different character on; `same` stands before it in both.
fn natural_from(schema: Schema, same: &str, a: &str, b: &str) -> Ordering {
    let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
        return a.len().cmp(&b.len());
    };
    match (is_letter(x), is_letter(y)) {
        (true, true) => return x.cmp(&y),
        (false, false) => {}
        (is_letter, _) => {
            // Go: v3 has a letter first where a number stands before it.
            let letters_first = schema == Schema::V3 && same.ends_with(is_digit);
            return if is_letter == letters_first { Ordering::Less } else { Ordering::Greater };
        }
    }
    // Go: a zero behind other digits counts as one, so that the runs differ by length.
    let inside_a_number = (x == '0' || y == '0') && same.chars().rev().take_while(|c| is_digit(*c)).any(|c| c != '0');
    let (length_a, value_a) = digits(a, inside_a_number as i64);
    let (length_b, value_b) = digits(b, inside_a_number as i64);
    value_a.cmp(&value_b).then(length_a.cmp(&length_b)).then(x.cmp(&y))
}

/// How many digits a text starts with, and their value behind `first`. Go: overflow wraps, and
/// digits of other scripts count by their distance from `0`.
fn digits(text: &str, first: i64) -> (usize, i64) {
    text.chars().take_while(|c| is_digit(*c)).fold((0, first), |(n, value), c| {
        (n + 1, value.wrapping_mul(10).wrapping_add(i64::from(c as u32) - i64::from(b'0')))
    })
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_in(tables::LETTERS, c) }
}

fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { is_in(tables::DIGITS, c) }
}

fn is_in(ranges: &[(u32, u32)], c: char) -> bool {
    let c = c as u32;
    let at = ranges.partition_point(|(_, last)| *last < c);
    ranges.get(at).is_some_and(|(first, _)| *first <= c)
}

/// Sorts by a key in natural order, keeping the order of equal keys.
///
/// Its own merge sort, because the standard library's may panic on an order that is not transitive.
pub fn sort_natural<T>(items: &mut Vec<T>, schema: Schema, key: impl Fn(&T) -> &str) {
    merge_sort(items, &|a, b| natural_by(schema, key(a), key(b)) == Ordering::Greater);
}

fn merge_sort<T>(items: &mut Vec<T>, greater: &impl Fn(&T, &T) -> bool) {
    const SMALL: usize = 12;
    if items.len() <= SMALL {
        for i in 1..items.len() {
            let mut j = i;
            while j > 0 && greater(&items[j - 1], &items[j]) {
                items.swap(j - 1, j);
                j -= 1;
            }
        }
        return;
    }
    let mut right = items.split_off(items.len() / 2);
    merge_sort(items, greater);
    merge_sort(&mut right, greater);
    let left = std::mem::replace(items, Vec::with_capacity(items.len() + right.len()));
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        items.extend(if greater(a, b) { right.next() } else { left.next() });
    }
    items.extend(left);
    items.extend(right);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_go_yaml() {
        // Expectation: yaml.Marshal of go-yaml v2.4.2.
        let expected =
            ["", "-", "_", "0", "1", "01", "2", "10", "A", "Z", "a", "a-b", "a.b", "a1", "a2", "a10", "aa", "b01", "ä"];
        let mut keys: Vec<&str> = expected.into_iter().rev().collect();
        sort_natural(&mut keys, Schema::V2, |k| k);
        assert_eq!(keys, expected);
    }

    #[test]
    fn v3_has_letters_behind_a_number_first() {
        // Expectation: yaml.Marshal of go-yaml v3.0.5.
        let expected = ["_", "1", "1e", "1_", "12:30", "N10", "a", "a1b", "a1-", "a2"];
        let mut keys: Vec<&str> = expected.into_iter().rev().collect();
        sort_natural(&mut keys, Schema::V3, |k| k);
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_circle_of_keys_does_not_panic() {
        let mut keys: Vec<String> = (0..500).map(|i| format!("a{}{}", i % 13, ["", "a", "0"][i % 3])).collect();
        keys.dedup();
        let mut sorted: Vec<&str> = keys.iter().map(String::as_str).collect();
        sort_natural(&mut sorted, Schema::V2, |k| k);
        assert_eq!(sorted.len(), keys.len());
    }
}
