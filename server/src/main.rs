//! The `porchlight` binary.

use std::process::ExitCode;

use clap::Parser;

/// What is logged about IMAP, whatever the operator asks for.
const IMAP_LOG: &str = "async_imap=warn";

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PORCHLIGHT_LOG")
        .unwrap_or_else(|_| "info,sqlx=warn,sea_orm_migration=warn".into());
    // More would log passwords and whole emails.
    let filter = IMAP_LOG.parse().map_or(filter.clone(), |quiet| filter.add_directive(quiet));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    match server::run(server::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("porchlight: {error:#}");
            ExitCode::FAILURE
        }
    }
}
