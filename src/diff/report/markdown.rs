//! For comments on pull requests and merge requests: Markdown that GitHub and GitLab both show well.
//!
//! What is told first is shown first: the verdict, a table of the environments, what could not be compared and what
//! is risky; then a folded section for each change.
//!
//! **Invariant:** the text is no longer than it may be, in bytes and so in characters of any measure. What does not
//! fit is left out as a whole and counted, and named as far as the names fit.
//! **Not here:** how content is kept from being taken for Markdown ([`escape`]); how one change is told ([`section`]).

mod escape;
mod section;

use super::{Counts, Outcome, Report, Section, words};
use escape::{cell, code, codes, fence, others, quoted, sentence};

/// A comment on GitHub has at most 65,536 characters; the rest is for the marker that `kz comment` adds.
pub const MOST_BYTES: usize = 65_000;

/// Room for the verdict and for what is left out.
pub const FEWEST_BYTES: usize = 2_048;

/// Longer tables of environments are folded.
const MOST_ROWS: usize = 20;

/// The report in at most `most_bytes`, or [`FEWEST_BYTES`] if that is more; ends with a line break.
pub fn write(report: &Report, most_bytes: usize) -> String {
    let most = most_bytes.max(FEWEST_BYTES);
    let sections = report.sections();
    let mut out = format!("**{}**\n", words::verdict(report));
    out.push_str(&environments(report, most / 4));
    out.push_str(&failures(report, most / 4));
    out.push_str(&risks(&sections, report, most / 8));
    let room = most - out.len();
    out.push_str(&changes(&sections, report, room));
    out
}

/// Blocks as far as they fit into `room` bytes, with what is to be said of those that do not.
struct Fitting {
    /// Which of the blocks are shown.
    is_shown: Vec<bool>,
    /// How long the word on the others may be; nothing where there are none.
    rest: Option<usize>,
}

/// Chooses whole blocks, those that come first in `order` before others.
fn fit(blocks: &[String], order: &[usize], room: usize) -> Fitting {
    if blocks.iter().map(String::len).sum::<usize>() <= room {
        return Fitting { is_shown: vec![true; blocks.len()], rest: None };
    }
    let rest = (room / 8).clamp(120.min(room), 2_000);
    let mut left = room - rest;
    let mut is_shown = vec![false; blocks.len()];
    for at in order {
        if blocks[*at].len() <= left {
            left -= blocks[*at].len();
            is_shown[*at] = true;
        }
    }
    Fitting { is_shown, rest: Some(rest) }
}

/// The blocks that fit, in their own order, and `and_others` of the positions of those that do not.
fn fitting(blocks: &[String], order: &[usize], room: usize, and_others: impl Fn(&[usize], usize) -> String) -> String {
    let Fitting { is_shown, rest } = fit(blocks, order, room);
    let shown = blocks.iter().zip(&is_shown).filter(|(_, is_shown)| **is_shown);
    let mut out: String = shown.map(|(block, _)| block.as_str()).collect();
    if let Some(rest) = rest {
        let others: Vec<usize> = (0..blocks.len()).filter(|at| !is_shown[*at]).collect();
        out.push_str(&and_others(&others, rest));
    }
    out
}

fn in_order(blocks: &[String]) -> Vec<usize> {
    (0..blocks.len()).collect()
}

/// The table of environments; nothing where there is one only.
fn environments(report: &Report, room: usize) -> String {
    if report.environments.len() < 2 {
        return String::new();
    }
    // More rows would stand between the verdict and what people look for.
    let is_folded = report.environments.len() > MOST_ROWS;
    let (fold, end) = match is_folded {
        true => {
            (format!("\n<details>\n<summary>{} environments</summary>\n", report.environments.len()), "\n</details>\n")
        }
        false => (String::new(), ""),
    };
    let head = "\n| Environment | Added | Changed | Removed | Risky | |\n| :-- | --: | --: | --: | --: | :-- |\n";
    let rows: Vec<String> = report
        .environments
        .iter()
        .map(|environment| {
            let Counts { added, changed, removed, risky, .. } = environment.counts();
            let (name, status) = (cell(&environment.name), words::status(environment));
            match environment.outcome {
                Outcome::Failed(_) => format!("| {name} | | | | | **{status}** |\n"),
                Outcome::Compared(_) => {
                    format!("| {name} | {added} | {changed} | {removed} | {risky} | {status} |\n")
                }
            }
        })
        .collect();
    let room = room - fold.len() - head.len() - end.len();
    let table = fitting(&rows, &in_order(&rows), room, |others, _| {
        format!("\n{} more environments are not in the table.\n", others.len())
    });
    format!("{fold}{head}{table}{end}")
}

