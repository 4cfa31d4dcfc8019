//! A server function's error: an error's outside form, and nothing of its inside.

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use protocol::{ErrorCode, Problem};
use serde::{Deserialize, Serialize};

/// A server function's error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure(pub Problem);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    /// What the framework itself could not do: nearly always, the line is down.
    fn from_server_fn_error(_error: ServerFnErrorErr) -> Self {
        let text = "The server could not be reached. Check the connection and try again.";
        Self(Problem::new(ErrorCode::Unavailable, text))
    }
}

#[cfg(feature = "ssr")]
impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        let problem = error.problem();
        if problem.code == ErrorCode::Unavailable {
            tracing::error!(%error, "a server function failed");
        } else {
            tracing::info!(code = problem.code.as_str(), "a server function refused");
        }
        Self(problem)
    }
}

#[cfg(feature = "ssr")]
impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        domain::Error::from(code).into()
    }
}
