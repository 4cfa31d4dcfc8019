//! The API: what it does, and each of its calls by every kind of caller, for every kind of id.
//!
//! The table of calls is the OpenAPI document, which is made from the router. A new call fails until its ids
//! and body are known here.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::agent::{AgentSettings, NewAgent, Role, Visibility};
use domain::audit::AuditFilter;
use domain::conversation::Draft;
use domain::file::Party;
use domain::inbox::Inbox;
use domain::visitor::{User, VisitorIdentity};
use protocol::{AgentId, ConversationId, FileId, LabelId, Scope, UnixMillis, VisitorId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Running, client_id};

/// A GIF of one pixel (Graphics Interchange Format, version 89a).
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// An id that is not in use.
fn fresh() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1_000_000);
    Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into())
}

/// The status and JSON of a response.
struct Answer(u16, Value);

impl Answer {
    fn code(&self) -> &str {
        self.1["code"].as_str().unwrap_or_default()
    }
}

/// The ids that a call is about.
#[derive(Clone)]
struct Target {
    visitor: VisitorId,
    conversation: ConversationId,
    inbox: protocol::InboxId,
    label: LabelId,
    file: FileId,
    agent: AgentId,
    soon_ms: UnixMillis,
}

impl Target {
    fn path(&self, path: &str) -> String {
        // A search needs a word.
        let path = path
            .replace("/search", "/search?q=hello")
            .replace("{visitor}", &self.visitor.to_string())
            .replace("{conversation}", &self.conversation.to_string())
            .replace("{inbox}", &self.inbox.to_string())
            .replace("{label}", &self.label.to_string())
            .replace("{file}", &self.file.to_string());
        assert!(!path.contains('{'), "{path}: what does it name?");
        path
    }

    /// A body of the type that the document names.
    fn body(&self, schema: &str) -> Value {
        let name = fresh();
        match schema {
            "Identify" => json!({ "inbox": self.inbox.to_string(), "user_id": "42", "name": "Ann",
                "email": "ann@example.com", "attributes": { "plan": "pro" } }),
            "VisitorWrites" => json!({ "client_id": name.to_string(), "text": "hi" }),
            "AgentWrites" => {
                json!({ "client_id": name.to_string(), "text": "hi", "note": true, "files": [] })
            }
            "ReadUpTo" => json!({ "seq": 1 }),
            "Create" => json!({ "visitor": self.visitor.to_string() }),
            "Assign" => json!({ "agent": self.agent.to_string() }),
            "Snooze" => json!({ "until_ms": self.soon_ms }),
            other => panic!("a body of the form {other}: how does one look?"),
        }
    }
}

struct Call {
    method: String,
    path: String,
    scope: Scope,
    schema: Option<String>,
    /// Whether the body is a file.
    is_upload: bool,
}

impl Call {
    /// Whether the call is about one thing, not about all of a kind.
    fn is_aimed(&self) -> bool {
        let by_body = matches!(self.schema.as_deref(), Some("Identify" | "Create"));
        self.path.contains('{') || by_body
    }
}

struct Api {
    server: Running,
    agent: AgentId,
    own: Target,
    foreign: Target,
}

impl Api {
    /// A server with two inboxes, of which the agent sees only the first.
    async fn start() -> Self {
        let server = Running::start().await;
        let domain = &server.domain;
        let agent = domain.list_agents().await.unwrap().remove(0);
        let other = domain.create_inbox("Other", &[]).await.unwrap();
        let first = domain.find_inbox(None).await.unwrap();
        let label = domain.create_label("vip", "#ff0000").await.unwrap().id;
        let target = async |inbox: &Inbox, number| {
            let visitor = VisitorId(domain.ambient().uuid());
            let who = VisitorIdentity { inbox: inbox.id, visitor };
            let file = FileId(fresh());
            let content = futures_util::stream::iter([Ok(PICTURE.into())]);
            let party = Party::Visitor(who);
            domain.upload(&party, file, "x", PICTURE.len() as u64, content).await.unwrap();
            let draft = Draft { text: "hello", files: &[file] };
            domain.send_as_visitor(&who, None, client_id(number), draft).await.unwrap();
            let page = domain.visitor_page(&who, None).await.unwrap();
            let conversation = page.conversation.unwrap();
            let soon_ms = domain.ambient().now_ms() + 3_600_000;
            let inbox = inbox.id;
            Target { visitor, conversation, inbox, label, file, agent: agent.id, soon_ms }
        };
        let (own, foreign) = (target(&first, 1).await, target(&other, 2).await);
        let settings = AgentSettings {
            visibility: Visibility::Inboxes([first.id].into()),
            ..AgentSettings::default()
        };
        domain.set_agent(agent.id, settings).await.unwrap();
        Self { agent: agent.id, server, own, foreign }
    }