/// What could not be compared, the same reason once.
fn failures(report: &Report, room: usize) -> String {
    let groups = report.failures_by_reason();
    let block = |(why, names): &(&str, Vec<&str>)| {
        let text = format!("{} could not be compared:\n{}", codes(names, 20), fence("text", why));
        format!("\n{}", quoted("CAUTION", &text))
    };
    let blocks: Vec<String> = groups.iter().map(block).collect();
    fitting(&blocks, &in_order(&blocks), room, |others, rest| {
        let names: Vec<&str> = others.iter().flat_map(|at| groups[*at].1.iter().copied()).collect();
        let (who, reason) = match names.len() {
            1 => ("1 more environment", "The reason is"),
            count => (&*format!("{count} more environments"), "The reasons are"),
        };
        let end = format!(". {reason} too long to be shown here.\n");
        named(&format!("\n{who} could not be compared"), &names, &end, rest)
    })
}

/// What deserves a second look.
fn risks(sections: &[Section], report: &Report, room: usize) -> String {
    let mut items = Vec::new();
    for section in sections {
        for risk in &section.change.risks {
            let place =
                if risk.path.0.is_empty() { String::new() } else { format!(" ({})", code(&risk.path.to_string())) };
            let places = section::environments_in_short(section, report).map(|in_short| format!(", in {in_short}"));
            items.push(format!(
                "> - {}: {}{place}{}\n",
                code(&words::title(section.change)),
                sentence(&risk.message),
                places.unwrap_or_default()
            ));
        }
    }
    if items.is_empty() {
        return String::new();
    }
    let head = "\n> [!WARNING]\n> **Look twice before this is applied**\n";
    let list = fitting(&items, &in_order(&items), room - head.len(), |rest, _| {
        format!("> - and {}, told where they are met\n", others(rest.len()))
    });
    format!("{head}{list}")
}

/// A section for each change; risky ones are the last to be left out.
fn changes(sections: &[Section], report: &Report, room: usize) -> String {
    let blocks: Vec<String> = sections.iter().map(|section| section::write(section, report)).collect();
    let mut order = in_order(&blocks);
    order.sort_by_key(|at| sections[*at].change.risks.is_empty());
    fitting(&blocks, &order, room, |others, rest| {
        let names: Vec<String> = others.iter().map(|at| words::title(sections[*at].change)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let objects = if names.len() == 1 { "object" } else { "objects" };
        named(&format!("\n**{} more {objects} not shown**", names.len()), &names, ".\n", rest)
    })
}

/// `start: a, b and 12 others`, in at most `room` bytes, with as many names as that has room for.
fn named(start: &str, names: &[&str], end: &str, room: usize) -> String {
    let others = |count: usize| format!(" and {}", others(count));
    let room = room.saturating_sub(start.len() + 2 + end.len() + others(names.len()).len());
    let mut list = String::new();
    let mut count = 0;
    for name in names {
        let name = code(name);
        let separator = if list.is_empty() { "" } else { ", " };
        if list.len() + separator.len() + name.len() > room {
            break;
        }
        list.push_str(separator);
        list.push_str(&name);
        count += 1;
    }
    match names.len() - count {
        _ if count == 0 => format!("{start}{end}"),
        0 => format!("{start}: {list}{end}"),
        rest => format!("{start}: {list}{}{end}", others(rest)),
    }
}

#[cfg(test)]
mod tests;
