//! Who records: a name for the history.
//!
//! **Invariant:** on Unix there is always one, also in containers, where no variable tells it. No program is asked.
//! **Not here:** whether it is true. Everybody can call himself anything.

/// As pipelines and systems say, by these variables.
const VARIABLES: [&str; 5] = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME", "USERNAME"];

/// Who does it: by the environment, or else the name of the user of this process, or else the number.
pub fn who(environment: &[(String, String)]) -> String {
    let value = |name: &&str| environment.iter().find(|(key, value)| key == name && !value.is_empty());
    VARIABLES.iter().find_map(value).map_or_else(user, |(_, value)| value.clone())
}

#[cfg(unix)]
fn user() -> String {
    let number = rustix::process::getuid().as_raw();
    let users = std::fs::read("/etc/passwd").unwrap_or_default();
    name_of(number, &String::from_utf8_lossy(&users)).unwrap_or_else(|| format!("uid {number}"))
}

/// There `USERNAME` is always set.
#[cfg(not(unix))]
fn user() -> String {
    String::new()
}

/// The name of a number in the system's file of users.
#[cfg(unix)]
fn name_of(number: u32, users: &str) -> Option<String> {
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let (name, own) = (fields.next()?, fields.nth(1)?);
        (!name.is_empty() && own.parse() == Ok(number)).then(|| name.to_owned())
    };
    users.lines().find_map(of_line)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_first() {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(who(&[set("USER", "root"), set("GITHUB_ACTOR", "me")]), "me");
        assert_eq!(who(&[set("USER", ""), set("LOGNAME", "you")]), "you");
    }

    #[test]
    fn users_have_names() {
        let users = "# comment\nroot:x:0:0:root:/root:/bin/sh\n\nshort:x\napp:x:1000:1000::/:\nother:x:1000:1::/:\n";
        assert_eq!(name_of(0, users).as_deref(), Some("root"));
        assert_eq!(name_of(1000, users).as_deref(), Some("app"));
        assert_eq!((name_of(1, users), name_of(0, "")), (None, None));
    }
}
