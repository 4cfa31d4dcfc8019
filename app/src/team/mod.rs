//! The people who answer: agents and their capacity and skills, teams, and labels.

mod actions;
mod agents;
mod calls;
mod labels;
mod login_calls;
mod logins;
mod page;
mod teams;

pub(crate) use calls::{TeamPage as TeamDetails, read_team};
pub(crate) use logins::LoginsPage;
pub(crate) use page::TeamPage;
