//! The migrations themselves: all other tests run on copies of what they made.

use testbed::{Kind, TestDatabase};

use crate::support::{Bench, Counter, client_id, looker, migrate, only};

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
