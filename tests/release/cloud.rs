//! Releases in buckets: against a real server that speaks S3, with faults on the way to it, and against small ones
//! that speak roughly as the other clouds do.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Output};

use super::relay::{Fault, Moto, Relay, answer, header};
use super::{APP, PASSWORDS, Place, SERVICE, printed, said, with_secrets};

/// In no message, and nowhere in a store.
const KEY: &str = "wJalrXUtnFEMIbPxRfiCYzEXAMPLEKEYxx";
const STORE: &str = "s3://releases/team/one";

/// A place whose store is in a bucket.
struct Shop {
    place: Place,
    relay: Relay,
    store: &'static str,
    variables: Vec<(&'static str, String)>,
}

impl Shop {
    fn of_s3(relay: Relay) -> Shop {
        let variables = vec![
            ("AWS_ENDPOINT_URL", relay.url()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", KEY.to_owned()),
        ];
        Shop { place: Place::new(), relay, store: STORE, variables }
    }

    fn with(place: Place, relay: Relay, store: &'static str, variables: &[(&'static str, &str)]) -> Shop {
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Shop { place, relay, store, variables }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("KZ_STORE", self.store).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        printed(args, self.run(args))
    }

    fn fails(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}");
        let said = said(&output);
        assert!(!said.contains(KEY), "{said}");
        said
    }

    fn record(&self, text: &str) -> String {
        self.place.write("app.yaml", text);
        self.ok(&["release", "record", "web", "app.yaml"])
    }

    /// The first lines of the requests that a command makes, without the address of the store.
    fn requests(&self, args: &[&str]) -> Vec<String> {
        self.relay.take();
        self.ok(args);
        self.relay.take().iter().map(|head| short(head)).collect()
    }
}

/// `PUT packs/…`
fn short(head: &str) -> String {
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1");
    let (method, path) = line.split_once(' ').unwrap_or((line, ""));
    match path.split_once('?') {
        Some((_, query)) => format!("LIST {}", query.replace("%2F", "/")),
        None => format!("{method} {}", path.trim_start_matches("/releases/team/one/")),
    }
}

