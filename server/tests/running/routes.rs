//! All routes except the API's, by every kind of caller, for every kind of id.
//!
//! The list is the router's own. A new route fails until it is added here with who may use it.

use std::sync::Mutex;

use domain::Ambient;
use domain::agent::{Agent, AgentSettings, NewAgent, Role, Visibility};
use domain::audit::AuditFilter;
use domain::conversation::Draft;
use domain::file::Party;
use domain::login::Provider;
use domain::visitor::{User, VisitorIdentity};
use futures_util::stream;
use protocol::{ConversationId, FileId, InboxId, ProviderId, VisitorId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Answer;
use crate::support::{Running, client_id, keys};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    Nobody,
    /// An agent who sees only the first inbox.
    Agent,
    Owner,
}

const CALLERS: [Caller; 3] = [Caller::Nobody, Caller::Agent, Caller::Owner];

/// The ids that a call is about: one's own, what the agent may not see, or what does not exist.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) conversation: Uuid,
    pub(crate) file: Uuid,
    inbox: Uuid,
    pub(crate) agent: Uuid,
    team: Uuid,
    label: Uuid,
    token: Uuid,
    mail: Uuid,
    inbound: Uuid,
    /// Someone who has no conversation.
    pub(crate) visitor: Uuid,
}

/// What to expect of a server function.
struct Call {
    may: Caller,
    /// Its arguments, as a form sends them.
    body: String,
    /// The error code for what is foreign or unknown, if the call is about one thing.
    lacks: Option<&'static str>,
    /// Whether what an agent may not see is refused as if it did not exist.
    by_sight: bool,
}

