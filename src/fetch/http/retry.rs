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
fn may_pass(kind: Kind) -> bool {
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
