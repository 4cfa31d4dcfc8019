//! `porchlight doctor`, as an operator runs it.

use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use testbed::imap::{self, Imap};
use testbed::smtp::{Fault, Smtp, Step};
use tokio::process::Command;

use crate::support::Running;

async fn doctor(url: &str, smtp: &str) -> (bool, Vec<Value>) {
    doctor_in(&TempDir::new().unwrap(), url, smtp).await
}

async fn doctor_in(folder: &TempDir, url: &str, smtp: &str) -> (bool, Vec<Value>) {
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_porchlight"));
    doctor.args(["doctor", "--json", "--public-url", url, "--data-dir"]).arg(folder.path());
    doctor.env("PORCHLIGHT_SMTP_URL", smtp).env("PORCHLIGHT_MAIL_FROM", "chat@example.com");
    doctor.env("PORCHLIGHT_SMTP_TIMEOUT", "1");
    let Output { status, stdout, .. } = doctor.output().await.unwrap();
    let findings: Value = serde_json::from_slice(&stdout).unwrap();
    (status.success(), findings.as_array().unwrap().clone())
}

fn wrong(findings: &[Value]) -> Vec<&str> {
    let wrong = findings.iter().filter(|finding| finding["is_well"] == false);
    wrong.map(|finding| finding["what"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_well_is_said_to_be() {
    let (server, smtp) = (Running::start().await, Smtp::start().await);
    let address = format!("smtp://{}?tls=none", smtp.address());
    let (is_well, findings) = doctor(&server.origin(), &address).await;
    assert!(is_well, "{findings:?}");
    assert_eq!(findings.len(), 4);
    assert!(wrong(&findings).is_empty());
    let (is_well, findings) = doctor(&server.origin(), "").await;
    assert!(is_well, "it can do without mail: {findings:?}");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words() {
    let smtp = Smtp::with(|step| {
        (step == Step::Greeting).then_some(Fault::Answer(Step::Greeting, "554 5.3.2 no\r\n"))
    });
    let smtp = smtp.await;
    let address = format!("smtp://{}?tls=none", smtp.address());
    // Nothing listens there: the port was released.
    let gone = Smtp::start().await;
    let url = format!("http://{}", gone.address());
    drop(gone);
    let (is_well, findings) = doctor(&url, &address).await;
    assert!(!is_well);
    assert_eq!(wrong(&findings), ["Mail server", "Address", "Sockets"]);
    assert!(findings[1]["said"].as_str().unwrap().contains("554"), "{}", findings[1]);
    assert!(findings[2]["said"].as_str().unwrap().contains("is the server running"));

    // Another server has the address: it answers, but is not ours.
    let other = crate::support::stranger().await;
    let (_, findings) = doctor(&format!("http://{other}"), "smtp.example.com").await;
    assert_eq!(wrong(&findings), ["Mail server", "Address", "Sockets"]);
    assert!(findings[3]["said"].as_str().unwrap().contains("Upgrade"), "{}", findings[3]);
}

#[tokio::test]
async fn each_mailbox_is_tried_with_its_login() {
    let (server, imap, folder) =
        (Running::start().await, Imap::start().await, TempDir::new().unwrap());
    let smtp = Smtp::start().await;
    let smtp = format!("smtp://{}?tls=none", smtp.address());
    for command in [
        &["create", "--name", "Shop"][..],
        &["mail", "--inbound-address", "help@example.org", "--imap-url", &imap.url()],
    ] {
        let mut inbox = Command::new(env!("CARGO_BIN_EXE_porchlight"));
        inbox.arg("inbox").args(command).arg("--data-dir").arg(folder.path());
        assert!(inbox.output().await.unwrap().status.success(), "{command:?}");
    }
    for (fault, says) in [
        (None, "announces new email"),
        (Some(imap::Fault::NoLogin), "the mail server rejected the login"),
        (Some(imap::Fault::NoFolder), "the folder INBOX can't be opened"),
    ] {
        imap.fail(fault);
        let (is_well, findings) = doctor_in(&folder, &server.origin(), &smtp).await;
        assert_eq!(is_well, fault.is_none(), "{findings:?}");
        let mailbox = findings.iter().find(|finding| finding["what"] == "Mailbox").unwrap();
        let said = mailbox["said"].as_str().unwrap();
        assert!(said.contains(says) && !said.contains("secret"), "{said}");
        // Bounces would go elsewhere.
        assert_eq!(is_well, said.contains("come from chat@example.com"), "{said}");
    }
}
