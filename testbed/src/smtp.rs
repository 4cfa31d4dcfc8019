//! An SMTP server on loopback that stores what it accepts and fails on demand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// The largest mail, in bytes.
const MAIL_BYTES: usize = 10 * 1024 * 1024;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Closes the connection without a reply.
    HangUp,
    /// Replies with this at a step.
    Answer(Step, &'static str),
    /// Stops replying at a step.
    Hang(Step),
    /// Closes the connection in the middle of the content.
    CutInContent,
    /// Closes the connection after the content, before its reply, without accepting the mail.
    CutAfterContent,
    /// The same, but the mail was accepted (RFC 1047).
    TakeAndCut,
}

/// The steps of an SMTP session, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A client connected.
    Greeting,
    /// `MAIL FROM`.
    From,
    /// `RCPT TO`.
    To,
    /// `DATA`.
    Data,
    /// The end of the content.
    Content,
}

/// An accepted mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body as received, without the dots that SMTP doubles.
    pub content: Vec<u8>,
}

/// The server. It stops when it is dropped.
pub struct Smtp {
    address: SocketAddr,
    kept: Arc<Kept>,
    _serving: JoinSet<()>,
}

struct Kept {
    taken: Mutex<Vec<Received>>,
    came: Notify,
    plan: Plan,
}

/// Decides how each connection (at its greeting) and each mail (at its sender) fails.
type Plan = Box<dyn Fn(Step) -> Option<Fault> + Send + Sync>;

impl Smtp {
    /// Starts a server that accepts everything.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start() -> Self {
        Self::with(|_| None).await
    }

    /// Starts a server that fails according to a plan, which is called for each greeting and each sender.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn with(plan: impl Fn(Step) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let kept = Kept { taken: Mutex::default(), came: Notify::new(), plan: Box::new(plan) };
        let kept = Arc::new(kept);
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, kept.clone()));
        Self { address, kept, _serving: serving }
    }

    /// The address it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The accepted mails, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.kept.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it has accepted this many mails, and returns them.
    pub async fn wait_for(&self, mails: usize) -> Vec<Received> {
        loop {
            let came = self.kept.came.notified();
            let taken = self.received();
            if taken.len() >= mails {
                return taken;
            }
            came.await;
        }
    }
}

async fn accept(listener: TcpListener, kept: Arc<Kept>) {
    let mut talks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let kept = kept.clone();
        talks.spawn(async move {
            // Sessions that break off are the purpose of this server.
            let _ended = talk(stream, &kept).await;
        });
        while talks.try_join_next().is_some() {}
    }
}

/// The session is over.
struct Ended;

impl From<std::io::Error> for Ended {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

async fn talk(stream: TcpStream, kept: &Kept) -> Result<(), Ended> {
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    let mut fault = (kept.plan)(Step::Greeting);
    if let Some(answer) = fails(fault, Step::Greeting).await? {
        writing.write_all(answer.as_bytes()).await?;
        return Ok(());
    }
    writing.write_all(b"220 sink ready\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let mut line = String::new();
        if (&mut reading).take(2_000).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let step = match &*verb {
            "EHLO" => {
                writing.write_all(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n").await?;
                continue;
            }
            "MAIL" => {
                fault = (kept.plan)(Step::From);
                from = path(line);
                to.clear();
                Step::From
            }
            "RCPT" => {
                to.push(path(line));
                Step::To
            }
            "DATA" => Step::Data,
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => {
                writing.write_all(b"250 well\r\n").await?;
                continue;
            }
            _ => {
                writing.write_all(b"500 not known here\r\n").await?;
                continue;
            }
        };
        if let Some(answer) = fails(fault, step).await? {
            writing.write_all(answer.as_bytes()).await?;
            continue;
        }
        if step != Step::Data {
            writing.write_all(b"250 well\r\n").await?;
            continue;
        }
        writing.write_all(b"354 go on\r\n").await?;
        if fault == Some(Fault::CutInContent) {
            let mut some = [0; 200];
            let _some = reading.read(&mut some).await?;
            return Ok(());
        }
        let content = content(&mut reading).await?;
        if fault == Some(Fault::CutAfterContent) {
            return Ok(());
        }
        if let Some(answer) = fails(fault, Step::Content).await? {
            writing.write_all(answer.as_bytes()).await?;
            continue;
        }
        let taken = Received { from: from.clone(), to: to.clone(), content };
        kept.taken.lock().unwrap_or_else(PoisonError::into_inner).push(taken);
        kept.came.notify_waiters();
        if fault == Some(Fault::TakeAndCut) {
            return Ok(());
        }
        writing.write_all(b"250 taken\r\n").await?;
    }
}

/// Returns the reply to send instead of success at this step.
async fn fails(fault: Option<Fault>, step: Step) -> Result<Option<&'static str>, Ended> {
    match fault {
        Some(Fault::HangUp) => Err(Ended),
        Some(Fault::Answer(at, answer)) if at == step => Ok(Some(answer)),
        Some(Fault::Hang(at)) if at == step => std::future::pending().await,
        _ => Ok(None),
    }
}

/// Reads the content up to the dot that ends it (RFC 5321, section 4.5.2).
async fn content(reading: &mut (impl AsyncBufReadExt + Unpin)) -> Result<Vec<u8>, Ended> {
    let mut content = Vec::new();
    loop {
        let mut line = Vec::new();
        if reading.read_until(b'\n', &mut line).await? == 0 || content.len() > MAIL_BYTES {
            return Err(Ended);
        }
        // Only a complete line ends it: a server that accepts less could be tricked into taking one mail for two.
        if line == b".\r\n" && (content.is_empty() || content.ends_with(b"\r\n")) {
            return Ok(content);
        }
        content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// Returns the text between `<` and `>`.
fn path(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(path, _)| path.to_owned())
}
