//! Where an inbox's mail comes in.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::InboxId;

use super::calls::{InboundDetails, InboxDetails, SetInboxInbound, SetWebhook};
use crate::ui::{Copyable, Deed, Notice, SaveRow};

#[component]
pub(super) fn Inbound(
    inbox: InboxDetails,
    set: Deed<SetInboxInbound>,
    hand_in: Deed<SetWebhook>,
) -> impl IntoView {
    let InboxDetails { id, inbound, .. } = inbox;
    let InboundDetails { address, mailbox, mailbox_trouble, webhook } = inbound;
    let saving = set.saving(move |input| input.id == id);
    let is_read = !mailbox.is_empty() || webhook.is_some();
    let hint = match (address.is_empty(), is_read) {
        (false, false) => Some(
            "Nobody looks at the address yet: name its mailbox, or have a provider hand its mail in.",
        ),
        (true, true) => Some("Answers have nowhere to go yet: name the address."),
        _ => None,
    };
    let trouble = mailbox_trouble
        .map(|trouble| format!("The mailbox can’t be read, and is tried again. {trouble}"));
    view! {
        <h3>"Answers by mail"</h3>
        <p>"What visitors and agents answer by mail becomes a message, and a new mail a conversation."</p>
        <Notice text=ArcSignal::stored(trouble) />
        <ActionForm action=set.action attr:class="form">
            <input type="hidden" name="id" value=id.to_string() />
            <label>
                "Its address"
                <input name="address" type="email" value=address placeholder="help@example.com" />
                <small>
                    "Its server must take plus-addresses, such as help+anything@example.com. Without one, mails say that answers reach nobody."
                </small>
            </label>
            <label>
                "Its mailbox"
                <input
                    name="mailbox"
                    value=mailbox
                    placeholder="imaps://USER:PASSWORD@imap.example.com"
                    autocomplete="off"
                    spellcheck="false"
                />
                <small>
                    "Read by IMAP, from the next mail on. Or have your provider hand the mail in, below."
                </small>
            </label>
            {hint.map(|hint| view! { <p class="soft">{hint}</p> })}
            <SaveRow saving can_change=true />
        </ActionForm>
        <Webhook id webhook hand_in />
    }
}

/// Where a provider hands mail in.
#[component]
fn Webhook(id: InboxId, webhook: Option<String>, hand_in: Deed<SetWebhook>) -> impl IntoView {
    let has_key = webhook.is_some();
    view! {
        <details class="more-form">
            <summary class="button">"Have a provider hand mail in"</summary>
            {webhook.map(|webhook| view! { <Copyable text=webhook /> })}
            <p>
                "Your provider posts each mail there as it came: SendGrid with “POST the raw, full MIME message”, Postmark with “Include raw email content”, Mailgun with an address that ends in "
                <code>"mime"</code>". Whoever has the address can hand mail in: keep it to yourself."
            </p>
            <div class="form-end">
                <ActionForm action=hand_in.action>
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="is_on" value="true" />
                    <button class="button" type="submit">
                        {if has_key { "Make a new address" } else { "Make an address" }}
                    </button>
                </ActionForm>
                {has_key
                    .then(|| {
                        view! {
                            <ActionForm action=hand_in.action>
                                <input type="hidden" name="id" value=id.to_string() />
                                <button class="button" type="submit">
                                    "Take none any more"
                                </button>
                            </ActionForm>
                        }
                    })}
            </div>
        </details>
    }
}
