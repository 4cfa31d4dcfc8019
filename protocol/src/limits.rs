//! All limits of the protocol, in one place.

/// The longest message, in bytes of UTF-8 after trimming.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// The largest file, in bytes.
pub const FILE_BYTES: u64 = 20 * 1024 * 1024;

/// How long to wait before an email says that nobody is available, in milliseconds: an agent may come, and
/// a visitor seldom writes only one line.
pub const NOBODY_WAIT_MS: u64 = 30_000;

/// How long to wait before unread replies are sent by email, unless the inbox says otherwise, in
/// milliseconds.
pub const UNREAD_WAIT_MS: u64 = 5 * 60_000;

/// The most emails of one kind that an inbox causes per hour, unless the inbox says otherwise.
pub const MAILS_AN_HOUR: u32 = 300;

/// The most characters of a message in an email.
pub const MAIL_EXCERPT_CHARS: usize = 200;

/// The most messages in an email, which says how many more there are.
pub const MAIL_MESSAGES: u64 = 30;

/// The most messages in a transcript.
pub const TRANSCRIPT_MESSAGES: u64 = 500;
/// The most characters of each message in a transcript.
pub const TRANSCRIPT_CHARS: usize = 2_000;

/// How long delivery of an email is retried, in milliseconds: three days.
pub const MAIL_TRIED_MS: u64 = 3 * 24 * 60 * 60 * 1_000;

/// How long the link in an email logs its reader in, in milliseconds: a week.
pub const MAIL_LINK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long an invitation is valid, in milliseconds: a week.
pub const INVITATION_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long a link to set a new password is valid, in milliseconds: an hour.
pub const PASSWORD_LINK_MS: u64 = 60 * 60 * 1_000;

/// The largest inbound email that is accepted, in bytes, as transferred: encoding makes files a third
/// larger.
pub const MAIL_BYTES: u64 = 28 * 1024 * 1024;

/// The most bytes of an inbound email's text that are stored in addition to the message.
pub const MAIL_TEXT_BYTES: usize = 60 * 1024;

/// The most files in one message.
pub const FILES: usize = 10;

/// The most bytes that all files of one visitor may have together, over all time.
pub const VISITOR_FILE_BYTES: u64 = 200 * 1024 * 1024;

/// The most files that one uploader may have uploaded and not sent.
pub const UNSENT_FILES: u64 = 50;

/// The most bytes of files that all visitors of an inbox together may have uploaded and not sent.
pub const UNSENT_FILE_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// How long a file that was uploaded and not sent is stored, in milliseconds: a day.
pub const UNSENT_FILE_MS: u64 = 24 * 60 * 60 * 1_000;

/// The longest file name, in characters.
pub const FILE_NAME_CHARS: usize = 120;

/// The most pixels of a picture that gets a thumbnail.
pub const PICTURE_PIXELS: u64 = 25_000_000;

/// The longer side of a thumbnail, in pixels.
pub const THUMBNAIL_PIXELS: u32 = 640;

/// The longest frame that a client may send, in bytes.
///
/// A message of [`MESSAGE_BYTES`] fits even if every byte of it is escaped in JSON.
pub const CLIENT_FRAME_BYTES: usize = 100 * 1024;

/// The most entries in one page of a conversation.
pub const PAGE_ENTRIES: u64 = 100;

/// The most bytes of entries, as written on the wire, in one page of a conversation. A page always has at
/// least one entry.
pub const PAGE_BYTES: usize = 96 * 1024;

/// The most conversations in an agent's list.
pub const LIST_CONVERSATIONS: u64 = 200;

/// The most bytes of an agent's list in a `welcome`.
pub const LIST_BYTES: usize = 160 * 1024;

/// The most characters of a message preview in the list of conversations.
pub const PREVIEW_CHARS: usize = 120;

/// The most conversations that a search returns.
pub const SEARCH_HITS: u64 = 50;

/// The most characters of a search excerpt, not counting ellipses.
pub const EXCERPT_CHARS: usize = 160;

/// The most conversations that one agent's socket may watch at a time.
pub const WATCHED_CONVERSATIONS: usize = 32;

/// How long a `typing` is valid, in milliseconds.
pub const TYPING_MS: u64 = 2_000;

/// The shortest time between two `typing` frames of a client, in milliseconds.
pub const TYPING_EVERY_MS: u64 = 1_000;

/// The longest snooze, in milliseconds: a year.
pub const SNOOZE_MS: u64 = 366 * 24 * 60 * 60 * 1_000;

/// The longest label name, in characters.
pub const LABEL_CHARS: usize = 40;

/// The most labels on one conversation.
pub const LABELS: usize = 20;

/// How often a client sends `ping`, in milliseconds.
pub const PING_EVERY_MS: u32 = 15_000;

/// The range over which a stopping server spreads its clients' reconnects, in milliseconds, so that they
/// don't all come back at once.
pub const RETRY_SPREAD_MS: u64 = 5_000;

/// How long a client waits for a `welcome` before it gives up the socket, in milliseconds. After that, it
/// gives up if nothing arrives between one ping and the next.
pub const WELCOME_WITHIN_MS: u32 = 20_000;

/// How often the server pings a socket (RFC 6455, section 5.5.2), in milliseconds. Browsers answer by
/// themselves, even where they slow down the timers of hidden pages.
pub const LEASE_EVERY_MS: u64 = 10_000;

/// How long a socket may be silent before the server closes it, in milliseconds: a dead client is seen as
/// offline within half a minute.
pub const SILENCE_MS: u64 = 25_000;

/// How long the request of a visitor without a socket waits for events, in milliseconds.
pub const POLL_WAIT_MS: u64 = 20_000;

/// How many messages a visitor may send at once. After that, [`MESSAGES_A_SECOND`] applies.
pub const MESSAGES_AT_ONCE: u32 = 20;
/// How many messages a visitor may send per second after a burst of [`MESSAGES_AT_ONCE`].
pub const MESSAGES_A_SECOND: u32 = 2;

/// How long the server waits for a visitor's `hello`, in milliseconds.
pub const HELLO_WITHIN_MS: u64 = 10_000;

/// The longest page address that a visitor may report, in bytes.
pub const PAGE_URL_BYTES: usize = 2_048;

/// The deepest nesting of a frame's JSON.
pub const JSON_DEPTH: usize = 16;
