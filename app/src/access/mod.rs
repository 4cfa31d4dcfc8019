//! Access tokens: which programs may use the API, and for what.

mod calls;
mod page;

pub(crate) use page::AccessPage;
