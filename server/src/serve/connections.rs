//! Accepts connections while there is room for them, and holds none for a silent client.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::traffic::{Permit, Traffic};

/// How long sent data may stay unacknowledged before the system ends the connection.
const UNTAKEN: Duration = Duration::from_secs(30);

/// The longest head of a request, in bytes.
const HEAD_BYTES: usize = 64 * 1024;

/// How long to wait if the system can't open another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// A request's connection, for whatever outlives the request.
#[derive(Clone)]
pub(crate) struct Connection {
    /// Released once nobody uses the connection.
    _permit: Arc<Permit>,
}

/// Accepts connections until `closed`, and serves each with `router`. Returns when all of them have ended.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    traffic: Traffic,
    closed: CancellationToken,
) {
    let connections = TaskTracker::new();
    let mut refused = Refused::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closed.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one(error.kind()) {
                    tracing::error!(%error, "can't accept connections");
                    tokio::time::sleep(NO_ROOM).await;
                }
                continue;
            }
        };
        let Some(permit) = traffic.connect(peer.ip()) else {
            refused.note(peer);
            continue;
        };
        let (router, traffic, closed) = (router.clone(), traffic.clone(), closed.clone());
        connections.spawn(talk(stream, peer, permit, router, traffic, closed));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Whether an error concerns a single connection, not the listener.
fn is_of_one(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

async fn talk(
    stream: TcpStream,
    peer: SocketAddr,
    share: Permit,
    router: Router,
    traffic: Traffic,
    closed: CancellationToken,
) {
    let options = SockRef::from(&stream);
    let set = options.set_tcp_user_timeout(Some(UNTAKEN)).and_then(|()| stream.set_nodelay(true));
    if let Err(error) = set {
        return tracing::debug!(%error, "a connection was closed before it was served");
    }
    let deadlines = traffic.deadlines();
    let is_proxy = traffic.proxies().trust(peer.ip());
    let head_within = if is_proxy { deadlines.proxy_head } else { deadlines.head };
    let connection = Connection { _permit: Arc::new(share) };
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        let client = traffic.client(peer.ip(), request.headers());
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(connection.clone());
        let mut router = router.clone();
        async move {
            Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    // Only HTTP/1.1: proxies that speak HTTP/2 to browsers use it to reach us, and code that is not used can't
    // be attacked.
    let mut serving = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_within)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = closed.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection failed");
    }
}

/// Counts refused connections, and logs only some of them.
#[derive(Default)]
struct Refused {
    count: u64,
}

impl Refused {
    fn note(&mut self, peer: SocketAddr) {
        self.count += 1;
        if self.count.is_power_of_two() {
            tracing::warn!(
                client = %peer.ip(), refused = self.count,
                "a connection was refused: its client network, or all together, have reached the limit"
            );
        }
    }
}
