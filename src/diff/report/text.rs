//! What differs between two texts: lines, and words within them.

use imara_diff::{Algorithm, Diff, InternedInput};

/// A line of two texts that are laid side by side, without its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
    /// A run of lines that are the same and too far from any change to be shown.
    Gap(usize),
}

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    pub text: &'t str,
    /// The other side does not have it.
    pub is_changed: bool,
}

/// The lines of both texts, of those that are the same only `context` around each change.
pub fn lines<'t>(before: &'t str, after: &'t str, context: usize) -> Vec<Line<'t>> {
    let input = InternedInput::new(before, after);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut out = Vec::new();
    let (mut at, mut is_first) = (0, true);
    for hunk in diff.hunks() {
        let (start, end) = (hunk.before.start as usize, hunk.before.end as usize);
        same(&old[at.min(start)..start], if is_first { 0 } else { context }, context, &mut out);
        is_first = false;
        out.extend(old[start..end].iter().map(|line| Line::Old(line)));
        out.extend(new[hunk.after.start as usize..hunk.after.end as usize].iter().map(|line| Line::New(line)));
        at = end;
    }
    same(&old[at..], if is_first { 0 } else { context }, 0, &mut out);
    out
}

/// Lines that are the same: the first and the last of them, a gap between.
fn same<'t>(lines: &[&'t str], first: usize, last: usize, out: &mut Vec<Line<'t>>) {
    if lines.len() <= first + last {
        return out.extend(lines.iter().map(|line| Line::Same(line)));
    }
    out.extend(lines[..first].iter().map(|line| Line::Same(line)));
    out.push(Line::Gap(lines.len() - first - last));
    out.extend(lines[lines.len() - last..].iter().map(|line| Line::Same(line)));
}

/// Lines with more words are not looked into.
const MOST_WORDS: usize = 2000;

/// Both lines in pieces: runs of words that they share, and runs that they do not.
pub fn pieces<'t>(before: &'t str, after: &'t str) -> (Vec<Piece<'t>>, Vec<Piece<'t>>) {
    let (old, new) = (words(before), words(after));
    if old.len().max(new.len()) > MOST_WORDS {
        return (whole(before), whole(after));
    }
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, &old, &new);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let (mut from, mut to) = (0, 0);
    let length = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let mut shared = 0;
    for op in ops {
        let is_changed = !matches!(op, similar::DiffOp::Equal { .. });
        let (a, b) = (length(&old[op.old_range()]), length(&new[op.new_range()]));
        push(&mut left, &before[from..from + a], is_changed);
        push(&mut right, &after[to..to + b], is_changed);
        (from, to) = (from + a, to + b);
        shared += if is_changed { 0 } else { a };
    }
    // Lines that share next to nothing are easier to read as wholes.
    if shared * 4 < before.len().min(after.len()) {
        return (whole(before), whole(after));
    }
    (left, right)
}

fn whole(text: &str) -> Vec<Piece<'_>> {
    vec![Piece { text, is_changed: true }]
}

fn push<'t>(pieces: &mut Vec<Piece<'t>>, text: &'t str, is_changed: bool) {
    if !text.is_empty() {
        pieces.push(Piece { text, is_changed });
    }
}

/// Runs of letters and digits; every other character by itself.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices() {
        if c.is_alphanumeric() || c == '_' {
            start.get_or_insert(at);
            continue;
        }
        words.extend(start.take().map(|start| &line[start..at]));
        words.push(&line[at..at + c.len_utf8()]);
    }
    words.extend(start.map(|start| &line[start..]));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_from_a_change_is_left_out() {
        use Line::*;
        let before = "a\nb\nc\nd\ne\nf\n";
        let after = "a\nb\nc\nD\ne\nf\n";
        assert_eq!(lines(before, after, 1), [Gap(2), Same("c"), Old("d"), New("D"), Same("e"), Gap(1)]);
        assert_eq!(lines("a\n", "a", 3), [Old("a"), New("a")], "the line break at the end");
        assert_eq!(lines("", "a\n", 3), [New("a")]);
    }

    #[test]
    fn words_that_differ_are_told() {
        let (old, new) = pieces("nginx:1.26.1", "nginx:1.27.1");
        let changed = |pieces: &[Piece]| -> Vec<String> {
            pieces.iter().filter(|piece| piece.is_changed).map(|piece| piece.text.to_owned()).collect()
        };
        assert_eq!((changed(&old), changed(&new)), (vec!["26".to_owned()], vec!["27".to_owned()]));
        let (old, _) = pieces("postgres", "a-b-c");
        assert_eq!(changed(&old), ["postgres"]);
    }
}
