//! Whose credentials go to a registry, and where they are kept.
//!
//! Source: NewClient in pkg/registry/client.go of Helm; credentials/store.go of ORAS.
//!
//! | Order | Place |
//! |---|---|
//! | 1 | `--username` and `--password` |
//! | 2 | Helm's `registry/config.json`, or the program that it names |
//! | 3 | docker's `config.json`, or the program that it names |

use std::path::Path;

use super::config::Config;
use super::{Credential, Registry, helper};
use crate::base::Result;
use crate::fetch::Context;
use crate::helm::pull::access::Access;
use crate::helm::pull::homes::Homes;

/// The name by which Docker Hub is kept. ORAS: ServerAddressFromRegistry.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What a registry is kept under.
pub fn server(host: &str) -> &str {
    if matches!(host, "docker.io" | "registry-1.docker.io") { DOCKER_HUB } else { host }
}

/// Who asks a registry, as far as anybody says. Files are read, and programs run, once for each registry.
///
/// Errors: `registry-config`, `registry-helper`, `program-failed`.
pub fn of(registry: &Registry) -> Result<Option<Credential>> {
    let Access { username, password, .. } = registry.access;
    // Helm: half of them are none.
    if !username.is_empty() && !password.is_empty() {
        let (username, password) = (username.clone(), password.clone());
        return Ok(Some(Credential { username, password, ..Credential::default() }));
    }
    let server = server(registry.host);
    registry.memo.credentials.get(server, || look_up(registry.fetch, registry.homes, server))
}

fn look_up(fetch: &Context, homes: &Homes, server: &str) -> Result<Option<Credential>> {
    for path in [&homes.registries, &homes.docker] {
        if Homes::is_nowhere(path) {
            continue;
        }
        let (config, keeper) = keeper(fetch, path, server)?;
        let found = match keeper {
            Some(name) => helper::get(fetch, &name, server)?,
            None => config.credential(server)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// A file, and the program that keeps the credentials of a server instead of it.
fn keeper(fetch: &Context, path: &Path, server: &str) -> Result<(Config, Option<String>)> {
    let config = Config::read(path)?;
    let named = config.helper(server).map(str::to_owned);
    let of_system = || (!config.says_something()).then(|| helper::of_system(fetch)).flatten().map(str::to_owned);
    let keeper = named.or_else(of_system);
    Ok((config, keeper))
}

/// Keeps credentials where Helm does.
///
/// Errors: `registry-config`, `registry-helper`, `program-failed`.
pub fn keep(fetch: &Context, homes: &Homes, server: &str, credential: &Credential) -> Result<()> {
    let (mut config, keeper) = keeper(fetch, &homes.registries, server)?;
    let Some(name) = keeper else { return config.put(server, credential) };
    helper::store(fetch, &name, server, credential)?;
    match config.helper(server) {
        Some(_) => Ok(()),
        // It was found on this machine, and is to be found again.
        None => config.set_store(&name),
    }
}

/// Forgets credentials that Helm keeps.
///
/// Errors: `registry-config`, `registry-helper`, `program-failed`.
pub fn forget(fetch: &Context, homes: &Homes, server: &str) -> Result<()> {
    let (mut config, keeper) = keeper(fetch, &homes.registries, server)?;
    match keeper {
        Some(name) => helper::erase(fetch, &name, server),
        None => config.remove(server),
    }
}
