//! A visitor's socket.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::ws::WebSocket;
use domain::conversation::{Draft, Page};
use domain::hub::Listener;
use domain::inbox::{PageUrl, Retention};
use domain::visitor::{About, Admitted, Reads, VisitorIdentity};
use domain::{Domain, Error};
use futures_util::StreamExt;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use protocol::json::{from_str, to_string};
use protocol::{ClientId, CloseCode, ErrorCode, FromVisitor, ToVisitor, limits};
use tokio::time::timeout;

use super::connection::{self, End, FrameHandler, Reading};
use super::typing::Typing;
use crate::state::ServerState;
use crate::traffic::{Client, ClientNetwork, Traffic};

/// The rate limit of one socket's messages.
const PACE: Quota = {
    let a_second = NonZeroU32::new(limits::MESSAGES_A_SECOND).expect("not zero");
    let at_once = NonZeroU32::new(limits::MESSAGES_AT_ONCE).expect("not zero");
    Quota::per_second(a_second).allow_burst(at_once)
};

/// The rate limit of one socket's frames, whatever they are.
const FRAMES: Quota = Quota::per_second(NonZeroU32::new(50).expect("not zero"))
    .allow_burst(NonZeroU32::new(500).expect("not zero"));

/// The rate limit of one socket's page changes.
const MOVES: Quota =
    Quota::per_second(NonZeroU32::MIN).allow_burst(NonZeroU32::new(5).expect("not zero"));

/// Serves one socket until it ends.
pub(super) async fn serve(
    socket: WebSocket,
    state: ServerState,
    client: Client,
    browser: Option<String>,
) {
    let (mut writing, mut reading) = socket.split();
    match greet(&mut reading, &state, client, browser).await {
        Ok((handler, welcome)) => {
            handler.listener.send(to_string(&welcome));
            connection::run(reading, writing, handler, &state).await;
        }
        Err(Refusal { error, code }) => {
            if let Some(frame) = error {
                connection::say_last(&mut writing, &frame).await;
            }
            if let Some(code) = code {
                connection::close(&mut writing, code, None).await;
            }
        }
    }
}

/// Why a visitor was not admitted.
pub(super) struct Refusal {
    pub(super) error: Option<ToVisitor>,
    pub(super) code: Option<CloseCode>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let code = error.code();
        let close = if code.is_temporary() { CloseCode::Trouble } else { CloseCode::Refused };
        tracing::info!(code = code.as_str(), %error, "a visitor's hello was refused");
        Self { error: Some(error_frame(&error, None)), code: Some(close) }
    }
}

/// Waits for the `hello`, and admits the visitor.
async fn greet(
    reading: &mut Reading,
    state: &ServerState,
    client: Client,
    browser: Option<String>,
) -> Result<(VisitorHandler, ToVisitor), Refusal> {
    let within = Duration::from_millis(limits::HELLO_WITHIN_MS);
    let text = match timeout(within, connection::next_text(reading)).await {
        Ok(Ok(text)) => text,
        Ok(Err(End::Close(code))) => return Err(Refusal { error: None, code: Some(code) }),
        Ok(Err(End::Gone)) | Err(_) => return Err(Refusal { error: None, code: None }),
    };
    admit(&text, state, client, browser).await
}

