//! What an agent's browser keeps besides its session: by what it is known again ([`DEVICE`], which opens nothing;
//! see `domain::login`), and what it is in the middle of ([`STEP`]).

use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_sessions::cookie::time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

/// A cookie of ours.
#[derive(Clone, Copy)]
pub struct CookieName {
    plain: &'static str,
    /// Under https the name makes browsers keep it to this host alone (RFC 6265bis, section 4.1.3.2).
    secure: &'static str,
    kept: Duration,
}

/// By what a browser is known again that an agent logged in by.
pub(crate) const DEVICE: CookieName = CookieName {
    plain: "porchlight_device",
    secure: "__Host-porchlight_device",
    kept: Duration::days(365),
};

/// What somebody who logs in is in the middle of.
pub const STEP: CookieName = CookieName {
    plain: "porchlight_step",
    secure: "__Host-porchlight_step",
    kept: Duration::minutes(10),
};

impl CookieName {
    /// What the browser keeps, by the headers of its request.
    #[must_use]
    pub fn find(self, headers: &HeaderMap, public_url: &str) -> Option<String> {
        let wanted = if is_secure(public_url) { self.secure } else { self.plain };
        let cookies = headers.get_all(header::COOKIE).iter();
        cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .find(|cookie| cookie.name() == wanted)
            .map(|cookie| cookie.value().to_owned())
    }

    /// The header that has the browser keep a value; an empty one ends it.
    #[must_use]
    pub fn header(self, value: &str, public_url: &str) -> Option<HeaderValue> {
        let is_secure = is_secure(public_url);
        let name = if is_secure { self.secure } else { self.plain };
        let kept = if value.is_empty() { Duration::ZERO } else { self.kept };
        let cookie = Cookie::build((name, value))
            .http_only(true)
            .secure(is_secure)
            .same_site(SameSite::Lax)
            .path("/")
            .max_age(kept);
        HeaderValue::from_str(&cookie.to_string()).ok()
    }

    /// What the browser keeps that made this call.
    pub(crate) fn get(self, public_url: &str) -> Option<String> {
        self.find(&use_context::<Parts>()?.headers, public_url)
    }

    /// Has the browser keep it that made this call.
    pub(crate) fn set(self, value: &str, public_url: &str) {
        if let (Some(options), Some(value)) =
            (use_context::<ResponseOptions>(), self.header(value, public_url))
        {
            options.append_header(header::SET_COOKIE, value);
        }
    }
}

fn is_secure(public_url: &str) -> bool {
    public_url.starts_with("https:")
}