fn call(name: &str, at: &Target) -> Call {
    let Target { conversation, inbox, agent, team, label, token, mail, inbound, visitor, .. } = at;
    let (may, body, lacks) = match name {
        "who_am_i" => (Caller::Nobody, String::new(), None),
        "check_setup_link" => (Caller::Nobody, "token=x".into(), None),
        "log_in" => {
            (Caller::Nobody, "email=owner@example.com&password=correct%20horse".into(), None)
        }
        "create_owner" => {
            let body = "token=x&name=Eve&email=eve@example.com&password=correct%20horse";
            (Caller::Nobody, body.into(), None)
        }
        "log_out" => (Caller::Nobody, String::new(), None),
        "list_conversations" => (Caller::Agent, "view=open".into(), None),
        "list_choices" => (Caller::Agent, String::new(), None),
        "search_conversations" => (Caller::Agent, "looked_for[text]=hello".into(), None),
        // The visitor has no address, so only foreign ids are tested.
        "mail_transcript" => {
            (Caller::Agent, format!("id={conversation}"), Some("conversation_unknown"))
        }
        "open_conversation" | "read_visitor" => {
            (Caller::Agent, format!("id={conversation}"), Some("conversation_unknown"))
        }
        "reply" => {
            let body = format!("conversation={conversation}&client_id={token}&text=hi");
            (Caller::Agent, body, Some("conversation_unknown"))
        }
        "change_password" => {
            let body = "current=correct%20horse&new=a%20horse%20of%20another%20colour";
            (Caller::Agent, body.into(), None)
        }
        "read_my_logins" | "end_other_logins" => (Caller::Agent, String::new(), None),
        "end_login" => (Caller::Agent, format!("id={token}"), None),
        "read_audit" => (Caller::Owner, String::new(), None),
        "set_agent_role" => {
            (Caller::Owner, format!("id={agent}&role=agent"), Some("agent_unknown"))
        }
        "read_factors" | "offer_totp" | "remove_totp" | "make_recovery_codes" => {
            (Caller::Agent, String::new(), None)
        }
        "confirm_totp" => (Caller::Agent, "step=x&code=123456".into(), None),
        "offer_passkey" => (Caller::Agent, String::new(), None),
        "add_passkey" => (Caller::Agent, "step=x&name=x&credential=x".into(), None),
        "remove_passkey" => (Caller::Agent, format!("id={token}"), None),
        "read_step" | "finish_set_up" | "ask_passkey" | "read_login_ways" => {
            (Caller::Nobody, String::new(), None)
        }
        "finish_login" => (Caller::Nobody, "code=123456".into(), None),
        "log_in_by_passkey" => (Caller::Nobody, "step=x&credential=x".into(), None),
        "read_login_settings" | "set_login_rules" => (Caller::Owner, String::new(), None),
        "save_provider" => {
            let body = format!(
                "provider[id]={token}&provider[name]=x&provider[issuer]=https://id.example.com&\
                 provider[client_id]=x&provider[client_secret]=x&provider[domains]=example.com"
            );
            (Caller::Owner, body, None)
        }
        "delete_provider" => (Caller::Owner, format!("id={token}"), None),
        "reset_second_factors" => (Caller::Owner, format!("id={agent}"), Some("agent_unknown")),
        "read_blocks" => (Caller::Agent, String::new(), None),
        "unblock" => (Caller::Agent, format!("id={token}"), None),
        "block_visitor" => {
            (Caller::Agent, format!("id={conversation}"), Some("conversation_unknown"))
        }
        "find_people" => (Caller::Owner, format!("sought={visitor}"), None),
        "erase_person" => (Caller::Owner, format!("id={visitor}"), Some("visitor_unknown")),
        "set_inbox_retention" => {
            (Caller::Owner, format!("id={inbox}&files_days=30"), Some("inbox_unknown"))
        }
        "list_inboxes" | "read_team" => (Caller::Agent, String::new(), None),
        "read_access" => (Caller::Owner, String::new(), None),
        "allow_sites" => {
            let body = format!("id={inbox}&sites=https://shop.example");
            (Caller::Owner, body, Some("inbox_unknown"))
        }
        "set_inbox" => {
            let body = format!("id={inbox}&hours=&time_zone=UTC&routing=manual&team=&label=");
            (Caller::Owner, body, Some("inbox_unknown"))
        }
        "set_inbox_mail" => {
            let body = format!("id={inbox}&unread_after=5&an_hour=300");
            (Caller::Owner, body, Some("inbox_unknown"))
        }
        "set_inbox_inbound" | "set_webhook" => {
            (Caller::Owner, format!("id={inbox}"), Some("inbox_unknown"))
        }
        "read_my_mail" => (Caller::Agent, String::new(), None),
        "set_my_mail" => (Caller::Agent, "at=08:00&zone=UTC".into(), None),
        "read_review" => (Caller::Agent, "state=review".into(), None),
        "count_for_review" => (Caller::Agent, String::new(), None),
        "allow_mail" | "discard_mail" => {
            (Caller::Agent, format!("id={inbound}"), Some("mail_unknown"))
        }
        "read_mail_text" => {
            (Caller::Agent, format!("id={conversation}&seq=1"), Some("conversation_unknown"))
        }
        "read_outbox" => (Caller::Owner, String::new(), None),
        "retry_mail" | "drop_mail" => (Caller::Owner, format!("id={mail}"), Some("mail_unknown")),
        "set_identity" => {
            (Caller::Owner, format!("id={inbox}&required=false"), Some("inbox_unknown"))
        }
        "invite_agent" => (Caller::Owner, format!("name=Ann&email={token}@example.com"), None),
        "make_password_link" => (Caller::Owner, format!("id={agent}"), Some("agent_unknown")),
        "forget_password" => (Caller::Nobody, "email=mia@example.com".into(), None),
        "check_password_link" => (Caller::Nobody, "token=x".into(), None),
        "set_password" => (Caller::Nobody, "token=x&password=correct%20horse".into(), None),
        "set_agent" => {
            let body = format!("id={agent}&capacity=3&inboxes[]={inbox}");
            (Caller::Owner, body, Some("agent_unknown"))
        }
        "set_agent_active" => {
            (Caller::Owner, format!("id={agent}&is_active=true"), Some("agent_unknown"))
        }
        "save_team" => {
            let body = format!("id={team}&name=First&routing=manual");
            (Caller::Owner, body, Some("team_unknown"))
        }
        "delete_team" => (Caller::Owner, format!("id={team}"), Some("team_unknown")),
        "add_label" => (Caller::Agent, format!("name={token}&color=%23ff0000"), None),
        "delete_label" => (Caller::Owner, format!("id={label}"), Some("label_unknown")),
        "create_access_token" => {
            let body = format!("name=x&agent={agent}&scopes[]=team:read");
            (Caller::Owner, body, Some("agent_unknown"))
        }
        "revoke_access_token" => {
            (Caller::Owner, format!("id={token}"), Some("access_token_unknown"))
        }
        other => panic!("a new server function, {other}: who may call it?"),
    };
    Call { may, body, lacks, by_sight: may == Caller::Agent && lacks.is_some() }
}

pub(crate) struct House {
    pub(crate) server: Running,
    /// As browsers store them: a response may bring a new one.
    cookies: Mutex<[Option<String>; 3]>,
    pub(crate) own: Target,
    foreign: Target,
}

impl House {
    pub(crate) async fn start() -> Self {
        Self::start_with(Ambient::system(keys())).await
    }

