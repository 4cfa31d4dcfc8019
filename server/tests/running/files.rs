//! Files over HTTP: who may upload and download them, and how they are served.

use domain::agent::{AgentSettings, Visibility};
use domain::file::Party;
use domain::visitor::VisitorIdentity;
use futures_util::stream;
use protocol::{FileId, FromVisitor, Several, VisitorId};
use uuid::Uuid;

use crate::support::{Running, ack, client_id};

fn id(number: u128) -> FileId {
    FileId(Uuid::from_u128(number))
}

#[tokio::test]
async fn a_visitor_uploads_sends_and_fetches_and_nobody_else_does() {
    let server = Running::start().await;
    let origin = server.origin();
    let (mut visitor, token) = server.visitor(None).await;
    let (_other, other) = server.visitor(None).await;
    let bearer = |token: &str| format!("Bearer {token}");
    let (mine, others) = (bearer(&token), bearer(&other));
    let as_me =
        [("origin", &*origin), ("authorization", &*mine), ("porchlight-inbox", &*server.key)];
    let as_other =
        [("origin", &*origin), ("authorization", &*others), ("porchlight-inbox", &*server.key)];
    let path = format!("/files/visitor/{}", id(1));

    let named = format!("{path}?name=..%2Freport%20%C3%BC.csv");
    let put = server.http("PUT", &named, &as_me, "a;b\n1;2\n").await;
    assert_eq!(put.status, 200, "{}", put.body);
    let file = put.json();
    assert_eq!(
        (&file["name"], &file["media_type"]),
        (&"report ü.csv".into(), &"text/plain".into())
    );
    assert_eq!(server.http("PUT", &named, &as_me, "a;b\n1;2\n").await.body, put.body, "again");
    assert_eq!(server.http("PUT", &path, &as_other, "x").await.code(), "file_id_taken");

    visitor
        .send(&FromVisitor::Send {
            client_id: client_id(1),
            text: String::new(),
            files: Several(vec![id(1)]),
        })
        .await;
    assert_eq!(ack(&mut visitor).await.files.0[0].name, "report ü.csv");

    let got = server.http("GET", &path, &as_me, "").await;
    assert_eq!((got.status, got.body.as_str()), (200, "a;b\n1;2\n"));
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-disposition", "attachment; filename*=UTF-8''report%20%C3%BC.csv"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-cache"),
    ] {
        assert_eq!(got.header(name), Some(value), "{got}");
    }
    let tag = got.header("etag").unwrap().to_owned();
    let known = [as_me.as_slice(), &[("if-none-match", &*tag)]].concat();
    assert_eq!(server.http("GET", &path, &known, "").await.status, 304);
    let known = [as_other.as_slice(), &[("if-none-match", &*tag)]].concat();
    assert_eq!(server.http("GET", &path, &known, "").await.status, 404, "known is not allowed");

    let strange = server.domain.create_inbox("Other", &[]).await.unwrap();
    let elsewhere =
        [("origin", &*origin), ("authorization", &*mine), ("porchlight-inbox", &*strange.key)];
    let anonymous = [("origin", &*origin), ("porchlight-inbox", &*server.key)];
    let no_inbox = [("origin", &*origin), ("authorization", &*mine)];
    let no_form =
        [("origin", &*origin), ("authorization", "Bearer x"), ("porchlight-inbox", &*server.key)];
    let small = format!("{path}/thumbnail");
    for (who, expect) in [
        (&as_other[..], (404, "file_unknown")),
        (&elsewhere, (401, "token_invalid")),
        (&anonymous, (401, "token_invalid")),
        (&no_form, (401, "token_invalid")),
        (&no_inbox, (404, "inbox_unknown")),
    ] {
        for path in [&path, &small] {
            let answer = server.http("GET", path, who, "").await;
            assert_eq!((answer.status, answer.code().as_str()), expect, "{who:?}");
        }
    }
    assert_eq!(server.http("GET", &small, &as_me, "").await.code(), "file_unknown", "no picture");
}

