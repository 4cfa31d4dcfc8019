//! The real server on port 0, and clients that talk to it over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::agent::{NewAgent, Role};
use domain::file::BlobStore;
use domain::{Ambient, Clock, Domain, Keys, OsEntropy, Store, SystemClock};
use futures_util::{SinkExt, StreamExt};
use migrations::{Migrator, MigratorTrait};
use protocol::json::{Decode, Encode, from_str, to_string};
use protocol::{
    AgentId, ClientId, Entry, FromVisitor, SUBPROTOCOL, Seq, Several, Summary, ToAgent, ToVisitor,
    UnixMillis,
};
use server::{MailSettings, PublicUrl, ServeOptions, Server, TrafficOptions};
use tempfile::TempDir;
use testbed::{Kind, TestDatabase};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::http::{self, Answer};

/// Longer than anything takes: reaching it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The machine's clock, moved by some time.
#[derive(Clone, Default)]
pub(crate) struct Moved(Arc<AtomicU64>);

impl Clock for Moved {
    fn now_ms(&self) -> UnixMillis {
        SystemClock.now_ms() + self.0.load(Ordering::Relaxed)
    }
}

impl Moved {
    pub(crate) fn pass_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn ambient(&self) -> Ambient {
        Ambient::new(self.clone(), OsEntropy, keys())
    }
}

/// The keys that tests seal secrets with.
pub(crate) fn keys() -> Keys {
    Keys::parse(&"5a".repeat(32)).unwrap()
}

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) domain: Domain,
    pub(crate) key: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<anyhow::Result<()>>,
    pub(crate) database: TestDatabase,
    _folder: TempDir,
}

