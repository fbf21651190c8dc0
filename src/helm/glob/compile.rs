//! Parts -> a matcher, by way of gobwas' special cases. Source: compiler/compiler.go.
//!
//! **Invariant:** the cases are tried in gobwas' order.

use super::matcher::{Matcher, Stop};
use super::parse::Part;

/// More would take long to compile: each run of parts is looked at.
const MOST_PARTS: usize = 128;

pub fn compile(parts: Vec<Part>) -> Result<Matcher, Stop> {
    if count(&parts) > MOST_PARTS {
        return Err(Stop::TooLong);
    }
    Ok(compile_part(&Part::Pattern(parts)))
}

fn count(parts: &[Part]) -> usize {
    let inner = |part: &Part| match part {
        Part::AnyOf(parts) | Part::Pattern(parts) => 1 + count(parts),
        _ => 1,
    };
    parts.iter().map(inner).sum()
}

fn compile_part(part: &Part) -> Matcher {
    optimize(match part {
        Part::AnyOf(alternatives) => match without_what_is_shared(alternatives) {
            Some(pattern) => return compile_part(&pattern),
            None => return Matcher::AnyOf(compile_all(alternatives)),
        },
        Part::Pattern(parts) if parts.is_empty() => return Matcher::Nothing,
        Part::Pattern(parts) => join(minimize(compile_all(parts))),
        Part::Nothing => Matcher::Nothing,
        Part::Any => Matcher::Any,
        Part::Super => Matcher::Super,
        Part::Single => Matcher::Single,
        Part::List { chars, is_negated } => Matcher::List(chars.chars().collect(), *is_negated),
        Part::Range { from, to, is_negated } => Matcher::Range(*from..=*to, *is_negated),
        Part::Text(text) => Matcher::Text(text.clone().into_bytes()),
    })
}

/// Go: compileTreeChildren.
fn compile_all(parts: &[Part]) -> Vec<Matcher> {
    parts.iter().map(|part| optimize(compile_part(part))).collect()
}

/// Go: optimizeMatcher.
fn optimize(matcher: Matcher) -> Matcher {
    match matcher {
        Matcher::AnyOf(mut all) if all.len() == 1 => all.remove(0),
        Matcher::List(chars, false) if chars.len() == 1 => Matcher::Text(chars.iter().collect::<String>().into_bytes()),
        Matcher::Tree(mut tree) => {
            tree.left = tree.left.map(optimize);
            tree.right = tree.right.map(optimize);
            let Matcher::Text(text) = &tree.value else { return Matcher::Tree(tree) };
            let text = text.clone();
            match (&tree.left, &tree.right) {
                (None, None) => Matcher::Text(text),
                (Some(Matcher::Super), Some(Matcher::Super)) => Matcher::Contains(text, false),
                (Some(Matcher::Super), None) => Matcher::Suffix(text),
                (None, Some(Matcher::Super)) => Matcher::Prefix(text),
                (None, Some(Matcher::Suffix(suffix))) => Matcher::PrefixSuffix(text, suffix.clone()),
                (Some(Matcher::Prefix(prefix)), None) => Matcher::PrefixSuffix(prefix.clone(), text),
                (Some(Matcher::Any), None) => Matcher::SuffixAny(text),
                (None, Some(Matcher::Any)) => Matcher::PrefixAny(text),
                _ => Matcher::Tree(tree),
            }
        }
        other => other,
    }
}

/// Go: compileMatchers. The longest of fixed length is looked for first, the others left and right of it.
fn join(mut matchers: Vec<Matcher>) -> Matcher {
    if matchers.len() == 1 {
        return matchers.remove(0);
    }
    if let Some(glued) = glue(&matchers) {
        return glued;
    }
    let lengths = matchers.iter().enumerate().filter_map(|(at, matcher)| Some((matcher.length()?, at)));
    let Some((_, at)) = lengths.max() else {
        let right = matchers.split_off(1);
        return Matcher::tree(matchers.remove(0), None, Some(join(right)));
    };
    let right = matchers.split_off(at + 1);
    let value = matchers.remove(at);
    let side = |matchers: Vec<Matcher>| (!matchers.is_empty()).then(|| join(matchers));
    Matcher::tree(value, side(matchers), side(right))
}

fn glue(matchers: &[Matcher]) -> Option<Matcher> {
    if matchers.len() < 2 {
        return None;
    }
    glue_as_every(matchers).or_else(|| glue_as_row(matchers))
}

