//! Starting and stopping the server.

pub(crate) mod connections;
mod jobs;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use app::SetupLink;
use domain::Domain;
use leptos::config::LeptosOptions;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::assets::DASHBOARD_DIR;
use crate::mail::MailSettings;
use crate::public_url::PublicUrl;
use crate::state::ServerState;
use crate::traffic::{Traffic, TrafficOptions};
use crate::{mail, routes};

/// How long sockets, then requests, then writes may take to finish when stopping: together well within the 15
/// seconds after which an operator may lose patience.
const DRAIN: Duration = Duration::from_secs(4);

/// How much the system buffers for a connection that is not read, in bytes.
const SEND_BUFFER: u32 = 256 * 1024;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1_024;

/// How to serve.
pub struct ServeOptions {
    /// The address to listen on. Port 0 picks a free port.
    pub listen: SocketAddr,
    /// The address that browsers use, if it is not `listen`.
    pub public_url: Option<PublicUrl>,
    /// The settings for sending email; without them none is sent.
    pub mail: Option<MailSettings>,
    /// What clients may hold.
    pub traffic: TrafficOptions,
}

/// A server that has bound its port.
pub struct Server {
    listener: TcpListener,
    state: ServerState,
    mail: Option<MailSettings>,
}

impl Server {
    /// Binds the port.
    ///
    /// # Errors
    /// If it can't be bound: one line that says what to do.
    pub async fn bind(domain: Domain, options: ServeOptions) -> anyhow::Result<Self> {
        let ServeOptions { listen, public_url, mail, traffic } = options;
        let listener = listen_on(listen).with_context(|| {
            format!(
                "can't listen on {listen}: free the port, or choose another address with --listen"
            )
        })?;
        let address = listener.local_addr().context("can't read the address of the port")?;
        let public_url = public_url.unwrap_or_else(|| PublicUrl::of(address));
        let (stopping, sockets) = (CancellationToken::new(), TaskTracker::new());
        let traffic = Traffic::new(&traffic, most_files());
        let sends_mail = mail.is_some();
        let (setup, leptos) = (SetupLink::new(domain.ambient().secret()), leptos_options());
        let public_url = Arc::new(public_url);
        let state = ServerState {
            domain,
            public_url,
            sends_mail,
            setup,
            traffic,
            leptos,
            stopping,
            sockets,
        };
        Ok(Self { listener, state, mail })
    }

    /// The address that the server listens on.
    ///
    /// # Errors
    /// Errors of the operating system.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Prints the server's addresses, with a one-time setup link if there are no agents yet.
    ///
    /// # Errors
    /// Store errors.
    pub async fn announce(&self) -> anyhow::Result<()> {
        let url = &self.state.public_url;
        println!("Porchlight is running.\n");
        println!("  Inbox       {url}/");
        println!("  Demo site   {url}/demo");
        if !self.state.domain.has_agents().await.context("can't check whether there is an owner")? {
            println!("  Set up      {url}/setup/{}", self.state.setup.token());
            println!("              Works once. Expires when the server restarts.");
        }
        println!();
        Ok(())
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// Errors of the operating system.
    pub async fn run(self) -> anyhow::Result<()> {
        self.run_until(stop_signal()).await
    }

    /// Serves until `stop` is ready. Then the server is not ready any more and refuses new sockets, tells open
    /// ones when to come back, finishes requests, and writes what it has accepted.
    ///
    /// # Errors
    /// Errors of the operating system.
    pub async fn run_until(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let Self { listener, state, mail } = self;
        let (stopping, sockets) = (state.stopping.clone(), state.sockets.clone());
        let domain = state.domain.clone();
        sockets.spawn(jobs::run(domain.clone(), stopping.clone()));
        sockets.spawn(jobs::sweep(domain.clone(), stopping.clone()));
        let public_url = state.public_url.clone();
        sockets.spawn(mail::run(domain.clone(), mail, public_url, stopping.clone()));
        sockets.spawn(mail::inbound::read(domain.clone(), stopping.clone()));
        sockets.spawn(mail::inbound::watch(domain.clone(), stopping.clone()));

        let closed = CancellationToken::new();
        let graceful = async move {
            stop.await;
            tracing::info!("stopping");
            stopping.cancel();
            sockets.close();
            // Requests are still answered meanwhile, so that a load balancer sees that we are not ready.
            if timeout(DRAIN, sockets.wait()).await.is_err() {
                tracing::warn!("some sockets did not close in time");
            }
        };
        let traffic = state.traffic.clone();
        let serving = connections::serve(listener, routes::router(state), traffic, closed.clone());
        let deadline = async move {
            graceful.await;
            closed.cancel();
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            () = serving => {}
            () = deadline => tracing::warn!("some requests did not finish in time"),
        }
        if timeout(DRAIN, domain.finish()).await.is_err() {
            tracing::warn!("a request was still using the store");
        }
        Ok(())
    }
}

fn listen_on(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // By default the system buffers megabytes for a client that reads nothing, besides our own queue.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// How many files the program may open: raises the limit to all that the system allows. Login shells and
/// services often start with 1,024.
fn most_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let most = if raised.is_ok() { maximum } else { current };
    most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        },
        _ => {
            tracing::error!("can't listen for signals: only kill -9 ends this process");
            std::future::pending::<()>().await;
        }
    }
}

fn leptos_options() -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("porchlight")
        .site_pkg_dir(DASHBOARD_DIR)
        .reload_port(3001_u32)
        .build()
}
