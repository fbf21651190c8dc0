//! What a server wants to know before it answers: the header `WWW-Authenticate`.
//!
//! Source: RFC 7235; auth/challenge.go of ORAS.

/// How a server wants to be told who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    Basic,
    /// By a token that somebody else gives out.
    Bearer {
        realm: String,
        service: String,
        scope: String,
    },
}

impl Challenge {
    /// The first among some headers that is understood.
    pub fn of_headers<'h>(headers: impl Iterator<Item = &'h str>) -> Option<Challenge> {
        headers.filter_map(Challenge::parse).next()
    }

    fn parse(header: &str) -> Option<Challenge> {
        let (scheme, mut rest) = token(header.trim_start());
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Challenge::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service, mut scope) = (String::new(), String::new(), String::new());
        while let Some((key, value, behind)) = parameter(rest) {
            match key {
                "realm" => realm = value,
                "service" => service = value,
                "scope" => scope = value,
                _ => {}
            }
            let Some(next) = behind.trim_start().strip_prefix(',') else { break };
            rest = next;
        }
        Some(Challenge::Bearer { realm, service, scope })
    }
}

/// `key=value` or `key="value"`, and what stands behind.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = token(text.trim_start());
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    if key.is_empty() {
        return None;
    }
    let Some(quoted) = rest.strip_prefix('"') else {
        let (value, behind) = token(rest);
        return (!value.is_empty()).then(|| (key, value.to_owned(), behind));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((key, value, quoted.get(at + 1..).unwrap_or_default())),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    text.split_at(text.find(|c| !is_token(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_understood() {
        let of = |headers: &[&str]| Challenge::of_headers(headers.iter().copied());
        let bearer = |realm: &str, service: &str, scope: &str| {
            let [realm, service, scope] = [realm, service, scope].map(str::to_owned);
            Some(Challenge::Bearer { realm, service, scope })
        };
        assert_eq!(of(&["Basic realm=\"x\""]), Some(Challenge::Basic));
        assert_eq!(of(&["Negotiate", "basic"]), Some(Challenge::Basic));
        assert_eq!(of(&["Negotiate"]), None);
        assert_eq!(of(&[""]), None);
        let full = "Bearer realm=\"https://a/t?x=1,2\", service = reg ,scope=\"repository:a:pull,push\",error=\"e\"";
        assert_eq!(of(&[full]), bearer("https://a/t?x=1,2", "reg", "repository:a:pull,push"));
        assert_eq!(of(&["bearer realm=\"a\\\"b\""]), bearer("a\"b", "", ""));
        for broken in ["Bearer", "Bearer realm", "Bearer realm=", "Bearer realm=\"x", "Bearer =x", "Bearer realm=\"\\"]
        {
            assert_eq!(of(&[broken]), bearer("", "", ""), "{broken}");
        }
    }
}
