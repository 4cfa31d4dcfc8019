//! The entries of a conversation, with a divider for each day.

use icondata_lu as lu;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::web_sys::VisibilityState;
use leptos_router::hooks::use_query_map;
use protocol::{Author, Body, ClientId, ConversationId, Entry, MailKind, Outgoing, Seq};

use super::draft::Drafts;
use super::event::EventLine;
use super::files::FilesView;
use super::linked::linked;
use super::mailed::{CameByMail, Fate, Mailed};
use crate::browser::scroll::{self, element_of};
use crate::live::{Live, Open, Status};
use crate::outbox::why;
use crate::review::{MailText, RawMailLink, read_mail_text};
use crate::ui::{Clock, Icon, Zone, day_label, day_of};

/// The distance from the end, in pixels, within which the reader counts as being at the end.
const NEAR_PX: i32 = 80;

/// The entries of a conversation.
#[component]
pub(super) fn Log(id: ConversationId) -> impl IntoView {
    let live = Live::get();
    let zone = Zone::get();
    let entries = Memo::new(move |_| with(live, id, |open| open.thread.replica.entries().to_vec()));
    let waiting = Memo::new(move |_| with(live, id, |open| open.thread.unsent.waiting().clone()));
    let seen = Memo::new(move |_| with(live, id, |open| open.visitor_read_seq));
    let mailed = Memo::new(move |_| entries.with(|entries| Mailed::of(entries)));
    let came = Memo::new(move |_| {
        entries.with(|entries| entries.iter().filter_map(CameByMail::of).collect::<Vec<_>>())
    });
    let more = Memo::new(move |_| with(live, id, |open| open.thread.replica.lacks_beginning()));
    let scroller = NodeRef::<Div>::new();
    let query = use_query_map();
    let at = Memo::new(move |_| query.with(|query| query.get("at")?.parse::<Seq>().ok()));
    follow_end(live, id, scroller, at, entries, waiting);
    show_found(live, id, scroller, at, entries);

    view! {
        <div class="log" node_ref=scroller role="log" aria-live="polite" tabindex="0">
            <Show when=move || more.get()>
                <button
                    class="button quiet"
                    on:click=move |_| live.update(|store| store.ask_history(id))
                >
                    "Show earlier messages"
                </button>
            </Show>
            <ol class="entries">
                <For
                    each=move || with_days(&entries.get(), zone)
                    key=|(entry, day, joined)| (entry.seq, day.clone(), *joined)
                    let((entry, day, joined))
                >
                    {day.map(|day| view! { <li class="day"><span>{day}</span></li> })}
                    <EntryView id entry joined seen mailed came at />
                </For>
                <For each=move || waiting.get() key=|one| (one.client_id, one.refused) let(outgoing)>
                    <WaitingView id outgoing />
                </For>
            </ol>
            <TypingLine id />
        </div>
    }
}

/// Shows who is typing. Its space is reserved, so that nothing jumps.
#[component]
fn TypingLine(id: ConversationId) -> impl IntoView {
    let live = Live::get();
    let names = Memo::new(move |_| {
        with(live, id, |open| {
            let name = |author| match author {
                Author::Agent { name, .. } => name,
                Author::Visitor {} | Author::System {} => "The visitor".to_owned(),
            };
            open.typing().into_iter().map(name).collect::<Vec<_>>()
        })
    });
    view! {
        <p class="typing" aria-live="polite">
            {move || {
                let names = names.get();
                (!names.is_empty())
                    .then(|| {
                        let verb = if names.len() == 1 { "is" } else { "are" };
                        view! {
                            <span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span>
                            {format!("{} {verb} typing…", names.join(", "))}
                        }
                    })
            }}
        </p>
    }
}

fn with<R: Default>(live: Live, id: ConversationId, look: impl FnOnce(&Open) -> R) -> R {
    live.with(|store| store.open(id).map(look).unwrap_or_default())
}

/// Returns each entry with the label of the day it begins, if any, and whether it joins the previous entry.
fn with_days(entries: &[Entry], zone: Zone) -> Vec<(Entry, Option<String>, bool)> {
    const JOIN_MS: u64 = 3 * 60_000;
    let mut before: Option<&Entry> = None;
    let mut rows = Vec::with_capacity(entries.len());
    // These events are shown with the message they are about.
    for entry in entries.iter().filter(|entry| CameByMail::of(entry).is_none()) {
        let day = day_of(zone, entry.at_ms);
        let new_day = before.is_none_or(|before| day_of(zone, before.at_ms) != day);
        let joined = !new_day
            && before.is_some_and(|before| {
                before.author == entry.author
                    && before.body.tag() == entry.body.tag()
                    && entry.at_ms.since(before.at_ms) < JOIN_MS
            });
        rows.push((entry.clone(), new_day.then(|| day_label(day)), joined));
        before = Some(entry);
    }
    rows
}

