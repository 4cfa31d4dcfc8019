//! Floods by a few clients while a team is at work: how much longer others wait, and how much memory it costs.
//!
//! Each round measures the team at work, first without and then with the flood. What counts is the difference.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use futures_util::future::join_all;
use testbed::{Kind, TestDatabase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, interval, sleep, timeout};

use crate::agent::Agent;
use crate::client::{Visitor, from, random};
use crate::server::Server;
use crate::times::Times;

/// The team at work.
const AGENTS: u32 = 20;
const VISITORS: u32 = 200;

/// How often each agent and visitor writes.
const AGENT_EVERY: Duration = Duration::from_millis(500);
const VISITOR_EVERY: Duration = Duration::from_secs(4);

/// The number of flooding clients, and how much each tries at the same time.
const FLOODERS: u8 = 4;
const AT_ONCE: usize = 700;

/// How long a flooder waits after a refusal.
const AGAIN: Duration = Duration::from_secs(1);

/// A wait that nobody notices: always acceptable, however short it was before.
const UNNOTICED_MS: f64 = 25.0;

/// How many times longer others may wait.
const LONGER: f64 = 2.0;

/// The most memory that a flood may cost, in megabytes.
const MEMORY_MB: f64 = 256.0;

/// The kinds of floods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flood {
    /// Connections that send nothing.
    Idle,
    /// Request headers, one byte at a time.
    Heads,
    /// Request bodies, one byte at a time.
    Bodies,
    /// Logins with wrong passwords.
    Logins,
    /// New visitors who start conversations.
    Visitors,
    /// Sockets that send frames as fast as they can.
    Frames,
    /// Polling requests, without a socket.
    Lines,
    /// File uploads, one byte at a time.
    Uploads,
    /// Requests that are refused.
    Requests,
}

const FLOODS: [(Flood, &str); 9] = [
    (Flood::Idle, "idle connections"),
    (Flood::Heads, "dripped heads"),
    (Flood::Bodies, "dripped bodies"),
    (Flood::Logins, "wrong logins"),
    (Flood::Visitors, "made-up visitors"),
    (Flood::Frames, "fast frames"),
    (Flood::Lines, "polling lines"),
    (Flood::Uploads, "dripped uploads"),
    (Flood::Requests, "refused requests"),
];

/// The team's waiting times.
struct Fared {
    agents: Times,
    visitors: Times,
}

/// The result of one flood.
struct Report {
    name: &'static str,
    agents: [f64; 2],
    visitors: [f64; 2],
    memory_mb: f64,
}

impl Report {
    fn is_well(&self) -> bool {
        let is_bounded = |[before, during]: [f64; 2]| during <= (before * LONGER).max(UNNOTICED_MS);
        is_bounded(self.agents) && is_bounded(self.visitors) && self.memory_mb <= MEMORY_MB
    }
}

/// The results of all floods.
pub struct Outcome {
    lines: Vec<Report>,
    longest: Duration,
}

impl Outcome {
    /// Whether everyone else was served in time.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.lines.iter().all(Report::is_well)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            let ([agents, under], [visitors, too]) = (line.agents, line.visitors);
            writeln!(
                f,
                "{:<18} agents p99 {agents:.1} -> {under:.1} ms | visitors p99 {visitors:.1} -> {too:.1} ms | \
                 memory {:+.0} MB{}",
                line.name,
                line.memory_mb,
                if line.is_well() { "" } else { "  FAILED" }
            )?;
        }
        write!(f, "newcomers were served within {:.0} ms", self.longest.as_secs_f64() * 1_000.0)
    }
}

