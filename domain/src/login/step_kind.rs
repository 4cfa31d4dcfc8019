//! The kinds of steps of a login.

/// The kind of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The password was correct, and a second factor is needed.
    SecondFactor,
    /// A new authenticator app is being set up.
    NewTotp,
    /// A passkey is being added.
    NewPasskey,
    /// A login with a passkey.
    Passkey,
    /// A login at a provider.
    Provider,
}

impl StepKind {
    const ALL: [Self; 5] =
        [Self::SecondFactor, Self::NewTotp, Self::NewPasskey, Self::Passkey, Self::Provider];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::NewTotp => "new_totp",
            Self::NewPasskey => "new_passkey",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

protocol::stored!(StepKind as String, |kind| kind.as_str().into(), |word| Self::parse(word));
