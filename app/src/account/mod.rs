//! The agent's account: creating the owner, logging in and out, the account page.

mod calls;
mod factors;
mod login;
mod logins;
mod mails;
mod own_password;
mod page;
mod password;
mod setup;

#[cfg(feature = "ssr")]
pub use calls::own_page;
pub(crate) use calls::{LogOut, Me, who_am_i};
pub(crate) use factors::SecondPage;
pub(crate) use login::{LoginPage, refusal};
pub(crate) use page::AccountPage;
pub(crate) use password::{ForgottenPage, PasswordPage};
pub(crate) use setup::SetupPage;
