//! What an inbox sends by mail, and what it looks like.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::MailKind;

use super::calls::{InboxDetails, SetInboxMail};
use crate::outbox::title;
use crate::ui::{Deed, SaveRow};

/// The languages that visitors' mails are written in.
const LANGUAGES: [(&str, &str); 4] =
    [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")];

#[component]
pub(super) fn Mail(
    inbox: InboxDetails,
    set: Deed<SetInboxMail>,
    can_change: bool,
) -> impl IntoView {
    let InboxDetails { id, key, mail, .. } = inbox;
    let saving = set.saving(move |input| input.id == id);
    view! {
        <h3>"Mail"</h3>
        {(!mail.is_on)
            .then(|| {
                view! {
                    <p class="soft">
                        "No mail is sent: the program has no mail server yet. Its documents say how to give it one."
                    </p>
                }
            })}
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <label>
                "The team’s address"
                <input
                    name="team_address"
                    type="email"
                    value=mail.team_address
                    placeholder="support@example.com"
                    disabled=!can_change
                />
                <small>
                    "Hears of what comes in while nobody is online, or outside of the hours. Without one, nobody does."
                </small>
            </label>
            <label>
                "Mails come from"
                <input
                    name="from"
                    type="email"
                    value=mail.from
                    placeholder="The program’s own address"
                    disabled=!can_change
                />
                <small>"The mail server must be allowed to send for it."</small>
            </label>
            <div class="checks">
                <label>
                    <input
                        type="checkbox"
                        name="to_visitors"
                        value="true"
                        checked=mail.to_visitors
                        disabled=!can_change
                    />
                    "Write to visitors who are not there"
                </label>
            </div>
            <label>
                "An answer goes by mail when it was not read for"
                <span class="with-unit">
                    <input
                        name="unread_after"
                        type="number"
                        min="1"
                        max="1440"
                        required
                        value=mail.unread_after_minutes.to_string()
                        disabled=!can_change
                    />
                    "minutes"
                </span>
            </label>
            <label>
                "At most"
                <span class="with-unit">
                    <input
                        name="an_hour"
                        type="number"
                        min="1"
                        max="100000"
                        required
                        value=mail.an_hour.to_string()
                        disabled=!can_change
                    />
                    "mails of a kind an hour"
                </span>
                <small>
                    "However much is written here. An address that a visitor typed and never proved to be theirs gets one an hour."
                </small>
            </label>
            <SaveRow saving can_change />
        </ActionForm>
        {can_change
            .then(|| {
                view! {
                    <details class="more-form">
                        <summary class="button">"What they look like"</summary>
                        <ul class="plain previews">
                            {MailKind::ALL
                                .iter()
                                .map(|kind| view! { <Preview kind=*kind key=key.clone() /> })
                                .collect_view()}
                        </ul>
                    </details>
                }
            })}
    }
}

#[component]
fn Preview(kind: MailKind, key: String) -> impl IntoView {
    let of = move |rest: &str| format!("/mail/preview/{}?inbox={key}{rest}", kind.as_str());
    // What goes to the team is written in the dashboard's language.
    let is_to_visitor =
        matches!(kind, MailKind::Received | MailKind::UnreadReply | MailKind::Transcript);
    let languages = if is_to_visitor { &LANGUAGES } else { &LANGUAGES[..1] };
    let text = of("&part=text");
    view! {
        <li>
            <b>{title(kind)}</b>
            <span>
                {languages
                    .iter()
                    .map(|(language, name)| {
                        view! {
                            <a
                                href=of(&format!("&language={language}"))
                                rel="external"
                                target="_blank"
                                lang=*language
                            >
                                {*name}
                            </a>
                        }
                    })
                    .collect_view()}
                <a href=text rel="external" target="_blank">
                    "as text"
                </a>
            </span>
        </li>
    }
}
