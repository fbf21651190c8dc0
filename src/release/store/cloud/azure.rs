//! Azure Blob Storage: which account, and as whom to speak to it.
//!
//! Source: the environment variables of `az storage`, and the order of azure-identity's default credential.

use std::sync::Arc;
use std::time::Duration;

use object_store::azure::{AzureConfigKey as Key, MicrosoftAzureBuilder};

use super::Opened;
use super::http::{Connector, Ground};
use super::place::Place;
use super::variables::Variables;
use crate::base::process::{self, Family, Job, Limit};
use crate::base::{Diagnostic, Result};
use crate::fetch::{Settings, Url};

/// `az` is slow, and may ask a server.
const AZ_TIME: Duration = Duration::from_secs(30);

/// Errors: no account; credentials that cannot be used.
pub fn open(place: &Place, variables: &Variables, ground: &Ground) -> Result<Opened> {
    let written =
        variables.get("AZURE_STORAGE_CONNECTION_STRING").map(|text| Written::parse(&text)).unwrap_or_default();
    let account = written.account.or_else(|| variables.first(&["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"]));
    let account = account.ok_or_else(|| {
        Diagnostic::new("store-credentials", format!("nothing says in which storage account {} is", place.name()))
            .help("set `AZURE_STORAGE_ACCOUNT`, or `AZURE_STORAGE_CONNECTION_STRING`")
    })?;
    if !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(unusable("`AZURE_STORAGE_ACCOUNT` names no account"));
    }
    let endpoint = written.endpoint.unwrap_or_else(|| format!("https://{account}.blob.core.windows.net"));
    let endpoint = Url::parse(&endpoint)?;
    let connector = Connector::new(ground, endpoint.clone());
    let mut builder = MicrosoftAzureBuilder::new()
        .with_container_name(&place.bucket)
        .with_account(account)
        .with_endpoint(endpoint.address().trim_end_matches('/').to_owned())
        .with_allow_http(!endpoint.is_https())
        .with_retry(connector.retries())
        .with_http_connector(connector);
    let key = written
        .key
        .or_else(|| variables.first(&["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY"]));
    let sas = written.sas.or_else(|| variables.get("AZURE_STORAGE_SAS_TOKEN"));
    let found = match (key, sas) {
        (Some(key), _) => vec![(Key::AccessKey, key)],
        (None, Some(sas)) => vec![(Key::SasKey, sas)],
        (None, None) => identity(variables, ground.settings),
    };
    let mut secrets = Vec::new();
    for (key, value) in found {
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable("the credentials for Azure have characters that they cannot have"));
        }
        if matches!(key, Key::AccessKey | Key::SasKey | Key::ClientSecret | Key::Token) {
            secrets.push(value.clone());
        }
        builder = builder.with_config(key, value);
    }
    let bucket = builder.build().map_err(|error| super::failure::of_settings(&place.name(), &error, &secrets))?;
    Ok(Opened { bucket: Arc::new(bucket), secrets })
}

/// Who this is, where it is said neither by a key nor by a signature.
fn identity(variables: &Variables, settings: &Settings) -> Vec<(Key, String)> {
    let get = |key: Key, name: &str| variables.get(name).map(|value| (key, value));
    let (tenant, client) = (get(Key::AuthorityId, "AZURE_TENANT_ID"), get(Key::ClientId, "AZURE_CLIENT_ID"));
    let proof = get(Key::ClientSecret, "AZURE_CLIENT_SECRET")
        .or_else(|| get(Key::FederatedTokenFile, "AZURE_FEDERATED_TOKEN_FILE"));
    if let (Some(tenant), Some(client), Some(proof)) = (tenant, client.clone(), proof) {
        let authority = get(Key::AuthorityHost, "AZURE_AUTHORITY_HOST");
        return [tenant, client, proof].into_iter().chain(authority).collect();
    }
    let endpoint = get(Key::MsiEndpoint, "IDENTITY_ENDPOINT").or_else(|| get(Key::MsiEndpoint, "MSI_ENDPOINT"));
    match endpoint {
        None => match token_of_az(settings) {
            Some(token) => vec![(Key::Token, token)],
            // The machine's own identity.
            None => client.into_iter().collect(),
        },
        Some(endpoint) => [endpoint].into_iter().chain(client).collect(),
    }
}

/// What `az login` has left, if there is such a program and somebody has logged in.
fn token_of_az(settings: &Settings) -> Option<String> {
    let program = settings.programs.find("az")?;
    let words = "account get-access-token --resource https://storage.azure.com --query accessToken --output tsv";
    let args: Vec<String> = words.split(' ').map(str::to_owned).collect();
    let environment = &settings.programs.environment;
    let job = Job { name: "az", program: &program, args: &args, environment, directory: None, input: Vec::new() };
    let outcome = process::run_within(job, Limit { time: AZ_TIME, family: Family::Own }).ok()?;
    let token = String::from_utf8(outcome.stdout).ok()?.trim().to_owned();
    (outcome.failure.is_none() && !token.is_empty()).then_some(token)
}

/// What a connection string says. Not shown: it holds secrets.
#[derive(Default)]
struct Written {
    account: Option<String>,
    key: Option<String>,
    sas: Option<String>,
    endpoint: Option<String>,
}

impl Written {
    fn parse(text: &str) -> Written {
        let get = |name: &str| {
            let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
            let mut values = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
            values.next().map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let account = get("AccountName");
        let endpoint = get("BlobEndpoint").or_else(|| {
            let (account, suffix) = (account.as_ref()?, get("EndpointSuffix")?);
            let protocol = get("DefaultEndpointsProtocol").unwrap_or_else(|| "https".to_owned());
            Some(format!("{protocol}://{account}.blob.{suffix}"))
        });
        // `https://ACCOUNT.blob.core.windows.net/`
        let of_host = || endpoint.as_ref()?.split("://").nth(1)?.split('.').next().map(str::to_owned);
        let account = account.or_else(of_host);
        Written { account, key: get("AccountKey"), sas: get("SharedAccessSignature"), endpoint }
    }
}

fn unusable(message: &str) -> Box<Diagnostic> {
    Diagnostic::new("store-credentials", message).help("see whether `az storage blob list` works here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_are_taken_apart() {
        let of = |text: &str| {
            let Written { account, key, sas, endpoint } = Written::parse(text);
            [account, key, sas, endpoint].map(Option::unwrap_or_default)
        };
        let key = "DefaultEndpointsProtocol=https;AccountName=me;AccountKey=a+b==;EndpointSuffix=core.windows.net";
        assert_eq!(of(key), ["me", "a+b==", "", "https://me.blob.core.windows.net"]);
        let sas = "BlobEndpoint=https://me.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D";
        assert_eq!(of(sas), ["me", "", "sv=1&sig=x%3D", "https://me.blob.core.windows.net/"]);
        assert_eq!(of("nonsense"), ["", "", "", ""]);
    }
}
