//! Builds WASM: compiles it, generates its JavaScript with wasm-bindgen, and shrinks it with wasm-opt.
//!
//! Nothing is repeated if cargo finds no changes: the output of the last two steps is stored next to the
//! compiler's, under a key derived from the inputs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::names;

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of all WASM, from `Cargo.toml`.
const PROFILE: &str = "wasm-release";

/// Features that rustc may use and that browsers have supported since 2022. With `--all-features`, wasm-opt
/// would emit some that no browser supports yet.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How much time to spend on the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// None.
    Draft,
    /// Whatever it takes.
    Full,
}

/// A folder with `module.js` and `module_bg.wasm`.
pub(crate) struct Module(PathBuf);

impl Module {
    /// Copies both files under another name. Creates the folder.
    pub(crate) fn copy_to(&self, folder: &Path, name: &str) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        for ending in [".js", "_bg.wasm"] {
            let from = self.0.join(format!("module{ending}"));
            let mut to = folder.join(name).into_os_string();
            to.push(ending);
            fs::copy(&from, to).with_context(|| format!("{}", from.display()))?;
        }
        Ok(())
    }
}

/// Builds the visitors' chat.
pub(crate) fn widget(root: &Path, effort: Effort) -> anyhow::Result<Module> {
    let passes: &[&str] = match effort {
        Effort::Draft => &[],
        Effort::Full => &[
            "--flatten",
            "--rereloop",
            "-Os",
            "--gufa",
            "-Os",
            "--converge",
            "--reorder-locals",
            "--reorder-functions",
            "--strip-producers",
        ],
    };
    // The generated JavaScript refers to `chat_bg.wasm`.
    made(root, "chat", &compile(root, "widget-wasm")?, passes)
}

/// Builds the browser part of the dashboard.
pub(crate) fn dashboard(root: &Path) -> anyhow::Result<Module> {
    made(root, "porchlight", &compile(root, "dashboard-wasm")?, &["-Oz"])
}

/// Compiles a library of the workspace.
fn compile(root: &Path, package: &str) -> anyhow::Result<PathBuf> {
    let target = root.join("target/wasm");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["build", "--quiet", "--lib", "--package", package]);
    cargo.args(["--profile", PROFILE, "--target", TARGET, "--target-dir"]).arg(&target);
    run(&mut cargo)
        .with_context(|| format!("can't build {package}: script/bootstrap prepares it"))?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(target.join(TARGET).join(PROFILE).join(file))
}

fn made(root: &Path, name: &str, compiled: &Path, passes: &[&str]) -> anyhow::Result<Module> {
    let bytes = fs::read(compiled).with_context(|| format!("{}", compiled.display()))?;
    let mut hash = Sha256::new();
    hash.update(&bytes);
    hash.update(passes.join(" "));
    hash.update(include_str!("../package-lock.json"));
    hash.update(include_str!("wasm.rs"));
    hash.update(include_str!("names.rs"));
    let key = &HEXLOWER.encode(&hash.finalize())[..16];
    let effort = if passes.is_empty() { "-draft" } else { "" };
    let of_name = root.join("target/wasm/made").join(format!("{name}{effort}"));
    let kept = of_name.join(key);
    if kept.exists() {
        return Ok(Module(kept));
    }
    // Unfinished output has another name, and output of earlier sources is no longer needed.
    let _none = fs::remove_dir_all(&of_name);
    let folder = of_name.join("unfinished");
    fs::create_dir_all(&folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, bytes).web(true)?.typescript(false).out_name(name);
    bindgen.generate(&folder).context("wasm-bindgen failed")?;
    let module = folder.join(format!("{name}_bg.wasm"));
    if !passes.is_empty() {
        wasm_opt(root, &module, passes)?;
        // A separate run, because `--converge` would rename what is already renamed.
        let printed = wasm_opt(root, &module, &[names::PASS])?;
        let glue = folder.join(format!("{name}.js"));
        fs::write(&glue, names::renamed(&fs::read_to_string(&glue)?, &printed)?)?;
    }
    fs::rename(&module, folder.join("module_bg.wasm"))?;
    fs::rename(folder.join(format!("{name}.js")), folder.join("module.js"))?;
    fs::rename(&folder, &kept)?;
    Ok(Module(kept))
}

/// Optimizes a module in place. Returns what wasm-opt printed.
fn wasm_opt(root: &Path, module: &Path, passes: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new(root.join("bundle/node_modules/.bin/wasm-opt"));
    command.args(passes).args(FEATURES).arg(module).arg("-o").arg(module);
    run(&mut command).context("can't run wasm-opt: script/bootstrap installs it")
}

/// Runs a command and returns what it printed.
fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
