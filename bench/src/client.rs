//! A visitor that behaves like a widget, as described in `docs/PROTOCOL.md`: unacknowledged messages are kept
//! and sent again, in order, after every welcome.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use protocol::json::{Decode, RawJson, from_str, to_string};
use protocol::{ClientId, Entry, FromVisitor, SUBPROTOCOL, Seq, Several, ToVisitor};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) struct Visitor {
    address: SocketAddr,
    key: String,
    /// 32 hex digits that identify the visitor even if the server is killed before it has answered.
    seed: String,
    /// All messages, in the order of sending.
    pub(crate) sent: Vec<ClientId>,
    waiting: VecDeque<ClientId>,
    pub(crate) acked: Vec<(ClientId, Seq)>,
    socket: Option<WebSocketStream<TcpStream>>,
    /// The visitor's email address, if they give one.
    email: Option<String>,
    /// The local address to connect from.
    by: IpAddr,
}

/// Connects from one of this machine's addresses.
pub(crate) async fn from(by: IpAddr, to: SocketAddr) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(by, 0))?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads the next frame of a socket.
pub(crate) async fn next<T: Decode>(socket: &mut WebSocketStream<TcpStream>) -> anyhow::Result<T> {
    loop {
        match socket.next().await.context("the socket closed")?? {
            Message::Text(text) => return Ok(from_str(&text)?),
            Message::Close(_) => bail!("the server closed the socket"),
            _ => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a load generator is an edge of its own")]
pub(crate) fn random() -> uuid::Uuid {
    uuid::Uuid::new_v4()
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr, key: &str) -> Self {
        Self {
            address,
            key: key.into(),
            seed: random().simple().to_string(),
            sent: Vec::new(),
            waiting: VecDeque::new(),
            acked: Vec::new(),
            socket: None,
            email: None,
            by: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// Gives the visitor an email address.
    pub(crate) fn with_email(self, email: String) -> Self {
        Self { email: Some(email), ..self }
    }

    /// Makes the visitor connect from another address of this machine.
    pub(crate) fn by(self, by: IpAddr) -> Self {
        Self { by, ..self }
    }

    /// Connects and resends unacknowledged messages. Returns the token with which the visitor can come back.
    pub(crate) async fn connect(&mut self) -> anyhow::Result<String> {
        self.socket = None;
        let stream = from(self.by, self.address).await?;
        let origin = format!("http://{}", self.address);
        let mut request = format!("ws://{}/ws/visitor", self.address).into_client_request()?;
        request.headers_mut().insert("origin", origin.parse()?);
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        let (socket, _) = client_async(request, stream).await?;
        self.socket = Some(socket);
        let hello = FromVisitor::Hello {
            inbox: self.key.clone(),
            site: None,
            page: None,
            token: None,
            seed: Some(self.seed.clone()),
            after: None,
            about: self
                .email
                .as_ref()
                .map(|email| RawJson(format!(r#"{{"user":{{"email":"{email}"}}}}"#))),
            conversation: None,
        };
        self.send(&hello).await?;
        let token = loop {
            if let ToVisitor::Welcome { token, .. } = self.next().await? {
                break token;
            }
        };
        for client_id in self.waiting.clone() {
            self.send(&say(client_id)).await?;
        }
        Ok(token)
    }

    /// Sends a new message. It is kept until it is acknowledged.
    pub(crate) async fn say(&mut self) -> anyhow::Result<()> {
        let client_id = ClientId(random());
        self.sent.push(client_id);
        self.waiting.push_back(client_id);
        self.send(&say(client_id)).await
    }

    /// Waits until everything that was sent is acknowledged.
    pub(crate) async fn until_acknowledged(&mut self) -> anyhow::Result<()> {
        while !self.waiting.is_empty() {
            match self.next().await? {
                ToVisitor::Ack { client_id, entry } => {
                    self.waiting.retain(|waiting| *waiting != client_id);
                    if !self.acked.iter().any(|(known, _)| *known == client_id) {
                        self.acked.push((client_id, entry.seq));
                    }
                }
                // Faster than a person types. The rest is sent with the next connection.
                ToVisitor::Error { temporary: true, .. } => bail!("slow down"),
                ToVisitor::Error { code, .. } => bail!("refused: {}", code.as_str()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Requests the log and waits for its first page.
    pub(crate) async fn ask_log(&mut self) -> anyhow::Result<()> {
        self.send(&FromVisitor::Resume { after: Seq::START }).await?;
        while !matches!(self.next().await?, ToVisitor::Entries { .. }) {}
        Ok(())
    }

    /// Reads the complete log from the server.
    pub(crate) async fn read_log(&mut self) -> anyhow::Result<Vec<Entry>> {
        let mut log: Vec<Entry> = Vec::new();
        loop {
            let after = log.last().map_or(Seq::START, |last| last.seq);
            self.send(&FromVisitor::Resume { after }).await?;
            loop {
                if let ToVisitor::Entries { head, entries } = self.next().await? {
                    log.extend(entries);
                    if log.last().map_or(Seq::START, |last| last.seq) >= head {
                        return Ok(log);
                    }
                    break;
                }
            }
        }
    }

    async fn send(&mut self, frame: &FromVisitor) -> anyhow::Result<()> {
        let socket = self.socket.as_mut().context("not connected")?;
        Ok(socket.send(Message::text(to_string(frame))).await?)
    }

    async fn next(&mut self) -> anyhow::Result<ToVisitor> {
        next(self.socket.as_mut().context("not connected")?).await
    }
}

fn say(client_id: ClientId) -> FromVisitor {
    FromVisitor::Send { client_id, text: client_id.to_string(), files: Several::NONE }
}
