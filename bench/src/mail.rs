//! Kills the server while it sends email through a mail server that fails in every possible way, and compares
//! what arrived with what should have been sent.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use testbed::smtp::{Fault, Received, Smtp, Step};
use testbed::{Kind, TestDatabase};
use tokio::time::{Duration, Instant, sleep};

use crate::client::Visitor;
use crate::server::Server;

/// The team's address.
const TEAM: &str = "team@bench.example";

/// The number of visitors who write at the same time.
const AT_ONCE: usize = 24;

/// How long to wait for an email before the run fails. The wait between attempts doubles: with ten thousand
/// emails and a failure rate of 30%, the unluckiest one waits for minutes.
const PATIENCE: Duration = Duration::from_secs(600);

/// How many of 1,000 connections, and of 1,000 emails, fail.
const FAILING: u32 = 300;

/// How the mail server fails. One time in a thousand it accepts an email without confirming it (RFC 1047). A
/// second copy is correct then.
const FAULTS: [Fault; 12] = [
    Fault::HangUp,
    Fault::Answer(Step::Greeting, "421 4.3.2 closing down\r\n"),
    Fault::Answer(Step::Greeting, "554 5.3.2 no service\r\n"),
    Fault::Answer(Step::From, "451 4.3.0 trouble here\r\n"),
    Fault::Answer(Step::To, "450 4.2.1 not now\r\n"),
    Fault::Answer(Step::To, "550 5.7.1 not from you\r\n"),
    Fault::Answer(Step::Data, "452 4.3.1 no room\r\n"),
    Fault::Answer(Step::Content, "451 4.3.0 try again\r\n"),
    Fault::Answer(Step::Content, "554 5.6.0 not like this\r\n"),
    Fault::Hang(Step::Data),
    Fault::CutInContent,
    Fault::CutAfterContent,
];

/// What happened to the emails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The number of emails that should arrive.
    pub mails: u64,
    /// Never accepted by the mail server.
    pub missing: u64,
    /// Copies after the first.
    pub doubled: u64,
    /// Copies with another `Message-ID` than the first.
    pub other_message_id: u64,
}

impl Outcome {
    /// Whether all arrived, and at most one percent of them twice.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        self.mails > 0
            && self.missing == 0
            && self.other_message_id == 0
            && self.doubled * 100 <= self.mails
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mails, missing, doubled, other_message_id } = self;
        write!(
            f,
            "mails={mails} missing={missing} doubled={doubled} other_message_id={other_message_id}"
        )
    }
}

/// Runs `program` on an empty database, makes it send about `mails` emails, and kills it `kills` times meanwhile.
///
/// # Errors
/// If the program can't be run, or does not finish.
pub async fn run(program: &Path, kind: Kind, mails: u32, kills: u32) -> anyhow::Result<Outcome> {
    let database = TestDatabase::new(kind).await;
    let smtp = Smtp::with(faults()).await;
    let settings = vec![
        ("PORCHLIGHT_SMTP_URL", format!("smtp://{}?tls=none", smtp.address())),
        ("PORCHLIGHT_MAIL_FROM", "support@bench.example".to_owned()),
        ("PORCHLIGHT_SMTP_TIMEOUT", "1".to_owned()),
        ("PORCHLIGHT_MAIL_RETRY", "1".to_owned()),
    ];
    let mut server = Server::start_with(program, database.address(), settings).await?;
    let key = server.key().await?;
    server.ask(&["inbox", "mail", "--team-address", TEAM, "--an-hour", "100000"]).await?;

    // Each visitor who writes while nobody is online causes two emails: one to the team and one to them.
    let visitors = mails.div_ceil(2);
    let address = server.address;
    let writing = stream::iter(0..visitors)
        .map(|number| write(Visitor::new(address, &key).with_email(email(number))))
        .buffer_unordered(AT_ONCE);
    writing.try_collect::<Vec<()>>().await?;

    // Each kill follows some more deliveries, at an irregular moment.
    let expected = u64::from(visitors) * 2;
    for kill in 0..u64::from(kills) {
        let until = expected * (kill + 1) / (u64::from(kills) + 1);
        let taken = usize::try_from(until)?;
        tokio::select! {
            _ = smtp.wait_for(taken) => {}
            sent = until_sent(&server, &smtp, Some(taken)) => sent?,
        }
        sleep(Duration::from_millis(kill * 37 % 90)).await;
        server.kill_and_start().await?;
    }
    until_sent(&server, &smtp, None).await?;
    Ok(evaluate(visitors, &smtp.received()))
}

