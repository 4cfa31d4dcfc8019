//! Measures what a message costs at a fixed rate: the server's CPU, and how long the acknowledgment takes.
//!
//! The load is open: each message has its time, whether earlier ones were acknowledged or not, and its latency counts
//! from that time. An agent is connected and gets what is new, as at work.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::ensure;
use futures_util::future::join_all;
use testbed::{Kind, TestDatabase};
use tokio::time::{Duration, Instant, sleep_until};

use crate::agent::Agent;
use crate::client::Visitor;
use crate::server::Server;
use crate::times::Times;

/// The most messages that one visitor sends per second: a socket may send two.
const A_SECOND: u32 = 1;

/// How many visitors connect at the same time.
const AT_ONCE: usize = 20;

/// Within how long messages are acknowledged, or the run is void.
const P99_MS: f64 = 100.0;

/// The measurements.
pub struct Outcome {
    rate: u32,
    reached: f64,
    acks: Times,
    /// The server's CPU time per message, in microseconds.
    cpu_us: f64,
    memory_mb: f64,
}

impl Outcome {
    /// Whether the server kept up.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.reached >= 0.99 * f64::from(self.rate) && self.acks.at(0.99) <= P99_MS
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, reached, acks, cpu_us, memory_mb } = self;
        let (p50, p99) = (acks.at(0.5), acks.at(0.99));
        write!(
            f,
            "throughput rate={rate} reached={reached:.0} p50_ms={p50:.2} p99_ms={p99:.2} cpu_us={cpu_us:.0} \
             memory_mb={memory_mb:.0}"
        )
    }
}

/// An address of this machine for each visitor, because a client network has limits.
fn address(number: u32) -> IpAddr {
    let [_, high, middle, low] = (number + 256).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, high, middle, low))
}

/// Sends `rate` messages per second for `seconds`.
///
/// # Errors
/// If the program can't be run.
pub async fn run(program: &Path, kind: Kind, rate: u32, seconds: u32) -> anyhow::Result<Outcome> {
    let database = TestDatabase::new(kind).await;
    let server = Server::start(program, database.address()).await?;
    let key = server.key().await?;
    server.add_agent("bench@example.com").await?;
    let mut agent = Agent::log_in(server.address, address(0), "bench@example.com").await?;
    agent.connect().await?;
    let watching = tokio::spawn(async move { agent.watch().await });

    let count = (rate / A_SECOND).max(1);
    let mut visitors = Vec::new();
    for first in (0..count).step_by(AT_ONCE) {
        let some = (first..count).take(AT_ONCE).map(|number| {
            let mut visitor = Visitor::new(server.address, &key).by(address(number + 1));
            async move {
                visitor.connect().await?;
                // The first message starts the conversation. Only ordinary messages are measured.
                visitor.say().await?;
                visitor.until_acknowledged().await?;
                anyhow::Ok(visitor)
            }
        });
        for visitor in join_all(some).await {
            visitors.push(visitor?);
        }
    }

    let before = server.cpu()?;
    let begin = Instant::now() + Duration::from_millis(500);
    let talks: Vec<_> = visitors
        .into_iter()
        .zip(0_u32..)
        .map(|(mut visitor, number)| {
            let first = begin + Duration::from_secs(1) * number / rate;
            tokio::spawn(async move {
                let mut times = Vec::new();
                for round in 0..seconds * A_SECOND {
                    let due = first + Duration::from_secs(1) * round / A_SECOND;
                    sleep_until(due).await;
                    visitor.say().await?;
                    visitor.until_acknowledged().await?;
                    times.push(due.elapsed());
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for talk in talks {
        times.extend(talk.await??);
    }
    let (took, cpu) = (begin.elapsed(), server.cpu()? - before);
    ensure!(!watching.is_finished(), "the agent's socket closed");
    watching.abort();
    let messages = times.len() as f64;
    // The last message is due before the time is over.
    let whole =
        Duration::from_secs(seconds.into()).max(took.saturating_sub(Duration::from_millis(100)));
    Ok(Outcome {
        rate,
        reached: messages / whole.as_secs_f64(),
        acks: Times::of(times),
        cpu_us: cpu.as_secs_f64() * 1e6 / messages,
        memory_mb: server.memory_mb()?,
    })
}
