//! `/account`: the email settings and logins of the agent who is logged in.

use leptos::prelude::*;

use super::factors::FactorsCard;
use super::logins::LoginsCard;
use super::mails::MailsCard;
use super::own_password::PasswordCard;
use crate::account::Me;
use crate::ui::SettingsPage;

/// The account page.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let me = use_context::<Me>();
    let who = me.map(|me| format!("{}, {}, {}", me.name, me.email, me.role));
    view! {
        <SettingsPage
            title="Your account"
            lead=who
        >
            <MailsCard />
            <PasswordCard />
            <FactorsCard />
            <LoginsCard />
        </SettingsPage>
    }
}
