//! Expectations are what Masterminds/semver 3.5.0 gives.

use super::*;

#[rustfmt::skip]
const VERSIONS: [&str; 30] = [
    "0.0.0", "0.0.1", "0.0.3", "0.0.3-a", "0.1.0", "0.2.3", "0.2.4-beta.2", "0.2.5", "1.0.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-rc.1+b5", "1.2.0", "1.2.3", "1.2.3-pre", "1.2.4", "1.3.0", "1.5.0-0", "2.0.0", "2.0.0-beta", "2.1.3", "11.0.0", "11.1.0", "11.1.1", "12.3.4", "v1.27.3-gke.1700", "v1.37.0", "1.2", "3", "v01.2.003",
];

/// A constraint, and which versions pass it, a bit each from the lowest; nothing where it is none.
#[rustfmt::skip]
const CONSTRAINTS: [(&str, Option<u32>); 95] = [
    ("*", Some(0x3df5b1b7)),
    ("x", Some(0x3df5b1b7)),
    ("0", Some(0xb7)),
    ("1", Some(0x2c01b100)),
    ("1.x", Some(0x2c01b100)),
    ("1.2", Some(0x2800b000)),
    ("1.2.x", Some(0x2800b000)),
    ("1.x.x", Some(0x2c01b100)),
    ("1.*.3", Some(0x2c01b100)),
    ("0.0", Some(0x7)),
    ("1.2.3", Some(0x20002000)),
    ("1.2.3-0", Some(0x0)),
    ("1.2-beta", Some(0x2800f000)),
    ("1-beta", Some(0x2e03f900)),
    ("*-0", Some(0x3fffffff)),
    ("=1.2", Some(0x2800b000)),
    ("!=1", Some(0x11f400b7)),
    ("!=1.2", Some(0x15f501b7)),
    ("!=1.2.3", Some(0x1df591b7)),
    ("!=1.2-beta", Some(0x3fffffff)),
    ("!=*", Some(0x3df5b1b6)),
    (">0", Some(0x3df5b100)),
    (">1", Some(0x11f40000)),
    (">1.2", Some(0x15f50000)),
    (">1.2.3", Some(0x15f58000)),
    (">*", Some(0x3df5b1b6)),
    (">1.2.3-alpha.1", Some(0x37ffe000)),
    ("<1", Some(0xb7)),
    ("<1.2.3", Some(0x80011b7)),
    ("<1-beta", Some(0x6ff)),
    (">=1.2", Some(0x3df5b000)),
    (">=1.x.x", Some(0x3df5b100)),
    ("=>1.2.3", Some(0x35f5a000)),
    (">=1.2.3-0", Some(0x37ffe000)),
    ("<=1", Some(0x2c01b1b7)),
    ("<=1.2", Some(0x2800b1b7)),
    ("=<1.2.3", Some(0x280031b7)),
    ("<=*", Some(0x7)),
    ("<=11", Some(0x3cf5b1b7)),
    ("~1", Some(0x2c01b100)),
    ("~1.2", Some(0x2800b000)),
    ("~1.2.3", Some(0x2000a000)),
    ("~>1.2.3", Some(0x2000a000)),
    ("~*", Some(0x3df5b1b7)),
    ("~0.0.0", Some(0x3df5b1b7)),
    ("~0", Some(0xb7)),
    ("~1.2.3-0", Some(0x2000e000)),
    ("^1.2.3", Some(0x2401a000)),
    ("^1.2", Some(0x2c01b000)),
    ("^1", Some(0x2c01b100)),
    ("^0.2.3", Some(0xa0)),
    ("^0.2", Some(0xa0)),
    ("^0.0.3", Some(0x4)),
    ("^0.0", Some(0x7)),
    ("^0", Some(0xb7)),
    ("^*", Some(0x1)),
    ("^1.2.3-0", Some(0x2603e000)),
    ("^ 1.2.3", Some(0x2401a000)),
    ("01.2", Some(0x2800b000)),
    ("v1.2.3", Some(0x20002000)),
    ("1.2.3+meta", Some(0x20002000)),
    ("1.2 - 1.4", Some(0x2801b000)),
    ("1.2 - 1.4 || 2 - 3", Some(0x3815b000)),
    (">1,<2", Some(0x0)),
    (">1 <2", Some(0x0)),
    (">1 , <2", Some(0x0)),
    (">=1.20-0", Some(0x17fc0000)),
    (">=1.2-0 <2", Some(0x2e0bf000)),
    (">1 || <0.5-0", Some(0x11f400ff)),
    ("!=1.2.3 !=1.2.4", Some(0x1df511b7)),
    ("1.0.0-a - 2.0.0-b", Some(0x2e03ff00)),
    ("v1 - v2", Some(0x2c15b100)),
    ("* - *", Some(0x7)),
    ("xx", None),
    ("1x", None),
    ("1.2.3.4", None),
    ("99999999999999999999", None),
    ("1.2.3-01", None),
    ("1|2", None),
    ("", None),
    (" ", None),
    ("||", None),
    ("1||", None),
    ("1.2 -1.4", None),
    (">=1.0 - 2.0", None),
    ("1 - 2||3 - 4", None),
    (">1,,<2", None),
    (">1<2", None),
    (">1,", None),
    (",>1", None),
    ("a", None),
    ("==1", None),
    ("!1", None),
    ("=|1", None),
    ("1 - 2 - 3", None),
];

