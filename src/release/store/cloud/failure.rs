//! What it means that a cloud does not do what it is asked for, and what helps.
//!
//! **Invariant:** what is said is made of what was understood of an answer. Texts of servers and of libraries, which may
//! repeat addresses with signatures in them, are not in it, but for settings that are wrong: there without the secrets.

use object_store::Error;

use super::http::{Failed, Whose, Why};
use super::place::Kind;
use crate::base::Diagnostic;
use crate::fetch::http::{self, Failure};

/// Tells failures of one store.
pub struct Explainer {
    /// The store, as messages name it.
    pub name: String,
    pub kind: Kind,
    /// Texts that nobody may see.
    pub secrets: Vec<String>,
}

/// What is wrong, by what the clouds call it. The first that fits counts.
const REFUSALS: &[(&[&str], Meaning)] = &[
    (&["NoSuchBucket", "ContainerNotFound", "ResourceNotFound", "InvalidBucketName"], Meaning::NoBucket),
    (&["RequestTimeTooSkewed", "RequestExpired"], Meaning::Clock),
    (
        &[
            "PermanentRedirect",
            "TemporaryRedirect",
            "AuthorizationHeaderMalformed",
            "IncorrectEndpoint",
            "IllegalLocationConstraintException",
        ],
        Meaning::Region,
    ),
    (
        &[
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "InvalidToken",
            "InvalidSecurity",
            "TokenRefreshRequired",
            "AuthenticationFailed",
            "AuthenticationRequired",
            "InvalidAuthenticationInfo",
            "NoAuthenticationInformation",
        ],
        Meaning::Identity,
    ),
    (&["NotImplemented"], Meaning::Conditional),
];

#[derive(Clone, Copy)]
enum Meaning {
    NoBucket,
    Clock,
    Region,
    Identity,
    Denied,
    Conditional,
    Busy,
    Other,
}

impl Explainer {
    /// `what` was to be done with the store: `read`. `failed` is the last request, if it is what went wrong.
    pub fn explain(&self, what: &str, error: &Error, failed: Option<Failed>) -> Box<Diagnostic> {
        match failed {
            None => self.of_library(what, error),
            Some(Failed { whose: Whose::Store, why, .. }) => match why {
                Why::Silent(failure) => self.silent(what, &failure),
                Why::Refused { status, code, region } => self.refused(what, status, code.as_deref(), region),
            },
            Some(Failed { whose: Whose::Machine, .. }) => no_credentials(&self.name, self.kind),
            Some(Failed { whose: Whose::Other, url, why }) => match why {
                Why::Silent(failure) => self.silent("get credentials for", &failure),
                Why::Refused { status, code, .. } => {
                    let said = said(status, code.as_deref());
                    let message = format!("no credentials for {}: `{}` says {said}", self.name, url.host());
                    Diagnostic::new("store-credentials", message).help(ways(self.kind))
                }
            },
        }
    }

    /// There is no answer at all.
    fn silent(&self, what: &str, failure: &Failure) -> Box<Diagnostic> {
        let Diagnostic { code, message, help, .. } = failure.diagnostic.as_ref().clone();
        if failure.kind == http::Kind::Offline {
            let message = format!("cannot {what} {}: nothing may be asked of the net", self.name);
            return Diagnostic::new("offline", message).help("unset `KZ_OFFLINE`");
        }
        Diagnostic::new(code, format!("cannot {what} {}: {message}", self.name)).help(help.unwrap_or_default())
    }