/// All objects below the prefix, as they lie there.
fn objects(shop: &Shop) -> Vec<(String, Vec<u8>)> {
    let settings = shop.settings();
    let cloud = kz::release::store::Cloud::open(shop.store, &settings, std::time::SystemTime::now).unwrap();
    fn walk(store: &dyn kz::release::store::Store, folder: &str, into: &mut Vec<(String, Vec<u8>)>) {
        for name in store.list(folder).unwrap() {
            let key = format!("{folder}/{name}");
            match store.get(&key).unwrap() {
                Some(content) => into.push((key, content)),
                None => walk(store, &key, into),
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["revisions", "sums", "packs", "sealed", "keys", "marks"] {
        walk(&cloud, folder, &mut found);
    }
    found
}

impl Shop {
    /// What a process gets that is started here, for a store that is opened without one.
    fn settings(&self) -> kz::fetch::Settings {
        let environment = self.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let second = std::time::Duration::from_secs(1);
        kz::fetch::Settings {
            programs: kz::fetch::Programs { environment, ..Default::default() },
            timeouts: kz::fetch::Timeouts { connect: second, read: second, whole: 20 * second },
            retries: kz::fetch::Retries { first: second / 250, ..Default::default() },
            ..Default::default()
        }
    }
}

#[test]
fn a_bucket_keeps_releases() {
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("releases");
    let shop = Shop::of_s3(Relay::to(moto.port));
    let texts = [with_secrets(PASSWORDS), format!("{APP}---\n{SERVICE}"), with_secrets(["one-more-secret", "tr0ub5"])];
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(shop.record(text), format!("web@{}\n", at + 1));
    }
    assert_eq!(shop.record(&texts[2]), "web@3\n");
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(shop.ok(&["release", "show", &format!("web@{}", at + 1)]), *text);
    }
    assert_eq!(shop.ok(&["release", "mark", "web@1", "applied"]), "web@1 applied\n");
    assert_eq!(shop.ok(&["release", "rollback", "web"]), texts[0]);
    assert_eq!(shop.ok(&["release", "show", "web"]), texts[0]);
    assert!(shop.ok(&["release", "history", "web"]).contains("rollback to 1"));
    assert!(shop.ok(&["release", "list"]).contains("web"));
    assert_eq!(shop.ok(&["release", "verify"]), "");
    assert!(shop.fails(&["release", "show", "api"]).contains("there is no release `api` in `s3://releases/team/one`"));
    // Another prefix is another store.
    let mut list = shop.command(&["release", "list", "--store", "s3://releases/team/two"]);
    assert!(said(&list.output().unwrap()).contains("there is no store `s3://releases/team/two`"));
    assert_eq!(shop.ok(&["release", "keys", "list"]).lines().count(), 1);
    let other = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    assert_eq!(shop.ok(&["release", "keys", "add", other]).lines().count(), 2);
    assert_eq!(shop.ok(&["release", "show", "web"]), texts[0]);

    let kept = objects(&shop);
    assert!(kept.len() > 8, "{}", kept.len());
    for (key, content) in kept {
        let content = zstd::stream::decode_all(content.as_slice()).unwrap_or(content);
        let text = String::from_utf8_lossy(&content);
        for secret in PASSWORDS.into_iter().chain(["one-more-secret", "tr0ub5", KEY]) {
            let digest = kz::base::hex(&<sha2::Sha256 as sha2::Digest>::digest(secret));
            for form in [secret, &kz::base::base64::encode(secret.as_bytes()), &digest] {
                assert!(!text.contains(form), "{key} holds {form}");
            }
        }
    }
}

/// How much commands ask for, however long the history is. The book has the same numbers.
#[test]
fn what_is_asked_for_does_not_grow() {
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("releases");
    let shop = Shop::of_s3(Relay::to(moto.port));
    shop.record(SERVICE);
    for round in 0..3 {
        shop.place.write("app.yaml", &APP.replace("2", &format!("{round}")));
        for (most, args) in [
            (8, &["release", "record", "web", "app.yaml"][..]),
            (6, &["release", "record", "web", "app.yaml"]),
            (8, &["release", "show", "web"]),
            (5, &["release", "show", "web@1"]),
            (8, &["release", "mark", "web", "applied"]),
            (17, &["release", "rollback", "web", "1"]),
        ] {
            let asked = shop.requests(args);
            assert!(asked.len() <= most, "{} {args:?}\n  {}", asked.len(), asked.join("\n  "));
        }
    }
}

#[test]
fn who_records_at_once_in_a_bucket_loses_nothing() {
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("releases");
    let shop = Shop::of_s3(Relay::to(moto.port));
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let shop = &shop;
            scope.spawn(move || {
                for round in 0..10 {
                    let file = format!("{worker}-{round}.yaml");
                    let text = format!("{APP}---\n{}", SERVICE.replace("web", &format!("w{worker}-{round}")));
                    shop.place.write(&file, &text);
                    shop.ok(&["release", "record", "web", &file]);
                }
            });
        }
    });
    let history: serde_json::Value =
        serde_json::from_str(&shop.ok(&["release", "history", "web", "-o", "json"])).unwrap();
    let numbers: Vec<u64> = history.as_array().unwrap().iter().filter_map(|row| row["revision"].as_u64()).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<u64>>());
    let contents: BTreeSet<&str> =
        history.as_array().unwrap().iter().filter_map(|row| row["content"].as_str()).collect();
    assert_eq!(contents.len(), 80, "each record is one revision");
    let newest = shop.ok(&["release", "show", "web"]);
    assert_eq!(newest, shop.ok(&["release", "show", "web@80"]));
    assert_eq!(shop.ok(&["release", "verify"]), "");
}

/// What nets and clouds do, in turn.
const FAULTS: [Fault; 8] = [
    Fault::Refused(500),
    Fault::Refused(503),
    Fault::Closed,
    Fault::Lost,
    Fault::Cut,
    Fault::Denied(500),
    Fault::Denied(503),
    Fault::Refused(429),
];