    async fn token(&self, scopes: impl IntoIterator<Item = Scope>) -> String {
        let scopes: BTreeSet<Scope> = scopes.into_iter().collect();
        self.server.domain.create_access_token("test", scopes, self.agent).await.unwrap()
    }

    async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
        let bearer = format!("Bearer {}", token.unwrap_or_default());
        let mut headers = vec![("content-type", "application/json")];
        if token.is_some() {
            headers.push(("authorization", &bearer));
        }
        let answer = self.server.http(&method.to_uppercase(), path, &headers, body).await;
        let (status, json) = (answer.status, answer.json());
        if status >= 400 {
            let kind = answer.header("content-type");
            assert_eq!(kind, Some("application/problem+json"), "{method} {path}: {answer}");
        }
        if status >= 400 {
            assert_eq!(json["status"], status, "{method} {path}");
            for field in ["type", "title", "code"] {
                assert!(json[field].is_string(), "{method} {path}: {json}");
            }
        }
        Answer(status, json)
    }

    async fn call(&self, call: &Call, at: &Target, token: Option<&str>) -> Answer {
        let body = call.schema.as_deref().map(|schema| at.body(schema).to_string());
        let body = if call.is_upload { Some("words".to_owned()) } else { body };
        let path = at.path(&call.path);
        let query = if call.path.ends_with("/people") { "?q=x" } else { "" };
        self.ask(&call.method, &format!("{path}{query}"), token, &body.unwrap_or_default()).await
    }

    /// All calls in the document.
    async fn calls(&self) -> Vec<Call> {
        let Answer(status, document) = self.ask("get", "/api/v1/openapi.json", None, "").await;
        assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
        let mut calls = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, about) in methods.as_object().unwrap() {
                let scope = about["security"][0]["access_token"][0].as_str().unwrap();
                let schema = &about["requestBody"]["content"]["application/json"]["schema"]["$ref"];
                let schema = schema.as_str().and_then(|name| name.rsplit('/').next());
                calls.push(Call {
                    method: method.clone(),
                    path: path.clone(),
                    scope: Scope::parse(scope).expect("a scope"),
                    schema: schema.map(ToOwned::to_owned),
                    is_upload: about["requestBody"]["content"]["application/octet-stream"]
                        .is_object(),
                });
            }
        }
        assert!(calls.len() > 20);
        calls
    }
}