/// Runs `rounds` rounds of `seconds` seconds for each flood, or only for those whose name contains `only`.
///
/// # Errors
/// If the program can't be run, or someone at work is not served.
pub async fn run(
    program: &Path,
    kind: Kind,
    rounds: u32,
    seconds: u64,
    only: Option<&str>,
) -> anyhow::Result<Outcome> {
    let database = TestDatabase::new(kind).await;
    let server = Server::start(program, database.address()).await?;
    let key = server.key().await?;
    let team = Team::gather(&server, &key).await?;
    let (mut lines, mut longest) = (Vec::new(), Duration::ZERO);
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
    for (flood, name) in FLOODS.into_iter().filter(|(_, name)| wanted(name)) {
        let (mut agents, mut visitors, mut memory) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let before_mb = server.memory_mb()?;
            let before = team.work(seconds).await?;
            let flooding = begin(flood, server.address, &key);
            // Let the flood build up before measuring.
            sleep(Duration::from_secs(1)).await;
            let during = team.work(seconds).await?;
            longest = longest.max(newcomer(server.address).await?);
            memory.push(server.memory_mb()? - before_mb);
            drop(flooding);
            // Let the effects of this flood wear off before the next one.
            sleep(Duration::from_secs(2)).await;
            agents.push([before.agents.at(0.99), during.agents.at(0.99)]);
            visitors.push([before.visitors.at(0.99), during.visitors.at(0.99)]);
        }
        lines.push(Report {
            name,
            agents: middle(agents),
            visitors: middle(visitors),
            memory_mb: memory.into_iter().fold(f64::NEG_INFINITY, f64::max),
        });
    }
    Ok(Outcome { lines, longest })
}

/// Returns the median round, by how much longer the team waited.
fn middle(mut rounds: Vec<[f64; 2]>) -> [f64; 2] {
    rounds.sort_by(|one, other| (one[1] / one[0]).total_cmp(&(other[1] / other[0])));
    rounds[rounds.len() / 2]
}

/// Measures how long a new client waits for a page.
async fn newcomer(address: SocketAddr) -> anyhow::Result<Duration> {
    let asked = Instant::now();
    let answer = ask(address, client(3, 1), "GET /login HTTP/1.1", "").await?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "a newcomer was not served: {answer}");
    Ok(asked.elapsed())
}

/// A client of a kind. Each one has its own loopback address.
fn client(kind: u8, number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, kind, 0, number))
}

