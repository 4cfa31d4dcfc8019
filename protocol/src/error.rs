//! Errors as clients see them: a stable code, a sentence, and whether a retry may help.

use alloc::string::String;

use crate::json::{Decode, DecodeError, Encode, Value, write_str};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, temporary: $temporary:literal
        says $sentence:literal;)+) => {
        /// What went wrong. The text form is stable: clients may match on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[cfg_attr(feature = "serde", serde(rename = $text))] $name,)+
        }

        impl ErrorCode {
            /// Every code, for tests and documentation.
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

            /// The code's sentence in English.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }

            fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

codes! {
    /// No inbox has this key.
    InboxUnknown = "inbox_unknown", temporary: false
        says "No inbox has this key. Copy the snippet from the Inboxes page again.";
    /// The inbox does not allow the site that the chat is embedded in.
    SiteNotAllowed = "site_not_allowed", temporary: false
        says "This site isn't allowed. Add it to the inbox's allowed sites.";
    /// The visitor's seed is not 32 hexadecimal digits.
    SeedInvalid = "seed_invalid", temporary: false
        says "The seed must be 32 hexadecimal digits.";
    /// This inbox did not issue the visitor's token.
    TokenInvalid = "token_invalid", temporary: false
        says "The visitor token is not valid for this inbox. Start without a token.";
    /// A link has expired or is incomplete.
    LinkInvalid = "link_invalid", temporary: false
        says "This link is invalid or has expired. Use the link in the latest email, or request a new one.";
    /// What a site's server says about its user is malformed or too long.
    UserInvalid = "user_invalid", temporary: false
        says "The user data is invalid or too large.";
    /// The proof of a user's identity is not valid.
    IdentityInvalid = "identity_invalid", temporary: false
        says "The identity proof is invalid. Check the identity secret, the user ID, and the token's expiration and audience.";
    /// The page names a user without a proof, and the inbox requires one.
    IdentityRequired = "identity_required", temporary: false
        says "This inbox requires verified identities. Send a hash or a token created by the site's server.";
    /// A message without a visible character.
    MessageEmpty = "message_empty", temporary: false
        says "The message is empty.";
    /// A message over [`crate::limits::MESSAGE_BYTES`].
    MessageTooLong = "message_too_long", temporary: false
        says "The message is too long. The limit is 16 KB.";
    /// No such file, or one that the client may not fetch or send.
    FileUnknown = "file_unknown", temporary: false
        says "This file doesn't exist, or you don't have access to it.";
    /// An empty file.
    FileEmpty = "file_empty", temporary: false
        says "This file is empty.";
    /// A file over [`crate::limits::FILE_BYTES`], or longer than its announced length.
    FileTooBig = "file_too_big", temporary: false
        says "This file is too large. The limit is 20 MB.";
    /// A file of a type that is not allowed.
    FileTypeRefused = "file_type_refused", temporary: false
        says "This file type isn't allowed.";
    /// More than [`crate::limits::FILES`] in a message, or [`crate::limits::UNSENT_FILES`] not sent yet.
    TooManyFiles = "too_many_files", temporary: false
        says "Too many files. Send up to 10 per message.";
    /// The visitor's files would exceed [`crate::limits::VISITOR_FILE_BYTES`], or all visitors' files the
    /// inbox's limit.
    FileQuota = "file_quota", temporary: false
        says "There is no storage space left for files.";
    /// The id belongs to a file of another uploader, or to one that was removed.
    FileIdTaken = "file_id_taken", temporary: false
        says "This file ID is already in use. Use a new one.";
    /// An upload without a length.
    LengthRequired = "length_required", temporary: false
        says "Send the file's size in the Content-Length header.";
    /// An upload that broke off.
    UploadCut = "upload_cut", temporary: true
        says "The upload was interrupted. Upload the file again.";
    /// An agent has blocked the visitor or the visitor's network.
    Blocked = "blocked", temporary: false
        says "You can't send messages here.";
    /// No such block, or one that has ended.
    BlockUnknown = "block_unknown", temporary: false
        says "This block doesn't exist or has already ended.";
    /// The network that the visitor came from is not known.
    NetworkUnknown = "network_unknown", temporary: false
        says "This visitor's network is unknown. Block only the visitor instead.";
    /// Too many messages, uploads or requests in a short time.
    SlowDown = "slow_down", temporary: true
        says "Too many messages at once. Wait a moment and try again.";
    /// A `client_id` that another message already has.
    ClientIdReused = "client_id_reused", temporary: false
        says "This client_id already belongs to another message. Use a new one.";
    /// No such conversation, or one that the client may not see.
    ConversationUnknown = "conversation_unknown", temporary: false
        says "This conversation doesn't exist, or you don't have access to it.";
    /// Another agent has the conversation.
    AlreadyAssigned = "already_assigned", temporary: false
        says "Another agent is already assigned to this conversation.";
    /// The visitor has written something that the agent has not seen yet.
    NewMessage = "new_message", temporary: false
        says "The visitor has sent a new message. Read it first.";
    /// The visitor has another conversation that is not resolved.
    AnotherIsOpen = "another_is_open", temporary: false
        says "The visitor has another open conversation. Resolve it first.";
    /// The end of a snooze is in the past, or too far in the future.
    SnoozeInvalid = "snooze_invalid", temporary: false
        says "Choose a snooze time in the future, within a year.";
    /// No such label.
    LabelUnknown = "label_unknown", temporary: false
        says "This label doesn't exist.";
    /// A label's name that is empty, too long or already used.
    LabelInvalid = "label_invalid", temporary: false
        says "Label names must be unique and 1 to 40 characters long.";
    /// More labels than a conversation can have.
    TooManyLabels = "too_many_labels", temporary: false
        says "A conversation can have at most 20 labels.";
    /// Not a color.
    ColorInvalid = "color_invalid", temporary: false
        says "Write the color as #rrggbb.";
    /// Not a cursor of this list.
    CursorInvalid = "cursor_invalid", temporary: false
        says "This cursor doesn't belong to this list.";
    /// No such team.
    TeamUnknown = "team_unknown", temporary: false
        says "This team doesn't exist.";
    /// Business hours in the wrong format, or an unknown time zone.
    HoursInvalid = "hours_invalid", temporary: false
        says "Check the hours and the time zone. Write one day per line, such as “mon 09:00-17:00” or “12-25 closed”, and a time zone such as Europe/Berlin.";
    /// Not a valid number of days.
    DaysInvalid = "days_invalid", temporary: false
        says "Retention must be a whole number of days, from 1 to 36500.";
    /// The last owner can't be deactivated or given another role.
    LastOwner = "last_owner", temporary: false
        says "The last owner can't be removed. Make another agent an owner first.";
    /// A program without a valid access token.
    AccessTokenInvalid = "access_token_invalid", temporary: false
        says "The access token is missing or invalid. Send it as “Authorization: Bearer pl_...”.";
    /// The access token lacks the scope that this call needs.
    ScopeMissing = "scope_missing", temporary: false
        says "The access token doesn't have the required scope.";
    /// A new access token without any scope.
    ScopeRequired = "scope_required", temporary: false
        says "An access token needs at least one scope.";
    /// No such access token.
    AccessTokenUnknown = "access_token_unknown", temporary: false
        says "This access token doesn't exist.";
    /// No such visitor, or one that the client may not see.
    VisitorUnknown = "visitor_unknown", temporary: false
        says "This visitor doesn't exist, or you don't have access to them.";
    /// A malformed request.
    RequestInvalid = "request_invalid", temporary: false
        says "The request is invalid. Check its JSON, fields, and parameters against the documentation.";
    /// The address does not support this method.
    MethodNotAllowed = "method_not_allowed", temporary: false
        says "This URL doesn't support the HTTP method.";
    /// No such agent.
    AgentUnknown = "agent_unknown", temporary: false
        says "This agent doesn't exist.";
    /// A frame that is not text, not JSON, or of an unknown type.
    BadFrame = "bad_frame", temporary: false
        says "The frame must be JSON of a known type.";
    /// A frame that is not allowed at this point of the session.
    FrameUnexpected = "frame_unexpected", temporary: false
        says "This frame isn't allowed at this point.";
    /// A frame over [`crate::limits::CLIENT_FRAME_BYTES`].
    FrameTooBig = "frame_too_big", temporary: false
        says "Too large. Frames can be up to 100 KB, and requests up to 256 KB.";
    /// The client does not offer [`crate::SUBPROTOCOL`].
    SubprotocolUnknown = "subprotocol_unknown", temporary: false
        says "Offer the WebSocket subprotocol porchlight.v1.";
    /// The socket already watches [`crate::limits::WATCHED_CONVERSATIONS`] conversations.
    TooManyWatched = "too_many_watched", temporary: false
        says "This connection watches too many conversations. Unwatch one first.";
    /// The request comes from a page of another origin.
    OriginRefused = "origin_refused", temporary: false
        says "Requests from pages of another origin aren't allowed.";
    /// Nobody is logged in.
    LoginRequired = "login_required", temporary: false
        says "You're logged out. Log in to continue.";
    /// The agent's role does not allow this.
    Forbidden = "forbidden", temporary: false
        says "Your role doesn't allow this.";
    /// No such login, or one that has ended.
    LoginUnknown = "login_unknown", temporary: false
        says "This session has already ended.";
    /// No agent has this email address and password.
    LoginWrong = "login_wrong", temporary: false
        says "Wrong email or password.";
    /// Too many attempts in a short time.
    TooManyAttempts = "too_many_attempts", temporary: true
        says "Too many attempts. Wait a minute and try again.";
    /// The one-time link was used, or is from before a restart.
    SetupLinkInvalid = "setup_link_invalid", temporary: false
        says "This link has already been used, or the server was restarted. If there is no owner yet, the server's log shows a new one.";
    /// An agent with this email address exists.
    EmailTaken = "email_taken", temporary: false
        says "An agent with this email address already exists.";
    /// Not an email address.
    EmailInvalid = "email_invalid", temporary: false
        says "Enter a valid email address.";
    /// No such email.
    MailUnknown = "mail_unknown", temporary: false
        says "This email doesn't exist.";
    /// The email is in the wrong state: what was sent can be neither dropped nor sent again.
    MailSettled = "mail_settled", temporary: false
        says "This email has already been handled.";
    /// An inbound email without content.
    MailEmpty = "mail_empty", temporary: false
        says "The request contains no email.";
    /// An inbound email over [`crate::limits::MAIL_BYTES`].
    MailTooLarge = "mail_too_large", temporary: false
        says "The email is too large. The limit is 28 MB.";
    /// The inbox's address for replies has no room for the part that tells replies apart, or another inbox
    /// has it.
    InboundAddressInvalid = "inbound_address_invalid", temporary: false
        says "The reply-to address can have at most 21 characters before the @, no +, and can't belong to another inbox.";
    /// A mailbox URL in the wrong format.
    ImapUrlInvalid = "imap_url_invalid", temporary: false
        says "Write the mailbox as imaps://USER:PASSWORD@HOST, or imap:// for STARTTLS. Write special characters in the user and password as %XX.";
    /// Another inbox reads this mailbox.
    MailboxTaken = "mailbox_taken", temporary: false
        says "Another inbox already reads this mailbox. Each email would appear in both.";
    /// An agent's email settings with an invalid time or wait.
    AgentMailInvalid = "agent_mail_invalid", temporary: false
        says "Use 1 minute to 7 days for unanswered conversations, a time of day for the summary, and a time zone such as Europe/Berlin.";
    /// The email address is not known to be the visitor's.
    AddressUnproven = "address_unproven", temporary: false
        says "The visitor's email address isn't verified, so their messages can't be sent to it.";
    /// A number in an inbox's email settings is out of bounds.
    MailSettingsInvalid = "mail_settings_invalid", temporary: false
        says "The wait must be 1 to 1440 minutes, and the limit 1 to 100000 emails an hour.";
    /// A name without a visible character, or one that is too long.
    NameInvalid = "name_invalid", temporary: false
        says "Names must be 1 to 80 characters long.";
    /// Another team has this name.
    NameTaken = "name_taken", temporary: false
        says "Another team already has this name.";
    /// A password of fewer than 10 characters, or of more than 200.
    PasswordLength = "password_length", temporary: false
        says "Passwords must have 10 to 200 characters.";
    /// A password that is common, or made of words that are easy to guess.
    PasswordWeak = "password_weak", temporary: false
        says "This password is easy to guess. Use several words that nobody connects with you.";
    /// A login that was started too long ago, or is already finished.
    LoginStepOver = "login_step_over", temporary: false
        says "This login has expired or is already complete. Start again.";
    /// The login is too old for an action that nobody else must do at an unattended computer.
    LoginStale = "login_stale", temporary: false
        says "For security, log in again to do this.";
    /// The code of a second factor is wrong, or was used before.
    CodeWrong = "code_wrong", temporary: false
        says "This code is wrong or has already been used.";
    /// The agent must have a second factor, and has none.
    SecondFactorRequired = "second_factor_required", temporary: false
        says "Two-factor authentication is required. Set up an authenticator app or a passkey first.";
    /// A passkey that can't be verified.
    PasskeyInvalid = "passkey_invalid", temporary: false
        says "This passkey was not accepted.";
    /// No such passkey.
    PasskeyUnknown = "passkey_unknown", temporary: false
        says "This passkey doesn't exist.";
    /// Password login, where agents log in through a provider.
    PasswordsOff = "passwords_off", temporary: false
        says "Passwords are turned off. Log in with single sign-on.";
    /// The provider's settings are not valid.
    ProviderInvalid = "provider_invalid", temporary: false
        says "Enter an issuer such as https://id.example.com, a client ID, a client secret, and at least one domain. Roles also need a role claim.";
    /// No such provider.
    ProviderUnknown = "provider_unknown", temporary: false
        says "This login provider doesn't exist.";
    /// The provider knows this person, but no agent matches.
    ProviderRefused = "provider_refused", temporary: false
        says "You don't have an account here. Ask an owner to invite you with an email address that your provider has verified.";
    /// The provider gave no answer, or none that proves an identity.
    ProviderFailed = "provider_failed", temporary: true
        says "Single sign-on failed. Try again, or ask the server's administrator to check its log.";
    /// A site that is not an origin such as `https://example.com`.
    SiteInvalid = "site_invalid", temporary: false
        says "Write sites as https://example.com or https://*.example.com, with nothing after the domain.";
    /// What was asked for does not exist.
    NotFound = "not_found", temporary: false
        says "Nothing was found at this address.";
    /// The server could not do it now. Nothing was written.
    Unavailable = "unavailable", temporary: true
        says "The server is unavailable right now. Nothing was changed. Try again.";
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
