//! The agent's account: creating the owner, logging in and out, the account page, and the frame around the team's
//! pages.

mod calls;
mod factors;
mod login;
mod logins;
mod mails;
mod own_password;
mod page;
mod password;
mod setup;
mod team;

pub(crate) use calls::Me;
#[cfg(feature = "ssr")]
pub use calls::own_page;
pub(crate) use factors::SecondPage;
pub(crate) use login::{LoginPage, refusal};
pub(crate) use page::AccountPage;
pub(crate) use password::{ForgottenPage, PasswordPage};
pub(crate) use setup::SetupPage;
pub(crate) use team::{Team, initials};