    /// The same, with a clock.
    pub(crate) async fn start_with(ambient: Ambient) -> Self {
        let server = Running::start_with(ambient, None).await;
        let domain = &server.domain;
        let mia = domain.list_agents().await.unwrap().remove(0);
        let new = NewAgent {
            email: "owner@example.com".into(),
            name: "Olga".into(),
            password: "correct horse".into(),
        };
        domain.create_agent(new, Role::Owner).await.unwrap();
        let first = domain.find_inbox(None).await.unwrap().id;
        let other = domain.create_inbox("Other", &[]).await.unwrap().id;
        domain.save_provider(provider()).await.unwrap();
        let own = target(&server, &mia, first, 1).await;
        let foreign = target(&server, &mia, other, 2).await;
        let settings = AgentSettings {
            visibility: Visibility::Inboxes([first].into()),
            ..AgentSettings::default()
        };
        domain.set_agent(mia.id, settings).await.unwrap();
        let cookies =
            [None, Some(server.log_in().await), Some(server.log_in_as("owner@example.com").await)];
        let cookies = Mutex::new(cookies);
        Self { server, cookies, own, foreign }
    }

    /// The arguments of a server function, about what exists.
    pub(crate) fn body_of(&self, name: &str) -> String {
        call(name, &self.own).body
    }

    fn unknown() -> Target {
        let id = Uuid::from_u128(77);
        Target {
            conversation: id,
            file: id,
            inbox: id,
            agent: id,
            team: id,
            label: id,
            token: id,
            mail: id,
            inbound: id,
            visitor: id,
        }
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        who: Caller,
        origin: bool,
        body: &str,
    ) -> Answer {
        let own = self.server.origin();
        let mut headers = vec![
            // Pages redirect; programs get a response that they can read.
            ("accept", if path.starts_with("/call/") { "application/json" } else { "text/html" }),
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", if origin { &*own } else { "https://evil.example" }),
        ];
        let cookie = self.cookies.lock().unwrap()[who as usize].clone();
        headers.extend(cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let answer = self.server.http(method, path, &headers, body).await;
        let mut set =
            answer.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok());
        let session = set.find(|set| set.starts_with("porchlight_session="));
        if let (Some(session), Some(_)) = (session, cookie) {
            let session = session.split(';').next().map(ToOwned::to_owned);
            self.cookies.lock().unwrap()[who as usize] = session;
        }
        answer
    }
}

/// A provider that nobody logs in with. Its name is on the login page.
fn provider() -> Provider {
    Provider {
        id: ProviderId(Uuid::from_u128(78)),
        name: "Example".into(),
        issuer: "https://id.example.com".into(),
        client_id: "porchlight".into(),
        client_secret: "hush".into(),
        domains: vec!["example.com".into()],
        role_claim: None,
        admin_values: Vec::new(),
        agent_values: Vec::new(),
    }
}

async fn target(server: &Running, agent: &Agent, inbox: InboxId, number: u128) -> Target {
    let domain = &server.domain;
    let who = VisitorIdentity { inbox, visitor: VisitorId(domain.ambient().uuid()) };
    let file = FileId(domain.ambient().uuid());
    let content = stream::iter([Ok(b"words".to_vec().into())]);
    domain.upload(&Party::Visitor(who), file, "x", 5, content).await.unwrap();
    let draft = Draft { text: "hello", files: &[file] };
    domain.send_as_visitor(&who, None, client_id(number), draft).await.unwrap();
    let ConversationId(conversation) =
        domain.visitor_page(&who, None).await.unwrap().conversation.unwrap();
    let name = format!("{number}");
    let label = domain.create_label(&name, "#00ff00").await.unwrap().id.0;
    let team =
        domain.save_team(None, &name, protocol::Routing::Manual, Vec::new()).await.unwrap().0;
    domain.create_access_token("x", [protocol::Scope::TeamRead].into(), agent.id).await.unwrap();
    let token = domain.list_access_tokens().await.unwrap();
    let token = token.iter().map(|token| token.id.0).max().unwrap();
    // An unread answer queues an email.
    let id = ConversationId(conversation);
    domain.send_as_agent(agent, id, client_id(number + 100), "hi", false).await.unwrap();
    let mail = domain.list_mails(None, None).await.unwrap().mails[0].id.0;
    let headers = b"From: ann@example.com\r\nSubject: Big\r\n\r\n".as_slice().into();
    let reason = protocol::InboundReason::TooLarge;
    let inbound = domain.leave_inbound(inbox, headers, 1, reason).await.unwrap().0;
    let user = User { id: Some(name), ..User::default() };
    let visitor = domain.identify_visitor(inbox, user).await.unwrap().visitor.0;
    let (file, inbox, agent) = (file.0, inbox.0, agent.id.0);
    Target { conversation, file, inbox, agent, team, label, token, mail, inbound, visitor }
}

