//! Second factors and passkeys: setting them up, and the step of a login that asks for them.

mod calls;
mod card;
mod page;
mod passkeys;
mod totp;

pub(crate) use calls::{LoginWays, read_login_ways};
pub(crate) use card::FactorsCard;
pub(crate) use page::SecondPage;
pub(crate) use passkeys::PasskeyButton;
