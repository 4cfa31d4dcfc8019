//! What can be done that is noted.

macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $sentence:literal;)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Deed {
            $($(#[$doc])* $name,)+
        }

        impl Deed {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable name, in the store and in exports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What comes between who did it and to whom or what, for people.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }

            /// The deed of that name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|deed| deed.as_str() == text)
            }
        }
    };
}

deeds! {
    /// Came in.
    LoggedIn = "logged_in", "logged in";
    /// Had the right password, and was asked for more.
    SecondFactorAsked = "second_factor_asked", "showed the right password, and was asked for a second factor:";
    /// Did not come in.
    LoginFailed = "login_failed", "tried to log in, and could not";
    /// Went.
    LoggedOut = "logged_out", "logged out";
    /// Ended another login of their own.
    LoginEnded = "login_ended", "ended a login of";
    /// Changed their password, which ends all other logins.
    PasswordChanged = "password_changed", "changed the password of";
    /// Asked for a link by which a password is set.
    PasswordForgotten = "password_forgotten", "asked for a new password for";
    /// Set a password by a link.
    PasswordSet = "password_set", "set a password by a link for";
    /// Made a link by which somebody sets a password.
    PasswordLinkMade = "password_link_made", "made a link for a password of";
    /// Set up an authenticator app.
    TotpAdded = "totp_added", "set up an authenticator app for";
    /// Took an authenticator app away.
    TotpRemoved = "totp_removed", "removed the authenticator app of";
    /// Made recovery codes anew.
    RecoveryCodesMade = "recovery_codes_made", "made new recovery codes for";
    /// Came in by a recovery code.
    RecoveryCodeUsed = "recovery_code_used", "used a recovery code of";
    /// Added a passkey.
    PasskeyAdded = "passkey_added", "added a passkey of";
    /// Removed a passkey.
    PasskeyRemoved = "passkey_removed", "removed a passkey of";
    /// Forgot somebody's second factors.
    SecondFactorsReset = "second_factors_reset", "reset the second factors of";
    /// Changed how agents must log in.
    LoginRulesChanged = "login_rules_changed", "changed how agents log in";
    /// Changed a provider.
    ProviderSaved = "provider_saved", "saved the single sign-on provider";
    /// Removed a provider.
    ProviderDeleted = "provider_deleted", "deleted a single sign-on provider";
    /// Made the first agent.
    OwnerCreated = "owner_created", "set up this installation, and became its owner:";
    /// Made an agent.
    AgentAdded = "agent_added", "added the agent";
    /// Changed what an agent may see or is given.
    AgentChanged = "agent_changed", "changed the settings of";
    /// Changed what an agent may do.
    RoleChanged = "role_changed", "changed the role of";
    /// Took an agent out of the team.
    AgentDeactivated = "agent_deactivated", "deactivated";
    /// Took an agent back into the team.
    AgentActivated = "agent_activated", "activated again";
    /// Changed a team.
    TeamSaved = "team_saved", "saved the team";
    /// Removed a team.
    TeamDeleted = "team_deleted", "deleted the team";
    /// Made a label.
    LabelAdded = "label_added", "added the label";
    /// Removed a label.
    LabelDeleted = "label_deleted", "deleted the label";
    /// Made an inbox.
    InboxCreated = "inbox_created", "created the inbox";
    /// Changed an inbox.
    InboxChanged = "inbox_changed", "changed the settings of the inbox";
    /// Changed which sites may embed an inbox.
    SitesChanged = "sites_changed", "changed the sites of the inbox";
    /// Changed how an inbox knows who a visitor is, or its secrets.
    IdentityChanged = "identity_changed", "changed the identity settings of the inbox";
    /// Changed how mail comes in, or its key.
    InboundChanged = "inbound_changed", "changed how mail comes into the inbox";
    /// Made an access token.
    TokenCreated = "token_created", "created the access token";
    /// Revoked an access token.
    TokenRevoked = "token_revoked", "revoked an access token";
    /// Let a mail in, or threw it away.
    MailReviewed = "mail_reviewed", "decided about a mail that came in";
    /// Sent a mail again, or dropped it.
    OutboxChanged = "outbox_changed", "changed what becomes of a mail in the outbox";
    /// Blocked a visitor.
    VisitorBlocked = "visitor_blocked", "blocked the visitor";
    /// Blocked a network.
    NetworkBlocked = "network_blocked", "blocked everybody from where this visitor came from:";
    /// Ended a block.
    Unblocked = "unblocked", "unblocked the visitor";
    /// Sent a conversation to its visitor.
    TranscriptSent = "transcript_sent", "sent a transcript to";
    /// Took along all that is kept of a visitor.
    PersonExported = "person_exported", "exported what is kept of";
    /// Erased a visitor.
    PersonErased = "person_erased", "erased a visitor:";
    /// Erased what its inbox keeps no longer.
    OldErased = "old_erased", "erased what is kept no longer by the inbox";
    /// Changed what an inbox keeps.
    KeptChanged = "kept_changed", "changed what is kept by the inbox";
    /// Took the audit log along.
    AuditExported = "audit_exported", "exported the audit log";
}
