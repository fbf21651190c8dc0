//! Expectations are what sprig 3.3 gives with Go 1.26.

use crate::sprig::tests::{check, check_faults};

#[test]
fn lists_are_made_of_lists() {
    check(&[
        ("toJson (list)", "[]"),
        ("toJson (first (list 1 2))", "1"),
        ("toJson (first (list))", "null"),
        ("toJson (last (list 1 2))", "2"),
        ("toJson (rest (list 1 2 3))", "[2,3]"),
        ("toJson (rest (list))", "null"),
        ("toJson (initial (list 1 2 3))", "[1,2]"),
        ("toJson (initial (list))", "null"),
        ("toJson (reverse (list 1 2 3))", "[3,2,1]"),
        ("toJson (reverse (list))", "[]"),
        ("toJson (append (list 1) nil)", "[1,null]"),
        (r#"toJson (prepend (splitList "," "a,b") 1)"#, r#"[1,"a","b"]"#),
        (r#"toJson (compact (list 0 "" nil false 1 "a" (list) (dict)))"#, r#"[1,"a"]"#),
        (
            r#"toJson (uniq (list 1 1.0 1 "1" nil nil (list 1) (list 1) (dict "a" 1) (dict "a" 1) (dict "a" 1.0)))"#,
            r#"[1,1,"1",null,[1],{"a":1},{"a":1}]"#,
        ),
        (r#"toJson (without (list 1 1.0 "a" nil (list)) 1 nil (list))"#, r#"[1,"a"]"#),
        ("has 1 (list 2 1)", "true"),
        (r#"has 1 (list 1.0 "1")"#, "false"),
        (r#"has (dict "a" (list 1)) (list (dict "a" (list 1)))"#, "true"),
        ("has 1 nil", "false"),
        ("toJson (slice (list 1 2 3) 1)", "[2,3]"),
        ("toJson (slice (list 1 2 3) 1 2)", "[2]"),
        ("toJson (slice (list) 1 2)", "null"),
        (r#"printf "%T" (slice (splitList "," "a,b") 0 1)"#, "[]string"),
        (r#"printf "%T" (rest (splitList "," "a,b"))"#, "[]interface {}"),
        (r#"toJson (concat (list 1) (splitList "," "a,b"))"#, r#"[1,"a","b"]"#),
        ("toJson (concat)", "null"),
        ("toJson (concat (list) (list))", "null"),
        ("toJson (chunk 2 (list 1 2 3))", "[[1,2],[3]]"),
        ("toJson (chunk 2 (list))", "[]"),
        ("toJson (chunk -5 (list 1 2 3))", "[]"),
        ("toJson (chunk -5 (list 1))", "[[1]]"),
    ]);
}

#[test]
fn what_is_no_list_is_an_error() {
    check_faults(&[
        ("first nil", "runtime error: invalid memory address or nil pointer dereference"),
        (r#"first "abc""#, "Cannot find first on type string"),
        ("rest (dict)", "Cannot find rest on type map"),
        ("push 1 2", "Cannot push on type int"),
        (r#"prepend "a" 2"#, "Cannot prepend on type string"),
        (r#"has 1 "a""#, "Cannot find has on type string"),
        ("slice (list 1 2) 3", "reflect.Value.Slice: slice index out of bounds"),
        ("slice (list 1 2) 1 0", "reflect.Value.Slice: slice index out of bounds"),
        ("concat (list) 1", "Cannot concat type int as list"),
        ("concat nil", "runtime error: invalid memory address or nil pointer dereference"),
        ("chunk 0 (list 1 2)", "runtime error: makeslice: len out of range"),
        ("chunk -1 (list)", "runtime error: makeslice: len out of range"),
        ("uniq true", "Cannot find uniq on type bool"),
    ]);
}
