//! What happens to the chat. The view reports what the visitor does, and the socket what becomes of it; `app`
//! decides what follows.

use alloc::string::String;

use protocol::Files;

/// Takes the events, at once and in order. One that happens while another is handled is dropped: drawing can make
/// the browser report a scroll, for which nothing needs to be done.
pub(crate) type Emit = fn(Event);

/// Something that happened.
pub(crate) enum Event {
    /// The visitor sends a message.
    Said(String, Files),
    /// The visitor is typing.
    Typed,
    /// The visitor removes a refused message, which has this client id.
    Removed(String),
    /// The visitor asks for earlier messages.
    Older,
    /// The visitor scrolled.
    Scrolled,
    /// The visitor closes the chat.
    Closed,
    /// Something happened to the socket of a generation.
    Socket(u32, SocketEvent),
}

/// Something that happened to a socket.
pub(crate) enum SocketEvent {
    /// It was opened.
    Opened,
    /// A frame arrived.
    Heard(String),
    /// It was closed, with a code and a reason.
    Closed(u16, String),
    /// It is time for a ping.
    PingDue,
    /// The wait before a reconnect is over.
    ReopenDue,
}
