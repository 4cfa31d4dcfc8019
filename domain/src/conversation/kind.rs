//! The kinds of entries and of their authors, as columns hold them. They have the names that [`Body`] and
//! [`Author`] have on the wire.

use protocol::{Author, Body, stored_words};

stored_words! {
    /// The kind of an entry.
    pub enum EntryKind {
        "message" => Message,
        "note" => Note,
        "event" => Event,
    }
}

stored_words! {
    /// The kind of an author.
    pub enum AuthorKind {
        "visitor" => Visitor,
        "agent" => Agent,
        "system" => System,
    }
}

impl From<&Body> for EntryKind {
    fn from(body: &Body) -> Self {
        match body {
            Body::Message { .. } => Self::Message,
            Body::Note { .. } => Self::Note,
            Body::Event { .. } => Self::Event,
        }
    }
}

impl From<&Author> for AuthorKind {
    fn from(author: &Author) -> Self {
        match author {
            Author::Visitor {} => Self::Visitor,
            Author::Agent { .. } => Self::Agent,
            Author::System {} => Self::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_of_the_wire() {
        let text = String::new();
        let bodies = [Body::Message { text: text.clone() }, Body::Note { text }];
        for body in bodies {
            assert_eq!(EntryKind::from(&body).as_str(), body.tag());
        }
        for author in [Author::Visitor {}, Author::System {}] {
            assert_eq!(AuthorKind::from(&author).as_str(), author.tag());
        }
    }
}
