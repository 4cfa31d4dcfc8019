//! What one client, and all of them together, may hold of the server: connections, and what goes over them.
//!
//! A bound for one alone is none, because a stranger has many addresses; a bound for all alone can be used
//! up by one. So each thing that can be held has both, and a part of it is kept for addresses that agents
//! come from.

mod client;
mod pace;
mod shares;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
pub use client::Proxies;
pub(crate) use client::{Client, Neighbour};
use pace::Paces;
use protocol::{AgentId, InboxId};
pub(crate) use shares::Share;
use shares::{Known, Shares};

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A TCP connection, whatever it is used for.
    Connection,
    /// A request's body, until all of it is here.
    Body,
    /// A visitor's socket.
    Socket,
    /// A visitor's line without a socket.
    Line,
    /// A visitor's upload.
    Upload,
}

/// Files that the program opens besides connections: the database's, and those that are written or read.
const OTHER_FILES: usize = 256;

/// The most connections, however many files the system allows.
const CONNECTIONS: usize = 50_000;

/// How clients are told apart, and what each may hold.
#[derive(Clone, Debug, Default)]
pub struct TrafficOptions {
    /// Who may say whom a connection is for.
    pub proxies: Proxies,
    /// The most connections of one address; [`TrafficOptions::PER_ADDRESS`] by default.
    pub per_address: Option<usize>,
    /// How long a client may keep the server waiting.
    pub deadlines: Deadlines,
}

/// How long a client may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For the head of a request, from when it could have begun: so this is also how long a connection may
    /// be idle.
    pub head: Duration,
    /// The same for a trusted proxy, which keeps connections for its next clients: longer than the minute
    /// that proxies usually keep them, so that none is closed while a request is on its way.
    pub proxy_head: Duration,
    /// For a body that is read as a whole.
    pub body: Duration,
    /// For the next piece of a file or a mail.
    pub piece: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            proxy_head: Duration::from_secs(90),
            body: Duration::from_secs(20),
            piece: Duration::from_secs(30),
        }
    }
}

impl TrafficOptions {
    /// Enough for a large office behind one address, whose people all have the chat open.
    pub const PER_ADDRESS: usize = 512;
}

/// Who holds what. Clones share it.
#[derive(Clone)]
pub(crate) struct Traffic(Arc<Inner>);

struct Inner {
    proxies: Proxies,
    deadlines: Deadlines,
    /// Whether it was said that a proxy is not believed.
    is_told: AtomicBool,
    agents: Known,
    connections: Shares<Neighbour>,
    bodies: Shares<Neighbour>,
    sockets: Shares<Neighbour>,
    lines: Shares<Neighbour>,
    uploads: Shares<Neighbour>,
    team_uploads: Shares<AgentId>,
    paces: Paces,
}

impl Traffic {
    /// Bounds that fit into `files` open files.
    pub(crate) fn new(options: &TrafficOptions, files: usize) -> Self {
        let most = files.saturating_sub(OTHER_FILES).clamp(64, CONNECTIONS);
        // One address never has more than a quarter.
        let each = |wanted: usize, most: usize| wanted.clamp(1, (most / 4).max(1));
        let per_address = options.per_address.unwrap_or(TrafficOptions::PER_ADDRESS);
        Self(Arc::new(Inner {
            proxies: options.proxies.clone(),
            deadlines: options.deadlines,
            is_told: AtomicBool::new(false),
            agents: Known::default(),
            connections: Shares::new(most, each(per_address, most)),
            bodies: Shares::new(1_024, each(per_address / 16, 1_024)),
            sockets: Shares::new(most / 2, each(per_address / 2, most / 2)),
            lines: Shares::new(10_000.min(most / 2), each(per_address / 4, most / 2)),
            uploads: Shares::new(192, each(per_address / 64, 192)),
            team_uploads: Shares::new(64, 16),
            paces: Paces::new(per_address),
        }))
    }

    /// Who is at the other end of a connection from `peer`.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let client = self.0.proxies.client(peer, headers);
        if client.is_unheard && !self.0.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer = %client.address,
                "X-Forwarded-For is not believed: if a proxy of yours wrote it, name it with \
                 --trusted-proxy, else all its clients share the bounds of one"
            );
        }
        client
    }

    /// A share of the connections for whoever connects from `peer`. A trusted proxy may use all of them:
    /// they are many clients'.
    pub(crate) fn connect(&self, peer: IpAddr) -> Option<Share> {
        if self.0.proxies.trust(peer) {
            return self.0.connections.take_for_all();
        }
        let whom = Neighbour::of(peer);
        self.0.paces.may_connect(whom).then(|| self.share(Resource::Connection, whom)).flatten()
    }

    /// Whether another request of a client may be looked at.
    pub(crate) fn may_ask(&self, whom: Neighbour) -> bool {
        self.0.paces.may_ask(whom, self.0.agents.knows(whom))
    }

    /// A share of `resource`, to be given back when it is dropped. None where `whom` holds enough, or all
    /// that is not kept for agents is held.
    pub(crate) fn share(&self, resource: Resource, whom: Neighbour) -> Option<Share> {
        let shares = match resource {
            Resource::Connection => &self.0.connections,
            Resource::Body => &self.0.bodies,
            Resource::Socket => &self.0.sockets,
            Resource::Line => &self.0.lines,
            Resource::Upload => &self.0.uploads,
        };
        shares.take(whom, self.0.agents.knows(whom))
    }

    /// The same for an agent's upload, wherever they are.
    pub(crate) fn share_upload(&self, agent: AgentId) -> Option<Share> {
        self.0.team_uploads.take(agent, false)
    }

    /// Whether somebody new may begin a conversation from there.
    pub(crate) fn may_begin(&self, whom: Neighbour, inbox: InboxId) -> bool {
        self.0.paces.may_begin(whom, inbox)
    }

    /// Waits until another frame of a neighbour's visitors may be answered. Safe to cancel.
    pub(crate) async fn frame(&self, whom: Neighbour) {
        self.0.paces.frame(whom).await;
    }

    /// Whether another message of a visitor may come from there.
    pub(crate) fn may_write(&self, whom: Neighbour) -> bool {
        self.0.paces.may_write(whom)
    }

    /// Whether a visitor's file of so many bytes may come from there.
    pub(crate) fn may_bring(&self, whom: Neighbour, bytes: u64) -> bool {
        self.0.paces.may_bring(whom, bytes)
    }

    /// Somebody logged in is at this address: room is kept for them from now on.
    pub(crate) fn is_agents(&self, whom: Neighbour) {
        self.0.agents.note(whom);
    }

    /// How long clients may keep us waiting.
    pub(crate) fn deadlines(&self) -> Deadlines {
        self.0.deadlines
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }
}
