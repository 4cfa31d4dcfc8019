//! The command line.

mod agent;
mod doctor;
mod inbox;
mod key;
mod mail;
mod mail_options;
mod person;
mod token;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use domain::audit::{Actor, AuditAction};
use domain::file::{BlobError, BlobStore, FileRules};
use domain::{Ambient, Domain, KeyError, Keys, OsEntropy, Store};
use ipnet::IpNet;
use migrations::{Migrator, MigratorTrait};

use crate::public_url::PublicUrl;
use crate::serve::{ServeOptions, Server};
use crate::traffic::{Proxies, TrafficOptions};

/// Self-hosted live chat: one binary for the visitors' chat, the agents' inbox and the data.
///
/// Without a command, `porchlight` serves. Every option listed here can also be set by an environment variable.
#[derive(Parser)]
#[command(name = "porchlight", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    store: StoreOptions,

    #[command(flatten)]
    address: AddressOptions,

    #[command(flatten)]
    mail: mail_options::MailOptions,

    /// Print JSON, for programs.
    #[arg(long, global = true, env = "PORCHLIGHT_JSON", help_heading = "Output")]
    json: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the chat, the inbox and the demo site. Migrates the database first.
    Serve,
    /// Migrate the database to the schema that this version expects.
    Migrate,
    /// Manage agents, the members of the support team.
    #[command(subcommand)]
    Agent(agent::Command),
    /// Manage inboxes, one for each site or brand.
    #[command(subcommand)]
    Inbox(inbox::Command),
    /// Check the settings: the database, the mail server, the public address, and sockets through the proxy in
    /// front of the server. Says what is wrong, and how to fix it. The server should be running.
    Doctor,
    /// Inspect the outbox: which emails are waiting, which failed, and why.
    #[command(subcommand)]
    Mail(mail::Command),
    /// Export and erase the data retained about a person.
    #[command(subcommand)]
    Person(person::Command),
    /// Manage the key that seals the secrets in the database.
    #[command(subcommand)]
    Key(key::Command),
    /// Manage access tokens for the API.
    #[command(subcommand)]
    Token(token::Command),
}

/// Where the data is stored.
#[derive(Args, Clone)]
#[command(next_help_heading = "Data")]
struct StoreOptions {
    /// The folder for all of Porchlight's data. Created if it does not exist.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_DATA_DIR",
        default_value = "data",
        value_name = "DIR"
    )]
    data_dir: std::path::PathBuf,

    /// The database, such as sqlite:///path/to/file.db [default: porchlight.db in the data folder]
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    database_url: Option<String>,

    /// Where to store attached files: a folder, or s3://BUCKET/PREFIX with the usual AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_REGION and, for services other than Amazon's, AWS_ENDPOINT [default: files in
    /// the data folder]
    #[arg(long, global = true, env = "PORCHLIGHT_FILES", value_name = "PLACE")]
    files: Option<String>,

    /// The file with the key that seals the secrets in the database; created if it does not exist. Several
    /// machines on one database share it. PORCHLIGHT_KEY (64 hexadecimal digits) replaces it [default: key in
    /// the data folder]
    #[arg(long, global = true, env = "PORCHLIGHT_KEY_FILE", value_name = "FILE")]
    key_file: Option<std::path::PathBuf>,

    /// The most that the visitors of one inbox may have uploaded in total, in gigabytes.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_INBOX_FILES_GB",
        default_value_t = 20,
        value_name = "GB"
    )]
    inbox_files_gb: u64,

    /// Disk space to keep free, whatever visitors upload, in megabytes.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_FREE_DISK_MB",
        default_value_t = 1024,
        value_name = "MB"
    )]
    free_disk_mb: u64,
}

/// Where the server listens, and how it is reached.
#[derive(Args, Clone)]
#[command(next_help_heading = "Address")]
struct AddressOptions {
    /// The address to listen on. Port 0 picks a free port.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "IP:PORT"
    )]
    listen: std::net::SocketAddr,

    /// The address that browsers use, such as `https://chat.example.com`, if it differs from the one above
    /// (behind a proxy, for example).
    #[arg(long, global = true, env = "PORCHLIGHT_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,

    /// A proxy whose X-Forwarded-For header is trusted: an address, or a network such as 10.0.0.0/8. Separate
    /// several with commas. From anyone else the header is ignored.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_TRUSTED_PROXY",
        value_name = "NETWORK",
        value_delimiter = ',',
        value_parser = Proxies::parse
    )]
    trusted_proxy: Vec<IpNet>,

    /// The most connections per client address [default: 512]
    #[arg(long, global = true, env = "PORCHLIGHT_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER")]
    connections_per_address: Option<usize>,
}

impl StoreOptions {
    async fn open(&self) -> anyhow::Result<Store> {
        let default = || format!("sqlite://{}", self.data_dir.join("porchlight.db").display());
        Ok(Store::open(&self.database_url.clone().unwrap_or_else(default)).await?)
    }