#[component]
fn EntryView(
    id: ConversationId,
    entry: Entry,
    joined: bool,
    seen: Memo<Seq>,
    mailed: Memo<Vec<Mailed>>,
    came: Memo<Vec<CameByMail>>,
    at: Memo<Option<Seq>>,
) -> impl IntoView {
    let live = Live::get();
    let is_me = live.is_me(&entry.author);
    if let Body::Event { event } = entry.body {
        return view! {
            <li class="happening">
                <EventLine author=entry.author event at_ms=entry.at_ms />
            </li>
        }
        .into_any();
    }
    let (side, who) = match &entry.author {
        Author::Visitor {} | Author::System {} => ("theirs", None),
        Author::Agent { .. } if is_me => ("own", Some("You".to_owned())),
        Author::Agent { name, .. } => ("own", Some(name.clone())),
    };
    let note = matches!(entry.body, Body::Note { .. });
    let seq = entry.seq;
    let text = entry.body.text().to_owned();
    let by_mail = {
        let kind = if side == "own" { MailKind::UnreadReply } else { MailKind::NobodyAvailable };
        move || (!note).then(|| mailed.with(|mailed| Mailed::last_of(mailed, kind, seq))).flatten()
    };
    let came = move || came.with(|came| CameByMail::find(came, seq));
    let was_seen = move || side == "own" && !note && seen.get() >= seq;
    view! {
        <li
            class=format!("entry {side}")
            class:note=note
            class:joined=joined
            class:found=move || at.get() == Some(seq)
            id=format!("entry-{seq}")
        >
            {note.then(|| view! { <span class="visually-hidden">"Internal note"</span> })}
            {(!joined).then(|| who.map(|who| view! { <span class="entry-who">{who}</span> }))}
            {(!text.is_empty()).then(|| view! { <p class="bubble">{linked(&text)}</p> })}
            <FilesView files=entry.files />
            {move || came().map(|came| view! { <MailSource id seq came /> })}
            <span class="entry-meta">
                <Clock at_ms=entry.at_ms />
                {move || by_mail().map(|mailed| view! { <MailMark mailed /> })}
                <Show when=was_seen>
                    <span class="seen" title="Seen by the visitor">
                        <Icon icon=lu::LuCheckCheck />
                        <span class="visually-hidden">"Seen"</span>
                    </span>
                </Show>
            </span>
        </li>
    }
    .into_any()
}

/// Shows that a message came by email: from which address, under which subject, and the full text on request.
#[component]
fn MailSource(id: ConversationId, seq: Seq, came: CameByMail) -> impl IntoView {
    let CameByMail { sender, subject, is_cut, is_unchecked, .. } = came;
    let is_open = RwSignal::new(false);
    let whole = RwSignal::new(None::<Result<MailText, String>>);
    let toggle = move |_| {
        is_open.update(|open| *open = !*open);
        let is_read = whole.with_untracked(|whole| matches!(whole, Some(Ok(_))));
        if is_open.get_untracked() && !is_read {
            leptos::task::spawn_local(async move {
                let read = read_mail_text(id, seq).await;
                // The message may have left the screen in the meantime.
                let _gone = whole.try_set(Some(read.map_err(|failure| failure.to_string())));
            });
        }
    };
    let all = move || match whole.get() {
        None => view! { <p class="soft">"Loading…"</p> }.into_any(),
        Some(Err(failure)) => view! { <p class="soft">{failure}</p> }.into_any(),
        Some(Ok(MailText { whole, left_out, raw })) => {
            let left_out = (!left_out.is_empty()).then(|| {
                let names = left_out.join(", ");
                view! { <p class="soft">{format!("Files not included: {names}")}</p> }
            });
            view! {
                <p class="mail-whole">{linked(&whole)}</p>
                {left_out}
                {raw.map(|id| view! { <RawMailLink id /> })}
            }
            .into_any()
        }
    };
    view! {
        <span class="mail-source" title=format!("From {sender}")>
            <Icon icon=lu::LuMail />
            <span>"By email"{subject.map(|subject| format!(": {subject}"))}</span>
            {is_unchecked
                .then(|| {
                    view! {
                        <span class="mark" title="No mail server has verified the sender.">
                            "Unverified sender"
                        </span>
                    }
                })}
            <button
                class="link"
                type="button"
                aria-expanded=move || is_open.get().to_string()
                on:click=toggle
            >
                {move || match (is_open.get(), is_cut) {
                    (true, _) => "Show less",
                    (false, true) => "Show all",
                    (false, false) => "Show email",
                }}
            </button>
        </span>
        <Show when=move || is_open.get()>{all}</Show>
    }
}

/// Shows that a message was emailed, and when, or why it was not.
#[component]
fn MailMark(mailed: Mailed) -> impl IntoView {
    let zone = Zone::get();
    let Mailed { kind, at_ms, fate, .. } = mailed;
    let (icon, class) = match &fate {
        Fate::Sent => (lu::LuMailCheck, "by-mail"),
        Fate::Delayed(_) => (lu::LuClock, "by-mail late"),
        Fate::Failed(_) => (lu::LuMailWarning, "by-mail failed"),
        Fate::Dropped(_) => (lu::LuMailX, "by-mail failed"),
    };
    let text = move || {
        let when = zone.date_and_time(at_ms);
        match &fate {
            Fate::Sent => format!("Emailed {when}"),
            Fate::Delayed(reason) => format!("Email delayed since {when}: {reason}"),
            Fate::Failed(reason) => format!("Email failed: {reason}"),
            Fate::Dropped(reason) => format!("Not emailed. {}", why(kind, *reason)),
        }
    };
    let title = text.clone();
    view! {
        <span class=class title=title>
            <Icon icon />
            <span class="visually-hidden">{text}</span>
        </span>
    }
}

