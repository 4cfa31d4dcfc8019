//! Files that someone picks, pastes or drops, and their upload.

use gloo_net::http::Request;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ClipboardEvent, DragEvent, Event, File, FileList, HtmlInputElement};

/// Returns the files chosen in an input, and empties it.
pub(crate) fn chosen(event: &Event) -> Vec<File> {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else { return Vec::new() };
    let files = listed(input.files());
    input.set_value("");
    files
}

/// Returns the pasted files. A spreadsheet pastes a table as text and as a picture: the text is what is meant.
pub(crate) fn pasted(event: &ClipboardEvent) -> Vec<File> {
    let Some(data) = event.clipboard_data() else { return Vec::new() };
    if data.types().includes(&JsValue::from_str("text/plain"), 0) {
        return Vec::new();
    }
    let files = listed(data.files());
    if !files.is_empty() {
        event.prevent_default();
    }
    files
}

/// Returns the dropped files. Otherwise the browser would open them in place of the dashboard.
pub(crate) fn dropped(event: &DragEvent) -> Vec<File> {
    let data = event.data_transfer();
    let data = data.filter(|data| data.types().includes(&JsValue::from_str("Files"), 0));
    let Some(data) = data else { return Vec::new() };
    event.prevent_default();
    listed(data.files())
}

/// Uploads a file and returns the server's answer; `None` if there was none.
pub(crate) async fn put(path: &str, file: &File) -> Option<String> {
    let name = js_sys::encode_uri_component(&file.name());
    let request = Request::put(&format!("{path}?name={name}")).body(JsValue::from(file)).ok()?;
    request.send().await.ok()?.text().await.ok()
}

fn listed(files: Option<FileList>) -> Vec<File> {
    let Some(files) = files else { return Vec::new() };
    (0..files.length()).filter_map(|index| files.get(index)).collect()
}
