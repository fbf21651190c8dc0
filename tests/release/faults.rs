//! Disks that are full or take nothing, and clocks that go back.

use super::*;

/// Runs a script that may mount file systems, in a namespace of its own; nothing where the system does not allow that.
#[cfg(target_os = "linux")]
fn in_namespace(place: &Place, script: &str) -> Option<Output> {
    let allowed = Command::new("unshare").args(["-rm", "true"]).output().is_ok_and(|output| output.status.success());
    if !allowed {
        eprintln!("skipped: this system lets nobody mount a file system of their own");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-euc", script, env!("CARGO_BIN_EXE_kz")]).current_dir(place.work());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", place.temp.path()).env("KZ_STORE", place.work().join("small")).stdin(Stdio::null());
    Some(command.output().unwrap())
}

/// A disk of 512 KiB with the store of a place in it.
const SMALL: &str = "mkdir small; mount -t tmpfs -o size=512k none small; cp -R .kz/. small/\n";

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    let place = Place::new();
    place.record(APP);
    place.write("new.yaml", &format!("{APP}---\n{SERVICE}"));
    let script = format!(
        "{SMALL}dd if=/dev/zero of=small/filler bs=512 2>filled || true\n\
         if \"$0\" release record web new.yaml >out 2>err; then echo recorded on a full disk; fi\n\
         test ! -s out; cat err\n\
         \"$0\" release verify; \"$0\" release show web; \"$0\" release history web -o json | grep -c '\"revision\"'\n\
         rm small/filler; \"$0\" release record web new.yaml; \"$0\" release verify; test -z \"$(ls small/drafts)\""
    );
    let Some(output) = in_namespace(&place, &script) else { return };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", said(&output));
    let expected = format!("  = help: make room, and do it again: nothing was recorded\n{APP}1\nweb@2\n");
    assert!(told.starts_with("error[store]: cannot write") && told.ends_with(&expected), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_takes_nothing_can_be_read() {
    let place = Place::new();
    place.record(APP);
    place.write("new.yaml", SERVICE);
    let script = format!(
        "{SMALL}mount -o remount,ro small\n\
         if \"$0\" release record web new.yaml >out 2>err; then echo recorded where nobody may; fi\n\
         test ! -s out; cat err\n\
         if \"$0\" release mark web applied 2>err; then echo marked where nobody may; fi\n\
         \"$0\" release verify; \"$0\" release show web; \"$0\" release record web app.yaml 2>err"
    );
    let Some(output) = in_namespace(&place, &script) else { return };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", said(&output));
    let expected = format!("  = help: see who may write there, or name another store\n{APP}web@1\n");
    assert!(told.starts_with("error[store]: cannot write") && told.ends_with(&expected), "{told}");
}

#[test]
fn a_clock_that_goes_back_changes_no_order() {
    use kz::release::append::{About, Recorded};
    use kz::release::inputs::Read;
    use kz::release::record::{Order, record};
    use kz::release::store::Folder;

    let place = Place::new();
    let store = Folder::new(place.store());
    for (at, time) in ["2026-03-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].iter().enumerate() {
        let text = APP.replace("2", &at.to_string());
        let order = Order {
            store: &store,
            name: "web",
            text: text.as_bytes(),
            read: &Read::default(),
            about: About { id: at.to_string(), time: (*time).to_owned(), ..About::default() },
            git: &|| None,
            identities: &[],
            first_recipients: &|| Ok(Vec::new()),
            without_secrets: false,
        };
        let recorded = record(order, &kz::base::Sources::new(), &mut |bytes| bytes.fill(7)).unwrap();
        assert!(matches!(recorded, Recorded::New(revision) if revision.number == at as u64 + 1));
    }
    let shown = |name: &str| place.ok(&["release", "show", name]);
    assert_eq!(shown("web"), APP);
    assert_eq!(shown("web@2026-02-15"), APP, "of those that are old enough the last");
    assert_eq!(shown("web@2026-01-15"), APP.replace("2", "1"));
    assert_eq!(shown("web@-2"), APP.replace("2", "0"));
    assert_eq!(place.record(SERVICE), "web@4\n");
    assert_eq!(place.ok(&["release", "verify"]), "");
}
