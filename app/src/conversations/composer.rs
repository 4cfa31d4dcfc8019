//! The form in which an agent writes.

use icondata_lu as lu;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::form::ActionForm;
use leptos::html::Textarea;
use leptos::prelude::*;
use protocol::limits::MESSAGE_BYTES;
use protocol::{ClientId, ConversationId};

use super::attach::PickedFiles;
use super::calls::Reply;
use super::draft::{Draft, Drafts};
use crate::browser::{self, now_ms};
use crate::live::{Live, Status};
use crate::ui::Icon;

/// A text area that grows. Enter sends, Shift+Enter starts a new line. Before scripts run it is a plain form,
/// which the server also accepts.
#[component]
pub(super) fn Composer(id: ConversationId, next_client_id: ClientId) -> impl IntoView {
    let live = Live::get();
    let plain = ServerAction::<Reply>::new();
    let draft = Drafts::get().of(id);
    let (text, is_note) =
        (RwSignal::from(draft.text.clone()), RwSignal::from(draft.is_note.clone()));
    let picked = RwSignal::from(draft.picked.clone());
    let draft = StoredValue::new(draft);
    let area = NodeRef::<Textarea>::new();
    show_draft(draft, area);
    // Picking a file needs scripts, so the button appears only once they run.
    let can_attach = RwSignal::new(false);
    Effect::new(move |_| can_attach.set(true));
    let ready = move || {
        let files = draft.with_value(Draft::ready_files)?;
        let fits = text.with(|text| {
            let text = text.trim();
            text.len() <= MESSAGE_BYTES && !(text.is_empty() && files.is_empty())
        });
        fits.then_some(files)
    };
    let too_long = move || text.with(|text| text.trim().len() > MESSAGE_BYTES);
    let send = move || {
        if let Some(files) = untrack(ready) {
            let said = text.get_untracked().trim().to_owned();
            live.say(id, said, files, is_note.get_untracked());
            draft.with_value(Draft::sent_files);
            text.set(String::new());
            if let Some(area) = area.get_untracked() {
                let _focused = area.focus();
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // While an input method composes text, Enter picks a word. Safari reports this only by the key code
        // (WebKit bug 165004).
        let composes = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composes {
            event.prevent_default();
            send();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    let on_input = move |event| {
        text.set(event_target_value(&event));
        // Visitors do not see notes, and so do not see that one is being typed.
        let is_written = text.with_untracked(|text| !text.trim().is_empty());
        if is_written && !is_note.get_untracked() {
            live.update(|store| store.type_in(id, now_ms()));
        }
    };
    let mode = move |note: bool, title: &'static str| {
        let choose = move |_| {
            is_note.set(note);
            if let Some(area) = area.get_untracked() {
                let _focused = area.focus();
            }
        };
        view! {
            <button
                type="button"
                class="tab"
                aria-pressed=move || (is_note.get() == note).to_string()
                on:click=choose
            >
                {title}
            </button>
        }
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        draft.with_value(|draft| draft.add(browser::dropped(&event)));
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        draft.with_value(|draft| draft.add(browser::dropped(&event)));
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
    let prompt = move || if is_note.get() { "Write an internal note…" } else { "Reply…" };
    view! {
        <ActionForm
            action=plain
            attr:class=move || if is_note.get() { "composer noting" } else { "composer" }
            on:submit:capture=on_submit
        >
            <div class="composer-modes">{mode(false, "Reply")} {mode(true, "Note")}</div>
            <input type="hidden" name="conversation" value=id.to_string() />
            <input type="hidden" name="client_id" value=next_client_id.to_string() />
            <PickedFiles picked />
            <div class="composer-box">
                <Show when=move || can_attach.get()>
                    <label class="icon-button attach" title="Attach files">
                        <Icon icon=lu::LuPaperclip />
                        <input
                            type="file"
                            multiple
                            aria-label="Attach files"
                            on:change=move |event| draft.with_value(|draft| draft.add(browser::chosen(&event)))
                        />
                    </label>
                </Show>
                <textarea
                    name="text"
                    rows="1"
                    placeholder=prompt
                    aria-label=prompt
                    enterkeyhint="send"
                    required=move || !can_attach.get()
                    node_ref=area
                    on:input=on_input
                    on:keydown=on_key
                    on:paste=move |event| draft.with_value(|draft| draft.add(browser::pasted(&event)))
                ></textarea>
                <button class="icon-button primary" type="submit" title="Send (Enter)">
                    <Icon icon=lu::LuSendHorizontal />
                    <span class="visually-hidden">"Send"</span>
                </button>
            </div>
            <p class="composer-hint">
                {move || match (too_long(), live.status()) {
                    (true, _) => "Too long. Messages can be up to 16 KB.",
                    (_, Status::Offline) => {
                        "You’re offline. Messages will be sent when you reconnect."
                    }
                    (_, Status::LoggedOut) => "You’ve been logged out. Reload the page to log in.",
                    _ if is_note.get() => "Only your team can see notes",
                    _ => "Enter to send · Shift+Enter for a new line",
                }}
            </p>
        </ActionForm>
    }
}

/// Syncs the text area with the draft, and stores the draft on the device.
fn show_draft(draft: StoredValue<Draft>, area: NodeRef<Textarea>) {
    Effect::new(move |shown: Option<bool>| {
        let Some(area) = area.get() else { return false };
        draft.with_value(|draft| {
            let typed = area.value();
            if shown != Some(true) && !typed.is_empty() {
                draft.adopt_typed(&typed);
            }
            let text = draft.text.get();
            // Setting the value moves the cursor.
            if area.value() != text {
                area.set_value(&text);
            }
        });
        true
    });
    Effect::new(move |_| draft.with_value(Draft::keep));
}
