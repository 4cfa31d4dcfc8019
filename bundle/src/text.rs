//! Scripts and styles in fewer bytes, by esbuild.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The same text in fewer bytes. `kind` is `js` or `css`; what is at the top level keeps its name.
pub(crate) fn minify(root: &Path, kind: &str, text: &str) -> anyhow::Result<String> {
    run(esbuild(root).arg(format!("--loader={kind}")), text)
        .with_context(|| format!("a {kind} file"))
}

/// A style sheet with all that it imports.
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
    running.stdin.take().context("esbuild's input")?.write_all(input.as_bytes())?;
    let output = running.wait_with_output()?;
    if !output.status.success() {
        bail!("esbuild can't read it");
    }
    Ok(String::from_utf8(output.stdout)?)
}
