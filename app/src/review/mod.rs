//! Mail that came in: what somebody has to look at, and what became of the rest.

mod badge;
mod calls;
mod page;

pub(crate) use badge::{Recount, ReviewBadge};
pub(crate) use calls::{MailText, read_mail_text};
pub(crate) use page::{RawMailLink, ReviewPage};
