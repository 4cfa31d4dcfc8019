//! `/login/sso/{provider}`: logging in with a provider (OpenID Connect Core 1.0, the code flow, with PKCE).
//!
//! Nothing that a provider says counts before its signature, issuer, audience, nonce and times have been
//! checked (`openidconnect`). What it can cost us is limited: no redirects, ten seconds, 256 KB per response.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::audit::{Actor, AuditAction};
use domain::login::{Provider, ProviderClaims, Source};
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use protocol::{ErrorCode, ProviderId, UnixMillis};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;
use tower_sessions::Session;

use crate::state::ServerState;

/// The timeout of a request to a provider.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest response of a provider, in bytes.
const ANSWER_BYTES: usize = 256 * 1024;

/// How long to remember where a provider wants people to be sent.
const KNOWN: Duration = Duration::from_secs(5 * 60);

/// The signatures that prove something: not those made with the secret that we share with the provider.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = {
    use CoreJwsSigningAlgorithm as A;
    [
        A::RsaSsaPkcs1V15Sha256,
        A::RsaSsaPkcs1V15Sha384,
        A::RsaSsaPkcs1V15Sha512,
        A::RsaSsaPssSha256,
        A::RsaSsaPssSha384,
        A::RsaSsaPssSha512,
        A::EcdsaP256Sha256,
        A::EcdsaP384Sha384,
        A::EdDsa,
    ]
};

/// The recent metadata of providers, by issuer.
#[derive(Clone, Default)]
pub(crate) struct Discovered(Arc<Mutex<HashMap<String, (Instant, CoreProviderMetadata)>>>);

/// What is needed when someone comes back.
#[derive(Serialize, Deserialize)]
struct Away {
    provider: ProviderId,
    state: String,
    nonce: String,
    verifier: String,
    to: String,
}

#[derive(Deserialize)]
pub(crate) struct Leaving {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Why a login failed. The details are only for the log.
#[derive(Debug, thiserror::Error)]
enum SsoError {
    #[error("{}", .0.code().as_str())]
    Refused(#[from] domain::Error),
    #[error("{0}")]
    Provider(String),
}

impl From<ErrorCode> for SsoError {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

impl SsoError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(error) => error.code(),
            Self::Provider(_) => ErrorCode::ProviderFailed,
        }
    }
}

/// An error with its causes: the library's own errors say little.
fn failed(error: impl std::error::Error) -> SsoError {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said = format!("{said}: {error}");
        source = error.source();
    }
    // It may quote the provider.
    SsoError::Provider(said.chars().filter(|c| !c.is_control()).take(500).collect())
}

/// Sends a browser to a provider.
pub(crate) async fn leave(
    State(state): State<ServerState>,
    Extension(discovered): Extension<Discovered>,
    Path(id): Path<ProviderId>,
    Query(Leaving { to }): Query<Leaving>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
) -> Response {
    // Another site's page must not use up a network's attempts, nor log anyone in who did not ask for it.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return lead(&state, "/login", "");
    }
    match go(&state, &discovered, id, to, &source).await {
        Ok((address, step)) => lead(&state, &address, &step),
        Err(error) => back_to_login(&state, id, &error),
    }
}

/// Logs in a person who comes back from a provider.
pub(crate) async fn come_back(
    State(state): State<ServerState>,
    Path(id): Path<ProviderId>,
    Query(back): Query<Back>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    session: Session,
) -> Response {
    match let_in(&state, id, back, &source, &headers, &session).await {
        Ok(to) => lead(&state, &to, ""),
        Err(error) => back_to_login(&state, id, &error),
    }
}

