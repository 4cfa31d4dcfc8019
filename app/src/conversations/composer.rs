//! Where an agent writes.

use icondata_lu as lu;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::form::ActionForm;
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos_icons::Icon;
use protocol::limits::MESSAGE_BYTES;
use protocol::{ClientId, ConversationId};

use super::attach::{Attachments, PickedFiles};
use super::calls::Reply;
use crate::live::{Live, Status, now_ms};

/// A text area that grows; Enter sends, Shift+Enter breaks the line. Before scripts run it is a
/// plain form, which the server takes just as well.
#[component]
pub(super) fn Composer(id: ConversationId, next_client_id: ClientId) -> impl IntoView {
    let live = Live::get();
    let plain = ServerAction::<Reply>::new();
    let text = RwSignal::new(String::new());
    let is_note = RwSignal::new(false);
    let area = NodeRef::<Textarea>::new();
    let attachments = Attachments::new();
    // A file needs the scripts: before they run there is no place to pick one.
    let can_attach = RwSignal::new(false);
    Effect::new(move |_| can_attach.set(true));
    let ready = move || {
        let files = attachments.ready()?;
        let fits = text.with(|text| {
            let text = text.trim();
            text.len() <= MESSAGE_BYTES && !(text.is_empty() && files.is_empty())
        });
        fits.then_some(files)
    };
    let too_long = move || text.with(|text| text.trim().len() > MESSAGE_BYTES);
    let send = move || {
        // What was typed before the scripts ran has made no event.
        if let Some(area) = area.get_untracked() {
            text.set(area.value());
        }
        if let Some(files) = untrack(ready) {
            let said = text.get_untracked().trim().to_owned();
            live.say(id, said, files, is_note.get_untracked());
            attachments.sent();
            text.set(String::new());
            if let Some(area) = area.get_untracked() {
                area.set_value("");
                let _focused = area.focus();
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // While an input method composes, Enter chooses a word.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
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
        // A note is not for the visitor, nor is that one is written.
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
    let over = window_event_listener(leptos::ev::dragover, move |event| attachments.drop(&event));
    let dropped = window_event_listener(leptos::ev::drop, move |event| attachments.drop(&event));
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
    let prompt = move || if is_note.get() { "Note to the team…" } else { "Reply…" };
    view! {
        <ActionForm
            action=plain
            attr:class=move || if is_note.get() { "composer noting" } else { "composer" }
            on:submit:capture=on_submit
        >
            <div class="composer-modes">{mode(false, "Reply")} {mode(true, "Note")}</div>
            <input type="hidden" name="conversation" value=id.to_string() />
            <input type="hidden" name="client_id" value=next_client_id.to_string() />
            <PickedFiles attachments />
            <div class="composer-box">
                <Show when=move || can_attach.get()>
                    <label class="icon-button attach" title="Attach files">
                        <Icon icon=lu::LuPaperclip />
                        <input
                            type="file"
                            multiple
                            aria-label="Attach files"
                            on:change=move |event| attachments.pick(&event)
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
                    on:paste=move |event| attachments.paste(&event)
                ></textarea>
                <button class="icon-button primary" type="submit" title="Send (Enter)">
                    <Icon icon=lu::LuSendHorizontal />
                    <span class="visually-hidden">"Send"</span>
                </button>
            </div>
            <p class="composer-hint">
                {move || match (too_long(), live.status()) {
                    (true, _) => "This is too long: at most 16 KB.",
                    (_, Status::Offline) => {
                        "You are offline. What you send waits here and goes out when you are back."
                    }
                    (_, Status::LoggedOut) => "You are logged out. Load the page again to log in.",
                    _ if is_note.get() => "Only the team sees a note",
                    _ => "Enter sends · Shift+Enter breaks the line",
                }}
            </p>
        </ActionForm>
    }
}
