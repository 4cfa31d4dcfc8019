//! The tables as SeaORM sees them. Only this crate may use them: what leaves the crate has its own types.

#![expect(unreachable_pub, reason = "DeriveEntityModel wants its types to be `pub`")]
#![expect(dead_code, reason = "not every column is compared")]

pub(crate) mod access_token;
pub(crate) mod agent;
pub(crate) mod agent_identity;
pub(crate) mod agent_inbox;
pub(crate) mod agent_mail;
pub(crate) mod agent_skill;
pub(crate) mod audit;
pub(crate) mod block;
pub(crate) mod column;
pub(crate) mod conversation;
pub(crate) mod conversation_label;
pub(crate) mod directory;
pub(crate) mod entry;
pub(crate) mod file;
pub(crate) mod identity_provider;
pub(crate) mod inbound_mail;
pub(crate) mod inbox;
pub(crate) mod label;
pub(crate) mod login_rules;
pub(crate) mod login_step;
pub(crate) mod mail;
pub(crate) mod mail_address;
pub(crate) mod mail_lock;
pub(crate) mod mailbox;
pub(crate) mod passkey;
pub(crate) mod read_cursor;
pub(crate) mod recovery_code;
pub(crate) mod session;
pub(crate) mod team;
pub(crate) mod team_agent;
pub(crate) mod visitor;

#[cfg(test)]
mod tests;
