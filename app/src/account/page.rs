//! `/account`: the email settings and logins of the agent who is logged in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::factors::FactorsCard;
use super::logins::LoginsCard;
use super::mails::MailsCard;
use super::own_password::PasswordCard;
use crate::account::Me;

/// The account page.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let me = use_context::<Me>();
    let who = me.map(|me| format!("{}, {}, {}", me.name, me.email, me.role));
    view! {
        <Title text="Your account" />
        <main class="settings">
            <header>
                <h1>"Your account"</h1>
                <p class="lead">{who}</p>
            </header>
            <MailsCard />
            <PasswordCard />
            <FactorsCard />
            <LoginsCard />
        </main>
    }
}
