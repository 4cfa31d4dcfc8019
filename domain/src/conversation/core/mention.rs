//! Whom a note mentions.

use protocol::AgentId;

use crate::directory::Member;

/// The agents whom a text mentions: `@` and the name, or its first word if no other name has it.
pub(super) fn mentioned<'a>(
    text: &str,
    team: impl Iterator<Item = &'a Member>,
) -> impl Iterator<Item = AgentId> {
    let mut team: Vec<&Member> = if text.contains('@') { team.collect() } else { Vec::new() };
    team.sort_by_key(|agent| agent.id);
    let names: Vec<&str> = team.iter().map(|agent| agent.name.as_str()).collect();
    let named = named(text, &names);
    team.into_iter().zip(named).filter_map(|(agent, is_named)| is_named.then_some(agent.id))
}

/// Which of these names a text mentions: `@` and the name, or its first word if no other name has it.
fn named(text: &str, names: &[&str]) -> Vec<bool> {
    let text = text.to_lowercase();
    let firsts: Vec<String> = names
        .iter()
        .map(|name| name.to_lowercase().split_whitespace().next().unwrap_or_default().to_owned())
        .collect();
    let says = |name: &str| {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
        !name.is_empty()
            && text
                .match_indices('@')
                // Not within an email address.
                .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric()))
                .any(|(at, _)| text[at + 1..].strip_prefix(name).is_some_and(ends))
    };
    let is_named = |(name, first): (&&str, &String)| {
        let is_only = firsts.iter().filter(|other| *other == first).count() == 1;
        says(&name.to_lowercase()) || (is_only && says(first))
    };
    names.iter().zip(&firsts).map(is_named).collect()
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_note_names_whom_it_means() {
        let names = ["Mia Berg", "Tom Ode", "Tom Orr", "Zoë"];
        let check =
            |text: &str, expect: [bool; 4]| assert_eq!(named(text, &names), expect, "{text}");
        check("@mia please", [true, false, false, false]);
        check("ask @Mia Berg, or @zoë!", [true, false, false, true]);
        check("@tom?", [false; 4]);
        check("@Tom Orr.", [false, false, true, false]);
        check("mia@example.com, @miami, x@mia.example", [false; 4]);
        check("", [false; 4]);
    }
}