#[tokio::test]
async fn each_route_is_for_those_who_may_use_it() {
    let house = House::start().await;
    let paths = server::paths();
    assert!(paths.len() > 40, "{paths:?}");
    let mut calls = 0;
    for path in &paths {
        match path.strip_prefix("/call/") {
            Some(name) => {
                let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
                check_call(&house, path, name).await;
                calls += 1;
            }
            None => check_route(&house, path).await,
        }
    }
    assert!(calls > 20, "{calls}");
}

/// Checks a server function. Those that log out are only called without a login, so that the test keeps its
/// own.
async fn check_call(house: &House, path: &str, name: &str) {
    let about = call(name, &house.own);
    let foreign_origin = house.ask("POST", path, Caller::Owner, false, &about.body).await;
    assert!(foreign_origin.says("origin_refused"), "{name}");
    let read = house.ask("GET", &format!("{path}?{}", about.body), Caller::Owner, true, "").await;
    assert_eq!(read.status, 405, "{name} must not be a plain read");
    for who in CALLERS.into_iter().filter(|who| *who < about.may) {
        for at in [&house.own, &house.foreign, &House::unknown()] {
            let answer = house.ask("POST", path, who, true, &call(name, at).body).await;
            let code = if who == Caller::Nobody { "login_required" } else { "forbidden" };
            assert!(answer.says(code), "{name} by {who:?}: {} {}", answer.status, answer.body);
        }
    }
    if let Some(code) = about.lacks {
        let unknown = call(name, &House::unknown()).body;
        let answer = house.ask("POST", path, Caller::Owner, true, &unknown).await;
        assert!(answer.says(code), "{name}, unknown: {} {}", answer.status, answer.body);
        if about.by_sight {
            let foreign = call(name, &house.foreign).body;
            let answer = house.ask("POST", path, Caller::Agent, true, &foreign).await;
            assert!(answer.says(code), "{name}, foreign: {} {}", answer.status, answer.body);
        }
        for wrong in ["", "id=1&conversation=1&agent=1", "id[]=x"] {
            let answer = house.ask("POST", path, Caller::Owner, true, wrong).await;
            assert!(answer.says("request_invalid"), "{name} {wrong}: {}", answer.body);
        }
    }
    let right = match name {
        // No such block; and without a valid setup link no owner is created.
        "unblock" => return assert_refused(house, path, &about, "block_unknown").await,
        // No login is in progress, and browsers make no passkeys for an IP address.
        "read_step" | "finish_set_up" | "finish_login" | "confirm_totp" => {
            return assert_refused(house, path, &about, "login_step_over").await;
        }
        "offer_passkey" | "add_passkey" | "ask_passkey" | "log_in_by_passkey" => {
            return assert_refused(house, path, &about, "passkey_invalid").await;
        }
        "remove_passkey" => return assert_refused(house, path, &about, "passkey_unknown").await,
        "delete_provider" => return assert_refused(house, path, &about, "provider_unknown").await,
        "end_login" => return assert_refused(house, path, &about, "login_unknown").await,
        "mail_transcript" => return assert_refused(house, path, &about, "address_unproven").await,
        // It was left in its mailbox, and no message here came by email.
        "allow_mail" => return assert_refused(house, path, &about, "mail_settled").await,
        "read_mail_text" => return assert_refused(house, path, &about, "mail_unknown").await,
        "create_owner" => return assert_refused(house, path, &about, "setup_link_invalid").await,
        "check_password_link" | "set_password" => {
            return assert_refused(house, path, &about, "link_invalid").await;
        }
        "delete_team" | "delete_label" | "revoke_access_token" | "drop_mail" => {
            &call(name, &house.foreign).body
        }
        _ => &about.body,
    };
    let before = audited(house).await;
    let answer = house.ask("POST", path, about.may, true, right).await;
    assert!(answer.status < 400, "{name}: {} {}", answer.status, answer.body);
    let is_read = ["read_", "list_", "count_", "search_", "open_", "check_", "who_", "find_"];
    if name == "reset_second_factors" {
        // All her logins have ended, and she has changed her password above.
        let domain = &house.server.domain;
        let link = domain.password_link(protocol::AgentId(house.own.agent)).await.unwrap();
        domain.set_password(&link, "correct horse".into()).await.unwrap();
        let cookie = house.server.log_in().await;
        house.cookies.lock().unwrap()[Caller::Agent as usize] = Some(cookie);
    }
    // Messages have a log of their own, and which emails someone wants is nobody else's business.
    let is_unnoted = ["reply", "set_my_mail", "forget_password", "log_out", "offer_totp"]
        .contains(&name)
        || is_read.iter().any(|read| name.starts_with(read));
    assert_eq!(audited(house).await > before, !is_unnoted, "{name}: is it in the audit log?");
    if about.may == Caller::Agent {
        for id in [house.foreign.conversation, house.foreign.inbox] {
            assert!(!answer.body.contains(&id.to_string()), "{name} tells of what is foreign");
        }
    }
}

