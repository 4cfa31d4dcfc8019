//! Visitor identity, on every store.

use domain::conversation::Draft;
use domain::file::Party;
use domain::inbox::SecretOf;
use domain::visitor::{About, Admitted, BlockOf, Reads, User};
use domain::{Domain, Error};
use hmac::{Hmac, KeyInit, Mac};
use protocol::{ErrorCode, FileId, Status};
use sea_orm::{ConnectionTrait, Statement};
use sha2::Sha256;

use crate::support::{Bench, agent, client_id, listed, looker};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

impl Bench {
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

async fn who_identifies_keeps_what_they_wrote_and_finds_it_on_every_device(bench) {
    let phone = bench.admit(None, None).await.unwrap();
    bench.domain.send_as_visitor(&phone.who, None, client_id(1), "from the phone").await.unwrap();
    let known = bench.admit(Some(&phone.token), bench.proven("42").await).await.unwrap();
    // Not the anonymous visitor's id: its token must not open the user's conversations.
    assert!(known.is_other);
    assert_eq!(texts(&bench.domain, &known).await, ["from the phone"]);
    let old = bench.admit(Some(&phone.token), None).await.unwrap();
    assert_eq!(texts(&bench.domain, &old).await, [] as [&str; 0]);

    let laptop = bench.admit(None, bench.proven("42").await).await.unwrap();
    assert_eq!((laptop.who, laptop.is_other), (known.who, true));
    assert_eq!(texts(&bench.domain, &laptop).await, ["from the phone"]);
    let mia = agent(&bench.domain, "mia@example.com").await;
    assert_eq!(listed(&bench.domain, &mia).await[0].visitor_name, "Ann");
}

async fn what_was_written_before_comes_along_and_one_conversation_goes_on(bench) {
    let domain = &bench.domain;
    let old = bench.admit(None, bench.proven("42").await).await.unwrap();
    domain.send_as_visitor(&old.who, None, client_id(1), "long ago").await.unwrap();
    let new = bench.admit(None, None).await.unwrap();
    domain.send_as_visitor(&new.who, None, client_id(2), "just now").await.unwrap();

    let both = bench.admit(Some(&new.token), bench.proven("42").await).await.unwrap();
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
    let (page, none) = domain.earlier_page_before(&both.who, earlier, 9).await.unwrap();
    assert_eq!((page.entries[0].body.text(), none), ("long ago", None));
    let stranger = bench.visitor();
    let foreign = domain.earlier_page_before(&stranger, earlier, 9).await;
    assert_eq!(foreign.map(drop).map_err(|e| e.code()), Err(ErrorCode::ConversationUnknown));
    // Everything continues in one conversation. Sending an earlier message again is still harmless.
    domain.send_as_visitor(&both.who, None, client_id(2), "just now").await.unwrap();
    assert_eq!(texts(domain, &both).await, ["just now"]);
}

async fn a_file_that_was_uploaded_before_can_be_sent_after(bench) {
    let domain = &bench.domain;
    let before = bench.admit(None, None).await.unwrap();
    let (id, visitor) = (FileId(uuid::Uuid::from_u128(1)), Party::Visitor(before.who));
    let content = futures_util::stream::iter([Ok(b"mine".to_vec().into())]);
    domain.upload(&visitor, id, "x", 4, content).await.unwrap();
    let known = bench.admit(Some(&before.token), bench.proven("42").await).await.unwrap();
    assert_ne!(known.who, before.who);
    let draft = Draft { text: "", files: &[id] };
    domain.send_as_visitor(&known.who, None, client_id(1), draft).await.unwrap();
}

async fn nobody_sees_the_conversation_of_another(bench) {
    let domain = &bench.domain;
    let ann = bench.admit(None, bench.proven("ann").await).await.unwrap();
    domain.send_as_visitor(&ann.who, None, client_id(1), "secret").await.unwrap();

    // A claim is recorded but grants no access.
    let eve = bench.admit(None, claimed("ann")).await.unwrap();
    assert_ne!(eve.who, ann.who);
    assert_eq!(texts(domain, &eve).await, [] as [&str; 0]);
    // Another user of the same device is another visitor and inherits nothing.
    let ben = bench.admit(Some(&ann.token), bench.proven("ben").await).await.unwrap();
    assert_ne!(ben.who, ann.who);
    assert_eq!(texts(domain, &ben).await, [] as [&str; 0]);
    assert_eq!(texts(domain, &ann).await, ["secret"]);
}

async fn a_proof_that_does_not_hold_is_refused(bench) {
    let code = |refused: Result<Admitted, Error>| refused.map(drop).expect_err("refused").code();
    let mut wrong = bench.proven("42").await;
    if let Some(user) = &mut wrong {
        user.id = Some("43".into());
    }
    assert_eq!(code(bench.admit(None, wrong.clone()).await), ErrorCode::IdentityInvalid);
    if let Some(user) = &mut wrong {
        user.jwt = Some("a.b.c".into());
    }
    assert_eq!(code(bench.admit(None, wrong).await), ErrorCode::IdentityInvalid);

    bench.domain.require_identity(bench.inbox.id, true).await.unwrap();
    assert_eq!(code(bench.admit(None, claimed("42")).await), ErrorCode::IdentityRequired);
    assert!(bench.admit(None, bench.proven("42").await).await.is_ok());
    assert!(bench.admit(None, None).await.is_ok(), "who claims nothing may write");
    let before = bench.proven("42").await;
    bench.domain.rotate_secret(bench.inbox.id, SecretOf::Identity, false).await.unwrap();
    assert!(bench.admit(None, before.clone()).await.is_ok(), "for a day both prove it");
    assert!(bench.admit(None, bench.proven("42").await).await.is_ok());
    bench.ticks.pass_ms(DAY_MS);
    assert_eq!(code(bench.admit(None, before).await), ErrorCode::IdentityInvalid);
    let before = bench.proven("42").await;
    bench.domain.rotate_secret(bench.inbox.id, SecretOf::Identity, true).await.unwrap();
    assert_eq!(code(bench.admit(None, before).await), ErrorCode::IdentityInvalid);
}

async fn two_tabs_that_identify_at_once_are_one_visitor(bench) {
    let first = bench.admit(None, None).await.unwrap();
    bench.domain.send_as_visitor(&first.who, None, client_id(1), "hi").await.unwrap();
    let (one, other) = (bench.proven("42").await, bench.proven("42").await);
    let (one, other) = tokio::join!(
        bench.admit(Some(&first.token), one),
        bench.admit(None, other),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.who, other.who);
    assert_eq!(texts(&bench.domain, &one).await, ["hi"]);
}

async fn what_is_known_of_a_visitor_is_kept(bench) {
    let inbox = bench.domain.find_inbox(None).await.unwrap();
    let first = bench.admit(None, None).await.unwrap();
    bench.domain.send_as_visitor(&first.who, None, client_id(1), "hi").await.unwrap();
    let said = r#"{"user":{"email":"ann@example.com","plan":"pro","seats":5},"referrer":"https://search.example","language":"de-AT","time_zone":"Europe/Vienna"}"#;
    let about = About { browser: Some("Browser/1".into()), ..About::read(said, inbox.kept) };
    let page = inbox.kept.page("https://shop.example/basket?session=secret");
    bench.domain.admit_visitor(&inbox, Some(&first.token), None, about, page).await.unwrap();

    let mia = agent(&bench.domain, "mia@example.com").await;
    let one = &listed(&bench.domain, &mia).await[0];
    assert_eq!(one.visitor_name, "ann@example.com");
    let known = bench.domain.profile_of(&looker(), one.id).await.unwrap();
    assert_eq!(known.user_id, None, "nothing proves who it is");
    assert_eq!(known.attribute_texts(), [("plan".into(), "pro".into()), ("seats".into(), "5".into())]);
    assert_eq!(known.language.as_deref(), Some("de-AT"));
    assert_eq!(known.page.as_deref(), Some("https://shop.example/basket"));
    assert_eq!(known.browser.as_deref(), Some("Browser/1"));
    assert!(known.last_seen_at_ms.is_some());
}

async fn who_left_somebodys_address_reads_nothing_of_theirs(bench) {
    let domain = &bench.domain;
    let mallory = bench.admit(None, None).await.unwrap();
    domain.send_as_visitor(&mallory.who, None, client_id(1), "hi").await.unwrap();
    domain.leave_address(&mallory.who, "ann@example.com").await.unwrap();
    // Ann opens the link in an email and writes.
    let reads = Reads { address: Some("ann@example.com".into()), generation: 1 };
    assert!(bench.admit(Some(&mallory.token), None).await.is_ok(), "programs open links, too");
    domain.prove_address(&mallory.who, &reads, None).await.unwrap();
    let inbox = domain.find_inbox(None).await.unwrap();
    let refused = bench.admit(Some(&mallory.token), None).await;
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

async fn a_token_is_over_when_it_is_not_used_or_taken_back(bench) {
    let domain = &bench.domain;
    let ann = bench.admit(None, None).await.unwrap();
    domain.send_as_visitor(&ann.who, None, client_id(1), "hi").await.unwrap();
    bench.ticks.pass_ms(80 * DAY_MS);
    let again = bench.admit(Some(&ann.token), None).await.unwrap();
    bench.ticks.pass_ms(80 * DAY_MS);
    let refused = bench.admit(Some(&ann.token), None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
    let again = bench.admit(Some(&again.token), None).await.expect("a returning visitor's session continues");
    let mia = agent(domain, "mia@example.com").await;
    domain.log_out_visitor(&mia, ann.who.visitor).await.unwrap();
    let refused = bench.admit(Some(&again.token), None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
}

async fn what_signs_tokens_is_rotated_and_tokens_go_on_unless_it_is_known(bench) {
    let rotate = async |at_once| {
        bench.domain.rotate_secret(bench.inbox.id, SecretOf::Visitors, at_once).await.unwrap();
    };
    let ann = bench.admit(None, None).await.unwrap();
    bench.domain.send_as_visitor(&ann.who, None, client_id(1), "hi").await.unwrap();
    rotate(false).await;
    let again = bench.admit(Some(&ann.token), None).await.unwrap();
    assert_eq!(again.who, ann.who);
    rotate(true).await;
    for token in [&ann.token, &again.token] {
        let refused = bench.admit(Some(token), None).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::TokenInvalid);
    }
}

async fn what_the_sites_server_says_stays_whatever_a_page_says(bench) {
    let domain = &bench.domain;
    let user = |json: &str| User::read(serde_json::from_str(json).unwrap()).unwrap();
    let said = user(r#"{"id":"42","name":"Ann","email":"ann@example.com","plan":"free","verified":false}"#);
    domain.identify_visitor(bench.inbox.id, said).await.unwrap();
    let mut page = bench.proven("42").await.unwrap();
    page.name = Some("The CEO".into());
    page.email = Some("ceo@example.com".into());
    page.attributes = user(r#"{"plan":"Ultimate","verified":true}"#).attributes;
    let ann = bench.admit(None, Some(page)).await.unwrap();
    let mia = agent(domain, "mia@example.com").await;
    let known = domain.find_visitor(&mia, ann.who.visitor).await.unwrap();
    assert_eq!((known.name.as_deref(), known.email.as_deref()), (Some("Ann"), Some("ann@example.com")));
    assert!(known.is_email_proven);
    assert_eq!(known.vouched_texts(), [("plan".into(), "free".into()), ("verified".into(), "false".into())]);
    assert_eq!(known.attribute_texts()[0].1, "Ultimate", "and is kept apart from it");

    // An inbox that requires proof ignores unproven data, but admits a visitor who sends only a plan.
    domain.require_identity(bench.inbox.id, true).await.unwrap();
    let plan = user(r#"{"plan":"Enterprise"}"#);
    let eve = bench.admit(None, Some(plan.clone())).await.unwrap();
    domain.send_as_visitor(&eve.who, None, client_id(7), "hi").await.unwrap();
    bench.admit(Some(&eve.token), Some(plan)).await.unwrap();
    let known = domain.find_visitor(&mia, eve.who.visitor).await.unwrap();
    assert!(known.attributes.is_empty());
}

async fn secrets_are_sealed_in_the_database(bench) {
    let db = bench.database.connect().await;
    let inbox = bench.domain.find_inbox(None).await.unwrap();
    let all = Statement::from_string(db.get_database_backend(), "SELECT secrets FROM inbox");
    let read = async || -> String {
        db.query_one_raw(all.clone()).await.unwrap().unwrap().try_get("", "secrets").unwrap()
    };
    let sealed = read().await;
    assert!(sealed.starts_with("v1.") && !sealed.contains(inbox.identity_secret()));
    assert_eq!(bench.domain.seal_secrets().await.unwrap(), 0, "nothing to do");
    // As an earlier version stored it.
    let plain = r#"{"visitors":{"now":"one"},"identity":{"now":"two"},"inbound":null,"mailbox":null}"#;
    db.execute_unprepared(&format!("UPDATE inbox SET secrets = '{plain}'")).await.unwrap();
    assert_eq!(bench.domain.find_inbox(None).await.unwrap().identity_secret(), "two");
    assert_eq!(bench.domain.seal_secrets().await.unwrap(), 1);
    assert!(read().await.starts_with("v1."));
    assert_eq!(bench.domain.find_inbox(None).await.unwrap().identity_secret(), "two");
}

async fn a_blocked_visitor_and_a_blocked_network_write_no_more(bench) {
    let domain = &bench.domain;
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
    bench.ticks.pass_ms(30 * DAY_MS);
    assert!(from(None, "bad").await.is_ok(), "its addresses are somebody else's by now");
    assert!(domain.list_blocks(&mia).await.unwrap().is_empty());
}

}