#[test]
fn faults_of_the_net_lose_nothing() {
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("releases");
    let shop = Shop::of_s3(Relay::to(moto.port));
    shop.record(APP);
    // Which request of a record is hit moves on from one to the next, and so does what hits it.
    let mut at = 0;
    let mut texts = vec![APP.to_owned()];
    for round in 0..24usize {
        let text = format!("{APP}---\n{}", SERVICE.replace("web", &format!("s{round}")));
        shop.relay.take();
        shop.relay
            .choose(move |number, _| if number % 5 == round % 5 { FAULTS[(at + number) % 8] } else { Fault::None });
        at += 3;
        assert_eq!(shop.record(&text), format!("web@{}\n", round + 2), "round {round}");
        texts.push(text);
    }
    assert_eq!(shop.ok(&["release", "show", "web"]), *texts.last().unwrap(), "through faults");
    shop.relay.choose(|_, _| Fault::None);
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(shop.ok(&["release", "show", &format!("web@{}", at + 1)]), *text);
    }
    assert_eq!(shop.ok(&["release", "verify"]), "");
}

/// A record that nothing answers any more after so many requests: it is there whole, or not at all.
#[test]
fn who_is_cut_off_leaves_a_whole_history() {
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("releases");
    let shop = Shop::of_s3(Relay::to(moto.port));
    shop.record(APP);
    let mut kept = 1;
    for most in 0..12 {
        for fault in [Fault::Refused(400), Fault::Denied(400)] {
            shop.relay.take();
            shop.relay.choose(move |number, _| if number > most { fault } else { Fault::None });
            let text = format!(
                "{APP}---\n{}",
                SERVICE.replace("web", &format!("s{most}-{fault:?}").replace(['(', ')'], "").to_lowercase())
            );
            shop.place.write("app.yaml", &text);
            let recorded = shop.run(&["release", "record", "web", "app.yaml"]).status.success();
            shop.relay.choose(|_, _| Fault::None);
            let newest = shop.ok(&["release", "show", "web"]);
            let history = shop.ok(&["release", "history", "web"]).lines().count() - 1;
            assert!(history == kept || history == kept + 1 && newest == text, "{most} {fault:?}");
            assert!(!recorded || history == kept + 1, "what is said to be recorded is");
            kept = history;
        }
    }
    assert!(kept > 1);
    assert_eq!(shop.ok(&["release", "verify"]), "");
}

#[test]
fn a_write_whose_answer_is_lost_is_known_again() {
    use kz::release::store::{Cloud, Store};
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("releases");
    let shop = Shop::of_s3(Relay::to(moto.port));
    let cloud = Cloud::open(STORE, &shop.settings(), std::time::SystemTime::now).unwrap();
    for (at, fault) in FAULTS.into_iter().chain([Fault::Stalled]).enumerate() {
        let key = format!("packs/{at}");
        shop.relay.take();
        shop.relay.choose(move |number, _| if number == 1 { fault } else { Fault::None });
        assert!(cloud.put_new(&key, b"mine").unwrap(), "{fault:?}");
        shop.relay.take();
        assert!(!cloud.put_new(&key, b"another").unwrap(), "{fault:?}");
        shop.relay.take();
        assert_eq!(cloud.get(&key).unwrap().as_deref(), Some(&b"mine"[..]), "{fault:?}");
        shop.relay.take();
        assert_eq!(cloud.list_after("packs", &format!("{at}")).unwrap(), [""; 0]);
    }
    shop.relay.choose(|_, _| Fault::None);
    let names: Vec<String> = (0..=FAULTS.len()).map(|at| at.to_string()).collect();
    assert_eq!(cloud.list("packs").unwrap(), names);
    assert_eq!(cloud.list_after("packs", "6").unwrap(), ["7", "8"]);
    assert_eq!(cloud.list("").unwrap_or_default().len(), 0);
    cloud.remove("packs/3").unwrap();
    cloud.remove("packs/3").unwrap();
    assert_eq!(cloud.get("packs/3").unwrap(), None);
    // Nothing helps against what does not pass.
    shop.relay.choose(|_, _| Fault::Lost);
    let error = cloud.put_new("packs/new", b"mine").unwrap_err();
    assert_eq!(error.code, "http-connection", "{error}");
}

