//! What others wrote is text in every page that the server makes, and nothing else.
//!
//! The text is written directly to the database, to every column that holds text, so that new fields are tested
//! as well. Every page that the router knows is requested.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::routes::{Caller, House};

/// Closes whatever it is inside of, and opens an element.
const HOSTILE: &str = r#"]]>--></title></script></style></textarea>'"><i data-raw="1">"#;

/// The start of an element that should not exist.
const RAW: &str = "<i data-raw";

/// The same as text, in HTML and in the JSON inside pages.
const AS_TEXT: [&str; 2] = ["&lt;i data-raw", r"\u003ci data-raw"];

/// Columns that contain no one's text: the program itself writes and uses them.
const STRUCTURE: &[&str] = &[
    "access_token.hash",
    "access_token.scopes",
    "agent.password_hash",
    "agent.presence",
    "agent.role",
    "agent_mail.time_zone",
    "conversation.last_author_kind",
    "conversation.status",
    "entry.author_kind",
    "entry.files",
    "entry.kind",
    "file.media_type",
    "inbound_mail.allowed",
    "inbound_mail.digest",
    "inbound_mail.reason",
    "inbound_mail.state",
    "inbox.allowed_sites",
    "inbox.color",
    "inbox.hours",
    "inbox.inbound_address",
    "inbox.key",
    "inbox.mail_from",
    "inbox.routing",
    "inbox.secrets",
    "inbox.time_zone",
    "label.color",
    "mail.kind",
    "mail.state",
    "seaql_migrations.version",
    "session.data",
    "session.hash",
    "team.routing",
    "visitor.attributes",
    "visitor.vouched",
    "visitor.words",
];

async fn rows(db: &DatabaseConnection, query: &str) -> Vec<(String, String)> {
    let statement = Statement::from_string(db.get_database_backend(), query.to_owned());
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| (row.try_get_by(0).unwrap(), row.try_get_by(1).unwrap())).collect()
}

/// Writes hostile text wherever there is room for text.
async fn poison(db: &DatabaseConnection) {
    let columns = "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c \
         WHERE m.type = 'table' AND m.sql NOT LIKE '%VIRTUAL%' AND m.name NOT LIKE '%search%' \
         AND (lower(c.type) = 'text' OR lower(c.type) LIKE 'varchar%')";
    let mut structure: BTreeSet<&str> = STRUCTURE.iter().copied().collect();
    let hostile = HOSTILE.replace('\'', "''");
    let mut poisoned = 0;
    for (table, column) in rows(db, columns).await {
        if structure.remove(&*format!("{table}.{column}")) {
            continue;
        }
        // Some values must be unique, and the text of an event is not free text.
        let own = if table == "entry" && column == "text" { "kind <> 'event'" } else { "true" };
        let update =
            format!("UPDATE \"{table}\" SET \"{column}\" = '{hostile}' || rowid WHERE {own}");
        db.execute_unprepared(&update).await.unwrap_or_else(|error| panic!("{update}: {error}"));
        poisoned += 1;
    }
    assert!(structure.is_empty(), "no columns any more: {structure:?}");
    assert!(poisoned > 25, "{poisoned}");
    let json = HOSTILE.replace('"', "\\\"").replace('\'', "''");
    for update in [
        format!("UPDATE visitor SET attributes = '{{\"{json}\":\"{json}\"}}'"),
        format!(
            "UPDATE visitor SET vouched = '{{\"name\":\"{json}\",\"attributes\":{{\"{json}\":\"{json}\"}}}}'"
        ),
        format!("UPDATE entry SET files = replace(files, '\"x.txt\"', '\"{json}\"')"),
    ] {
        db.execute_unprepared(&update).await.unwrap_or_else(|error| panic!("{update}: {error}"));
    }
}

/// The URL of a page, with actual parameters.
async fn filled(house: &House, path: &str) -> String {
    let at = &house.own;
    let domain = &house.server.domain;
    let agent = protocol::AgentId(at.agent);
    let link = domain.password_link(agent).await.unwrap();
    let id = if path.starts_with("/files") { at.file } else { at.conversation };
    path.replace("{token}", &link)
        .replace("{id}", &id.to_string())
        .replace("{visitor}", &at.visitor.to_string())
        .replace("{kind}", protocol::MailKind::ALL[0].as_str())
}

#[tokio::test]
async fn what_others_wrote_is_text_in_every_page_and_header() {
    let house = House::start().await;
    poison(&house.server.database.connect().await).await;
    let key = &house.server.key;
    let mut paths: BTreeSet<String> = server::paths().into_iter().collect();
    paths.retain(|path| !path.starts_with("/call/"));
    paths.extend([format!("/chat?inbox={key}"), format!("/widget.js?inbox={key}")]);
    paths.extend(
        ["/conversations?q=hello", "/review?state=all", "/outbox?state=waiting"].map(Into::into),
    );
    let (mut pages, mut showing) = (0, 0);
    for path in &paths {
        let path = filled(&house, path).await;
        let answer = house.ask("GET", &path, Caller::Owner, true, "").await;
        for value in answer.headers.values() {
            assert!(!String::from_utf8_lossy(value.as_bytes()).contains(RAW), "{path}: {value:?}");
        }
        // An export contains everything as it was written.
        if answer.header("content-type") != Some("application/zip") {
            assert!(!answer.body.contains(RAW), "{path}: {}", around(&answer.body));
        }
        if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            assert!(answer.status < 500, "{path}: {}", answer.status);
            pages += 1;
            showing += usize::from(AS_TEXT.iter().any(|text| answer.body.contains(text)));
        }
    }
    assert!(pages > 15, "{pages}");
    assert!(showing > 10, "the words are shown: on {showing} of {pages} pages");
}

/// The text around the element.
fn around(body: &str) -> String {
    let at = body.find(RAW).unwrap_or_default();
    let from = body[..at].char_indices().rev().nth(120).map_or(0, |(at, _)| at);
    body[from..].chars().take(200).collect()
}
