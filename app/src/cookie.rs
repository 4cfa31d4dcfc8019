//! The cookies of an agent's browser besides the session: [`DEVICE`], by which the browser is recognized and which
//! grants nothing (see `domain::login`), and [`STEP`], the current step of a login.

use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_sessions::cookie::time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

/// A cookie of the dashboard.
#[derive(Clone, Copy)]
pub struct CookieName {
    plain: &'static str,
    /// The name under HTTPS, which makes browsers restrict the cookie to this host (RFC 6265bis, section 4.1.3.2).
    secure: &'static str,
    kept: Duration,
}

/// Recognizes a browser in which an agent has logged in before.
pub(crate) const DEVICE: CookieName = CookieName {
    plain: "porchlight_device",
    secure: "__Host-porchlight_device",
    kept: Duration::days(365),
};

/// The current step of a login.
pub const STEP: CookieName = CookieName {
    plain: "porchlight_step",
    secure: "__Host-porchlight_step",
    kept: Duration::minutes(10),
};

impl CookieName {
    /// Reads the cookie from the headers of a request.
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

    /// Returns the header that sets the cookie. An empty value deletes it.
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

    /// Reads the cookie from the current request.
    pub(crate) fn get(self, public_url: &str) -> Option<String> {
        self.find(&use_context::<Parts>()?.headers, public_url)
    }

    /// Sets the cookie in the current response.
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
