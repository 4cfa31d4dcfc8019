//! The error of a server function, without internal details.

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use protocol::ErrorCode;
use serde::{Deserialize, Serialize};

/// The error of a server function. It has a code and no text: without scripts it comes back in a URL, which anyone
/// can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure(pub ErrorCode);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.sentence())
    }
}

impl std::error::Error for Failure {}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    /// Converts an error of the framework: unreadable arguments, or otherwise almost always a lost connection.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr as E;
        let code = match error {
            E::Args(_) | E::MissingArg(_) => ErrorCode::RequestInvalid,
            // On the server: a body that is not text. In a browser: a response that is not ours.
            E::Deserialization(_) if cfg!(feature = "ssr") => ErrorCode::RequestInvalid,
            _ => ErrorCode::Unavailable,
        };
        #[cfg(feature = "ssr")]
        crate::status::answer(code);
        Self(code)
    }
}

#[cfg(feature = "ssr")]
impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        let code = error.code();
        if code == ErrorCode::Unavailable {
            tracing::error!(%error, "a server function failed");
        } else {
            tracing::info!(code = code.as_str(), "a server function refused a request");
        }
        crate::status::answer(code);
        Self(code)
    }
}

#[cfg(feature = "ssr")]
impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        domain::Error::from(code).into()
    }
}
