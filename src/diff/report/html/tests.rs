//! What holds of every page.

use super::super::samples::{self, HOSTILE};
use super::*;

#[test]
fn content_opens_and_closes_no_tag() {
    let page = write(&samples::many());
    assert!(page.contains("@you"));
    for tag in ["<!--", "<b> @you", "</code></script"] {
        assert!(!page.contains(tag), "{tag}");
    }
    let scripts = page.matches("<script").count();
    assert_eq!(scripts, page.matches("</script>").count());
    let sections = samples::many().sections().len();
    assert_eq!(scripts, sections + 1, "the data of each object, and the script");
}

#[test]
fn the_data_of_an_object_are_its_lines() {
    let page = write(&samples::many());
    let blocks: Vec<Vec<String>> = page
        .split("<script type=\"application/json\">")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split_once("</script>").expect("is closed").0).expect("is JSON"))
        .collect();
    assert!(blocks[0].contains(&"-      - image: web:1.26.1".to_owned()), "{:?}", blocks[0]);
    assert!(blocks[0].contains(&"+      - image: web:1.27.0".to_owned()), "{:?}", blocks[0]);
    assert!(blocks[0].contains(&"   replicas: 2".to_owned()), "{:?}", blocks[0]);
    assert!(blocks.iter().flatten().any(|line| line.contains("</code></script><!--")));
}

#[test]
fn environments_have_a_row_each() {
    let page = write(&samples::many());
    let row = |name: &str| {
        let rest = page.split_once(&format!("<tr><th scope=\"row\"><code>{name}</code></th>")).expect("is there").1;
        rest.split_once("</tr>").expect("ends").0.to_owned()
    };
    assert_eq!(
        row("overlays/prod"),
        "<td class=\"zero\">0</td><td class=\"changed\">1</td><td class=\"removed\">1</td>\
         <td class=\"risky\">1</td><td class=\"status risky\">risky</td>"
    );
    assert_eq!(row("overlays/broken"), "<td></td><td></td><td></td><td></td><td class=\"status failed\">failed</td>");
    assert!(page.contains("data-environments=\"0 1 2\""));
}

#[test]
fn the_policy_lets_in_the_page_s_own_script_and_style_only() {
    let page = write(&samples::many());
    let between = |start: &str, end: &str| {
        let rest = page.split_once(start).expect("is there").1;
        rest.split_once(end).expect("ends").0.to_owned()
    };
    for (start, end, directive) in [("<style>", "</style>", "style-src"), ("<script>", "</script>", "script-src")] {
        let policy = format!("{directive} '{}'", hash(&between(start, end)));
        assert!(page.contains(&policy), "{policy}");
    }
    assert!(page.contains("content=\"default-src 'none'; "));
    for word in ["style=", "src=", "href=", "onclick=", "url(", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn texts_are_escaped_for_any_place() {
    assert_eq!(line("a\n'\"<&>"), "a␊&#39;&quot;&lt;&amp;&gt;");
    assert!(!escape(HOSTILE).contains('<'));
}
