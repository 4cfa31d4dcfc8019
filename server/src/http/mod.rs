//! What every request passes through: where it comes from, and which headers its response has.

mod bearer;
mod body;
mod extract;
mod failure;
mod headers;
pub(crate) mod health;
mod origin;
mod redirect;
mod source;

pub(crate) use bearer::bearer;
pub(crate) use body::{buffer_body, pieces};
pub(crate) use extract::{At, Body, Params, maybe_whole, whole};
pub(crate) use failure::{CODES, Failure};
pub(crate) use headers::harden;
pub(crate) use origin::{is_own, refuse_foreign};
pub(crate) use redirect::stay;
pub(crate) use source::note_source;
