//! Text that was broken into lines only to travel (RFC 3676): the breaks are taken out again.

/// Joins the lines that belong together: those of one depth of quotes, where the first ends with a
/// blank.
pub(crate) fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let said = &line[depth..];
        // A line that would begin with a quote, a blank or "From" travels with a blank before it.
        let said = said.strip_prefix(' ').unwrap_or(said);
        let is_signature = said == "-- ";
        if open == Some(depth) && !is_signature {
            joined.push_str(said);
        } else {
            if !joined.is_empty() || open.is_some() {
                joined.push('\n');
            }
            joined.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                joined.push(' ');
            }
            joined.push_str(said);
        }
        open = (said.ends_with(' ') && !is_signature).then_some(depth);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_are_taken_out() {
        let check = |text: &str, expect: &str| assert_eq!(joined(text), expect, "{text:?}");
        check("one \ntwo\nthree", "one two\nthree");
        check("> one \n> two\nmine \n> theirs", "> one two\nmine \n> theirs");
        check("bye \n-- \nAnn", "bye \n-- \nAnn");
        check(" From here\n  indented", "From here\n indented");
    }
}
