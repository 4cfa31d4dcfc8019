//! What the agent who is logged in wants by mail.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{MyMail, SetMyMail, read_my_mail};
use crate::ui::{Deed, Fresh, Notice, SaveRow, each};

/// What the agent wants by mail.
#[component]
pub(super) fn MailsCard() -> impl IntoView {
    let set = Deed::<SetMyMail>::new();
    let shown = Fresh::new(move || set.version(), |_| read_my_mail());
    shown.show("Your mails could not be read", move |mine| {
        let form = move |mine| view! { <Mails mine set /> };
        each(move || vec![mine.get()], |_| (), form)
    })
}

#[component]
fn Mails(mine: MyMail, set: Deed<SetMyMail>) -> impl IntoView {
    let MyMail { is_on, email, assigned, mentioned, waiting, escalation_minutes, .. } = mine;
    let MyMail { summary, summary_at, time_zone, bounced, .. } = mine;
    let zone = NodeRef::<leptos::html::Input>::new();
    // Who has chosen none yet lives where their browser does.
    #[cfg(feature = "hydrate")]
    if !summary {
        Effect::new(move |_| {
            let (Some(input), Some(here)) = (zone.get(), browser_zone()) else { return };
            input.set_value(&here);
        });
    }
    let saving = set.saving(|_| true);
    let check = |name: &'static str, is_wanted: bool, text: &'static str| {
        view! {
            <label>
                <input type="checkbox" name=name value="true" checked=is_wanted />
                {text}
            </label>
        }
    };
    view! {
        <section class="card stack">
            <h2>"Your mails"</h2>
            <p class="soft">
                "What you want to hear of by mail. Whether it still matters is asked when it is about to go."
            </p>
            {(!is_on)
                .then(|| view! { <p class="soft">"No mail is sent yet: the program has no mail server."</p> })}
            <p>"They go to " <b>{email}</b> "."</p>
            <Notice text=bounced
                .map(|reason| {
                    format!(
                        "Mail to this address came back, and no more is sent: {reason}. Saving has it tried again.",
                    )
                }) />
            <ActionForm action=set.action attr:class="form">
                <div class="checks">
                    {check("assigned", assigned, "A conversation is given to me while I am not online")}
                    {check("mentioned", mentioned, "A note names me (@Name), and I have not read it")}
                    {check("waiting", waiting, "A visitor of mine waits, and I have not read it")}
                </div>
                <label>
                    "Any conversation has had no answer for"
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
                    <small>"Of the inboxes that you see. Empty: you are not told."</small>
                </label>
                <div class="checks">
                    {check("summary", summary, "A summary each day")}
                </div>
                <label>
                    "At"
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
        </section>
    }
}

/// The time zone of the browser, as IANA names it.
#[cfg(feature = "hydrate")]
fn browser_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}
