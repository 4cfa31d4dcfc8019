//! Why a server closes a socket, and whether the client should reconnect.

/// The server's close codes (RFC 6455, section 7.4.2: 4000 to 4999 are for private use).
///
/// After 4000 to 4099 a client must not reconnect by itself; from 4100 it should. Any other code, or none,
/// means a network failure: reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// A frame was longer than [`crate::limits::CLIENT_FRAME_BYTES`] (RFC 6455's own 1009).
    TooBig,
    /// The server refused the client; the `error` frame before the close says why.
    Refused,
    /// A frame was not text, not JSON, or of an unknown type.
    BadFrame,
    /// The client read its frames too slowly. It can reconnect and resume.
    TooSlow,
    /// The server is shutting down or restarting.
    Stopping,
    /// An error on the server's side.
    Trouble,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::TooBig => 1009,
            Self::Refused => 4000,
            Self::BadFrame => 4001,
            Self::TooSlow => 4100,
            Self::Stopping => 4101,
            Self::Trouble => 4102,
        }
    }

    /// The reason on the wire, for people who read logs.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooBig => "frame_too_big",
            Self::Refused => "refused",
            Self::BadFrame => "bad_frame",
            Self::TooSlow => "too_slow",
            Self::Stopping => "stopping",
            Self::Trouble => "trouble",
        }
    }

    /// How long a client should wait before it reconnects to a stopping server, in milliseconds: the number
    /// after the colon in the close reason.
    #[must_use]
    pub fn retry_ms(reason: &str) -> Option<u32> {
        reason.split_once(':')?.1.parse().ok()
    }

    /// Whether a client whose socket was closed with `number` should reconnect.
    #[must_use]
    pub const fn should_reconnect(number: u16) -> bool {
        !(number == 1009 || (number >= 4000 && number < 4100))
    }
}

#[cfg(test)]
mod tests {
    use super::CloseCode;

    #[test]
    fn codes_say_whether_to_come_back() {
        let check = |code: CloseCode, comes_back| {
            assert_eq!(CloseCode::should_reconnect(code.number()), comes_back, "{code:?}");
        };
        check(CloseCode::TooBig, false);
        check(CloseCode::Refused, false);
        check(CloseCode::BadFrame, false);
        check(CloseCode::TooSlow, true);
        check(CloseCode::Stopping, true);
        check(CloseCode::Trouble, true);
        assert_eq!(CloseCode::retry_ms("stopping:2500"), Some(2_500));
        assert_eq!(CloseCode::retry_ms("stopping"), None);
        assert!(CloseCode::should_reconnect(1006), "an accident of the network");
    }
}
