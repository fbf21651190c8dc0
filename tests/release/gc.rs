//! Old revisions go, and what is left stays whole.

use super::*;

fn numbers(place: &Place, name: &str) -> Vec<u64> {
    let history = place.ok(&["release", "history", name, "-o", "json"]);
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    history.as_array().unwrap().iter().map(|row| row["revision"].as_u64().unwrap()).collect()
}

fn with_services(count: usize) -> String {
    let service = |at: usize| format!("---\n{}", SERVICE.replace("web", &format!("s{at}")));
    format!("{APP}{}", (0..count).map(service).collect::<String>())
}

#[test]
fn old_revisions_go_and_the_rest_is_whole() {
    let place = Place::new();
    let texts: Vec<String> =
        (1..=40).map(|at| with_services(5).replace("replicas: 2", &format!("replicas: {at}"))).collect();
    texts.iter().for_each(|text| drop(place.record(text)));
    place.ok(&["release", "mark", "web@2", "applied"]);
    place.ok(&["release", "mark", "web@3", "failed"]);
    place.write("other.yaml", SERVICE);
    place.ok(&["release", "record", "other", "other.yaml"]);
    let gc = |more: &[&str]| place.run(&[&["release", "gc", "--keep", "4"], more].concat());

    let young = gc(&[]);
    assert!(said(&young).contains("35 revisions would go if they were not so young"), "{}", said(&young));
    assert_eq!((young.stdout.as_slice(), numbers(&place, "web").len()), (&b""[..], 40));
    let packs = files(&place.store().join("packs")).len();
    let planned = gc(&["--grace", "0s", "--dry-run"]).stdout;
    assert_eq!(numbers(&place, "web").len(), 40, "a dry run takes nothing away");
    let gone = gc(&["--grace", "0s"]).stdout;
    assert_eq!(gone, planned);
    assert_eq!(String::from_utf8_lossy(&gone).lines().take(2).collect::<Vec<_>>(), ["web@1", "web@3"]);
    assert_eq!(numbers(&place, "web"), [2, 37, 38, 39, 40]);
    assert_eq!(numbers(&place, "other"), [1]);
    for number in [2, 37, 38, 39, 40] {
        assert_eq!(place.ok(&["release", "show", &format!("web@{number}")]), texts[number - 1]);
    }
    assert_eq!(place.ok(&["release", "show", "web@applied"]), texts[1]);
    assert!(files(&place.store().join("packs")).len() < packs - 30);
    assert_eq!(place.ok(&["release", "verify"]), "");
    // The history goes on where it was.
    assert_eq!(place.record(&with_services(6)), "web@41\n");
    assert_eq!(place.ok(&["release", "verify"]), "");
    assert_eq!(gc(&["--grace", "0s"]).stdout, b"web@37\n");
    assert_eq!(place.ok(&["release", "show", "web"]), with_services(6));
    assert_eq!(place.ok(&["release", "verify"]), "");
}

#[test]
fn what_a_killed_record_left_goes() {
    let place = Place::new();
    place.record(&with_secrets(PASSWORDS));
    let generation = place.store().join("sealed/0000000001");
    for left in [
        place.store().join("packs/0123"),
        generation.join("0123"),
        generation.join("4567"),
        place.store().join("drafts/1-1"),
    ] {
        fs::write(left, "left").unwrap();
    }
    let count = files(&place.store()).len();
    place.ok(&["release", "gc"]);
    assert_eq!(files(&place.store()).len(), count, "somebody may be recording");
    place.ok(&["release", "gc", "--grace", "0s"]);
    assert_eq!(files(&place.store()).len(), count - 4);
    assert_eq!(place.ok(&["release", "show", "web"]), with_secrets(PASSWORDS));
}

#[test]
fn what_is_damaged_keeps_all_content() {
    let place = Place::new();
    (1..=5).for_each(|at| drop(place.record(&APP.replace("2", &at.to_string()))));
    fs::write(place.store().join("revisions/web/0000000004"), "nonsense").unwrap();
    let packs = files(&place.store().join("packs"));
    let output = place.run(&["release", "gc", "--keep", "1", "--grace", "0s"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "web@1\nweb@2\nweb@3\n");
    assert!(said(&output).contains("no content was taken away"), "{}", said(&output));
    assert_eq!(files(&place.store().join("packs")), packs);
    assert_eq!(place.ok(&["release", "show", "web"]), APP.replace("2", "5"));
}

#[test]
fn errors_of_gc() {
    let place = Place::new();
    place.record(APP);
    assert!(place.fails(&["release", "gc", "--keep", "0"]).contains("the newest one stays in any case"));
    assert!(place.fails(&["release", "gc", "--keep-within", "long"]).contains("not a time"));
    assert_eq!(place.ok(&["release", "gc", "--keep-within", "90d"]), "");
}

/// Somebody collects all the time, and nothing of what others record is lost.
#[test]
fn who_collects_while_others_record_takes_nothing_away() {
    let place = Place::new();
    place.record(&with_services(8));
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let place = &place;
            scope.spawn(move || {
                for round in 0..10 {
                    let file = format!("{worker}-{round}.yaml");
                    place.write(&file, &with_services(1 + (worker + round) % 8));
                    place.ok(&["release", "record", "web", &file]);
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..20 {
                place.ok(&["release", "gc", "--keep", "2", "--grace", "5s"]);
            }
        });
    });
    assert_eq!(place.ok(&["release", "verify"]), "");
}