/// Sends one request and returns the beginning of the response.
async fn ask(address: SocketAddr, by: IpAddr, line: &str, body: &str) -> anyhow::Result<String> {
    let mut stream = from(by, address).await?;
    let length = body.len();
    let request = format!(
        "{line}\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![0; 512];
    let length = stream.read(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
}

/// The agents and visitors at work.
struct Team {
    visitors: Vec<Arc<Mutex<Visitor>>>,
    agents: Vec<Arc<Mutex<Agent>>>,
}

impl Team {
    async fn gather(server: &Server, key: &str) -> anyhow::Result<Self> {
        let mut agents = Vec::new();
        for number in 0..AGENTS {
            let email = format!("agent{number}@example.com");
            server.add_agent(&email).await?;
            let by = client(2, u8::try_from(number)? + 1);
            agents.push(Agent::log_in(server.address, by, &email).await?);
        }
        let mut visitors = Vec::new();
        for number in 0..VISITORS {
            let by = client(1, u8::try_from(number)? + 1);
            let mut visitor = Visitor::new(server.address, key).by(by);
            visitor.connect().await?;
            // The first message starts the conversation. Only ordinary messages are measured.
            visitor.say().await?;
            visitor.until_acknowledged().await?;
            visitors.push(Arc::new(Mutex::new(visitor)));
        }
        let mut ready = Vec::new();
        for mut agent in agents {
            agent.connect().await?;
            ready.push(Arc::new(Mutex::new(agent)));
        }
        Ok(Self { visitors, agents: ready })
    }

    /// All agents and visitors write periodically, for this many seconds.
    async fn work(&self, seconds: u64) -> anyhow::Result<Fared> {
        let until = Instant::now() + Duration::from_secs(seconds);
        let visitors = self.visitors.iter().enumerate().map(|(number, visitor)| {
            let visitor = visitor.clone();
            let begin = VISITOR_EVERY * u32::try_from(number).unwrap_or(0) / VISITORS;
            tokio::spawn(async move {
                let mut visitor = visitor.lock().await;
                let mut times = Vec::new();
                sleep(begin).await;
                let mut ticks = interval(VISITOR_EVERY);
                while ticks.tick().await < until {
                    let sent = Instant::now();
                    visitor.say().await?;
                    visitor.until_acknowledged().await?;
                    times.push(sent.elapsed());
                }
                anyhow::Ok(times)
            })
        });
        let agents = self.agents.iter().enumerate().map(|(number, agent)| {
            let agent = agent.clone();
            let begin = AGENT_EVERY * u32::try_from(number).unwrap_or(0) / AGENTS;
            tokio::spawn(async move {
                let mut agent = agent.lock().await;
                let mut times = Vec::new();
                sleep(begin).await;
                let mut ticks = interval(AGENT_EVERY);
                while ticks.tick().await < until {
                    times.push(agent.answer().await?);
                }
                anyhow::Ok(times)
            })
        });
        let (visitors, agents): (Vec<_>, Vec<_>) = (visitors.collect(), agents.collect());
        let (visitors, agents) = tokio::join!(join_all(visitors), join_all(agents));
        let all = |outcomes: Vec<Result<anyhow::Result<Vec<Duration>>, _>>| {
            let mut times = Vec::new();
            for outcome in outcomes {
                times.extend(outcome.context("a task ended early")??);
            }
            anyhow::Ok(Times::of(times))
        };
        Ok(Fared { visitors: all(visitors)?, agents: all(agents)? })
    }
}

/// Starts a flood that lasts until the tasks are dropped.
fn begin(flood: Flood, address: SocketAddr, key: &str) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for flooder in 1..=FLOODERS {
        let by = client(9, flooder);
        let tries = match flood {
            Flood::Idle | Flood::Heads | Flood::Bodies | Flood::Lines | Flood::Uploads => AT_ONCE,
            Flood::Logins => 15,
            Flood::Visitors | Flood::Frames | Flood::Requests => 8,
        };
        for number in 0..tries {
            let key = key.to_owned();
            // Staggered: the goal is to measure the server, not this program.
            let begin = AGAIN.mul_f64(number as f64 / tries as f64);
            tasks.spawn(async move {
                sleep(begin).await;
                loop {
                    // Retry what was refused, as a real flooder would.
                    let _ = one(flood, address, by, &key).await;
                    sleep(AGAIN).await;
                }
            });
        }
    }
    tasks
}

async fn one(flood: Flood, address: SocketAddr, by: IpAddr, key: &str) -> anyhow::Result<()> {
    match flood {
        Flood::Idle => {
            let mut stream = from(by, address).await?;
            let mut byte = [0];
            stream.read_exact(&mut byte).await?;
        }
        Flood::Heads => drip(from(by, address).await?, "GET / HTTP/1.1\r\nX: ").await?,
        Flood::Bodies => {
            let head = format!(
                "POST /poll/visitor HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
                 Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
            );
            drip(from(by, address).await?, &head).await?;
        }
        Flood::Logins => {
            let body = "email=agent1%40example.com&password=wrong%20horse";
            ask(address, by, "POST /call/log_in HTTP/1.1", body).await?;
        }
        Flood::Visitors => {
            let mut visitor = Visitor::new(address, key).by(by);
            visitor.connect().await?;
            visitor.say().await?;
            visitor.until_acknowledged().await?;
        }
        Flood::Frames => {
            let mut visitor = Visitor::new(address, key).by(by);
            visitor.connect().await?;
            loop {
                visitor.ask_log().await?;
            }
        }
        Flood::Lines => {
            let hello = format!(r#"{{"type":"hello","inbox":"{key}"}}"#);
            ask(address, by, "POST /poll/visitor HTTP/1.1", &hello).await?;
        }
        Flood::Uploads => {
            let head = format!(
                "PUT /files/visitor/{}?name=x.txt HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
                 Porchlight-Inbox: {key}\r\nAuthorization: Bearer {}\r\nContent-Length: 20000000\r\n\r\n",
                random(),
                token(address, by, key).await?
            );
            drip(from(by, address).await?, &head).await?;
        }
        Flood::Requests => {
            let path = format!("GET /api/v1/visitors/{} HTTP/1.1", random());
            ask(address, by, &path, "").await?;
        }
    }
    Ok(())
}

/// Returns the token of a new visitor.
async fn token(address: SocketAddr, by: IpAddr, key: &str) -> anyhow::Result<String> {
    let mut visitor = Visitor::new(address, key).by(by);
    visitor.connect().await
}

/// Sends a byte now and then, as long as the server accepts it.
async fn drip(mut stream: TcpStream, head: &str) -> anyhow::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    loop {
        let mut byte = [0];
        if let Ok(read) = timeout(Duration::from_secs(2), stream.read(&mut byte)).await {
            read?;
            bail!("refused or closed");
        }
        stream.write_all(b"x").await?;
    }
}
