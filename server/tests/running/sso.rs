//! Single sign-on with a small provider of our own, which also misbehaves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::login::Provider;
use domain::{Clock, SystemClock};
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use protocol::ProviderId;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::support::Running;

/// A key for this test only.
const KEY: &str = include_str!("sso_key.pem");
const OTHER_KEY: &str = include_str!("sso_other_key.pem");

/// How a provider misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fault {
    #[default]
    None,
    /// Its metadata names another issuer.
    OtherIssuer,
    /// The token is from another issuer, for another client, from another login, or expired.
    Issuer,
    Audience,
    Nonce,
    Expired,
    /// Signed with a key that the provider does not publish, with none, or with the secret that it shares with
    /// us.
    OtherKey,
    NoSignature,
    SharedSecret,
    /// Returns no token, or far too much.
    NoToken,
    TooLong,
    /// Redirects the server to an internal address.
    Redirects,
    /// An address that nobody verified.
    Unverified,
    /// A member of no group.
    NoRole,
    NotFound,
}

#[derive(Clone)]
struct Provided {
    issuer: String,
    fault: Arc<Mutex<Fault>>,
    /// The nonce of the last login.
    nonce: Arc<Mutex<String>>,
    asked: Arc<Mutex<Vec<HashMap<String, String>>>>,
}

fn now_s() -> u64 {
    SystemClock.now_ms().seconds()
}

impl Provided {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provided =
            Self { issuer, fault: Arc::default(), nonce: Arc::default(), asked: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provided.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provided
    }

    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }
}

async fn metadata(State(provided): State<Provided>) -> Response {
    let issuer = &provided.issuer;
    let said = match provided.fault() {
        Fault::OtherIssuer => "https://id.example.com",
        _ => issuer,
    };
    Json(json!({
        "issuer": said,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    }))
    .into_response()
}

fn key(pem: &str) -> CoreRsaPrivateSigningKey {
    CoreRsaPrivateSigningKey::from_pem(pem, Some(JsonWebKeyId::new("one".into()))).unwrap()
}

async fn keys() -> Json<Value> {
    Json(json!({ "keys": [key(KEY).as_verification_key()] }))
}

async fn token(
    State(provided): State<Provided>,
    headers: HeaderMap,
    Form(asked): Form<HashMap<String, String>>,
) -> Response {
    let fault = provided.fault();
    assert!(headers.contains_key("authorization"), "the client shows who it is");
    provided.asked.lock().unwrap().push(asked);
    match fault {
        Fault::NotFound => return StatusCode::NOT_FOUND.into_response(),
        Fault::TooLong => return " ".repeat(1_000_000).into_response(),
        Fault::Redirects => {
            return (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response();
        }
        _ => {}
    }
    let now = now_s();
    let nonce = provided.nonce.lock().unwrap().clone();
    let claims = json!({
        "iss": if fault == Fault::Issuer { "https://id.example.com" } else { &*provided.issuer },
        "aud": if fault == Fault::Audience { "another" } else { "porchlight" },
        "sub": "ann-1",
        "nonce": if fault == Fault::Nonce { "another".to_owned() } else { nonce },
        "iat": now - 10,
        "exp": if fault == Fault::Expired { now - 5 } else { now + 60 },
        "email": "ann@example.com",
        "email_verified": fault != Fault::Unverified,
        "name": "Ann Lee",
        "groups": if fault == Fault::NoRole { json!([]) } else { json!(["support"]) },
    });
    let mut answer =
        json!({ "access_token": "x", "token_type": "Bearer", "id_token": sign(&claims, fault) });
    if fault == Fault::NoToken {
        answer.as_object_mut().unwrap().remove("id_token");
    }
    Json(answer).into_response()
}

fn sign(claims: &Value, fault: Fault) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let algorithm = match fault {
        Fault::NoSignature => "none",
        Fault::SharedSecret => "HS256",
        _ => "RS256",
    };
    let text = format!("{}.{}", part(&json!({ "alg": algorithm, "kid": "one" })), part(claims));
    let rsa = |pem| key(pem).sign(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, text.as_bytes());
    let signature = match fault {
        Fault::NoSignature => Vec::new(),
        Fault::SharedSecret => {
            use openidconnect::core::CoreHmacKey;
            CoreHmacKey::new("hush")
                .sign(&CoreJwsSigningAlgorithm::HmacSha256, text.as_bytes())
                .unwrap()
        }
        Fault::OtherKey => rsa(OTHER_KEY).unwrap(),
        _ => rsa(KEY).unwrap(),
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A browser during a login.
struct Browser<'a> {
    server: &'a Running,
    id: Uuid,
    cookie: String,
    state: String,
}

fn parameter(address: &str, name: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name} in {address}")).1.into_owned()
}

