//! Every bound on what may be sent, in one place.

/// The longest message, in bytes of UTF-8 after trimming.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// The largest file, in bytes.
pub const FILE_BYTES: u64 = 20 * 1024 * 1024;

/// How long it is waited before a mail says that nobody is there, in milliseconds: somebody may come,
/// and a visitor seldom writes a single line.
pub const NOBODY_WAIT_MS: u64 = 30_000;

/// How long it is waited before unread answers go by mail, where an inbox says nothing else, in
/// milliseconds.
pub const UNREAD_WAIT_MS: u64 = 5 * 60_000;

/// The most mails of a kind that an inbox causes in an hour, where it says nothing else.
pub const MAILS_AN_HOUR: u32 = 300;

/// The most characters of a message in a mail.
pub const MAIL_EXCERPT_CHARS: usize = 200;

/// The most messages in a mail; it says how many more there are.
pub const MAIL_MESSAGES: u64 = 30;

/// The most messages in a transcript, and the most characters of each.
pub const TRANSCRIPT_MESSAGES: u64 = 500;
/// See [`TRANSCRIPT_MESSAGES`].
pub const TRANSCRIPT_CHARS: usize = 2_000;

/// How long a mail is tried, in milliseconds: three days.
pub const MAIL_TRIED_MS: u64 = 3 * 24 * 60 * 60 * 1_000;

/// How long the link of a mail logs its reader in, in milliseconds: a week.
pub const MAIL_LINK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long an invitation lets an agent in, in milliseconds: a week.
pub const INVITATION_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long a link sets another password, in milliseconds: an hour.
pub const PASSWORD_LINK_MS: u64 = 60 * 60 * 1_000;

/// The longest mail that is taken in, in bytes: as it travels, where a file takes a third more.
pub const MAIL_BYTES: u64 = 28 * 1024 * 1024;

/// The most bytes of a mail's text that are kept besides its message.
pub const MAIL_TEXT_BYTES: usize = 60 * 1024;

/// The most files in one message.
pub const FILES: usize = 10;

/// The most bytes that one visitor's files may have together, for ever.
pub const VISITOR_FILE_BYTES: u64 = 200 * 1024 * 1024;

/// The most files that one uploader may have uploaded and not sent.
pub const UNSENT_FILES: u64 = 50;

/// The most bytes of files that all visitors of an inbox may have uploaded and not sent.
pub const UNSENT_FILE_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// How long a file is kept that was uploaded and not sent, in milliseconds: a day.
pub const UNSENT_FILE_MS: u64 = 24 * 60 * 60 * 1_000;

/// The longest name of a file, in characters.
pub const FILE_NAME_CHARS: usize = 120;

/// The most pixels of a picture that gets a thumbnail.
pub const PICTURE_PIXELS: u64 = 25_000_000;

/// The longer side of a thumbnail, in pixels.
pub const THUMBNAIL_PIXELS: u32 = 640;

/// The longest frame a client may send, in bytes.
///
/// A message of [`MESSAGE_BYTES`] fits even when every byte of it is escaped in JSON.
pub const CLIENT_FRAME_BYTES: usize = 100 * 1024;

/// The most entries in one page of a conversation.
pub const PAGE_ENTRIES: u64 = 100;

/// The most bytes of entries, as written on the wire, in one page of a conversation; a page has one
/// entry at least.
pub const PAGE_BYTES: usize = 96 * 1024;

/// The most conversations in an agent's list.
pub const LIST_CONVERSATIONS: u64 = 200;

/// The most bytes of an agent's list in a `welcome`.
pub const LIST_BYTES: usize = 160 * 1024;

/// The most characters of a message in the list of conversations.
pub const PREVIEW_CHARS: usize = 120;

/// The most conversations that a search finds.
pub const SEARCH_HITS: u64 = 50;

/// The most characters around what a search found.
pub const EXCERPT_CHARS: usize = 160;

/// The most conversations that one agent's socket watches at a time.
pub const WATCHED_CONVERSATIONS: usize = 32;

/// How long a `typing` holds, in milliseconds.
pub const TYPING_MS: u64 = 2_000;

/// How often a client sends `typing` at most, in milliseconds.
pub const TYPING_EVERY_MS: u64 = 1_000;

/// The longest snooze, in milliseconds: a year.
pub const SNOOZE_MS: u64 = 366 * 24 * 60 * 60 * 1_000;

/// The longest name of a label, in characters.
pub const LABEL_CHARS: usize = 40;

/// The most labels on one conversation.
pub const LABELS: usize = 20;

/// How often a client sends `ping`, in milliseconds.
pub const PING_EVERY_MS: u32 = 15_000;

/// The longest time after which a client that is closed by a stopping server is asked to come back,
/// in milliseconds: not all at once.
pub const RETRY_SPREAD_MS: u64 = 5_000;

/// How long a client waits for a `welcome` before it gives its socket up, in milliseconds. After
/// that it gives up when a ping went without any answer until the next.
pub const WELCOME_WITHIN_MS: u32 = 20_000;

/// How often the server asks a socket for a sign of life (RFC 6455, section 5.5.2), in milliseconds.
/// Browsers answer by themselves, also where they slow the timers of hidden pages down.
pub const LEASE_EVERY_MS: u64 = 10_000;

/// How long a socket may be silent before the server gives it up, in milliseconds: who is dead is
/// seen to be gone within half a minute.
pub const SILENCE_MS: u64 = 25_000;

/// How long a request of a visitor without a socket waits for news, in milliseconds.
pub const POLL_WAIT_MS: u64 = 20_000;

/// How many messages a visitor may send at once, and how many a second from then on.
pub const MESSAGES_AT_ONCE: u32 = 20;
/// See [`MESSAGES_AT_ONCE`].
pub const MESSAGES_A_SECOND: u32 = 2;

/// How long the server waits for a visitor's `hello`, in milliseconds.
pub const HELLO_WITHIN_MS: u64 = 10_000;

/// The longest address of a page that a visitor may report, in bytes.
pub const PAGE_URL_BYTES: usize = 2_048;

/// The deepest nesting of a frame's JSON.
pub const JSON_DEPTH: usize = 16;
