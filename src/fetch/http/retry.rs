//! When a request that failed is worth another try, and after what time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::fmt::rfc2822::DateTimeParser;

use super::failure::{Failure, Kind};
use crate::fetch::Retries;

/// The time to wait before the next attempt; `None`: there is none.
pub(super) fn pause(failure: &Failure, attempt: u32, retries: Retries, now: SystemTime) -> Option<Duration> {
    if attempt >= retries.count || !may_pass(failure.kind) {
        return None;
    }
    let own = retries.first.saturating_mul(2u32.saturating_pow(attempt)).min(retries.longest);
    match failure.headers.get("retry-after").and_then(|text| retry_after(text, now)) {
        // Who wants more patience than there is, is not asked again too early.
        Some(asked) if asked > retries.longest => None,
        Some(asked) => Some(asked.max(own)),
        None => Some(own),
    }
}

/// Whether this is of the kind that goes away by itself.
pub fn may_pass(kind: Kind) -> bool {
    match kind {
        Kind::Connection | Kind::Timeout => true,
        Kind::Status(status) => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
        _ => false,
    }
}

/// Seconds, or a date.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let asked = PARSER.parse_timestamp(text.trim()).ok()?.as_second();
    let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Some(Duration::from_secs(u64::try_from(asked).unwrap_or(0).saturating_sub(now)))
}

#[cfg(test)]
mod tests {
    use super::super::request::Headers;
    use super::*;
    use crate::fetch::Url;

    /// 1994-11-06T08:49:37Z
    const NOW: u64 = 784_111_777;

    fn pause_after(kind: Kind, attempt: u32, asked: Option<&str>) -> Option<u64> {
        let mut failure = Failure::new(kind, &Url::parse("https://host").unwrap(), "why");
        failure.headers = Headers(asked.map(|text| ("retry-after".to_owned(), text.to_owned())).into_iter().collect());
        let retries = Retries { count: 4, first: Duration::from_millis(400), longest: Duration::from_millis(2000) };
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        pause(&failure, attempt, retries, now).and_then(|time| time.as_millis().try_into().ok())
    }

    #[test]
    fn pauses_grow_and_end() {
        let pauses = [0, 1, 2, 3, 4].map(|attempt| pause_after(Kind::Connection, attempt, None));
        assert_eq!(pauses, [Some(400), Some(800), Some(1600), Some(2000), None]);
        for lasting in [Kind::NotFound, Kind::Tls, Kind::Status(418), Kind::TooLarge, Kind::Redirect, Kind::Proxy] {
            assert_eq!(pause_after(lasting, 0, None), None, "{lasting:?}");
        }
    }

    #[test]
    fn servers_may_say_when() {
        let pause = |asked| pause_after(Kind::Status(429), 0, Some(asked));
        assert_eq!(pause("0"), Some(400));
        assert_eq!(pause("2"), Some(2000));
        assert_eq!(pause("3"), None);
        assert_eq!(pause("Sun, 06 Nov 1994 08:49:38 GMT"), Some(1000));
        assert_eq!(pause("Sun, 06 Nov 1994 08:00:00 GMT"), Some(400));
        assert_eq!(pause("Mon, 06 Nov 2094 08:49:37 GMT"), None);
        for nonsense in ["", "-1", "soon", "99999999999999999999999"] {
            assert_eq!(pause(nonsense), Some(400), "{nonsense}");
        }
    }
}
