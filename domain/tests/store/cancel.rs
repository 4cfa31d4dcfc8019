//! Requests that are canceled halfway, on every store.

use std::time::Duration;

use crate::support::{Fixture, agent, client_id, only};
use protocol::{Change, Seq};
use testbed::Kind;
use tokio::time::timeout;

/// The number of requests to cancel, and how many run at the same time.
const DROPPED: u128 = 10_000;
const AT_ONCE: u128 = 200;

/// Counts the open transactions in the database, other than its own.
async fn open_transactions(fixture: &Fixture) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};

    let look = fixture.database.connect().await;
    let (backend, sql) = match fixture.database.kind() {
        // A writer's lock would refuse this transaction. A reader's snapshot would prevent the write-ahead
        // log from being checkpointed and truncated.
        Kind::Sqlite => {
            look.execute_unprepared("PRAGMA busy_timeout = 2000").await.unwrap();
            look.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
            look.execute_unprepared("ROLLBACK").await.unwrap();
            (sea_orm::DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        Kind::Postgres => (
            sea_orm::DbBackend::Postgres,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND xact_start IS NOT NULL AND pid <> pg_backend_pid()",
        ),
        Kind::MySql => (
            sea_orm::DbBackend::MySql,
            "SELECT count(*) FROM information_schema.innodb_trx t \
             JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
             WHERE p.db = database() AND p.id <> connection_id()",
        ),
    };
    let row = look.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
    match fixture.database.kind() {
        Kind::Sqlite => i64::from(row.try_get_by_index::<i32>(0).unwrap()),
        Kind::Postgres | Kind::MySql => row.try_get_by_index(0).unwrap(),
    }
}

testbed::on_each_store! {

async fn ten_thousand_dropped_requests_leave_no_transaction_open(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let visitor = fixture.visitor();
    fixture.domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = only(&fixture.domain, &mia).await.id;

    let mut dropped = 0;
    for first in (0..).step_by(AT_ONCE as usize).take_while(|first| *first < 20 * DROPPED) {
        if dropped >= DROPPED {
            break;
        }
        let requests = (first..first + AT_ONCE).map(|number| {
            let (domain, mia) = (fixture.domain.clone(), mia.clone());
            let one = fixture.visitor();
            // A fixed shuffle instead of random numbers, so that every run is the same.
            let turns = (number * 2_654_435_761 % 97) as u32;
            tokio::spawn(async move {
                let request = async {
                    let name = client_id(number + 2);
                    match number % 6 {
                        0 => domain.send_as_visitor(&visitor, None, name, "hi").await.map(drop),
                        1 => domain.send_as_visitor(&one, None, name, "hi").await.map(drop),
                        2 => domain.send_as_agent(&mia, id, name, "ho", false).await.map(drop),
                        3 => domain.read_as_agent(&mia, id, Seq(number as u64)).await,
                        4 => domain.team_page(&mia, id, None).await.map(drop),
                        _ => {
                            let change =
                                if number % 4 == 1 { Change::Resolve { seen: None } } else { Change::Reopen {} };
                            domain.change_conversation(&mia, id, change).await.map(drop)
                        }
                    }
                };
                tokio::select! {
                    biased;
                    done = request => {
                        done.unwrap();
                        false
                    }
                    () = async { for _ in 0..turns { tokio::task::yield_now().await } } => true,
                }
            })
        });
        for request in requests.collect::<Vec<_>>() {
            dropped += u128::from(request.await.unwrap());
        }
    }
    assert!(dropped >= DROPPED, "only {dropped} were dropped half-way");
    // Everything queued is written, since this change waits its turn.
    fixture.domain.change_conversation(&mia, id, Change::Claim {}).await.unwrap();
    for number in 0..4 {
        let other = fixture.visitor();
        fixture.domain.send_as_visitor(&other, None, client_id(number), "end").await.unwrap();
    }
    // The connection of the last commit may still be on its way back to the pool.
    let none_is_open = async { while open_transactions(&fixture).await > 0 {} };
    timeout(Duration::from_secs(10), none_is_open).await.expect("no transaction stays open");
    let head = fixture.domain.team_page(&mia, id, None).await.unwrap().head;
    let mut seen = Seq::START;
    while seen < head {
        let page = fixture.domain.team_page(&mia, id, Some(seen)).await.unwrap();
        for entry in page.entries {
            assert_eq!(entry.seq, seen.next(), "no gap");
            seen = entry.seq;
        }
    }
}

}