impl<'a> Browser<'a> {
    /// Goes to the provider.
    async fn leave(server: &'a Running, provided: &'a Provided, id: Uuid) -> Self {
        let path = format!("/login/sso/{id}?to=/team");
        let answer = server.http("GET", &path, &[], "").await;
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        assert!(location.starts_with(&provided.issuer), "{location}");
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "porchlight"),
            ("code_challenge_method", "S256"),
            ("scope", "openid email profile"),
        ] {
            assert_eq!(parameter(&location, name), value);
        }
        let back = format!("{}/login/sso/{id}/back", server.origin());
        assert_eq!(parameter(&location, "redirect_uri"), back);
        *provided.nonce.lock().unwrap() = parameter(&location, "nonce");
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        Self { server, id, cookie, state: parameter(&location, "state") }
    }

    /// Comes back with a query. Returns where it is redirected, and its session.
    async fn back(&self, query: &str) -> (String, Option<String>) {
        let path = format!("/login/sso/{}/back?{query}", self.id);
        let headers = [("cookie", &*self.cookie)];
        let answer = self.server.http("GET", &path, &headers, "").await;
        let mut set = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
        let session = set.find(|set| set.starts_with("porchlight_session="));
        let session = session.and_then(|set| set.split(';').next()).map(ToOwned::to_owned);
        (answer.headers["location"].to_str().unwrap().to_owned(), session)
    }

    async fn back_well(&self) -> (String, Option<String>) {
        self.back(&format!("code=c&state={}", self.state)).await
    }
}

async fn set_up(server: &Running, provided: &Provided) -> Uuid {
    let id = Uuid::from_u128(9);
    let provider = Provider {
        id: ProviderId(id),
        name: "Example".into(),
        issuer: provided.issuer.clone(),
        client_id: "porchlight".into(),
        client_secret: "hush".into(),
        domains: vec!["example.com".into()],
        role_claim: Some("groups".into()),
        admin_values: vec!["admins".into()],
        agent_values: vec!["support".into()],
    };
    server.domain.save_provider(provider).await.unwrap();
    id
}

#[tokio::test]
async fn somebody_comes_in_by_a_provider() {
    let (server, provided) = (Running::start().await, Provided::start().await);
    let id = set_up(&server, &provided).await;
    let page = server.http("GET", "/login", &[], "").await;
    assert!(page.body.contains("Log in with"), "{page}");
    let browser = Browser::leave(&server, &provided, id).await;
    let (to, session) = browser.back_well().await;
    assert_eq!(to, "/team");
    let session = session.expect("a session");
    let team = server.http("GET", "/team", &[("cookie", &session)], "").await;
    assert!(team.body.contains("Ann Lee"), "{team}");
    let asked = provided.asked.lock().unwrap().clone();
    assert_eq!((asked.len(), &*asked[0]["grant_type"]), (1, "authorization_code"));
    assert!(asked[0]["code_verifier"].len() >= 43);
    // None of this works a second time.
    assert_eq!(browser.back_well().await, ("/login?error=login_step_over".into(), None));
    // A known user logs in again.
    let (to, session) = Browser::leave(&server, &provided, id).await.back_well().await;
    assert!(to == "/team" && session.is_some());
}

