//! Databases that earlier programs wrote, in `tests/fixtures`. A fixture is never changed: the next one is
//! added.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use testbed::{Kind, TestDatabase};

use crate::Store;

/// Each fixture: the number of migrations of its time, and its rows on each store.
const WRITTEN: [(u32, [(Kind, &str); 3]); 1] = [(
    19,
    [
        (Kind::Sqlite, include_str!("../../tests/fixtures/m0019_sqlite.sql")),
        (Kind::Postgres, include_str!("../../tests/fixtures/m0019_postgres.sql")),
        (Kind::MySql, include_str!("../../tests/fixtures/m0019_mysql.sql")),
    ],
)];

/// Reads all rows of these tables and writes them back.
macro_rules! rewrite {
    ($db:expr, $($table:ident)+) => {$(
        for row in super::$table::Entity::find().all($db).await.unwrap() {
            row.into_active_model().reset_all().update($db).await.unwrap();
        }
    )+};
}

async fn stays_as_it_was_written(kind: Kind) {
    for (migrations, stores) in WRITTEN {
        let (_, rows) = stores.into_iter().find(|(of, _)| *of == kind).unwrap();
        let database = TestDatabase::new(kind).await;
        let store = Store::open(database.address()).await.unwrap();
        Migrator::up(store.for_migrations(), Some(migrations)).await.unwrap();
        let db = database.connect().await;
        testbed::load(&db, kind, rows).await;
        assert_eq!(testbed::dump(&db, kind).await, rows);
        Migrator::up(store.for_migrations(), None).await.unwrap();
        let before = testbed::dump(&db, kind).await;
        rewrite!(
            &store.writer,
            access_token agent agent_identity agent_inbox agent_mail agent_skill audit block conversation
            conversation_label entry file identity_provider inbound_mail inbox label login_rules login_step
            mail mail_address mail_lock mailbox passkey read_cursor recovery_code session team team_agent
            visitor
        );
        assert_eq!(testbed::dump(&db, kind).await, before);
        db.close().await.unwrap();
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn sqlite() {
    stays_as_it_was_written(Kind::Sqlite).await;
}

#[tokio::test]
async fn postgres() {
    stays_as_it_was_written(Kind::Postgres).await;
}

#[tokio::test]
async fn mysql() {
    stays_as_it_was_written(Kind::MySql).await;
}
