//! Persistent logins and what ends them, and the audit log.

use domain::agent::{Agent, Role};
use domain::audit::{Actor, AuditAction, AuditCursor, AuditFilter};
use domain::login::{Attempt, Login, LoginRules, Provider, ProviderClaims};
use protocol::{ErrorCode, ProviderId, Scope, UnixMillis};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::{Fixture, agent, log_in, source};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Starts a session of this login with this secret.
async fn begin(fixture: &Fixture, who: &Agent, secret: &str) -> Login {
    let login = Login::of(who, &source());
    fixture.domain.save_login(secret, &login, "{}").await.unwrap();
    login
}

/// Returns the code that an authenticator app shows for a secret.
fn code_of(secret: &str, now: UnixMillis) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build();
    totp.unwrap().generate(now.seconds()).to_string()
}

fn provider() -> Provider {
    Provider {
        id: ProviderId(uuid::Uuid::from_u128(7)),
        name: "Example".into(),
        issuer: "https://id.example.com".into(),
        client_id: "porchlight".into(),
        client_secret: "hush".into(),
        domains: vec!["example.com".into()],
        role_claim: Some("groups".into()),
        admin_values: vec!["admins".into()],
        agent_values: vec!["support".into()],
    }
}

async fn is_in(fixture: &Fixture, login: &Login, secret: &str) -> bool {
    let is_there = fixture.domain.load_login(secret).await.unwrap().is_some();
    let agent = fixture.domain.find_logged_in(login.agent, login.epoch).await.unwrap();
    is_there && agent.is_some()
}

