//! The widget's scripts and styles, and the parts each consists of. The server also includes this module in
//! development builds, which read the parts from their source so that changes show at once.

use std::fs;
use std::io;
use std::path::Path;

/// The script that sites embed.
pub(crate) const LOADER: &str = "widget-wasm/loader/loader.js";

/// The placeholder for the style sheet in the loader.
const SHEET_HERE: &str = "PORCHLIGHT_STYLE";

/// The widget's other files, each with its parts. Those that boot.js does not need are loaded on demand: when
/// no socket can be opened, for files, when nobody is online, or when the link of an email was opened.
pub(crate) const WIDGET: [(&str, &[&str]); 9] = [
    ("boot.js", &["widget-wasm/frame/line.js", "widget-wasm/frame/boot.js"]),
    ("poll.js", &["widget-wasm/frame/poll.js"]),
    ("part.js", &["widget-wasm/frame/part.js"]),
    ("files.js", &["widget-wasm/frame/files.js"]),
    ("address.js", &["widget-wasm/frame/address.js"]),
    ("alone.js", &["widget-wasm/frame/alone.js"]),
    ("files.css", &["style/files.css"]),
    ("address.css", &["style/address.css"]),
    ("chat.css", &["style/tokens.css", "style/entries.css", "style/chat.css"]),
];

/// Reads a file of the workspace.
pub(crate) fn read(root: &Path, path: &str) -> io::Result<String> {
    fs::read_to_string(root.join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}

/// Reads files of the workspace and concatenates them.
pub(crate) fn join(root: &Path, paths: &[&str]) -> io::Result<String> {
    paths.iter().map(|path| read(root, path)).collect()
}

/// Returns the loader's style sheet, which is used in a shadow root.
pub(crate) fn loader_sheet(root: &Path) -> io::Result<String> {
    let tokens = read(root, "style/tokens.css")?.replace(":root", ":host");
    Ok(tokens + &read(root, "widget-wasm/loader/loader.css")?)
}

/// Inserts the style sheet into the loader, as a JavaScript string.
pub(crate) fn with_sheet(loader: &str, sheet: &str) -> String {
    let sheet = sheet.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n");
    loader.replacen(SHEET_HERE, &format!("'{sheet}'"), 1)
}
