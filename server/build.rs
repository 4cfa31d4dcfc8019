//! Makes the files that are embedded in the program, with the `bundle` tool: those of the widget and, except
//! for development, of the dashboard.
//!
//! It runs from here so that `cargo build`, `cargo nextest run` and `cargo leptos watch` all have them up to
//! date, and so that they compile while this package's dependencies do. It has its own target folder,
//! `target/wasm`, because cargo locks the other one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

type Outcome<T = ()> = Result<T, String>;

/// The sources of the widget's WASM.
const WIDGET: [&str; 5] =
    ["widget-wasm/src", "widget-wasm/Cargo.toml", "protocol/src", "bundle/src", "Cargo.lock"];

/// The sources of the rest.
const REST: [&str; 8] = [
    "app/src",
    "app/Cargo.toml",
    "dashboard-wasm/src",
    "style",
    "widget-wasm/frame",
    "widget-wasm/loader",
    "bundle/package-lock.json",
    "Cargo.toml",
];

fn main() {
    if let Err(error) = assemble() {
        println!("cargo::error={error}");
    }
}

fn assemble() -> Outcome {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")?)
        .parent()
        .map(Path::to_owned)
        .ok_or("the server's folder has a parent")?;
    let out = PathBuf::from(env("OUT_DIR")?);
    // Lints read this crate long before the bundle is made.
    println!("cargo::rerun-if-env-changed=PORCHLIGHT_BUNDLE");
    let is_wanted = std::env::var_os("PORCHLIGHT_BUNDLE").is_none_or(|bundle| bundle != "none");
    // OUT_DIR is TARGET/PROFILE/build/PACKAGE/out; the development profile is called debug there.
    let profile = out.ancestors().nth(3).and_then(Path::file_name);
    let is_watched = profile.is_none_or(|profile| profile == "debug");
    println!("cargo::rustc-check-cfg=cfg(watched)");
    if is_watched {
        println!("cargo::rustc-cfg=watched");
    }
    for path in WIDGET.iter().chain(REST.iter().filter(|_| !is_watched)) {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    let assets = out.join("assets");
    if is_wanted {
        bundle(&root, &assets, is_watched)?;
    }
    fs::create_dir_all(&assets).map_err(|error| error.to_string())?;
    // The names under which browsers cache the files forever.
    for (variable, folder) in [("WIDGET", "widget"), ("DASHBOARD", "pkg"), ("DOCS", "docs")] {
        println!("cargo::rustc-env={variable}_DIGEST={}", digest(&assets.join(folder))?);
    }
    Ok(())
}

fn bundle(root: &Path, folder: &Path, is_draft: bool) -> Outcome {
    let mut cargo = Command::new(env("CARGO")?);
    cargo.current_dir(root).args(["run", "--quiet", "--package", "bundle", "--profile", "tool"]);
    cargo.arg("--target-dir").arg(root.join("target/wasm")).arg("--").arg(folder);
    if is_draft {
        cargo.arg("--draft");
    }
    // The settings of cargo, clippy and cargo-leptos for the outer build must not affect this one.
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_MAKEFLAGS",
        "MAKEFLAGS",
        "CARGO_BUILD_TARGET",
    ] {
        cargo.env_remove(name);
    }
    let output = cargo.output().map_err(|error| format!("can't run cargo: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    // Cargo shows what a failing build script prints.
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    Err("can't make the widget and the dashboard: has script/bootstrap run?".to_owned())
}

/// Sixteen hexadecimal digits that identify the content of a folder.
fn digest(folder: &Path) -> Outcome<String> {
    let mut hash = Sha256::new();
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(files) => files.flatten().map(|file| file.path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.sort();
    for path in paths {
        hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update(fs::read(&path).map_err(|error| error.to_string())?);
    }
    Ok(HEXLOWER.encode(&hash.finalize()[..8]))
}

fn env(name: &str) -> Outcome<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}
