//! What the visitor sees. Entries are drawn once; only waiting messages are redrawn.

use alloc::string::String;
use alloc::vec::Vec;

use protocol::json::{from_str, to_string};
use protocol::limits::MESSAGE_BYTES;
use protocol::link::{Piece, pieces};
use protocol::{Attendance, Author, Availability, Body, ConversationId, Entry, Outgoing, Seq};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlTextAreaElement, KeyboardEvent};

use crate::chat::{Chat, ConnectionState};
use crate::dom::{append, append_text, document, element, listen, part, set, text};
use crate::events::{Emit, Event as Happened};
use crate::texts;

/// How close to the end, in pixels, counts as being at the end.
const NEAR_PX: i32 = 60;

/// Messages of one author within this time are grouped, in milliseconds.
const JOIN_MS: u64 = 3 * 60_000;

/// How to format a time. The numbers match `frame/boot.js`.
#[derive(Clone, Copy)]
enum When {
    Day,
    Time,
    DayAndTime,
}

/// The view of the page.
pub(crate) struct View {
    dot: HtmlElement,
    banner: HtmlElement,
    there: HtmlElement,
    typing: HtmlElement,
    log: HtmlElement,
    older: HtmlElement,
    past: HtmlElement,
    entries: HtmlElement,
    waiting: HtmlElement,
    area: HtmlTextAreaElement,
    send: HtmlElement,
    drawn: Drawn,
    follow: bool,
    /// Whether the end was in view at the last check.
    was_at_end: bool,
}

/// What is already on screen.
#[derive(Default, PartialEq, Eq)]
struct Drawn {
    /// Another conversation may have as many entries.
    conversation: Option<ConversationId>,
    lacks_beginning: bool,
    past: usize,
    first: Seq,
    last: Seq,
    team_read_seq: Seq,
    connection: ConnectionState,
    waiting: Vec<Outgoing>,
    availability: Option<Availability>,
    queue: Option<u64>,
    typing: Option<String>,
}

impl View {
    /// Attaches to the page as the server rendered it. What the visitor does is reported to `emit`.
    pub(crate) fn new(emit: Emit) -> Self {
        let root = part("html");
        let color = root.get_attribute("data-color").unwrap_or_default();
        let _set = root.style().set_property("--brand", &color);
        let (log, older, waiting) = (part(".log"), part(".older"), part(".waiting"));
        let (form, send) = (part("form"), part(".send"));
        let area = part("textarea").unchecked_into::<HtmlTextAreaElement>();
        listen(&part(".close"), "click", move |_| emit(Happened::Closed));
        listen(&older, "click", move |_| emit(Happened::Older));
        listen(&log, "scroll", move |_| emit(Happened::Scrolled));
        listen(&waiting, "click", move |event| removed(&event, emit));
        listen_composer(&form, &area, &send, emit);
        listen(&document(), "keydown", move |event| {
            if event.unchecked_ref::<KeyboardEvent>().key() == "Escape" {
                emit(Happened::Closed);
            }
        });
        Self {
            dot: part(".dot"),
            banner: part(".banner"),
            there: part(".there"),
            typing: part(".typing"),
            log,
            older,
            past: part(".past"),
            entries: part(".now"),
            waiting,
            area,
            send,
            drawn: Drawn { connection: ConnectionState::Offline, ..Drawn::default() },
            follow: true,
            was_at_end: true,
        }
    }

    /// Focuses the text area.
    pub(crate) fn focus(&self) {
        let _focused = self.area.focus();
    }

    /// Scrolls to the end with the next drawing.
    pub(crate) fn follow(&mut self) {
        self.follow = true;
    }

    /// Whether the end of the conversation is in view.
    pub(crate) fn is_at_end(&mut self) -> bool {
        let below = self.log.scroll_height() - self.log.scroll_top() - self.log.client_height();
        self.was_at_end = below < NEAR_PX;
        self.was_at_end
    }

