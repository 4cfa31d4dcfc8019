//! `cargo run -p bench -- crash --kills N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- flood --rounds N --seconds N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- latency --rate N --seconds N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- mail --mails N --kills N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- search --messages N --store sqlite|postgres|mysql`

use std::path::PathBuf;
use std::process::ExitCode;

use bench::{crash, flood, latency, mail, search};
use clap::{Parser, Subcommand};
use testbed::Kind;

#[derive(Parser)]
#[command(about = "Load on the real binary, and what it must withstand.")]
struct Cli {
    /// The program.
    #[arg(long, global = true, default_value = "target/release/porchlight")]
    program: PathBuf,

    /// The database: sqlite, postgres or mysql.
    #[arg(long, global = true, default_value = "sqlite", value_parser = store)]
    store: Kind,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kill the server under load, again and again, and see that nothing acknowledged is lost.
    Crash {
        /// How often.
        #[arg(long, default_value_t = 20)]
        kills: u32,
    },
    /// What strangers' floods cost those who are at work: 20 agents and 200 visitors.
    Flood {
        /// How often each is tried.
        #[arg(long, default_value_t = 3)]
        rounds: u32,
        /// How long it is looked at, without and with it.
        #[arg(long, default_value_t = 8)]
        seconds: u64,
        /// Those alone whose name has this in it.
        #[arg(long)]
        only: Option<String>,
    },
    /// How long an acknowledgement takes, beside the machine's own fdatasync.
    Latency {
        /// Messages a second, from all visitors together.
        #[arg(long, default_value_t = 200)]
        rate: u32,
        /// For how long.
        #[arg(long, default_value_t = 20)]
        seconds: u32,
    },
    /// Kill the server while it sends mail by a server that fails, and see that every mail arrives.
    Mail {
        /// How many mails.
        #[arg(long, default_value_t = 10_000)]
        mails: u32,
        /// How often.
        #[arg(long, default_value_t = 50)]
        kills: u32,
    },
    /// How long a search takes, beside one without an index.
    Search {
        /// Among how many messages.
        #[arg(long, default_value_t = 1_000_000)]
        messages: u32,
    },
}

fn store(name: &str) -> Result<Kind, String> {
    Kind::parse(name).ok_or_else(|| "use sqlite, postgres or mysql".to_owned())
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let well = match cli.command {
        Command::Crash { kills } => {
            let outcome = crash::run(&cli.program, cli.store, kills).await?;
            println!("{outcome}");
            outcome.is_well()
        }
        Command::Flood { rounds, seconds, only } => {
            let only = only.as_deref();
            let outcome = flood::run(&cli.program, cli.store, rounds, seconds, only).await?;
            println!("{outcome}");
            outcome.is_well()
        }
        Command::Latency { rate, seconds } => {
            println!("{}", latency::run(&cli.program, cli.store, rate, seconds).await?);
            true
        }
        Command::Mail { mails, kills } => {
            let outcome = mail::run(&cli.program, cli.store, mails, kills).await?;
            println!("{outcome}");
            outcome.is_well()
        }
        Command::Search { messages } => {
            println!("{}", search::run(&cli.program, cli.store, messages).await?);
            true
        }
    };
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