    fn blobs(&self) -> Result<BlobStore, BlobError> {
        let default = || self.data_dir.join("files").display().to_string();
        let of_s3 = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let settings = of_s3.map(|(name, value)| (name.to_lowercase(), value));
        BlobStore::open(&self.files.clone().unwrap_or_else(default), settings)
    }

    fn keys(&self) -> Result<Keys, KeyError> {
        if let Ok(text) = std::env::var("PORCHLIGHT_KEY") {
            return Keys::parse(&text);
        }
        let default = || self.data_dir.join("key");
        Keys::open(&self.key_file.clone().unwrap_or_else(default), &OsEntropy)
    }

    /// The domain over a migrated store, with the configured keys.
    async fn domain(&self) -> anyhow::Result<Domain> {
        self.domain_with(self.keys()?).await
    }

    async fn domain_with(&self, keys: Keys) -> anyhow::Result<Domain> {
        let store = self.open().await?;
        migrate(&store).await?;
        let rules = FileRules {
            inbox_bytes: self.inbox_files_gb.saturating_mul(1024 * 1024 * 1024),
            free_bytes: self.free_disk_mb.saturating_mul(1024 * 1024),
            folder: Some(self.data_dir.clone()),
        };
        let domain = Domain::start(store, self.blobs()?, Ambient::system(keys));
        let domain = domain.with_file_rules(rules);
        // Secrets from an earlier version are not sealed yet. With the wrong key this fails now, not later.
        domain.seal_secrets().await.context("can't open the secrets in the database")?;
        domain.ensure_inbox().await.context("can't create the default inbox")?;
        Ok(domain)
    }
}

impl StoreOptions {
    /// Removes other users' access to the data folder, which earlier versions left open.
    fn close_folder(&self) -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt;

        match std::fs::metadata(&self.data_dir) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                std::fs::set_permissions(&self.data_dir, PermissionsExt::from_mode(0o700))
            }
            _ => Ok(()),
        }
    }
}

impl AddressOptions {
    fn public_url(&self) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| PublicUrl::of(self.listen))
    }
}

async fn migrate(store: &Store) -> anyhow::Result<()> {
    Migrator::up(store.for_migrations(), None)
        .await
        .context("can't migrate the database: was it written by a newer version?")
}

/// Runs a command.
///
/// # Errors
/// One line that says what failed and what to do.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    // Everything created from here on is for its owner only: the database, the files, and the folders around
    // them.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    cli.store.close_folder().context("can't restrict access to the data folder")?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let domain = cli.store.domain().await?.with_mail_rules(cli.mail.rules());
            let AddressOptions { listen, public_url, trusted_proxy, connections_per_address } =
                cli.address;
            let mail = cli.mail.settings()?;
            let traffic = TrafficOptions {
                proxies: trusted_proxy.into_iter().collect(),
                per_address: connections_per_address,
                ..TrafficOptions::default()
            };
            let options = ServeOptions { listen, public_url, mail, traffic };
            let server = Server::bind(domain, options).await?;
            server.announce().await?;
            server.run().await
        }
        Command::Migrate => {
            migrate(&cli.store.open().await?).await?;
            print(
                cli.json,
                &serde_json::json!({ "migrated": true }),
                "The database is up to date.",
            );
            Ok(())
        }
        Command::Agent(command) => {
            let public_url = cli.address.public_url();
            command.run(&cli.store.domain().await?, &public_url, cli.json).await
        }
        Command::Doctor => {
            let (public_url, mail) = (cli.address.public_url(), cli.mail.settings());
            let rules = cli.mail.rules();
            doctor::run(&cli.store, &public_url, mail, &rules, cli.json).await
        }
        Command::Person(command) => command.run(&cli.store.domain().await?, cli.json).await,
        Command::Mail(command) => command.run(&cli.store.domain().await?, cli.json).await,
        Command::Key(command) => {
            let keys = cli.store.keys()?;
            command.run(&cli.store.domain_with(keys.clone()).await?, &keys, cli.json).await
        }
        Command::Token(command) => command.run(&cli.store.domain().await?, cli.json).await,
        Command::Inbox(command) => {
            let public_url = cli.address.public_url();
            command.run(&cli.store.domain().await?, &public_url, cli.json).await
        }
    }
}

/// Records an action at the command line in the audit log. It is not logged as well, to keep the output clean.
async fn note(
    domain: &Domain,
    deed: AuditAction,
    subject: (uuid::Uuid, String),
) -> Result<(), domain::Error> {
    domain.audit(Actor::Console, deed, Some(subject), None).await
}

/// Prints JSON for a program, or text for a person.
fn print(json: bool, data: &serde_json::Value, text: &str) {
    if json { println!("{data}") } else { println!("{text}") }
}