testbed::on_each_store! {

async fn who_reads_the_database_is_not_logged_in_by_it(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    begin(&fixture, &mia, "a secret of hers").await;
    let db = fixture.database.connect().await;
    let all = Statement::from_string(db.get_database_backend(), "SELECT hash FROM session");
    let row = db.query_one_raw(all).await.unwrap().unwrap();
    let hash: String = row.try_get("", "hash").unwrap();
    assert!(hash.len() == 64 && !hash.contains("secret"));
    assert!(fixture.domain.load_login(&hash).await.unwrap().is_none());
    assert!(fixture.domain.load_login("a secret of hers").await.unwrap().is_some());
}

async fn a_login_ends_a_week_after_its_last_use_and_a_month_after_it_began(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let login = begin(&fixture, &mia, "unused").await;
    fixture.ticks.pass_ms(7 * DAY_MS - 10_000);
    begin(&fixture, &mia, "used").await;
    assert!(is_in(&fixture, &login, "unused").await);
    fixture.ticks.pass_ms(7 * DAY_MS + 1);
    assert!(!is_in(&fixture, &login, "unused").await && !is_in(&fixture, &login, "used").await);
    fixture.domain.sweep_logins().await.unwrap();
    assert!(fixture.domain.list_logins(&mia, "").await.unwrap().is_empty());
    begin(&fixture, &mia, "used").await;
    for _ in 0..6 {
        fixture.ticks.pass_ms(5 * DAY_MS - 1_000);
        assert!(is_in(&fixture, &login, "used").await);
    }
    fixture.ticks.pass_ms(10_000);
    assert!(!is_in(&fixture, &login, "used").await, "thirty days are over");
}

async fn an_agent_sees_their_logins_and_ends_them(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let tom = agent(&fixture.domain, "tom@example.com").await;
    let login = begin(&fixture, &mia, "here").await;
    begin(&fixture, &mia, "there").await;
    begin(&fixture, &tom, "his").await;
    let logins = fixture.domain.list_logins(&mia, "here").await.unwrap();
    assert_eq!(logins.iter().filter(|login| login.is_this).count(), 1);
    let there = logins.iter().find(|login| !login.is_this).unwrap();
    assert_eq!((&*there.address, there.browser.as_deref()), ("127.0.0.1", Some("A browser")));
    let foreign = fixture.domain.end_login(tom.id, there.id).await;
    assert_eq!(foreign.unwrap_err().code(), ErrorCode::LoginUnknown);
    fixture.domain.end_login(mia.id, there.id).await.unwrap();
    assert!(is_in(&fixture, &login, "here").await && !is_in(&fixture, &login, "there").await);
    fixture.domain.log_out_everywhere(mia.id).await.unwrap();
    assert!(!is_in(&fixture, &login, "here").await);
    assert!(fixture.domain.load_login("his").await.unwrap().is_some());
}

async fn a_changed_password_ends_all_other_logins(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let login = begin(&fixture, &mia, "old").await;
    let change = async |current: &str, new: &str| {
        fixture.domain.change_password(mia.id, current.into(), new.into()).await
    };
    assert_eq!(change("wrong horse", "another horse").await.unwrap_err().code(), ErrorCode::LoginWrong);
    assert_eq!(change("correct horse", "password123").await.unwrap_err().code(), ErrorCode::PasswordWeak);
    assert_eq!(change("correct horse", "mia@example.com").await.unwrap_err().code(), ErrorCode::PasswordWeak);
    assert!(is_in(&fixture, &login, "old").await);
    // A login whose password was checked before the change, but whose session starts after it.
    let late = log_in(&fixture.domain, "mia@example.com", "correct horse").await.unwrap();
    let now = change("correct horse", "another horse").await.unwrap();
    let late = begin(&fixture, &late, "late").await;
    assert!(!is_in(&fixture, &login, "old").await && !is_in(&fixture, &late, "late").await);
    let login = begin(&fixture, &now, "new").await;
    assert!(is_in(&fixture, &login, "new").await);
}

async fn what_somebody_came_in_by_does_not_come_back_with_them(fixture) {
    let owner = fixture.domain.create_owner(domain::agent::NewAgent {
        email: "olga@example.com".into(), name: "Olga".into(), password: "correct horse".into(),
    }).await.unwrap();
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let token = async || {
        fixture.domain.create_access_token("x", [Scope::TeamRead].into(), mia.id).await.unwrap()
    };
    let first = token().await;
    let login = begin(&fixture, &mia, "hers").await;
    fixture.domain.set_agent_active(mia.id, false).await.unwrap();
    assert!(!is_in(&fixture, &login, "hers").await);
    fixture.domain.set_agent_active(mia.id, true).await.unwrap();
    begin(&fixture, &mia, "hers").await;
    assert!(!is_in(&fixture, &login, "hers").await, "of an epoch that is over");
    let old = fixture.domain.check_access_token(&first).await;
    assert_eq!(old.unwrap_err().code(), ErrorCode::AccessTokenInvalid);

    let mia = fixture.domain.find_agent(mia.id).await.unwrap().unwrap();
    let (login, second) = (begin(&fixture, &mia, "again").await, token().await);
    fixture.domain.set_agent_role(mia.id, Role::Agent).await.unwrap();
    assert!(is_in(&fixture, &login, "again").await, "nothing has changed");
    fixture.domain.set_agent_role(mia.id, Role::Admin).await.unwrap();
    assert!(!is_in(&fixture, &login, "again").await);
    assert!(fixture.domain.check_access_token(&second).await.is_err());
    let last = fixture.domain.set_agent_role(owner.id, Role::Admin).await;
    assert_eq!(last.unwrap_err().code(), ErrorCode::LastOwner);
}

async fn strangers_lock_nobody_out_who_was_here_before(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let device = fixture.domain.device(mia.id).await.unwrap();
    let attempt = async |password: &str, device: Option<&str>| {
        let attempt = Attempt {
            email: "mia@example.com".into(),
            password: password.into(),
            device: device.map(Into::into),
        };
        fixture.domain.log_in(attempt, &source()).await.map_err(|error| error.code())
    };
    let mut refused = ErrorCode::LoginWrong;
    for _ in 0..30 {
        refused = attempt("wrong horse", None).await.unwrap_err();
    }
    assert_eq!(refused, ErrorCode::TooManyAttempts);
    assert_eq!(attempt("correct horse", None).await, Err(ErrorCode::TooManyAttempts));
    let forged = format!("{}.00.00", mia.id);
    assert_eq!(attempt("correct horse", Some(&forged)).await, Err(ErrorCode::TooManyAttempts));
    assert_eq!(attempt("correct horse", Some(&device)).await, Ok(mia.clone()));
    // A known device does not replace the password, and counts only for the current one.
    assert_eq!(attempt("wrong horse", Some(&device)).await, Err(ErrorCode::LoginWrong));
    fixture.domain.change_password(mia.id, "correct horse".into(), "another horse".into()).await.unwrap();
    assert_eq!(attempt("another horse", Some(&device)).await, Err(ErrorCode::TooManyAttempts));
}

async fn a_second_factor_is_asked_for_and_each_code_taken_once(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    assert_eq!(domain.admit(&mia, "/team").await.unwrap(), None, "she has none");
    let offer = domain.offer_totp(&mia).await.unwrap();
    assert!(offer.uri.contains(&offer.secret) && offer.uri.contains("mia%40example.com"));
    let tom = agent(domain, "tom@example.com").await;
    let code = code_of(&offer.secret, domain.ambient().now_ms());
    let code_error = async |id, step: &str, code: &str| {
        domain.confirm_totp(id, step, code).await.unwrap_err().code()
    };
    assert_eq!(code_error(tom.id, &offer.step, &code).await, ErrorCode::LoginStepOver, "it is hers");
    assert_eq!(code_error(mia.id, &offer.step, "12345").await, ErrorCode::CodeWrong);
    let spare = domain.confirm_totp(mia.id, &offer.step, &code).await.unwrap();
    assert_eq!((spare.len(), spare[0].len()), (10, 39));
    assert_eq!(code_error(mia.id, &offer.step, &code).await, ErrorCode::LoginStepOver, "once");

    // The code that confirmed the setup can't be used to log in.
    let step = domain.admit(&mia, "/team").await.unwrap().expect("she has one");
    let finish = async |step: &str, code: &str| {
        let finished = domain.finish_by_code(step, code).await;
        finished.map(|(agent, to, is_spare)| (agent.id, to, is_spare)).map_err(|error| error.code())
    };
    assert_eq!(finish(&step, &code).await, Err(ErrorCode::CodeWrong));
    fixture.ticks.pass_ms(60_000);
    let code = code_of(&offer.secret, domain.ambient().now_ms());
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(finish(&step, &spaced).await, Ok((mia.id, "/team".into(), false)));
    assert_eq!(finish(&step, &code).await, Err(ErrorCode::LoginStepOver));
    let step = domain.admit(&mia, "/").await.unwrap().unwrap();
    assert_eq!(finish(&step, &code).await, Err(ErrorCode::CodeWrong), "it was taken");
    // A recovery code works however it is typed, but only once and only for its owner.
    let his = { let offer = domain.offer_totp(&tom).await.unwrap();
        let code = code_of(&offer.secret, domain.ambient().now_ms());
        domain.confirm_totp(tom.id, &offer.step, &code).await.unwrap() };
    assert_eq!(finish(&step, &his[0]).await, Err(ErrorCode::CodeWrong));
    let typed = spare[3].to_uppercase().replace('-', " ");
    assert_eq!(finish(&step, &typed).await, Ok((mia.id, "/".into(), true)));
    assert_eq!(domain.second_factors(mia.id).await.unwrap().recovery_codes, 9);
    let step = domain.admit(&mia, "/").await.unwrap().unwrap();
    // Too many attempts, so that even the right code fails: there were three wrong and two right ones above.
    assert_eq!(finish(&step, &spare[3]).await, Err(ErrorCode::TooManyAttempts));
    assert!(domain.pending(&step).await.is_ok());
    // The step ends when the password changes or after too long.
    domain.change_password(mia.id, "correct horse".into(), "another horse".into()).await.unwrap();
    assert_eq!(domain.pending(&step).await.unwrap_err().code(), ErrorCode::LoginStepOver);
    let mia = domain.find_agent(mia.id).await.unwrap().unwrap();
    let step = domain.admit(&mia, "/").await.unwrap().unwrap();
    fixture.ticks.pass_ms(10 * 60 * 1_000);
    assert_eq!(domain.pending(&step).await.unwrap_err().code(), ErrorCode::LoginStepOver);
    domain.reset_second_factors(mia.id).await.unwrap();
    let mia = domain.find_agent(mia.id).await.unwrap().unwrap();
    assert_eq!(domain.admit(&mia, "/").await.unwrap(), None);
    assert_eq!(domain.second_factors(mia.id).await.unwrap(), Default::default());
}

async fn an_owner_demands_a_second_factor(fixture) {
    let domain = &fixture.domain;
    let olga = agent(domain, "olga@example.com").await;
    let mia = agent(domain, "mia@example.com").await;
    let (hers, his) = (begin(&fixture, &olga, "olga").await, begin(&fixture, &mia, "mia").await);
    let demanded = LoginRules { second_factor_required: true, passwords_off: false };
    let refused = domain.set_login_rules(olga.id, demanded).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::SecondFactorRequired, "she has none herself");
    let offer = domain.offer_totp(&olga).await.unwrap();
    let code = code_of(&offer.secret, domain.ambient().now_ms());
    domain.confirm_totp(olga.id, &offer.step, &code).await.unwrap();
    domain.set_login_rules(olga.id, demanded).await.unwrap();
    assert_eq!(domain.login_rules().await.unwrap(), demanded);
    assert!(is_in(&fixture, &hers, "olga").await && !is_in(&fixture, &his, "mia").await);
    let lost = domain.remove_totp(olga.id).await.unwrap_err();
    assert_eq!(lost.code(), ErrorCode::SecondFactorRequired);

    // An agent without a second factor sets one up while logging in, and is not logged in before.
    let mia = log_in(domain, "mia@example.com", "correct horse").await.unwrap();
    let step = domain.admit(&mia, "/").await.unwrap().expect("it is demanded");
    assert!(!domain.pending(&step).await.unwrap().factors.is_any());
    let finished = domain.finish_set_up(&step).await.unwrap_err();
    assert_eq!(finished.code(), ErrorCode::SecondFactorRequired);
    let offer = domain.offer_totp(&mia).await.unwrap();
    let code = code_of(&offer.secret, domain.ambient().now_ms());
    domain.confirm_totp(mia.id, &offer.step, &code).await.unwrap();
    // It was set up elsewhere, so the password alone is not enough to log in here.
    let finished = domain.finish_set_up(&step).await.unwrap_err();
    assert_eq!(finished.code(), ErrorCode::SecondFactorRequired);
    let later = domain.admit(&mia, "/").await.unwrap().expect("it is demanded");
    let finished = domain.finish_set_up(&later).await.unwrap_err();
    assert_eq!(finished.code(), ErrorCode::SecondFactorRequired);
    domain.note_set_up(&step).await.unwrap();
    let (mia, _) = domain.finish_set_up(&step).await.unwrap();
    assert_eq!(mia.email, "mia@example.com");
    let over = domain.finish_set_up(&step).await.unwrap_err();
    assert_eq!(over.code(), ErrorCode::LoginStepOver);
}