/// The number of entries in the audit log.
async fn audited(house: &House) -> usize {
    let (mut count, mut after) = (0, None);
    loop {
        let page = house.server.domain.list_audit(&AuditFilter::default(), after).await.unwrap();
        count += page.entries.len();
        after = page.next;
        if after.is_none() {
            return count;
        }
    }
}

async fn assert_refused(house: &House, path: &str, call: &Call, code: &str) {
    let answer = house.ask("POST", path, call.may, true, &call.body).await;
    assert!(answer.says(code), "{path}: {} {}", answer.status, answer.body);
}

/// A new method on a known path fails, too.
async fn check_methods(house: &House, path: &str) {
    let known: &[&str] = match path {
        "/poll/visitor" | "/visitor/login" | "/mail/inbound/{inbox}" => &["POST"],
        "/mail/preferences/{token}" => &["GET", "POST"],
        "/files/visitor/{id}" | "/files/agent/{id}" | "/visitor/address" => &["GET", "PUT"],
        _ => &["GET"],
    };
    let path = path.replace("{id}", &Uuid::nil().to_string());
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        if !known.contains(&method) {
            let answer = house.ask(method, &path, Caller::Owner, true, "").await;
            assert_eq!(answer.status, 405, "a new method, {method} {path}: who may use it?");
        }
    }
}

