//! What one client network, and all of them together, may hold of the server: connections, and what goes over
//! them.
//!
//! A limit per network alone does not help, because a stranger has many addresses; a total limit alone could be
//! used up by one. So each resource has both, and part of it is reserved for networks that agents come from.

mod client;
mod permits;
mod rates;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
pub use client::Proxies;
pub(crate) use client::{Client, ClientNetwork};
pub(crate) use permits::Permit;
use permits::{Known, Permits};
use protocol::{AgentId, InboxId};
use rates::RateLimits;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// A limited resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A TCP connection, whatever it is used for.
    Connection,
    /// A request's body, until it has arrived.
    Body,
    /// A visitor's socket.
    Socket,
    /// A visitor's connection without a socket.
    Line,
    /// A visitor's upload.
    Upload,
}

/// Files that the program opens besides connections: the database, and files being written or read.
const OTHER_FILES: usize = 256;

/// The most connections, however many files the system allows.
const CONNECTIONS: usize = 50_000;

/// How many visitors are admitted at a time. Each takes several queries, and a rush must leave room for the team.
const HELLOS: usize = 4;

/// How long a visitor's hello waits for its turn.
const HELLO_PATIENCE: Duration = Duration::from_secs(5);

/// How to identify clients, and what each may hold.
#[derive(Clone, Debug, Default)]
pub struct TrafficOptions {
    /// The proxies that may say whom a connection is for.
    pub proxies: Proxies,
    /// The most connections of one client network; [`TrafficOptions::PER_ADDRESS`] by default.
    pub per_address: Option<usize>,
    /// How long a client may keep the server waiting.
    pub deadlines: Deadlines,
}

/// How long a client may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For the head of a request, from the moment it could have begun. So this is also how long a connection
    /// may be idle.
    pub head: Duration,
    /// The same for a trusted proxy, which keeps connections for later clients: longer than the minute that
    /// proxies usually keep them, so that none is closed while a request is on its way.
    pub proxy_head: Duration,
    /// For a body that is read as a whole.
    pub body: Duration,
    /// For the next piece of a file or an email.
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
    /// Enough for a large office behind one address where everyone has the chat open.
    pub const PER_ADDRESS: usize = 512;
}

/// What clients hold. Clones share it.
#[derive(Clone)]
pub(crate) struct Traffic(Arc<Inner>);

struct Inner {
    proxies: Proxies,
    deadlines: Deadlines,
    /// Whether it was logged that a proxy is not trusted.
    is_told: AtomicBool,
    agents: Known,
    connections: Permits<ClientNetwork>,
    bodies: Permits<ClientNetwork>,
    sockets: Permits<ClientNetwork>,
    lines: Permits<ClientNetwork>,
    uploads: Permits<ClientNetwork>,
    team_uploads: Permits<AgentId>,
    hellos: Semaphore,
    rates: RateLimits,
}

impl Traffic {
    /// Limits that fit into `files` open files.
    pub(crate) fn new(options: &TrafficOptions, files: usize) -> Self {
        let most = files.saturating_sub(OTHER_FILES).clamp(64, CONNECTIONS);
        // One network never gets more than a quarter.
        let each = |wanted: usize, most: usize| wanted.clamp(1, (most / 4).max(1));
        let per_address = options.per_address.unwrap_or(TrafficOptions::PER_ADDRESS);
        Self(Arc::new(Inner {
            proxies: options.proxies.clone(),
            deadlines: options.deadlines,
            is_told: AtomicBool::new(false),
            agents: Known::default(),
            connections: Permits::new(most, each(per_address, most)),
            bodies: Permits::new(1_024, each(per_address / 16, 1_024)),
            sockets: Permits::new(most / 2, each(per_address / 2, most / 2)),
            lines: Permits::new(10_000.min(most / 2), each(per_address / 4, most / 2)),
            uploads: Permits::new(192, each(per_address / 64, 192)),
            team_uploads: Permits::new(64, 16),
            hellos: Semaphore::new(HELLOS),
            rates: RateLimits::new(per_address),
        }))
    }

    /// The client at the other end of a connection from `peer`.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let client = self.0.proxies.client(peer, headers);
        if client.is_unheard && !self.0.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer = %client.address,
                "X-Forwarded-For is ignored: if your proxy sets it, name the proxy with \
                 --trusted-proxy, or else all its clients share the limits of one"
            );
        }
        client
    }

    /// A permit for a connection from `peer`. A trusted proxy may use all of them, on behalf of many clients.
    pub(crate) fn connect(&self, peer: IpAddr) -> Option<Permit> {
        if self.0.proxies.trust(peer) {
            return self.0.connections.acquire_for_proxy();
        }
        let whom = ClientNetwork::of(peer);
        self.0.rates.may_connect(whom).then(|| self.permit(Resource::Connection, whom)).flatten()
    }

    /// Whether a client network may make another request.
    pub(crate) fn may_ask(&self, whom: ClientNetwork) -> bool {
        self.0.rates.may_ask(whom, self.0.agents.knows(whom))
    }

    /// A permit for `resource`, released when it is dropped. `None` if `whom` holds enough, or if everything is
    /// held that is not reserved for agents.
    pub(crate) fn permit(&self, resource: Resource, whom: ClientNetwork) -> Option<Permit> {
        let permits = match resource {
            Resource::Connection => &self.0.connections,
            Resource::Body => &self.0.bodies,
            Resource::Socket => &self.0.sockets,
            Resource::Line => &self.0.lines,
            Resource::Upload => &self.0.uploads,
        };
        permits.acquire(whom, self.0.agents.knows(whom))
    }

    /// A permit for an agent's upload, wherever they are.
    pub(crate) fn permit_upload(&self, agent: AgentId) -> Option<Permit> {
        self.0.team_uploads.acquire(agent, false)
    }

    /// Whether a new visitor from a client network may start a conversation.
    pub(crate) fn may_begin(&self, whom: ClientNetwork, inbox: InboxId) -> bool {
        self.0.rates.may_begin(whom, inbox)
    }

    /// Waits until another visitor from a client network may be admitted; `None` if that takes too long. Hold the
    /// permit until they are. Safe to cancel.
    pub(crate) async fn hello(&self, whom: ClientNetwork) -> Option<SemaphorePermit<'_>> {
        let permit = async {
            self.0.rates.hello(whom).await;
            self.0.hellos.acquire().await.ok()
        };
        timeout(HELLO_PATIENCE, permit).await.ok().flatten()
    }

    /// Waits until another frame from a client network may be answered. Safe to cancel.
    pub(crate) async fn frame(&self, whom: ClientNetwork) {
        self.0.rates.frame(whom).await;
    }

    /// Whether a visitor from a client network may send another message.
    pub(crate) fn may_write(&self, whom: ClientNetwork) -> bool {
        self.0.rates.may_write(whom)
    }

    /// Whether a visitor from a client network may upload a file of `bytes` bytes.
    pub(crate) fn may_bring(&self, whom: ClientNetwork, bytes: u64) -> bool {
        self.0.rates.may_bring(whom, bytes)
    }

    /// Remembers that an agent is in this client network: some of each resource is reserved for it from now on.
    pub(crate) fn is_agents(&self, whom: ClientNetwork) {
        self.0.agents.note(whom);
    }

    /// How long clients may keep the server waiting.
    pub(crate) fn deadlines(&self) -> Deadlines {
        self.0.deadlines
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }
}
