//! What is acknowledged is on disk.

use std::path::Path;
use std::process::Command;

use bench::{crash, mail};
use testbed::Kind;

use crate::support::{Program, ack, send};

const KILLS: u32 = 20;

async fn withstands_kills(kind: Kind) {
    let program = Path::new(env!("CARGO_BIN_EXE_porchlight"));
    let outcome = crash::run(program, kind, KILLS).await.unwrap();
    assert!(outcome.is_well(), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kills_on_sqlite() {
    withstands_kills(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kills_on_postgres() {
    withstands_kills(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kills_on_mysql() {
    withstands_kills(Kind::MySql).await;
}

/// Some emails, through a mail server that fails in every way it can. How each store takes part in this is
/// tested in `domain`.
#[tokio::test(flavor = "multi_thread")]
async fn no_mail_is_lost_by_kills() {
    const MAILS: u32 = 32;
    const KILLS: u32 = 3;
    let program = Path::new(env!("CARGO_BIN_EXE_porchlight"));
    let outcome = mail::run(program, Kind::Sqlite, MAILS, KILLS).await.unwrap();
    assert_eq!((outcome.missing, outcome.other_message_id), (0, 0), "{outcome}");
    // Two emails are in flight at a time, and one is accepted without an answer.
    assert!(outcome.doubled <= u64::from(KILLS) * 2 + 1, "{outcome}");
}

/// The system calls of the real program: the disk is synced before the acknowledgement is written to the
/// socket.
#[tokio::test]
async fn the_disk_is_synced_before_the_acknowledgement_is_written() {
    let installed = Command::new("strace").arg("-V").output();
    assert!(installed.is_ok(), "script/test installs strace");
    let traced = Program::traced().await;
    let (mut visitor, ..) = traced.visitor(None).await;
    visitor.send(&send(1, "is it on disk?")).await;
    ack(&mut visitor).await;
    traced.terminate();
    let (_, folder) = traced.wait();
    let calls = std::fs::read_to_string(folder.path().join("calls")).unwrap();
    let calls: Vec<&str> = calls.lines().collect();

    let position = |wanted: &str| calls.iter().position(|line| line.contains(wanted));
    let welcome = position(r#"\"type\":\"welcome\""#).expect("the welcome was written");
    let ack = position(r#"\"type\":\"ack\""#).expect("the acknowledgement was written");
    let synced = calls[welcome..ack].iter().any(|line| {
        // A call that is interrupted by another thread's is written in two lines.
        line.contains("fdatasync") && line.contains(" = 0")
    });
    assert!(synced, "{}", calls[welcome..=ack].join("\n"));
}

#[tokio::test]
async fn what_the_program_keeps_is_its_own_users_alone() {
    use std::os::unix::fs::PermissionsExt;

    let program = Program::start().await;
    let (mut visitor, ..) = program.visitor(None).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let mut seen = 0;
    let mut folders = vec![program.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode & 0o077, 0, "{:?} has {mode:o}", entry.path());
            seen += 1;
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    assert!(seen >= 4, "the database, what is beside it, the key and the files: {seen}");
    drop(visitor);
    program.terminate();
    program.wait();
}
