//! Computes a hash of the migrations, so that tests don't copy a template that other migrations created.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/src");
    println!("cargo::rerun-if-changed={}", folder.display());
    let files = std::fs::read_dir(folder).expect("the folder of migrations");
    let mut texts: Vec<_> = files
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a source file"))
        .collect();
    texts.sort();
    let mut hasher = DefaultHasher::new();
    texts.hash(&mut hasher);
    println!("cargo::rustc-env=MIGRATIONS={:016x}", hasher.finish());
}
