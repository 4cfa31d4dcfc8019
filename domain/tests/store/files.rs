//! Files: who may upload, send and fetch them, and what happens to files that were never sent.

use std::io::{Cursor, Error, ErrorKind};

use domain::Domain;
use domain::agent::{Agent, AgentSettings, Visibility};
use domain::conversation::Draft;
use domain::file::{FileRules, Part, Party};
use futures_util::{StreamExt, TryStreamExt, stream};
use image::{DynamicImage, ImageFormat};
use protocol::{ErrorCode, File, FileId, limits};
use sea_orm::ConnectionTrait;

use crate::support::{Fixture, agent, client_id, only};

fn file_id(number: u128) -> FileId {
    FileId(uuid::Uuid::from_u128(number))
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    let picture = DynamicImage::new_rgb8(width, height);
    picture.write_to(&mut Cursor::new(&mut content), ImageFormat::Png).unwrap();
    content
}

impl Fixture {
    pub(crate) async fn upload(
        &self,
        party: &Party,
        id: u128,
        content: &[u8],
    ) -> Result<File, ErrorCode> {
        self.upload_as(party, id, "note.txt", content.len() as u64, content).await
    }

    async fn upload_as(
        &self,
        party: &Party,
        id: u128,
        name: &str,
        bytes: u64,
        content: &[u8],
    ) -> Result<File, ErrorCode> {
        let pieces: Vec<_> = content.chunks(1_000).map(|piece| Ok(piece.to_vec().into())).collect();
        let content = stream::iter(pieces);
        let uploaded = self.domain.upload(party, file_id(id), name, bytes, content).await;
        uploaded.map_err(|error| error.code())
    }

    async fn fetch(&self, party: &Party, id: u128, part: Part) -> Result<Vec<u8>, ErrorCode> {
        let found = self.domain.find_file(party, file_id(id), part).await;
        let found = found.map_err(|error| error.code())?;
        let (bytes, content) = self.domain.read_file(&found).await.unwrap();
        let pieces: Vec<_> = content.try_collect().await.unwrap();
        let content = pieces.concat();
        assert_eq!(content.len() as u64, bytes);
        Ok(content)
    }

    /// The number of files in the blob store.
    pub(crate) fn shelved(&self) -> usize {
        let folders = ["files", "thumbnails"].map(|name| self.files.path().join(name));
        let count = |folder| std::fs::read_dir(folder).map_or(0, Iterator::count);
        folders.into_iter().map(count).sum()
    }
}

async fn other_agent(fixture: &Fixture) -> Agent {
    let other = fixture.domain.create_inbox("Other", &[]).await.unwrap();
    let who = agent(&fixture.domain, "other@example.com").await;
    let settings = AgentSettings {
        visibility: Visibility::Inboxes([other.id].into()),
        ..AgentSettings::default()
    };
    fixture.domain.set_agent(who.id, settings).await.unwrap();
    fixture.domain.find_agent(who.id).await.unwrap().unwrap()
}

testbed::on_each_store! {

async fn a_message_carries_files_and_who_may_see_it_may_fetch_them(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let (who, stranger) = (fixture.visitor(), fixture.visitor());
    let (visitor, other) = (Party::Visitor(who), Party::Visitor(stranger));
    let content = picture(1_300, 650);

    let file = fixture.upload_as(&visitor, 1, "a/b/Screen.png", content.len() as u64, &content).await.unwrap();
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("Screen.png", "image/png"));
    assert_eq!((file.bytes, file.width, file.height), (content.len() as u64, Some(1_300), Some(650)));
    // Uploading again changes nothing, even with other content.
    assert_eq!(fixture.upload(&visitor, 1, b"other").await.as_ref(), Ok(&file));
    assert_eq!(fixture.upload(&other, 1, b"other").await, Err(ErrorCode::FileIdTaken));

    // Before it is sent, only the uploader can fetch it.
    assert_eq!(fixture.fetch(&visitor, 1, Part::Whole).await.as_deref(), Ok(&*content));
    for party in [&other, &Party::Agent(mia.clone())] {
        assert_eq!(fixture.fetch(party, 1, Part::Whole).await, Err(ErrorCode::FileUnknown));
    }
    let draft = Draft { text: "", files: &[file_id(1)] };
    let refused = domain.send_as_visitor(&stranger, None, client_id(1), draft).await;
    assert_eq!(refused.map_err(|error| error.code()), Err(ErrorCode::FileUnknown));

    let entry = domain.send_as_visitor(&who, None, client_id(1), draft).await.unwrap();
    assert_eq!(entry.files.0, std::slice::from_ref(&file));
    // Sending again is harmless. With other files, or in another message, it is not the same.
    assert_eq!(domain.send_as_visitor(&who, None, client_id(1), draft).await.unwrap(), entry);
    let without = domain.send_as_visitor(&who, None, client_id(1), "words").await;
    assert_eq!(without.map_err(|error| error.code()), Err(ErrorCode::ClientIdReused));
    let again = domain.send_as_visitor(&who, None, client_id(2), draft).await;
    assert_eq!(again.map_err(|error| error.code()), Err(ErrorCode::FileUnknown));

    let summary = only(domain, &mia).await;
    assert_eq!(summary.preview, "Screen.png");
    let page = domain.team_page(&mia, summary.id, None).await.unwrap();
    assert_eq!(page.entries.iter().find(|one| one.seq == entry.seq).unwrap().files.0, [file]);
    for party in [&visitor, &Party::Agent(mia.clone())] {
        assert_eq!(fixture.fetch(party, 1, Part::Whole).await.as_deref(), Ok(&*content));
        let small = fixture.fetch(party, 1, Part::Thumbnail).await.unwrap();
        assert!(small.starts_with(b"\xff\xd8\xff"), "a thumbnail is a JPEG");
    }
    let foreign = Party::Agent(other_agent(&fixture).await);
    for party in [&other, &foreign] {
        for part in [Part::Whole, Part::Thumbnail] {
            assert_eq!(fixture.fetch(party, 1, part).await, Err(ErrorCode::FileUnknown));
        }
    }
}

