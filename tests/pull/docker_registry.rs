//! A real registry: the program `docker-registry`, on this machine, with the charts of `testdata/pull/repository`.
//!
//! | Repository | Tags |
//! |---|---|
//! | `charts/web` | the versions of `web` of the site, `latest`, and `old`: version 1.0.0 |
//! | `charts/db` | the versions of `db` of the site |
//! | `old/web` | `1.0.0`, with the media type that archives had once |
//! | `images/web` | `1.0.0`, which is no chart |
//! | `index/web` | `1.0.0`, an index that has an image and a chart |
//! | `broken/web` | `1.0.0`: another archive than the manifest says; `1.1.0`: none at all |
//!
//! Where the program is not installed the tests that need it say so and do nothing.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::site;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const OLD_CHART: &str = "application/tar+gzip";
const PROV: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// Serves until it is dropped.
pub struct DockerRegistry {
    program: Child,
    pub address: SocketAddr,
    storage: Storage,
}

/// How it is to be asked.
#[derive(Clone, Copy, Default)]
pub struct Setup<'s> {
    /// By `me` with the password `pass-word`.
    pub is_private: bool,
    /// Certificate and key.
    pub tls: Option<(&'s Path, &'s Path)>,
}

impl DockerRegistry {
    /// `None`: there is no such program. `folder` is one that nobody else uses.
    pub fn start(folder: &Path, setup: Setup) -> Option<DockerRegistry> {
        if Command::new("docker-registry").arg("--version").output().is_err() {
            eprintln!("skipped: there is no docker-registry");
            return None;
        }
        fs::create_dir_all(folder).unwrap();
        let storage = Storage { root: folder.join("storage") };
        storage.fill();
        // The port may be taken between the two.
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let config = folder.join("config.yml");
            fs::write(&config, configuration(folder, &storage, address, setup)).unwrap();
            let mut program = Command::new("docker-registry");
            program.arg("serve").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut program = program.spawn().unwrap();
            if answers(&mut program, address) {
                return Some(DockerRegistry { program, address, storage });
            }
            program.kill().ok();
            program.wait().ok();
        }
        panic!("docker-registry does not start");
    }

    /// Moves a tag: `charts/web:1.0.0` is from now on what `charts/web:1.2.0` is.
    pub fn retag(&self, repository: &str, from: &str, to: &str) {
        let link = |tag: &str| self.storage.repository(repository).join(format!("_manifests/tags/{tag}/current/link"));
        fs::copy(link(from), link(to)).unwrap();
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

fn configuration(folder: &Path, storage: &Storage, address: SocketAddr, setup: Setup) -> String {
    let mut http = json!({"addr": address.to_string()});
    if let Some((certificate, key)) = setup.tls {
        http["tls"] = json!({"certificate": certificate, "key": key});
    }
    let mut config = json!({
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": true}},
        "storage": {"filesystem": {"rootdirectory": storage.root}},
        "http": http,
    });
    if setup.is_private {
        let users = folder.join("htpasswd");
        fs::write(&users, format!("me:{}\n", bcrypt::hash("pass-word", 4).unwrap())).unwrap();
        config["auth"] = json!({"htpasswd": {"realm": "charts", "path": users}});
    }
    // JSON is YAML.
    config.to_string()
}

fn answers(program: &mut Child, address: SocketAddr) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if program.try_wait().unwrap().is_some() {
            return false;
        }
        if TcpStream::connect(address).is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// What the registry has, as it lies on disk.
struct Storage {
    root: PathBuf,
}

impl Storage {
    fn repository(&self, name: &str) -> PathBuf {
        self.root.join("docker/registry/v2/repositories").join(name)
    }

    fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        self.root.join("docker/registry/v2/blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }

    /// A content of a repository, as manifests name it.
    fn put(&self, repository: &str, media_type: &str, content: &[u8]) -> Value {
        let digest = digest(content);
        write(&self.blob(&digest), content);
        let hex = digest.trim_start_matches("sha256:");
        write(&self.repository(repository).join(format!("_layers/sha256/{hex}/link")), digest.as_bytes());
        json!({"mediaType": media_type, "digest": digest, "size": content.len()})
    }

    fn put_manifest(&self, repository: &str, manifest: &Value) -> Value {
        let text = manifest.to_string();
        let digest = digest(text.as_bytes());
        write(&self.blob(&digest), text.as_bytes());
        let hex = digest.trim_start_matches("sha256:");
        let manifests = self.repository(repository).join("_manifests");
        write(&manifests.join(format!("revisions/sha256/{hex}/link")), digest.as_bytes());
        json!({"mediaType": manifest["mediaType"], "digest": digest, "size": text.len()})
    }

    fn tag(&self, repository: &str, tag: &str, manifest: &Value) {
        let digest = manifest["digest"].as_str().unwrap();
        let tags = self.repository(repository).join(format!("_manifests/tags/{tag}"));
        write(&tags.join("current/link"), digest.as_bytes());
        let hex = digest.trim_start_matches("sha256:");
        write(&tags.join(format!("index/sha256/{hex}/link")), digest.as_bytes());
    }

    /// The manifest of a chart with some layers.
    fn manifest(&self, repository: &str, config: (&str, &[u8]), layers: &[(&str, &[u8])]) -> Value {
        let config = self.put(repository, config.0, config.1);
        let layers: Vec<Value> =
            layers.iter().map(|(media_type, content)| self.put(repository, media_type, content)).collect();
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})
    }

    fn fill(&self) {
        self.fill_with("charts", &site::repository());
        self.fill_with("signed", &site::signed());
    }

    fn fill_with(&self, place: &str, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let file = entry.file_name().into_string().unwrap();
            let Some((name, version)) = file.strip_suffix(".tgz").and_then(|stem| stem.split_once('-')) else {
                continue;
            };
            let archive = fs::read(entry.path()).unwrap();
            let config = json!({"name": name, "version": version, "apiVersion": "v2"}).to_string();
            let config = (CONFIG, config.as_bytes());
            let prov = fs::read(entry.path().with_extension("tgz.prov")).ok();
            let mut layers: Vec<(&str, &[u8])> = vec![(CHART, &archive)];
            layers.extend(prov.as_deref().map(|prov| (PROV, prov)));
            let repository = format!("{place}/{name}");
            let manifest = self.put_manifest(&repository, &self.manifest(&repository, config, &layers));
            self.tag(&repository, &version.replace('+', "_"), &manifest);
            if (place, file.as_str()) == ("charts", "web-1.0.0.tgz") {
                ["latest", "old"].iter().for_each(|tag| self.tag(&repository, tag, &manifest));
                self.fill_oddities(config, &archive);
            }
        }
    }

    fn fill_oddities(&self, config: (&str, &[u8]), archive: &[u8]) {
        let tagged = |repository: &str, tag: &str, manifest: &Value| {
            let manifest = self.put_manifest(repository, manifest);
            self.tag(repository, tag, &manifest);
        };
        tagged("old/web", "1.0.0", &self.manifest("old/web", config, &[(OLD_CHART, archive)]));
        let image = ("application/vnd.oci.image.config.v1+json", &b"{}"[..]);
        let image = |repository: &str| {
            self.manifest(repository, image, &[("application/vnd.oci.image.layer.v1.tar+gzip", archive)])
        };
        tagged("images/web", "1.0.0", &image("images/web"));
        let manifests = [image("index/web"), self.manifest("index/web", config, &[(CHART, archive)])];
        let manifests = manifests.map(|manifest| self.put_manifest("index/web", &manifest));
        tagged("index/web", "1.0.0", &json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}));
        // As large, and not the same.
        let other = [archive, b"x"].concat();
        let manifest = self.manifest("broken/web", config, &[(CHART, &other)]);
        tagged("broken/web", "1.0.0", &manifest);
        let mut changed = other.clone();
        changed.reverse();
        write(&self.blob(&digest(&other)), &changed);
        let mut manifest = self.manifest("broken/web", config, &[(CHART, archive)]);
        manifest["layers"][0]["digest"] = digest(b"nothing").into();
        tagged("broken/web", "1.1.0", &manifest);
    }
}

pub fn digest(content: &[u8]) -> String {
    kz::fetch::Digest::of(content).to_string()
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}