fn email(number: u32) -> String {
    format!("visitor{number}@bench.example")
}

/// Sends one message and waits for its acknowledgment.
async fn write(mut visitor: Visitor) -> anyhow::Result<()> {
    visitor.connect().await?;
    visitor.say().await?;
    visitor.until_acknowledged().await
}

/// Decides which connections and emails fail, and how, in a repeatable order.
fn faults() -> impl Fn(Step) -> Option<Fault> + Send + Sync {
    let count = AtomicU32::new(0);
    move |step| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        // This multiplier visits every residue: an even spread without a visible pattern.
        let chance = number.wrapping_mul(2_654_435_761) >> 16;
        if chance % 1_000 >= FAILING {
            return None;
        }
        let fault = FAULTS[(chance / 1_000) as usize % FAULTS.len()];
        let at_greeting = matches!(fault, Fault::HangUp | Fault::Answer(Step::Greeting, _));
        match step {
            Step::Greeting => at_greeting.then_some(fault),
            _ if number % 1_000 == 1 => Some(Fault::TakeAndCut),
            // A server may check the content for a long time before it replies. This one never replies.
            _ if number % 2_000 == 2 => Some(Fault::Hang(Step::Content)),
            // The remaining greeting faults occur at the first command.
            _ if at_greeting => Some(Fault::Answer(Step::From, "421 4.3.2 closing down\r\n")),
            _ => Some(fault),
        }
    }
}

/// Waits until no email is waiting, or `enough` were accepted. Emails that the mail server refused
/// permanently are retried, as an owner who knows better would do.
async fn until_sent(server: &Server, smtp: &Smtp, enough: Option<usize>) -> anyhow::Result<()> {
    let mut last = (0, Instant::now());
    loop {
        let taken = smtp.received().len();
        if enough.is_some_and(|enough| taken >= enough) {
            return Ok(());
        }
        if taken > last.0 {
            last = (taken, Instant::now());
        }
        let status = server.ask(&["mail", "status"]).await?;
        let patience = PATIENCE.as_secs();
        ensure!(last.1.elapsed() < PATIENCE, "no email has arrived for {patience} s: {status}");
        let count = |state: &str| status[state].as_u64().context("no count");
        if count("failed")? > 0 {
            server.ask(&["mail", "retry"]).await?;
        } else if count("waiting")? == 0 && enough.is_none() {
            return Ok(());
        }
        sleep(Duration::from_secs(1)).await;
    }
}

fn evaluate(visitors: u32, taken: &[Received]) -> Outcome {
    let mut outcome = Outcome { mails: u64::from(visitors) * 2, ..Outcome::default() };
    // By recipient and visitor: the `Message-ID` of each copy.
    let mut copies: HashMap<(bool, String), Vec<String>> = HashMap::new();
    for mail in taken {
        let content = String::from_utf8_lossy(&mail.content);
        let to_team = mail.to.iter().any(|to| to == TEAM);
        let about = if to_team { visitor_in(&content) } else { mail.to.first().cloned() };
        let id = content.lines().find_map(|line| line.strip_prefix("Message-ID: "));
        let (Some(about), Some(id)) = (about, id) else { continue };
        copies.entry((to_team, about)).or_default().push(id.to_owned());
    }
    for number in 0..visitors {
        for to_team in [true, false] {
            let ids = copies.get(&(to_team, email(number))).map_or(&[][..], Vec::as_slice);
            let names: HashSet<&String> = ids.iter().collect();
            outcome.missing += u64::from(ids.is_empty());
            outcome.doubled += ids.len().saturating_sub(1) as u64;
            outcome.other_message_id += names.len().saturating_sub(1) as u64;
        }
    }
    outcome
}

/// Finds the visitor's address in the plain text of an email to the team.
fn visitor_in(content: &str) -> Option<String> {
    let line = content.lines().find_map(|line| line.strip_prefix("Email address: "))?;
    Some(line.trim_end().to_owned())
}
