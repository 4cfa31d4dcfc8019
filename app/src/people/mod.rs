//! Privacy requests: exporting or erasing what is stored about a person.

mod calls;
mod page;

pub(crate) use page::PeoplePage;
