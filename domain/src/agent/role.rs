//! What each role may do: one table, which `docs/SECURITY.md` shows.

protocol::stored_words! {
    /// An agent's role on the team, the most powerful first.
    #[derive(Hash)]
    pub enum Role {
        /// Owns the installation.
        "owner" => Owner,
        /// Manages it together with the owners.
        "admin" => Admin,
        /// Answers visitors.
        "agent" => Agent,
    }
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $says:literal: $($role:ident)+;)+) => {
        /// A permission that some roles have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Right {
            $($(#[$doc])* $name,)+
        }

        impl Right {
            /// All rights.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// A description for people.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)+ }
            }

            const fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => &[$(Role::$role),+],)+ }
            }
        }
    };
}

rights! {
    /// See and answer conversations.
    Answer = "See and answer the conversations of their inboxes": Owner Admin Agent;
    /// Block a visitor.
    Block = "Block a visitor, or an address": Owner Admin Agent;
    /// See all inboxes.
    SeeAll = "See the conversations of all inboxes, whatever is set for them": Owner Admin;
    /// Change inboxes.
    ManageInboxes = "Create inboxes, and change their settings, sites, mail and secrets": Owner Admin;
    /// Change the team.
    ManageTeam = "Invite, change and deactivate admins and agents; teams and labels": Owner Admin;
    /// Manage outgoing email.
    ManageOutbox = "See the outbox, send its mails again or drop them": Owner Admin;
    /// Create and revoke access tokens.
    ManageTokens = "Create and revoke access tokens in the name of admins and agents": Owner Admin;
    /// Read the audit log.
    ReadAudit = "Read and export the audit log": Owner Admin;
    /// Export and erase people.
    ErasePeople = "Export a person's data, and erase it": Owner Admin;
    /// Change owners, and anyone's role.
    ManageOwners = "Change roles; change and deactivate owners, and act in their name": Owner;
    /// Set how agents log in.
    ManageLogins = "Say how agents log in: second factor, single sign-on": Owner;
}

impl Role {
    /// Whether the role has a right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        right.roles().contains(&self)
    }

    /// Whether the role may change an agent with the other role, or act on their behalf.
    #[must_use]
    pub fn may_manage(self, other: Self) -> bool {
        let needed = if other == Self::Owner { Right::ManageOwners } else { Right::ManageTeam };
        self.may(needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_shows_the_table() {
        let mut table = String::from("| | owner | admin | agent |\n|---|---|---|---|\n");
        for right in Right::ALL {
            let has: Vec<_> =
                Role::ALL.iter().map(|role| if role.may(*right) { "yes" } else { "" }).collect();
            table += &format!("| {} | {} | {} | {} |\n", right.says(), has[0], has[1], has[2]);
        }
        let document = include_str!("../../../docs/SECURITY.md").replace("\r\n", "\n");
        assert!(document.contains(&table), "docs/SECURITY.md lacks:\n{table}");
    }

    #[test]
    fn an_admin_manages_everybody_but_owners() {
        for &other in Role::ALL {
            assert!(Role::Owner.may_manage(other));
            assert!(!Role::Agent.may_manage(other));
            assert_eq!(Role::Admin.may_manage(other), other != Role::Owner);
        }
    }
}
