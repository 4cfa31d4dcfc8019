//! The kinds of entries and of their authors, as columns hold them. They have the names that [`Body`] and
//! [`Author`] have on the wire.

use protocol::{Author, Body};

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Message,
    Note,
    Event,
}

/// The kind of an author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorKind {
    Visitor,
    Agent,
    System,
}

impl EntryKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Note => "note",
            Self::Event => "event",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Message, Self::Note, Self::Event].into_iter().find(|kind| kind.as_str() == word)
    }
}

impl AuthorKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Visitor, Self::Agent, Self::System].into_iter().find(|kind| kind.as_str() == word)
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

protocol::stored!(EntryKind as String, |kind| kind.as_str().into(), |word| Self::parse(word));
protocol::stored!(AuthorKind as String, |kind| kind.as_str().into(), |word| Self::parse(word));

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