#[tokio::test]
async fn every_call_is_refused_without_its_scope_and_for_what_is_foreign() {
    let api = Api::start().await;
    let unknown = {
        let id = fresh;
        Target {
            visitor: VisitorId(id()),
            conversation: ConversationId(id()),
            inbox: protocol::InboxId(id()),
            label: LabelId(id()),
            file: FileId(id()),
            agent: AgentId(id()),
            soon_ms: api.own.soon_ms,
        }
    };
    for call in api.calls().await {
        let what = format!("{} {}", call.method, call.path);
        let invalid = [None, Some(""), Some("pl_"), Some("pl_0000"), Some("x")];
        for token in invalid {
            let answer = api.call(&call, &api.own, token).await;
            assert_eq!(
                (answer.0, answer.code()),
                (401, "access_token_invalid"),
                "{what} {token:?}"
            );
        }
        let others = Scope::ALL.iter().copied().filter(|scope| *scope != call.scope);
        let answer = api.call(&call, &api.own, Some(&api.token(others).await)).await;
        assert_eq!((answer.0, answer.code()), (403, "scope_missing"), "{what}");

        let token = api.token([call.scope]).await;
        if call.scope == Scope::PeopleManage {
            // The scope is not enough: the token's agent may not do this.
            for target in [&api.own, &api.foreign, &unknown] {
                let answer = api.call(&call, target, Some(&token)).await;
                assert_eq!((answer.0, answer.code()), (403, "forbidden"), "{what}");
            }
            continue;
        }
        for foreign in [&api.foreign, &unknown] {
            let answer = api.call(&call, foreign, Some(&token)).await;
            if call.is_upload {
                // The uploader chooses the id, but can't choose one that is taken.
                let is_new = foreign.file == unknown.file;
                let expect = if is_new { (200, "") } else { (409, "file_id_taken") };
                assert_eq!((answer.0, answer.code()), expect, "{what}");
            } else if call.is_aimed() {
                let codes =
                    ["conversation_unknown", "visitor_unknown", "inbox_unknown", "file_unknown"];
                assert_eq!(answer.0, 404, "{what} {}", answer.1);
                assert!(codes.contains(&answer.code()), "{what} {}", answer.1);
            } else {
                let told = answer.1.to_string();
                assert_eq!(answer.0, 200, "{what} {told}");
                for id in [foreign.conversation.0, foreign.visitor.0, foreign.inbox.0] {
                    assert!(!told.contains(&id.to_string()), "{what} tells of what is foreign");
                }
            }
        }
        let own = Target {
            file: if call.is_upload { FileId(fresh()) } else { api.own.file },
            ..api.own.clone()
        };
        let answer = api.call(&call, &own, Some(&token)).await;
        assert!((200..300).contains(&answer.0), "{what} {} {}", answer.0, answer.1);
    }
    let untouched = api.server.domain.find_agent(api.agent).await.unwrap().unwrap();
    assert!(!untouched.visibility.covers(api.foreign.inbox));
}

#[tokio::test]
async fn a_person_is_found_exported_and_erased_by_a_program() {
    let api = Api::start().await;
    let domain = &api.server.domain;
    let new = NewAgent {
        email: "owner@example.com".into(),
        name: "Olga".into(),
        password: "correct horse".into(),
    };
    let owner = domain.create_agent(new, Role::Owner).await.unwrap();
    let scopes = [Scope::PeopleManage].into();
    let token = domain.create_access_token("test", scopes, owner.id).await.unwrap();
    let user =
        User { id: Some("42".into()), email: Some("ann@example.com".into()), ..User::default() };
    let visitor = domain.identify_visitor(api.own.inbox, user).await.unwrap().visitor;
    domain
        .send_as_visitor(
            &VisitorIdentity { inbox: api.own.inbox, visitor },
            None,
            client_id(77),
            "secret words",
        )
        .await
        .unwrap();
    for sought in ["42", "ann@example.com"] {
        let answer = api.ask("get", &format!("/api/v1/people?q={sought}"), Some(&token), "").await;
        assert_eq!(answer.1["people"][0]["visitor"], visitor.to_string(), "{}", answer.1);
        assert_eq!(answer.1["people"][0]["is_email_verified"], true);
    }
    let bearer = format!("Bearer {token}");
    let path = format!("/api/v1/people/{visitor}/export");
    let answer = api.server.http("GET", &path, &[("authorization", &bearer)], "").await;
    assert_eq!(answer.header("content-type"), Some("application/zip"));
    assert!(answer.body.starts_with("PK") && answer.body.contains("secret words"));
    let path = format!("/api/v1/people/{visitor}");
    let erased = api.ask("delete", &path, Some(&token), "").await;
    assert_eq!((erased.0, &erased.1["conversations"]), (200, &json!(1)), "{}", erased.1);
    let again = api.ask("delete", &path, Some(&token), "").await;
    assert_eq!((again.0, again.code()), (404, "visitor_unknown"));
    let audit = domain.list_audit(&AuditFilter::default(), None).await.unwrap().entries;
    let noted: Vec<_> = audit.iter().map(|entry| (&*entry.action, &*entry.actor_kind)).collect();
    for deed in ["person_exported", "person_erased"] {
        assert!(noted.contains(&(deed, "program")), "{noted:?}");
    }
    assert!(!format!("{audit:?}").contains("ann@example.com"));
}

