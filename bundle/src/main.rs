//! Builds the files that browsers load. `server/build.rs` runs it and embeds its output in the program.
//!
//! - `bundle FOLDER` writes `FOLDER/widget`, `FOLDER/pkg` (the dashboard) and `FOLDER/docs` (the API page),
//!   each file compressed.
//! - `bundle FOLDER --draft` writes only the widget's WASM, as the compiler produced it. For development,
//!   where the rest is read from its source.
//! - `bundle --ahead` compiles what takes long, and writes nothing.

mod names;
mod text;
mod texts;
mod wasm;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Brotli's slowest and smallest compression.
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next() else { bail!("usage: bundle FOLDER [--draft], or --ahead") };
    let draft = match args.next().as_deref() {
        None => false,
        Some("--draft") => true,
        Some(other) => bail!("unknown option: {other}"),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace folder")?;
    let (root, folder) = (root.to_owned(), PathBuf::from(folder));
    // Builds of several profiles may run at the same time.
    fs::create_dir_all(root.join("target/wasm"))?;
    let lock = fs::File::create(root.join("target/wasm/bundle.lock"))?;
    lock.lock()?;
    if folder == Path::new("--ahead") {
        wasm::widget(&root, wasm::Effort::Full)?;
        wasm::dashboard(&root)?;
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    if draft {
        return wasm::widget(&root, wasm::Effort::Draft)?.copy_to(&folder.join("widget"), "chat");
    }
    widget(&root, &folder.join("widget"))?;
    dashboard(&root, &folder.join("pkg"))?;
    docs(&root, &folder.join("docs"))
}

fn widget(root: &Path, folder: &Path) -> anyhow::Result<()> {
    wasm::widget(root, wasm::Effort::Full)?.copy_to(folder, "chat")?;
    minify(root, &folder.join("chat.js"))?;
    let sheet = text::minify(root, "css", &texts::loader_sheet(root)?)?;
    let loader = text::minify(root, "js", &texts::read(root, texts::LOADER)?)?;
    fs::write(folder.join("loader.js"), texts::with_sheet(&loader, sheet.trim()))?;
    for (name, parts) in texts::WIDGET {
        let kind = name.rsplit('.').next().context("a file without an extension")?;
        fs::write(folder.join(name), text::minify(root, kind, &texts::join(root, parts)?)?)?;
    }
    compress(folder)
}

fn dashboard(root: &Path, folder: &Path) -> anyhow::Result<()> {
    wasm::dashboard(root)?.copy_to(folder, "porchlight")?;
    // The name that Leptos expects.
    fs::rename(folder.join("porchlight_bg.wasm"), folder.join("porchlight.wasm"))?;
    minify(root, &folder.join("porchlight.js"))?;
    let sheet = text::bundle_css(root, Path::new("style/dashboard.css"))?;
    fs::write(folder.join("porchlight.css"), sheet)?;
    compress(folder)
}

/// Copies Swagger UI, which shows the API description.
fn docs(root: &Path, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let package = root.join("bundle/node_modules/swagger-ui-dist");
    for name in ["swagger-ui.css", "swagger-ui-bundle.js"] {
        let from = package.join(name);
        fs::copy(&from, folder.join(name)).with_context(|| format!("{}", from.display()))?;
    }
    compress(folder)
}

fn minify(root: &Path, path: &Path) -> anyhow::Result<()> {
    let shorter = text::minify(root, "js", &fs::read_to_string(path)?)?;
    Ok(fs::write(path, shorter)?)
}

/// Replaces each file with a compressed FILE.br.
fn compress(folder: &Path) -> anyhow::Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let plain = fs::read(&path)?;
        let mut compressed = Vec::new();
        let params = brotli::enc::BrotliEncoderParams {
            quality: QUALITY as i32,
            lgwin: WINDOW as i32,
            size_hint: plain.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut &*plain, &mut compressed, &params)?;
        let mut name = path.clone().into_os_string();
        name.push(".br");
        fs::write(name, compressed)?;
        fs::remove_file(path)?;
    }
    Ok(())
}
