//! `/people`: exporting and erasing people's data.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use protocol::FoundPerson;

use super::calls::{ErasePerson, find_people};
use crate::ui::{Card, ConfirmForm, FormAction, Fresh, Icon, Notice, SettingsPage, Zone, each};

/// Finds a person and exports or erases their data.
#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let query = use_query_map();
    let sought = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let erase = FormAction::<ErasePerson>::new();
    let shown =
        Fresh::new(move || (sought.get(), erase.version()), |(sought, _)| find_people(sought));
    view! {
        <SettingsPage
            title="People"
            lead="Visitors may ask for a copy of everything stored about them, or have it erased. Find them by email address or by their ID on your site."
        >
            <Form method="GET" action="/people" attr:class="narrow audit-narrow" attr:role="search">
                <input
                    type="search"
                    name="q"
                    aria-label="Email address or ID"
                    placeholder="Email address or ID"
                    prop:value=move || sought.get()
                    value=sought.get_untracked()
                />
                <button class="button" type="submit">"Search"</button>
            </Form>
            <Notice text=erase.refused(|_| true) />
            <p class="saved" role="status">
                {move || erase.made(|_| true)}
            </p>
            {shown
                .show(
                    "Couldn’t load people",
                    move |people| view! { <People people sought erase /> },
                )}
        </SettingsPage>
    }
}

#[component]
fn People(
    people: Signal<Vec<FoundPerson>>,
    sought: Memo<String>,
    erase: FormAction<ErasePerson>,
) -> impl IntoView {
    let is_none = move || people.with(Vec::is_empty) && !sought.get().is_empty();
    let is_any = move || people.with(|people| !people.is_empty());
    let row = move |person| view! { <Person person erase /> };
    view! {
        <Show when=is_none>
            <p class="soft">"Nothing is stored for this email address or ID."</p>
        </Show>
        <Show when=is_any>
            <Card
                title="Results"
                lead="One person can appear as several visitors, one per device and inbox. Anyone can type an unverified address: make sure it’s theirs before you share any data."
            >
                <ul class="plain mail-list">
                    {each(move || people.get(), |person: &FoundPerson| person.visitor, row)}
                </ul>
            </Card>
        </Show>
    }
}

#[component]
fn Person(person: FoundPerson, erase: FormAction<ErasePerson>) -> impl IntoView {
    let zone = Zone::get();
    let FoundPerson { visitor: id, name, inbox_name, email, user_id, conversations, .. } = person;
    let (first, last) = (person.created_at_ms, person.last_seen_at_ms);
    let verified = if person.is_email_verified { "verified" } else { "unverified" };
    let who: Vec<String> = [
        email.map(|email| format!("{email} ({verified})")),
        user_id.map(|user_id| format!("user ID {user_id}")),
        Some(match conversations {
            1 => "1 conversation".to_owned(),
            count => format!("{count} conversations"),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let when = move || {
        let last = last.map(|last| format!(", last seen {}", zone.date_and_time(last)));
        format!("first seen {}{}", zone.date_and_time(first), last.unwrap_or_default())
    };
    let question = format!("Erase everything stored about {name}?");
    view! {
        <li class="mail person">
            <Icon icon=lu::LuUser />
            <div class="grow">
                <b>{name}</b>
                <small>{inbox_name} " · " {who.join(" · ")}</small>
                <small>{when}</small>
            </div>
            <a
                class="button small"
                href=format!("/people/{id}/export.zip")
                rel="external"
                download=format!("{id}.zip")
            >
                "Export"
            </a>
            <ConfirmForm
                action=erase
                fields=vec![("id", id.to_string())]
                question
                consequence="Their conversations, files and emails are erased, too. This can’t be undone."
                confirm="Erase permanently"
            >
                "Erase…"
            </ConfirmForm>
        </li>
    }
}