#[tokio::test]
async fn a_body_of_another_form_is_refused_and_nothing_is_written() {
    let api = Api::start().await;
    let long = "x".repeat(16 * 1024 + 1);
    for call in api.calls().await {
        let Some(schema) = &call.schema else { continue };
        let what = format!("{} {}", call.method, call.path);
        let token = api.token([call.scope]).await;
        let path = api.own.path(&call.path);
        let right = api.own.body(schema);
        let mut wrong = vec![String::new(), "{".into(), "[]".into(), "null".into(), "{}".into()];
        let mut more = right.clone();
        more["surprise"] = json!(1);
        wrong.push(more.to_string());
        for field in right.as_object().unwrap().keys() {
            for value in [json!({}), json!([1]), json!(-1), json!("\u{202e}\u{0}")] {
                let mut other = right.clone();
                let is_text = matches!(&**field, "text" | "name" | "user_id" | "email");
                if value.is_string() && is_text || field == "attributes" && value == json!({}) {
                    continue;
                }
                other[field] = value;
                wrong.push(other.to_string());
            }
        }
        for body in wrong {
            let answer = api.ask(&call.method, &path, Some(&token), &body).await;
            assert_eq!((answer.0, answer.code()), (400, "request_invalid"), "{what} {body}");
        }
        if right["text"].is_string() {
            let mut with = right.clone();
            for (text, code) in [
                ("", "message_empty"),
                (" \u{0}\u{7} ", "message_empty"),
                (&long, "message_too_long"),
            ] {
                with["text"] = json!(text);
                let answer = api.ask(&call.method, &path, Some(&token), &with.to_string()).await;
                assert_eq!(answer.code(), code, "{what}");
            }
            for text in ["\u{1f6a8}\u{1f1e6}\u{1f1f9}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"] {
                with["text"] = json!(text);
                with["client_id"] = json!(fresh().to_string());
                let answer = api.ask(&call.method, &path, Some(&token), &with.to_string()).await;
                assert_eq!(answer.1["body"]["text"], text, "{what}");
                with["text"] = json!("other words");
                let answer = api.ask(&call.method, &path, Some(&token), &with.to_string()).await;
                assert_eq!((answer.0, answer.code()), (409, "client_id_reused"), "{what}");
            }
        }
        let big = format!("{{\"text\":\"{}\"}}", "x".repeat(300 * 1024));
        let answer = api.ask(&call.method, &path, Some(&token), &big).await;
        assert_eq!((answer.0, answer.code()), (413, "frame_too_big"), "{what}");
    }
    let token = api.token(Scope::ALL.iter().copied()).await;
    for query in ["status=x", "assignee=x", "archived=1", "limit=0", "limit=201", "surprise=1"] {
        let path = format!("/api/v1/conversations?{query}");
        let answer = api.ask("get", &path, Some(&token), "").await;
        assert_eq!((answer.0, answer.code()), (400, "request_invalid"), "{query}");
    }
    let answer = api.ask("get", "/api/v1/conversations?after=x", Some(&token), "").await;
    assert_eq!((answer.0, answer.code()), (400, "cursor_invalid"));
    for (method, path, expect) in [
        ("get", "/api/v1/nothing", (404, "not_found")),
        ("get", "/api/v1/conversations/1", (404, "not_found")),
        ("delete", "/api/v1/conversations", (405, "method_not_allowed")),
    ] {
        let answer = api.ask(method, path, Some(&token), "").await;
        assert_eq!((answer.0, answer.code()), expect, "{method} {path}");
    }
}

