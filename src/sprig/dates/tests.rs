//! Expectations are what Go 1.26 gives.

use super::*;
use crate::gotmpl::World;

/// Seconds and nanoseconds since 1970, a zone, a layout, and the text.
#[rustfmt::skip]
const FORMATTED: [(i64, u32, &str, &str, &str); 19] = [
    (1700000000, 123456000, "UTC", "Monday, 02-Jan-06 15:04:05.000 MST", "Tuesday, 14-Nov-23 22:13:20.123 UTC"),
    (1700000000, 0, "UTC", "January Jan 1 01 2 02 _2 002 __2 06 2006 _2006", "November Nov 11 11 14 14 14 318 318 23 2023 _2023"),
    (1614834367, 0, "UTC", "3:04PM 03:4:5 pm 15", "5:06AM 05:6:7 am 05"),
    (1614834367, 0, "UTC", "Janet Month Monday Mon_ _23 002x", "Janet Month Thursday Thu_  45 063x"),
    (1700000000, 120000000, "UTC", ".0 .00 .999 .9 ,000 ,999999999 .000000000000 .09 .0x", ".1 .12 .12 .1 ,120 ,12 .120000000 .09 .1x"),
    (1700000000, 0, "UTC", "x.999 Z07 Z0700 Z07:00 Z070000 Z07:00:00 -07 -0700 -07:00 -070000 -07:00:00", "x Z Z Z Z Z +00 +0000 +00:00 +000000 +00:00:00"),
    (1700000000, 0, "America/St_Johns", "-07 Z0700 Z07:00 Z070000 -07:00:00 MST", "-03 -0330 -03:30 -033000 -03:30:00 NST"),
    (1700000000, 0, "Australia/Lord_Howe", "-0700 MST", "+1100 +11"),
    (1720000000, 0, "America/New_York", "2006-01-02T15:04:05Z07:00 MST", "2024-07-03T05:46:40-04:00 EDT"),
    (-2500000000, 0, "Europe/Madrid", "15:04:05 -07:00:00 MST", "19:18:36 -00:14:44 LMT"),
    (-62135596801, 0, "UTC", "2006-01-02 15:04:05", "0000-12-31 23:59:59"),
    (-99999999999, 0, "UTC", "2006 06", "-1199 99"),
    (253402300800, 0, "UTC", "2006-01-02", "10000-01-01"),
    (9223372036854775807, 0, "UTC", "2006-01-02 Mon", "292277026596-12-04 Sun"),
    (32503680000, 0, "Europe/Madrid", "2006-01-02 15 MST", "3000-01-01 01 CET"),
    (951782400, 0, "UTC", "002 Jan 2", "060 Feb 29"),
    (1700000000, 0, "UTC", "é2006\"é%Y", "é2023\"é%Y"),
    (43200, 0, "UTC", "3PM 3pm", "12PM 12pm"),
    (0, 0, "UTC", "3PM", "12AM"),
];

