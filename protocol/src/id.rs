//! Ids: UUIDs, each with a type of its own, so that one can't be passed for another.

use alloc::string::String;

use uuid::Uuid;

use crate::json::{Decode, DecodeError, Encode, Value, write_str};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the hyphenated form; `None` if `text` is not a UUID.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl Encode for $name {
            fn encode(&self, out: &mut String) {
                write_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()), out);
            }
        }

        impl Decode for $name {
            fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
                value.as_str().and_then(Self::parse).ok_or(DecodeError::Type("uuid"))
            }
        }
    )+};
}

ids! {
    /// An access token of the API.
    AccessTokenId;
    /// An agent: a member of the support team.
    AgentId;
    /// A conversation between one visitor and the team.
    ConversationId;
    /// The name a client gives to one send, unique in its conversation for ever.
    ClientId;
    /// A file. Who uploads it makes its id up, so that an upload can be made again.
    FileId;
    /// A label that agents put on conversations.
    LabelId;
    /// An inbox: one site or brand.
    InboxId;
    /// A mail that came in.
    InboundId;
    /// A mail that is sent, or is to be.
    MailId;
    /// A team of agents.
    TeamId;
    /// A visitor of an inbox's sites.
    VisitorId;
}
