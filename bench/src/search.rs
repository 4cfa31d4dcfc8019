//! Measures how long a search among many messages takes, compared to the same search without an index.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use testbed::{Kind, TestDatabase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::server::Server;
use crate::times::Times;

/// The number of messages in a conversation.
const IN_ONE: u32 = 50;

/// The number of messages that are inserted at a time.
const AT_A_TIME: u32 = 500;

const YEAR_MS: u64 = 365 * 24 * 3_600_000;

/// How many times each query runs.
const ROUNDS: usize = 40;

/// The measurements.
pub struct Searches {
    messages: u32,
    text_bytes: i64,
    index_bytes: i64,
    rare: Times,
    two: Times,
    everywhere: Times,
    scan: Times,
}

impl std::fmt::Display for Searches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes_each = |bytes: i64| bytes / i64::from(self.messages.max(1));
        let (text, index) = (bytes_each(self.text_bytes), bytes_each(self.index_bytes));
        writeln!(f, "messages={} text={text}B each, index={index}B each", self.messages)?;
        writeln!(f, "a rare word          {}", self.rare)?;
        writeln!(f, "two words            {}", self.two)?;
        writeln!(f, "a word in a tenth    {}", self.everywhere)?;
        write!(f, "LIKE, without index  {}", self.scan)
    }
}

/// Fills a database with messages, and searches through the API.
///
/// # Errors
/// If the program can't be run.
pub async fn run(program: &Path, kind: Kind, messages: u32) -> anyhow::Result<Searches> {
    let database = TestDatabase::new(kind).await;
    let server = Server::start(program, database.address()).await?;
    let token = server.token().await?;
    let db = database.connect().await;
    fill(&db, kind, messages).await?;

    let ask = async |words: &str| {
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            // Search for another rare word each time, one that occurs together with "tenth", so that no
            // earlier answer is reused.
            let words = words.replace('#', &(round * 10 + 1).to_string());
            let begin = Instant::now();
            let hits = search(&server, &token, &words).await?;
            times.push(begin.elapsed());
            ensure!(hits > 0, "nothing found for {words}");
            // A program may make twenty requests per second.
            tokio::time::sleep(tokio::time::Duration::from_millis(50)).await;
        }
        anyhow::Ok(Times::of(times))
    };
    let rare = ask("rare#x").await?;
    let two = ask("rare#x%20tenth").await?;
    let everywhere = ask("tenth").await?;
    let mut scan = Vec::new();
    for round in 0..5 {
        let begin = Instant::now();
        let like = format!(
            "SELECT seq FROM entry WHERE text LIKE '%rare{}x%' ORDER BY at_ms DESC LIMIT 50",
            round * 10 + 1
        );
        db.execute_unprepared(&like).await?;
        scan.push(begin.elapsed());
    }
    let text_bytes = bytes_of(&db, kind, "SELECT SUM(LENGTH(text)) FROM entry").await?;
    let index_bytes = bytes_of(&db, kind, index_size(kind)).await?;
    let scan = Times::of(scan);
    Ok(Searches { messages, text_bytes, index_bytes, rare, two, everywhere, scan })
}

/// Returns a query for the size of the search index.
const fn index_size(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "SELECT SUM(LENGTH(block)) FROM entry_search_data",
        Kind::Postgres => {
            "SELECT pg_relation_size('entry_search') + SUM(pg_column_size(search)) FROM entry"
        }
        // InnoDB's internal index tables, and the words that the index is built from.
        Kind::MySql => {
            "SELECT (SELECT SUM(FILE_SIZE) FROM information_schema.INNODB_SYS_TABLESPACES \
             WHERE NAME LIKE CONCAT(DATABASE(), '/FTS%')) + SUM(LENGTH(words)) FROM entry"
        }
    }
}

async fn bytes_of(db: &DatabaseConnection, kind: Kind, query: &str) -> anyhow::Result<i64> {
    // A sum has another type than its column.
    let whole = if kind == Kind::MySql { "SIGNED" } else { "BIGINT" };
    let query = format!("SELECT CAST(({query}) AS {whole}) AS bytes");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    Ok(row.context("no sum")?.try_get("", "bytes")?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program that is asked goes by the machine's clock"
)]
fn now_ms() -> anyhow::Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// Returns words that are distributed as in real text: a few are frequent, and many are rare.
fn text(number: u32) -> String {
    let mut text = String::new();
    let mut state = u64::from(number) + 1;
    for _ in 0..12 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let random = (state >> 33) as f64 / f64::from(1_u32 << 31);
        let word = (20_000.0 * random * random * random) as u32;
        text += &format!("word{word} ");
    }
    if number % 10 == 1 {
        text += "tenth ";
    }
    // 500 different ones, so that each is in 2,000 of a million messages.
    text + &format!("rare{}x", number % 500)
}

