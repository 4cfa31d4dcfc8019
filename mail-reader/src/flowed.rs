//! Flowed text (RFC 3676): removes line breaks that were only added for transfer.

/// Joins lines of the same quote depth where the first one ends with a space. With `drops_blank` (`DelSp=yes`,
/// section 4.2) that space is removed, too.
pub(crate) fn joined(text: &str, drops_blank: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let said = &line[depth..];
        // A line that would begin with a quote mark, a space or "From" is sent with a space before it.
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
        if open.is_some() && drops_blank {
            joined.pop();
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_are_taken_out() {
        let check = |text: &str, expect: &str| assert_eq!(joined(text, false), expect, "{text:?}");
        check("one \ntwo\nthree", "one two\nthree");
        check("> one \n> two\nmine \n> theirs", "> one two\nmine \n> theirs");
        check("bye \n-- \nAnn", "bye \n-- \nAnn");
        check(" From here\n  indented", "From here\n indented");
    }

    #[test]
    fn a_blank_that_only_marks_the_break_goes() {
        let check = |text: &str, expect: &str| assert_eq!(joined(text, true), expect, "{text:?}");
        check("https://example.com/bro \nken  \nbye now", "https://example.com/broken bye now");
        check("bye\n-- \nAnn", "bye\n-- \nAnn");
    }
}
