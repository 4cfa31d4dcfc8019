//! An agent that behaves like the dashboard: a login, and a socket to answer visitors.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, bail};
use futures_util::SinkExt;
use protocol::json::to_string;
use protocol::{ClientId, ConversationId, FromAgent, SUBPROTOCOL, Several, ToAgent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::client::{from, next, random};

pub(crate) struct Agent {
    address: SocketAddr,
    by: IpAddr,
    cookie: String,
    conversations: Vec<ConversationId>,
    next: usize,
    socket: Option<WebSocketStream<TcpStream>>,
}

impl Agent {
    /// Logs in with the password that all benchmarks use.
    pub(crate) async fn log_in(
        address: SocketAddr,
        by: IpAddr,
        email: &str,
    ) -> anyhow::Result<Self> {
        let mut stream = from(by, address).await?;
        let body = format!("email={email}&password=correct%20horse");
        let length = body.len();
        let request = format!(
            "POST /call/log_in HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let cookie = answer.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_session =
                name.eq_ignore_ascii_case("set-cookie") && value.starts_with("porchlight_session=");
            is_session.then(|| value.split(';').next().unwrap_or_default().to_owned())
        });
        let cookie = cookie.with_context(|| format!("login failed: {answer}"))?;
        Ok(Self { address, by, cookie, conversations: Vec::new(), next: 0, socket: None })
    }

    /// Connects, and reads the list of conversations.
    pub(crate) async fn connect(&mut self) -> anyhow::Result<()> {
        let stream = from(self.by, self.address).await?;
        let origin = format!("http://{}", self.address);
        let mut request = format!("ws://{}/ws/agent", self.address).into_client_request()?;
        request.headers_mut().insert("origin", origin.parse()?);
        request.headers_mut().insert("cookie", self.cookie.parse()?);
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        let (socket, _) = client_async(request, stream).await?;
        self.socket = Some(socket);
        loop {
            if let ToAgent::Welcome { conversations, .. } = self.next().await? {
                self.conversations = conversations.into_iter().map(|one| one.id).collect();
                // Each agent starts at another conversation.
                self.next = usize::from(random().as_bytes()[15]);
                return Ok(());
            }
        }
    }

    /// Answers the conversations in turn. Returns how long the acknowledgment took.
    pub(crate) async fn answer(&mut self) -> anyhow::Result<Duration> {
        self.next += 1;
        let conversation = self.conversations[self.next % self.conversations.len()];
        let own = ClientId(random());
        let files = Several::NONE;
        let text = "An answer".to_owned();
        let frame = FromAgent::Send { conversation, client_id: own, text, files, note: None };
        // Frames that were sent meanwhile arrive before the acknowledgment.
        let sent = Instant::now();
        let socket = self.socket.as_mut().context("not connected")?;
        socket.send(Message::text(to_string(&frame))).await?;
        loop {
            match self.next().await? {
                ToAgent::Ack { client_id, .. } if client_id == own => return Ok(sent.elapsed()),
                ToAgent::Error { code, .. } => bail!("refused: {}", code.as_str()),
                _ => {}
            }
        }
    }

    /// Reads all frames, until the socket closes.
    pub(crate) async fn watch(&mut self) -> anyhow::Result<()> {
        loop {
            self.next().await?;
        }
    }

    async fn next(&mut self) -> anyhow::Result<ToAgent> {
        next(self.socket.as_mut().context("not connected")?).await
    }
}