async fn fill(db: &DatabaseConnection, kind: Kind, messages: u32) -> anyhow::Result<()> {
    let id = |number: u128| {
        let id = uuid::Uuid::from_u128(number);
        match kind {
            Kind::Postgres => format!("'{id}'"),
            Kind::Sqlite | Kind::MySql => format!("x'{}'", id.simple()),
        }
    };
    let truth = if kind == Kind::Postgres { "true" } else { "1" };
    let now_ms = now_ms()?;
    // The same number each day, for a year.
    let at_ms =
        |message: u32| now_ms - YEAR_MS + YEAR_MS * u64::from(message) / u64::from(messages);
    let mut number = 0;
    while number < messages {
        let last = (number + AT_A_TIME).min(messages);
        let (mut visitors, mut conversations, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        let mut found_by = Vec::new();
        for message in number..last {
            let conversation = u128::from(message / IN_ONE) + 1;
            let (one, seq) = (id(conversation), message % IN_ONE + 1);
            let (at_ms, text) = (at_ms(message), text(message));
            if seq == 1 {
                visitors.push(format!(
                    "({one}, (SELECT min(id) FROM (SELECT id FROM inbox) AS i), {at_ms})"
                ));
                conversations.push(format!(
                    "({one}, (SELECT min(id) FROM (SELECT id FROM inbox) AS i), {one}, {one}, 'open', {IN_ONE}, {IN_ONE}, \
                     {at_ms}, 'visitor', '', {IN_ONE}, 0, 0, {at_ms}, {at_ms})"
                ));
            }
            let words = search_words::index(&text);
            let (client, before) = (id(u128::from(message) + (1 << 64)), seq - 1);
            let words = match kind {
                Kind::Sqlite => {
                    found_by.push(format!("('{words}', {one}, {seq}, {at_ms})"));
                    String::new()
                }
                Kind::Postgres => {
                    let words = search_words::in_week(&words, at_ms);
                    format!(", to_tsvector('simple', '{words}')")
                }
                Kind::MySql => {
                    format!(", '{}'", search_words::in_week(&words, at_ms))
                }
            };
            entries.push(format!(
                "({one}, {seq}, {before}, {truth}, 'message', 'visitor', '{text}', {client}, {at_ms}{words})"
            ));
        }
        if !visitors.is_empty() {
            let values = visitors.join(",");
            db.execute_unprepared(&format!(
                "INSERT INTO visitor (id, inbox_id, created_at_ms) VALUES {}",
                values.replace("min(id)", pick(kind))
            ))
            .await?;
            let values = conversations.join(",").replace("min(id)", pick(kind));
            db.execute_unprepared(&format!(
                "INSERT INTO conversation (id, inbox_id, visitor_id, unresolved_visitor_id, status, last_seq, \
                 last_public_seq, last_at_ms, last_author_kind, preview, visitor_messages, \
                 visitor_read_seq, team_read_seq, logged_at_ms, created_at_ms) VALUES {values}"
            ))
            .await?;
        }
        db.execute_unprepared(&format!(
            "INSERT INTO entry (conversation_id, seq, prev_public_seq, is_public, kind, author_kind, text, \
             client_id, at_ms{}) VALUES {}",
            match kind {
                Kind::Sqlite => "",
                Kind::Postgres => ", search",
                Kind::MySql => ", words",
            },
            entries.join(",")
        ))
        .await?;
        if !found_by.is_empty() {
            db.execute_unprepared(&format!(
                "INSERT INTO entry_search (words, conversation_id, seq, at_ms) VALUES {}",
                found_by.join(",")
            ))
            .await?;
        }
        number = last;
    }
    let analyze = match kind {
        Kind::MySql => "ANALYZE TABLE entry, conversation, visitor",
        Kind::Postgres => "VACUUM ANALYZE",
        Kind::Sqlite => "ANALYZE",
    };
    db.execute_unprepared(analyze).await?;
    Ok(())
}

/// Returns an expression for the only inbox, since PostgreSQL has no `min` for UUIDs.
const fn pick(kind: Kind) -> &'static str {
    match kind {
        Kind::Postgres => "min(id::text)::uuid",
        Kind::Sqlite | Kind::MySql => "min(id)",
    }
}

/// Runs a search and returns the number of conversations found.
async fn search(server: &Server, token: &str, words: &str) -> anyhow::Result<usize> {
    let mut stream = TcpStream::connect(server.address).await?;
    let request = format!(
        "GET /api/v1/search?q={words} HTTP/1.0\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    ensure!(head.contains(" 200 "), "{answer}");
    let body: serde_json::Value = serde_json::from_str(body)?;
    Ok(body["hits"].as_array().context("no hits")?.len())
}
