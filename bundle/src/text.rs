//! Minifies scripts and styles with esbuild.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Minifies a text. `kind` is `js` or `css`. Top-level names are preserved.
pub(crate) fn minify(root: &Path, kind: &str, text: &str) -> anyhow::Result<String> {
    run(esbuild(root).arg(format!("--loader={kind}")), text)
        .with_context(|| format!("can't minify a {kind} file"))
}

/// Bundles a style sheet with everything it imports.
pub(crate) fn bundle_css(root: &Path, path: &Path) -> anyhow::Result<String> {
    run(esbuild(root).arg(path).arg("--bundle"), "")
}

fn esbuild(root: &Path) -> Command {
    let mut esbuild = Command::new(root.join("bundle/node_modules/.bin/esbuild"));
    esbuild.current_dir(root).args(["--minify", "--charset=utf8", "--log-level=warning"]);
    esbuild
}

fn run(command: &mut Command, input: &str) -> anyhow::Result<String> {
    let mut running = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("can't run esbuild: script/bootstrap installs it")?;
    running.stdin.take().context("esbuild has no input")?.write_all(input.as_bytes())?;
    let output = running.wait_with_output()?;
    if !output.status.success() {
        bail!("esbuild failed");
    }
    Ok(String::from_utf8(output.stdout)?)
}
