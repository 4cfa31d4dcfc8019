//! What an agent shows besides a password, or in its place: setting it up, and the step of a login that asks for
//! it.

mod browser;
mod calls;
mod card;
mod page;
mod passkeys;
mod totp;

pub(crate) use calls::{LoginWays, read_login_ways};
pub(crate) use card::FactorsCard;
pub(crate) use page::SecondPage;
pub(crate) use passkeys::PasskeyButton;
