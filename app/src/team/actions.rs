//! The page's form actions.

use super::calls::{
    AddLabel, DeleteLabel, DeleteTeam, InviteAgent, MakePasswordLink, SaveTeam, SetAgent,
    SetAgentActive, SetAgentRole,
};
use super::login_calls::ResetSecondFactors;
use crate::ui::FormAction;

/// The actions on the page. Each is a form that also works without scripts.
#[derive(Clone, Copy)]
pub(super) struct TeamActions {
    pub(super) invite: FormAction<InviteAgent>,
    pub(super) link: FormAction<MakePasswordLink>,
    pub(super) set_agent: FormAction<SetAgent>,
    pub(super) set_active: FormAction<SetAgentActive>,
    pub(super) set_role: FormAction<SetAgentRole>,
    pub(super) reset: FormAction<ResetSecondFactors>,
    pub(super) save_team: FormAction<SaveTeam>,
    pub(super) delete_team: FormAction<DeleteTeam>,
    pub(super) add_label: FormAction<AddLabel>,
    pub(super) delete_label: FormAction<DeleteLabel>,
}

impl TeamActions {
    pub(super) fn new() -> Self {
        Self {
            invite: FormAction::new(),
            link: FormAction::new(),
            set_agent: FormAction::new(),
            set_active: FormAction::new(),
            set_role: FormAction::new(),
            reset: FormAction::new(),
            save_team: FormAction::new(),
            delete_team: FormAction::new(),
            add_label: FormAction::new(),
            delete_label: FormAction::new(),
        }
    }

    /// Changes whenever one of the actions finishes.
    pub(super) fn version(self) -> usize {
        self.invite.version()
            + self.set_agent.version()
            + self.set_active.version()
            + self.set_role.version()
            + self.save_team.version()
            + self.delete_team.version()
            + self.add_label.version()
            + self.delete_label.version()
    }
}
