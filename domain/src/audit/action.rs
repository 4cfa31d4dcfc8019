//! The actions that the audit log records.

macro_rules! audit_actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $sentence:literal;)+) => {
        /// An audited action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AuditAction {
            $($(#[$doc])* $name,)+
        }

        impl AuditAction {
            /// The text between the actor and the subject, for people.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }

        // The stable names, used in the store and in exports.
        protocol::spelled!(AuditAction { $($text => $name,)+ });
    };
}

audit_actions! {
    /// Logged in.
    LoggedIn = "logged_in", "logged in";
    /// Entered the right password and was asked for a second factor.
    SecondFactorAsked = "second_factor_asked", "entered the right password and was asked for a second factor:";
    /// Failed to log in.
    LoginFailed = "login_failed", "failed to log in:";
    /// Logged out.
    LoggedOut = "logged_out", "logged out";
    /// Ended another of their own logins.
    LoginEnded = "login_ended", "ended another login";
    /// Changed their password, which ends all other logins.
    PasswordChanged = "password_changed", "changed their password";
    /// Requested a link to set a new password.
    PasswordForgotten = "password_forgotten", "requested a password reset:";
    /// Set a password with a link.
    PasswordSet = "password_set", "set a password with a link";
    /// Created a link with which an agent can set a password.
    PasswordLinkMade = "password_link_made", "created a password link for";
    /// Set up an authenticator app.
    TotpAdded = "totp_added", "set up an authenticator app";
    /// Removed an authenticator app.
    TotpRemoved = "totp_removed", "removed their authenticator app";
    /// Generated new recovery codes.
    RecoveryCodesMade = "recovery_codes_made", "generated new recovery codes";
    /// Logged in with a recovery code.
    RecoveryCodeUsed = "recovery_code_used", "used a recovery code";
    /// Added a passkey.
    PasskeyAdded = "passkey_added", "added a passkey";
    /// Removed a passkey.
    PasskeyRemoved = "passkey_removed", "removed a passkey";
    /// Removed an agent's second factors.
    SecondFactorsReset = "second_factors_reset", "reset the second factors of";
    /// Changed how agents must log in.
    LoginRulesChanged = "login_rules_changed", "changed how agents log in";
    /// Added or changed a single sign-on provider.
    ProviderSaved = "provider_saved", "saved the single sign-on provider";
    /// Deleted a single sign-on provider.
    ProviderDeleted = "provider_deleted", "deleted the single sign-on provider";
    /// Created the first agent.
    OwnerCreated = "owner_created", "set up this installation and became its owner:";
    /// Added an agent.
    AgentAdded = "agent_added", "added the agent";
    /// Changed what an agent may see or is assigned.
    AgentChanged = "agent_changed", "changed the settings of";
    /// Changed an agent's role.
    RoleChanged = "role_changed", "changed the role of";
    /// Deactivated an agent.
    AgentDeactivated = "agent_deactivated", "deactivated";
    /// Reactivated an agent.
    AgentActivated = "agent_activated", "reactivated";
    /// Created or changed a team.
    TeamSaved = "team_saved", "saved the team";
    /// Deleted a team.
    TeamDeleted = "team_deleted", "deleted the team";
    /// Created a label.
    LabelAdded = "label_added", "added the label";
    /// Deleted a label.
    LabelDeleted = "label_deleted", "deleted the label";
    /// Created an inbox.
    InboxCreated = "inbox_created", "created the inbox";
    /// Changed the settings of an inbox.
    InboxChanged = "inbox_changed", "changed the settings of the inbox";
    /// Changed which sites may embed an inbox.
    SitesChanged = "sites_changed", "changed the sites of the inbox";
    /// Changed how an inbox verifies a visitor's identity, or its secrets.
    IdentityChanged = "identity_changed", "changed the identity settings of the inbox";
    /// Changed how an inbox receives email, or its key.
    InboundChanged = "inbound_changed", "changed the inbound email settings of the inbox";
    /// Created an access token.
    TokenCreated = "token_created", "created the access token";
    /// Revoked an access token.
    TokenRevoked = "token_revoked", "revoked an access token:";
    /// Accepted or discarded a held inbound email.
    MailReviewed = "mail_reviewed", "reviewed the inbound email";
    /// Retried or dropped a queued email.
    OutboxChanged = "outbox_changed", "retried or dropped the email";
    /// Blocked a visitor.
    VisitorBlocked = "visitor_blocked", "blocked the visitor";
    /// Blocked a visitor's network.
    NetworkBlocked = "network_blocked", "blocked the network of the visitor";
    /// Ended a block.
    Unblocked = "unblocked", "unblocked the visitor";
    /// Sent a visitor the transcript of a conversation.
    TranscriptSent = "transcript_sent", "sent a transcript to";
    /// Exported all data retained about a visitor.
    PersonExported = "person_exported", "exported the data of";
    /// Erased a visitor.
    PersonErased = "person_erased", "erased a visitor:";
    /// Erased data that an inbox no longer retains.
    OldErased = "old_erased", "erased expired data of the inbox";
    /// Changed the retention settings of an inbox.
    RetentionChanged = "kept_changed", "changed the retention settings of the inbox";
    /// Exported the audit log.
    AuditExported = "audit_exported", "exported the audit log";
}