#[component]
fn WaitingView(id: ConversationId, outgoing: Outgoing) -> impl IntoView {
    let live = Live::get();
    let Outgoing { client_id, text, files, refused, .. } = outgoing;
    let note = with(live, id, |open| open.notes.contains(&client_id));
    let sending = move || match live.status() {
        Status::Online => "Sending…",
        _ => "Waiting for connection…",
    };
    let state = match refused {
        None => view! { <span class="entry-meta">{sending}</span> }.into_any(),
        Some(_) => view! { <Refused id client_id /> }.into_any(),
    };
    view! {
        <li class="entry own pending" class:note=note class:refused=refused.is_some()>
            {(!text.is_empty()).then(|| view! { <p class="bubble">{text}</p> })}
            <FilesView files />
            {state}
        </li>
    }
}

#[component]
fn Refused(id: ConversationId, client_id: ClientId) -> impl IntoView {
    let live = Live::get();
    let drafts = Drafts::get();
    let return_to_draft = move || {
        let mut taken = None;
        live.update(|store| {
            taken = store.return_to_draft(id, client_id);
            Vec::new()
        });
        taken
    };
    let edit = move |_| {
        if let Some((outgoing, is_note)) = return_to_draft() {
            drafts.of(id).return_to_draft(outgoing, is_note);
        }
    };
    view! {
        <span class="entry-meta">
            "Couldn’t send. "
            <button on:click=edit>"Edit"</button>
            " "
            <button on:click=move |_| {
                return_to_draft();
            }>"Remove"</button>
        </span>
    }
}

/// Keeps the end in view while the reader is there, and marks the conversation as read.
fn follow_end(
    live: Live,
    id: ConversationId,
    scroller: NodeRef<Div>,
    at: Memo<Option<Seq>>,
    entries: Memo<Vec<Entry>>,
    waiting: Memo<Vec<Outgoing>>,
) {
    let near_end = move || element_of(scroller).is_none_or(|log| scroll::from_end(&log) < NEAR_PX);
    let read = move || {
        if document().visibility_state() == VisibilityState::Visible && near_end() {
            live.update(|store| store.read_to_end(id));
        }
    };
    Effect::new(move |before: Option<(usize, usize, Option<Seq>)>| {
        let now = (
            entries.with(Vec::len),
            waiting.with(Vec::len),
            entries.with(|entries| entries.first().map(|entry| entry.seq)),
        );
        let said_something = before.is_some_and(|before| now.1 > before.1);
        let older_came = before.is_some_and(|before| now.2 < before.2);
        // Checked before the new rows are laid out: was the reader at the end until now?
        let is_first = before.is_none() && at.get_untracked().is_none();
        let goes_on = before.is_some() && !older_came && near_end();
        let follow = is_first || said_something || goes_on;
        request_animation_frame(move || {
            if let (true, Some(log)) = (follow, element_of(scroller)) {
                scroll::to_end(&log);
            }
            read();
        });
        now
    });
    // Report what was seen offline once the connection is back.
    Effect::new(move |_| {
        if live.status() == Status::Online {
            read();
        }
    });
    // An on-screen keyboard or picked files shrink the log. Its end must stay in view. A reader who comes from a
    // search is not at the end.
    let was_near_end = StoredValue::new(at.get_untracked().is_none());
    let back = window_event_listener(leptos::ev::focus, move |_| read());
    on_cleanup(move || back.remove());
    Effect::new(move |_| {
        if let Some(log) = scroller.get() {
            scroll::on_resize(&log, move || {
                let was_near_end = was_near_end.try_get_value().unwrap_or(false);
                if let (true, Some(log)) = (was_near_end, element_of(scroller)) {
                    scroll::to_end(&log);
                }
            });
            let scrolled = move |_| {
                was_near_end.set_value(near_end());
                read();
            };
            let _listening = log.on(leptos::ev::scroll, scrolled);
        }
    });
}

/// Scrolls to the entry a search found, once. Loads earlier entries until it is there.
fn show_found(
    live: Live,
    id: ConversationId,
    scroller: NodeRef<Div>,
    at: Memo<Option<Seq>>,
    entries: Memo<Vec<Entry>>,
) {
    Effect::new(move |shown: Option<Option<Seq>>| {
        let shown = shown.flatten();
        let wanted = at.get()?;
        let first = entries.with(|entries| entries.first().map(|entry| entry.seq))?;
        if shown == Some(wanted) {
            return shown;
        }
        if wanted < first {
            live.update(|store| store.ask_history(id));
            return shown;
        }
        request_animation_frame(move || {
            if let Some(log) = element_of(scroller) {
                scroll::show(&log, &format!("entry-{wanted}"));
            }
        });
        Some(wanted)
    });
}
