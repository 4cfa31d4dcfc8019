//! The places where the agent is logged in.

use icondata_lu as lu;
use leptos::prelude::*;

use super::calls::{EndLogin, EndOtherLogins, LoginLine, read_my_logins};
use crate::ui::{ButtonForm, Card, FormAction, Fresh, Icon, Notice, Zone, browser_name, each};

/// The list of logins.
#[component]
pub(super) fn LoginsCard() -> impl IntoView {
    let (end, end_others) = (FormAction::<EndLogin>::new(), FormAction::<EndOtherLogins>::new());
    let shown = Fresh::new(move || end.version() + end_others.version(), |_| read_my_logins());
    view! {
        <Card
            title="Active sessions"
            lead="Sessions end after 7 days of inactivity, and after 30 days at the latest."
        >
            <Notice text=end.refused(|_| true) />
            <Notice text=end_others.refused(|_| true) />
            {shown.show("Couldn’t load your sessions", move |logins| {
                let row = move |line| view! { <Line line end /> };
                let has_others = move || logins.with(|logins| logins.len() > 1);
                view! {
                    <ul class="plain mail-list">
                        {each(move || logins.get(), |line: &LoginLine| line.id, row)}
                    </ul>
                    <Show when=has_others>
                        <ButtonForm action=end_others class="button">"Log out everywhere else"</ButtonForm>
                    </Show>
                }
            })}
        </Card>
    }
}

#[component]
fn Line(line: LoginLine, end: FormAction<EndLogin>) -> impl IntoView {
    let zone = Zone::get();
    let LoginLine { id, address, browser, began_at_ms, seen_at_ms, is_this } = line;
    let browser = browser.as_deref().map_or_else(|| "Unknown browser".to_owned(), browser_name);
    let times = move || {
        let (began, seen) = (zone.date_and_time(began_at_ms), zone.date_and_time(seen_at_ms));
        format!("logged in {began} · last active {seen}")
    };
    view! {
        <li class="mail">
            <Icon icon=lu::LuMonitorSmartphone />
            <div class="grow">
                <b>{browser}</b>
                <small>{address} " · " {times}</small>
            </div>
            {if is_this {
                view! { <span class="mark">"This browser"</span> }.into_any()
            } else {
                view! {
                    <ButtonForm action=end fields=vec![("id", id.to_string())]>"Log out"</ButtonForm>
                }
                    .into_any()
            }}
        </li>
    }
}
