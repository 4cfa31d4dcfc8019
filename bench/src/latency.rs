//! Measures how long an acknowledgment takes, compared to the machine's own fdatasync in the same run.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use testbed::{Kind, TestDatabase};
use tokio::time::{Duration, Instant, interval};

use crate::client::Visitor;
use crate::server::Server;
use crate::times::Times;

/// The messages that one visitor sends per second. A socket may send two.
const A_SECOND: u32 = 1;

/// The measurements.
pub struct Latencies {
    ack: Times,
    fdatasync: Times,
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ack.at(0.5) / self.fdatasync.at(0.5);
        write!(f, "ack {} | fdatasync {} | p50 ratio {ratio:.2}", self.ack, self.fdatasync)
    }
}

/// Sends `rate` messages per second for `seconds`, and measures fdatasync on the same disk before and after.
///
/// # Errors
/// If the program can't be run.
pub async fn run(program: &Path, kind: Kind, rate: u32, seconds: u32) -> anyhow::Result<Latencies> {
    let mut syncs = syncs()?;
    let database = TestDatabase::new(kind).await;
    let server = Server::start(program, database.address()).await?;
    let key = server.key().await?;
    let visitors = (rate / A_SECOND).max(1);
    let talks: Vec<_> = (0..visitors)
        .map(|number| {
            let mut visitor = Visitor::new(server.address, &key);
            let begin = Duration::from_secs(1) * number / visitors;
            tokio::spawn(async move {
                visitor.connect().await?;
                // The first message starts the conversation. Only ordinary messages are measured.
                visitor.say().await?;
                visitor.until_acknowledged().await?;
                tokio::time::sleep(begin).await;
                let mut ticks = interval(Duration::from_secs(1) / A_SECOND);
                let mut times = Vec::new();
                for _ in 0..seconds * A_SECOND {
                    ticks.tick().await;
                    let sent = Instant::now();
                    visitor.say().await?;
                    visitor.until_acknowledged().await?;
                    times.push(sent.elapsed());
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for talk in talks {
        times.extend(talk.await??);
    }
    syncs.extend(self::syncs()?);
    Ok(Latencies { ack: Times::of(times), fdatasync: Times::of(syncs) })
}

/// Repeats a small write and fdatasync in the folder for temporary files, which also holds a test's SQLite file.
fn syncs() -> anyhow::Result<Vec<Duration>> {
    let path = std::env::temp_dir().join(format!("porchlight-bench-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begin = std::time::Instant::now();
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        times.push(begin.elapsed());
    }
    drop(file);
    std::fs::remove_file(path)?;
    Ok(times)
}
