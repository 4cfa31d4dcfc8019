//! Who a visitor is, on every store.

use domain::conversation::Draft;
use domain::file::Party;
use domain::visitor::{About, Admitted, User};
use domain::{Domain, Error};
use hmac::{Hmac, KeyInit, Mac};
use protocol::{ErrorCode, FileId, Status};
use sha2::Sha256;

use crate::support::{Bench, agent, client_id, listed, looker};

impl Bench {
    async fn hash(&self, user: &str) -> String {
        let secret = self.domain.identity_secret(self.inbox.id).await.unwrap();
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
    // Not the anonymous one's id: whoever kept its token must not come in by it.
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
    // What was before is there to be read, by them alone.
    let goes_on = domain.visitor_page(&both.who, None).await.unwrap().conversation.unwrap();
    let earlier = domain.earlier_than(&both.who, goes_on).await.unwrap().unwrap();
    let (page, none) = domain.earlier_page_before(&both.who, earlier, 9).await.unwrap();
    assert_eq!((page.entries[0].body.text(), none), ("long ago", None));
    let stranger = bench.visitor();
    let foreign = domain.earlier_page_before(&stranger, earlier, 9).await;
    assert_eq!(foreign.map(drop).map_err(|e| e.code()), Err(ErrorCode::ConversationUnknown));
    // All goes on in the one; sending again what was sent before is still harmless.
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

    // A claim is noted, and opens nothing.
    let eve = bench.admit(None, claimed("ann")).await.unwrap();
    assert_ne!(eve.who, ann.who);
    assert_eq!(texts(domain, &eve).await, [] as [&str; 0]);
    // Another user at the same device is another visitor, and takes nothing along.
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
    bench.domain.rotate_identity_secret(bench.inbox.id).await.unwrap();
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
    let about = About { browser: Some("Browser/1".into()), ..About::read(said) };
    let page = Some("https://shop.example/basket".to_owned());
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

}
