//! The server functions that forms can call.

use leptos::server_fn::client::Client;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use leptos::web_sys::FormData;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// A server function that takes a form and answers in the encoding `O`. All of ours do that are not only for scripts.
pub(crate) trait FormFunction<O>:
    DeserializeOwned
    + Clone
    + Send
    + Sync
    + 'static
    + ServerFn<
        Protocol = Http<PostUrl, O>,
        Error = Failure,
        Output: Clone + Send + Sync + 'static,
        Client: Client<Failure, Request: ClientReq<Failure, FormData: From<FormData>>>,
    >
{
}

impl<S, O> FormFunction<O> for S where
    S: DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static
        + ServerFn<
            Protocol = Http<PostUrl, O>,
            Error = Failure,
            Output: Clone + Send + Sync + 'static,
            Client: Client<Failure, Request: ClientReq<Failure, FormData: From<FormData>>>,
        >
{
}