/// Admits the visitor who sent this `hello`.
pub(super) async fn admit(
    hello: &str,
    state: &ServerState,
    client: Client,
    browser: Option<String>,
) -> Result<(VisitorHandler, ToVisitor), Refusal> {
    let frame = from_str::<FromVisitor>(hello).map_err(|error| {
        tracing::info!(code = ErrorCode::BadFrame.as_str(), %error, "a visitor's first frame is invalid");
        let error = Some(error_frame(&ErrorCode::BadFrame.into(), None));
        Refusal { error, code: Some(CloseCode::BadFrame) }
    })?;
    let FromVisitor::Hello { inbox, site, page, token, seed, after, about, conversation } = frame
    else {
        return Err(Error::from(ErrorCode::FrameUnexpected).into());
    };
    let permit = state.traffic.hello(client.network()).await;
    let _permit = permit.ok_or_else(|| Error::from(ErrorCode::SlowDown))?;
    let domain = state.domain.clone();
    let inbox = domain.find_inbox(Some(&inbox)).await?;
    // Without a site this is the stand-alone page. In browsers, `frame-ancestors` decides where the chat is
    // embedded; this check gives the embedding page a clear answer.
    let own = |site: &str| state.public_url.is_own_origin(site);
    if site.as_deref().is_some_and(|site| !own(site) && !inbox.allows(site)) {
        return Err(Error::from(ErrorCode::SiteNotAllowed).into());
    }
    let retention = inbox.retention;
    let about = About {
        browser: browser.map(|name| name.chars().take(300).collect()),
        network: Some(inbox.network(client.network().address())),
        ..about.map_or_else(About::default, |said| About::read(&said.0, retention))
    };
    let said = about.clone();
    let page = page.and_then(|page| retention.page(&page));
    let seen_on = page.clone();
    let (known, seed) = (token.as_deref(), seed.as_deref());
    let admitted = domain.admit_visitor(&inbox, known, seed, about, seen_on.clone()).await?;
    let Admitted { who, token, is_other, reads } = admitted;
    // A position in another visitor's conversation means nothing in this one's.
    let after = after.filter(|_| !is_other);
    // Listen before reading, so that no entry falls in between.
    let listener = domain.hub().listen_visitor(&who);
    let mut found = domain.visitor_page(&who, after).await?;
    if conversation.is_some_and(|had| found.conversation != Some(had)) {
        found = domain.visitor_page(&who, None).await?;
    }
    let Page { conversation, head, visitor_read_seq, team_read_seq, entries, .. } = found;
    listener.shows(conversation);
    // Nothing is stored about a visitor who does not write. This is stored with the first message.
    let to_note = conversation.is_none().then_some((said, seen_on));
    let earlier = match conversation {
        Some(id) => domain.earlier_than(&who, id).await?,
        None => None,
    };
    let welcome = ToVisitor::Welcome {
        token,
        conversation,
        earlier,
        availability: domain.told_availability(&inbox),
        queue: domain.queue_position(who.visitor).await?,
        inbox_name: inbox.name,
        head,
        visitor_read_seq,
        team_read_seq,
        entries,
    };
    let handler = VisitorHandler {
        traffic: state.traffic.clone(),
        from: client.network(),
        frames: RateLimiter::direct(FRAMES),
        domain,
        who,
        page,
        retention,
        listener,
        pace: RateLimiter::direct(PACE),
        waits: None,
        typing: Typing::default(),
        moves: RateLimiter::direct(MOVES),
        to_note,
        reads,
    };
    Ok((handler, welcome))
}

/// A visitor's session, over a socket or without one.
pub(super) struct VisitorHandler {
    domain: Domain,
    traffic: Traffic,
    /// The client network whose limits apply.
    from: ClientNetwork,
    /// Each frame costs a query.
    frames: DefaultDirectRateLimiter,
    who: VisitorIdentity,
    page: Option<PageUrl>,
    retention: Retention,
    listener: Listener,
    /// Each message is written, and sent to all agents: one visitor costs everyone.
    pace: DefaultDirectRateLimiter,
    /// The message that was sent too fast, until it is sent again.
    waits: Option<ClientId>,
    typing: Typing,
    /// Each page costs a write, and is sent to agents who are watching.
    moves: DefaultDirectRateLimiter,
    /// What is known about a visitor who has not written yet.
    to_note: Option<(About, Option<PageUrl>)>,
    /// The address whose email led them here. It is proven to be theirs once they write.
    reads: Option<Reads>,
}

impl FrameHandler for VisitorHandler {
    fn listener(&mut self) -> &mut Listener {
        &mut self.listener
    }

