//! What people may ask of whoever runs an inbox: a copy of what is kept of them, and that it is erased.

mod calls;
mod page;

pub(crate) use page::PeoplePage;