#[tokio::test]
async fn an_agent_fetches_what_they_may_see() {
    let server = Running::start().await;
    let domain = &server.domain;
    let origin = server.origin();
    let other = domain.create_inbox("Other", &[]).await.unwrap();
    let first = domain.find_inbox(None).await.unwrap();
    for (inbox, number) in [(first.id, 1), (other.id, 2)] {
        let who = VisitorIdentity { inbox, visitor: VisitorId(domain.ambient().uuid()) };
        let content = stream::iter([Ok(b"words".to_vec().into())]);
        domain.upload(&Party::Visitor(who), id(number), "x", 5, content).await.unwrap();
        let draft = domain::conversation::Draft { text: "", files: &[id(number)] };
        domain.send_as_visitor(&who, None, client_id(number), draft).await.unwrap();
    }
    let mia = domain.list_agents().await.unwrap().remove(0);
    let settings = AgentSettings {
        visibility: Visibility::Inboxes([first.id].into()),
        ..AgentSettings::default()
    };
    domain.set_agent(mia.id, settings).await.unwrap();
    let cookie = server.log_in().await;
    let as_mia = [("origin", &*origin), ("cookie", &*cookie)];
    let own = format!("/files/agent/{}", id(1));
    let foreign = format!("/files/agent/{}", id(2));
    assert_eq!(server.http("GET", &own, &as_mia, "").await.body, "words");
    assert_eq!(server.http("GET", &foreign, &as_mia, "").await.code(), "file_unknown");
    for path in [&own, &format!("{own}/thumbnail")] {
        let answer = server.http("GET", path, &[], "").await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "login_required"));
    }
    let new = format!("/files/agent/{}?name=a.txt", id(3));
    assert_eq!(server.http("PUT", &new, &as_mia, "from me").await.status, 200);
    assert_eq!(server.http("PUT", &new, &[("origin", &origin)], "x").await.status, 401);
    assert_eq!(server.http("PUT", &foreign, &as_mia, "x").await.code(), "file_id_taken");
}

#[tokio::test]
async fn uploads_of_another_form_are_refused() {
    let server = Running::start().await;
    let (origin, cookie) = (server.origin(), server.log_in().await);
    let as_mia = [("origin", &*origin), ("cookie", &*cookie)];
    let path = format!("/files/agent/{}", id(1));
    let from_elsewhere = [("origin", "https://evil.example"), ("cookie", &*cookie)];
    let chunked = [("origin", &*origin), ("cookie", &*cookie), ("transfer-encoding", "chunked")];
    for (path, headers, body, expect) in [
        (path.clone(), &from_elsewhere[..], "x", (403, "origin_refused")),
        (path.clone(), &as_mia, "", (400, "file_empty")),
        (path.clone(), &as_mia, "MZ\0\u{3}", (415, "file_type_refused")),
        (path.clone(), &as_mia, "a NUL \0", (415, "file_type_refused")),
        (format!("{path}?surprise=1"), &as_mia, "x", (400, "request_invalid")),
        ("/files/agent/1".into(), &as_mia, "x", (404, "not_found")),
        (path.clone(), &[("origin", &*origin)], "x", (401, "login_required")),
    ] {
        let answer = server.http("PUT", &path, headers, body).await;
        let seen = (answer.status, answer.code());
        assert_eq!((seen.0, seen.1.as_str()), expect, "{path} {body:?}");
    }
    // The length is what the request declares. Nothing is read of a body that would be too large.
    let large = (protocol::limits::FILE_BYTES + 1).to_string();
    for (headers, length, expect) in [
        (&as_mia[..], Some(large.as_str()), (413, "file_too_big")),
        (&chunked, None, (411, "length_required")),
    ] {
        let answer = server.http_of_length("PUT", &path, headers, length, "0\r\n\r\n").await;
        assert_eq!(answer.status, expect.0, "{answer}");
        assert!(answer.body.contains(expect.1), "{answer}");
    }
}
