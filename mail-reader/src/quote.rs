//! Finds the new text of an email, without the quote below it and the signature.
//!
//! Only the end of a text is ever cut. Replies between the lines of a quote keep the quote, because they mean
//! nothing without it. In doubt nothing is cut: an agent can always look at the whole email, but would not
//! notice that too much was cut. An email that is not a reply has no quote that its sender did not mean to
//! send.

use std::borrow::Cow;

use crate::languages::{DEVICES, LANGUAGES, Language};

/// Limits on the work: a text with more lines is not cut, and at most `CUTS` cuts are made.
const LINES: usize = 5_000;
const CUTS: usize = 8;

/// The new text of a reply; empty if everything is quote or signature.
#[must_use]
pub fn without_quote(text: &str) -> &str {
    cut(text, true)
}

/// The text of an email that is not a reply, without its signature.
#[must_use]
pub fn without_signature(text: &str) -> &str {
    cut(text, false)
}

fn cut(text: &str, answers: bool) -> &str {
    let lines = lines_of(text);
    if lines.len() > LINES {
        return text.trim_end().trim_start_matches('\n');
    }
    let mut end = lines.len();
    let mut has_signature = true;
    // Below the new text there may be a signature, a quote, and another signature.
    for _ in 0..CUTS {
        let before = without_blank(&lines, end);
        end = if answers { without_quoted(&lines, before) } else { before };
        if end == before && has_signature {
            end = signature(&lines, end).unwrap_or(end);
            has_signature = end == before;
        }
        if end == before {
            break;
        }
    }
    end = without_blank(&lines, end);
    let said = match end.checked_sub(1) {
        Some(last) => &text[..lines[last].end],
        None => "",
    };
    said.trim_end().trim_start_matches('\n')
}

/// A line, and where it ends in the text.
struct Line<'a> {
    /// The line as written, without its line break.
    raw: &'a str,
    /// The line as it is compared: in lower case, without invisible characters, with one kind of space and
    /// apostrophe.
    text: Cow<'a, str>,
    end: usize,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    fn is_quote(&self) -> bool {
        self.text.starts_with('>')
    }
}

fn lines_of(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let line = |line: &'_ str| {
        let start = at;
        at += line.len();
        let bare = line.trim_end_matches(['\n', '\r']);
        (start, bare.len())
    };
    let found: Vec<(usize, usize)> = text.split_inclusive('\n').map(line).collect();
    let line = |(start, length): (usize, usize)| {
        let raw = &text[start..start + length];
        Line { raw, text: compared(raw.trim()), end: start + length }
    };
    found.into_iter().map(line).collect()
}

/// Normalizes a line for comparison with the phrases of [`LANGUAGES`].
fn compared(line: &str) -> Cow<'_, str> {
    let is_so = |c: char| c.is_ascii() && !c.is_ascii_uppercase();
    if line.chars().all(is_so) && !line.contains("  ") {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            // Direction marks, which programs put around names and dates, and byte order marks.
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {}
            '’' => text.push('\''),
            '\u{2010}' | '\u{2011}' => text.push('-'),
            c if c.is_whitespace() => {
                if !text.ends_with(' ') {
                    text.push(' ');
                }
            }
            c => text.push(c),
        }
    }
    Cow::Owned(text.trim().to_lowercase())
}

