//! The migrations themselves: all other tests run on copies of what they made.

use domain::Store;
use domain::search::Query;
use migrations::{Migrator, MigratorTrait};
use protocol::Filter;
use sea_orm::ConnectionTrait;
use testbed::{Kind, TestDatabase};

use crate::support::{Bench, Counter, client_id, looker, migrate, only};

/// How many steps there were before words were cut by the program.
const BEFORE_WORDS: u32 = 10;

async fn what_was_written_before_is_found(kind: Kind) {
    let database = TestDatabase::new(kind).await;
    let store = Store::open(database.address()).await.unwrap();
    Migrator::up(store.for_migrations(), Some(BEFORE_WORDS)).await.unwrap();
    store.close().await.unwrap();
    let bench = Bench::open(database, tempfile::tempdir().unwrap(), Counter::default()).await;
    let db = bench.database.connect().await;
    let id = |id: uuid::Uuid| match kind {
        Kind::Postgres => format!("'{id}'"),
        Kind::Sqlite | Kind::MySql => format!("x'{}'", id.simple()),
    };
    let inbox = id(bench.inbox.id.0);
    let at_ms = 1_690_000_000_000_u64;
    for (number, name, text) in [(1_u128, "Zoë", "Straße"), (2, "Ann", "在尊严和权利")] {
        let one = id(uuid::Uuid::from_u128(number));
        let truth = if kind == Kind::Postgres { "true" } else { "1" };
        for sql in [
            format!(
                "INSERT INTO visitor (id, inbox_id, created_at_ms, name) VALUES ({one}, {inbox}, {at_ms}, '{name}')"
            ),
            format!(
                "INSERT INTO conversation (id, inbox_id, visitor_id, unresolved_visitor_id, status, last_seq, \
                 last_public_seq, last_at_ms, last_author_kind, preview, visitor_messages, visitor_read_seq, \
                 team_read_seq, logged_at_ms, created_at_ms) VALUES ({one}, {inbox}, {one}, {one}, 'open', 1, 1, \
                 {at_ms}, 'visitor', '', 1, 0, 0, {at_ms}, {at_ms})"
            ),
            format!(
                "INSERT INTO entry (conversation_id, seq, prev_public_seq, is_public, kind, author_kind, text, \
                 client_id, at_ms) VALUES ({one}, 1, 0, {truth}, 'message', 'visitor', '{text}', {one}, {at_ms})"
            ),
        ] {
            db.execute_unprepared(&sql).await.unwrap();
        }
    }
    let Bench { domain, database, files, ticks, .. } = bench;
    domain.finish().await;
    drop(db);
    migrate(database.address().to_owned()).await;
    let bench = Bench::open(database, files, ticks).await;
    for text in ["strasse", "尊严", "zoe"] {
        let query = Query {
            text: text.into(),
            filter: Filter::ALL,
            from_ms: None,
            until_ms: None,
            limit: 9,
        };
        assert_eq!(bench.domain.search(&looker(), &query).await.unwrap().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn sqlite_finds_what_was_written_before() {
    what_was_written_before_is_found(Kind::Sqlite).await;
}

#[tokio::test]
async fn postgres_finds_what_was_written_before() {
    what_was_written_before_is_found(Kind::Postgres).await;
}

#[tokio::test]
async fn mysql_finds_what_was_written_before() {
    what_was_written_before_is_found(Kind::MySql).await;
}

async fn from_nothing_to_a_message(kind: Kind) {
    let database = TestDatabase::new(kind).await;
    migrate(database.address().to_owned()).await;
    // As at each later start: there is nothing left to do.
    migrate(database.address().to_owned()).await;
    let bench = Bench::open(database, tempfile::tempdir().unwrap(), Counter::default()).await;
    let visitor = bench.visitor();
    bench.domain.send_as_visitor(&visitor, None, client_id(1), "Is it open?").await.unwrap();
    assert_eq!(only(&bench.domain, &looker()).await.preview, "Is it open?");
}

#[tokio::test]
async fn sqlite_is_migrated_from_nothing() {
    from_nothing_to_a_message(Kind::Sqlite).await;
}

#[tokio::test]
async fn postgres_is_migrated_from_nothing() {
    from_nothing_to_a_message(Kind::Postgres).await;
}

#[tokio::test]
async fn mysql_is_migrated_from_nothing() {
    from_nothing_to_a_message(Kind::MySql).await;
}
