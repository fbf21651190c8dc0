//! The command line that runs a function in a container. kustomize: kyaml/fn/runtime/container,
//! runtimeutil/functiontypes.go.
//!
//! **Not here:** running it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::function::{ContainerSpec, Mount};
use crate::base::fs::{clean, slashed};
use crate::base::process::find_in_path;
use crate::base::{Diagnostic, Result};
use crate::kustomize::context::{Context, FunctionOptions};

/// The program and the arguments that run the image.
///
/// Errors: a container needs the network and `--network` is not given; neither docker nor podman is there.
pub fn command(ctx: &Context, spec: &ContainerSpec, root: &Path) -> Result<(PathBuf, Vec<String>)> {
    let options = &ctx.options.functions;
    if spec.network && !options.network {
        let message = format!("the function `{}` needs the network, which is not enabled", spec.image);
        return Err(Diagnostic::new("plugins-disabled", message).help("pass `--network` if you trust it"));
    }
    let path = ctx.env("PATH").unwrap_or_default();
    let Some(program) = ["docker", "podman"].iter().find_map(|name| find_in_path(name, path)) else {
        let message =
            format!("the function `{}` runs in a container, and neither docker nor podman is there", spec.image);
        return Err(Diagnostic::new("no-container-runtime", message)
            .help("install docker or podman, or turn the function into an exec function"));
    };
    let user = if options.as_current_user { current_user()? } else { "nobody".to_string() };
    Ok((program, arguments(spec, options, root, &user)))
}

fn arguments(spec: &ContainerSpec, options: &FunctionOptions, root: &Path, user: &str) -> Vec<String> {
    let mut args: Vec<String> =
        ["run", "--rm", "-i", "-a", "STDIN", "-a", "STDOUT", "-a", "STDERR"].map(String::from).into();
    // kustomize: `--network-name` has no say in this.
    let network = if spec.network { "host" } else { "none" };
    args.extend(["--network", network, "--user", user, "--security-opt=no-new-privileges"].map(String::from));
    for mount in spec.mounts.iter().cloned().chain(options.mounts.iter().map(|text| Mount::from_flag(text))) {
        args.extend(["--mount".to_string(), mount.as_docker_has_it(root)]);
    }
    args.extend(environment(&spec.envs, &options.env));
    args.push(spec.image.clone());
    args
}

/// `-e` flags: names with values first, sorted, then the names whose values docker takes from its own
/// environment. What the command line says wins; with it come the two variables that are always set.
fn environment(declared: &[String], from_flags: &[String]) -> Vec<String> {
    let always = ["LOG_TO_STDERR=true", "STRUCTURED_RESULTS=true"];
    let mut values = BTreeMap::new();
    let mut exported: Vec<&str> = Vec::new();
    let all = declared.iter().map(String::as_str).chain(always).chain(from_flags.iter().map(String::as_str));
    for text in all {
        match text.split_once('=') {
            Some((key, value)) => {
                values.insert(key, value);
            }
            None if exported.contains(&text) => {}
            None => exported.push(text),
        }
    }
    let with_values = values.iter().map(|(key, value)| format!("{key}={value}"));
    with_values.chain(exported.into_iter().map(String::from)).flat_map(|text| ["-e".to_string(), text]).collect()
}

impl Mount {
    /// `type=bind,src=/a,dst=/b,rw=true`. kustomize: StringToStorageMount; unknown options are passed over.
    fn from_flag(text: &str) -> Mount {
        let mut mount = Mount::default();
        for (key, value) in text.split(',').filter_map(|option| option.split_once('=')) {
            match key {
                "type" => mount.kind = value.into(),
                "src" | "source" => mount.source = value.into(),
                "dst" | "target" => mount.target = value.into(),
                "rw" => mount.writable = value == "true",
                _ => {}
            }
        }
        mount
    }

    fn as_docker_has_it(&self, root: &Path) -> String {
        let source = match Path::new(&self.source) {
            absolute if absolute.is_absolute() => absolute.to_path_buf(),
            // kustomize: names of volumes become paths too.
            relative => clean(&root.join(relative)),
        };
        let mode = if self.writable { "" } else { ",readonly" };
        format!("type={},source={},target={}{mode}", self.kind, slashed(&source), self.target)
    }
}

/// `uid:gid` of who runs this. Go: user.Current: the group is the one of `/etc/passwd`.
#[cfg(unix)]
fn current_user() -> Result<String> {
    use std::os::unix::fs::MetadataExt;
    let probe = super::scratch::File::create("").and_then(|file| std::fs::metadata(file.path()));
    let probe =
        probe.map_err(|e| Diagnostic::new("plugin-failed", format!("cannot find out the current user: {e}")))?;
    let (uid, own_group) = (probe.uid().to_string(), probe.gid().to_string());
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let group = accounts.lines().find_map(|line| {
        let mut fields = line.split(':').skip(2);
        (fields.next() == Some(uid.as_str())).then(|| fields.next())?
    });
    Ok(format!("{uid}:{}", group.unwrap_or(&own_group)))
}

#[cfg(not(unix))]
fn current_user() -> Result<String> {
    Err(Diagnostic::new("plugin-failed", "`--as-current-user` needs a system that knows numbers of users"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| s.to_string()).collect()
    }

    /// The expectations are what kustomize 5.8.1 passes to a `docker` that prints its arguments.
    #[test]
    fn the_command_line_is_the_one_of_kustomize() {
        let spec = ContainerSpec {
            image: "img:1".into(),
            network: true,
            mounts: vec![Mount { kind: "bind".into(), source: "./sub/".into(), target: "/x".into(), writable: true }],
            envs: strings(&["B=2", "KUBECONFIG", "LOG_TO_STDERR=false", "A=b=c"]),
        };
        let options = FunctionOptions {
            env: strings(&["B=3", "HOME", "KUBECONFIG"]),
            mounts: strings(&["type=tmpfs,dst=/t", "type=volume,src=vol,target=/v,rw=no,what"]),
            ..FunctionOptions::default()
        };
        let args = arguments(&spec, &options, Path::new("/root/k"), "nobody");
        let want = "run --rm -i -a STDIN -a STDOUT -a STDERR --network host --user nobody --security-opt=no-new-privileges \
                    --mount type=bind,source=/root/k/sub,target=/x \
                    --mount type=tmpfs,source=/root/k,target=/t,readonly \
                    --mount type=volume,source=/root/k/vol,target=/v,readonly \
                    -e A=b=c -e B=3 -e LOG_TO_STDERR=true -e STRUCTURED_RESULTS=true -e KUBECONFIG -e HOME img:1";
        assert_eq!(args.join(" "), want);
    }

    #[cfg(unix)]
    #[test]
    fn the_current_user_is_a_pair_of_numbers() {
        let user = current_user().unwrap();
        let (uid, gid) = user.split_once(':').unwrap();
        assert!(uid.parse::<u32>().is_ok() && gid.parse::<u32>().is_ok(), "{user}");
    }
}
