//! Visitor identity, on every store.

use domain::conversation::Draft;
use domain::file::Party;
use domain::inbox::SecretOf;
use domain::visitor::{About, Admitted, BlockOf, Reads, User};
use domain::{Domain, Error};
use hmac::{Hmac, KeyInit, Mac};
use protocol::{ErrorCode, FileId, Seq, Status};
use sea_orm::{ConnectionTrait, Statement};
use sha2::Sha256;

use crate::support::{Fixture, agent, client_id, listed, looker};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

impl Fixture {
    async fn hash(&self, user: &str) -> String {
        let inbox = self.domain.find_inbox(None).await.unwrap();
        let secret = inbox.identity_secret();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(user.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    async fn admit(&self, token: Option<&str>, user: Option<User>) -> Result<Admitted, Error> {
        let inbox = self.domain.find_inbox(None).await?;
        let about = About { user, ..About::default() };
        self.domain.admit_visitor(&inbox, token, None, about, None).await
    }

    async fn proven(&self, id: &str) -> Option<User> {
        let hash = Some(self.hash(id).await);
        Some(User { id: Some(id.into()), name: Some("Ann".into()), hash, ..User::default() })
    }
}

fn claimed(id: &str) -> Option<User> {
    Some(User { id: Some(id.into()), name: Some("Eve".into()), ..User::default() })
}

async fn texts(domain: &Domain, admitted: &Admitted) -> Vec<String> {
    let page = domain.visitor_page(&admitted.who, None).await.unwrap();
    let texts = page.entries.iter().map(|entry| entry.body.text().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

testbed::on_each_store! {

async fn who_identifies_keeps_what_they_wrote_and_finds_it_on_every_device(fixture) {
    let phone = fixture.admit(None, None).await.unwrap();
    fixture.domain.send_as_visitor(&phone.who, None, client_id(1), "from the phone").await.unwrap();
    let known = fixture.admit(Some(&phone.token), fixture.proven("42").await).await.unwrap();
    // Not the anonymous visitor's id: its token must not open the user's conversations.
    assert!(known.is_other);
    assert_eq!(texts(&fixture.domain, &known).await, ["from the phone"]);
    let old = fixture.admit(Some(&phone.token), None).await.unwrap();
    assert_eq!(texts(&fixture.domain, &old).await, [] as [&str; 0]);

    let laptop = fixture.admit(None, fixture.proven("42").await).await.unwrap();
    assert_eq!((laptop.who, laptop.is_other), (known.who, true));
    assert_eq!(texts(&fixture.domain, &laptop).await, ["from the phone"]);
    let mia = agent(&fixture.domain, "mia@example.com").await;
    assert_eq!(listed(&fixture.domain, &mia).await[0].visitor_name, "Ann");
}

async fn what_was_written_before_comes_along_and_one_conversation_goes_on(fixture) {
    let domain = &fixture.domain;
    let old = fixture.admit(None, fixture.proven("42").await).await.unwrap();
    domain.send_as_visitor(&old.who, None, client_id(1), "long ago").await.unwrap();
    let new = fixture.admit(None, None).await.unwrap();
    domain.send_as_visitor(&new.who, None, client_id(2), "just now").await.unwrap();

    let both = fixture.admit(Some(&new.token), fixture.proven("42").await).await.unwrap();
    assert_eq!((both.who, both.is_other), (old.who, true));
    assert_eq!(texts(domain, &both).await, ["just now"]);
    let mia = agent(domain, "mia@example.com").await;
    let all = listed(domain, &mia).await;
    let statuses: Vec<_> = all.iter().map(|one| (one.visitor, one.status)).collect();
    let whose = old.who.visitor;
    assert_eq!(statuses, [(whose, Status::Open), (whose, Status::Resolved)]);
    // The visitor, and nobody else, can read the earlier conversation.
    let goes_on = domain.visitor_page(&both.who, None).await.unwrap().conversation.unwrap();
    let earlier = domain.earlier_than(&both.who, goes_on).await.unwrap().unwrap();
    let (page, none) = domain.earlier_page_before(&both.who, earlier, Seq(9)).await.unwrap();
    assert_eq!((page.entries[0].body.text(), none), ("long ago", None));
    let stranger = fixture.visitor();
    let foreign = domain.earlier_page_before(&stranger, earlier, Seq(9)).await;
    assert_eq!(foreign.map(drop).map_err(|e| e.code()), Err(ErrorCode::ConversationUnknown));
    // Everything continues in one conversation. Sending an earlier message again is still harmless.
    domain.send_as_visitor(&both.who, None, client_id(2), "just now").await.unwrap();
    assert_eq!(texts(domain, &both).await, ["just now"]);
}

async fn a_file_that_was_uploaded_before_can_be_sent_after(fixture) {
    let domain = &fixture.domain;
    let before = fixture.admit(None, None).await.unwrap();
    let (id, visitor) = (FileId(uuid::Uuid::from_u128(1)), Party::Visitor(before.who));
    let content = futures_util::stream::iter([Ok(b"mine".to_vec().into())]);
    domain.upload(&visitor, id, "x", 4, content).await.unwrap();
    let known = fixture.admit(Some(&before.token), fixture.proven("42").await).await.unwrap();
    assert_ne!(known.who, before.who);
    let draft = Draft { text: "", files: &[id] };
    domain.send_as_visitor(&known.who, None, client_id(1), draft).await.unwrap();
}

async fn nobody_sees_the_conversation_of_another(fixture) {
    let domain = &fixture.domain;
    let ann = fixture.admit(None, fixture.proven("ann").await).await.unwrap();
    domain.send_as_visitor(&ann.who, None, client_id(1), "secret").await.unwrap();

    // A claim is recorded but grants no access.
    let eve = fixture.admit(None, claimed("ann")).await.unwrap();
    assert_ne!(eve.who, ann.who);
    assert_eq!(texts(domain, &eve).await, [] as [&str; 0]);
    // Another user of the same device is another visitor and inherits nothing.
    let ben = fixture.admit(Some(&ann.token), fixture.proven("ben").await).await.unwrap();
    assert_ne!(ben.who, ann.who);
    assert_eq!(texts(domain, &ben).await, [] as [&str; 0]);
    assert_eq!(texts(domain, &ann).await, ["secret"]);
}

async fn a_proof_that_does_not_hold_is_refused(fixture) {
    let code = |refused: Result<Admitted, Error>| refused.map(drop).expect_err("refused").code();
    let mut wrong = fixture.proven("42").await;
    if let Some(user) = &mut wrong {
        user.id = Some("43".into());
    }
    assert_eq!(code(fixture.admit(None, wrong.clone()).await), ErrorCode::IdentityInvalid);
    if let Some(user) = &mut wrong {
        user.jwt = Some("a.b.c".into());
    }
    assert_eq!(code(fixture.admit(None, wrong).await), ErrorCode::IdentityInvalid);

    fixture.domain.require_identity(fixture.inbox.id, true).await.unwrap();
    assert_eq!(code(fixture.admit(None, claimed("42")).await), ErrorCode::IdentityRequired);
    assert!(fixture.admit(None, fixture.proven("42").await).await.is_ok());
    assert!(fixture.admit(None, None).await.is_ok(), "who claims nothing may write");
    let before = fixture.proven("42").await;
    fixture.domain.rotate_secret(fixture.inbox.id, SecretOf::Identity, false).await.unwrap();
    assert!(fixture.admit(None, before.clone()).await.is_ok(), "for a day both prove it");
    assert!(fixture.admit(None, fixture.proven("42").await).await.is_ok());
    fixture.ticks.pass_ms(DAY_MS);
    assert_eq!(code(fixture.admit(None, before).await), ErrorCode::IdentityInvalid);
    let before = fixture.proven("42").await;
    fixture.domain.rotate_secret(fixture.inbox.id, SecretOf::Identity, true).await.unwrap();
    assert_eq!(code(fixture.admit(None, before).await), ErrorCode::IdentityInvalid);
}

async fn two_tabs_that_identify_at_once_are_one_visitor(fixture) {
    let first = fixture.admit(None, None).await.unwrap();
    fixture.domain.send_as_visitor(&first.who, None, client_id(1), "hi").await.unwrap();
    let (one, other) = (fixture.proven("42").await, fixture.proven("42").await);
    let (one, other) = tokio::join!(
        fixture.admit(Some(&first.token), one),
        fixture.admit(None, other),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.who, other.who);
    assert_eq!(texts(&fixture.domain, &one).await, ["hi"]);
}

async fn what_is_known_of_a_visitor_is_kept(fixture) {
    let inbox = fixture.domain.find_inbox(None).await.unwrap();
    let first = fixture.admit(None, None).await.unwrap();
    fixture.domain.send_as_visitor(&first.who, None, client_id(1), "hi").await.unwrap();
    let said = r#"{"user":{"email":"ann@example.com","plan":"pro","seats":5},"referrer":"https://search.example","language":"de-AT","time_zone":"Europe/Vienna"}"#;
    let about = About { browser: Some("Browser/1".into()), ..About::read(said, inbox.retention) };
    let page = inbox.retention.page("https://shop.example/basket?session=secret");
    fixture.domain.admit_visitor(&inbox, Some(&first.token), None, about, page).await.unwrap();

    let mia = agent(&fixture.domain, "mia@example.com").await;
    let one = &listed(&fixture.domain, &mia).await[0];
    assert_eq!(one.visitor_name, "ann@example.com");
    let known = fixture.domain.profile_of(&looker(), one.id).await.unwrap();
    assert_eq!(known.user_id, None, "nothing proves who it is");
    assert_eq!(known.attribute_texts(), [("plan".into(), "pro".into()), ("seats".into(), "5".into())]);
    assert_eq!(known.language.as_deref(), Some("de-AT"));
    assert_eq!(known.page.as_deref(), Some("https://shop.example/basket"));
    assert_eq!(known.browser.as_deref(), Some("Browser/1"));
    assert!(known.last_seen_at_ms.is_some());
}

async fn who_left_somebodys_address_reads_nothing_of_theirs(fixture) {
    let domain = &fixture.domain;
    let mallory = fixture.admit(None, None).await.unwrap();
    domain.send_as_visitor(&mallory.who, None, client_id(1), "hi").await.unwrap();
    domain.leave_address(&mallory.who, "ann@example.com").await.unwrap();
    // Ann opens the link in an email and writes.
    let reads = Reads { address: Some("ann@example.com".into()), generation: 1 };
    assert!(fixture.admit(Some(&mallory.token), None).await.is_ok(), "programs open links, too");
    domain.prove_address(&mallory.who, &reads, None).await.unwrap();
    let inbox = domain.find_inbox(None).await.unwrap();
    let refused = fixture.admit(Some(&mallory.token), None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
    let refused = domain.recognize(&inbox, &mallory.token).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
    // Nothing that a page says makes it someone else's again.
    let user = User { email: Some("eve@example.com".into()), ..User::default() };
    let about = About { user: Some(user), ..About::default() };
    domain.note_visitor(&mallory.who, about, None).await.unwrap();
    let mia = agent(domain, "mia@example.com").await;
    let known = domain.find_visitor(&mia, mallory.who.visitor).await.unwrap();
    assert_eq!((known.email.as_deref(), known.is_email_proven), (Some("ann@example.com"), true));
}

async fn a_token_is_over_when_it_is_not_used_or_taken_back(fixture) {
    let domain = &fixture.domain;
    let ann = fixture.admit(None, None).await.unwrap();
    domain.send_as_visitor(&ann.who, None, client_id(1), "hi").await.unwrap();
    fixture.ticks.pass_ms(80 * DAY_MS);
    let again = fixture.admit(Some(&ann.token), None).await.unwrap();
    fixture.ticks.pass_ms(80 * DAY_MS);
    let refused = fixture.admit(Some(&ann.token), None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
    let again = fixture.admit(Some(&again.token), None).await.expect("a returning visitor's session continues");
    let mia = agent(domain, "mia@example.com").await;
    domain.log_out_visitor(&mia, ann.who.visitor).await.unwrap();
    let refused = fixture.admit(Some(&again.token), None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
}

async fn what_signs_tokens_is_rotated_and_tokens_go_on_unless_it_is_known(fixture) {
    let rotate = async |at_once| {
        fixture.domain.rotate_secret(fixture.inbox.id, SecretOf::Visitors, at_once).await.unwrap();
    };
    let ann = fixture.admit(None, None).await.unwrap();
    fixture.domain.send_as_visitor(&ann.who, None, client_id(1), "hi").await.unwrap();
    rotate(false).await;
    let again = fixture.admit(Some(&ann.token), None).await.unwrap();
    assert_eq!(again.who, ann.who);
    rotate(true).await;
    for token in [&ann.token, &again.token] {
        let refused = fixture.admit(Some(token), None).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
    }
}

async fn what_the_sites_server_says_stays_whatever_a_page_says(fixture) {
    let domain = &fixture.domain;
    let user = |json: &str| User::read(serde_json::from_str(json).unwrap()).unwrap();
    let said = user(r#"{"id":"42","name":"Ann","email":"ann@example.com","plan":"free","verified":false}"#);
    domain.identify_visitor(fixture.inbox.id, said).await.unwrap();
    let mut page = fixture.proven("42").await.unwrap();
    page.name = Some("The CEO".into());
    page.email = Some("ceo@example.com".into());
    page.attributes = user(r#"{"plan":"Ultimate","verified":true}"#).attributes;
    let ann = fixture.admit(None, Some(page)).await.unwrap();
    let mia = agent(domain, "mia@example.com").await;
    let known = domain.find_visitor(&mia, ann.who.visitor).await.unwrap();
    assert_eq!((known.name.as_deref(), known.email.as_deref()), (Some("Ann"), Some("ann@example.com")));
    assert!(known.is_email_proven);
    assert_eq!(known.vouched_texts(), [("plan".into(), "free".into()), ("verified".into(), "false".into())]);
    assert_eq!(known.attribute_texts()[0].1, "Ultimate", "and is kept apart from it");

    // An inbox that requires proof ignores unproven data, but admits a visitor who sends only a plan.
    domain.require_identity(fixture.inbox.id, true).await.unwrap();
    let plan = user(r#"{"plan":"Enterprise"}"#);
    let eve = fixture.admit(None, Some(plan.clone())).await.unwrap();
    domain.send_as_visitor(&eve.who, None, client_id(7), "hi").await.unwrap();
    fixture.admit(Some(&eve.token), Some(plan)).await.unwrap();
    let known = domain.find_visitor(&mia, eve.who.visitor).await.unwrap();
    assert!(known.attributes.is_empty());
}

async fn secrets_are_sealed_in_the_database(fixture) {
    let db = fixture.database.connect().await;
    let inbox = fixture.domain.find_inbox(None).await.unwrap();
    let all = Statement::from_string(db.get_database_backend(), "SELECT secrets FROM inbox");
    let read = async || -> String {
        db.query_one_raw(all.clone()).await.unwrap().unwrap().try_get("", "secrets").unwrap()
    };
    let sealed = read().await;
    assert!(sealed.starts_with("v1.") && !sealed.contains(inbox.identity_secret()));
    assert_eq!(fixture.domain.seal_secrets().await.unwrap(), 0, "nothing to do");
    // As an earlier version stored it.
    let plain = r#"{"visitors":{"now":"one"},"identity":{"now":"two"},"inbound":null,"mailbox":null}"#;
    db.execute_unprepared(&format!("UPDATE inbox SET secrets = '{plain}'")).await.unwrap();
    assert_eq!(fixture.domain.find_inbox(None).await.unwrap().identity_secret(), "two");
    assert_eq!(fixture.domain.seal_secrets().await.unwrap(), 1);
    assert!(read().await.starts_with("v1."));
    assert_eq!(fixture.domain.find_inbox(None).await.unwrap().identity_secret(), "two");
}

async fn a_blocked_visitor_and_a_blocked_network_write_no_more(fixture) {
    let domain = &fixture.domain;
    let from = async |token: Option<&str>, network: &str| {
        let inbox = domain.find_inbox(None).await.unwrap();
        let about = About { network: Some(network.into()), ..About::default() };
        domain.admit_visitor(&inbox, token, None, about, None).await
    };
    let write = async |number, network: &str| {
        let one = from(None, network).await.unwrap();
        domain.send_as_visitor(&one.who, None, client_id(number), "hi").await.unwrap();
        let about = About { network: Some(network.into()), ..About::default() };
        domain.note_visitor(&one.who, about, None).await.unwrap();
        one
    };
    let (eve, other, ann) =
        (write(1, "bad").await, write(2, "bad").await, write(3, "good").await);
    let mia = agent(domain, "mia@example.com").await;
    let of = async |who: &Admitted| domain.visitor_page(&who.who, None).await.unwrap().conversation.unwrap();
    let (_, archived) = domain.block_visitor(&mia, of(&eve).await, BlockOf::Visitor).await.unwrap();
    assert_eq!(archived, 1);
    let refused = from(Some(&eve.token), "elsewhere").await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::Blocked);
    assert!(from(Some(&other.token), "bad").await.is_ok());
    let (_, archived) = domain.block_visitor(&mia, of(&other).await, BlockOf::Network).await.unwrap();
    assert_eq!(archived, 1, "hers is archived already");
    assert_eq!(from(None, "bad").await.unwrap_err().code(), ErrorCode::Blocked);
    assert!(from(Some(&ann.token), "good").await.is_ok());
    let blocks = domain.list_blocks(&mia).await.unwrap();
    assert_eq!(blocks.iter().map(|block| block.of).collect::<Vec<_>>(), [BlockOf::Network, BlockOf::Visitor]);
    domain.unblock(&mia, blocks[1].id).await.unwrap();
    assert!(from(Some(&eve.token), "good").await.is_ok());
    assert_eq!(domain.unblock(&mia, blocks[1].id).await.unwrap_err().code(), ErrorCode::BlockUnknown);
    fixture.ticks.pass_ms(30 * DAY_MS);
    assert!(from(None, "bad").await.is_ok(), "its addresses are somebody else's by now");
    assert!(domain.list_blocks(&mia).await.unwrap().is_empty());
}

}