/// The local zone, a layout, a text, and the time or what is wrong.
#[rustfmt::skip]
const PARSED: [(&str, &str, &str, Result<&str, &str>); 51] = [
    ("UTC", "2006-01-02", "2017-02-30", Err("parsing time \"2017-02-30\": day out of range")),
    ("UTC", "2006-01-02", "2017-1-2", Err("parsing time \"2017-1-2\" as \"2006-01-02\": cannot parse \"1-2\" as \"01\"")),
    ("UTC", "2006-1-2", "2017-01-2", Ok("2017-01-02 00:00:00 +0000 UTC")),
    ("UTC", "2006-002", "2020-366", Ok("2020-12-31 00:00:00 +0000 UTC")),
    ("UTC", "2006-002", "2021-366", Err("parsing time \"2021-366\": day-of-year out of range")),
    ("UTC", "Jan _2 002 2006", "Feb  4 004 2006", Err("parsing time \"Feb  4 004 2006\": day-of-year does not match month")),
    ("UTC", "Jan _2 002 2006", "Feb  4 035 2006", Ok("2006-02-04 00:00:00 +0000 UTC")),
    ("UTC", "06", "69", Ok("1969-01-01 00:00:00 +0000 UTC")),
    ("UTC", "06", "-5", Ok("1995-01-01 00:00:00 +0000 UTC")),
    ("UTC", "3:04PM", "12:30PM", Ok("0000-01-01 12:30:00 +0000 UTC")),
    ("UTC", "3:04PM", "12:30AM", Ok("0000-01-01 00:30:00 +0000 UTC")),
    ("UTC", "15:04:05", "23:59:59.5", Ok("0000-01-01 23:59:59.5 +0000 UTC")),
    ("UTC", "15:04:05", "23:59:60", Err("parsing time \"23:59:60\": second out of range")),
    ("UTC", "15:04:05.000", "23:59:59,123", Ok("0000-01-01 23:59:59.123 +0000 UTC")),
    ("UTC", "15:04:05.000", "23:59:59.12", Err("parsing time \"23:59:59.12\" as \"15:04:05.000\": cannot parse \".12\" as \".000\"")),
    ("UTC", "15:04:05.999", "23:59:59", Ok("0000-01-01 23:59:59 +0000 UTC")),
    ("UTC", "15:04:05.000", "23:59:59.-12", Err("parsing time \"23:59:59.-12\": fractional second out of range")),
    ("UTC", "2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07+02:00", Ok("2021-03-04 05:06:07 +0200 +0200")),
    ("UTC", "2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07+01:00", Ok("2021-03-04 05:06:07 +0100 +0100")),
    ("UTC", "2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07Z", Ok("2021-03-04 05:06:07 +0000 UTC")),
    ("UTC", "2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07+25:00", Err("parsing time \"2021-03-04T05:06:07+25:00\": time zone offset hour out of range")),
    ("UTC", "-07:00", "-23:61", Err("parsing time \"-23:61\": time zone offset minute out of range")),
    ("UTC", "Z070000", "+080102", Ok("0000-01-01 00:00:00 +0801 +0801")),
    ("UTC", "Jan 2, 2006 at 3:04pm (MST)", "Feb 3, 2013 at 7:54pm (PST)", Ok("2013-02-03 19:54:00 +0000 PST")),
    ("UTC", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 15 Jul 2013 12:00:00 CEST", Ok("2013-07-15 12:00:00 +0000 CEST")),
    ("UTC", "Mon, 02 Jan 2006 15:04:05 MST", "Tue, 15 Jan 2013 12:00:00 CEST", Ok("2013-01-15 12:00:00 +0000 CEST")),
    ("UTC", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 GMT+3", Ok("2006-01-02 18:04:05 +0300 GMT+3")),
    ("UTC", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 UTC", Ok("2006-01-02 15:04:05 +0000 UTC")),
    ("UTC", "MST", "ABCD", Err("parsing time \"ABCD\" as \"MST\": cannot parse \"ABCD\" as \"MST\"")),
    ("UTC", "MST", "+03", Ok("0000-01-01 00:00:00 +0000 +03")),
    ("UTC", "January 2 2006", "march 5 2020", Ok("2020-03-05 00:00:00 +0000 UTC")),
    ("UTC", "Mon", "Xxx", Err("parsing time \"Xxx\" as \"Mon\": cannot parse \"Xxx\" as \"Mon\"")),
    ("UTC", "x2006", "y2020", Err("parsing time \"y2020\" as \"x2006\": cannot parse \"y2020\" as \"x\"")),
    ("UTC", "2006", "2020 ", Err("parsing time \"2020 \": extra text: \" \"")),
    ("UTC", "2006  1", "2020     3", Ok("2020-03-01 00:00:00 +0000 UTC")),
    ("UTC", "2006", "2a20", Err("parsing time \"2a20\" as \"2006\": cannot parse \"2a20\" as \"2006\"")),
    ("UTC", "2006-01-02 15:04", "2022-03-27 02:30", Ok("2022-03-27 02:30:00 +0000 UTC")),
    ("UTC", "2006-01-02 15:04", "2022-10-30 02:30", Ok("2022-10-30 02:30:00 +0000 UTC")),
    ("UTC", "é2006", "è2020", Err("parsing time \"\\xc3\\xa82020\" as \"\\xc3\\xa92006\": cannot parse \"\\xa82020\" as \"\\xc3\\xa9\"")),
    ("Europe/Madrid", "2006-1-2", "2017-01-2", Ok("2017-01-02 00:00:00 +0100 CET")),
    ("Europe/Madrid", "2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07+01:00", Ok("2021-03-04 05:06:07 +0100 CET")),
    ("Europe/Madrid", "2006-01-02T15:04:05Z07:00", "2021-03-04T05:06:07Z", Ok("2021-03-04 05:06:07 +0000 UTC")),
    ("Europe/Madrid", "Jan 2, 2006 at 3:04pm (MST)", "Feb 3, 2013 at 7:54pm (PST)", Ok("2013-02-03 19:54:00 +0000 PST")),
    ("Europe/Madrid", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 15 Jul 2013 12:00:00 CEST", Ok("2013-07-15 12:00:00 +0200 CEST")),
    ("Europe/Madrid", "Mon, 02 Jan 2006 15:04:05 MST", "Tue, 15 Jan 2013 12:00:00 CEST", Ok("2013-01-15 11:00:00 +0100 CET")),
    ("Europe/Madrid", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 GMT+3", Ok("2006-01-02 18:04:05 +0300 GMT+3")),
    ("Europe/Madrid", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 UTC", Ok("2006-01-02 15:04:05 +0000 UTC")),
    ("Europe/Madrid", "MST", "ABCD", Err("parsing time \"ABCD\" as \"MST\": cannot parse \"ABCD\" as \"MST\"")),
    ("Europe/Madrid", "MST", "+03", Ok("0000-01-01 00:00:00 +0000 +03")),
    ("Europe/Madrid", "2006-01-02 15:04", "2022-03-27 02:30", Ok("2022-03-27 03:30:00 +0200 CEST")),
    ("Europe/Madrid", "2006-01-02 15:04", "2022-10-30 02:30", Ok("2022-10-30 02:30:00 +0100 CET")),
];

#[rustfmt::skip]
const DURATIONS: [(&str, Result<&str, &str>); 31] = [
    ("0", Ok("0s")),
    ("+0", Ok("0s")),
    ("1h", Ok("1h0m0s")),
    ("-1.5h", Ok("-1h30m0s")),
    ("1h30m10s", Ok("1h30m10s")),
    (".5s", Ok("500ms")),
    ("1.s", Ok("1s")),
    ("1us", Ok("1µs")),
    ("1µs", Ok("1µs")),
    ("1μs", Ok("1µs")),
    ("1ns", Ok("1ns")),
    ("100ms", Ok("100ms")),
    ("1.004s", Ok("1.004s")),
    ("10.5s4m", Ok("4m10.5s")),
    ("0.3333333333333333333h", Ok("20m0s")),
    ("9223372036854775807ns", Ok("2562047h47m16.854775807s")),
    ("9223372036854775808ns", Err("time: invalid duration \"9223372036854775808ns\"")),
    ("-9223372036854775808ns", Ok("-2562047h47m16.854775808s")),
    ("9223372036854ms775us808ns", Err("time: invalid duration \"9223372036854ms775us808ns\"")),
    ("0.830103483285477580700h", Ok("49m48.372539827s")),
    ("", Err("time: invalid duration \"\"")),
    ("1", Err("time: missing unit in duration \"1\"")),
    ("-", Err("time: invalid duration \"-\"")),
    (".s", Err("time: invalid duration \".s\"")),
    ("1h-5m", Err("time: unknown unit \"h-\" in duration \"1h-5m\"")),
    ("3x", Err("time: unknown unit \"x\" in duration \"3x\"")),
    ("1d", Err("time: unknown unit \"d\" in duration \"1d\"")),
    ("1 h", Err("time: unknown unit \" h\" in duration \"1 h\"")),
    ("+.", Err("time: invalid duration \"+.\"")),
    ("9999999h", Err("time: invalid duration \"9999999h\"")),
    ("1s1", Err("time: missing unit in duration \"1s1\"")),
];

/// A duration, what it is rounded to, and what rounding and truncating give.
#[rustfmt::skip]
const ROUNDED: [(&str, &str, &str, &str); 10] = [
    ("2h13m", "30m", "2h0m0s", "2h0m0s"),
    ("2h15m", "30m", "2h30m0s", "2h0m0s"),
    ("-95s", "1m", "-2m0s", "-1m0s"),
    ("-90s", "1m", "-2m0s", "-1m0s"),
    ("90s", "0s", "1m30s", "1m30s"),
    ("90s", "-1s", "1m30s", "1m30s"),
    ("9223372036854775807ns", "1h", "2562047h47m16.854775807s", "2562047h0m0s"),
    ("-9223372036854775808ns", "1h", "-2562047h47m16.854775808s", "-2562047h0m0s"),
    ("1.5s", "1s", "2s", "1s"),
    ("1499ms", "1s", "1s", "1s"),
];

fn duration(text: &str) -> Duration {
    Duration::parse(text).expect(text)
}

#[test]
fn times_are_written_by_layouts() {
    for (seconds, nanos, zone, layout, expected) in FORMATTED {
        let zone = Zone::named(zone, "").expect(zone);
        let text = format::format(&Time::unix(seconds, nanos, zone), layout.as_bytes());
        assert_eq!(String::from_utf8_lossy(&text), expected, "{layout}");
    }
}

#[test]
fn times_are_read_by_layouts() {
    for (zone, layout, value, expected) in PARSED {
        let time = parse::parse(layout.as_bytes(), value.as_bytes(), &Zone::local(zone));
        let shown = time.map(|time| time.to_string());
        assert_eq!(shown.as_deref().map_err(|error| error.as_str()), expected, "{zone} {layout} {value}");
    }
}

#[test]
fn durations_are_read_and_written() {
    for (text, expected) in DURATIONS {
        let shown = Duration::parse(text).map(|duration| duration.to_string());
        assert_eq!(shown.as_deref().map_err(|error| error.as_str()), expected, "{text}");
    }
}

#[test]
fn durations_are_rounded() {
    for (text, to, rounded, truncated) in ROUNDED {
        let (own, to) = (duration(text), duration(to));
        assert_eq!([own.round(to).to_string(), own.truncate(to).to_string()], [rounded, truncated], "{text}");
    }
}

#[test]
fn zones_have_the_names_of_files() {
    let is_zone = |name: &str| Zone::named(name, "").is_some();
    assert!(is_zone("Europe/Madrid") && is_zone("Zulu") && is_zone(""));
    assert!(!is_zone("europe/madrid") && !is_zone("utc") && !is_zone("../etc") && !is_zone("Etc/Unknown"));
}

#[test]
fn dates_carry_over() {
    let day = |text: &str| parse::parse(HTML_DATE, text.as_bytes(), &Zone::Utc).expect(text);
    let moved = |text: &str, years, months, days| {
        let text = format::format(&day(text).add_date(years, months, days), HTML_DATE);
        String::from_utf8_lossy(&text).into_owned()
    };
    assert_eq!(moved("2020-02-28", 1, 1, 1), "2021-03-29");
    assert_eq!(moved("2020-01-31", 0, 1, 0), "2020-03-02");
    assert_eq!(moved("2020-03-31", 0, -13, 0), "2019-03-03");
    assert_eq!(moved("2020-01-01", 0, 0, -1), "2019-12-31");
}

fn call(name: &str, args: &[Value]) -> String {
    let mut world = World::fixed(1_700_000_000);
    let func = FUNCS.iter().find(|func| func.name == name).expect(name);
    let value = (func.run)(&mut Call { args, world: &mut world, engine: None });
    match value.expect(name) {
        Value::Str(text) => text.to_text().into_owned(),
        Value::Object(object) => object.text().expect("a time"),
        _ => panic!("{name} gives a text or a time"),
    }
}

#[test]
fn what_is_no_time_is_now() {
    assert_eq!(call("date", &[Value::str("2006-01-02"), Value::str("x")]), "2023-11-14");
    assert_eq!(call("htmlDate", &[Value::int(0)]), "1970-01-01");
    assert_eq!(call("ago", &[Value::int64(1_699_990_000)]), "2h46m40s");
    assert_eq!(call("now", &[]), "2023-11-14 22:13:20 +0000 UTC m=+0.000000000");
    assert_eq!(call("toDate", &[Value::str("x"), Value::str("y")]), "0001-01-01 00:00:00 +0000 UTC");
}

/// As in the cases sprig-dates/duration and durationRound of the conformance suite.
#[test]
fn durations_are_told_in_units() {
    assert_eq!(call("duration", &[Value::str("86401")]), "24h0m1s");
    assert_eq!(call("duration", &[Value::int(5)]), "0s");
    assert_eq!(call("durationRound", &[Value::str("8760h")]), "12mo");
    assert_eq!(call("durationRound", &[Value::str("8761h")]), "1y");
    assert_eq!(call("durationRound", &[Value::str("-5m")]), "5m");
    assert_eq!(call("durationRound", &[Value::int64(5_000_000_000)]), "5s");
}
