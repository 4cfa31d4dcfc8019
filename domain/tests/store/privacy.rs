//! Data retained about a person: its export and its erasure.

use std::io::Read;
use std::path::Path;

use domain::audit::{Actor, AuditAction};
use domain::conversation::Draft;
use domain::file::Party;
use domain::inbox::Retention;
use domain::mail::Outcome;
use domain::search::Query;
use domain::visitor::{About, BlockOf, User, VisitorIdentity};
use protocol::limits::UNREAD_WAIT_MS;
use protocol::{ConversationId, ErrorCode, FileId, Filter, Seq};
use sea_orm::{ConnectionTrait, Statement};
use testbed::Kind;

use crate::inbound::mail;
use crate::support::{Fixture, client_id, listed, looker, only, source};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Ann wrote this everywhere she could, and nobody else did.
const WORD: &str = "quxzarnoth";

impl Fixture {
    /// Lists everywhere that a word occurs: columns of tables, and files.
    async fn found(&self, word: &str) -> Vec<String> {
        let db = self.database.connect().await;
        let backend = db.get_database_backend();
        let columns = match self.database.kind() {
            Kind::Sqlite => {
                "SELECT m.name AS t, p.name AS c FROM sqlite_master m, pragma_table_info(m.name) p \
                 WHERE m.type = 'table' AND m.sql NOT LIKE '%content = %'"
            }
            Kind::Postgres => {
                "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
                 WHERE table_schema = current_schema()"
            }
            Kind::MySql => {
                "SELECT table_name AS t, column_name AS c FROM information_schema.columns \
                 WHERE table_schema = database()"
            }
        };
        let (quote, text) = match self.database.kind() {
            Kind::MySql => ('`', "CHAR"),
            _ => ('"', "TEXT"),
        };
        let mut found = Vec::new();
        for row in db.query_all_raw(Statement::from_string(backend, columns)).await.unwrap() {
            let table: String = row.try_get_by_index(0).unwrap();
            let column: String = row.try_get_by_index(1).unwrap();
            let select = format!(
                "SELECT COUNT(*) FROM {quote}{table}{quote} \
                 WHERE LOWER(CAST({quote}{column}{quote} AS {text})) LIKE '%{word}%'"
            );
            let count = db.query_one_raw(Statement::from_string(backend, &select)).await;
            let count: i64 = count.unwrap().unwrap().try_get_by_index(0).unwrap();
            if count > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        db.close().await.unwrap();
        look_in(self.files.path(), word, &mut found);
        if let Some(path) = self.database.address().strip_prefix("sqlite://") {
            let folder = Path::new(path).parent().unwrap();
            look_in(folder, word, &mut found);
        }
        found.sort();
        found
    }

    /// Creates Ann, with data in every place there is. Also returns her conversation.
    async fn known_everywhere(&self) -> (VisitorIdentity, ConversationId) {
        let domain = &self.domain;
        self.receives_mail().await;
        let ann = self.visitor();
        self.upload(&Party::Visitor(ann), 1, format!("{WORD} in a file").as_bytes()).await.unwrap();
        self.upload(&Party::Visitor(ann), 2, format!("{WORD} unsent").as_bytes()).await.unwrap();
        let page = self.inbox.retention.page(&format!("https://shop.example/{WORD}"));
        let text = format!("Hello, I am {WORD}.");
        let draft = Draft { text: &text, files: &[FileId(uuid::Uuid::from_u128(1))] };
        domain.send_as_visitor(&ann, page.clone(), client_id(1), draft).await.unwrap();
        let mut said = serde_json::Map::new();
        said.insert("id".into(), "u1".into());
        said.insert("name".into(), "Quxzarnoth".into());
        said.insert("email".into(), format!("{WORD}@example.com").into());
        said.insert("plan".into(), WORD.into());
        let about = About {
            user: User::read(said).ok(),
            referrer: page.clone(),
            browser: Some(WORD.into()),
            network: Some("n".into()),
            ..About::default()
        };
        domain.note_visitor(&ann, about, page).await.unwrap();
        let all = listed(domain, &looker()).await;
        let id = all.iter().find(|one| one.visitor == ann.visitor).unwrap().id;
        let mia = self.mia().await;
        let note = format!("{WORD} called");
        domain.send_as_agent(&mia, id, client_id(2), &*note, true).await.unwrap();
        domain.send_as_agent(&mia, id, client_id(3), "An answer", false).await.unwrap();
        self.ticks.pass_ms(UNREAD_WAIT_MS);
        let due = self.due().await;
        let reason = format!("{WORD}@example.com is full");
        for one in &due {
            let later = Outcome::Refused { reason: reason.clone(), is_address_bad: true };
            self.settle(one, later).await;
        }
        let reply_to = due.iter().find_map(|one| one.reply_to.clone()).unwrap();
        let from = format!("Quxzarnoth <{WORD}@example.com>");
        let text = format!("{WORD} by mail");
        self.receives(&mail(&from, &reply_to, &format!("{WORD}-1@e"), "", &text)).await;
        // This email belongs to no conversation and waits for review.
        self.receives(&mail(
            &from,
            "help@example.org",
            "2@e",
            "Auto-Submitted: auto-replied\n",
            &text,
        ))
        .await;
        domain.block_visitor(&mia, id, BlockOf::Visitor).await.unwrap();
        domain.block_visitor(&mia, id, BlockOf::Network).await.unwrap();
        let subject = Some((id.0, "Quxzarnoth".to_owned()));
        let by = Actor::from(&mia);
        domain.audit(by, AuditAction::VisitorBlocked, subject, Some(&source())).await.unwrap();
        (ann, id)
    }

    /// Creates Bob, who wrote as much and stays.
    async fn bob(&self) -> VisitorIdentity {
        let bob = self.visitor();
        self.upload(&Party::Visitor(bob), 9, b"bobs own file").await.unwrap();
        let draft = Draft { text: "bobs own words", files: &[FileId(uuid::Uuid::from_u128(9))] };
        self.domain.send_as_visitor(&bob, None, client_id(9), draft).await.unwrap();
        bob
    }

    async fn searched(&self, text: &str) -> usize {
        let query = Query {
            text: text.into(),
            filter: Filter::ALL,
            from_ms: None,
            until_ms: None,
            limit: 10,
        };
        self.domain.search(&looker(), &query).await.unwrap().len()
    }
}

fn look_in(folder: &Path, word: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            look_in(&entry.path(), word, found);
            continue;
        }
        let content = std::fs::read(entry.path()).unwrap().to_ascii_lowercase();
        if content.windows(word.len()).any(|part| part == word.as_bytes()) {
            found.push(format!("file {}", entry.file_name().display()));
        }
    }
}

