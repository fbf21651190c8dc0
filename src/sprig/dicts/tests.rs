//! Expectations are what sprig 3.3 gives with Go 1.26.

use crate::base::stack::with_deep_stack;
use crate::sprig::tests::{check, check_faults, run};

#[test]
fn maps_are_read_and_changed() {
    check(&[
        (r#"toJson (dict "a" 1 "b")"#, r#"{"a":1,"b":""}"#),
        ("toJson (dict nil 1 true 2 1.5 3)", r#"{"1.5":3,"\u003cnil\u003e":1,"true":2}"#),
        (r#"get (dict "a" "x") "a""#, "x"),
        (r#"get (dict) "a""#, ""),
        (r#"toJson (get (dict "a" nil) "a")"#, "null"),
        (r#"hasKey (dict "a" nil) "a""#, "true"),
        (r#"$d := dict }}{{ $e := set $d "a" 1 }}{{ toJson $d"#, r#"{"a":1}"#),
        (r#"$d := dict "a" 1 "b" 2 }}{{ $e := unset $d "a" }}{{ toJson $d"#, r#"{"b":2}"#),
        (r#"toJson (keys (dict "a" 1) (dict "b" 2))"#, r#"["a","b"]"#),
        (r#"toJson (values (dict "a" 1))"#, "[1]"),
        (r#"toJson (pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" nil))"#, "[1,null]"),
        (r#"toJson (pick (dict "a" 1 "b" 2) "b" "c")"#, r#"{"b":2}"#),
        (r#"toJson (omit (dict "a" 1 "b" 2) "b" "c")"#, r#"{"a":1}"#),
        (r#"dig "a" "b" "none" (dict "a" (dict "b" "x"))"#, "x"),
        (r#"dig "a" "b" "none" (dict "a" (dict))"#, "none"),
        (r#"dig "a" "b" "none" (dict)"#, "none"),
    ]);
}

#[test]
fn what_go_panics_at_is_an_error() {
    check_faults(&[
        (r#"set nil "a" 1"#, "assignment to entry in nil map"),
        (r#"dig "a" "b""#, "dig needs at least three arguments"),
        (r#"dig "a" "b" (list)"#, "interface conversion: interface {} is []interface {}, not map[string]interface {}"),
        (r#"dig 1 "b" (dict)"#, "interface conversion: interface {} is int, not string"),
        (
            r#"dig "a" "b" "none" (dict "a" 1)"#,
            "interface conversion: interface {} is int, not map[string]interface {}",
        ),
        (
            r#"dig "a" "b" "none" (dict "a" nil)"#,
            "interface conversion: interface {} is nil, not map[string]interface {}",
        ),
        (r#"mustMerge (dict "a" (semver "1.2.3")) (dict "a" (dict "b" 1))"#, "src and dst must be of same type"),
        (
            r#"mustMerge (dict "a" (split "," "b,c")) (dict "a" (dict "b" 1))"#,
            "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
        ),
    ]);
}

#[test]
fn maps_are_merged() {
    check(&[
        (
            r#"toJson (merge (dict "a" "" "b" 0 "c" false "d" nil "e" (list) "f" 1) (dict "a" 1 "b" 1 "c" 1 "d" 1 "e" 1 "f" 2 "g" nil))"#,
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}"#,
        ),
        (
            r#"toJson (mergeOverwrite (dict "a" 1 "b" 1 "c" 1 "d" 1 "e" 1 "f" 1) (dict "a" "" "b" 0 "c" false "d" nil "e" (list) "g" nil))"#,
            r#"{"a":"","b":0,"c":false,"d":null,"e":[],"f":1,"g":null}"#,
        ),
        (
            r#"toJson (merge (dict "a" (dict "x" 1 "y" (dict))) (dict "a" (dict "x" 2 "y" (dict "z" 3) "w" 4)))"#,
            r#"{"a":{"w":4,"x":1,"y":{"z":3}}}"#,
        ),
        (
            r#"toJson (mergeOverwrite (dict "a" (dict "x" 1 "y" (dict "k" 1))) (dict "a" (dict "x" 2 "y" (dict "z" 3) "w" 4)))"#,
            r#"{"a":{"w":4,"x":2,"y":{"k":1,"z":3}}}"#,
        ),
        (r#"toJson (merge (dict "a" (list 1)) (dict "a" (list 2 3)))"#, r#"{"a":[1]}"#),
        (r#"toJson (mergeOverwrite (dict "a" (list 1 2)) (dict "a" (list 3)))"#, r#"{"a":[3]}"#),
        (r#"toJson (mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" 5))"#, r#"{"a":5}"#),
        (r#"toJson (mergeOverwrite (dict "a" 5) (dict "a" (dict "x" 1)))"#, r#"{"a":{"x":1}}"#),
        (r#"toJson (merge (dict "a" 5) (dict "a" (dict "x" 1)))"#, r#"{"a":5}"#),
        (r#"toJson (mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" (dict)))"#, r#"{"a":{"x":1}}"#),
        (r#"toJson (mergeOverwrite nil (dict "a" 1) (dict "a" 2))"#, r#"{"a":2}"#),
        ("toJson (merge nil nil)", "null"),
        (r#"toJson (merge (dict "a" (semver "1.2.3")) (dict "a" (dict "b" 1)))"#, r#""""#),
        (r#"toJson (mergeOverwrite (dict "a" (semver "1.2.3")) (dict "a" (dict "b" 1)))"#, r#"{"a":{"b":1}}"#),
        (
            r#"toJson (merge (dict "a" (dict "b" 1)) (dict "a" (split "," "x,y")))"#,
            r#"{"a":{"_0":"x","_1":"y","b":1}}"#,
        ),
        (
            r#"$s := dict "a" (dict "x" 1) }}{{ $d := merge (dict) $s }}{{ $x := set $d.a "x" 2 }}{{ toJson $s"#,
            r#"{"a":{"x":2}}"#,
        ),
        (
            r#"$s := dict "a" (dict "x" 1) }}{{ $d := merge (dict "a" (dict "y" 1)) $s }}{{ $x := set $d.a "x" 2 }}{{ toJson $s"#,
            r#"{"a":{"x":1}}"#,
        ),
        (
            r#"$s := dict "a" (dict) }}{{ $d := merge (dict "a" (dict)) $s }}{{ $x := set $d.a "x" 2 }}{{ toJson $s"#,
            r#"{"a":{"x":2}}"#,
        ),
    ]);
}

#[test]
fn maps_that_hold_themselves_come_to_an_end() {
    with_deep_stack(|| {
        let merged = run(r#"{{ $a := dict }}{{ $_ := set $a "x" $a }}{{ $b := dict }}{{ $_ := set $b "x" $b }}
            {{- $_ := merge $a $b }}"#);
        assert!(merged.contains("too large or nested too deeply"), "{merged}");
        let equal = run(r#"{{ $a := dict }}{{ $_ := set $a "x" $a }}{{ $b := dict }}{{ $_ := set $b "x" $b }}
            {{- has $a (list $b) }}"#);
        assert_eq!(equal, "true");
    });
}
