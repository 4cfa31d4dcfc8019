//! The audit log: who did what, when and from where.

mod calls;
mod page;

pub(crate) use page::AuditPage;
