//! Files that an agent picks. Each is uploaded at once and sent with the next message.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::json::{Value, from_str, parse};
use protocol::{Backoff, ErrorCode, File, FileId, Files, Several, limits};

use super::draft::Draft;
use super::files::size_of;
use super::picked::{Picked, Progress};
use crate::browser;

impl Draft {
    /// Returns the files to send; `None` while an upload is unfinished. Tracked.
    pub(super) fn ready_files(&self) -> Option<Files> {
        self.picked.with(|picked| {
            let wanted = picked.iter().filter(|one| !one.is_refused());
            wanted.map(|one| one.file().cloned()).collect::<Option<Vec<_>>>().map(Several)
        })
    }

    /// Removes the files that were just sent. Refused files stay until the agent removes them.
    pub(super) fn sent_files(&self) {
        self.picked.update(|picked| picked.retain(Picked::is_refused));
    }
}

/// The picked files, each with its progress.
#[component]
pub(super) fn PickedFiles(picked: RwSignal<Vec<Picked>>) -> impl IntoView {
    let remove = move |id| picked.update(|picked| picked.retain(|one| one.id != id));
    view! {
        <ul class="picked" aria-live="polite">
            <For
                each=move || picked.get()
                key=|one| (one.id, said(&one.progress))
                let(one)
            >
                <li class="pick" class:refused=one.is_refused()>
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
                        on:click=move |_| remove(one.id)
                    >
                        "×"
                    </button>
                </li>
            </For>
        </ul>
    }
}

/// Returns the text to show in place of the file's size.
fn said(progress: &Progress) -> Option<String> {
    match progress {
        Progress::Uploading => Some("Uploading…".to_owned()),
        Progress::Waiting => Some("Waiting for connection…".to_owned()),
        Progress::Done(_) => None,
        Progress::Refused(why) => Some(why.clone()),
    }
}

impl Draft {
    /// Adds files, and begins to upload them.
    pub(super) fn add(&self, files: Vec<web_sys::File>) {
        for file in files {
            let Some(id) = browser::random_id().map(FileId) else { continue };
            let bytes = file.size() as u64;
            let picked = self.picked.with_untracked(Vec::len);
            let refused = match bytes {
                _ if picked >= limits::FILES => Some(ErrorCode::TooManyFiles),
                0 => Some(ErrorCode::FileEmpty),
                _ if bytes > limits::FILE_BYTES => Some(ErrorCode::FileTooBig),
                _ => None,
            };
            let progress = refused
                .map_or(Progress::Uploading, |code| Progress::Refused(code.sentence().to_owned()));
            let one = Picked { id, name: file.name(), bytes, progress };
            self.picked.update(|picked| picked.push(one));
            if refused.is_none() {
                spawn_local(self.clone().upload(id, file));
            }
        }
    }

    /// Retries the upload until the server accepts or refuses the file, or the agent removes it. The id stays the
    /// same, so retrying is harmless.
    async fn upload(self, id: FileId, file: web_sys::File) {
        let mut backoff = Backoff::default();
        while self.is_wanted(id) {
            self.set(id, Progress::Uploading);
            if let Some(progress) = upload(id, &file).await {
                self.set(id, progress);
                // The conversation may be off screen, where no effect stores the draft.
                return untrack(|| self.keep());
            }
            self.set(id, Progress::Waiting);
            browser::wait(backoff.next_ms(browser::random_number())).await;
        }
    }

    fn is_wanted(&self, id: FileId) -> bool {
        self.picked.with_untracked(|picked| picked.iter().any(|one| one.id == id))
    }

    fn set(&self, id: FileId, progress: Progress) {
        self.picked.update(|picked| {
            if let Some(one) = picked.iter_mut().find(|one| one.id == id) {
                one.progress = progress;
            }
        });
    }
}

/// Returns the outcome of an upload; `None` if a retry may succeed.
async fn upload(id: FileId, file: &web_sys::File) -> Option<Progress> {
    let answer = browser::put(&format!("/files/agent/{id}"), file).await?;
    if let Ok(file) = from_str::<File>(&answer) {
        return Some(Progress::Done(file));
    }
    let problem = parse(&answer).ok()?;
    let is_temporary = matches!(problem.get("temporary"), Some(Value::Bool(true)));
    let why = problem.get("title").and_then(Value::as_str).filter(|_| !is_temporary)?;
    Some(Progress::Refused(why.to_owned()))
}
