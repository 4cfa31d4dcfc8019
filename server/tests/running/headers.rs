//! The headers of every response, and how long a login counts as recent.

use domain::Ambient;
use server::TrafficOptions;

use crate::routes::{Caller, House};
use crate::support::{Moved, Running, keys};

/// Routes that are cached, because the URL identifies the content, or because they have rules of their own.
const KEPT: [&str; 3] = ["/widget.js", "/widget/", "/pkg/"];

#[tokio::test]
async fn every_answer_is_not_guessed_framed_or_kept() {
    let house = House::start().await;
    let mut seen = 0;
    for path in server::paths() {
        let path = path.replace("{id}", "x").replace("{file}", "x").replace("{token}", "x");
        let answer = house.ask("GET", &path, Caller::Nobody, true, "").await;
        let says =
            |name: &str| answer.header(name).unwrap_or_else(|| panic!("{path} lacks {name}"));
        assert_eq!(says("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(says("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(says("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(!says("referrer-policy").is_empty(), "{path}");
        let is_kept = KEPT.iter().any(|kept| path.starts_with(kept)) && answer.status == 200;
        let cache = says("cache-control");
        assert!(
            is_kept || cache.contains("no-store") || cache.contains("no-cache"),
            "{path} {cache}"
        );
        assert_eq!(answer.header("strict-transport-security"), None, "{path}: it is not https");
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
}

#[tokio::test]
async fn behind_https_cookies_and_addresses_are_for_https_alone() {
    let url = "https://chat.example.com".parse().unwrap();
    let traffic = TrafficOptions { per_address: Some(65_536), ..TrafficOptions::default() };
    let server = Running::start_at(Some(url), Ambient::system(keys()), None, traffic).await;
    let page = server.http("GET", "/login", &[], "").await;
    let lasting = page.header("strict-transport-security").unwrap();
    assert_eq!(lasting, "max-age=31536000; includeSubDomains");
    let action = page.body.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
    let headers = [
        ("origin", "https://chat.example.com"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = "email=mia%40example.com&password=correct%20horse";
    let answer = server.http("POST", action.unwrap(), &headers, body).await;
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(set.len() >= 2, "the login, and that the browser is known: {set:?}");
    for cookie in set {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie} lacks {part}");
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
}

/// Someone who finds an open computer must not change who can log in.
#[tokio::test]
async fn who_logged_in_a_while_ago_shows_who_they_are_again() {
    let moved = Moved::default();
    let house = House::start_with(moved.ambient()).await;
    let calls = [
        ("offer_totp", Caller::Agent),
        ("remove_totp", Caller::Agent),
        ("make_recovery_codes", Caller::Agent),
        ("offer_passkey", Caller::Agent),
        ("set_login_rules", Caller::Owner),
        ("invite_agent", Caller::Owner),
        ("make_password_link", Caller::Owner),
        ("set_agent_role", Caller::Owner),
        ("set_agent_active", Caller::Owner),
        ("reset_second_factors", Caller::Owner),
        ("delete_provider", Caller::Owner),
        ("create_access_token", Caller::Owner),
    ];
    let paths = server::paths();
    let ask = async |name: &str, who| {
        let path = paths.iter().find(|path| {
            path.strip_prefix("/call/")
                .is_some_and(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()) == name)
        });
        let path = path.unwrap_or_else(|| panic!("no {name}"));
        house.ask("POST", path, who, true, &house.body_of(name)).await
    };
    let answer = ask("offer_totp", Caller::Agent).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    moved.pass_ms(16 * 60 * 1_000);
    for (name, who) in calls {
        let answer = ask(name, who).await;
        assert!(answer.says("login_stale"), "{name}: {}", answer.body);
    }
}