fn glue_as_row(matchers: &[Matcher]) -> Option<Matcher> {
    let length = matchers.iter().map(Matcher::length).sum::<Option<usize>>()?;
    Some(Matcher::Row(length, matchers.to_vec()))
}

/// Go: what all of them stop at must be the same. It is then looked for as one text.
fn glue_as_every(matchers: &[Matcher]) -> Option<Matcher> {
    let slash = ['/'];
    let (mut has_any, mut has_super, mut singles) = (false, false, 0);
    let mut separators: Option<&[char]> = None;
    for matcher in matchers {
        let own: &[char] = match matcher {
            Matcher::Super => &[],
            Matcher::Any | Matcher::Single => &slash,
            Matcher::List(chars, true) => chars,
            _ => return None,
        };
        has_super |= matches!(matcher, Matcher::Super);
        has_any |= matches!(matcher, Matcher::Any);
        singles += usize::from(matches!(matcher, Matcher::Single | Matcher::List(..)));
        if **separators.get_or_insert(own) != *own {
            return None;
        }
    }
    if singles == 0 {
        return Some(if has_super { Matcher::Super } else { Matcher::Any });
    }
    let mut every = vec![Matcher::Min(singles)];
    if !has_any && !has_super {
        every.push(Matcher::Max(singles));
    }
    let separators: String = separators.unwrap_or_default().iter().collect();
    every.push(Matcher::Contains(separators.into_bytes(), true));
    Some(Matcher::EveryOf(every))
}

/// Go: minimizeMatchers. Glues the longest run that can be glued, again and again.
fn minimize(mut matchers: Vec<Matcher>) -> Vec<Matcher> {
    loop {
        let mut done: Option<(Matcher, usize, usize)> = None;
        for left in 0..matchers.len() {
            for right in (left + 1..=matchers.len()).rev() {
                let Some(glued) = glue(&matchers[left..right]) else { continue };
                let is_better = done.as_ref().is_none_or(|(before, from, to)| {
                    let is_longer = matches!((before.length(), glued.length()), (Some(old), Some(new)) if new > old);
                    is_longer || to - from < right - left
                });
                if is_better {
                    done = Some((glued, left, right));
                }
            }
        }
        let Some((glued, left, right)) = done else { return matchers };
        matchers.splice(left..right, [glued]);
    }
}

/// Go: minimizeTreeAnyOf. `{ab,ac}` becomes `a{b,c}`; nothing where the alternatives share nothing.
fn without_what_is_shared(alternatives: &[Part]) -> Option<Part> {
    let patterns: Vec<&[Part]> = alternatives
        .iter()
        .map(|part| if let Part::Pattern(parts) = part { Some(parts.as_slice()) } else { None })
        .collect::<Option<_>>()?;
    let (left, right) = shared(&patterns);
    if left == 0 && right == 0 {
        return None;
    }
    let first = *patterns.first()?;
    let mut rests: Vec<Part> = Vec::new();
    for parts in &patterns {
        let rest = &parts[left..parts.len() - right];
        let rest = if rest.is_empty() { Part::Nothing } else { Part::Pattern(rest.to_vec()) };
        if !rests.contains(&rest) {
            rests.push(rest);
        }
    }
    let mut result = Vec::new();
    if left > 0 {
        result.push(Part::Pattern(first[..left].to_vec()));
    }
    match rests.len() {
        1 => result.extend(rests.into_iter().filter(|rest| *rest != Part::Nothing)),
        _ => result.push(Part::AnyOf(rests)),
    }
    if right > 0 {
        result.push(Part::Pattern(first[first.len() - right..].to_vec()));
    }
    Some(Part::Pattern(result))
}

/// Go: commonChildren. How many parts all patterns start and end with.
fn shared(patterns: &[&[Part]]) -> (usize, usize) {
    let lengths = patterns.iter().enumerate().map(|(at, parts)| (parts.len(), at));
    let Some((length, shortest)) = lengths.min().filter(|_| patterns.len() > 1) else { return (0, 0) };
    let own = patterns[shortest];
    let (mut left, mut right, mut left_ends, mut right_ends) = (0, 0, false, false);
    for i in 0..length {
        let j = length - 1 - i;
        if left + right >= length {
            break;
        }
        for (_, other) in patterns.iter().enumerate().filter(|(at, _)| *at != shortest) {
            left_ends = left_ends || own[i] != other[i];
            // Go: the ends are not compared any more where they meet the starts, as far as these are compared yet.
            right_ends = right_ends || (!left_ends && j <= i) || own[j] != other[other.len() - 1 - i];
        }
        left += usize::from(!left_ends);
        right += usize::from(!right_ends);
    }
    (left, right)
}
