//! Ids: UUIDs with a separate type for each kind, so that they can't be mixed up.

use alloc::string::String;

use uuid::Uuid;

use crate::json::{Decode, DecodeError, Encode, Value, write_str};

fn read(text: &str) -> Option<Uuid> {
    let mut number = 0;
    for (at, byte) in text.bytes().enumerate() {
        let digit = match byte {
            b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
            _ if matches!(at, 8 | 13 | 18 | 23) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    (text.len() == 36).then_some(Uuid::from_u128(number))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl $name {
            /// Parses the canonical form, lowercase with hyphens. Returns `None` for any other form: an id
            /// that came back in another form would not compare equal.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                read(text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
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

        #[cfg(feature = "sea-orm")]
        $crate::stored!($name as Uuid, |id| id.0, |id| Some(Self(*id)));
    )+};
}

ids! {
    /// An access token of the API.
    AccessTokenId;
    /// An agent: a member of the support team.
    AgentId;
    /// A block of a visitor or a network.
    BlockId;
    /// A conversation between one visitor and the team.
    ConversationId;
    /// A client's id for one send, unique in its conversation forever.
    ClientId;
    /// A file. The uploader chooses the id, so that an upload can be repeated.
    FileId;
    /// A label for conversations.
    LabelId;
    /// An agent's login.
    LoginId;
    /// An inbox: one site or brand.
    InboxId;
    /// An inbound email.
    InboundId;
    /// An outgoing email, sent or queued.
    MailId;
    /// An agent's passkey.
    PasskeyId;
    /// An identity provider.
    ProviderId;
    /// A team of agents.
    TeamId;
    /// A visitor to an inbox's sites.
    VisitorId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_form() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        assert_eq!(AgentId::parse(text), Uuid::try_parse(text).ok().map(AgentId));
        for other in [
            "",
            "00112233-4455-6677-8899-AABBCCDDEEFF",
            "00112233445566778899aabbccddeeff",
            "{00112233-4455-6677-8899-aabbccddeeff}",
            "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeef",
            "00112233-4455-6677-8899-aabbccddeeff0",
            "00112233-4455-6677-8899-aabbccddeefg",
            "0011223304455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(AgentId::parse(other), None, "{other}");
        }
    }
}
