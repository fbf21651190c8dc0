//! Tables as helm prints them. Source: gosuri/uitable.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Rows of cells, with as much space around them as the widest need. A cell wider than `most` is cut off; 0 is no
/// bound. There is no newline at the end.
pub fn table(rows: &[Vec<&str>], most: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let most = if most == 0 { usize::MAX } else { most };
    let width = |column: usize| rows.iter().filter_map(|row| Some(row.get(column)?.width())).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).min(most)).collect();
    let line = |row: &Vec<&str>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| resized(cell, *width)).collect();
        cells.join("\t")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Go: strutil.Resize.
fn resized(text: &str, width: usize) -> String {
    let own = text.width();
    if own <= width {
        return format!("{text}{}", " ".repeat(width - own));
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        out.push(c);
        let width_of_c = c.width().unwrap_or_default();
        if used + width_of_c + 3 >= width {
            break;
        }
        used += width_of_c;
    }
    out + "..."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_padded_and_cut() {
        assert_eq!(table(&[vec!["NAME", "URL"], vec!["a", "http://x"]], 0), "NAME\tURL     \na   \thttp://x");
        // Expectations: uitable's own tests.
        assert_eq!((resized("foo", 5), resized("foobar", 5)), ("foo  ".to_owned(), "fo...".to_owned()));
    }
}
