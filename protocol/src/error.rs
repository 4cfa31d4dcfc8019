//! Errors as clients see them: a stable code, a sentence, and whether trying again may help.

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

            /// The same for people, in English.
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
    /// No inbox has that key.
    InboxUnknown = "inbox_unknown", temporary: false
        says "No inbox has this key. Copy the embed snippet again from the inbox's page.";
    /// The inbox does not allow the site that the chat is embedded in.
    SiteNotAllowed = "site_not_allowed", temporary: false
        says "This inbox does not allow the site. Add the site to the inbox's allowed sites.";
    /// The visitor's seed is not 32 hexadecimal digits.
    SeedInvalid = "seed_invalid", temporary: false
        says "A seed has 32 hexadecimal digits.";
    /// The visitor's token was not issued by this inbox.
    TokenInvalid = "token_invalid", temporary: false
        says "The visitor's token was not issued by this inbox. Start without one.";
    /// The link of a mail is too old, or not whole.
    LinkInvalid = "link_invalid", temporary: false
        says "This link is no longer valid. If a newer mail came, use the link in that one; else ask for a new one.";
    /// What a server says of its user is not of the form, or too much.
    UserInvalid = "user_invalid", temporary: false
        says "What the page says of its user can't be read, or is too much.";
    /// A proof of who the user is that does not hold.
    IdentityInvalid = "identity_invalid", temporary: false
        says "The proof of who the user is does not hold. Check the identity secret, the id, and the token's time and audience.";
    /// A claim to be a user, in an inbox that demands a proof.
    IdentityRequired = "identity_required", temporary: false
        says "This inbox demands a proof of who the user is: a hash or a token made by the site's server.";
    /// A message without a visible character.
    MessageEmpty = "message_empty", temporary: false
        says "The message is empty.";
    /// A message over [`crate::limits::MESSAGE_BYTES`].
    MessageTooLong = "message_too_long", temporary: false
        says "The message is too long: at most 16 KB.";
    /// No such file, or not one that the asker may fetch or send.
    FileUnknown = "file_unknown", temporary: false
        says "There is no such file.";
    /// A file without content.
    FileEmpty = "file_empty", temporary: false
        says "The file is empty.";
    /// A file over [`crate::limits::FILE_BYTES`], or longer than was said.
    FileTooBig = "file_too_big", temporary: false
        says "The file is too big: at most 20 MB.";
    /// A file of a kind that is not taken.
    FileTypeRefused = "file_type_refused", temporary: false
        says "Files of this kind are not taken.";
    /// More than [`crate::limits::FILES`] in a message, or [`crate::limits::UNSENT_FILES`] not sent.
    TooManyFiles = "too_many_files", temporary: false
        says "Too many files: at most 10 in a message.";
    /// A visitor's files would be over [`crate::limits::VISITOR_FILE_BYTES`].
    FileQuota = "file_quota", temporary: false
        says "There is no more room for files.";
    /// The id names somebody else's file, or one that was swept.
    FileIdTaken = "file_id_taken", temporary: false
        says "This id names another file already. Make up a new one.";
    /// An upload whose length was not said.
    LengthRequired = "length_required", temporary: false
        says "Say how long the file is: Content-Length.";
    /// An upload that ended before its end.
    UploadCut = "upload_cut", temporary: true
        says "The upload ended before its end. Upload the file again.";
    /// An agent has blocked the visitor, or where they come from.
    Blocked = "blocked", temporary: false
        says "You can't write here.";
    /// No such block, or one that is over.
    BlockUnknown = "block_unknown", temporary: false
        says "This block is over already.";
    /// It is not known from which network a visitor came.
    NetworkUnknown = "network_unknown", temporary: false
        says "It is not known from where this visitor came.";
    /// More messages in a short time than a person writes.
    SlowDown = "slow_down", temporary: true
        says "Too many messages at once. Wait a moment.";
    /// A `client_id` that already names another message.
    ClientIdReused = "client_id_reused", temporary: false
        says "This client_id names another message already.";
    /// No such conversation, or not one that the asker may see.
    ConversationUnknown = "conversation_unknown", temporary: false
        says "There is no such conversation.";
    /// Another agent has the conversation.
    AlreadyAssigned = "already_assigned", temporary: false
        says "Another agent was first.";
    /// The visitor has written after what the agent has seen.
    NewMessage = "new_message", temporary: false
        says "The visitor has written meanwhile. Read it first.";
    /// The visitor has another conversation that is not resolved.
    AnotherIsOpen = "another_is_open", temporary: false
        says "The visitor has another open conversation. Resolve that one first.";
    /// A snooze that does not end in the future, or too far in it.
    SnoozeInvalid = "snooze_invalid", temporary: false
        says "A snooze ends in the future, within a year.";
    /// No such label.
    LabelUnknown = "label_unknown", temporary: false
        says "There is no such label.";
    /// A label's name that is empty, too long or taken.
    LabelInvalid = "label_invalid", temporary: false
        says "A label has a name of its own of 1 to 40 characters.";
    /// More labels than a conversation can have.
    TooManyLabels = "too_many_labels", temporary: false
        says "A conversation has at most 20 labels.";
    /// Not a colour.
    ColorInvalid = "color_invalid", temporary: false
        says "A colour is written as #rrggbb.";
    /// Not a cursor of this list.
    CursorInvalid = "cursor_invalid", temporary: false
        says "The cursor is not one that this list gave.";
    /// No such team.
    TeamUnknown = "team_unknown", temporary: false
        says "There is no such team.";
    /// Business hours that are not written as they should be, or a time zone that does not exist.
    HoursInvalid = "hours_invalid", temporary: false
        says "Hours are written as `mon 09:00-17:00` or `12-25 closed`, a day a line, in a time zone such as Europe/Berlin.";
    /// A number of days that is none.
    DaysInvalid = "days_invalid", temporary: false
        says "How long something is kept is a whole number of days, from 1 to 36500.";
    /// The last owner can't go.
    LastOwner = "last_owner", temporary: false
        says "The last owner can't be deactivated.";
    /// A program without a valid access token.
    AccessTokenInvalid = "access_token_invalid", temporary: false
        says "Send a valid access token: Authorization: Bearer pl_...";
    /// An access token that does not allow it.
    ScopeMissing = "scope_missing", temporary: false
        says "The access token does not have the scope that this needs.";
    /// An access token without any scope.
    ScopeRequired = "scope_required", temporary: false
        says "An access token needs one scope at least.";
    /// No such access token.
    AccessTokenUnknown = "access_token_unknown", temporary: false
        says "There is no such access token.";
    /// No such visitor, or not one that the asker may see.
    VisitorUnknown = "visitor_unknown", temporary: false
        says "There is no such visitor.";
    /// A request that can't be read.
    RequestInvalid = "request_invalid", temporary: false
        says "The request can't be read: its JSON, a field or a parameter is not as documented.";
    /// A method that the address does not know.
    MethodNotAllowed = "method_not_allowed", temporary: false
        says "This address does not know the method.";
    /// No such agent.
    AgentUnknown = "agent_unknown", temporary: false
        says "There is no such agent.";
    /// A frame that is not text, not JSON or of no known type.
    BadFrame = "bad_frame", temporary: false
        says "The frame is not JSON of a known type.";
    /// A frame that is not allowed at this point of the talk.
    FrameUnexpected = "frame_unexpected", temporary: false
        says "This frame is not allowed now.";
    /// A frame over [`crate::limits::CLIENT_FRAME_BYTES`].
    FrameTooBig = "frame_too_big", temporary: false
        says "This is too big: a frame has at most 100 KB, and a request 256 KB.";
    /// A socket that does not offer [`crate::SUBPROTOCOL`].
    SubprotocolUnknown = "subprotocol_unknown", temporary: false
        says "Offer the WebSocket subprotocol porchlight.v1.";
    /// A socket that watches [`crate::limits::WATCHED_CONVERSATIONS`] already.
    TooManyWatched = "too_many_watched", temporary: false
        says "This socket watches too many conversations. Unwatch one first.";
    /// The request comes from a page of another origin.
    OriginRefused = "origin_refused", temporary: false
        says "The request comes from a page of another origin.";
    /// Nobody is logged in.
    LoginRequired = "login_required", temporary: false
        says "Log in first.";
    /// The agent's role does not have the right.
    Forbidden = "forbidden", temporary: false
        says "Your role does not allow this.";
    /// No such login, or one that is over.
    LoginUnknown = "login_unknown", temporary: false
        says "This login is over already.";
    /// No agent has that address and password.
    LoginWrong = "login_wrong", temporary: false
        says "No agent has this address and password.";
    /// Too many attempts in a short time.
    TooManyAttempts = "too_many_attempts", temporary: true
        says "Too many attempts. Wait a minute and try again.";
    /// The one-time link was used, or is from before a restart.
    SetupLinkInvalid = "setup_link_invalid", temporary: false
        says "This link was used already, or the server was restarted. The server's log shows a new one if there is no owner yet.";
    /// An agent with that address exists.
    EmailTaken = "email_taken", temporary: false
        says "An agent with this address exists.";
    /// Not a mail address.
    EmailInvalid = "email_invalid", temporary: false
        says "This is not a mail address.";
    /// No such mail.
    MailUnknown = "mail_unknown", temporary: false
        says "There is no such mail.";
    /// A mail that is not in a state for it: what was sent can be neither dropped nor sent again.
    MailSettled = "mail_settled", temporary: false
        says "This mail is settled: it was sent, or dropped.";
    /// A mail of no bytes.
    MailEmpty = "mail_empty", temporary: false
        says "There is no mail in this request.";
    /// A mail over [`crate::limits::MAIL_BYTES`].
    MailTooLarge = "mail_too_large", temporary: false
        says "The mail is too large: at most 28 MB.";
    /// An address for answers that can't carry what tells them apart, or that another inbox has.
    InboundAddressInvalid = "inbound_address_invalid", temporary: false
        says "The address for answers has at most 21 characters before the @, none of them a +, and belongs to no other inbox.";
    /// An address of a mailbox that can't be read.
    ImapUrlInvalid = "imap_url_invalid", temporary: false
        says "The mailbox is written as imaps://USER:PASSWORD@HOST, or imap:// for STARTTLS. What is neither letter nor digit in a user or password is written as %XX.";
    /// A mailbox that another inbox reads.
    MailboxTaken = "mailbox_taken", temporary: false
        says "Another inbox reads this mailbox already: each mail would be in both.";
    /// What an agent wants by mail, at a time or after a wait that there is not.
    AgentMailInvalid = "agent_mail_invalid", temporary: false
        says "A conversation waits 1 minute to 7 days, a summary comes at a time of the day, in a time zone such as Europe/Berlin.";
    /// An address that is not known to be the visitor's.
    AddressUnproven = "address_unproven", temporary: false
        says "The visitor's mail address is not known to be theirs: nothing they wrote is sent to it.";
    /// A number that is out of its bounds in an inbox's settings of mail.
    MailSettingsInvalid = "mail_settings_invalid", temporary: false
        says "A wait has 1 to 1440 minutes, and a limit 1 to 100000 mails an hour.";
    /// A name without a visible character, or one that is too long.
    NameInvalid = "name_invalid", temporary: false
        says "A name has 1 to 80 characters.";
    /// Another team has that name.
    NameTaken = "name_taken", temporary: false
        says "Another team has this name.";
    /// A password of fewer than 10 characters, or of more than 200.
    PasswordLength = "password_length", temporary: false
        says "A password has 10 to 200 characters.";
    /// A password that is common, or made of what everybody knows.
    PasswordWeak = "password_weak", temporary: false
        says "This password is easy to guess. Take several words that nobody connects with you.";
    /// A login that was begun too long ago, or finished already.
    LoginStepOver = "login_step_over", temporary: false
        says "That took too long, or was done already. Begin again.";
    /// A login that is too old for something that somebody else must not do at an open computer.
    LoginStale = "login_stale", temporary: false
        says "For this, log in once more.";
    /// A code that is not of the second factor, or was taken before.
    CodeWrong = "code_wrong", temporary: false
        says "This code is wrong, or was used already.";
    /// Somebody who must have a second factor, and has none.
    SecondFactorRequired = "second_factor_required", temporary: false
        says "A second factor is needed: set up an authenticator app or a passkey first.";
    /// A passkey that proves nothing.
    PasskeyInvalid = "passkey_invalid", temporary: false
        says "This passkey was not accepted.";
    /// No such passkey.
    PasskeyUnknown = "passkey_unknown", temporary: false
        says "There is no such passkey.";
    /// A password, where agents log in by a provider.
    PasswordsOff = "passwords_off", temporary: false
        says "Agents log in by single sign-on here.";
    /// A provider's settings that can't be.
    ProviderInvalid = "provider_invalid", temporary: false
        says "A provider has an issuer such as https://id.example.com, a client id and a secret. Roles need the name of their claim.";
    /// No such provider.
    ProviderUnknown = "provider_unknown", temporary: false
        says "There is no such provider.";
    /// Somebody whom a provider knows, and we don't.
    ProviderRefused = "provider_refused", temporary: false
        says "You have no account here. Ask an owner to invite you, by an address that your provider has verified.";
    /// A provider that gave no answer, or none that proves anything.
    ProviderFailed = "provider_failed", temporary: true
        says "Single sign-on did not work. Try again, or ask whoever runs this server to look at its log.";
    /// A site that is not an origin such as `https://example.com`.
    SiteInvalid = "site_invalid", temporary: false
        says "A site is an origin such as https://example.com or https://*.example.com, without a path.";
    /// What was asked for does not exist.
    NotFound = "not_found", temporary: false
        says "There is nothing here.";
    /// The server could not do it now. Nothing was written.
    Unavailable = "unavailable", temporary: true
        says "The server could not do this now. Nothing was written; try again.";
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