async fn who_reads_the_database_makes_no_link_for_a_password(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let link = domain.password_link(mia.id).await.unwrap();
    assert_eq!(domain.link_holder(&link).await.unwrap().email, mia.email);
    // The same database, opened by a program with another key.
    let store = domain::Store::open(fixture.database.address()).await.unwrap();
    let blobs = domain::file::BlobStore::folder(fixture.files.path()).unwrap();
    let keys = domain::Keys::parse(&"6b".repeat(32)).unwrap();
    let ambient = domain::Ambient::new(fixture.ticks.clone(), fixture.ticks.clone(), keys);
    let forged = domain::Domain::start(store, blobs, ambient).password_link(mia.id).await.unwrap();
    let refused = domain.link_holder(&forged).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LinkInvalid);
}

async fn a_password_that_was_set_by_a_link_meanwhile_stays(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let link = domain.password_link(mia.id).await.unwrap();
    let (old, thiefs, hers) = ("correct horse", "the thief's own one", "battery staple ocean");
    // Both run at the same time, repeatedly: whichever is second is refused, or follows the first.
    let (changed, set) = tokio::join!(
        domain.change_password(mia.id, old.into(), thiefs.into()),
        domain.set_password(&link, hers.into()),
    );
    assert!(changed.is_ok() != set.is_ok(), "one of them: {} {}", changed.is_ok(), set.is_ok());
    let (good, bad) = if set.is_ok() { (hers, thiefs) } else { (thiefs, hers) };
    assert!(log_in(domain, &mia.email, good).await.is_ok());
    assert!(log_in(domain, &mia.email, bad).await.is_err());
}

