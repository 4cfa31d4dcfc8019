//! The emails that an inbox sends, and their previews.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::MailKind;

use super::calls::{InboxDetails, SetInboxMail};
use crate::outbox::title;
use crate::ui::{Check, FormAction, SaveRow};

/// The languages of emails to visitors.
const LANGUAGES: [(&str, &str); 4] =
    [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")];

#[component]
pub(super) fn Mail(
    inbox: InboxDetails,
    set: FormAction<SetInboxMail>,
    can_change: bool,
) -> impl IntoView {
    let InboxDetails { id, key, mail, .. } = inbox;
    let saving = set.saving(move |input| input.id == id);
    view! {
        <h3>"Email"</h3>
        {(!mail.is_on)
            .then(|| {
                view! {
                    <p class="soft">
                        "Email is off: no SMTP server is configured. See the documentation to set one up."
                    </p>
                }
            })}
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <label>
                "Team email address"
                <input
                    name="team_address"
                    type="email"
                    value=mail.team_address
                    placeholder="support@example.com"
                    disabled=!can_change
                />
                <small>
                    "Notified about messages that arrive while nobody is online or outside business hours. If empty, nobody is."
                </small>
            </label>
            <label>
                "From address"
                <input
                    name="from"
                    type="email"
                    value=mail.from
                    placeholder="Default sender address"
                    disabled=!can_change
                />
                <small>"Your mail server must be allowed to send from it."</small>
            </label>
            <div class="checks">
                <Check name="to_visitors" checked=mail.to_visitors disabled=!can_change>
                    "Email visitors who have left"
                </Check>
            </div>
            <label>
                "Email unread replies after"
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
                "Limit per email type"
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
                    "an hour"
                </span>
                <small>
                    "Applies to the whole inbox. Unverified addresses always get at most one an hour."
                </small>
            </label>
            <SaveRow saving can_change />
        </ActionForm>
        {can_change
            .then(|| {
                view! {
                    <details class="more-form">
                        <summary class="button">"Preview emails"</summary>
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
    // Emails to the team are in the dashboard's language.
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
                    "Plain text"
                </a>
            </span>
        </li>
    }
}
