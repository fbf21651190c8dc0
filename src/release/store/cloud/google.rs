//! Google Cloud Storage: as whom to speak to it.
//!
//! Source: google-auth's order of application default credentials.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::ClientOptions;
use object_store::gcp::GoogleCloudStorageBuilder;

use super::Opened;
use super::http::{Connector, Ground};
use super::place::Place;
use super::variables::Variables;
use crate::base::{Diagnostic, Result};
use crate::fetch::Url;

/// Errors: credentials that cannot be used.
pub fn open(place: &Place, variables: &Variables, ground: &Ground) -> Result<Opened> {
    // A server of one's own for trying things out asks for no credentials.
    let own = variables.get("STORAGE_EMULATOR_HOST");
    let own = own.map(|host| if host.contains("://") { host } else { format!("http://{host}") });
    let endpoint = Url::parse(own.as_deref().unwrap_or("https://storage.googleapis.com"))?;
    let connector = Connector::new(ground, endpoint.clone());
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(&place.bucket)
        .with_base_url(endpoint.address().trim_end_matches('/'))
        .with_client_options(ClientOptions::new().with_allow_http(!endpoint.is_https()))
        .with_retry(connector.retries())
        .with_http_connector(connector);
    let mut secrets = Vec::new();
    if own.is_some() {
        builder = builder.with_skip_signature(true).with_bearer_token("none");
    } else if let Some(token) = variables.first(&["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"]) {
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable("the access token for Google has characters that it cannot have".to_owned()));
        }
        secrets.push(token.clone());
        builder = builder.with_bearer_token(token);
    } else if let Some(file) = file(variables) {
        check(&file)?;
        builder = builder.with_application_credentials(file.to_string_lossy());
    }
    let bucket = builder.build().map_err(|error| super::failure::of_settings(&place.name(), &error, &secrets))?;
    Ok(Opened { bucket: Arc::new(bucket), secrets })
}

/// The file that is named, or the one that `gcloud auth application-default login` writes, if it is there.
fn file(variables: &Variables) -> Option<PathBuf> {
    const NAME: &str = "application_default_credentials.json";
    if let Some(named) = variables.get("GOOGLE_APPLICATION_CREDENTIALS") {
        return Some(named.into());
    }
    let folder = variables.get("CLOUDSDK_CONFIG").map(PathBuf::from).or_else(|| match cfg!(windows) {
        true => variables.get("APPDATA").map(|folder| PathBuf::from(folder).join("gcloud")),
        false => variables.at_home(".config/gcloud"),
    });
    folder.map(|folder| folder.join(NAME)).filter(|file| file.is_file())
}

/// Whether there are credentials in a file that `object_store` can use. What they are is in no error.
fn check(file: &PathBuf) -> Result<()> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| unusable(format!("cannot read `{shown}`: {error}")))?;
    let json: serde_json::Value = serde_json::from_slice(&text)
        .map_err(|_| unusable(format!("`{shown}` holds no credentials: it is no JSON")))?;
    match json.get("type").and_then(serde_json::Value::as_str) {
        Some("service_account" | "authorized_user") => Ok(()),
        kind => {
            let kind = kind.unwrap_or("unknown");
            let message = format!("`{shown}` holds credentials of the kind `{kind}`, and kz leaves those to `gcloud`");
            Err(Diagnostic::new("store-credentials", message)
                .help("set `GOOGLE_OAUTH_ACCESS_TOKEN` to what `gcloud auth print-access-token` prints"))
        }
    }
}

fn unusable(message: String) -> Box<Diagnostic> {
    Diagnostic::new("store-credentials", message)
        .help("see `GOOGLE_APPLICATION_CREDENTIALS`, or log in: `gcloud auth application-default login`")
}
