//! The cookie by which a browser is known again that an agent logged in by. It opens nothing: see
//! `domain::login`.

use http::request::Parts;
use http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_sessions::cookie::time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

/// How long it is kept without a login, in days.
const DAYS: i64 = 365;

/// Under https the name makes browsers keep it to this host alone (RFC 6265bis, section 4.1.3.2).
fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-porchlight_device" } else { "porchlight_device" }
}

/// What the browser keeps.
pub(crate) fn get(public_url: &str) -> Option<String> {
    let wanted = name(public_url.starts_with("https:"));
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == wanted)
        .map(|cookie| cookie.value().to_owned())
}

/// Has the browser keep it.
pub(crate) fn set(value: &str, public_url: &str) {
    let is_secure = public_url.starts_with("https:");
    let cookie = Cookie::build((name(is_secure), value))
        .http_only(true)
        .secure(is_secure)
        .same_site(SameSite::Lax)
        .path("/")
        .max_age(Duration::days(DAYS));
    if let (Some(options), Ok(value)) =
        (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie.to_string()))
    {
        options.append_header(header::SET_COOKIE, value);
    }
}
