//! Server functions about the agent's own account.

use leptos::prelude::*;
use protocol::LoginId;
use protocol::{AgentId, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The agent who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Their id.
    pub id: AgentId,
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// Whether they may change inboxes, the team and access tokens.
    pub is_admin: bool,
    /// Whether they may manage owners and change roles.
    pub is_owner: bool,
    /// A problem that the people who run the installation must fix.
    pub trouble: Option<String>,
}

/// Returns the agent who is logged in; `None` if nobody is.
#[server]
pub async fn who_am_i() -> Result<Option<Me>, Failure> {
    use crate::backend::{backend, current_agent, session};
    use domain::agent::Right;

    let domain = backend()?.domain;
    let agent = current_agent(&session().await?, &domain).await?;
    let trouble = |agent: &domain::agent::Agent| {
        let free = domain.is_disk_low().filter(|_| agent.role.may(Right::ManageInboxes))?;
        let free = free / (1024 * 1024);
        Some(format!(
            "The disk is almost full ({free} MB free). Visitors can’t send files until you free up space."
        ))
    };
    Ok(agent.map(|agent| Me {
        trouble: trouble(&agent),
        id: agent.id,
        role: agent.role.as_str().to_owned(),
        is_admin: agent.role.may(Right::ManageInboxes),
        is_owner: agent.role.may(Right::ManageOwners),
        name: agent.name,
        email: agent.email,
    }))
}

/// Logs in and redirects to the requested page, or to the conversations. The endpoint has a fixed name because
/// other programs call it.
#[server(endpoint = "log_in")]
pub async fn log_in(
    email: String,
    password: String,
    #[server(default)] to: String,
) -> Result<(), Failure> {
    use crate::backend::{backend, enter, source};
    use domain::audit::AuditAction;
    use domain::login::Attempt;

    let (backend, source) = (backend()?, source()?);
    let device = crate::cookie::DEVICE.get(&backend.public_url);
    let agent = backend.domain.log_in(Attempt { email, password, device }, &source).await?;
    enter(&agent, &backend, AuditAction::LoggedIn, own_page(&to)).await
}

/// Returns where to go after a login: `path` if it is a page of the dashboard, otherwise the conversations.
#[cfg(feature = "ssr")]
#[must_use]
pub fn own_page(path: &str) -> &str {
    if is_own_page(path) { path } else { "/conversations" }
}

/// Whether the path is a page of the dashboard. Browsers read `//host` and `/\host` as the address of another
/// site.
#[cfg(feature = "ssr")]
fn is_own_page(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    path.len() > 1 && path.starts_with('/') && !path.contains("//") && path.chars().all(plain)
}

/// Logs out and redirects to the login page.
#[server]
pub async fn log_out() -> Result<(), Failure> {
    use crate::backend::{backend, current_agent, end_session, named, session, source};
    use domain::audit::AuditAction;

    let domain = backend()?.domain;
    if let Some(agent) = current_agent(&session().await?, &domain).await? {
        let by = (&agent).into();
        domain.audit(by, AuditAction::LoggedOut, named(&agent), Some(&source()?)).await?;
    }
    end_session().await?;
    leptos_axum::redirect("/login");
    Ok(())
}

/// Whether the one-time setup link still works.
#[server]
pub async fn check_setup_link(token: String) -> Result<bool, Failure> {
    let backend = crate::backend::backend()?;
    Ok(backend.setup.matches(&token) && !backend.domain.has_agents().await?)
}

