//! An agent's socket.

use std::collections::HashSet;

use axum::extract::ws::WebSocket;
use domain::agent::Agent;
use domain::conversation::{Draft, Page};
use domain::hub::Listener;
use domain::{Domain, Error};
use futures_util::StreamExt;
use protocol::json::{from_str, to_string};
use protocol::{
    ClientId, CloseCode, ConversationId, ErrorCode, Filter, FromAgent, ToAgent, limits,
};
use tower_sessions::Session;

use super::connection::{self, FrameHandler};
use super::typing::Typing;
use crate::state::ServerState;

/// Serves one socket until it ends.
pub(super) async fn serve(socket: WebSocket, state: ServerState, agent: Agent, session: Session) {
    let (mut writing, reading) = socket.split();
    let domain = state.domain.clone();
    // Listen before reading, so that no entry falls in between.
    let listener = domain.hub().listen_agent(&agent);
    match welcome(&domain, &agent).await {
        Ok(welcome) => listener.send(to_string(&welcome)),
        Err(error) => {
            tracing::error!(%error, "can't read an agent's list");
            return connection::close(&mut writing, CloseCode::Trouble, None).await;
        }
    }
    let (watched, typing) = (HashSet::new(), Typing::default());
    let handler = AgentHandler { domain, agent, session, listener, watched, typing };
    connection::run(reading, writing, handler, &state).await;
}

async fn welcome(domain: &Domain, agent: &Agent) -> Result<ToAgent, Error> {
    let (filter, most) = (Filter::waiting(), limits::LIST_CONVERSATIONS);
    let waiting = domain.list_conversations(agent, &filter, None, most);
    let mut conversations = waiting.await?.conversations;
    // Page addresses may be long, and the list must fit into the socket's queue.
    let mut bytes = 0;
    let fitting = conversations.iter().take_while(|summary| {
        bytes += to_string(*summary).len();
        bytes <= limits::LIST_BYTES
    });
    conversations.truncate(fitting.count());
    Ok(ToAgent::Welcome { agent: agent.id, conversations, team: domain.teammates().await? })
}

/// Tells an unauthenticated client why its socket is closed.
pub(super) async fn refuse(socket: WebSocket) {
    let code = ErrorCode::LoginRequired;
    tracing::info!(code = code.as_str(), "an agent's socket was refused");
    let (mut writing, _reading) = socket.split();
    connection::say_last(&mut writing, &error_frame(&code.into(), None, None)).await;
    connection::close(&mut writing, CloseCode::Refused, None).await;
}

struct AgentHandler {
    domain: Domain,
    agent: Agent,
    session: Session,
    listener: Listener,
    watched: HashSet<ConversationId>,
    typing: Typing,
}

impl FrameHandler for AgentHandler {
    fn listener(&mut self) -> &mut Listener {
        &mut self.listener
    }

    async fn check(&mut self) -> Result<(), CloseCode> {
        match self.check_login().await {
            Err(error) if error.code() == ErrorCode::LoginRequired => {
                self.answer(&error_frame(&error, None, None));
                Err(CloseCode::Refused)
            }
            // A failing store is not the agent's fault. They are checked again soon.
            _ => Ok(()),
        }
    }

    async fn frame(&mut self, text: &str) -> Result<(), CloseCode> {
        let frame = match from_str::<FromAgent>(text) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::info!(code = ErrorCode::BadFrame.as_str(), %error, "an agent's frame is invalid");
                self.answer(&error_frame(&ErrorCode::BadFrame.into(), None, None));
                return Err(CloseCode::BadFrame);
            }
        };
        let (about, send) = subject(&frame);
        match self.act(frame).await {
            Ok(Some(answer)) => self.answer(&answer),
            Ok(None) => {}
            Err(error) => {
                let code = error.code();
                tracing::info!(code = code.as_str(), %error, "an agent's frame was refused");
                self.answer(&error_frame(&error, about, send));
                if code == ErrorCode::LoginRequired {
                    return Err(CloseCode::Refused);
                }
            }
        }
        Ok(())
    }
}

impl AgentHandler {
    fn answer(&self, frame: &ToAgent) {
        self.listener.send(to_string(frame));
    }

