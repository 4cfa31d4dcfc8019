//! How an inbox receives email.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::InboxId;

use super::calls::{InboundDetails, InboxDetails, SetInboxInbound, SetWebhook};
use crate::ui::{ButtonForm, ConfirmForm, Copyable, FormAction, Notice, SaveRow};

#[component]
pub(super) fn Inbound(
    inbox: InboxDetails,
    set: FormAction<SetInboxInbound>,
    hand_in: FormAction<SetWebhook>,
) -> impl IntoView {
    let InboxDetails { id, inbound, .. } = inbox;
    let InboundDetails { address, mailbox, mailbox_trouble, webhook } = inbound;
    let saving = set.saving(move |input| input.id == id);
    let is_read = !mailbox.is_empty() || webhook.is_some();
    let hint = match (address.is_empty(), is_read) {
        (false, false) => Some(
            "This address isn’t monitored yet. Add its IMAP mailbox or use an inbound webhook.",
        ),
        (true, true) => Some("Replies have nowhere to go yet. Add the reply-to address."),
        _ => None,
    };
    let trouble =
        mailbox_trouble.map(|trouble| format!("Can’t read the mailbox (retrying): {trouble}"));
    view! {
        <h3>"Email replies"</h3>
        <p>"Email replies from visitors and agents become messages, and new emails start conversations."</p>
        <Notice text=ArcSignal::stored(trouble) />
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <label>
                "Reply-to address"
                <input name="address" type="email" value=address placeholder="help@example.com" />
                <small>
                    "Its mail server must support plus addressing, such as help+anything@example.com. Without an address, emails say that replies are not read."
                </small>
            </label>
            <label>
                "IMAP mailbox"
                <input
                    name="mailbox"
                    value=mailbox
                    placeholder="imaps://USER:PASSWORD@imap.example.com"
                    autocomplete="off"
                    spellcheck="false"
                />
                <small>
                    "Only new emails are read. Or use an inbound webhook below."
                </small>
            </label>
            {hint.map(|hint| view! { <p class="soft">{hint}</p> })}
            <SaveRow saving can_change=true />
        </ActionForm>
        <Webhook id webhook hand_in />
    }
}

/// The webhook to which a provider posts inbound email.
#[component]
fn Webhook(id: InboxId, webhook: Option<String>, hand_in: FormAction<SetWebhook>) -> impl IntoView {
    let has_key = webhook.is_some();
    let turn_on = vec![("id", id.to_string()), ("is_on", "true".to_owned())];
    view! {
        <details class="more-form">
            <summary class="button">"Use an inbound webhook"</summary>
            {webhook.map(|webhook| view! { <Copyable text=webhook /> })}
            <p>
                "Your provider posts each raw email to this URL: SendGrid with “POST the raw, full MIME message”, Postmark with “Include raw email content”, Mailgun with a URL that ends in "
                <code>"mime"</code>". Anyone who has the URL can submit emails, so keep it secret."
            </p>
            <div class="form-end">
                {if has_key {
                    view! {
                        <ConfirmForm
                            action=hand_in
                            fields=turn_on
                            class="button"
                            question="Create a new URL?"
                            consequence="Email posted to the current URL is refused from then on."
                            confirm="Create a new URL"
                        >
                            "Create a new URL…"
                        </ConfirmForm>
                        <ConfirmForm
                            action=hand_in
                            fields=vec![("id", id.to_string())]
                            class="button"
                            question="Turn off the webhook?"
                            consequence="Email posted to its URL is refused from then on."
                            confirm="Turn off"
                        >
                            "Turn off…"
                        </ConfirmForm>
                    }
                        .into_any()
                } else {
                    view! { <ButtonForm action=hand_in fields=turn_on class="button">"Create URL"</ButtonForm> }
                        .into_any()
                }}
            </div>
        </details>
    }
}
