//! Agents: the members of the support team.

mod create;
pub(crate) mod link;
pub(crate) mod link_token;
mod mail;
pub(crate) mod role;
mod settings;
mod visibility;

use protocol::{AgentId, Author, ErrorCode, LabelId, Presence};
use sea_orm::entity::prelude::*;

use crate::error::Result;
use crate::table::agent;

pub use create::NewAgent;
pub use link::LinkHolder;
pub use mail::AgentMail;
pub use role::{Right, Role};
pub use settings::AgentSettings;
pub(crate) use settings::require;
pub(crate) use visibility::Visibilities;
pub use visibility::Visibility;

/// A member of the support team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Their id.
    pub id: AgentId,
    /// Their email address, in lower case, with which they log in.
    pub email: String,
    /// Their name, which visitors see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The presence they chose, which they have while they have a socket.
    pub presence: Presence,
    /// The most conversations that routing assigns to them.
    pub capacity: Option<u32>,
    /// The labels whose conversations they can handle. Only `Domain::list_agents` fills them in.
    pub skills: Vec<LabelId>,
    /// Which conversations they may see.
    pub visibility: Visibility,
    /// Whether they are on the team.
    pub is_active: bool,
    /// Whether they have yet to set a password.
    pub is_invited: bool,
    /// The epoch of their logins. Logins of an earlier epoch are no longer valid.
    pub epoch: i32,
}

impl Agent {
    /// The agent as the author of an entry.
    #[must_use]
    pub fn author(&self) -> Author {
        Author::Agent { id: self.id, name: self.name.clone() }
    }
}

/// The agent of a row, with their visibility.
pub(crate) async fn with_visibility(db: &impl ConnectionTrait, row: agent::Model) -> Result<Agent> {
    let visibility = Visibility::read(db, &row).await?;
    Ok(Agent { visibility, ..from_row(row) })
}

fn from_row(row: agent::Model) -> Agent {
    let is_invited = !has_password(&row);
    Agent {
        id: row.id,
        email: row.email,
        name: row.name,
        role: row.role,
        presence: row.presence,
        capacity: row.capacity.map(i32::unsigned_abs),
        skills: Vec::new(),
        visibility: Visibility::All,
        is_active: row.is_active,
        epoch: row.epoch,
        is_invited,
    }
}

/// Returns an email address in lower case. Checks only what keeps out mistakes and injected headers: only an
/// email can tell whether a mailbox exists.
pub(crate) fn check_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let shaped = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let plain =
        email.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>,;:\"".contains(c));
    if shaped && plain && email.len() <= 254 {
        Ok(email)
    } else {
        Err(ErrorCode::EmailInvalid.into())
    }
}

/// Returns a name without surrounding whitespace. It must have 1 to 80 characters, be on one line, and be
/// visible.
pub(crate) fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = (1..=80).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && crate::visible::shows(name);
    if fits { Ok(name.to_owned()) } else { Err(ErrorCode::NameInvalid.into()) }
}

/// Whether an agent has set a password.
pub(crate) fn has_password(row: &agent::Model) -> bool {
    !row.password_hash.starts_with('!')
}
