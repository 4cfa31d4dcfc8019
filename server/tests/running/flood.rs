//! Clients that hold what they can, and keep the server waiting.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use domain::Ambient;
use server::{Deadlines, Proxies, TrafficOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::support::{PATIENCE, Running, keys, refusal};

/// A server with short timeouts.
async fn hasty() -> Running {
    let soon = Duration::from_millis(200);
    let deadlines = Deadlines { head: soon, proxy_head: soon, body: soon, piece: soon };
    let traffic = TrafficOptions { deadlines, ..TrafficOptions::default() };
    Running::start_for(Ambient::system(keys()), None, traffic).await
}

/// A server where an address may hold `per_address` connections.
async fn bounded(per_address: usize, proxies: &[&str]) -> Running {
    let proxies = proxies.iter().map(|text| Proxies::parse(text).unwrap()).collect();
    let per_address = Some(per_address);
    let traffic = TrafficOptions { proxies, per_address, ..TrafficOptions::default() };
    Running::start_for(Ambient::system(keys()), None, traffic).await
}

/// A connection from another address of this machine, which has all of 127.0.0.0/8.
async fn connect_from(last: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0)).unwrap();
    socket.connect(to).await.unwrap()
}

/// Everything that the server sends until it closes.
async fn to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // Closing a connection before a request was read completely ends in an error.
    let _end = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it is closed");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Requests the health and keeps the connection. Returns whether there was a response.
async fn asks(stream: &mut TcpStream) -> bool {
    let written = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut answer = [0; 12];
    let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await.expect("in time");
    written.is_ok() && read.is_ok() && &answer == b"HTTP/1.1 200"
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_too_little_is_closed() {
    let server = hasty().await;
    for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\nx-a: b\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        to_end(&mut stream).await;
    }
    // One that was used before it falls silent.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    assert!(asks(&mut stream).await);
    to_end(&mut stream).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = hasty().await;
    let cookie = server.log_in().await;
    let (origin, key) = (server.origin(), &server.key);
    let upload = "/files/agent/0192e4a0-0000-7000-8000-000000000001?name=a.txt";
    for (method, path) in [
        ("POST", "/poll/visitor"),
        ("POST", "/call/log_in"),
        ("POST", "/api/v1/conversations"),
        ("POST", "/mail/preferences/x"),
        ("PUT", "/visitor/address"),
        ("PUT", upload),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\ncookie: {cookie}\r\n\
             content-type: application/json\r\nporchlight-inbox: {key}\r\ncontent-length: 90\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = to_end(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(answer.contains("\"upload_cut\""), "{path}: {answer}");
    }
}

#[tokio::test]
async fn one_address_holds_so_many_connections_and_others_notice_nothing() {
    let server = bounded(16, &[]).await;
    let mut held = Vec::new();
    for _ in 0..16 {
        let mut stream = connect_from(2, server.address).await;
        assert!(asks(&mut stream).await);
        held.push(stream);
    }
    assert!(!asks(&mut connect_from(2, server.address).await).await, "it has its sixteen");
    assert!(asks(&mut connect_from(3, server.address).await).await, "another has its own");
    held.pop();
    // The server learns about the end a little later.
    timeout(PATIENCE, async {
        while !asks(&mut connect_from(2, server.address).await).await {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("what is given back can be had again");
}

#[tokio::test]
async fn one_address_has_so_many_sockets_and_an_agent_comes_in_beside_them() {
    let server = bounded(32, &[]).await;
    let mut sockets = Vec::new();
    for _ in 0..16 {
        sockets.push(server.visitor(None).await);
    }
    let origin = server.origin();
    let headers = [("origin", &*origin), ("sec-websocket-protocol", protocol::SUBPROTOCOL)];
    let refused = server.try_connect("/ws/visitor", &headers).await.err().expect("no socket");
    let (status, body) = refusal(refused);
    assert_eq!(status, 429, "{body}");
    assert!(body.contains("slow_down"), "{body}");
    server.agent().await.welcome().await;
    // There is room where an agent is: it may be their office.
    server.visitor(None).await;
}

#[tokio::test]
async fn one_address_has_so_many_lines() {
    let server = bounded(32, &[]).await;
    let origin = server.origin();
    let hello = protocol::json::to_string(&server.hello(None, None));
    let headers = [("origin", &*origin)];
    for _ in 0..8 {
        let answer = server.http("POST", "/poll/visitor", &headers, &hello).await;
        assert_eq!(answer.status, 200, "{answer}");
    }
    let answer = server.http("POST", "/poll/visitor", &headers, &hello).await;
    assert!(answer.says("slow_down"), "{answer}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_its_clients_are_counted_and_not_the_proxy() {
    let server = bounded(32, &["127.0.0.1"]).await;
    let origin = server.origin();
    let hello = protocol::json::to_string(&server.hello(None, None));
    for client in ["203.0.113.1", "203.0.113.2"] {
        let headers = [("origin", &*origin), ("x-forwarded-for", client)];
        for _ in 0..8 {
            let answer = server.http("POST", "/poll/visitor", &headers, &hello).await;
            assert_eq!(answer.status, 200, "{answer}");
        }
        let answer = server.http("POST", "/poll/visitor", &headers, &hello).await;
        assert!(answer.says("slow_down"), "{answer}");
    }
    let mut held = Vec::new();
    for _ in 0..64 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        assert!(asks(&mut stream).await, "the proxy's own connections are many clients'");
        held.push(stream);
    }
}

/// Whether a new visitor's message is accepted.
async fn begins(server: &Running, from: u8) -> bool {
    let stream = connect_from(from, server.address).await;
    let mut one = server.visitor_over(stream).await;
    one.send(&crate::support::send(1, "hi")).await;
    one.find(|frame| match frame {
        protocol::ToVisitor::Ack { .. } => Some(true),
        protocol::ToVisitor::Error { code, .. } => {
            assert_eq!(code.as_str(), "slow_down");
            Some(false)
        }
        _ => None,
    })
    .await
}

#[tokio::test]
async fn one_network_asks_so_often_and_others_as_often() {
    let server = bounded(4, &[]).await;
    let path = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let ask = async |stream: &mut TcpStream| {
        stream.write_all(path.as_bytes()).await.unwrap();
        let mut answer = [0; 4_096];
        let length = stream.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    let mut flooder = connect_from(2, server.address).await;
    let mut refused = String::new();
    for _ in 0..1_000 {
        refused = ask(&mut flooder).await;
        if refused.starts_with("HTTP/1.1 429") {
            break;
        }
    }
    assert!(refused.contains("slow_down"), "{refused}");
    let mut innocent = connect_from(3, server.address).await;
    assert!(ask(&mut innocent).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn one_network_begins_so_many_conversations_and_others_as_many() {
    // What an address may cause grows with the connections it may hold: here three at once.
    let server = bounded(40, &[]).await;
    for _ in 0..3 {
        assert!(begins(&server, 2).await);
    }
    assert!(!begins(&server, 2).await);
    assert!(begins(&server, 3).await, "an innocent one comes in");
}