    /// Keeps the end in view when there is less room: a keyboard appeared, or files were picked.
    pub(crate) fn resized(&self) {
        if self.was_at_end {
            self.log.set_scroll_top(self.log.scroll_height());
        }
    }

    /// Draws what has changed.
    pub(crate) fn render(&mut self, chat: &Chat) {
        let replica = &chat.thread.replica;
        let now = Drawn {
            conversation: chat.conversation,
            lacks_beginning: chat.lacks_beginning(),
            past: chat.past.len(),
            first: replica.entries().first().map_or(Seq::START, |entry| entry.seq),
            last: replica.last_seq(),
            team_read_seq: chat.team_read_seq,
            connection: chat.connection,
            waiting: chat.thread.unsent.waiting().clone(),
            availability: chat.availability.clone(),
            queue: chat.queue,
            typing: chat.typing.clone(),
        };
        if now == self.drawn {
            return;
        }
        let follow = core::mem::take(&mut self.follow) || self.is_at_end();
        if now.connection != self.drawn.connection {
            self.draw_connection(chat.connection);
        }
        let height = self.log.scroll_height();
        let prepended = (now.first, now.past) != (self.drawn.first, self.drawn.past);
        let is_other = now.conversation != self.drawn.conversation;
        if is_other || now.past != self.drawn.past {
            self.past.set_text_content(None);
            for (index, entry) in chat.past.iter().enumerate() {
                draw_entry(
                    &self.past,
                    entry,
                    index.checked_sub(1).and_then(|at| chat.past.get(at)),
                );
            }
        }
        if is_other || now.first != self.drawn.first || now.last < self.drawn.last {
            self.entries.set_text_content(None);
            self.drawn.last = Seq::START;
        }
        self.draw_entries(replica.entries(), chat.team_read_seq);
        self.older.set_hidden(!now.lacks_beginning);
        self.draw_waiting(&now);
        if now.typing != self.drawn.typing {
            let line = now.typing.as_deref().map(|name| [name, texts::TYPING].concat());
            self.typing.set_text_content(line.as_deref());
        }
        let told = |drawn: &Drawn| (drawn.availability.clone(), drawn.queue, drawn.connection);
        if told(&now) != told(&self.drawn) {
            self.there.set_text_content(Some(&there(&now)));
            let is_there =
                now.availability.as_ref().is_some_and(|now| now.attendance == Attendance::Online);
            let _toggled = self.dot.toggle_attribute_with_force("data-there", is_there);
        }
        if follow {
            self.log.set_scroll_top(self.log.scroll_height());
        } else if prepended {
            // What was in view stays in place.
            let grown = self.log.scroll_height() - height;
            self.log.set_scroll_top(self.log.scroll_top() + grown);
        }
        self.drawn = now;
    }

    fn draw_connection(&self, connection: ConnectionState) {
        set(&self.dot, "data-state", texts::of_dot(connection).0);
        let refused = matches!(connection, ConnectionState::Refused(_));
        set(&self.banner, "data-kind", if refused { "refused" } else { "offline" });
        self.banner.set_text_content(Some(texts::of_connection(connection)));
        self.area.set_disabled(refused);
        grown(&self.area, &self.send);
    }

    fn draw_entries(&self, entries: &[Entry], team_read_seq: Seq) {
        for (index, entry) in entries.iter().enumerate() {
            if entry.seq > self.drawn.last {
                let before = index.checked_sub(1).and_then(|before| entries.get(before));
                draw_entry(&self.entries, entry, before);
            }
        }
        // "Seen" goes under the last of the visitor's messages that the team has read.
        let mine = |entry: &&Entry| entry.author == Author::Visitor {};
        let last_seen = entries.iter().rev().filter(mine).find(|entry| entry.seq <= team_read_seq);
        if let Ok(Some(marked)) = self.entries.query_selector("[data-seen]") {
            let _cleared = marked.remove_attribute("data-seen");
            set_seen(&marked, "");
        }
        if let Some(entry) = last_seen {
            let mut selector = String::from("[data-seq=\"");
            protocol::json::Encode::encode(&entry.seq, &mut selector);
            selector.push_str("\"]");
            if let Ok(Some(row)) = self.entries.query_selector(&selector) {
                set(&row, "data-seen", "");
                set_seen(&row, texts::SEEN);
            }
        }
    }