async fn migrate(address: String) {
    let store = Store::open(&address).await.unwrap();
    Migrator::up(store.for_migrations(), None).await.unwrap();
    store.close().await.unwrap();
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::start_with(Ambient::system(keys()), None).await
    }

    /// The same, with a clock and a mail server.
    pub(crate) async fn start_with(ambient: Ambient, mail: Option<MailSettings>) -> Self {
        // All clients of a test share one address.
        let traffic = TrafficOptions { per_address: Some(65_536), ..TrafficOptions::default() };
        Self::start_for(ambient, mail, traffic).await
    }

    /// The same, with limits for clients.
    pub(crate) async fn start_for(
        ambient: Ambient,
        mail: Option<MailSettings>,
        traffic: TrafficOptions,
    ) -> Self {
        Self::start_at(None, ambient, mail, traffic).await
    }

    /// The same, behind a proxy that speaks https to browsers.
    pub(crate) async fn start_at(
        public_url: Option<PublicUrl>,
        ambient: Ambient,
        mail: Option<MailSettings>,
        traffic: TrafficOptions,
    ) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = TestDatabase::migrated(Kind::Sqlite, migrate).await;
        let store = Store::open(database.address()).await.unwrap();
        let blobs = BlobStore::folder(&folder.path().join("files")).unwrap();
        let domain = Domain::start(store, blobs, ambient);
        let inbox = domain.create_inbox("Shop", &["https://shop.example".into()]).await.unwrap();
        let new = NewAgent {
            email: "mia@example.com".into(),
            name: "Mia".into(),
            password: "correct horse".into(),
        };
        domain.create_agent(new, Role::Agent).await.unwrap();

        let listen = "127.0.0.1:0".parse().unwrap();
        let options = ServeOptions { listen, public_url, mail, traffic };
        let server = Server::bind(domain.clone(), options).await.unwrap();
        let address = server.address().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.run_until(async {
            let _stopped = stopped.await;
        }));
        Self { address, domain, key: inbox.key, stop, serving, database, _folder: folder }
    }

    /// Begins to stop, and returns a handle to wait for the end. The database exists until then.
    pub(crate) fn stop(self) -> JoinHandle<anyhow::Result<()>> {
        let Self { stop, serving, database, _folder, .. } = self;
        stop.send(()).expect("the server listens for its stop");
        tokio::spawn(async move {
            let served = serving.await.expect("it does not panic");
            drop((database, _folder));
            served
        })
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn try_connect(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, Error> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        self.upgrade(stream, path, headers).await
    }

    async fn upgrade(
        &self,
        stream: TcpStream,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, Error> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _response) = client_async(request, stream).await?;
        Ok(Client(socket))
    }

    fn visitor_headers<'a>(&self, origin: &'a str) -> [(&'static str, &'a str); 2] {
        [("origin", origin), ("sec-websocket-protocol", SUBPROTOCOL)]
    }

    /// A visitor's socket, before its hello.
    pub(crate) async fn knock(&self) -> Client {
        let origin = self.origin();
        self.try_connect("/ws/visitor", &self.visitor_headers(&origin)).await.unwrap()
    }

    /// A new visitor's socket after its hello, over this connection.
    pub(crate) async fn visitor_over(&self, stream: TcpStream) -> Client {
        let origin = self.origin();
        let headers = self.visitor_headers(&origin);
        let mut client = self.upgrade(stream, "/ws/visitor", &headers).await.unwrap();
        client.send(&self.hello(None, None)).await;
        client.find(|frame| matches!(frame, ToVisitor::Welcome { .. }).then_some(())).await;
        client
    }

    /// A visitor's socket that receives little at a time.
    pub(crate) async fn knock_slowly(&self) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(self.address).await.unwrap();
        let origin = self.origin();
        let headers = self.visitor_headers(&origin);
        self.upgrade(stream, "/ws/visitor", &headers).await.unwrap()
    }

    pub(crate) fn hello(&self, token: Option<&str>, after: Option<Seq>) -> FromVisitor {
        FromVisitor::Hello {
            inbox: self.key.clone(),
            site: Some("https://shop.example".into()),
            page: Some("https://shop.example/basket".into()),
            token: token.map(Into::into),
            seed: None,
            after,
            about: None,
            conversation: None,
        }
    }

    /// A visitor's socket after its hello, and the token that it was given.
    pub(crate) async fn visitor(&self, token: Option<&str>) -> (Client, String) {
        let mut client = self.knock().await;
        client.send(&self.hello(token, None)).await;
        let token = client
            .find(|frame| match frame {
                ToVisitor::Welcome { token, .. } => Some(token),
                _ => None,
            })
            .await;
        (client, token)
    }

    /// A second agent, and their socket.
    pub(crate) async fn another_agent(&self, name: &str) -> (AgentId, Client) {
        let email = format!("{}@example.com", name.to_lowercase());
        let password = "correct horse".to_owned();
        let new = NewAgent { email: email.clone(), name: name.into(), password };
        let agent = self.domain.create_agent(new, Role::Agent).await.unwrap();
        (agent.id, self.agent_of(&email).await)
    }

    /// The agent's session cookie, from logging in with the login page's form.
    pub(crate) async fn log_in(&self) -> String {
        self.log_in_as("mia@example.com").await
    }

    pub(crate) async fn log_in_as(&self, email: &str) -> String {
        let page = self.http("GET", "/login", &[], "").await;
        let action = page.body.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
        let origin = self.origin();
        let headers = [("origin", &*origin), ("content-type", "application/x-www-form-urlencoded")];
        let body = format!("email={}&password=correct%20horse", email.replace('@', "%40"));
        let answer = self.http("POST", action.expect("a form"), &headers, &body).await;
        let set = answer.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok());
        let mut cookies = set.filter_map(|set| set.split(';').next());
        let session = cookies.find(|cookie| cookie.starts_with("porchlight_session="));
        session.expect("a session cookie").to_owned()
    }

    pub(crate) async fn agent(&self) -> Client {
        self.agent_of("mia@example.com").await
    }

    async fn agent_of(&self, email: &str) -> Client {
        let (origin, cookie) = (self.origin(), self.log_in_as(email).await);
        let headers =
            [("origin", &*origin), ("sec-websocket-protocol", SUBPROTOCOL), ("cookie", &*cookie)];
        self.try_connect("/ws/agent", &headers).await.unwrap()
    }

    /// Sends a request, and reads the entire response.
    pub(crate) async fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        http::ask(self.address, method, path, headers, body).await
    }

    /// The same, but declares any length or none, whatever the body is.
    pub(crate) async fn http_of_length(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        length: Option<&str>,
        body: &str,
    ) -> Answer {
        http::of_length(self.address, method, path, headers, length, body).await
    }
}

/// The status of a refused upgrade, and its body.
pub(crate) fn refusal(error: Error) -> (u16, String) {
    let Error::Http(response) = error else { panic!("an HTTP answer, not {error}") };
    let response: Response<Option<Vec<u8>>> = *response;
    let body = response.body().clone().unwrap_or_default();
    (response.status().as_u16(), String::from_utf8(body).unwrap())
}

pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    pub(crate) async fn send(&mut self, frame: &impl Encode) {
        self.send_text(&to_string(frame)).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        timeout(PATIENCE, self.0.send(message)).await.expect("in time").expect("sent");
    }

    /// The next frame.
    pub(crate) async fn next<T: Decode>(&mut self) -> T {
        loop {
            match self.next_message().await {
                Some(Message::Text(text)) => {
                    return from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
                }
                // Answered by the library.
                Some(Message::Ping(_)) => {}
                other => panic!("a frame, not {other:?}"),
            }
        }
    }

    /// The agent's list from the welcome. Events may arrive before.
    pub(crate) async fn welcome(&mut self) -> Vec<Summary> {
        self.find(|frame| match frame {
            ToAgent::Welcome { conversations, .. } => Some(conversations),
            _ => None,
        })
        .await
    }

    /// The next frame, or the code and the reason that the server closes with.
    pub(crate) async fn next_or_close<T: Decode>(&mut self) -> Result<T, Option<(u16, String)>> {
        loop {
            match self.next_message().await {
                Some(Message::Text(text)) => {
                    return Ok(from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}")));
                }
                Some(Message::Close(frame)) => {
                    return Err(frame.map(|frame| (frame.code.into(), frame.reason.to_string())));
                }
                Some(_) => {}
                None => return Err(None),
            }
        }
    }

    /// The next frame that `wanted` picks.
    pub(crate) async fn find<T: Decode, R>(&mut self, wanted: impl Fn(T) -> Option<R>) -> R {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    /// The code of the next error that a visitor gets.
    pub(crate) async fn error_code(&mut self) -> &'static str {
        let code = self.find(|frame| match frame {
            ToVisitor::Error { code, .. } => Some(code),
            _ => None,
        });
        code.await.as_str()
    }

    /// The code of the next error that an agent gets.
    pub(crate) async fn agent_error_code(&mut self) -> &'static str {
        let code = self.find(|frame| match frame {
            ToAgent::Error { code, .. } => Some(code),
            _ => None,
        });
        code.await.as_str()
    }

    /// The code that the server closes with. Skips frames before it.
    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        self.close_reason().await.map(|(code, _)| code)
    }

    /// The code and the reason that the server closes with.
    pub(crate) async fn close_reason(&mut self) -> Option<(u16, String)> {
        loop {
            match self.next_message().await {
                Some(Message::Close(frame)) => {
                    return frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                }
                Some(_) => {}
                None => return None,
            }
        }
    }

    async fn next_message(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.0.next()).await.expect("in time").and_then(Result::ok)
    }
}

pub(crate) fn client_id(number: u128) -> ClientId {
    ClientId(uuid::Uuid::from_u128(number))
}

pub(crate) fn send(number: u128, text: &str) -> FromVisitor {
    let files = Several::NONE;
    FromVisitor::Send { client_id: client_id(number), text: text.into(), files }
}

/// The entry that the server acknowledges next.
pub(crate) async fn ack(client: &mut Client) -> Entry {
    client
        .find(|frame| match frame {
            ToVisitor::Ack { entry, .. } => Some(entry),
            _ => None,
        })
        .await
}

/// The real binary in a process.
pub(crate) struct Program {
    running: std::process::Child,
    address: SocketAddr,
    key: String,
    folder: TempDir,
}

impl Program {
    pub(crate) async fn start() -> Self {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_porchlight"));
        Self::run(program, TempDir::new().unwrap()).await
    }

    /// Under strace, which records each sync of the disk and each write to a socket.
    pub(crate) async fn traced() -> Self {
        let folder = TempDir::new().unwrap();
        let mut strace = std::process::Command::new("strace");
        strace.args(["-f", "-I", "2", "-s", "400"]);
        strace.args(["-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg"]);
        strace.arg("-o").arg(folder.path().join("calls")).arg(env!("CARGO_BIN_EXE_porchlight"));
        Self::run(strace, folder).await
    }

    async fn run(mut command: std::process::Command, folder: TempDir) -> Self {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let data = folder.path().join("data").display().to_string();
        let running = command
            .args(["serve", "--data-dir", &data, "--listen", &address.to_string()])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let is_up = async {
            while TcpStream::connect(address).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, is_up).await.expect("it starts");
        let list = std::process::Command::new(env!("CARGO_BIN_EXE_porchlight"))
            .args(["inbox", "list", "--json", "--data-dir", &data])
            .output()
            .unwrap();
        let inboxes: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
        let key = inboxes[0]["key"].as_str().unwrap().to_owned();
        Self { running, address, key, folder }
    }

    /// A visitor's socket after its welcome, their token, and the entries in the welcome.
    pub(crate) async fn visitor(&self, token: Option<String>) -> (Client, String, Vec<Entry>) {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let url = format!("ws://{}/ws/visitor", self.address);
        let mut request = url.into_client_request().unwrap();
        let origin = format!("http://{}", self.address).parse().unwrap();
        request.headers_mut().insert("origin", origin);
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let (socket, _response) = client_async(request, stream).await.unwrap();
        let mut client = Client(socket);
        let hello = FromVisitor::Hello {
            inbox: self.key.clone(),
            site: None,
            page: None,
            token,
            seed: None,
            after: None,
            about: None,
            conversation: None,
        };
        client.send(&hello).await;
        let (token, entries) = client
            .find(|frame| match frame {
                ToVisitor::Welcome { token, entries, .. } => Some((token, entries)),
                _ => None,
            })
            .await;
        (client, token, entries)
    }

    /// The folder around its data.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Asks it to stop. strace passes the signal on to the program.
    pub(crate) fn terminate(&self) {
        let pid = self.running.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    }

    /// Waits until it has ended. Returns its folder.
    pub(crate) fn wait(mut self) -> (std::process::ExitStatus, TempDir) {
        (self.running.wait().unwrap(), self.folder)
    }

    /// Starts it on a folder that another has left.
    pub(crate) async fn on(folder: TempDir) -> Self {
        Self::run(std::process::Command::new(env!("CARGO_BIN_EXE_porchlight")), folder).await
    }
}

/// A web server that has nothing to do with ours.
pub(crate) async fn stranger() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
