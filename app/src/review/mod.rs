//! Inbound email: what needs a review, and what became of the rest.

mod badge;
mod calls;
mod page;

pub(crate) use badge::{Recount, ReviewBadge};
pub(crate) use calls::{MailText, read_mail_text};
pub(crate) use page::{RawMailLink, ReviewPage};
