//! The HTML document, and the page for each route.

use leptos::prelude::*;
use leptos_meta::{Meta, MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::access::AccessPage;
use crate::account::{AccountPage, ForgottenPage, LoginPage, PasswordPage, SecondPage, SetupPage};
use crate::audit::AuditPage;
use crate::conversations::{ConversationPage, ConversationsPage, NothingOpen, provide_drafts};
use crate::inboxes::InboxesPage;
use crate::live::provide_live;
use crate::outbox::OutboxPage;
use crate::people::PeoplePage;
use crate::review::ReviewPage;
use crate::shell::Shell;
use crate::team::{LoginsPage, TeamPage};
use crate::ui::{Toasts, Zone, state_page};

/// The HTML document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let style = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
                />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%232f6f5e'/%3E%3Ccircle cx='16' cy='16' r='6' fill='%23ffd98a'/%3E%3C/svg%3E" />
                <Stylesheet href=style />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Formats the title of a page.
///
/// On the server the framework writes the title into the document without escaping it, and it may contain a
/// stranger's text, so it is escaped here. In a browser it is set as text.
fn titled(page: String) -> String {
    let title =
        if page.is_empty() { "Porchlight".to_owned() } else { format!("{page} · Porchlight") };
    #[cfg(feature = "ssr")]
    let title = html_escape::encode_text(&title).into_owned();
    title
}

/// The dashboard. Pages are sent whole (`SsrMode::Async`), because the database they are read from is beside the
/// server. So they also work without scripts.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_live();
    provide_drafts();
    Zone::provide();
    Toasts::provide();
    #[cfg(feature = "ssr")]
    provide_policy();

    view! {
        <Title formatter=titled />
        <Meta name="robots" content="noindex" />
        <Router>
            <Routes fallback=|| {
                state_page("Page not found", "This page doesn’t exist or has been removed.").into_any()
            }>
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async />
                <Route path=path!("/login/second") view=SecondPage ssr=SsrMode::Async />
                <Route path=path!("/password") view=ForgottenPage ssr=SsrMode::Async />
                <Route path=path!("/password/:token") view=PasswordPage ssr=SsrMode::Async />
                <Route path=path!("/setup/:token") view=SetupPage ssr=SsrMode::Async />
                <Route path=path!("/") view=|| view! { <Redirect path="/conversations" /> } />
                <ParentRoute path=path!("") view=Shell>
                    <ParentRoute path=path!("/conversations") view=ConversationsPage>
                        <Route path=path!("") view=NothingOpen ssr=SsrMode::Async />
                        <Route path=path!("/:id") view=ConversationPage ssr=SsrMode::Async />
                    </ParentRoute>
                    <Route path=path!("/team") view=TeamPage ssr=SsrMode::Async />
                    <Route path=path!("/team/logins") view=LoginsPage ssr=SsrMode::Async />
                    <Route path=path!("/access") view=AccessPage ssr=SsrMode::Async />
                    <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async />
                    <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async />
                    <Route path=path!("/outbox") view=OutboxPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/review") view=ReviewPage ssr=SsrMode::Async />
                    <Route path=path!("/inboxes") view=InboxesPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Allows only our own scripts and the inline scripts with this response's nonce.
#[cfg(feature = "ssr")]
fn provide_policy() {
    use http::{HeaderValue, header};
    use leptos::nonce::use_nonce;
    use leptos_axum::ResponseOptions;

    let (Some(options), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else {
        return;
    };
    // The reload socket of cargo-leptos uses another port.
    let watch = if std::env::var_os("LEPTOS_WATCH").is_some() { " ws:" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'{watch}; \
         manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = policy.parse() {
        options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    options.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