/// Creates the owner, logs them in and redirects to the inboxes.
#[server]
pub async fn create_owner(
    token: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), Failure> {
    use crate::backend::{backend, begin_session, named, source};
    use domain::agent::NewAgent;
    use domain::audit::AuditAction;
    use protocol::ErrorCode;

    let backend = backend()?;
    if !backend.setup.matches(&token) {
        return Err(ErrorCode::SetupLinkInvalid.into());
    }
    let owner = backend.domain.create_owner(NewAgent { email, name, password }).await?;
    begin_session(&owner, &backend).await?;
    let by = (&owner).into();
    backend.domain.audit(by, AuditAction::OwnerCreated, named(&owner), Some(&source()?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// The agent whose password a link sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkDetails {
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Whether they have never had a password.
    pub is_invited: bool,
}

/// Sends a password link to the agent with this address. The answer is the same if there is no such agent. The
/// page shows it even without scripts.
#[server]
pub async fn forget_password(email: String) -> Result<(), Failure> {
    let backend = crate::backend::backend()?;
    backend.domain.may_forget_password(&email, &crate::backend::source()?)?;
    if !backend.sends_mail {
        leptos_axum::redirect("/password?asked=off");
        return Ok(());
    }
    // The response time must not reveal whether there is such an agent.
    backend.domain.forget_password_later(email, crate::backend::source()?);
    leptos_axum::redirect("/password?asked=on");
    Ok(())
}

/// Returns the agent whose password a link sets.
#[server]
pub async fn check_password_link(token: String) -> Result<LinkDetails, Failure> {
    let holder = crate::backend::backend()?.domain.link_holder(&token).await?;
    let domain::agent::LinkHolder { name, email, is_invited } = holder;
    Ok(LinkDetails { name, email, is_invited })
}

/// Sets a password through a link, logs the agent in and redirects to the conversations.
#[server]
pub async fn set_password(token: String, password: String) -> Result<(), Failure> {
    use crate::backend::{backend, enter, named, source};
    use domain::audit::AuditAction;

    let backend = backend()?;
    let agent = backend.domain.set_password(&token, password).await?;
    let by = (&agent).into();
    backend.domain.audit(by, AuditAction::PasswordSet, named(&agent), Some(&source()?)).await?;
    enter(&agent, &backend, AuditAction::LoggedIn, "/conversations").await
}

/// Changes the password of the agent who is logged in and ends all their other logins.
#[server]
pub async fn change_password(current: String, new: String) -> Result<(), Failure> {
    use crate::backend::{begin_session, named, renew_session, require};
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = require(Right::Answer).await?;
    let agent = by.backend.domain.change_password(by.agent.id, current, new).await?;
    // A password does not prove the second factor, so an agent who has one does not get a fresh login.
    match by.backend.domain.second_factors(agent.id).await?.is_any() {
        true => renew_session(&agent).await?,
        false => begin_session(&agent, &by.backend).await?,
    }
    by.note(AuditAction::PasswordChanged, named(&agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// A login of the agent who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginLine {
    /// Its id in requests. It is not the session's secret and grants nothing.
    pub id: LoginId,
    /// The client address it began from.
    pub address: String,
    /// The browser it began in.
    pub browser: Option<String>,
    /// When it began, in milliseconds since 1970 (UTC).
    pub began_at_ms: UnixMillis,
    /// When it was last used, in milliseconds since 1970 (UTC).
    pub seen_at_ms: UnixMillis,
    /// Whether it is the login that makes this request.
    pub is_this: bool,
}

/// Returns the logins of the agent who is logged in.
#[server]
pub async fn read_my_logins() -> Result<Vec<LoginLine>, Failure> {
    use crate::backend::{require_agent, session};

    let (agent, backend) = require_agent().await?;
    let this = session().await?.id().map(|id| id.to_string()).unwrap_or_default();
    let logins = backend.domain.list_logins(&agent, &this).await?;
    let line = |login: domain::login::LoginDetails| LoginLine {
        id: login.id,
        address: login.address,
        browser: login.browser,
        began_at_ms: login.began_at_ms,
        seen_at_ms: login.seen_at_ms,
        is_this: login.is_this,
    };
    Ok(logins.into_iter().map(line).collect())
}

/// Ends another login of the agent who is logged in.
#[server]
pub async fn end_login(id: LoginId) -> Result<(), Failure> {
    use crate::backend::{named, require};
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = require(Right::Answer).await?;
    by.backend.domain.end_login(by.agent.id, id).await?;
    by.note(AuditAction::LoginEnded, named(&by.agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// Ends all other logins of the agent who is logged in.
#[server]
pub async fn end_other_logins() -> Result<(), Failure> {
    use crate::backend::{named, renew_session, require};
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = require(Right::Answer).await?;
    let agent = by.backend.domain.log_out_everywhere(by.agent.id).await?;
    renew_session(&agent).await?;
    by.note(AuditAction::LoginEnded, named(&agent)).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// The email settings of the agent who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyMail {
    /// Whether the program has a mail server.
    pub is_on: bool,
    /// The address that emails go to.
    pub email: String,
    /// What a mail server answered, if the address rejects mail.
    pub bounced: Option<String>,
    /// Whether to send an email when a conversation is assigned to them.
    pub assigned: bool,
    /// Whether to send an email when a note mentions them.
    pub mentioned: bool,
    /// Whether to send an email when a visitor of theirs waits.
    pub waiting: bool,
    /// After how many minutes without an answer to send an email; `None` is never.
    pub escalation_minutes: Option<u64>,
    /// Whether to send a daily summary.
    pub summary: bool,
    /// The time of the summary, as `HH:MM`.
    pub summary_at: String,
    /// The time zone of the summary.
    pub time_zone: String,
}

/// Returns the email settings of the agent who is logged in.
#[server]
pub async fn read_my_mail() -> Result<MyMail, Failure> {
    /// The default time of the summary, in minutes after midnight: 8:00.
    const MORNING: u16 = 8 * 60;

    let (agent, backend) = crate::backend::require_agent().await?;
    let mail = backend.domain.agent_mail(agent.id).await?;
    let at = mail.summary_at.unwrap_or(MORNING);
    Ok(MyMail {
        is_on: backend.sends_mail,
        bounced: backend.domain.bounced_agents().await?.remove(&agent.email),
        email: agent.email,
        assigned: mail.assigned,
        mentioned: mail.mentioned,
        waiting: mail.waiting,
        escalation_minutes: mail.escalation_ms.map(|wait| wait / 60_000),
        summary: mail.summary_at.is_some(),
        summary_at: format!("{:02}:{:02}", at / 60, at % 60),
        time_zone: mail.time_zone,
    })
}

/// Changes the email settings of the agent who is logged in. `at` is `HH:MM`. An empty `escalation` means never.
#[server]
pub async fn set_my_mail(
    #[server(default)] assigned: bool,
    #[server(default)] mentioned: bool,
    #[server(default)] waiting: bool,
    #[server(default)] escalation: String,
    #[server(default)] summary: bool,
    at: String,
    zone: String,
) -> Result<(), Failure> {
    use domain::agent::AgentMail;
    use protocol::ErrorCode;

    let (agent, backend) = crate::backend::require_agent().await?;
    let minutes = |at: &str| {
        let (hour, minute) = at.split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let at = minutes(&at).ok_or(ErrorCode::AgentMailInvalid)?;
    let escalation_ms = match escalation.trim() {
        "" => None,
        minutes => {
            let minutes = minutes.parse::<u64>().map_err(|_| ErrorCode::AgentMailInvalid)?;
            Some(minutes.saturating_mul(60_000))
        }
    };
    let summary_at = summary.then_some(at);
    let time_zone = zone.trim().to_owned();
    let mail = AgentMail { assigned, mentioned, waiting, escalation_ms, summary_at, time_zone };
    backend.domain.set_agent_mail(agent.id, mail).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::is_own_page;

    #[test]
    fn a_login_leads_to_own_pages_only() {
        assert!(is_own_page("/conversations/01890000-0000-7000-8000-000000000001"));
        assert!(is_own_page("/team"));
        for other in [
            "",
            "/",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a//b",
            "/x\r\ny: z",
            "/a?b",
        ] {
            assert!(!is_own_page(other), "{other}");
        }
    }
}
