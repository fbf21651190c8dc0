//! What differs between two texts: lines, and words within them.

use imara_diff::{Algorithm, Diff, InternedInput};

/// A line of two texts that are laid side by side, without its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
    /// The last line of one side does not end with a line break, where that of the other does.
    NoBreak,
    /// A run of lines that are the same and too far from any change to be shown.
    Gap(usize),
}

/// A line of two texts in pieces. Lines that became others have what differs brought out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row<'t> {
    Same(&'t str),
    Old(Vec<Piece<'t>>),
    New(Vec<Piece<'t>>),
    NoBreak,
    Gap(usize),
}

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    pub text: &'t str,
    /// The other side does not have it; never the whole line.
    pub is_changed: bool,
}

/// The lines of both texts, of those that are the same only `context` around each change.
pub fn lines<'t>(before: &'t str, after: &'t str, context: usize) -> Vec<Line<'t>> {
    let input = InternedInput::new(before, after);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let split = |text: &'t str| text.split_terminator('\n').collect();
    let (old, new): (Vec<&str>, Vec<&str>) = (split(before), split(after));
    let is_end_told = before.ends_with('\n') != after.ends_with('\n');
    let no_break = |text: &str, end: usize, all: usize| is_end_told && end == all && !text.ends_with('\n');
    let mut out = Vec::new();
    let (mut at, mut is_first) = (0, true);
    for hunk in diff.hunks() {
        let (start, end) = (hunk.before.start as usize, hunk.before.end as usize);
        same(&old[at.min(start)..start], if is_first { 0 } else { context }, context, &mut out);
        is_first = false;
        out.extend(old[start..end].iter().map(|line| Line::Old(line)));
        out.extend((start < end && no_break(before, end, old.len())).then_some(Line::NoBreak));
        let (start, end) = (hunk.after.start as usize, hunk.after.end as usize);
        out.extend(new[start..end].iter().map(|line| Line::New(line)));
        out.extend((start < end && no_break(after, end, new.len())).then_some(Line::NoBreak));
        at = hunk.before.end as usize;
    }
    same(&old[at..], if is_first { 0 } else { context }, 0, &mut out);
    out
}

/// The lines, with what differs in those that became others: where as many are new as are gone.
pub fn rows<'t>(before: &'t str, after: &'t str, context: usize) -> Vec<Row<'t>> {
    let lines = lines(before, after, context);
    let mut rows: Vec<Row> = Vec::with_capacity(lines.len());
    for run in lines.chunk_by(|a, b| is_change(a) && is_change(b)) {
        let old: Vec<&str> =
            run.iter().filter_map(|line| if let Line::Old(text) = line { Some(*text) } else { None }).collect();
        let new: Vec<&str> =
            run.iter().filter_map(|line| if let Line::New(text) = line { Some(*text) } else { None }).collect();
        let are_pairs = old.len() == new.len() && old.len() <= MOST_PAIRS;
        let pairs: Vec<_> = old.iter().zip(&new).filter(|_| are_pairs).map(|(old, new)| pieces(old, new)).collect();
        let (left, right): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        rows.extend(run.iter().map(|line| match line {
            Line::Same(text) => Row::Same(text),
            Line::Old(text) => Row::Old(left.next().unwrap_or_else(|| whole(text))),
            Line::New(text) => Row::New(right.next().unwrap_or_else(|| whole(text))),
            Line::NoBreak => Row::NoBreak,
            Line::Gap(count) => Row::Gap(*count),
        }));
    }
    rows
}

/// More lines in a row are not looked into.
const MOST_PAIRS: usize = 20;

fn is_change(line: &Line) -> bool {
    matches!(line, Line::Old(_) | Line::New(_) | Line::NoBreak)
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
    if shared * 4 < before.len().min(after.len()) || shared == 0 {
        return (whole(before), whole(after));
    }
    (left, right)
}

/// A line of which nothing is brought out.
pub fn whole(text: &str) -> Vec<Piece<'_>> {
    vec![Piece { text, is_changed: false }]
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
        assert_eq!(lines("a\n", "a", 3), [Old("a"), New("a"), NoBreak]);
        assert_eq!(lines("b\na", "b\na\n", 3), [Same("b"), Old("a"), NoBreak, New("a")]);
        assert_eq!(lines("b", "a\nb", 3), [New("a"), Same("b")], "both end without one");
        assert_eq!(lines("a\r\n", "a\n", 3), [Old("a\r"), New("a")]);
        assert_eq!(lines("", "a\n", 3), [New("a")]);
    }

    #[test]
    fn lines_that_became_others_are_looked_into_in_pairs() {
        let (a, b) = ("x: one 1\nx: one 2\n", "x: two 1\nx: two 2\n");
        let changed = |row: &Row| -> Vec<String> {
            match row {
                Row::Old(pieces) | Row::New(pieces) => {
                    pieces.iter().filter(|p| p.is_changed).map(|p| p.text.to_owned()).collect()
                }
                _ => Vec::new(),
            }
        };
        let rows = rows(a, b, 3);
        assert_eq!(rows.iter().map(changed).collect::<Vec<_>>(), [["one"], ["one"], ["two"], ["two"]]);
    }

    #[test]
    fn words_that_differ_are_told() {
        let (old, new) = pieces("nginx:1.26.1", "nginx:1.27.1");
        let changed = |pieces: &[Piece]| -> Vec<String> {
            pieces.iter().filter(|piece| piece.is_changed).map(|piece| piece.text.to_owned()).collect()
        };
        assert_eq!((changed(&old), changed(&new)), (vec!["26".to_owned()], vec!["27".to_owned()]));
        let (old, _) = pieces("postgres", "a-b-c");
        assert_eq!(changed(&old), [""; 0], "what shares next to nothing is told as a whole");
    }
}