async fn what_a_note_carries_is_for_agents(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let who = fixture.visitor();
    domain.send_as_visitor(&who, None, client_id(1), "hi").await.unwrap();
    let id = only(domain, &mia).await.id;
    let team = Party::Agent(mia.clone());
    fixture.upload(&team, 1, b"for us").await.unwrap();
    fixture.upload(&team, 2, b"for you").await.unwrap();
    for (number, is_note) in [(1, true), (2, false)] {
        let draft = Draft { text: "see", files: &[file_id(number)] };
        domain.send_as_agent(&mia, id, client_id(10 + number), draft, is_note).await.unwrap();
    }
    let visitor = Party::Visitor(who);
    assert_eq!(fixture.fetch(&visitor, 1, Part::Whole).await, Err(ErrorCode::FileUnknown));
    assert_eq!(fixture.fetch(&visitor, 2, Part::Whole).await.as_deref(), Ok(&b"for you"[..]));
    assert_eq!(fixture.fetch(&visitor, 2, Part::Thumbnail).await, Err(ErrorCode::FileUnknown));
}

async fn what_is_too_much_or_not_taken_is_refused_and_leaves_nothing(fixture) {
    let visitor = Party::Visitor(fixture.visitor());
    let refused = |code| Err::<File, _>(code);
    assert_eq!(fixture.upload(&visitor, 1, b"").await, refused(ErrorCode::FileEmpty));
    assert_eq!(fixture.upload(&visitor, 1, b"MZ\x90\x00\x03").await, refused(ErrorCode::FileTypeRefused));
    let too_big = fixture.upload_as(&visitor, 1, "x", limits::FILE_BYTES + 1, b"x").await;
    assert_eq!(too_big, refused(ErrorCode::FileTooBig));
    assert_eq!(fixture.upload_as(&visitor, 1, "x", 3, b"four").await, refused(ErrorCode::FileTooBig));
    assert_eq!(fixture.upload_as(&visitor, 1, "x", 9, b"four").await, refused(ErrorCode::UploadCut));
    let broken = stream::iter([Ok(b"half".to_vec().into()), Err(Error::from(ErrorKind::ConnectionReset))]);
    let broken = fixture.domain.upload(&visitor, file_id(1), "x", 9, broken).await;
    assert_eq!(broken.map_err(|error| error.code()), refused(ErrorCode::UploadCut));
    assert_eq!(fixture.shelved(), 0);
    // After a lost connection, an upload with the same id succeeds.
    let half = stream::iter([Ok(b"half".to_vec().into())]).chain(stream::pending());
    let upload = fixture.domain.upload(&visitor, file_id(1), "x", 9, half);
    tokio::select! {
        biased;
        _ = upload => unreachable!("the content has no end"),
        () = async { for _ in 0..50 { tokio::task::yield_now().await; } } => {}
    }
    assert_eq!(fixture.upload(&visitor, 1, b"the whole").await.unwrap().bytes, 9);
    // A broken picture is stored without a thumbnail.
    let broken = fixture.upload(&visitor, 2, b"\x89PNG\r\n\x1a\nbroken").await.unwrap();
    assert_eq!((broken.name.as_str(), broken.width), ("note.txt.png", None));

    let ids: Vec<_> = (0..=limits::FILES as u128).map(file_id).collect();
    let draft = Draft { text: "", files: &ids };
    let Party::Visitor(who) = visitor else { unreachable!() };
    let many = fixture.domain.send_as_visitor(&who, None, client_id(1), draft).await;
    assert_eq!(many.map_err(|error| error.code()), Err(ErrorCode::TooManyFiles));
    let twice = Draft { text: "", files: &[file_id(1), file_id(1)] };
    let twice = fixture.domain.send_as_visitor(&who, None, client_id(1), twice).await;
    assert_eq!(twice.map_err(|error| error.code()), Err(ErrorCode::FileUnknown));
}

