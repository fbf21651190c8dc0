//! S3, and what speaks like it: where it is, and as whom to speak to it.
//!
//! Source: the order in which botocore looks for credentials (`create_credential_resolver`).

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key};
use serde::Deserialize;

use super::Opened;
use super::http::{Connector, Ground};
use super::place::Place;
use super::profile::Profile;
use super::variables::Variables;
use crate::base::process::{self, Job, Limit};
use crate::base::{Diagnostic, Result};
use crate::fetch::{Settings, Url};

/// Where buckets are of which nobody says where they are.
const DEFAULT_REGION: &str = "us-east-1";

/// A program that gives credentials may ask somebody something.
const PROCESS_TIME: Duration = Duration::from_secs(60);

/// Errors: a profile, an endpoint or credentials that cannot be used.
pub fn open(place: &Place, variables: &Variables, ground: &Ground) -> Result<Opened> {
    let profile = Profile::find(variables)?;
    let of_profile = |key: &str| profile.as_ref().and_then(|profile| profile.get(key));
    let region = variables.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]).or_else(|| of_profile("region"));
    let region = region.unwrap_or_else(|| DEFAULT_REGION.to_owned());
    if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(unusable("`AWS_REGION` names no region"));
    }
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    let configured = || of_profile("endpoint_url").filter(|_| !is_on(variables, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"));
    let endpoint = variables.first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]).or_else(configured);
    let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com{china}"));
    let endpoint = Url::parse(&endpoint)?;
    let sts = variables
        .get("AWS_ENDPOINT_URL_STS")
        .or_else(|| (!china.is_empty()).then(|| format!("https://sts.{region}.amazonaws.com{china}")));
    let connector = Connector::new(ground, endpoint.clone());
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&place.bucket)
        .with_region(region)
        .with_endpoint(endpoint.address().trim_end_matches('/'))
        .with_allow_http(!endpoint.is_https())
        .with_disable_bulk_delete(true)
        .with_retry(connector.retries())
        .with_http_connector(connector);
    if let Some(sts) = sts {
        builder = builder.with_config(Key::StsEndpoint, sts);
    }
    let way = credentials(place, variables, profile.as_ref(), ground.settings)?;
    let mut secrets = Vec::new();
    for (key, value) in way {
        if !value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(unusable("the credentials for S3 have characters that they cannot have"));
        }
        if matches!(key, Key::SecretAccessKey | Key::Token) {
            secrets.push(value.clone());
        }
        builder = builder.with_config(key, value);
    }
    let bucket = builder.build().map_err(|error| super::failure::of_settings(&place.name(), &error, &secrets))?;
    Ok(Opened { bucket: Arc::new(bucket), secrets })
}

/// What `object_store` has to know to get credentials, by the first way that there is.
fn credentials(
    place: &Place,
    variables: &Variables,
    profile: Option<&Profile>,
    settings: &Settings,
) -> Result<Vec<(Key, String)>> {
    let both = |names: [&str; 2], keys: [Key; 2]| {
        let found = names.map(|name| variables.get(name));
        match found {
            [Some(one), Some(other)] => Some(Vec::from([(keys[0], one), (keys[1], other)])),
            _ => None,
        }
    };
    let also = |mut found: Vec<(Key, String)>, name: &str, key: Key| {
        found.extend(variables.get(name).map(|value| (key, value)));
        found
    };
    match both(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], [Key::AccessKeyId, Key::SecretAccessKey]) {
        Some(keys) => return Ok(also(keys, "AWS_SESSION_TOKEN", Key::Token)),
        None if variables.get("AWS_ACCESS_KEY_ID").is_some() => {
            return Err(unusable("there is `AWS_ACCESS_KEY_ID`, and no `AWS_SECRET_ACCESS_KEY`"));
        }
        None => {}
    }
    if let Some(profile) = profile
        && profile.takes_role()
    {
        return Err(unsupported(profile, "takes on a role of another one"));
    }
    let of_env = both(["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"], [Key::WebIdentityTokenFile, Key::RoleArn]);
    if let Some(found) = of_env {
        return Ok(also(found, "AWS_ROLE_SESSION_NAME", Key::RoleSessionName));
    }
    if let Some(found) = profile.map(|profile| of_profile(profile, settings)).transpose()?.flatten() {
        return Ok(found);
    }
    if let Some(uri) = variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        return Ok(vec![(Key::ContainerCredentialsRelativeUri, uri)]);
    }
    if let Some(uri) = variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
        let file = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").ok_or_else(|| {
            unusable("`AWS_CONTAINER_CREDENTIALS_FULL_URI` needs `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`")
        })?;
        return Ok(vec![(Key::ContainerCredentialsFullUri, uri), (Key::ContainerAuthorizationTokenFile, file)]);
    }
    if is_on(variables, "AWS_EC2_METADATA_DISABLED") {
        return Err(super::failure::no_credentials(&place.name(), place.kind));
    }
    Ok(variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").map(|url| (Key::MetadataEndpoint, url)).into_iter().collect())
}

