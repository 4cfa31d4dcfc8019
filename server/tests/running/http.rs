//! HTTP requests as programs send them, and handwritten ones that no client would send: with a wrong length.

use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;

use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Client, Method, redirect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server's response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// A header; `None` if it is missing or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The stable code of an error; empty if the response is none.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether the response is an error with this code.
    pub(crate) fn says(&self, code: &str) -> bool {
        self.status >= 400 && self.body.contains(&format!("\"{code}\""))
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}\n{}", self.status, self.headers, self.body)
    }
}

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    // No request here uses TLS, but a client can't be made without it.
    let _already = rustls::crypto::ring::default_provider().install_default();
    // An idle connection would keep a server from stopping.
    let plain = Client::builder().no_proxy().redirect(redirect::Policy::none());
    plain.pool_max_idle_per_host(0).build().expect("a client")
});

/// Sends a request, and reads the entire response.
pub(crate) async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = CLIENT.request(method.clone(), format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_empty() && method != Method::GET {
        request = request.header(CONTENT_LENGTH, "0");
    }
    let response = request.body(body.to_owned()).send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.expect("a whole answer");
    Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// The same, but declares any length or none, whatever the body is.
pub(crate) async fn of_length(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    length: Option<&str>,
    body: &str,
) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if let Some(length) = length {
        request += &format!("content-length: {length}\r\n");
    }
    request += &format!("connection: close\r\n\r\n{body}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
    Answer { status, headers: HeaderMap::new(), body: body.to_owned() }
}