async fn secrets_of_second_factors_and_providers_are_sealed_and_sealed_anew(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let offer = domain.offer_totp(&mia).await.unwrap();
    let db = fixture.database.connect().await;
    let read = async |sql: &str, column: &str| {
        let all = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(all).await.unwrap().unwrap();
        row.try_get::<String>("", column).unwrap()
    };
    let begun = read("SELECT data FROM login_step", "data").await;
    assert!(!begun.contains(&offer.secret) && begun.contains("v1."), "{begun}");
    let code = code_of(&offer.secret, domain.ambient().now_ms());
    let spare = domain.confirm_totp(mia.id, &offer.step, &code).await.unwrap();
    let kept = read("SELECT totp_secret FROM agent", "totp_secret").await;
    assert!(!kept.contains(&offer.secret) && kept.starts_with("v1."), "{kept}");
    let hash = read("SELECT hash FROM recovery_code", "hash").await;
    assert!(!spare.iter().any(|code| hash.contains(&code[..4])) && hash.len() == 64);
    domain.save_provider(provider()).await.unwrap();
    let kept = read("SELECT client_secret FROM identity_provider", "client_secret").await;
    assert!(!kept.contains("hush") && kept.starts_with("v1."), "{kept}");
    // An empty secret keeps the stored one.
    domain.save_provider(Provider { client_secret: String::new(), ..provider() }).await.unwrap();
    assert_eq!(domain.find_provider(provider().id).await.unwrap(), provider());
    assert_eq!(domain.seal_secrets().await.unwrap(), 0, "all of it is fresh");
}