/// The credentials that a profile has or leads to; nothing where it does not speak of any.
fn of_profile(profile: &Profile, settings: &Settings) -> Result<Option<Vec<(Key, String)>>> {
    if let (Some(file), Some(role)) = (profile.get("web_identity_token_file"), profile.get("role_arn")) {
        return Ok(Some(vec![(Key::WebIdentityTokenFile, file), (Key::RoleArn, role)]));
    }
    if profile.get("sso_session").or_else(|| profile.get("sso_start_url")).is_some() {
        return Err(unsupported(profile, "logs in by SSO"));
    }
    if let (Some(id), Some(secret)) = (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
        let token = profile.get("aws_session_token").map(|token| (Key::Token, token));
        return Ok(Some([(Key::AccessKeyId, id), (Key::SecretAccessKey, secret)].into_iter().chain(token).collect()));
    }
    profile.get("credential_process").map(|line| of_process(profile, &line, settings)).transpose()
}

/// What a `credential_process` prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// Runs the program that a profile names for credentials.
fn of_process(profile: &Profile, line: &str, settings: &Settings) -> Result<Vec<(Key, String)>> {
    let failed = |why: &str| {
        let message = format!("the `credential_process` of the profile `{}` gives no credentials: {why}", profile.name);
        Diagnostic::new("store-credentials", message).help("see whether it does so by hand")
    };
    let words = shlex::split(line).ok_or_else(|| failed("a quote is not closed"))?;
    let (program, args) = words.split_first().ok_or_else(|| failed("it is empty"))?;
    let path = if program.contains(['/', '\\']) { Some(program.into()) } else { settings.programs.find(program) };
    let path = path.ok_or_else(|| failed(&format!("there is no program `{program}`")))?;
    let (environment, family) = (&settings.programs.environment, settings.programs.family);
    let job = Job { name: "credential_process", program: &path, args, environment, directory: None, input: Vec::new() };
    let outcome = process::run_within(job, Limit { time: PROCESS_TIME, family })?;
    if let Some(failure) = outcome.failure {
        return Err(failed(&format!("it ends with {failure}")));
    }
    let printed: Printed = serde_json::from_slice(&outcome.stdout).map_err(|_| failed("what it prints is none"))?;
    let token = printed.session_token.filter(|token| !token.is_empty()).map(|token| (Key::Token, token));
    let keys = [(Key::AccessKeyId, printed.access_key_id), (Key::SecretAccessKey, printed.secret_access_key)];
    Ok(keys.into_iter().chain(token).collect())
}

fn is_on(variables: &Variables, name: &str) -> bool {
    variables.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn unusable(message: &str) -> Box<Diagnostic> {
    Diagnostic::new("store-credentials", message).help("see whether `aws s3 ls` works here, and with what environment")
}

fn unsupported(profile: &Profile, what: &str) -> Box<Diagnostic> {
    let name = &profile.name;
    Diagnostic::new("store-credentials", format!("the profile `{name}` {what}, and kz leaves that to the tool `aws`"))
        .help(format!("before it: `eval \"$(aws configure export-credentials --profile {name} --format env)\"`"))
}