#[tokio::test]
async fn nothing_that_a_provider_does_wrong_lets_anybody_in() {
    let (server, provided) = (Running::start().await, Provided::start().await);
    let id = set_up(&server, &provided).await;
    for (fault, code) in [
        (Fault::OtherIssuer, "provider_failed"),
        (Fault::Issuer, "provider_failed"),
        (Fault::Audience, "provider_failed"),
        (Fault::Nonce, "provider_failed"),
        (Fault::Expired, "provider_failed"),
        (Fault::OtherKey, "provider_failed"),
        (Fault::NoSignature, "provider_failed"),
        (Fault::SharedSecret, "provider_failed"),
        (Fault::NoToken, "provider_failed"),
        (Fault::TooLong, "provider_failed"),
        (Fault::Redirects, "provider_failed"),
        (Fault::NotFound, "provider_failed"),
        (Fault::Unverified, "provider_refused"),
        (Fault::NoRole, "provider_refused"),
    ] {
        provided.set(Fault::None);
        let browser = Browser::leave(&server, &provided, id).await;
        provided.set(fault);
        let expect = (format!("/login?error={code}"), None);
        assert_eq!(browser.back_well().await, expect, "{fault:?}");
    }
    assert_eq!(server.domain.list_agents().await.unwrap().len(), 1, "nobody was made");
    let page = server.http("GET", "/login?error=provider_failed", &[], "").await;
    assert!(page.body.contains("Single sign-on failed"), "{page}");
    let page = server.http("GET", "/login?error=<b>x", &[], "").await;
    assert!(!page.body.contains("<b>x"));
}

#[tokio::test]
async fn who_comes_back_is_who_left() {
    let (server, provided) = (Running::start().await, Provided::start().await);
    let id = set_up(&server, &provided).await;
    let over = || ("/login?error=login_step_over".to_owned(), None);
    let mine = Browser::leave(&server, &provided, id).await;
    // Someone else's way back in my browser, and none at all.
    let theirs = Browser::leave(&server, &provided, id).await;
    assert_eq!(mine.back(&format!("code=c&state={}", theirs.state)).await, over());
    assert_eq!(mine.back_well().await, over(), "one try");
    for query in ["", "code=c", "state="] {
        let browser = Browser::leave(&server, &provided, id).await;
        assert_eq!(browser.back(query).await, over(), "{query}");
    }
    let refused = Browser::leave(&server, &provided, id).await;
    let query = format!("error=access_denied&state={}", refused.state);
    assert_eq!(refused.back(&query).await, ("/login?error=provider_failed".into(), None));
    // Another site's page can't start a login.
    for (site, expect) in
        [("cross-site", false), ("same-site", false), ("none", true), ("same-origin", true)]
    {
        let path = format!("/login/sso/{id}");
        let answer = server.http("GET", &path, &[("sec-fetch-site", site)], "").await;
        let location = answer.headers["location"].to_str().unwrap();
        assert_eq!(location.starts_with(&provided.issuer), expect, "{site} {location}");
    }
    // Without a cookie, and through another provider.
    let path = format!("/login/sso/{id}/back?code=c&state={}", theirs.state);
    let answer = server.http("GET", &path, &[], "").await;
    assert_eq!(answer.headers["location"], "/login?error=login_step_over");
    let other = server.domain.find_provider(ProviderId(id)).await.unwrap();
    let other_id = Uuid::from_u128(10);
    server.domain.save_provider(Provider { id: ProviderId(other_id), ..other }).await.unwrap();
    let mixed = Browser { id: other_id, ..Browser::leave(&server, &provided, id).await };
    assert_eq!(mixed.back_well().await, over());
    assert!(provided.asked.lock().unwrap().is_empty(), "no code was shown to anybody");
}

#[tokio::test]
async fn strangers_do_not_have_us_ask_a_provider_again_and_again() {
    let (server, provided) = (Running::start().await, Provided::start().await);
    let id = set_up(&server, &provided).await;
    let mut refused = false;
    for _ in 0..60 {
        let answer = server.http("GET", &format!("/login/sso/{id}"), &[], "").await;
        refused |= answer.headers["location"] == "/login?error=too_many_attempts";
    }
    assert!(refused);
}