/// A redirect that sets the login's step in a cookie, or removes it if empty.
fn lead(state: &ServerState, to: &str, step: &str) -> Response {
    let cookie = app::STEP.header(step, &state.public_url.to_string());
    let location = to.parse::<HeaderValue>();
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let (Some(cookie), Ok(location)) = (cookie, location) {
        headers.insert(header::LOCATION, location);
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

fn back_to_login(state: &ServerState, provider: ProviderId, error: &SsoError) -> Response {
    tracing::info!(%error, %provider, "single sign-on failed");
    lead(state, &format!("/login?error={}", error.code().as_str()), "")
}

async fn go(
    state: &ServerState,
    discovered: &Discovered,
    id: ProviderId,
    to: String,
    source: &Source,
) -> Result<(String, String), SsoError> {
    let provider = state.domain.find_provider(id).await?;
    let known = {
        let all = discovered.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&provider.issuer).filter(|(at, _)| at.elapsed() < KNOWN).cloned()
    };
    let metadata = match known {
        Some((_, metadata)) => metadata,
        None => {
            // Before the provider is asked anything: a stranger may ask a million times.
            state.domain.may_ask_provider(source)?;
            let metadata = discover(&provider).await?;
            let mut all = discovered.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(provider.issuer.clone(), (Instant::now(), metadata.clone()));
            metadata
        }
    };
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(provider.client_id.clone()),
        None,
    )
    .set_redirect_uri(redirect(state, id)?);
    let (address, csrf, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let away = Away {
        provider: id,
        state: csrf.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        to: app::own_page(&to).to_owned(),
    };
    let step = state.domain.leave_for_provider(&away, source).await?;
    Ok((address.into(), step))
}

/// Where a provider sends people back to: its own address for each, so that none can pass for another (RFC
/// 9700, section 4.4.2).
fn redirect(state: &ServerState, id: ProviderId) -> Result<RedirectUrl, SsoError> {
    RedirectUrl::new(format!("{}/login/sso/{id}/back", state.public_url)).map_err(failed)
}

async fn let_in(
    state: &ServerState,
    id: ProviderId,
    back: Back,
    source: &Source,
    headers: &HeaderMap,
    session: &Session,
) -> Result<String, SsoError> {
    let step = app::STEP.find(headers, &state.public_url.to_string());
    let step = step.ok_or(ErrorCode::LoginStepOver)?;
    let away: Away = state.domain.come_from_provider(&step).await?;
    // With 128 random bits and one attempt, the time of the comparison gives nothing away.
    if away.provider != id || back.state.as_deref() != Some(&*away.state) {
        return Err(ErrorCode::LoginStepOver.into());
    }
    if let Some(error) = back.error {
        let error: String = error.chars().filter(|c| !c.is_control()).take(100).collect();
        return Err(SsoError::Provider(format!("the provider returned the error {error}")));
    }
    let code =
        back.code.ok_or_else(|| SsoError::Provider("the provider returned no code".to_owned()))?;
    let provider = state.domain.find_provider(id).await?;
    let (who, shown_at_ms) = ask(state, &provider, code, away.nonce, away.verifier).await?;
    let agent = match state.domain.log_in_by_provider(&provider, &who).await {
        Ok(agent) => agent,
        Err(error) => {
            let said = who.email.unwrap_or(who.subject);
            let subject = Some((provider.id.0, provider.name));
            let actor = Actor::Stranger(said);
            state.domain.audit(actor, AuditAction::LoginFailed, subject, Some(source)).await?;
            return Err(error.into());
        }
    };
    app::hold(session, &agent, source, shown_at_ms).await?;
    let subject = Some((agent.id.0, agent.name.clone()));
    state.domain.audit((&agent).into(), AuditAction::LoggedIn, subject, Some(source)).await?;
    Ok(away.to)
}

async fn discover(provider: &Provider) -> Result<CoreProviderMetadata, SsoError> {
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(failed)?;
    let fetch = fetch_of(provider);
    let found = CoreProviderMetadata::discover_async(issuer, &fetch).await.map_err(failed)?;
    if !is_secret(provider, found.authorization_endpoint().url().as_str()) {
        return Err(SsoError::Provider("the provider names an address without https".to_owned()));
    }
    Ok(found)
}

/// What the provider says about the person who came back with `code`, and when they authenticated there, in
/// milliseconds since 1970 (UTC): 0 if it does not say.
async fn ask(
    state: &ServerState,
    provider: &Provider,
    code: String,
    nonce: String,
    verifier: String,
) -> Result<(ProviderClaims, UnixMillis), SsoError> {
    // Ask again: it may sign with another key by now.
    let metadata = discover(provider).await?;
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(provider.client_id.clone()),
        Some(ClientSecret::new(provider.client_secret.clone())),
    )
    .set_redirect_uri(redirect(state, provider.id)?);
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(failed)?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(&fetch_of(provider))
        .await
        .map_err(failed)?;
    let token = answer
        .id_token()
        .ok_or_else(|| SsoError::Provider("the provider returned no ID token".to_owned()))?;
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNED_BY);
    let claims = token.claims(&verifier, &Nonce::new(nonce)).map_err(failed)?;
    let all = payload(&token.to_string()).unwrap_or_default();
    let roles = provider.role_claim.as_ref().and_then(|name| all.get(name));
    let is_verified = claims.email_verified() == Some(true);
    let shown_at_ms = claims.auth_time().map_or(0, |at| at.timestamp_millis());
    let shown_at_ms = UnixMillis(shown_at_ms.unsigned_abs()).min(state.domain.ambient().now_ms());
    let who = ProviderClaims {
        subject: claims.subject().to_string(),
        email: claims.email().filter(|_| is_verified).map(|email| email.to_string()),
        name: all.get("name").and_then(Value::as_str).map(ToOwned::to_owned),
        roles: roles.map(texts).unwrap_or_default(),
    };
    Ok((who, shown_at_ms))
}

/// The claims of a token that has been verified.
fn payload(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// The texts in a claim: one, or several.
fn texts(claim: &Value) -> Vec<String> {
    match claim {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the provider can't be reached")]
    Http(#[from] reqwest::Error),
    #[error("the provider names an address without https")]
    Plain,
    #[error("the provider's response is too long")]
    TooLong,
    #[error("the provider's response can't be read")]
    Form(#[from] axum::http::Error),
}

/// Whether an address may be used. If the issuer has https, so must everything that it names. An issuer without
/// it is on this machine.
fn is_secret(provider: &Provider, address: &str) -> bool {
    address.starts_with("https://") || provider.issuer.starts_with("http://")
}

/// Fetches from a provider, but only from addresses that may be used.
fn fetch_of(
    provider: &Provider,
) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, FetchError>> + use<> {
    let provider = provider.clone();
    move |request| {
        let is_secret = is_secret(&provider, &request.uri().to_string());
        Box::pin(
            async move { if is_secret { fetch(request).await } else { Err(FetchError::Plain) } },
        )
    }
}

/// Sends a request to a provider.
async fn fetch(request: HttpRequest) -> Result<HttpResponse, FetchError> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()?;
    let mut answer = client.execute(request.try_into()?).await?;
    let mut whole = axum::http::Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get(header::CONTENT_TYPE) {
        whole = whole.header(header::CONTENT_TYPE, kind);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES {
            return Err(FetchError::TooLong);
        }
    }
    Ok(whole.body(body)?)
}