fn without_blank(lines: &[Line<'_>], mut end: usize) -> usize {
    while end > 0 && lines[end - 1].is_blank() {
        end -= 1;
    }
    end
}

/// How many of the first `end` lines are left without the quote at their end.
fn without_quoted(lines: &[Line<'_>], end: usize) -> usize {
    // A quote without marked lines runs to the end. Its beginning is searched from the top, so that older
    // quotes within it are cut, too.
    for at in 0..end {
        // A forwarded message is what the sender has to say.
        if is_rule(&lines[at], |language| language.forwarded) {
            return end;
        }
        let is_quoted = is_rule(&lines[at], |language| language.quoted) && at + 1 < end;
        if is_quoted || is_header_block(lines, at, end) {
            return at;
        }
        if let Some(below) = attribution(lines, at, end) {
            let rest = &lines[below..end];
            let is_marked = rest.iter().any(Line::is_quote);
            let is_theirs = |line: &Line<'_>| line.is_quote() || line.is_blank();
            // Unmarked text may have been written by a person: then the attribution must name who or when.
            let is_quoted = match is_marked {
                true => rest.iter().all(is_theirs),
                false => names_mail(&lines[at..below]),
            };
            if is_quoted {
                return at;
            }
        }
    }
    // Marked lines at the very end.
    let mut at = end;
    while at > 0 && (lines[at - 1].is_quote() || lines[at - 1].is_blank()) {
        at -= 1;
    }
    if lines[at..end].iter().any(Line::is_quote) { at } else { end }
}

/// Whether an attribution has an email address or a time of day.
fn names_mail(lines: &[Line<'_>]) -> bool {
    lines.iter().any(|line| line.text.contains('@') || line.text.split_whitespace().any(is_time))
}

/// `10:00`, `10h00` or `10.00`, with other characters around it.
fn is_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    word.split_once([':', 'h', '.']).is_some_and(|(hour, minute)| {
        let is_short = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        is_short(hour, 2) && minute.len() == 2 && is_short(minute, 2)
    })
}

/// The most lines of an attribution.
const ATTRIBUTION_LINES: usize = 4;

/// The line below an attribution ("On Monday Ann wrote:") that begins at `at`.
fn attribution(lines: &[Line<'_>], at: usize, end: usize) -> Option<usize> {
    let below = named_attribution(lines, at, end);
    if below.is_some() {
        // "On the whole yes." may be right above it: the attribution begins as late as possible.
        let is_later = |later| named_attribution(lines, later, end) == below;
        return below.filter(|below| !(at + 1..*below).any(is_later));
    }
    // An attribution that begins with a name or a date.
    let line = &lines[at..=at];
    let verbs = pairs().filter(|(begins, _)| begins.is_empty()).map(|(_, verb)| verb);
    (is_attribution(line, verbs) || is_date_and_address(&lines[at]))
        .then_some(at + 1)
        .filter(|below| *below < end)
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.iter().flat_map(|language| language.attribution).copied()
}

fn named_attribution(lines: &[Line<'_>], at: usize, end: usize) -> Option<usize> {
    let begins = |begins: &str| !begins.is_empty() && lines[at].text.starts_with(begins);
    if !pairs().any(|(words, _)| begins(words)) {
        return None;
    }
    let ends = at + 1..end.min(at + 1 + ATTRIBUTION_LINES);
    ends.into_iter().find(|below| {
        let verbs = pairs().filter(|(words, _)| begins(words)).map(|(_, verb)| verb);
        is_attribution(&lines[at..*below], verbs)
    })
}

/// Whether the lines are an attribution: a verb of writing, and an address or a date.
fn is_attribution(lines: &[Line<'_>], mut verbs: impl Iterator<Item = &'static str>) -> bool {
    let [.., last] = lines else { return false };
    if !last.text.ends_with([':', '：'])
        || lines.iter().any(|line| line.is_blank() || line.is_quote())
    {
        return false;
    }
    let all = lines.iter().map(|line| &*line.text).collect::<Vec<_>>().join(" ");
    let digits = all.chars().filter(|c| c.is_numeric()).count();
    (all.contains('@') || digits > 3) && verbs.any(|verb| all.contains(verb))
}

/// Whether a line is an attribution without a verb, in any language: a year, a time, and an address at the end.
fn is_date_and_address(line: &Line<'_>) -> bool {
    let is_year =
        |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let mut numbers = line.text.split(|c: char| !c.is_ascii_digit());
    line.text.ends_with(">:")
        && line.text.contains('@')
        && line.text.split_whitespace().any(is_time)
        && numbers.any(is_year)
}

/// Whether a line is a separator above a quoted or forwarded message: `-----Original Message-----`, or the same
/// phrase and a colon.
fn is_rule(line: &Line<'_>, words: impl Fn(&Language) -> &'static [&'static str]) -> bool {
    const MARKS: [char; 6] = ['-', '_', '—', '–', '*', '='];
    let text = line.text.trim_start_matches("> ");
    let is_marked = text.starts_with(MARKS);
    let colon = text.strip_suffix([':', '：']);
    if !is_marked && colon.is_none() {
        return false;
    }
    let inner = colon.unwrap_or(text).trim_matches(|c| MARKS.contains(&c) || c == ' ');
    LANGUAGES.iter().any(|language| words(language).contains(&inner))
}

/// Whether a header block, as Outlook writes it above a quote, begins at a line: the headers as text, possibly
/// with a rule of underscores or hyphens above.
fn is_header_block(lines: &[Line<'_>], at: usize, end: usize) -> bool {
    let is_underline =
        |text: &str| text.len() >= 20 && text.chars().all(|c| matches!(c, '_' | '-'));
    let mut at = at;
    let above = at + 3;
    while at < end.min(above) && (is_underline(&lines[at].text) || lines[at].is_blank()) {
        at += 1;
    }
    let Some(first) = lines[..end].get(at).and_then(field) else { return false };
    // All of one language: the same word may mean another header in another language.
    LANGUAGES.iter().any(|language| {
        let begins = language.from.contains(&first) || language.sent.contains(&first);
        begins && is_block_of(&lines[at..end.min(at + 7)], language)
    })
}

/// The name of the header in a line.
fn field<'a>(line: &'a Line<'_>) -> Option<&'a str> {
    let (name, _) = line.text.split_once([':', '：'])?;
    Some(name.trim_matches([' ', '*']))
}

fn is_block_of(lines: &[Line<'_>], language: &Language) -> bool {
    let names: Vec<&str> = lines.iter().filter_map(field).collect();
    let has = |of: &[&str]| names.iter().any(|name| of.contains(name));
    let fields = [language.from, language.sent, language.to, language.subject, language.other];
    let known = names.iter().filter(|name| fields.iter().any(|of| of.contains(name))).count();
    let is_mail = has(language.subject) || lines.iter().any(|line| line.text.contains('@'));
    has(language.from) && is_mail && known >= 3
}

/// The most lines of a signature.
const SIGNATURE_LINES: usize = 20;

/// Where the signature begins, if there is one: at `-- ` (RFC 3676, section 4.3), or at the line that a phone
/// adds.
fn signature(lines: &[Line<'_>], end: usize) -> Option<usize> {
    let start = end.saturating_sub(SIGNATURE_LINES);
    let rule = lines[start..end].iter().rposition(|line| line.raw == "-- ");
    if let Some(at) = rule.filter(|at| start + at + 1 < end) {
        return Some(start + at);
    }
    is_device(&lines[..end].last()?.text).then(|| end - 1)
}

/// Whether a line was added by a phone or a program, such as "Sent from my iPhone".
fn is_device(line: &str) -> bool {
    let is_short = line.chars().count() < 80;
    let says = |(begins, ends): &(&str, &str)| {
        line.starts_with(begins) && line.trim_end_matches(['.', '。', '!']).ends_with(ends)
    };
    is_short
        && LANGUAGES.iter().flat_map(|language| language.device).any(says)
        && DEVICES.iter().any(|device| begins_word(line, device))
}

/// Whether a word in the line begins with `word`. In scripts without spaces between words, any place counts.
fn begins_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let is_inside = |c: char| c.is_alphabetic() && (c.is_ascii() || !word.is_ascii());
        !before.is_some_and(|c| {
            is_inside(c) && word.starts_with(char::is_alphabetic) && !is_unspaced(c)
        })
    })
}

/// Letters of scripts that put no spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::SAMPLES;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(without_quote(text), expect, "{text:?}");
    }

    #[test]
    fn what_stands_below_is_cut() {
        check("Yes.\n\nOn Mon, 3 Mar 2025 at 10:00, Mia <a@b.c> wrote:\n> Really?\n> Mia", "Yes.");
        check(
            "Yes.\n\nOn Mon, 3 Mar 2025 at 10:00, Mia Long Name\n<mia@example.com> wrote:\n\n> Really?\n",
            "Yes.",
        );
        check("Ja.\n\nAm 03.03.2025 um 10:00 schrieb Mia <a@b.c>:\n> Echt?", "Ja.");
        check("Oui.\n\nLe lun. 3 mars 2025 à 10:00, Mia <a@b.c> a écrit :\n> Vraiment ?", "Oui.");
        check("Sí.\n\nEl lun, 3 mar 2025 a las 10:00, Mia (<a@b.c>) escribió:\n> ¿Seguro?", "Sí.");
        check("Yes\n\n-----Original Message-----\nFrom: Mia\nReally?", "Yes");
        check("Ja\n\n-----Ursprüngliche Nachricht-----\nVon: Mia\nEcht?", "Ja");
        check(
            "Yes\n\n________________________________\nFrom: Mia <a@b.c>\nSent: Monday\nTo: Ann\nSubject: x\n\nReally?",
            "Yes",
        );
        check("Yes\n\nFrom: Mia <a@b.c>\nDate: Monday\nTo: Ann\nSubject: x\n\nReally?", "Yes");
        check("Yes\n\n*Von:* Mia\n*Gesendet:* Montag\n*An:* Ann\n*Betreff:* x\n\nEcht?", "Yes");
        check("Yes.\n> Really?\n> Mia\n\n", "Yes.");
        check(
            "On the whole yes.\nOn 3 Mar 2025, Mia <a@b.c> wrote:\n> Really?",
            "On the whole yes.",
        );
        check("Да.\n\n3 марта 2025 г., 10:00, Mia <a@b.c> написал:\n> Правда?", "Да.");
    }

    #[test]
    fn what_is_signed_is_cut() {
        check("Yes.\n\n-- \nAnn\nAcme Ltd", "Yes.");
        check("Yes.\n\nSent from my iPhone", "Yes.");
        check(
            "Ja.\n\nVon meinem iPhone gesendet\n\nAm 3.3.2025 um 10:00 schrieb Mia <a@b.c>:\n> Echt?",
            "Ja.",
        );
        check(
            "Yes.\n\n-- \nAnn\n\nOn 3 Mar 2025, Mia <a@b.c> wrote:\n> Really?\n> -- \n> Mia",
            "Yes.",
        );
        check("Yes.\n\n> Really?\n\n-- \nAnn", "Yes.");
    }

    #[test]
    fn answers_between_the_lines_keep_them() {
        let between = "On 3 Mar 2025, Mia <a@b.c> wrote:\n> One?\nYes.\n> Two?\nNo.";
        check(between, between);
        check(&format!("{between}\n> Three?"), between);
        check("> One?\nYes.", "> One?\nYes.");
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        let check = |text: &str| check(text, text);
        check("On Monday I wrote:\nplease call me.");
        check("From: is a field that I do not understand.\nCan you help?");
        check("--\nsaid nobody ever".split_once('\n').unwrap().1);
        check("The price is\n--------\n20 EUR\n--------\nright?");
        check("I have three questions:\n- one\n- two");
        check("We wrote: nothing");
        check("Sent from my desk, this was the parcel that never came.\nWhere is it?");
    }

    #[test]
    fn words_that_people_write_stay() {
        let check = |text: &str| check(text, text);
        check("Hallo,\n\nVon meinem Konto wurde zweimal abgebucht.");
        check("Wo ist das Paket?\n\nGesendet von DHL am 3.3., nie angekommen.");
        check("Please book:\nFrom: London\nTo: Paris\nDate: 12 May\nThanks");
        check("In Ihrer Mail vom 12.03.2025 schrieben Sie:\nEs kostet nichts.\nStimmt das?");
        check("On 12 March 2025 you wrote:\nit is free.\nIs it?");
        check("Le 12/03/2025 votre collègue m'a écrit :\nc'est gratuit.\nVrai ?");
        check("Sent from my x\n".repeat(10_000).trim_end());
    }

    #[test]
    fn a_rule_is_cut_at_once() {
        check("One.\n-- \nTwo.\n-- \nAnn", "One.\n-- \nTwo.");
    }

    #[test]
    fn all_of_it_may_be_quoted() {
        check("> only quoted", "");
        check("", "");
        check("\n\n", "");
        check("-----Original Message-----\nFrom: x\ny", "");
    }

    #[test]
    fn what_programs_write_is_known_in_every_language() {
        for (code, attribution, headers, device) in SAMPLES {
            assert!(LANGUAGES.iter().any(|language| language.code == *code), "{code}");
            for below in ["> Does it work?\n> Mia", "Does it work?\n\nMia"] {
                check(&format!("OK 1.\n\n{attribution}\n\n{below}\n"), "OK 1.");
            }
            check(&format!("OK 1.\n\n{headers}\n\nDoes it work?\n"), "OK 1.");
            check(&format!("OK 1.\n\n{device}\n"), "OK 1.");
        }
        for language in LANGUAGES {
            assert!(SAMPLES.iter().any(|sample| sample.0 == language.code), "{}", language.code);
            for words in language.quoted {
                check(&format!("OK 1.\n\n-----{words}-----\nDoes it work?"), "OK 1.");
            }
        }
    }

    #[test]
    fn what_is_passed_on_stays() {
        for language in LANGUAGES {
            for words in language.forwarded {
                let text = format!(
                    "See below.\n\n---------- {words} ---------\nFrom: a@b.c\nDate: x\nSubject: y\nTo: z\n\nRefused."
                );
                check(&text, &text);
                let text = format!("See below.\n\n{words}:\n\n> From: a@b.c\n>\n> Refused.");
                check(&text, &text);
            }
        }
    }

    #[test]
    fn what_answers_nothing_is_cut_at_its_signature_alone() {
        let check =
            |text: &str, expect: &str| assert_eq!(without_signature(text), expect, "{text:?}");
        check("I see:\n\n> Error 42\n> Call your bank", "I see:\n\n> Error 42\n> Call your bank");
        let wrote =
            "Hi,\n\nOn 3 March 2026 at 10:00 Bob <bob@example.org> wrote:\nWe will.\n\nWhen?";
        check(wrote, wrote);
        check("Yes.\n\n-- \nAnn", "Yes.");
        check("Yes.\n\nSent from my iPhone", "Yes.");
    }

    #[test]
    fn only_the_rule_of_a_signature_begins_one() {
        let sections = "please find it below.\n\n--\nOrder: 4711\nSize: XL";
        check(sections, sections);
        let dash = "One thing\n—\nand another";
        check(dash, dash);
    }
}