async fn a_provider_says_who_somebody_is_and_what(fixture) {
    let domain = &fixture.domain;
    let owner = domain.create_owner(domain::agent::NewAgent {
        email: "olga@example.com".into(), name: "Olga".into(), password: "correct horse".into(),
    }).await.unwrap();
    let mia = agent(domain, "mia@example.com").await;
    agent(domain, "tom@elsewhere.example").await;
    domain.save_provider(provider()).await.unwrap();
    let who = |subject: &str, email: Option<&str>, roles: &[&str]| ProviderClaims {
        subject: subject.into(),
        email: email.map(Into::into),
        name: Some("Ann Lee".into()),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    let come = async |who: ProviderClaims| {
        let come = domain.log_in_by_provider(&provider(), &who).await;
        come.map(|agent| (agent.email, agent.role)).map_err(|error| error.code())
    };
    let refused = Err(ErrorCode::ProviderRefused);
    assert_eq!(come(who("1", Some("ann@example.com"), &["guests"])).await, refused, "no role");
    assert_eq!(come(who("1", None, &["support"])).await, refused, "no proven address");
    assert_eq!(come(who("1", Some("ann@other.example"), &["support"])).await, refused);
    assert_eq!(come(who("1", Some("ann@example.com.evil.example"), &["support"])).await, refused);
    assert_eq!(come(who("1", Some("x@y@example.com"), &["support"])).await, refused);
    let ann = Ok(("ann@example.com".to_owned(), Role::Agent));
    assert_eq!(come(who("1", Some("Ann@Example.com"), &["support"])).await, ann);
    // From now on the subject identifies her, even if the address changes, and her role is updated.
    assert_eq!(
        come(who("1", Some("olga@example.com"), &["admins"])).await,
        Ok(("ann@example.com".to_owned(), Role::Admin))
    );
    // An existing agent is recognized by an address that the provider vouches for. An owner stays an owner.
    assert_eq!(come(who("4", Some("tom@elsewhere.example"), &["support"])).await, refused);
    assert_eq!(
        come(who("2", Some("mia@example.com"), &["support"])).await,
        Ok((mia.email.clone(), Role::Agent))
    );
    assert_eq!(
        come(who("3", Some("olga@example.com"), &["support"])).await,
        Ok((owner.email.clone(), Role::Owner))
    );
    domain.set_agent_active(mia.id, false).await.unwrap();
    assert_eq!(come(who("2", None, &["support"])).await, refused, "not any more");
    domain.set_agent_active(mia.id, true).await.unwrap();
    assert_eq!(come(who("2", None, &["support"])).await, refused, "nor by what was before");
    let audit = domain.list_audit(&AuditFilter::default(), None).await.unwrap().entries;
    let noted: Vec<_> = audit.iter().map(|entry| (&*entry.action, entry.subject.as_deref())).collect();
    assert!(noted.contains(&("agent_added", Some("Ann Lee (by Example)"))), "{noted:?}");
    assert!(noted.contains(&("role_changed", Some("Ann Lee (by Example)"))), "{noted:?}");
    // A subject of another issuer is someone else.
    let moved = Provider { issuer: "https://other.example.com".into(), ..provider() };
    let other = domain.log_in_by_provider(&moved, &who("1", None, &["support"])).await;
    assert_eq!(other.unwrap_err().code(), ErrorCode::ProviderRefused);
    let kept = Provider { client_secret: String::new(), ..moved };
    assert_eq!(domain.save_provider(kept).await.unwrap_err().code(), ErrorCode::ProviderInvalid);

    // When passwords are turned off, only owners can use them.
    let off = LoginRules { second_factor_required: false, passwords_off: true };
    let mia = domain.find_agent(mia.id).await.unwrap().unwrap();
    let hers = begin(&fixture, &mia, "mia").await;
    domain.set_login_rules(owner.id, off).await.unwrap();
    assert!(!is_in(&fixture, &hers, "mia").await, "who came in by one is logged out");
    let mia = log_in(domain, "mia@example.com", "correct horse").await.unwrap();
    assert_eq!(domain.admit(&mia, "/").await.unwrap_err().code(), ErrorCode::PasswordsOff);
    assert_eq!(domain.admit(&owner, "/").await.unwrap(), None);
    domain.delete_provider(provider().id).await.unwrap();
    assert_eq!(domain.admit(&mia, "/").await.unwrap(), None, "else nobody came in");
    assert_eq!(domain.set_login_rules(owner.id, off).await.unwrap_err().code(), ErrorCode::ProviderUnknown);
}

async fn the_audit_log_is_read_page_by_page_and_searched(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    for number in 0..120 {
        let (action, name) = match number % 2 {
            0 => (AuditAction::LabelAdded, "A 100% label_x".to_owned()),
            _ => (AuditAction::TeamSaved, format!("Team {number}")),
        };
        let subject = Some((mia.id.0, name));
        domain.audit(Actor::from(&mia), action, subject, Some(&source())).await.unwrap();
    }
    domain.audit(Actor::Console, AuditAction::InboxCreated, None, None).await.unwrap();
    let read = async |filter: &AuditFilter| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = domain.list_audit(filter, after).await.unwrap();
            all.extend(page.entries);
            let Some(next) = page.next else { return all };
            after = Some(AuditCursor::parse(&next.to_text()).unwrap());
        }
    };
    let all = read(&AuditFilter::default()).await;
    assert_eq!(all.len(), 121);
    assert!(all.is_sorted_by(|one, other| one.at_ms >= other.at_ms), "the latest first");
    assert_eq!((&*all[0].actor_kind, &*all[0].action), ("console", "inbox_created"));
    assert_eq!(all[1].address.as_deref(), Some("127.0.0.1"));
    let by = async |action, agent, text: &str| {
        read(&AuditFilter { action, agent, text: text.into() }).await.len()
    };
    assert_eq!(by(Some(AuditAction::TeamSaved), None, "").await, 60);
    assert_eq!(by(None, Some(mia.id), "").await, 120);
    assert_eq!(by(None, None, "0% LABEL_").await, 60, "nothing in it is a pattern");
    assert_eq!(by(None, None, "_%").await, 0);
    assert_eq!(by(None, None, "127.0.0.1").await, 120);
    for wrong in ["", "x", "1.x", "-1.00000000-0000-0000-0000-000000000000"] {
        assert_eq!(AuditCursor::parse(wrong).unwrap_err().code(), ErrorCode::CursorInvalid);
    }
}

}