#[tokio::test]
async fn a_program_can_do_all_that_a_help_desk_needs() {
    let api = Api::start().await;
    let token = api.token(Scope::ALL.iter().copied()).await;
    let ask = async |method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = api.ask(method, &format!("/api/v1{path}"), Some(&token), &body).await;
        assert!((200..300).contains(&answer.0), "{method} {path}: {} {}", answer.0, answer.1);
        answer.1
    };
    // Identify a visitor: create, then update.
    let said = json!({ "inbox": api.own.inbox.to_string(), "user_id": "u1", "name": "Ann",
        "attributes": { "plan": "pro", "seats": 5 } });
    let ann = ask("post", "/visitors/identify", said).await;
    let said =
        json!({ "inbox": api.own.inbox.to_string(), "user_id": "u1", "email": "ann@x.example" });
    let again = ask("post", "/visitors/identify", said).await;
    assert_eq!((&again["id"], &again["name"]), (&ann["id"], &json!("Ann")));
    assert_eq!(again["attributes"], json!({ "plan": "pro", "seats": 5 }));
    let visitor = ann["id"].as_str().unwrap();
    assert_eq!(ask("get", &format!("/visitors/{visitor}"), Value::Null).await, again);

    // Start their conversation, only once.
    let begun = ask("post", "/conversations", json!({ "visitor": visitor })).await;
    let same = ask("post", "/conversations", json!({ "visitor": visitor })).await;
    assert_eq!(begun["id"], same["id"]);
    let at = format!("/conversations/{}", begun["id"].as_str().unwrap());
    assert_eq!(begun["status"], "open");

    // Both write, and repeat requests with the same id.
    let hello = json!({ "client_id": fresh().to_string(), "text": "hello" });
    let first = ask("post", &format!("/visitors/{visitor}/messages"), hello.clone()).await;
    assert_eq!(ask("post", &format!("/visitors/{visitor}/messages"), hello).await, first);
    assert_eq!((&first["seq"], &first["author"]["kind"]), (&json!(1), &json!("visitor")));
    let note = json!({ "client_id": fresh().to_string(), "text": "vip", "note": true });
    ask("post", &format!("{at}/messages"), note).await;
    let reply = json!({ "client_id": fresh().to_string(), "text": "hi Ann" });
    ask("post", &format!("{at}/messages"), reply).await;
    let log = ask("get", &format!("{at}/messages?after=1"), Value::Null).await;
    let kinds: Vec<_> =
        log["messages"].as_array().unwrap().iter().map(|m| &m["body"]["kind"]).collect();
    assert_eq!((kinds, &log["head"]), (vec![&json!("note"), &json!("message")], &json!(3)));
    let theirs = ask("get", &format!("/visitors/{visitor}/messages"), Value::Null).await;
    let texts: Vec<_> =
        theirs["messages"].as_array().unwrap().iter().map(|m| m["body"]["text"].clone()).collect();
    assert_eq!(texts, ["hello", "hi Ann"], "no note");
    ask("post", &format!("/visitors/{visitor}/read"), json!({ "seq": 3 })).await;
    ask("post", &format!("{at}/read"), json!({ "seq": 3 })).await;
    let log = ask("get", &format!("{at}/messages?before=2"), Value::Null).await;
    assert_eq!((&log["visitor_read_seq"], &log["team_read_seq"]), (&json!(3), &json!(3)));

    // Change the conversation.
    let claimed = ask("post", &format!("{at}/claim"), Value::Null).await;
    assert_eq!(claimed["assignee"]["id"], api.agent.to_string());
    let given_back = ask("post", &format!("{at}/assign"), json!({ "agent": null })).await;
    assert_eq!(given_back["assignee"], Value::Null);
    let to = json!({ "agent": api.agent.to_string() });
    assert_eq!(ask("post", &format!("{at}/assign"), to).await["status"], "assigned");
    let label = format!("{at}/labels/{}", api.own.label);
    assert_eq!(ask("put", &label, Value::Null).await["labels"][0]["name"], "vip");
    assert_eq!(ask("delete", &label, Value::Null).await["labels"], json!([]));
    let until = json!({ "until_ms": api.server.domain.ambient().now_ms() + 60_000 });
    assert!(ask("post", &format!("{at}/snooze"), until).await["snoozed_until_ms"].is_u64());
    assert!(ask("post", &format!("{at}/wake"), Value::Null).await["snoozed_until_ms"].is_null());
    assert_eq!(ask("post", &format!("{at}/resolve"), Value::Null).await["status"], "resolved");
    assert_eq!(ask("post", &format!("{at}/reopen"), Value::Null).await["status"], "assigned");
    assert_eq!(ask("post", &format!("{at}/archive"), Value::Null).await["archived"], true);
    let ids = async |query: &str| {
        let list = ask("get", &format!("/conversations?{query}"), Value::Null).await;
        let all = list["conversations"].as_array().unwrap().iter();
        (all.map(|one| one["id"].clone()).collect::<Vec<_>>(), list["next"].clone())
    };
    assert_eq!(ids("archived=true").await.0, [begun["id"].clone()]);
    assert_eq!(ids(&format!("visitor={visitor}&archived=false")).await.0, [] as [Value; 0]);
    assert_eq!(ask("post", &format!("{at}/unarchive"), Value::Null).await["archived"], false);
    assert_eq!(ask("post", &format!("{at}/spam"), Value::Null).await["spam"], true);
    assert_eq!(ids(&format!("visitor={visitor}")).await.0, [] as [Value; 0]);
    assert_eq!(ids("spam=true").await.0, [begun["id"].clone()]);
    assert!(ask("post", &format!("{at}/not-spam"), Value::Null).await["spam"].is_null());
    assert_eq!(ids(&format!("assignee={}", api.agent)).await.0, [begun["id"].clone()]);
    assert_eq!(ids("assignee=none&status=open").await.0.len(), 1);

    // List it page by page.
    let (first, next) = ids("limit=1").await;
    let (second, end) = ids(&format!("limit=1&after={}", next.as_str().unwrap())).await;
    assert_eq!((first.len(), second.len(), end), (1, 1, Value::Null));
    assert_ne!(first, second);

    // See who is available.
    let agents = ask("get", "/agents", Value::Null).await;
    assert_eq!((&agents[0]["name"], &agents[0]["presence"]), (&json!("Mia"), &json!("offline")));
    let there = ask("get", &format!("/inboxes/{}/availability", api.own.inbox), Value::Null).await;
    assert_eq!(there["attendance"], "away");
}

