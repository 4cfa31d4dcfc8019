//! The real binary as a child process that can be killed and restarted.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep};

/// How long startup may take.
const START: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    program: PathBuf,
    database: String,
    pub(crate) address: SocketAddr,
    settings: Vec<(&'static str, String)>,
    child: Child,
}

impl Server {
    /// Starts the server on a free port, and waits until it listens.
    pub(crate) async fn start(program: &Path, database: &str) -> anyhow::Result<Self> {
        Self::start_with(program, database, Vec::new()).await
    }

    /// The same, with settings as environment variables.
    pub(crate) async fn start_with(
        program: &Path,
        database: &str,
        settings: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = spawn(program, database, address, &settings)?;
        let mut server =
            Self { program: program.into(), database: database.into(), address, settings, child };
        server.wait().await?;
        Ok(server)
    }

    /// Runs a command of the program on the same database, and returns its JSON output.
    pub(crate) async fn ask(&self, command_line: &[&str]) -> anyhow::Result<serde_json::Value> {
        let mut ask = command(&self.program);
        ask.args(command_line).args(["--json", "--database-url", &self.database]);
        let output = ask.output().await?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Returns the key of the default inbox.
    pub(crate) async fn key(&self) -> anyhow::Result<String> {
        let inboxes = self.ask(&["inbox", "list"]).await?;
        Ok(inboxes[0]["key"].as_str().context("the inbox has no key")?.to_owned())
    }

    /// Creates an owner whose password is `correct horse`.
    pub(crate) async fn add_agent(&self, email: &str) -> anyhow::Result<()> {
        let database = ["--json", "--database-url", &self.database];
        let mut create = command(&self.program);
        create.args(["agent", "create", "--role", "owner", "--name", "Bench"]);
        create.args(["--email", email]).args(database).stdin(Stdio::piped());
        let mut child = create.stdout(Stdio::null()).spawn()?;
        let mut stdin = child.stdin.take().context("no standard input")?;
        stdin.write_all(b"correct horse").await?;
        drop(stdin);
        ensure!(child.wait().await?.success(), "could not create the owner");
        Ok(())
    }

    /// Returns the server's resident memory, in megabytes (proc(5): `VmRSS`).
    pub(crate) fn memory_mb(&self) -> anyhow::Result<f64> {
        let id = self.child.id().context("the server is not running")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?;
        Ok(kilobytes.parse::<f64>()? / 1_024.0)
    }

    /// Returns the CPU time that the server has used (proc(5): `utime` and `stime`, in ticks of 10 ms).
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let id = self.child.id().context("the server is not running")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The name before it may contain spaces.
        let (_, fields) = stat.rsplit_once(") ").context("no fields in stat")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>);
        let ticks = ticks.sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Creates an owner and returns an access token of theirs.
    pub(crate) async fn token(&self) -> anyhow::Result<String> {
        self.add_agent("bench@example.com").await?;
        let create = ["token", "create", "--name", "bench", "--agent", "bench@example.com"];
        let made = self.ask(&create).await?;
        Ok(made["token"].as_str().context("no token")?.to_owned())
    }

    /// Kills the server with SIGKILL and restarts it on the same port and database.
    pub(crate) async fn kill_and_start(&mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        self.child = spawn(&self.program, &self.database, self.address, &self.settings)?;
        self.wait().await
    }

    async fn wait(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + START;
        while TcpStream::connect(self.address).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!("{} ended with {status}", self.program.display());
            }
            ensure!(Instant::now() < until, "the server did not start to listen");
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// Returns a command with its own data folder, instead of the folder that the benchmark was started in.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("PORCHLIGHT_DATA_DIR", std::env::temp_dir().join("porchlight-bench"));
    command
}

fn spawn(
    program: &Path,
    database: &str,
    address: SocketAddr,
    settings: &[(&'static str, String)],
) -> anyhow::Result<Child> {
    command(program)
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .args(["serve", "--database-url", database, "--listen", &address.to_string()])
        .env("PORCHLIGHT_LOG", "error")
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("can't run {}: build it, or set --program", program.display()))
}
