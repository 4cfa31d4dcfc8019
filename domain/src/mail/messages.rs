//! Which messages an email contains.

use protocol::limits::{
    MAIL_EXCERPT_CHARS, MAIL_MESSAGES, MESSAGE_BYTES, TRANSCRIPT_CHARS, TRANSCRIPT_MESSAGES,
};
use protocol::link::{Piece, pieces};
use protocol::{ConversationId, MailKind, MailState, Seq};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::QuotedMessage;
use crate::command::Write;
use crate::conversation::LogEntry;
use crate::conversation::kind::{AuthorKind, EntryKind};
use crate::error::Result;
use crate::table::{conversation, entry, mail};

/// The range of messages that an email contains: that of the first attempt, or else the messages that are
/// unread and in no other email. `None` if there are none.
pub(super) async fn range(
    write: &Write<'_>,
    row: &mail::Model,
    kind: MailKind,
    conversation: &conversation::Model,
) -> Result<Option<(Seq, Seq)>> {
    let read = match kind {
        MailKind::UnreadReply => conversation.visitor_read_seq,
        MailKind::NobodyAvailable => conversation.team_read_seq,
        _ => Seq::START,
    };
    if let (Some(from), Some(through)) = (row.from_seq, row.through_seq) {
        if kind == MailKind::Transcript {
            return Ok(Some((from, through)));
        }
        let is_left =
            through > read && !is_overtaken(write, row, from.max(read.next()), through).await?;
        return Ok(is_left.then_some((from, through)));
    }
    let after = read.max(covered(write, row).await?);
    // Two queries: the database looks each one up, but would read all messages to find both at once.
    let unread = || {
        all_of(kind, conversation.id)
            .filter(entry::COLUMN.seq.gt(after))
            .select_only()
            .column(entry::Column::Seq)
            .limit(1)
    };
    let first = unread().order_by_asc(entry::Column::Seq).into_tuple::<Seq>();
    let Some(first) = first.one(write.tx).await? else { return Ok(None) };
    let last = unread().order_by_desc(entry::Column::Seq).into_tuple::<Seq>();
    let last = last.one(write.tx).await?.unwrap_or(first);
    Ok(Some((first, last)))
}

/// The conversation's other emails of this kind that were sent or are still waiting.
fn others(row: &mail::Model) -> Select<mail::Entity> {
    let kept = [MailState::Waiting, MailState::Sent];
    mail::Entity::find()
        .filter(mail::COLUMN.conversation_id.eq(row.conversation_id))
        .filter(mail::COLUMN.kind.eq(row.kind))
        .filter(mail::COLUMN.state.is_in(kept))
        .filter(mail::COLUMN.id.ne(row.id))
}

/// The position of the last message that other emails contain.
async fn covered(write: &Write<'_>, row: &mail::Model) -> Result<Seq> {
    let last = others(row)
        .filter(mail::COLUMN.through_seq.is_not_null())
        .order_by_desc(mail::Column::ThroughSeq)
        .limit(1)
        .all(write.tx)
        .await?;
    Ok(last.first().and_then(|row| row.through_seq).unwrap_or_default())
}

/// Whether another email contains all of these messages: a failed email may be retried after a later one has
/// included its messages. An email with only later messages does not count.
async fn is_overtaken(
    write: &Write<'_>,
    row: &mail::Model,
    from: Seq,
    through: Seq,
) -> Result<bool> {
    let others = others(row)
        .filter(mail::COLUMN.from_seq.lte(from))
        .filter(mail::COLUMN.through_seq.gte(through))
        .limit(1);
    Ok(!others.all(write.tx).await?.is_empty())
}

/// The messages that an email of this kind is about.
fn all_of(kind: MailKind, conversation: ConversationId) -> Select<entry::Entity> {
    let all = entry::Entity::find().filter(entry::COLUMN.conversation_id.eq(conversation));
    if kind == MailKind::Mentioned {
        return all.filter(entry::COLUMN.kind.eq(EntryKind::Note));
    }
    let of = all.filter(entry::COLUMN.kind.eq(EntryKind::Message));
    match kind {
        MailKind::Transcript => of,
        MailKind::UnreadReply => of.filter(entry::COLUMN.author_kind.eq(AuthorKind::Agent)),
        _ => of.filter(entry::COLUMN.author_kind.eq(AuthorKind::Visitor)),
    }
}

/// The messages of an email of this kind: the first of them, and how many more there are.
pub(super) async fn said(
    write: &Write<'_>,
    conversation: &conversation::Model,
    kind: MailKind,
    (from, through): (Seq, Seq),
    is_by_mail: bool,
) -> Result<(Vec<QuotedMessage>, u64)> {
    // Quote nothing: the person who wrote the message may not be the one who reads this email.
    if kind == MailKind::Received {
        return Ok((Vec::new(), 0));
    }
    let query = all_of(kind, conversation.id).filter(entry::COLUMN.seq.between(from, through));
    let (most, chars) = match kind {
        MailKind::Transcript => (TRANSCRIPT_MESSAGES, TRANSCRIPT_CHARS),
        // Such a visitor has nowhere else to read the rest.
        MailKind::UnreadReply if is_by_mail => (MAIL_MESSAGES, MESSAGE_BYTES),
        _ => (MAIL_MESSAGES, MAIL_EXCERPT_CHARS),
    };
    let rows = query.clone().order_by_asc(entry::Column::Seq).limit(most).all(write.tx).await?;
    let more = if rows.len() as u64 == most {
        query.count(write.tx).await?.saturating_sub(most)
    } else {
        0
    };
    let said = |row| {
        let LogEntry { seq, author, body, files, at_ms, .. } = LogEntry::from_row(row)?;
        let files = files.0.iter().map(|file| file.name.clone()).collect();
        Ok(QuotedMessage { seq, author, text: excerpt(body.text(), chars), files, at_ms })
    };
    Ok((rows.into_iter().map(said).collect::<Result<_>>()?, more))
}

/// The beginning of a text: cut between words where possible, and never within a link.
fn excerpt(text: &str, chars: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(chars) else { return text.to_owned() };
    let mut at = 0;
    for piece in pieces(text) {
        let (said, is_link) = match piece {
            Piece::Text(said) => (said, false),
            Piece::Link { said, .. } => (said, true),
        };
        let after = at + said.len();
        if is_link && at < end && after > end {
            // Leave the link out, unless nothing comes before it.
            let cut = if text[..at].trim().is_empty() { after } else { at };
            return format!("{}…", text[..cut].trim_end());
        }
        at = after;
    }
    let head = &text[..end];
    let is_between = text[end..].starts_with(char::is_whitespace);
    let blank = head.rfind(char::is_whitespace).filter(|at| !is_between && *at > end / 2);
    format!("{}…", head[..blank.unwrap_or(end)].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_words_and_never_in_a_link() {
        for (text, chars, expect) in [
            ("short", 5, "short"),
            ("some words here", 12, "some words…"),
            ("some words here", 10, "some words…"),
            ("some words, a number", 11, "some words,…"),
            ("没有空格的句子也会被切断", 4, "没有空格…"),
            ("a verylongwordthatneverends", 20, "a verylongwordthatne…"),
            ("see https://example.com/a/long/path there", 20, "see…"),
            ("https://example.com/a/long/path there", 20, "https://example.com/a/long/path…"),
            ("see https://a.example there is more", 25, "see https://a.example…"),
        ] {
            assert_eq!(excerpt(text, chars), expect, "{text} {chars}");
        }
    }
}