async fn of_two_tries_at_once_neither_writes_over_the_other(fixture) {
    let who = fixture.visitor();
    let visitor = Party::Visitor(who);
    // The first attempt pauses until the second has finished and its message is sent.
    let (go_on, told) = tokio::sync::oneshot::channel();
    let first = async {
        let rest = async move {
            told.await.unwrap();
            Ok(b" try".to_vec().into())
        };
        let content = stream::iter([Ok(b"first".to_vec().into())]).chain(stream::once(rest));
        fixture.domain.upload(&visitor, file_id(1), "x", 9, content).await
    };
    let second = async {
        fixture.upload(&visitor, 1, b"second").await.unwrap();
        let draft = Draft { text: "", files: &[file_id(1)] };
        fixture.domain.send_as_visitor(&who, None, client_id(1), draft).await.unwrap();
        go_on.send(()).unwrap();
    };
    let (first, ()) = tokio::join!(first, second);
    assert_eq!(first.map_err(|error| error.code()), Err(ErrorCode::UploadCut));
    assert_eq!(fixture.fetch(&visitor, 1, Part::Whole).await.as_deref(), Ok(&b"second"[..]));
    assert_eq!(fixture.shelved(), 1, "nothing is left of the other");
}

async fn a_visitor_has_so_much_room_and_no_more(fixture) {
    let (who, other) = (fixture.visitor(), fixture.visitor());
    let visitor = Party::Visitor(who);
    fixture.upload(&visitor, 1, b"first").await.unwrap();
    let look = fixture.database.connect().await;
    // Pretend that it is large.
    let grown = format!("UPDATE file SET bytes = {}", limits::VISITOR_FILE_BYTES - 10);
    look.execute_unprepared(&grown).await.unwrap();
    assert_eq!(fixture.upload(&visitor, 2, b"eleven byte").await, Err(ErrorCode::FileQuota));
    fixture.upload(&visitor, 3, b"ten bytes.").await.unwrap();
    fixture.upload(&Party::Visitor(other), 4, b"eleven byte").await.unwrap();

    // Too many unsent files are refused, no matter who uploads them.
    let mia = Party::Agent(agent(&fixture.domain, "mia@example.com").await);
    for number in 0..u128::from(limits::UNSENT_FILES) {
        fixture.upload(&mia, 100 + number, b"x").await.unwrap();
    }
    assert_eq!(fixture.upload(&mia, 99, b"x").await, Err(ErrorCode::TooManyFiles));
}

async fn what_nobody_sent_is_swept_away(fixture) {
    let who = fixture.visitor();
    let visitor = Party::Visitor(who);
    let content = picture(20, 20);
    fixture.upload(&visitor, 1, &content).await.unwrap();
    fixture.upload(&visitor, 2, b"sent").await.unwrap();
    let draft = Draft { text: "see", files: &[file_id(2)] };
    fixture.domain.send_as_visitor(&who, None, client_id(1), draft).await.unwrap();
    fixture.domain.sweep_files().await.unwrap();
    assert_eq!(fixture.shelved(), 3, "the picture, its thumbnail, the text");

    fixture.ticks.pass_ms(limits::UNSENT_FILE_MS);
    fixture.domain.sweep_files().await.unwrap();
    assert_eq!(fixture.shelved(), 1);
    assert_eq!(fixture.fetch(&visitor, 1, Part::Whole).await, Err(ErrorCode::FileUnknown));
    assert_eq!(fixture.fetch(&visitor, 2, Part::Whole).await.as_deref(), Ok(&b"sent"[..]));
    let draft = Draft { text: "", files: &[file_id(1)] };
    let late = fixture.domain.send_as_visitor(&who, None, client_id(2), draft).await;
    assert_eq!(late.map_err(|error| error.code()), Err(ErrorCode::FileUnknown));
}

async fn an_inbox_has_so_much_room_and_the_disk_is_never_filled(fixture) {
    let upload = async |domain: &Domain, party: Party, number| {
        let content = futures_util::stream::iter([Ok(vec![b'x'; 600].into())]);
        domain.upload(&party, file_id(number), "a.txt", 600, content).await.map_err(|error| error.code())
    };
    let rules = FileRules { inbox_bytes: 1_000, ..FileRules::default() };
    let domain = fixture.domain.clone().with_file_rules(rules);
    upload(&domain, Party::Visitor(fixture.visitor()), 1).await.unwrap();
    let full = upload(&domain, Party::Visitor(fixture.visitor()), 2).await;
    assert_eq!(full.err(), Some(ErrorCode::FileQuota), "another visitor's files count");
    let mia = agent(&fixture.domain, "mia@example.com").await;
    upload(&domain, Party::Agent(mia.clone()), 3).await.unwrap();
    let folder = Some(std::env::temp_dir());
    let rules = FileRules { free_bytes: u64::MAX, folder, ..FileRules::default() };
    let domain = fixture.domain.clone().with_file_rules(rules);
    assert!(domain.is_disk_low().is_some());
    let full = upload(&domain, Party::Visitor(fixture.visitor()), 4).await;
    assert_eq!(full.err(), Some(ErrorCode::FileQuota));
    upload(&domain, Party::Agent(mia), 5).await.unwrap();
}

}
