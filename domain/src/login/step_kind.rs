//! The kinds of steps of a login.

protocol::stored_words! {
    /// The kind of a step.
    pub enum StepKind {
        /// The password was correct, and a second factor is needed.
        "second_factor" => SecondFactor,
        /// A new authenticator app is being set up.
        "new_totp" => NewTotp,
        /// A passkey is being added.
        "new_passkey" => NewPasskey,
        /// A login with a passkey.
        "passkey" => Passkey,
        /// A login at a provider.
        "provider" => Provider,
    }
}