testbed::on_each_store! {

async fn of_who_is_erased_nothing_is_left_and_others_keep_all(fixture) {
    let domain = &fixture.domain;
    fixture.bob().await;
    let (others, shelved) = (fixture.found("bobs own").await, fixture.shelved());
    let (ann, id) = fixture.known_everywhere().await;
    let before = fixture.found(WORD).await;
    for table in ["audit.subject", "block.name", "conversation.page", "entry.text", "file.name", "inbound_mail.sender", "mail.address", "mail_address.address", "visitor.attributes"] {
        let is_file = table == "file.name";
        assert!(is_file || before.iter().any(|at| at == table), "{table} is not tried: {before:?}");
    }
    let on_the_shelf = before.iter().filter(|at| at.starts_with("file ")).count();
    assert!(on_the_shelf >= 4, "files and mails as they came: {before:?}");
    assert_eq!(fixture.searched(WORD).await, 1);

    let erased = domain.erase_visitor(ann.visitor).await.unwrap();
    assert_eq!((erased.conversations, erased.files), (1, 2));
    assert!(erased.entries >= 4 && erased.mails >= 3, "{erased:?}");
    assert_eq!(fixture.found(WORD).await, Vec::<String>::new());
    assert_eq!(fixture.searched(WORD).await, 0);
    let gone = domain.find_conversation(&looker(), id).await.unwrap_err();
    assert_eq!(gone.code(), ErrorCode::ConversationUnknown);
    let again = domain.erase_visitor(ann.visitor).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::VisitorUnknown);

    assert_eq!(fixture.found("bobs own").await.len(), others.len());
    assert_eq!((fixture.searched("bobs").await, fixture.shelved()), (1, shelved));
    // A visitor who returns starts over.
    domain.send_as_visitor(&ann, None, client_id(1), "me again").await.unwrap();
    let fresh = listed(domain, &looker()).await;
    assert!(fresh.len() == 2 && fresh.iter().all(|one| one.id != id && one.head == Seq(1)));
}

