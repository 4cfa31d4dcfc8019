//! Query plans: the stores use an index and never read all messages.
//!
//! The test makes the calls of sockets and pages on a database of some size. Then the database explains each
//! statement that touches messages.

use domain::conversation::Draft;
use domain::file::{Part, Party};
use domain::search::Query;
use protocol::{Change, FileId, Filter, Seq};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use testbed::Kind;

use crate::support::{Fixture, agent, client_id, only};

/// The number of messages: too many to read them all for one page.
const MESSAGES: u32 = 20_000;

/// Copies a conversation's first entry many times, inside the database.
async fn fill(fixture: &Fixture, look: &DatabaseConnection) {
    let columns = "conversation_id, prev_public_seq, is_public, kind, author_kind, author_id, author_name, text";
    let (with, numbers, number, name) = match fixture.database.kind() {
        Kind::Sqlite => (
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {MESSAGES})"
            ),
            "n".to_owned(),
            "n.i",
            "randomblob(16)",
        ),
        Kind::Postgres => (
            format!("WITH n AS (SELECT generate_series(2, {MESSAGES}) AS i)"),
            "n".to_owned(),
            "n.i",
            "gen_random_uuid()",
        ),
        // MariaDB's built-in sequence tables.
        Kind::MySql => {
            (String::new(), format!("seq_2_to_{MESSAGES} AS n"), "n.seq", "unhex(md5(n.seq))")
        }
    };
    let insert = format!(
        "{with} INSERT INTO entry (seq, client_id, at_ms, {columns}) \
         SELECT {number}, {name}, at_ms, {columns} FROM entry, {numbers} WHERE entry.seq = 1"
    );
    look.execute_unprepared(&insert).await.unwrap();
    let moved =
        format!("UPDATE conversation SET last_seq = {MESSAGES}, last_public_seq = {MESSAGES}");
    look.execute_unprepared(&moved).await.unwrap();
    let analyze = match fixture.database.kind() {
        Kind::MySql => "ANALYZE TABLE entry",
        Kind::Sqlite | Kind::Postgres => "ANALYZE",
    };
    look.execute_unprepared(analyze).await.unwrap();
}

/// Returns the query plan if the statement would read a whole table of messages.
async fn full_scan(look: &DatabaseConnection, asked: &Statement) -> Option<String> {
    let explain = match asked.db_backend {
        DbBackend::Sqlite => "EXPLAIN QUERY PLAN ",
        _ => "EXPLAIN ",
    };
    let sql = format!("{explain}{}", asked.sql);
    let explained = Statement { sql, ..asked.clone() };
    let mut lines = Vec::new();
    for row in look.query_all_raw(explained).await.unwrap() {
        let text = |index: &str| row.try_get::<Option<String>>("", index).ok().flatten();
        let (line, is_full) = match asked.db_backend {
            DbBackend::Sqlite => {
                let line = text("detail").unwrap_or_default();
                // SQLite also calls a full-text index lookup a scan.
                let by_index = line.contains("VIRTUAL TABLE INDEX") && line.contains(":M");
                let is_full = line.starts_with("SCAN entry") && !by_index;
                (line, is_full)
            }
            DbBackend::Postgres => {
                let line = text("QUERY PLAN").unwrap_or_default();
                let is_full = line.contains("Seq Scan on entry");
                (line, is_full)
            }
            _ => {
                let (table, how) =
                    (text("table").unwrap_or_default(), text("type").unwrap_or_default());
                let is_full = table == "entry" && matches!(&*how, "ALL" | "index");
                (format!("{table} {how} {:?}", text("key")), is_full)
            }
        };
        lines.push((line, is_full));
    }
    let is_full = lines.iter().any(|(_, is_full)| *is_full);
    is_full.then(|| format!("{}\n{lines:#?}", asked.sql))
}

testbed::on_each_store! {

async fn nothing_reads_all_messages(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let visitor = fixture.visitor();
    domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = only(domain, &mia).await.id;
    let look = fixture.database.connect().await;
    fill(&fixture, &look).await;
    fixture.asked.lock().unwrap().clear();

    let head = domain.visitor_page(&visitor, None).await.unwrap().head;
    assert_eq!(head.0, u64::from(MESSAGES));
    let middle = Seq(head.0 / 2);
    domain.visitor_page(&visitor, Some(Seq(head.0 - 10))).await.unwrap();
    domain.visitor_page_before(&visitor, middle).await.unwrap();
    domain.team_page(&mia, id, None).await.unwrap();
    domain.team_page(&mia, id, Some(middle)).await.unwrap();
    domain.team_page_before(&mia, id, middle).await.unwrap();
    domain.send_as_visitor(&visitor, None, client_id(2), "more").await.unwrap();
    domain.send_as_visitor(&visitor, None, client_id(2), "more").await.unwrap();
    domain.send_as_agent(&mia, id, client_id(3), "yes", false).await.unwrap();
    domain.read_as_visitor(&visitor, head).await.unwrap();
    domain.read_as_agent(&mia, id, Seq(head.0 - 5)).await.unwrap();
    domain.change_conversation(&mia, id, Change::Claim {}).await.unwrap();
    domain.earlier_page_before(&visitor, id, middle).await.unwrap();
    let unseen = Change::Resolve { seen: Some(middle) };
    domain.change_conversation(&mia, id, unseen).await.unwrap_err();
    let content = futures_util::stream::iter([Ok(b"words".to_vec().into())]);
    let (file, party) = (FileId(uuid::Uuid::from_u128(1)), Party::Visitor(visitor));
    domain.upload(&party, file, "x", 5, content).await.unwrap();
    let draft = Draft { text: "", files: &[file] };
    domain.send_as_visitor(&visitor, None, client_id(9), draft).await.unwrap();
    domain.find_file(&party, file, Part::Whole).await.unwrap();
    domain.list_conversations(&mia, &Filter::waiting(), None, 50).await.unwrap();
    domain.find_conversation(&mia, id).await.unwrap();
    let query = Query { text: "more".into(), filter: Filter::waiting(), from_ms: None, until_ms: None, limit: 20 };
    assert_eq!(domain.search(&mia, &query).await.unwrap().len(), 1);
    fixture.ticks.pass_ms(60 * 60_000);
    for mail in domain.due_mails(10).await.unwrap() {
        domain.claim_mail(mail, 1_000, "example.com").await.unwrap();
    }

    let asked = fixture.asked.lock().unwrap().clone();
    let of_messages = |one: &&Statement| {
        let sql = one.sql.to_lowercase();
        (sql.starts_with("select") || sql.starts_with("update")) && sql.contains("entry")
    };
    let asked: Vec<_> = asked.iter().filter(of_messages).collect();
    assert!(asked.len() >= 8, "the calls were seen: {}", asked.len());
    let control = Statement::from_string(look.get_database_backend(), "SELECT * FROM entry WHERE text = 'x'");
    assert!(full_scan(&look, &control).await.is_some(), "a full scan is seen where there is one");
    for one in asked {
        let full = full_scan(&look, one).await;
        assert_eq!(full, None);
    }
}

}
