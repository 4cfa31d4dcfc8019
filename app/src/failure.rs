//! A server function's error: an error's outside form, and nothing of its inside.

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use protocol::ErrorCode;
use serde::{Deserialize, Serialize};

/// A server function's error. It carries a code and no text: where scripts don't run it comes back
/// in an address, which anybody can write.
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

    /// What the framework itself could not do: arguments that can't be read, else nearly always, the
    /// line is down.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr as E;
        let code = match error {
            E::Args(_) | E::MissingArg(_) => ErrorCode::RequestInvalid,
            // On the server, a body that is no text; in a browser, an answer that is none of ours.
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
            tracing::info!(code = code.as_str(), "a server function refused");
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