async fn a_copy_holds_all_that_was_said_and_sent(fixture) {
    let domain = &fixture.domain;
    fixture.bob().await;
    let (ann, _) = fixture.known_everywhere().await;
    let found = domain.find_people(&format!(" {}@Example.com", WORD.to_uppercase())).await.unwrap();
    assert_eq!(found.iter().map(|one| one.visitor).collect::<Vec<_>>(), [ann.visitor]);
    assert_eq!((found[0].conversations, found[0].inbox), (1, fixture.inbox.id));
    assert!(domain.find_people("").await.unwrap().is_empty());

    let (name, file) = domain.export_visitor(ann.visitor).await.unwrap();
    assert_eq!(name, "Quxzarnoth");
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let names: Vec<String> = archive.file_names().map(ToOwned::to_owned).collect();
    assert!(names.iter().all(|name| !name.contains("..")), "{names:?}");
    let mut read = |wanted: &str| {
        let name = names.iter().find(|name| name.contains(wanted)).unwrap_or_else(|| panic!("{wanted}: {names:?}"));
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(read("note.txt"), format!("{WORD} in a file"));
    assert!(read("mails/").contains(&format!("{WORD} by mail")));
    let json: serde_json::Value = serde_json::from_str(&read("person.json")).unwrap();
    assert_eq!(json["visitor"]["email"], format!("{WORD}@example.com"));
    assert_eq!(json["visitor"]["said_by_pages"]["plan"], WORD);
    let entries = json["conversations"][0]["entries"].to_string();
    assert!(entries.contains(&format!("{WORD} called")), "{entries}");
    assert!(entries.contains("An answer"), "{entries}");
    assert!(!json.to_string().contains("bobs"));
    let unknown = domain.export_visitor(fixture.visitor().visitor).await.unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::VisitorUnknown);
}

async fn what_an_inbox_keeps_no_longer_goes_by_itself(fixture) {
    let domain = &fixture.domain;
    let (ann, id) = fixture.known_everywhere().await;
    let keep = async |retention: Retention| domain.set_inbox_retention(fixture.inbox.id, retention).await;
    for wrong in [0, 36_501] {
        let retention = Retention { files_days: Some(wrong), ..Retention::default() };
        assert_eq!(keep(retention).await.unwrap_err().code(), ErrorCode::DaysInvalid);
    }
    let files = Retention { files_days: Some(30), ..Retention::default() };
    keep(files).await.unwrap();
    assert_eq!(domain.find_inbox(None).await.unwrap().retention, files);
    domain.erase_old().await.unwrap();
    assert_eq!(fixture.shelved(), 2, "it is not old");
    fixture.ticks.pass_ms(20 * DAY_MS);
    let bob = fixture.bob().await;
    fixture.ticks.pass_ms(11 * DAY_MS);
    domain.erase_old().await.unwrap();
    domain.sweep_files().await.unwrap();
    assert_eq!(fixture.shelved(), 1, "bobs is younger");
    let party = Party::Visitor(ann);
    let gone = domain.find_file(&party, FileId(uuid::Uuid::from_u128(1)), domain::file::Part::Whole).await;
    assert_eq!(gone.err().map(|error| error.code()), Some(ErrorCode::FileUnknown));
    let entries = domain.team_page(&looker(), id, None).await.unwrap().entries;
    assert_eq!(entries[0].files.0.len(), 1, "that there was one stays in the log");

    keep(Retention { addresses_days: Some(30), ..Retention::default() }).await.unwrap();
    domain.erase_old().await.unwrap();
    let known = domain.find_visitor(&looker(), ann.visitor).await.unwrap();
    assert_eq!((known.email, known.has_network, known.name.as_deref()), (None, false, Some("Quxzarnoth")));
    let found = fixture.found(&format!("{WORD}@example.com")).await;
    // Messages may contain the address that someone wrote, and events say why an email was not sent.
    assert!(found.iter().all(|at| at == "entry.text" || at == "mail.reason" || at.starts_with("file ")), "{found:?}");

    keep(Retention { conversations_days: Some(30), ..Retention::default() }).await.unwrap();
    fixture.ticks.pass_ms(2 * DAY_MS);
    domain.send_as_visitor(&bob, None, client_id(10), "still here").await.unwrap();
    domain.erase_old().await.unwrap();
    assert_eq!(only(domain, &looker()).await.preview, "still here");
    let nobody = domain.find_visitor(&looker(), ann.visitor).await.unwrap_err();
    assert_eq!(nobody.code(), ErrorCode::VisitorUnknown);
    assert_eq!(fixture.found(WORD).await, Vec::<String>::new());
    let audit = domain.list_audit(&Default::default(), None).await.unwrap().entries;
    let noted: Vec<_> = audit.iter().filter(|entry| entry.action == "old_erased").collect();
    assert!(noted.len() == 3 && noted[0].subject.as_deref().unwrap().contains("1 conversations"), "{noted:?}");
    // Nothing is old enough, so nothing is recorded.
    domain.erase_old().await.unwrap();
    assert_eq!(domain.list_audit(&Default::default(), None).await.unwrap().entries.len(), audit.len());
}

}
