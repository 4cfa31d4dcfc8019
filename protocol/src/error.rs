//! Errors as clients see them: a stable code, a sentence, and whether trying again may help.

use crate::json::{Decode, DecodeError, Encode, Value, write_str};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, temporary: $temporary:literal;)+) => {
        /// What went wrong. The text form is stable: clients may match on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum ErrorCode { $($(#[$doc])* $name,)+ }

        impl ErrorCode {
            /// Every code, for tests and documents.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable text form.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Whether the same request may succeed later.
            #[must_use]
            pub const fn is_temporary(self) -> bool {
                match self { $(Self::$name => $temporary,)+ }
            }

            fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

codes! {
    /// No inbox has that key.
    InboxUnknown = "inbox_unknown", temporary: false;
    /// The inbox does not allow the site that the chat is embedded in.
    SiteNotAllowed = "site_not_allowed", temporary: false;
    /// The visitor's token was not issued by this inbox.
    TokenInvalid = "token_invalid", temporary: false;
    /// A message without a visible character.
    MessageEmpty = "message_empty", temporary: false;
    /// A message over [`crate::limits::MESSAGE_BYTES`].
    MessageTooLong = "message_too_long", temporary: false;
    /// A `client_id` that already names another message.
    ClientIdReused = "client_id_reused", temporary: false;
    /// No such conversation, or not one that the asker may see.
    ConversationUnknown = "conversation_unknown", temporary: false;
    /// A frame that is not text, not JSON or of no known type.
    BadFrame = "bad_frame", temporary: false;
    /// A frame that is not allowed at this point of the talk.
    FrameUnexpected = "frame_unexpected", temporary: false;
    /// A frame over [`crate::limits::CLIENT_FRAME_BYTES`].
    FrameTooBig = "frame_too_big", temporary: false;
    /// A socket that does not offer [`crate::SUBPROTOCOL`].
    SubprotocolUnknown = "subprotocol_unknown", temporary: false;
    /// A socket that watches [`crate::limits::WATCHED_CONVERSATIONS`] already.
    TooManyWatched = "too_many_watched", temporary: false;
    /// The request comes from a page of another origin.
    OriginRefused = "origin_refused", temporary: false;
    /// Nobody is logged in.
    LoginRequired = "login_required", temporary: false;
    /// Only the owner may do it.
    OwnerRequired = "owner_required", temporary: false;
    /// No agent has that address and password.
    LoginWrong = "login_wrong", temporary: false;
    /// Too many attempts in a short time.
    TooManyAttempts = "too_many_attempts", temporary: true;
    /// The one-time link was used, or is from before a restart.
    SetupLinkInvalid = "setup_link_invalid", temporary: false;
    /// An agent with that address exists.
    EmailTaken = "email_taken", temporary: false;
    /// Not a mail address.
    EmailInvalid = "email_invalid", temporary: false;
    /// A name without a visible character, or one that is too long.
    NameInvalid = "name_invalid", temporary: false;
    /// A password of fewer than 10 characters, or of more than 200.
    PasswordLength = "password_length", temporary: false;
    /// A site that is not an origin such as `https://example.com`.
    SiteInvalid = "site_invalid", temporary: false;
    /// What was asked for does not exist.
    NotFound = "not_found", temporary: false;
    /// The server could not do it now. Nothing was written.
    Unavailable = "unavailable", temporary: true;
}

impl Encode for ErrorCode {
    fn encode(&self, out: &mut String) {
        write_str(self.as_str(), out);
    }
}

impl Decode for ErrorCode {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        value.as_str().and_then(Self::from_text).ok_or(DecodeError::Type("error code"))
    }
}

/// An error's outside form. The inside form stays in the server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Problem {
    /// What went wrong.
    pub code: ErrorCode,
    /// The same for people, in English.
    pub message: String,
}

impl Problem {
    /// An error with a sentence for people.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The JSON body of an HTTP answer.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("{\"code\":");
        self.code.encode(&mut out);
        out.push_str(",\"message\":");
        write_str(&self.message, &mut out);
        out.push_str(",\"temporary\":");
        self.code.is_temporary().encode(&mut out);
        out.push('}');
        out
    }
}