#[test]
fn what_a_bucket_needs_is_said() {
    let Some(moto) = Moto::start() else { return };
    moto.make_bucket("elsewhere");
    let shop = Shop::of_s3(Relay::to(moto.port));
    shop.place.write("app.yaml", APP);
    for args in [&["release", "record", "web", "app.yaml"][..], &["release", "list"], &["release", "show", "web"]] {
        assert!(shop.fails(args).contains("there is no bucket for `s3://releases/team/one`"));
    }
}

/// Answers of S3 that are a no, and what kz makes of them.
#[test]
fn refusals_are_told_apart() {
    let place = |status: u16, code: &'static str, more: &'static str| {
        let body = format!("<Error><Code>{code}</Code><Message>AKIDEXAMPLE {KEY}</Message>{more}</Error>");
        Shop::of_s3(Relay::with(Box::new(move |_, _| answer(status, "", &body))))
    };
    for (status, code, more, expected) in [
        (403, "AccessDenied", "", ["store-denied", "s3:ListBucket"]),
        (403, "SignatureDoesNotMatch", "", ["store-credentials", "does not accept the credentials: 403 SignatureDoes"]),
        (400, "ExpiredToken", "", ["store-credentials", "400 ExpiredToken"]),
        (403, "RequestTimeTooSkewed", "", ["store-clock", "set the clock"]),
        (301, "PermanentRedirect", "", ["store-region", "set `AWS_REGION` to where"]),
        (400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>", ["store-region", "to `eu-west-1`"]),
        (404, "NoSuchBucket", "", ["store-bucket", "kz makes none"]),
        (418, "Teapot", "", ["error[store]", "418 Teapot"]),
    ] {
        let shop = place(status, code, more);
        let said = shop.fails(&["release", "list"]);
        assert!(expected.iter().all(|text| said.contains(text)), "{code}: {said}");
    }
    let unprotected = Shop::with(
        Place::new(),
        Relay::with(Box::new(|_, _| answer(200, "", ""))),
        STORE,
        &[("AWS_EC2_METADATA_DISABLED", "true")],
    );
    assert!(unprotected.fails(&["release", "list"]).contains("there are no credentials for `s3://releases/team/one`"));
}

/// A server that takes no notice of conditions would lose revisions.
#[test]
fn who_overwrites_is_no_store() {
    let mut kept: Vec<(String, Vec<u8>)> = Vec::new();
    let shop = Shop::of_s3(Relay::with(Box::new(move |head, body| {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        if head.starts_with("PUT") {
            kept.push((path, body.to_vec()));
            return answer(200, "ETag: \"x\"\r\n", "");
        }
        match kept.iter().rfind(|(key, _)| *key == path) {
            Some((_, content)) => answer(200, MADE, content),
            None => answer(404, "", "<Error><Code>NoSuchKey</Code></Error>"),
        }
    })));
    shop.place.write("app.yaml", APP);
    let said = shop.fails(&["release", "record", "web", "app.yaml"]);
    assert!(said.contains("store-overwrites") && said.contains("If-None-Match"), "{said}");
}

const MADE: &str = "ETag: \"x\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

#[test]
fn credentials_are_found_where_aws_has_them() {
    let refusing = || Relay::with(Box::new(|_, _| answer(403, "", "<Error><Code>AccessDenied</Code></Error>")));
    let who = |shop: &Shop| {
        shop.relay.take();
        let said = shop.fails(&["release", "list"]);
        let heads = shop.relay.take();
        let authorization = heads.first().and_then(|head| header(head, "authorization")).unwrap_or_default().to_owned();
        let key = authorization.split(['=', '/']).nth(1).unwrap_or_default().to_owned();
        (key, authorization, said)
    };
    let relay = refusing();
    let place = Place::new();
    let home = place.temp.path().join(".aws");
    std::fs::create_dir_all(&home).unwrap();
    let write =
        |name: &str, text: String| std::fs::File::create(home.join(name)).unwrap().write_all(text.as_bytes()).unwrap();
    write("credentials", format!("[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = {KEY}\n"));
    let print = format!(r#"{{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"{KEY}","SessionToken":"t"}}"#);
    std::fs::write(place.temp.path().join("keys.json"), print).unwrap();
    write(
        "config",
        format!(
            "[default]\nregion = eu-west-3\nendpoint_url = {url}\n\
         [profile made]\ncredential_process = cat \"{folder}/keys.json\"\nendpoint_url = {url}\n\
         [profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n\
         [profile sso]\nsso_session = mine\n",
            url = relay.url(),
            folder = place.temp.path().display()
        ),
    );
    let mut shop = Shop::with(place, relay, STORE, &[]);
    let (key, authorization, _) = who(&shop);
    assert_eq!(key, "AKIDDEFAULT");
    assert!(authorization.contains("/eu-west-3/s3/"), "{authorization}");
    shop.variables = vec![("AWS_PROFILE", "made".to_owned())];
    assert_eq!(who(&shop).0, "AKIDPROCESS");
    for (profile, told) in
        [("role", "takes on a role"), ("sso", "export-credentials --profile sso"), ("no", "there is no profile `no`")]
    {
        shop.variables = vec![("AWS_PROFILE", profile.to_owned())];
        let said = who(&shop).2;
        assert!(said.contains(told), "{said}");
    }
    // Nobody answers at the address of the machine's own service.
    std::fs::remove_dir_all(shop.place.temp.path().join(".aws")).unwrap();
    shop.variables = vec![
        ("AWS_ENDPOINT_URL", shop.relay.url()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1".to_owned()),
    ];
    assert!(who(&shop).2.contains("there are no credentials for"));
}

/// What the other clouds are asked for, as small servers of the tests understand it.
#[test]
fn other_clouds_keep_releases_too() {
    let google = Relay::with(super::kin::google());
    let host = google.address.to_string();
    let azure = Relay::with(super::kin::azure());
    let written = format!(
        "AccountName=me;AccountKey={};BlobEndpoint={}/me",
        kz::base::base64::encode(KEY.as_bytes()),
        azure.url()
    );
    for shop in [
        Shop::with(Place::new(), google, "gs://releases/one", &[("STORAGE_EMULATOR_HOST", &host)]),
        Shop::with(Place::new(), azure, "az://releases/one", &[("AZURE_STORAGE_CONNECTION_STRING", &written)]),
    ] {
        let texts = [with_secrets(PASSWORDS), format!("{APP}---\n{SERVICE}"), APP.to_owned()];
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(shop.record(text), format!("web@{}\n", at + 1));
        }
        assert_eq!(shop.record(APP), "web@3\n");
        assert_eq!(shop.ok(&["release", "show", "web@1"]), texts[0]);
        assert_eq!(shop.ok(&["release", "mark", "web@2", "applied"]), "web@2 applied\n");
        assert_eq!(shop.ok(&["release", "rollback", "web"]), texts[1]);
        assert!(shop.ok(&["release", "list"]).contains("web"));
        assert_eq!(shop.ok(&["release", "history", "web"]).lines().count(), 5);
        assert_eq!(shop.ok(&["release", "verify"]), "");
        // A write whose answer is lost.
        let mut is_first = true;
        shop.relay.choose(move |_, line| {
            let is_it = line.starts_with("PUT") && line.contains("revisions") && std::mem::take(&mut is_first);
            if is_it { Fault::Lost } else { Fault::None }
        });
        assert_eq!(shop.record(SERVICE), "web@5\n");
        assert_eq!(shop.ok(&["release", "show", "web"]), SERVICE);
        shop.relay.choose(|_, _| Fault::Refused(403));
        assert!(shop.fails(&["release", "list"]).contains("store-denied"));
    }
    let nobody = Shop::with(Place::new(), Relay::with(super::kin::azure()), "az://releases/one", &[]);
    assert!(nobody.fails(&["release", "list"]).contains("AZURE_STORAGE_ACCOUNT"));
    let file = Place::new();
    file.write("keys.json", r#"{"type": "external_account", "x": "secret"}"#);
    let file = Shop::with(
        file,
        Relay::with(super::kin::google()),
        "gs://releases/one",
        &[("GOOGLE_APPLICATION_CREDENTIALS", "keys.json")],
    );
    let said = file.fails(&["release", "list"]);
    assert!(
        said.contains("external_account") && said.contains("print-access-token") && !said.contains("secret"),
        "{said}"
    );
}
