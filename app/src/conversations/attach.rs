//! Files that an agent picks: uploaded at once, sent with the next message.

use leptos::prelude::*;
use protocol::{File, FileId, Files, Several};

use super::files::size_of;

/// What was picked for the next message.
#[derive(Clone, Copy)]
pub(super) struct Attachments(RwSignal<Vec<Picked>>);

#[derive(Clone, PartialEq, Eq)]
struct Picked {
    id: FileId,
    name: String,
    bytes: u64,
    progress: Progress,
}

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser uploads"))]
enum Progress {
    /// On its way.
    Uploading,
    /// Waits for the connection.
    Waiting,
    /// The server has it.
    Done(File),
    /// The server does not want it.
    Refused(String),
}

impl Attachments {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    /// What can be sent; `None` while something is on its way. Tracked.
    pub(super) fn ready(self) -> Option<Files> {
        self.0.with(|picked| {
            let mut files = Vec::with_capacity(picked.len());
            for one in picked {
                match &one.progress {
                    Progress::Done(file) => files.push(file.clone()),
                    Progress::Refused(_) => {}
                    Progress::Uploading | Progress::Waiting => return None,
                }
            }
            Some(Several(files))
        })
    }

    /// What is sent is picked no more. What was refused stays until it is removed.
    pub(super) fn sent(self) {
        self.0.update(|picked| {
            picked.retain(|one| matches!(one.progress, Progress::Refused(_)));
        });
    }

    fn remove(self, id: FileId) {
        self.0.update(|picked| picked.retain(|one| one.id != id));
    }
}

/// What was picked, each with how far it is.
#[component]
pub(super) fn PickedFiles(attachments: Attachments) -> impl IntoView {
    view! {
        <ul class="picked" aria-live="polite">
            <For
                each=move || attachments.0.get()
                key=|one| (one.id, said(&one.progress))
                let(one)
            >
                <li class="pick" class:refused=matches!(one.progress, Progress::Refused(_))>
                    <span class="file-name">{one.name.clone()}</span>
                    <small>
                        {said(&one.progress).unwrap_or_else(|| size_of(one.bytes))}
                    </small>
                    {(one.progress == Progress::Uploading)
                        .then(|| view! { <progress aria-label=format!("Uploading {}", one.name) /> })}
                    <button
                        type="button"
                        title="Remove"
                        aria-label=format!("Remove {}", one.name)
                        on:click=move |_| attachments.remove(one.id)
                    >
                        "×"
                    </button>
                </li>
            </For>
        </ul>
    }
}

/// What there is to say of it besides its size.
fn said(progress: &Progress) -> Option<String> {
    match progress {
        Progress::Uploading => Some("Uploading…".to_owned()),
        Progress::Waiting => Some("Waiting for the connection…".to_owned()),
        Progress::Done(_) => None,
        Progress::Refused(why) => Some(why.clone()),
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use gloo_net::http::Request;
    use gloo_timers::future::TimeoutFuture;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use protocol::json::{Value, from_str, parse};
    use protocol::{Backoff, ErrorCode, File, FileId, limits};
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{ClipboardEvent, DragEvent, Event, FileList, HtmlInputElement};

    use super::{Attachments, Picked, Progress};
    use crate::live::new_id;

    impl Attachments {
        /// Takes what was chosen in an input.
        pub(in super::super) fn pick(self, event: &Event) {
            let input =
                event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                self.add(input.files());
                input.set_value("");
            }
        }

        /// Takes what was pasted, if it is files.
        pub(in super::super) fn paste(self, event: &ClipboardEvent) {
            let Some(data) = event.clipboard_data() else { return };
            // A table from a spreadsheet comes as text and as a picture of it: the text is meant.
            let is_text = data.types().includes(&JsValue::from_str("text/plain"), 0);
            let files = data.files().filter(|files| files.length() > 0 && !is_text);
            if files.is_some() {
                event.prevent_default();
                self.add(files);
            }
        }

        /// Takes what was dropped, if it is files.
        pub(in super::super) fn drop(self, event: &DragEvent) {
            let Some(data) = event.data_transfer() else { return };
            if data.types().includes(&JsValue::from_str("Files"), 0) {
                // The browser would show the file in the dashboard's place.
                event.prevent_default();
                self.add(data.files());
            }
        }

        fn add(self, files: Option<FileList>) {
            let Some(files) = files else { return };
            for index in 0..files.length() {
                let Some(file) = files.get(index) else { continue };
                let Some(id) = new_id().map(FileId) else { continue };
                let bytes = file.size() as u64;
                let picked = self.0.with_untracked(Vec::len);
                let refused = match bytes {
                    _ if picked >= limits::FILES => Some(ErrorCode::TooManyFiles),
                    0 => Some(ErrorCode::FileEmpty),
                    _ if bytes > limits::FILE_BYTES => Some(ErrorCode::FileTooBig),
                    _ => None,
                };
                let progress = refused.map_or(Progress::Uploading, |code| {
                    Progress::Refused(code.sentence().to_owned())
                });
                let one = Picked { id, name: file.name(), bytes, progress };
                self.0.update(|picked| picked.push(one));
                if refused.is_none() {
                    spawn_local(self.upload(id, file));
                }
            }
        }

        /// Uploads until the server has it, does not want it, or the agent does not. The id stays the
        /// same: trying again is harmless.
        async fn upload(self, id: FileId, file: web_sys::File) {
            let mut backoff = Backoff::default();
            while self.is_wanted(id) {
                self.set(id, Progress::Uploading);
                if let Some(progress) = put(id, &file).await {
                    return self.set(id, progress);
                }
                self.set(id, Progress::Waiting);
                let random = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
                TimeoutFuture::new(backoff.next_ms(random)).await;
            }
        }

        fn is_wanted(self, id: FileId) -> bool {
            let wanted = self.0.try_with_untracked(|all| all.iter().any(|one| one.id == id));
            wanted.unwrap_or(false)
        }

        fn set(self, id: FileId, progress: Progress) {
            let _gone = self.0.try_update(|picked| {
                if let Some(one) = picked.iter_mut().find(|one| one.id == id) {
                    one.progress = progress;
                }
            });
        }
    }

    /// What came of it; `None` if the same may succeed later.
    async fn put(id: FileId, file: &web_sys::File) -> Option<Progress> {
        let name = js_sys::encode_uri_component(&file.name());
        let address = format!("/files/agent/{id}?name={name}");
        let request = Request::put(&address).body(JsValue::from(file)).ok()?;
        let answer = request.send().await.ok()?.text().await.ok()?;
        if let Ok(file) = from_str::<File>(&answer) {
            return Some(Progress::Done(file));
        }
        let problem = parse(&answer).ok()?;
        let is_temporary = matches!(problem.get("temporary"), Some(Value::Bool(true)));
        let why = problem.get("title").and_then(Value::as_str).filter(|_| !is_temporary)?;
        Some(Progress::Refused(why.to_owned()))
    }
}

#[cfg(not(feature = "hydrate"))]
impl Attachments {
    pub(super) fn pick<E>(self, _event: &E) {}

    pub(super) fn paste<E>(self, _event: &E) {}

    pub(super) fn drop<E>(self, _event: &E) {}
}
