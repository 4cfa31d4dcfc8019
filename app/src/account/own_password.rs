//! Changing one's own password.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::ChangePassword;
use crate::account::Me;
use crate::ui::{Card, FormAction, SaveRow};

/// The form that changes the password.
#[component]
pub(super) fn PasswordCard() -> impl IntoView {
    let change = FormAction::<ChangePassword>::new();
    let times = change.times_done(|_| true);
    let email = StoredValue::new(use_context::<Me>().map(|me| me.email));
    view! {
        <Card
            title="Password"
            lead="Changing your password logs you out everywhere else."
        >
            <For each=move || [times.get()] key=|times| *times let(_times)>
                <ActionForm action=change.action attr:class="form">
                    // Tells password managers whose password it is.
                    <input type="hidden" autocomplete="username" value=email.get_value() />
                    <label>
                        "Current password"
                        <input name="current" type="password" autocomplete="current-password" required />
                    </label>
                    <label>
                        "New password"
                        <input
                            name="new"
                            type="password"
                            autocomplete="new-password"
                            required
                            minlength="10"
                            maxlength="200"
                        />
                        <small>"At least 10 characters and hard to guess, such as several unrelated words."</small>
                    </label>
                    <SaveRow saving=change.saving(|_| true) can_change=true />
                </ActionForm>
            </For>
        </Card>
    }
}
