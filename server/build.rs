//! Puts together the files that are part of the binary: the widget's, which it builds for
//! wasm32, and in a release the dashboard's, which cargo-leptos has built before.
//!
//! Building the widget here means that `cargo build`, `cargo nextest run` and `cargo leptos watch`
//! all have it, always up to date. It is built in a folder of its own: cargo locks the other one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

type Outcome<T = ()> = Result<T, String>;

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
    for path in ["widget-wasm", "protocol/src", "style", "script/brotli.mjs", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    let out = PathBuf::from(env("OUT_DIR")?);
    let assets = out.join("assets");
    if assets.exists() {
        fs::remove_dir_all(&assets).map_err(|error| error.to_string())?;
    }
    widget(&root, &out, &assets.join("widget"))?;
    dashboard(&root, &assets.join("pkg"))?;
    // The names under which browsers keep the files for ever. A change of a file is so a change of the
    // program, which makes cargo-leptos restart it.
    println!("cargo::rustc-env=WIDGET_DIGEST={}", digest(&assets.join("widget"))?);
    println!("cargo::rustc-env=DASHBOARD_DIGEST={}", digest(&assets.join("pkg"))?);
    Ok(())
}

/// Sixteen digits that stand for the content of a folder.
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
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn widget(root: &Path, out: &Path, folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    // OUT_DIR is TARGET/PROFILE/build/PACKAGE/out.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR lies in the target folder")?.join("widget");
    let mut build = Command::new(env("CARGO")?);
    build
        .current_dir(root)
        .args(["build", "--package", "widget-wasm", "--lib", "--profile", "widget"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target);
    // What cargo, clippy and cargo-leptos set for the build around is not meant for this one.
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_MAKEFLAGS",
        "MAKEFLAGS",
        "CARGO_BUILD_TARGET",
    ] {
        build.env_remove(name);
    }
    run(&mut build, "build the widget: has script/bootstrap installed the wasm32 target?")?;

    let module = target.join("wasm32-unknown-unknown/widget/widget_wasm.wasm");
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "chat", "--out-dir"]);
    run(bindgen.arg(folder).arg(&module), "run wasm-bindgen: script/bootstrap installs it")?;

    let module = folder.join("chat_bg.wasm");
    let mut optimise = Command::new("wasm-opt");
    optimise.args([
        "-Oz",
        "--gufa",
        "-Oz",
        "--converge",
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
        "--strip-producers",
    ]);
    run(
        optimise.arg(&module).arg("-o").arg(&module),
        "run wasm-opt: script/bootstrap installs it",
    )?;

    let read = |path: &str| {
        fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
    };
    let tokens = read("style/tokens.css")?;
    let sheet = tokens.replace(":root", ":host") + &read("widget-wasm/loader/loader.css")?;
    let sheet = quote(minify("css", &sheet)?.trim());
    let loader = minify("js", &read("widget-wasm/loader/loader.js")?)?;
    write(folder, "loader.js", &loader.replacen("PORCHLIGHT_STYLE", &sheet, 1))?;
    let boot = read("widget-wasm/frame/line.js")? + &read("widget-wasm/frame/boot.js")?;
    write(folder, "boot.js", &minify("js", &boot)?)?;
    // Loaded when they are needed: where no socket can be had, there are files, or nobody is there.
    for name in ["poll.js", "part.js", "files.js", "address.js"] {
        write(folder, name, &minify("js", &read(&format!("widget-wasm/frame/{name}"))?)?)?;
    }
    for name in ["files.css", "address.css"] {
        write(folder, name, &minify("css", &read(&format!("style/{name}"))?)?)?;
    }
    let glue = folder.join("chat.js");
    let glue = fs::read_to_string(glue).map_err(|error| format!("chat.js: {error}"))?;
    write(folder, "chat.js", &minify("js", &glue)?)?;
    let sheet = tokens + &read("style/entries.css")? + &read("style/chat.css")?;
    write(folder, "chat.css", &minify("css", &sheet)?)?;
    compress(root, folder)
}

/// A debug build serves cargo-leptos's folder as it is.
fn dashboard(root: &Path, folder: &Path) -> Outcome {
    if env("PROFILE")? != "release" {
        return Ok(());
    }
    let built = root.join("target/dashboard");
    println!("cargo::rerun-if-changed={}", built.display());
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let Ok(files) = fs::read_dir(&built) else {
        println!("cargo::warning=the dashboard is not built: run script/build");
        return Ok(());
    };
    for file in files.flatten() {
        let name = file.file_name();
        let shown = name.to_string_lossy();
        if shown.ends_with(".js") || shown.ends_with(".wasm") || shown.ends_with(".css") {
            fs::copy(file.path(), folder.join(&name)).map_err(|error| error.to_string())?;
        }
    }
    compress(root, folder)
}

fn compress(root: &Path, folder: &Path) -> Outcome {
    let mut node = Command::new("node");
    run(node.arg(root.join("script/brotli.mjs")).arg(folder), "compress files: is node installed?")
}

fn run(command: &mut Command, what: &str) -> Outcome {
    let output = command.output().map_err(|error| format!("can't {what} ({error})"))?;
    if output.status.success() {
        return Ok(());
    }
    // Cargo shows what a build script prints on a failure.
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    Err(format!("can't {what}"))
}

/// The same text in fewer bytes; what is at the top level keeps its name.
fn minify(kind: &str, text: &str) -> Outcome<String> {
    let mut esbuild = Command::new("esbuild");
    esbuild.args(["--minify", "--charset=utf8", "--log-level=warning"]);
    esbuild.arg(format!("--loader={kind}")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let what = |error| format!("can't run esbuild: script/bootstrap installs it ({error})");
    let mut running = esbuild.spawn().map_err(what)?;
    if let Some(mut stdin) = running.stdin.take() {
        stdin.write_all(text.as_bytes()).map_err(what)?;
    }
    let output = running.wait_with_output().map_err(what)?;
    if !output.status.success() {
        return Err(format!("esbuild can't read a file of kind {kind}"));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// A JavaScript string. Our sheets hold neither quotes within quotes nor backslashes.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn write(folder: &Path, name: &str, text: &str) -> Outcome {
    fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))
}

fn env(name: &str) -> Outcome<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}