    async fn frame(&mut self, text: &str) -> Result<(), CloseCode> {
        // A client that is too fast waits, and loses nothing.
        self.frames.until_ready().await;
        self.traffic.frame(self.from).await;
        let frame = match from_str::<FromVisitor>(text) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::info!(code = ErrorCode::BadFrame.as_str(), %error, "a visitor's frame is invalid");
                self.answer(&error_frame(&ErrorCode::BadFrame.into(), None));
                return Err(CloseCode::BadFrame);
            }
        };
        let send = match &frame {
            FromVisitor::Send { client_id, .. } => Some(*client_id),
            _ => None,
        };
        match self.act(frame).await {
            Ok(Some(answer)) => self.answer(&answer),
            Ok(None) => {}
            Err(error) => {
                let code = error.code();
                tracing::info!(code = code.as_str(), %error, "a visitor's frame was refused");
                self.answer(&error_frame(&error, send));
            }
        }
        Ok(())
    }
}

impl VisitorHandler {
    /// Records that the visitor is on another page of the site. Beyond the rate limit, the page is recorded
    /// only with their next message.
    async fn move_to(&mut self, page: &str) -> Result<(), Error> {
        let page = self.retention.page(page);
        self.page.clone_from(&page);
        match &mut self.to_note {
            Some((_, noted)) => *noted = page,
            None if self.moves.check().is_ok() => self.domain.move_visitor(&self.who, page).await?,
            None => {}
        }
        Ok(())
    }

    fn answer(&self, frame: &ToVisitor) {
        self.listener.send(to_string(frame));
    }

    async fn act(&mut self, frame: FromVisitor) -> Result<Option<ToVisitor>, Error> {
        let (domain, who) = (&self.domain, &self.who);
        Ok(Some(match frame {
            FromVisitor::Hello { .. } => return Err(ErrorCode::FrameUnexpected.into()),
            FromVisitor::Send { client_id, text, files } => {
                // Later messages must not overtake one that has to wait.
                let overtakes = self.waits.is_some_and(|first| first != client_id);
                let may_come = || {
                    self.pace.check().is_ok()
                        && self.traffic.may_write(self.from)
                        && (self.to_note.is_none() || self.traffic.may_begin(self.from, who.inbox))
                };
                if overtakes || !may_come() {
                    self.waits.get_or_insert(client_id);
                    return Err(ErrorCode::SlowDown.into());
                }
                self.waits = None;
                let page = self.page.clone();
                let draft = Draft { text: &text, files: &files.0 };
                if let Some(reads) = self.reads.take() {
                    // Before it is written: someone who merely left the address must not read it.
                    domain.prove_address(who, &reads, Some(&self.listener)).await?;
                }
                let entry = domain.send_as_visitor(who, page, client_id, draft).await?;
                if let Some((about, page)) = self.to_note.take() {
                    // The message is on disk, even if this fails.
                    if let Err(error) = domain.note_visitor(who, about, page).await {
                        tracing::warn!(%error, "can't store a visitor's page");
                    }
                }
                ToVisitor::Ack { client_id, entry }
            }
            FromVisitor::Resume { after } => {
                let Page { head, entries, .. } = domain.visitor_page(who, Some(after)).await?;
                ToVisitor::Entries { head, entries }
            }
            FromVisitor::History { before, conversation: None } => {
                let Page { entries, .. } = domain.visitor_page_before(who, before).await?;
                ToVisitor::History { entries, conversation: None, earlier: None }
            }
            FromVisitor::History { before, conversation: Some(id) } => {
                let (Page { entries, .. }, earlier) =
                    domain.earlier_page_before(who, id, before).await?;
                ToVisitor::History { entries, conversation: Some(id), earlier }
            }
            FromVisitor::Read { seq } => {
                domain.read_as_visitor(who, seq).await?;
                return Ok(None);
            }
            FromVisitor::Typing {} => {
                if self.typing.may_tell() {
                    domain.type_as_visitor(who).await?;
                }
                return Ok(None);
            }
            FromVisitor::Page { page } => {
                self.move_to(&page).await?;
                return Ok(None);
            }
            FromVisitor::Ping {} => ToVisitor::Pong { head: domain.visitor_head(who).await? },
        }))
    }
}

fn error_frame(error: &Error, client_id: Option<ClientId>) -> ToVisitor {
    let code = error.code();
    let message = error.sentence();
    ToVisitor::Error { code, message, temporary: code.is_temporary(), client_id }
}