    fn draw_waiting(&self, now: &Drawn) {
        if now.waiting == self.drawn.waiting && now.connection == self.drawn.connection {
            return;
        }
        self.waiting.set_text_content(None);
        for outgoing in &now.waiting {
            let class =
                if outgoing.refused.is_some() { "entry own refused" } else { "entry own pending" };
            let row = element("div", class);
            if !outgoing.text.is_empty() {
                append(&row, &text("p", "bubble", &outgoing.text));
            }
            for file in &outgoing.files.0 {
                append(&row, &text("span", "file", &file.name));
            }
            let meta = match outgoing.refused {
                None if now.connection == ConnectionState::Online => {
                    text("span", "entry-meta", texts::SENDING)
                }
                None => text("span", "entry-meta", texts::WAITING),
                Some(code) => {
                    let meta = text("span", "entry-meta", texts::of_refusal(code));
                    let remove = text("button", "", texts::REMOVE);
                    let mut id = String::new();
                    protocol::json::Encode::encode(&outgoing.client_id, &mut id);
                    set(&remove, "data-remove", id.trim_matches('"'));
                    append(&meta, &remove);
                    meta
                }
            };
            append(&row, &meta);
            append(&self.waiting, &row);
        }
    }
}

/// Whether anyone answers, or the visitor's place in the queue. Without a connection, the state of that.
fn there(now: &Drawn) -> String {
    let mut line = String::new();
    if now.connection != ConnectionState::Online {
        line.push_str(texts::of_dot(now.connection).1);
        return line;
    }
    match (now.queue, &now.availability) {
        // A place in the queue only means something while an agent is available.
        (Some(place), Some(Availability { attendance: Attendance::Online, .. })) => {
            line.push_str(texts::QUEUE);
            protocol::json::Encode::encode(&place, &mut line);
        }
        (_, Some(Availability { attendance, opens_at_ms })) => {
            line.push_str(texts::of_attendance(*attendance));
            if let Some(at_ms) = opens_at_ms {
                line.push_str(texts::BACK);
                line.push_str(&crate::date(at_ms.0 as f64, When::DayAndTime as u8));
            }
        }
        (_, None) => {}
    }
    line
}

/// A click on a waiting message: on the button of a refused one.
fn removed(event: &Event, emit: Emit) {
    let clicked = event.target().map(JsCast::unchecked_into::<HtmlElement>);
    if let Some(id) = clicked.and_then(|clicked| clicked.get_attribute("data-remove")) {
        emit(Happened::Removed(id));
    }
}

fn listen_composer(form: &HtmlElement, area: &HtmlTextAreaElement, send: &HtmlElement, emit: Emit) {
    let submit = {
        let (area, send) = (area.clone(), send.clone());
        move || {
            let value = area.value();
            let fits = fits(&value, &area);
            if let Some(files) = fits.and_then(|()| crate::picked(true))
                && let Ok(files) = from_str(&files)
            {
                emit(Happened::Said(value.trim().into(), files));
                area.set_value("");
                grown(&area, &send);
                let _focused = area.focus();
            }
        }
    };
    let pressed = submit.clone();
    listen(form, "submit", move |event| {
        event.prevent_default();
        submit();
    });
    listen(area, "keydown", move |event| {
        let key: &KeyboardEvent = event.unchecked_ref();
        // While an input method is composing, Enter picks a word. Safari shows that only by the key code
        // (WebKit bug 165004).
        let composes = key.is_composing() || key.key_code() == 229;
        if key.key() == "Enter" && !key.shift_key() && !composes {
            event.prevent_default();
            pressed();
        }
    });
    let (area_in, send_in) = (area.clone(), send.clone());
    listen(area, "input", move |_| {
        grown(&area_in, &send_in);
        // Picking a file causes an input event without text.
        if !area_in.value().is_empty() {
            emit(Happened::Typed);
        }
    });
}