async fn check_route(house: &House, path: &str) {
    check_methods(house, path).await;
    let at = |target: &Target, name: &str| {
        let id = match name {
            "file" => target.file,
            "inbound" => target.inbound,
            "visitor" => target.visitor,
            _ => target.conversation,
        };
        let id = id.to_string();
        path.replace("{id}", &id).replace(":id", &id).replace("{visitor}", &id)
    };
    let targets = [&house.own, &house.foreign, &House::unknown()];
    match path {
        // For everyone: they contain nobody's data.
        "/widget.js" | "/chat" | "/demo" | "/healthz" | "/readyz" => {
            assert_eq!(
                house.ask("GET", path, Caller::Nobody, true, "").await.status,
                200,
                "{path}"
            );
        }
        "/widget/{digest}/{file}" | "/demo/{file}" | "/pkg/{*path}" => {
            for name in ["x", "..%2f..%2fetc%2fpasswd", "%00"] {
                let path = path.split('{').next().unwrap().to_owned() + "x/" + name;
                let answer = house.ask("GET", &path, Caller::Nobody, true, "").await;
                assert_eq!(answer.status, 404, "{path}");
            }
        }
        // Their frames are tested elsewhere, here only who can connect.
        "/ws/visitor" | "/ws/agent" => {
            let answer = house.ask("GET", path, Caller::Nobody, true, "").await;
            assert_eq!(answer.status, 400, "{path} is a socket");
        }
        // With the token alone, from anywhere.
        "/mail/preferences/{token}" => {
            for (method, origin) in [("GET", true), ("POST", true), ("POST", false)] {
                for token in ["x", "x.y", &format!("{}.00", house.own.mail)] {
                    let path = format!("/mail/preferences/{token}");
                    let answer = house.ask(method, &path, Caller::Owner, origin, "").await;
                    assert_eq!(answer.status, 404, "{method} {path}");
                }
            }
        }
        // With the key alone: neither a session nor another inbox's key helps, and nobody learns which inboxes
        // exist.
        "/mail/inbound/{inbox}" => {
            for key in [&*house.server.key, "x"] {
                for who in CALLERS {
                    let path = path.replace("{inbox}", key);
                    let answer = house.ask("POST", &path, who, true, "x").await;
                    assert!(answer.says("access_token_invalid"), "{path} {}", answer.body);
                }
            }
        }
        "/mail/preview/{kind}" => {
            for kind in protocol::MailKind::ALL {
                let path = format!("/mail/preview/{}", kind.as_str());
                for (who, status) in
                    [(Caller::Nobody, 401), (Caller::Agent, 403), (Caller::Owner, 200)]
                {
                    let answer = house.ask("GET", &path, who, true, "").await;
                    assert_eq!(answer.status, status, "{path} {who:?}");
                }
            }
            let answer = house.ask("GET", "/mail/preview/x", Caller::Owner, true, "").await;
            assert!(answer.says("not_found"));
        }
        "/audit/{file}" => {
            for (who, status) in [(Caller::Nobody, 401), (Caller::Agent, 403), (Caller::Owner, 200)]
            {
                for form in ["csv", "json"] {
                    let path = format!("/audit/export.{form}?q=&deed=");
                    let answer = house.ask("GET", &path, who, true, "").await;
                    assert_eq!(answer.status, status, "{path} {who:?}");
                    assert!(
                        status != 200 || answer.body.contains("audit_exported"),
                        "{}",
                        answer.body
                    );
                }
            }
            assert!(house.ask("GET", "/audit/x", Caller::Owner, true, "").await.says("not_found"));
        }
        "/people/{visitor}/export.zip" => {
            let mine = at(&house.own, "visitor");
            for (who, status) in [(Caller::Nobody, 401), (Caller::Agent, 403)] {
                for target in targets {
                    let answer = house.ask("GET", &at(target, "visitor"), who, true, "").await;
                    assert_eq!(answer.status, status, "{path} {who:?}");
                }
            }
            let before = audited(house).await;
            let answer = house.ask("GET", &mine, Caller::Owner, true, "").await;
            // Its call may have erased them already.
            assert!(answer.says("visitor_unknown"), "{path} {answer}");
            let theirs = at(&house.foreign, "visitor");
            let answer = house.ask("GET", &theirs, Caller::Owner, true, "").await;
            assert_eq!(answer.header("content-type"), Some("application/zip"), "{answer}");
            assert!(answer.body.starts_with("PK") && audited(house).await == before + 1);
        }
        "/login/sso/{provider}" | "/login/sso/{provider}/back" => {
            let path = path.replace("{provider}", &Uuid::nil().to_string());
            for who in CALLERS {
                let answer =
                    house.ask("GET", &format!("{path}?code=x&state=x"), who, true, "").await;
                let location = answer.headers.get("location").unwrap().to_str().unwrap();
                let expect =
                    if path.ends_with("back") { "login_step_over" } else { "provider_unknown" };
                assert_eq!(location, format!("/login?error={expect}"), "{path}");
            }
        }
        "/mail/raw/{id}" => {
            for target in targets {
                let path = at(target, "inbound");
                let nobody = house.ask("GET", &path, Caller::Nobody, true, "").await;
                assert!(nobody.says("login_required"), "{path} {}", nobody.body);
                // Its content was never fetched, and nobody learns even that about foreign ones.
                for who in [Caller::Agent, Caller::Owner] {
                    let answer = house.ask("GET", &path, who, true, "").await;
                    assert!(answer.says("mail_unknown"), "{path} {}", answer.body);
                }
            }
        }
        "/poll/visitor" => {
            let answer = house.ask("POST", path, Caller::Nobody, false, "{}").await;
            assert!(answer.says("origin_refused"), "{path}");
        }
        "/visitor/login" => {
            for login in ["x", "x.y.z", &format!("{}.9999999999999.00", house.own.conversation)] {
                let body = format!(r#"{{"login":"{login}"}}"#);
                let own = house.server.origin();
                let headers = [
                    ("content-type", "application/json"),
                    ("origin", &*own),
                    ("porchlight-inbox", &*house.server.key),
                ];
                let answer = house.server.http("POST", path, &headers, &body).await;
                assert!(answer.says("link_invalid"), "{answer}");
            }
            let foreign = house.ask("POST", path, Caller::Owner, false, "{}").await;
            assert!(foreign.says("origin_refused"), "{foreign}");
        }
        "/visitor/address" => {
            for (method, body) in [("GET", ""), ("PUT", r#"{"address":"ann@example.com"}"#)] {
                for who in CALLERS {
                    let answer = house.ask(method, path, who, true, body).await;
                    assert!(answer.says("inbox_unknown"), "{method} {path} {}", answer.body);
                }
                let answer = house.ask(method, path, Caller::Owner, false, body).await;
                assert!(method == "GET" || answer.says("origin_refused"), "{}", answer.body);
            }
        }
        "/files/visitor/{id}" | "/files/visitor/{id}/thumbnail" => {
            for who in CALLERS {
                for target in targets {
                    let answer = house.ask("GET", &at(target, "file"), who, true, "").await;
                    assert!(
                        answer.says("inbox_unknown"),
                        "a session is no visitor: {}",
                        answer.body
                    );
                }
            }
        }
        "/files/agent/{id}" | "/files/agent/{id}/thumbnail" => {
            for target in targets {
                let path = at(target, "file");
                let is_whole = !path.ends_with("thumbnail");
                let answer = house.ask("GET", &path, Caller::Nobody, true, "").await;
                assert!(answer.says("login_required"), "{path}");
                let answer = house.ask("GET", &path, Caller::Agent, true, "").await;
                let is_own = target.file == house.own.file;
                if is_own && is_whole {
                    assert_eq!((answer.status, &*answer.body), (200, "words"));
                } else {
                    assert!(answer.says("file_unknown"), "{path} {}", answer.body);
                }
            }
        }
        // Pages: anyone who is not logged in is sent to the login, whatever they ask for.
        "/login" | "/login/second" | "/password" | "/password/:token" | "/password/{token}"
        | "/setup/:token" | "/setup/{token}" => {
            let answer =
                house.ask("GET", &path.replace("{token}", "x"), Caller::Nobody, true, "").await;
            assert_eq!(answer.status, 200, "{path}");
        }
        "/"
        | "/conversations"
        | "/conversations/{id}"
        | "/conversations/:id"
        | "/team"
        | "/team/logins"
        | "/access"
        | "/audit"
        | "/outbox"
        | "/review"
        | "/people"
        | "/account"
        | "/inboxes" => {
            for target in targets {
                let path = at(target, "conversation");
                let answer = house.ask("GET", &path, Caller::Nobody, true, "").await;
                let is_sent = answer.status == 302 && path != "/";
                assert!(is_sent || path == "/", "{path} {answer}");
                assert!(!answer.body.contains("hello"), "{path}");
                let answer = house.ask("GET", &path, Caller::Agent, true, "").await;
                let told = answer.to_string();
                for id in [house.foreign.conversation, house.foreign.inbox] {
                    let named = told.replace(&path, "").contains(&id.to_string());
                    assert!(!named, "{path} tells an agent of what is foreign");
                }
                assert!(!told.contains("Olga") || !path.starts_with("/access"), "{path}");
            }
        }
        other => panic!("a new route, {other}: who may use it?"),
    }
}

#[tokio::test]
async fn a_frame_of_another_form_is_refused_by_its_code() {
    let server = Running::start().await;
    let id = Uuid::from_u128(5).to_string();
    let long = "x".repeat(16 * 1024 + 1);
    let visitors: Vec<(Value, &str)> = vec![
        (json!({ "type": "send" }), "bad_frame"),
        (json!({ "type": "send", "client_id": id }), "bad_frame"),
        (json!({ "type": "send", "client_id": 1, "text": "x" }), "bad_frame"),
        (json!({ "type": "send", "client_id": id, "text": 1 }), "bad_frame"),
        (json!({ "type": "send", "client_id": id, "text": "x", "files": "y" }), "bad_frame"),
        (json!({ "type": "send", "client_id": id, "text": "x", "files": [id] }), "file_unknown"),
        (json!({ "type": "send", "client_id": id, "text": "" }), "message_empty"),
        (json!({ "type": "send", "client_id": id, "text": "\u{0}\u{1b}" }), "message_empty"),
        (json!({ "type": "send", "client_id": id, "text": long }), "message_too_long"),
        (json!({ "type": "resume", "after": -1 }), "bad_frame"),
        (json!({ "type": "resume", "after": 1.5 }), "bad_frame"),
        (json!({ "type": "read", "seq": "1" }), "bad_frame"),
        (json!({ "type": "history" }), "bad_frame"),
        (json!({ "type": "history", "before": [] }), "bad_frame"),
        (json!({ "type": "history", "before": 9, "conversation": id }), "conversation_unknown"),
        (json!({ "type": "history", "before": 9, "conversation": "x" }), "bad_frame"),
        (json!({ "type": "nothing" }), "bad_frame"),
        (json!({ "type": "hello", "inbox": server.key }), "frame_unexpected"),
        (json!([]), "bad_frame"),
        (json!(null), "bad_frame"),
    ];
    for (frame, code) in visitors {
        let (mut visitor, _) = server.visitor(None).await;
        visitor.send_text(&frame.to_string()).await;
        assert_eq!(visitor.error_code().await, code, "{frame}");
    }
    let agents: Vec<(Value, &str)> = vec![
        (json!({ "type": "watch" }), "bad_frame"),
        (json!({ "type": "watch", "conversation": "x" }), "bad_frame"),
        (json!({ "type": "watch", "conversation": id }), "conversation_unknown"),
        (
            json!({ "type": "send", "conversation": id, "client_id": id, "text": "x" }),
            "conversation_unknown",
        ),
        (
            json!({ "type": "send", "conversation": id, "client_id": id, "text": "" }),
            "message_empty",
        ),
        (
            json!({ "type": "send", "conversation": id, "client_id": id, "text": long }),
            "message_too_long",
        ),
        (json!({ "type": "history", "conversation": id, "before": 1 }), "conversation_unknown"),
        (json!({ "type": "read", "conversation": id, "seq": 1 }), "conversation_unknown"),
        (json!({ "type": "typing", "conversation": id }), "conversation_unknown"),
        (
            json!({ "type": "change", "conversation": id, "change": { "action": "claim" } }),
            "conversation_unknown",
        ),
        (
            json!({ "type": "change", "conversation": id, "change": { "action": "explode" } }),
            "bad_frame",
        ),
        (json!({ "type": "change", "conversation": id, "change": "claim" }), "bad_frame"),
        (json!({ "type": "presence", "presence": "asleep" }), "bad_frame"),
        (json!({ "type": "hello" }), "bad_frame"),
    ];
    let mut mia = server.agent().await;
    mia.welcome().await;
    for (frame, code) in agents {
        if code == "bad_frame" {
            // It ends the socket.
            let mut other = server.agent().await;
            other.welcome().await;
            other.send_text(&frame.to_string()).await;
            assert_eq!(other.agent_error_code().await, code, "{frame}");
        } else {
            mia.send_text(&frame.to_string()).await;
            assert_eq!(mia.agent_error_code().await, code, "{frame}");
        }
    }
    // A foreign conversation is like an unknown one, for every frame that names one.
    let house = House::start().await;
    let mut mia = house.server.agent().await;
    mia.welcome().await;
    let (foreign, own) = (house.foreign.conversation, house.own.conversation);
    let change =
        |change: Value| json!({ "type": "change", "conversation": foreign, "change": change });
    for frame in [
        json!({ "type": "watch", "conversation": foreign }),
        json!({ "type": "send", "conversation": foreign, "client_id": id, "text": "x" }),
        json!({ "type": "send", "conversation": foreign, "client_id": id, "text": "x", "note": true }),
        json!({ "type": "history", "conversation": foreign, "before": 9 }),
        json!({ "type": "read", "conversation": foreign, "seq": 1 }),
        json!({ "type": "typing", "conversation": foreign }),
        change(json!({ "action": "claim" })),
        change(json!({ "action": "assign", "agent": house.own.agent })),
        change(json!({ "action": "resolve" })),
        change(json!({ "action": "reopen" })),
        change(json!({ "action": "archive" })),
        change(json!({ "action": "unarchive" })),
        change(json!({ "action": "spam" })),
        change(json!({ "action": "not_spam" })),
        change(json!({ "action": "snooze", "until_ms": 4_102_444_800_000_u64 })),
        change(json!({ "action": "wake" })),
        change(json!({ "action": "label", "label": house.own.label })),
        change(json!({ "action": "unlabel", "label": house.own.label })),
    ] {
        mia.send_text(&frame.to_string()).await;
        assert_eq!(mia.agent_error_code().await, "conversation_unknown", "{frame}");
    }
    for (change, code) in [
        (json!({ "action": "assign", "agent": id }), "agent_unknown"),
        (json!({ "action": "label", "label": id }), "label_unknown"),
        (json!({ "action": "snooze", "until_ms": 1 }), "snooze_invalid"),
    ] {
        let frame = json!({ "type": "change", "conversation": own, "change": change });
        mia.send_text(&frame.to_string()).await;
        assert_eq!(mia.agent_error_code().await, code, "{frame}");
    }
    // Unknown fields are ignored: a newer client may send them.
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send_text(r#"{"type":"ping","surprise":{"a":[1]}}"#).await;
    visitor.find(|frame| matches!(frame, protocol::ToVisitor::Pong { .. }).then_some(())).await;
    // The same id with another text.
    visitor.send(&crate::support::send(1, "one")).await;
    crate::support::ack(&mut visitor).await;
    visitor.send(&crate::support::send(1, "other")).await;
    assert_eq!(visitor.error_code().await, "client_id_reused");

    // Text that may harm a reader, but nothing else, is stored as it is.
    let (mut visitor, _) = server.visitor(None).await;
    for (number, text) in
        ["👩‍👩‍👧‍👦", "\u{202e}gnp.exe", "<script>alert(1)</script>", "'; DROP TABLE entry; --"]
            .into_iter()
            .enumerate()
    {
        visitor.send(&crate::support::send(100 + number as u128, text)).await;
        assert_eq!(crate::support::ack(&mut visitor).await.body.text(), text);
    }
}

#[tokio::test]
async fn a_refused_call_has_the_status_of_its_code() {
    let server = Running::start().await;
    let paths = server::paths();
    let log_in = paths.iter().find(|path| path.starts_with("/call/log_in")).expect("a call");
    let origin = server.origin();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let ask = async |accept: &str, body: &str| {
        let headers = [("origin", &*origin), form, ("accept", accept)];
        server.http("POST", log_in, &headers, body).await
    };
    let wrong = "email=mia@example.com&password=wrong";
    let answer = ask("application/json", wrong).await;
    assert!(answer.says("login_wrong"), "{answer}");
    assert_eq!(answer.status, 401);
    for body in ["email=mia@example.com", "%", "email[]=x"] {
        let answer = ask("application/json", body).await;
        assert!(answer.says("request_invalid"), "{body}: {answer}");
        assert_eq!(answer.status, 400, "{body}");
    }
    // A form without scripts is redirected to its page.
    assert_eq!(ask("text/html", wrong).await.status, 302);
}
