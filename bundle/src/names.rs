//! Short names for the imports and exports between the WASM and its JavaScript.
//!
//! wasm-bindgen puts a hash into the name of every import. Only these two files use the names, and random
//! names don't compress.

use anyhow::{Context, ensure};
use serde::Deserialize;

/// The wasm-opt pass that shortens the names. It prints the new ones.
pub(crate) const PASS: &str = "--minify-imports-and-exports-and-modules";

/// The new names, as wasm-opt prints them.
#[derive(Debug, Deserialize)]
struct Names {
    /// Module, name, new name.
    imports: Vec<(String, String, String)>,
    /// Name, new name.
    exports: Vec<(String, String)>,
}

/// wasm-opt's name for the module of all imports.
const MODULE: &str = "a";

/// Replaces the names in wasm-bindgen's JavaScript with those that wasm-opt assigned.
pub(crate) fn renamed(glue: &str, printed: &str) -> anyhow::Result<String> {
    let names: Names = serde_json::from_str(printed).context("can't parse wasm-opt's names")?;
    let mut glue = glue.to_owned();
    if let Some((module, ..)) = names.imports.first() {
        ensure!(names.imports.iter().all(|(other, ..)| other == module), "imports of two modules");
        glue = replace(&glue, &format!("\"{module}\""), MODULE)?;
    }
    for (_, name, new) in &names.imports {
        glue = replace(&glue, name, new)?;
    }
    for (name, new) in &names.exports {
        let (name, new) = (format!("wasm.{name}"), format!("wasm.{new}"));
        // An export that only the module's start function uses does not occur in the JavaScript.
        if glue.contains(&name) {
            glue = replace(&glue, &name, &new)?;
        }
    }
    Ok(glue)
}

/// Replaces all whole occurrences of a name. There must be at least one.
fn replace(text: &str, name: &str, new: &str) -> anyhow::Result<String> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(name) {
        let rest = &text[at + name.len()..];
        if !text[..at].ends_with(belongs) && !rest.starts_with(belongs) {
            out.push_str(&text[done..at]);
            out.push_str(new);
            done = at + name.len();
        }
    }
    ensure!(done > 0, "the JavaScript does not contain the name {name}");
    out.push_str(&text[done..]);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_are_replaced_in_glue() {
        let glue = r#"return { __proto__: null, "./x_bg.js": { __wbg_a_0f: f, __wbg_a_0f1: g } };
            wasm.go(); wasm.gone(); wasm.memory"#;
        let printed = r#"{ "imports": [["./x_bg.js", "__wbg_a_0f", "a"], ["./x_bg.js", "__wbg_a_0f1", "b"]],
            "exports": [["go", "c"], ["gone", "d"], ["memory", "e"], ["unused", "f"]] }"#;
        let expect = r#"return { __proto__: null, a: { a: f, b: g } };
            wasm.c(); wasm.d(); wasm.e"#;
        assert_eq!(renamed(glue, printed).unwrap(), expect);
    }

    #[test]
    fn a_name_that_is_not_there_is_an_error() {
        assert!(renamed("{}", r#"{ "imports": [["m", "n", "a"]], "exports": [] }"#).is_err());
    }
}