/// `Some` if the text and the picked files can be sent.
fn fits(value: &str, area: &HtmlTextAreaElement) -> Option<()> {
    let written = value.trim();
    let picked = crate::picked(false)?;
    let is_something = !written.is_empty() || picked.len() > "[]".len();
    (is_something && written.len() <= MESSAGE_BYTES && !area.disabled()).then_some(())
}

/// Fits the text area to its text, and enables the send button if it can be sent. Browsers without
/// `field-sizing` need the number of rows.
fn grown(area: &HtmlTextAreaElement, send: &HtmlElement) {
    let value = area.value();
    let fits = fits(&value, area).is_some();
    let _toggled = send.toggle_attribute_with_force("disabled", !fits);
    let rows = value.matches('\n').count().min(5) + 1;
    area.set_rows(u32::try_from(rows).unwrap_or(1));
}

fn draw_entry(list: &HtmlElement, entry: &Entry, before: Option<&Entry>) {
    let day = crate::date(entry.at_ms.0 as f64, When::Day as u8);
    let same_day =
        before.is_some_and(|before| crate::date(before.at_ms.0 as f64, When::Day as u8) == day);
    if !same_day {
        append(list, &text("div", "day", &day));
    }
    if let Body::Event { event } = &entry.body {
        if let Some(line) = texts::of_event(event) {
            append(list, &text("div", "day", &line));
        }
        return;
    }
    let joined = same_day
        && before.is_some_and(|before| {
            before.author == entry.author
                && !matches!(before.body, Body::Event { .. })
                && entry.at_ms.since(before.at_ms) < JOIN_MS
        });
    let mine = entry.author == Author::Visitor {};
    let row = element("div", if mine { "entry own" } else { "entry" });
    let mut seq = String::new();
    protocol::json::Encode::encode(&entry.seq, &mut seq);
    set(&row, "data-seq", &seq);
    // The position shows sighted visitors who wrote it.
    let (who, class) = match &entry.author {
        Author::Agent { name, .. } => {
            (name.as_str(), if joined { texts::UNSEEN } else { "entry-who" })
        }
        _ => (texts::YOU, texts::UNSEEN),
    };
    append(&row, &text("span", class, who));
    let said = entry.body.text();
    if !said.is_empty() {
        append(&row, &bubble(said));
    }
    if !entry.files.is_empty() {
        let place = element("div", "files");
        append(&row, &place);
        crate::show(&place, &to_string(&entry.files));
    }
    let meta = element("span", "entry-meta");
    append(&meta, &text("time", "", &crate::date(entry.at_ms.0 as f64, When::Time as u8)));
    let seen = element("span", "seen");
    // It changes later, and must not be read out then.
    set(&seen, "aria-live", "off");
    append(&meta, &seen);
    append(&row, &meta);
    append(list, &row);
}

/// A message's text, with its links.
fn bubble(said: &str) -> HtmlElement {
    let bubble = element("p", "bubble");
    for piece in pieces(said) {
        match piece {
            Piece::Text(said) => append_text(&bubble, said),
            Piece::Link { said, scheme } => {
                let link = text("a", "", said);
                set(&link, "href", &[scheme, said].concat());
                set(&link, "target", "_blank");
                set(&link, "rel", "noopener noreferrer nofollow");
                append(&bubble, &link);
            }
        }
    }
    bubble
}

fn set_seen(row: &web_sys::Element, label: &str) {
    if let Ok(Some(seen)) = row.query_selector(".seen") {
        seen.set_text_content(Some(label));
    }
}