    async fn act(&mut self, frame: FromAgent) -> Result<Option<ToAgent>, Error> {
        self.check_login().await?;
        let (domain, agent) = (&self.domain, &self.agent);
        Ok(Some(match frame {
            FromAgent::Watch { conversation, after } => {
                let room = self.watched.len() < limits::WATCHED_CONVERSATIONS;
                if !room && !self.watched.contains(&conversation) {
                    return Err(ErrorCode::TooManyWatched.into());
                }
                // Listen before reading, so that no entry falls in between.
                self.listener.watch(conversation);
                let page = match domain.team_page(agent, conversation, after).await {
                    Ok(page) => page,
                    Err(error) => {
                        if !self.watched.contains(&conversation) {
                            self.listener.unwatch(conversation);
                        }
                        return Err(error);
                    }
                };
                self.watched.insert(conversation);
                let Page { visitor, head, visitor_read_seq, entries, .. } = page;
                let visitor_online = visitor
                    .is_some_and(|visitor| self.listener.watch_visitor(conversation, visitor));
                ToAgent::Entries { conversation, head, visitor_read_seq, visitor_online, entries }
            }
            FromAgent::Unwatch { conversation } => {
                self.watched.remove(&conversation);
                self.listener.unwatch(conversation);
                return Ok(None);
            }
            FromAgent::Send { conversation, client_id, text, files, note } => {
                let note = note.unwrap_or(false);
                let draft = Draft { text: &text, files: &files.0 };
                let sent = domain.send_as_agent(agent, conversation, client_id, draft, note).await;
                ToAgent::Ack { conversation, client_id, entry: sent? }
            }
            FromAgent::History { conversation, before } => {
                let Page { entries, .. } =
                    domain.team_page_before(agent, conversation, before).await?;
                ToAgent::History { conversation, entries }
            }
            FromAgent::Read { conversation, seq } => {
                domain.read_as_agent(agent, conversation, seq).await?;
                return Ok(None);
            }
            FromAgent::Change { conversation, change } => {
                domain.change_conversation(agent, conversation, change).await?;
                ToAgent::Changed { conversation }
            }
            FromAgent::Presence { presence } => {
                domain.choose_presence(agent.id, presence).await?;
                return Ok(None);
            }
            FromAgent::Typing { conversation } => {
                if self.typing.may_tell() {
                    domain.type_as_agent(agent, conversation).await?;
                }
                return Ok(None);
            }
            FromAgent::Ping {} => ToAgent::Pong {},
        }))
    }

    /// A socket does not outlive its login: it is checked for every frame, and regularly on idle sockets.
    async fn check_login(&self) -> Result<(), Error> {
        // Load the session again: this request's copy is as old as the socket.
        match self.session.load().await {
            Ok(()) => match app::current_agent(&self.session, &self.domain).await? {
                Some(agent) if agent.id == self.agent.id => Ok(()),
                _ => Err(ErrorCode::LoginRequired.into()),
            },
            Err(error) => {
                tracing::error!(%error, "can't read a session");
                Err(ErrorCode::Unavailable.into())
            }
        }
    }
}

/// What a frame is about, for the error in response to it.
fn subject(frame: &FromAgent) -> (Option<ConversationId>, Option<ClientId>) {
    match frame {
        FromAgent::Watch { conversation, .. }
        | FromAgent::Unwatch { conversation }
        | FromAgent::History { conversation, .. }
        | FromAgent::Read { conversation, .. }
        | FromAgent::Change { conversation, .. }
        | FromAgent::Typing { conversation } => (Some(*conversation), None),
        FromAgent::Send { conversation, client_id, .. } => (Some(*conversation), Some(*client_id)),
        FromAgent::Presence { .. } | FromAgent::Ping {} => (None, None),
    }
}

fn error_frame(
    error: &Error,
    conversation: Option<ConversationId>,
    client_id: Option<ClientId>,
) -> ToAgent {
    let code = error.code();
    let message = error.sentence();
    ToAgent::Error { code, message, temporary: code.is_temporary(), conversation, client_id }
}
