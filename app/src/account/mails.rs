//! The email settings of the agent who is logged in.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{MyMail, SetMyMail, read_my_mail};
use crate::browser;
use crate::ui::{Card, Check, FormAction, Fresh, Notice, SaveRow, each};

/// The card of email settings.
#[component]
pub(super) fn MailsCard() -> impl IntoView {
    let set = FormAction::<SetMyMail>::new();
    let shown = Fresh::new(move || set.version(), |_| read_my_mail());
    shown.show("Couldn’t load your notification settings", move |mine| {
        let form = move |mine| view! { <Mails mine set /> };
        each(move || vec![mine.get()], |_| (), form)
    })
}

#[component]
fn Mails(mine: MyMail, set: FormAction<SetMyMail>) -> impl IntoView {
    let MyMail { is_on, email, assigned, mentioned, waiting, escalation_minutes, .. } = mine;
    let MyMail { summary, summary_at, time_zone, bounced, .. } = mine;
    let zone = NodeRef::<leptos::html::Input>::new();
    // Until a time zone was chosen, suggest the browser's.
    if !summary && time_zone == "UTC" {
        Effect::new(move |_| {
            let (Some(input), Some(here)) = (zone.get(), browser::time_zone()) else { return };
            input.set_value(&here);
        });
    }
    let saving = set.saving(|_| true);
    view! {
        <Card
            title="Email notifications"
            lead="Skipped if you’ve seen the conversation by then."
        >
            {(!is_on)
                .then(|| view! { <p class="soft">"Email is off: no SMTP server is configured."</p> })}
            <p>"Sent to " <b>{email}</b> "."</p>
            <Notice text=bounced
                .map(|reason| {
                    format!(
                        "Emails to this address bounced and are no longer sent: {reason}. Save to try again.",
                    )
                }) />
            <ActionForm action=set.action attr:class="form">
                <div class="checks">
                    <Check name="assigned" checked=assigned>
                        "A conversation is assigned to me while I’m offline"
                    </Check>
                    <Check name="mentioned" checked=mentioned>
                        "A note mentions me (@Name) and I haven’t read it"
                    </Check>
                    <Check name="waiting" checked=waiting>
                        "A visitor assigned to me is waiting and I haven’t read their message"
                    </Check>
                </div>
                <label>
                    "Any conversation unanswered for"
                    <span class="with-unit">
                        <input
                            name="escalation"
                            type="number"
                            min="1"
                            max="10080"
                            placeholder="never"
                            value=escalation_minutes.map(|minutes| minutes.to_string()).unwrap_or_default()
                        />
                        "minutes"
                    </span>
                    <small>"Covers the inboxes you can see. Leave empty to turn off."</small>
                </label>
                <div class="checks">
                    <Check name="summary" checked=summary>
                        "Daily summary"
                    </Check>
                </div>
                <label>
                    "Send at"
                    <span class="with-unit">
                        <input name="at" type="time" required value=summary_at />
                    </span>
                </label>
                <label>
                    "Time zone"
                    <input
                        name="zone"
                        required
                        node_ref=zone
                        value=time_zone
                        placeholder="Europe/Berlin"
                        spellcheck="false"
                    />
                </label>
                <SaveRow saving can_change=true />
            </ActionForm>
        </Card>
    }
}
