//! Which scripts and styles the widget has, and what each is made of. The server's build for development
//! has this module, too: it reads them from their source, so that a change shows at once.

use std::fs;
use std::io;
use std::path::Path;

/// The script that sites embed.
pub(crate) const LOADER: &str = "widget-wasm/loader/loader.js";

/// What stands in it for its style sheet.
const SHEET_HERE: &str = "PORCHLIGHT_STYLE";

/// The widget's other files, each with the parts that it is made of. Those that boot.js does not need are
/// loaded where no socket can be had, there are files, nobody is there, or a mail's link was opened.
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

/// A file of the workspace.
pub(crate) fn read(root: &Path, path: &str) -> io::Result<String> {
    fs::read_to_string(root.join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}

/// Files of the workspace, one after another.
pub(crate) fn join(root: &Path, paths: &[&str]) -> io::Result<String> {
    paths.iter().map(|path| read(root, path)).collect()
}

/// The loader's style sheet: it lives in a shadow root.
pub(crate) fn loader_sheet(root: &Path) -> io::Result<String> {
    let tokens = read(root, "style/tokens.css")?.replace(":root", ":host");
    Ok(tokens + &read(root, "widget-wasm/loader/loader.css")?)
}

/// The loader with its style sheet in it, as a JavaScript string.
pub(crate) fn with_sheet(loader: &str, sheet: &str) -> String {
    let sheet = sheet.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n");
    loader.replacen(SHEET_HERE, &format!("'{sheet}'"), 1)
}
