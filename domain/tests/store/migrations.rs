//! The migrations themselves. All other tests run on copies of what they create.

use domain::Store;
use domain::agent::Visibility;
use domain::search::Query;
use migrations::{Migrator, MigratorTrait};
use protocol::Filter;
use sea_orm::ConnectionTrait;
use testbed::{Kind, TestDatabase};

use crate::support::{Counter, Fixture, client_id, looker, migrate, only};

/// The number of migrations before the program split text into words itself.
const BEFORE_WORDS: u32 = 10;

async fn what_was_written_before_is_found(kind: Kind) {
    let database = TestDatabase::new(kind).await;
    let store = Store::open(database.address()).await.unwrap();
    Migrator::up(store.for_migrations(), Some(BEFORE_WORDS)).await.unwrap();
    store.close().await.unwrap();
    let db = database.connect().await;
    let id = |id: uuid::Uuid| match kind {
        Kind::Postgres => format!("'{id}'"),
        Kind::Sqlite | Kind::MySql => format!("x'{}'", id.simple()),
    };
    let inbox = id(uuid::Uuid::from_u128(9));
    let at_ms = 1_690_000_000_000_u64;
    let key = if kind == Kind::MySql { "`key`" } else { "key" };
    let (no, yes) = if kind == Kind::Postgres { ("false", "true") } else { ("0", "1") };
    db.execute_unprepared(&format!(
        "INSERT INTO inbox (id, {key}, name, allowed_sites, color, secret, identity_secret, requires_identity, \
         time_zone, routing, mails_visitors, unread_wait_ms, mails_an_hour, inbound_key, created_at_ms) VALUES \
         ({inbox}, 'k', 'Shop', '', '#2f6f5e', 'one', 'two', {no}, 'UTC', 'manual', {yes}, 1, 1, 'three', {at_ms})"
    ))
    .await
    .unwrap();
    for (number, name) in [(11_u128, "Mia"), (12, "Tom")] {
        let one = id(uuid::Uuid::from_u128(number));
        db.execute_unprepared(&format!(
            "INSERT INTO agent (id, email, name, role, password_hash, presence, last_assigned_at_ms, is_active, \
             created_at_ms) VALUES ({one}, '{name}', '{name}', 'agent', '!', 'online', 0, {yes}, {at_ms})"
        ))
        .await
        .unwrap();
    }
    let tom = id(uuid::Uuid::from_u128(12));
    let limit = format!("INSERT INTO agent_inbox (agent_id, inbox_id) VALUES ({tom}, {inbox})");
    db.execute_unprepared(&limit).await.unwrap();
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
    drop(db);
    migrate(database.address().to_owned()).await;
    let fixture = Fixture::open(database, tempfile::tempdir().unwrap(), Counter::default()).await;
    assert_eq!(fixture.inbox.identity_secret(), "two");
    assert!(fixture.inbox.accepts_mail_by("three"));
    let agents = fixture.domain.list_agents().await.unwrap();
    assert_eq!(
        agents.iter().map(|agent| &agent.visibility).collect::<Vec<_>>(),
        [&Visibility::All, &Visibility::Inboxes([fixture.inbox.id].into()),]
    );
    for text in ["strasse", "尊严", "zoe"] {
        let query = Query {
            text: text.into(),
            filter: Filter::ALL,
            from_ms: None,
            until_ms: None,
            limit: 9,
        };
        assert_eq!(fixture.domain.search(&looker(), &query).await.unwrap().len(), 1, "{text}");
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
    // As at each later startup, there is nothing left to do.
    migrate(database.address().to_owned()).await;
    let fixture = Fixture::open(database, tempfile::tempdir().unwrap(), Counter::default()).await;
    let visitor = fixture.visitor();
    fixture.domain.send_as_visitor(&visitor, None, client_id(1), "Is it open?").await.unwrap();
    assert_eq!(only(&fixture.domain, &looker()).await.preview, "Is it open?");
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