    fn refused(&self, what: &str, status: u16, code: Option<&str>, region: Option<String>) -> Box<Diagnostic> {
        let meant = REFUSALS.iter().find(|(codes, _)| code.is_some_and(|code| codes.contains(&code)));
        let meaning = meant.map(|(_, meaning)| *meaning).unwrap_or(match status {
            301 | 307 => Meaning::Region,
            401 => Meaning::Identity,
            403 => Meaning::Denied,
            404 => Meaning::NoBucket,
            501 => Meaning::Conditional,
            408 | 429 | 500.. => Meaning::Busy,
            _ => Meaning::Other,
        });
        let (name, said) = (&self.name, said(status, code));
        match meaning {
            Meaning::NoBucket => Diagnostic::new("store-bucket", format!("there is no bucket for {name}"))
                .help("make it, or see whether its name and the account are right; kz makes none"),
            Meaning::Clock => Diagnostic::new("store-clock", format!("{name} does not take requests of this time"))
                .help("set the clock of this machine"),
            Meaning::Region => {
                Diagnostic::new("store-region", format!("{name} is in another region")).help(match region {
                    Some(region) => format!("set `AWS_REGION` to `{region}`"),
                    None => "set `AWS_REGION` to where the bucket is".to_owned(),
                })
            }
            Meaning::Identity => {
                Diagnostic::new("store-credentials", format!("{name} does not accept the credentials: {said}"))
                    .help(ways(self.kind))
            }
            Meaning::Denied => {
                Diagnostic::new("store-denied", format!("cannot {what} {name}: {said}")).help(rights(self.kind))
            }
            Meaning::Conditional => crate::release::store::overwrites(name),
            Meaning::Busy => {
                Diagnostic::new("store-busy", format!("cannot {what} {name}: it says {said} again and again"))
                    .help("try it again later; nothing is left half-written")
            }
            Meaning::Other => Diagnostic::new("store", format!("cannot {what} {name}: {said}"))
                .help("see whether the address is right, and the server is one of this kind"),
        }
    }

    /// No request failed, so it is something before or behind it.
    fn of_library(&self, what: &str, error: &Error) -> Box<Diagnostic> {
        let message = format!("cannot {what} {}: {}", self.name, without(&self.secrets, error));
        Diagnostic::new("store", message)
            .help("see whether the server is one of this kind, and the environment is right")
    }
}

/// Settings that `object_store` does not take.
pub fn of_settings(name: &str, error: &Error, secrets: &[String]) -> Box<Diagnostic> {
    Diagnostic::new("store-credentials", format!("cannot use {name}: {}", without(secrets, error)))
        .help("see the environment variables and files with the credentials")
}

/// The text of an error, without addresses' queries and known secrets.
fn without(secrets: &[String], error: &Error) -> String {
    let text = secrets.iter().fold(error.to_string(), |text, secret| text.replace(secret.as_str(), "***"));
    let words: Vec<String> = text
        .split(' ')
        .map(|word| match word.split_once('?') {
            Some((before, _)) if before.contains("://") => format!("{before}?…"),
            _ => word.to_owned(),
        })
        .collect();
    words.join(" ")
}

/// Nobody has said who this is, and the machine does not know either.
pub fn no_credentials(name: &str, kind: Kind) -> Box<Diagnostic> {
    Diagnostic::new("store-credentials", format!("there are no credentials for {name}")).help(ways(kind))
}

fn said(status: u16, code: Option<&str>) -> String {
    code.map_or_else(|| status.to_string(), |code| format!("{status} {code}"))
}

fn ways(kind: Kind) -> &'static str {
    match kind {
        Kind::S3 => {
            "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `AWS_PROFILE`; \
             `aws sts get-caller-identity` tells whether they are good"
        }
        Kind::Google => "set `GOOGLE_APPLICATION_CREDENTIALS`, or log in: `gcloud auth application-default login`",
        Kind::Azure => {
            "set `AZURE_STORAGE_KEY`, `AZURE_STORAGE_SAS_TOKEN` or `AZURE_STORAGE_CONNECTION_STRING`, or log in: \
             `az login`"
        }
    }
}

fn rights(kind: Kind) -> &'static str {
    match kind {
        Kind::S3 => {
            "it takes `s3:ListBucket`, `s3:GetObject` and `s3:PutObject`; changing recipients `s3:DeleteObject`"
        }
        Kind::Google => "it takes the role Storage Object User",
        Kind::Azure => "it takes the role Storage Blob Data Contributor",
    }
}