#[tokio::test]
async fn a_revoked_token_and_one_of_somebody_who_left_open_nothing() {
    let api = Api::start().await;
    let domain = &api.server.domain;
    let token = api.token([Scope::TeamRead]).await;
    let ask = async || api.ask("get", "/api/v1/agents", Some(&token), "").await.0;
    assert_eq!(ask().await, 200);
    domain.set_agent_active(api.agent, false).await.unwrap();
    assert_eq!(ask().await, 401);
    domain.set_agent_active(api.agent, true).await.unwrap();
    assert_eq!(ask().await, 401, "it does not come back with its agent");
    let token = api.token([Scope::TeamRead]).await;
    let ask = async || api.ask("get", "/api/v1/agents", Some(&token), "").await.0;
    assert_eq!(ask().await, 200);
    let listed = domain.list_access_tokens().await.unwrap().remove(0);
    assert!(listed.last_used_at_ms.is_some());
    domain.revoke_access_token(listed.id).await.unwrap();
    assert_eq!(ask().await, 401);
}

#[tokio::test]
async fn a_token_that_asks_too_much_is_slowed_down() {
    let api = Api::start().await;
    let (token, other) = (api.token([Scope::TeamRead]).await, api.token([Scope::TeamRead]).await);
    let mut slowed = None;
    for _ in 0..300 {
        let answer = api.ask("get", "/api/v1/labels", Some(&token), "").await;
        if answer.0 != 200 {
            slowed = Some((answer.0, answer.code().to_owned()));
            break;
        }
    }
    assert_eq!(slowed, Some((429, "slow_down".to_owned())));
    assert_eq!(
        api.ask("get", "/api/v1/labels", Some(&other), "").await.0,
        200,
        "costs itself alone"
    );
}

#[tokio::test]
async fn the_page_to_try_it_and_the_list_of_codes_are_served() {
    let server = Running::start().await;
    let page = server.http("GET", "/api/docs", &[], "").await;
    assert!(page.status == 200 && page.body.contains("swagger-ui"), "{page}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "a policy of its own: {page}");
    let script = page.body.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(server.http("GET", script, &[], "").await.status, 200);
    let codes = server.http("GET", "/api/errors", &[], "").await;
    assert!(codes.body.contains("id=\"conversation_unknown\""), "{codes}");
}
