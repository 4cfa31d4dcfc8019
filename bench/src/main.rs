//! `cargo run -p bench -- crash --kills N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- flood --rounds N --seconds N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- latency --rate N --seconds N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- mail --mails N --kills N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- search --messages N --store sqlite|postgres|mysql`
//! `cargo run -p bench -- throughput --rate N --seconds N --store sqlite|postgres|mysql`

use std::path::PathBuf;
use std::process::ExitCode;

use bench::{crash, flood, latency, mail, search, throughput};
use clap::{Parser, Subcommand};
use testbed::Kind;

#[derive(Parser)]
#[command(about = "Load tests of the real binary.")]
struct Cli {
    /// The program to test.
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
    /// Kill the server under load, repeatedly, and check that nothing acknowledged is lost.
    Crash {
        /// The number of kills.
        #[arg(long, default_value_t = 20)]
        kills: u32,
    },
    /// Measure what floods by strangers cost 20 agents and 200 visitors at work.
    Flood {
        /// The number of rounds for each flood.
        #[arg(long, default_value_t = 3)]
        rounds: u32,
        /// The seconds to measure without the flood, and again with it.
        #[arg(long, default_value_t = 8)]
        seconds: u64,
        /// Only floods with this in their name.
        #[arg(long)]
        only: Option<String>,
    },
    /// Measure how long an acknowledgment takes, compared to the machine's own fdatasync.
    Latency {
        /// Messages per second, from all visitors together.
        #[arg(long, default_value_t = 200)]
        rate: u32,
        /// The duration in seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u32,
    },
    /// Kill the server while it sends email through a failing mail server, and check that every email arrives.
    Mail {
        /// The number of emails.
        #[arg(long, default_value_t = 10_000)]
        mails: u32,
        /// The number of kills.
        #[arg(long, default_value_t = 50)]
        kills: u32,
    },
    /// Measure how long a search takes, compared to one without an index.
    Search {
        /// The number of messages to search.
        #[arg(long, default_value_t = 1_000_000)]
        messages: u32,
    },
    /// Measure what a message costs at a fixed rate.
    Throughput {
        /// Messages per second, from all visitors together.
        #[arg(long, default_value_t = 1_000)]
        rate: u32,
        /// The duration in seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u32,
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
        Command::Throughput { rate, seconds } => {
            let outcome = throughput::run(&cli.program, cli.store, rate, seconds).await?;
            println!("{outcome}");
            outcome.is_well()
        }
    };
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
