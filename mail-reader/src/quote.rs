//! What was written, without what is quoted below it and what is signed.
//!
//! Only the end of a text is ever cut: whoever answers between the lines of a quote keeps it, because
//! the answers mean nothing without. Where it is not clear, nothing is cut: all of a mail can be looked
//! at, but what was cut too much is missed by everybody.

/// The most lines that are looked at, and how often something is cut: it takes time for each.
const LINES: usize = 5_000;
const CUTS: usize = 8;

/// The beginning of a text that its sender wrote; nothing, where all of it is quoted or signed.
#[must_use]
pub fn without_quote(text: &str) -> &str {
    let lines = lines_of(text);
    if lines.len() > LINES {
        return text.trim_end().trim_start_matches('\n');
    }
    let mut end = lines.len();
    let mut has_signature = true;
    // Below what somebody wrote there may be a signature, a quote, and another signature.
    for _ in 0..CUTS {
        let before = without_blank(&lines, end);
        end = without_quoted(&lines, before);
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
    text: &'a str,
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
    let line = |(start, length): (usize, usize)| Line {
        text: text[start..start + length].trim(),
        end: start + length,
    };
    found.into_iter().map(line).collect()
}

fn without_blank(lines: &[Line<'_>], mut end: usize) -> usize {
    while end > 0 && lines[end - 1].is_blank() {
        end -= 1;
    }
    end
}

/// Where the text ends, of which the first `end` lines are left, without what is quoted at its end.
fn without_quoted(lines: &[Line<'_>], end: usize) -> usize {
    // A quote of the kind that marks no line runs to the end: what it begins with is looked for from
    // the top, so that older ones in it go with it.
    for at in 0..end {
        if is_header_block(lines, at, end) || is_divider(&lines[at]) && at + 1 < end {
            return at;
        }
        if let Some(below) = attribution(lines, at, end) {
            let rest = &lines[below..end];
            let is_marked = rest.iter().any(Line::is_quote);
            let is_theirs = |line: &Line<'_>| line.is_quote() || line.is_blank();
            // Where nothing below is marked, people may have written it: who and when must be said.
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

/// Whether words above a quote name an address or a time of day.
fn names_mail(lines: &[Line<'_>]) -> bool {
    let is_time = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        word.split_once([':', 'h', '.']).is_some_and(|(hour, minute)| {
            let is_short = |part: &str, most: usize| {
                (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
            };
            is_short(hour, 2) && minute.len() == 2 && is_short(minute, 2)
        })
    };
    lines.iter().any(|line| line.text.contains('@') || line.text.split_whitespace().any(is_time))
}

/// The most lines that somebody writes about the mail that they quote.
const ATTRIBUTION_LINES: usize = 4;

/// How programs introduce what they quote, "On Monday Ann wrote:", in their languages: what it begins
/// with, and what stands in it before the colon.
const ATTRIBUTIONS: [(&str, &[&str]); 15] = [
    ("On ", &["wrote"]),
    ("Am ", &["schrieb", "geschrieben"]),
    ("Le ", &["a écrit", "a ecrit"]),
    ("El ", &["escribió", "escribio"]),
    ("Il ", &["ha scritto", "a écrit"]),
    ("Em ", &["escreveu"]),
    ("Op ", &["schreef"]),
    ("Den ", &["skrev"]),
    ("Fra ", &["skrev"]),
    ("W dniu ", &["napisał", "pisze"]),
    ("Dnia ", &["napisał"]),
    ("Dne ", &["napsal"]),
    ("Pe ", &["a scris"]),
    ("Vào ", &["đã viết"]),
    ("В ", &["пиш"]),
];

/// The same of those that begin with a name or a date.
const VERBS: [&str; 10] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "написал",
    "написала",
    "写道",
    "のメール",
    "님이 작성",
];

/// The line after what introduces a quote, if that begins at a line.
fn attribution(lines: &[Line<'_>], at: usize, end: usize) -> Option<usize> {
    let below = named_attribution(lines, at, end);
    if below.is_some() {
        // "On the whole yes." may stand right above it: it begins as late as it can.
        let is_later = |later| named_attribution(lines, later, end) == below;
        return below.filter(|below| !(at + 1..*below).any(is_later));
    }
    is_attribution(&lines[at..=at], &VERBS).then_some(at + 1).filter(|below| *below < end)
}

fn named_attribution(lines: &[Line<'_>], at: usize, end: usize) -> Option<usize> {
    let begins = |(begins, _): &&(&str, &[&str])| lines[at].text.starts_with(begins);
    let (_, verbs) = ATTRIBUTIONS.iter().find(begins)?;
    let ends = at + 1..end.min(at + 1 + ATTRIBUTION_LINES);
    ends.into_iter().find(|below| is_attribution(&lines[at..*below], verbs))
}

/// Whether lines are the words above a quote: they say that somebody wrote, and who or when.
fn is_attribution(lines: &[Line<'_>], verbs: &[&str]) -> bool {
    if lines.iter().any(|line| line.is_blank() || line.is_quote()) {
        return false;
    }
    let all = lines.iter().map(|line| line.text).collect::<Vec<_>>().join(" ");
    let digits = all.chars().filter(char::is_ascii_digit).count();
    all.ends_with([':', '：'])
        && verbs.iter().any(|verb| all.contains(verb))
        && (all.contains('@') || digits > 3)
}

/// Whether a line is one that programs put above what they quote: `-----Original Message-----`, a long
/// underline, or words of their own.
fn is_divider(line: &Line<'_>) -> bool {
    const WORDS: [&str; 16] = [
        "original message",
        "original-nachricht",
        "ursprüngliche nachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "mensagem original",
        "oorspronkelijk bericht",
        "originalmeddelande",
        "forwarded message",
        "weitergeleitete nachricht",
        "message transféré",
        "mensaje reenviado",
        "reply message",
        "исходное сообщение",
    ];
    let text = line.text;
    if !text.starts_with(['-', '_', '—', '–']) {
        return false;
    }
    let inner = text.trim_matches(['-', '_', '—', '–', ' ']).to_lowercase();
    WORDS.contains(&&*inner)
}

/// Whether what Outlook puts above a quote begins at a line: the headers of the mail, as text, with or
/// without an underline above.
fn is_header_block(lines: &[Line<'_>], at: usize, end: usize) -> bool {
    const FROM: [&str; 9] = ["from:", "von:", "de:", "de :", "da:", "van:", "från:", "fra:", "от:"];
    const SUBJECT: [&str; 12] = [
        "subject:",
        "betreff:",
        "objet:",
        "objet :",
        "asunto:",
        "oggetto:",
        "onderwerp:",
        "assunto:",
        "ämne:",
        "emne:",
        "temat:",
        "тема:",
    ];
    const OTHERS: [&str; 24] = [
        "sent:",
        "date:",
        "to:",
        "subject:",
        "gesendet:",
        "datum:",
        "an:",
        "betreff:",
        "envoyé:",
        "envoyé :",
        "à:",
        "à :",
        "objet:",
        "objet :",
        "enviado:",
        "enviado el:",
        "para:",
        "asunto:",
        "inviato:",
        "a:",
        "oggetto:",
        "verzonden:",
        "aan:",
        "onderwerp:",
    ];
    let is_underline =
        |text: &str| text.len() >= 20 && text.chars().all(|c| matches!(c, '_' | '-'));
    let mut at = at;
    let above = at + 3;
    while at < end.min(above) && (is_underline(lines[at].text) || lines[at].is_blank()) {
        at += 1;
    }
    let named = |line: &Line<'_>, names: &[&str]| {
        let text = line.text.trim_start_matches('*').to_lowercase().replace('*', "");
        names.iter().any(|name| text.starts_with(name))
    };
    if at >= end || !named(&lines[at], &FROM) {
        return false;
    }
    let all = &lines[at..end.min(at + 7)];
    let is_mail = all.iter().any(|line| named(line, &SUBJECT) || line.text.contains('@'));
    is_mail && all.iter().skip(1).filter(|line| named(line, &OTHERS)).count() >= 2
}

/// The most lines of a signature.
const SIGNATURE_LINES: usize = 20;

/// Where what is signed begins, if something is: below `-- ` (RFC 3676, section 4.3), or what telephones
/// say of themselves.
fn signature(lines: &[Line<'_>], end: usize) -> Option<usize> {
    let start = end.saturating_sub(SIGNATURE_LINES);
    let is_rule = |line: &Line<'_>| matches!(line.text, "--" | "—");
    if let Some(at) = lines[start..end].iter().rposition(is_rule).filter(|at| start + at + 1 < end)
    {
        return Some(start + at);
    }
    is_device(&lines[..end].last()?.text.to_lowercase()).then(|| end - 1)
}

/// Whether a line is what a telephone or a program says of itself.
fn is_device(line: &str) -> bool {
    const WORDS: [&str; 10] = [
        "sent from ",
        "get outlook for ",
        "gesendet von ",
        "gesendet mit ",
        "envoyé de ",
        "envoyé depuis ",
        "enviado desde ",
        "enviado do ",
        "inviato da ",
        "verzonden vanaf ",
    ];
    const NAMES: [&str; 20] = [
        "iphone",
        "ipad",
        "android",
        "samsung",
        "galaxy",
        "huawei",
        "xiaomi",
        "pixel",
        "outlook",
        "mail",
        "yahoo",
        "gmx",
        "web.de",
        "proton",
        "windows",
        "smartphone",
        "handy",
        "móvil",
        "mobile",
        "ios",
    ];
    if line.chars().count() >= 80 {
        return false;
    }
    let says = WORDS.iter().any(|words| line.starts_with(words));
    let german =
        line.starts_with("von meinem ") && line.trim_end_matches('.').ends_with("gesendet");
    german || says && NAMES.iter().any(|name| line.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        check("One.\n--\nTwo.\n--\nAnn", "One.\n--\nTwo.");
    }

    #[test]
    fn all_of_it_may_be_quoted() {
        check("> only quoted", "");
        check("", "");
        check("\n\n", "");
        check("-----Original Message-----\nFrom: x\ny", "");
    }
}