fn version(text: &str) -> Version {
    Version::new(text).expect(text)
}

#[test]
fn constraints_let_through_what_they_do_in_go() {
    for (text, expected) in CONSTRAINTS {
        let bits =
            |c: Constraints| VERSIONS.iter().enumerate().map(|(at, v)| u32::from(c.check(&version(v))) << at).sum();
        assert_eq!(Constraints::new(text).ok().map(bits), expected, "{text:?}");
    }
}

#[test]
fn what_is_in_the_way_is_told_in_gos_words() {
    let reasons = |constraint: &str, v: &str| {
        let constraint = Constraints::new(constraint).expect(constraint);
        constraint.validate(&version(v)).err().unwrap_or_default().join("; ")
    };
    assert_eq!(reasons(">1", "1.5.0"), "\"1.5.0\" is less than or equal to \"1\"");
    assert_eq!(
        reasons("^0.2.3", "0.3.0"),
        concat!(
            "\"0.3.0\" does not have same minor version as \"0.2.3\". ",
            "Expected minor versions to match when constraint major version is 0"
        )
    );
    assert_eq!(
        reasons("<1 || >2", "1.5.0"),
        concat!("\"1.5.0\" is greater than or equal to \"1\"; ", "\"1.5.0\" is less than or equal to \"2\"")
    );
    assert_eq!(
        reasons("<1 || >2, <3", "v1.5.0-a"),
        "\"1.5.0-a\" is a prerelease version and the constraint is only looking for release versions"
    );
    assert_eq!(reasons("<1 || >0", "1.5.0"), "");
}

#[test]
fn constraints_print_as_they_were_read() {
    let printed = |text: &str| Constraints::new(text).expect(text).to_string();
    assert_eq!(printed(">= 1.0,<2 || 3 - 4"), ">=1.0 <2 || >=3 <=4");
}

#[test]
fn long_constraints_are_none() {
    assert!(Constraints::new(&"1 ".repeat(256)).is_ok());
    assert!(Constraints::new(&"1 ".repeat(257)).is_err());
    assert!(Constraints::new(&vec!["1"; 32].join("||")).is_ok());
    assert!(Constraints::new(&vec!["1"; 33].join("||")).is_err());
}

#[test]
fn versions_are_read_loosely_or_strictly() {
    let shown = |text: &str| {
        let show = |version: Result<Version, String>| version.map_or_else(|error| error, |version| version.to_string());
        [show(Version::new(text)), show(Version::strict(text))]
    };
    let out_of_range = "strconv.ParseUint: parsing \"18446744073709551616\": value out of range";
    assert_eq!(shown("1.2.3-a.0+b.01"), ["1.2.3-a.0+b.01"; 2]);
    assert_eq!(shown("v1.2"), ["1.2.0", INVALID]);
    assert_eq!(shown("v1.2.3"), ["1.2.3", "invalid characters in version"]);
    assert_eq!(shown("01.2.003"), ["1.2.3", ZERO]);
    assert_eq!(shown("1.2.3-01"), [ZERO; 2]);
    assert_eq!(shown("1.2.3-a..b"), [INVALID, "invalid prerelease string"]);
    assert_eq!(shown("1.2.3+a+b"), [INVALID, "invalid metadata string"]);
    assert_eq!(shown(""), [INVALID, "version string empty"]);
    assert_eq!(shown("1.2.3 "), [INVALID, "invalid characters in version"]);
    assert_eq!(
        shown("18446744073709551616.0.0"),
        [&format!("error parsing version segment: {out_of_range}"), out_of_range]
    );
    assert_eq!(shown(&"1".repeat(257))[0], "version string is too long (max 256 bytes)");
}

#[test]
fn the_next_version_keeps_the_letter_in_front() {
    let next = |text: &str| {
        let version = version(text);
        [version.next_major(), version.next_minor(), version.next_patch()]
            .map(|v| v.map(|v| v.original).unwrap_or_default())
    };
    assert_eq!(next("v1.2.3-a+b"), ["v2.0.0", "v1.3.0", "v1.2.3"]);
    assert_eq!(next("1.2"), ["2.0.0", "1.3.0", "1.2.1"]);
    assert_eq!(next("18446744073709551615.0.0"), ["", "18446744073709551615.1.0", "18446744073709551615.0.1"]);
}

#[test]
fn prereleases_come_in_the_order_of_their_parts() {
    let order = ["1.0.0-0", "1.0.0-99", "1.0.0-103", "1.0.0-99999999999999999999", "1.0.0-a", "1.0.0-a.1", "1.0.0"];
    for (low, high) in order.iter().zip(&order[1..]) {
        assert_eq!(version(low).compare(&version(high)), Ordering::Less, "{low} {high}");
    }
    assert_eq!(version("1.0.0+a").compare(&version("1.0.0+b")), Ordering::Equal);
}
