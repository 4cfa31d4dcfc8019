//! The frame around the team's pages: navigation, and the agent who is logged in.

use icondata_lu as lu;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::{A, Outlet, Redirect};
use leptos_router::hooks::use_location;
use protocol::{FromAgent, Presence};

use crate::account::{LogOut, Me, who_am_i};
use crate::live::{Device, Live, Status};
use crate::review::{Recount, ReviewBadge};
use crate::ui::{Icon, Menu, Toaster, badge, made_once, presence_class, state_page};

/// Shows the page to an agent; redirects everyone else to the login.
#[component]
pub(crate) fn Shell() -> impl IntoView {
    let me = Resource::new_blocking(|| (), |()| who_am_i());
    let here = use_location().pathname;
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let me = me.await;
                made_once().await;
                match me {
                    Ok(Some(me)) => view! { <Frame me /> }.into_any(),
                    // Return to the requested page after the login: an emailed link leads to a conversation.
                    Ok(None) => {
                        let path = format!("/login?to={}", here.get_untracked());
                        view! { <Redirect path /> }.into_any()
                    }
                    Err(failure) => state_page("Something went wrong", failure.to_string()).into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Frame(me: Me) -> impl IntoView {
    Recount::provide();
    let initials = initials(&me.name);
    let live = Live::get();
    live.belongs_to(me.id);
    provide_context(me.clone());
    let trouble = me.trouble.clone();
    let unread = Memo::new(move |_| live.with(|store| store.unread_conversations()));
    view! {
        <div class="frame">
            <nav class="rail" aria-label="Main">
                <A href="/conversations" attr:class="rail-link" attr:title="Conversations">
                    <Icon icon=lu::LuMessagesSquare />
                    <span class="visually-hidden">"Conversations"</span>
                    {move || {
                        let count = unread.get();
                        (count > 0).then(|| view! { <b class="badge">{badge(count as u64)}</b> })
                    }}
                </A>
                <A href="/review" attr:class="rail-link" attr:title="Incoming email">
                    <Icon icon=lu::LuMailQuestion />
                    <span class="visually-hidden">"Incoming email"</span>
                    <ReviewBadge />
                </A>
                <A href="/inboxes" attr:class="rail-link" attr:title="Inboxes">
                    <Icon icon=lu::LuInbox />
                    <span class="visually-hidden">"Inboxes"</span>
                </A>
                <A href="/team" attr:class="rail-link" attr:title="Team">
                    <Icon icon=lu::LuUsers />
                    <span class="visually-hidden">"Team"</span>
                </A>
                {me
                    .is_admin
                    .then(|| {
                        view! {
                            <A href="/outbox" attr:class="rail-link" attr:title="Outbox">
                                <Icon icon=lu::LuMails />
                                <span class="visually-hidden">"Outbox"</span>
                            </A>
                            <A href="/people" attr:class="rail-link" attr:title="People">
                                <Icon icon=lu::LuUserSearch />
                                <span class="visually-hidden">"People"</span>
                            </A>
                            <A href="/access" attr:class="rail-link" attr:title="API">
                                <Icon icon=lu::LuKeyRound />
                                <span class="visually-hidden">"API"</span>
                            </A>
                            <A href="/audit" attr:class="rail-link" attr:title="Audit log">
                                <Icon icon=lu::LuScrollText />
                                <span class="visually-hidden">"Audit log"</span>
                            </A>
                        }
                    })}
                <span class="rail-space"></span>
                <ConnectionDot />
                <PresenceMenu name=format!("{} ({})", me.name, me.email) initials />
                // A plain form loads the next page from the server, so that nothing of this login stays in the
                // browser.
                <form action=LogOut::url() method="post" on:submit=move |_| Device(me.id).clear()>
                    <button class="rail-link" type="submit" title="Log out">
                        <Icon icon=lu::LuLogOut />
                        <span class="visually-hidden">"Log out"</span>
                    </button>
                </form>
            </nav>
            {trouble.map(|trouble| view! { <p class="trouble" role="alert">{trouble}</p> })}
            <Outlet />
            <Toaster />
        </div>
    }
}

/// Sets the agent's presence, as other agents see it.
#[component]
fn PresenceMenu(name: String, initials: String) -> impl IntoView {
    let live = Live::get();
    let presence = Memo::new(move |_| live.with(|store| store.my_presence()));
    let class = move || presence_class(presence.get().unwrap_or(Presence::Offline));
    let choose = move |presence| {
        live.update(|_| vec![FromAgent::Presence { presence }]);
    };
    let item = move |choice: Presence, title: &'static str| {
        view! {
            <li>
                <button
                    aria-pressed=move || (presence.get() == Some(choice)).to_string()
                    on:click=move |_| choose(choice)
                >
                    <i class=presence_class(choice)></i>
                    {title}
                </button>
            </li>
        }
    };
    view! {
        <div class="me" title=name>
            <Menu label="Your status" title=Signal::stored(initials)>
                {item(Presence::Online, "Online")}
                {item(Presence::Away, "Away")}
                {item(Presence::Offline, "Appear offline")}
                <li>
                    <A href="/account">"Your account"</A>
                </li>
            </Menu>
            <i class=class></i>
        </div>
    }
}

#[component]
fn ConnectionDot() -> impl IntoView {
    let live = Live::get();
    let (class, text) = {
        let class = move || match live.status() {
            Status::Online => "dot online",
            Status::Connecting => "dot",
            Status::Offline | Status::LoggedOut => "dot offline",
        };
        let text = move || match live.status() {
            Status::Online => "Connected",
            Status::Connecting => "Connecting…",
            Status::Offline => "Offline. Reconnecting…",
            Status::LoggedOut => "Logged out. Reload the page.",
        };
        (class, text)
    };
    view! { <span class=class role="status" title=text aria-label=text></span> }
}

/// Returns the initials of a name, at most two letters.
pub(crate) fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().next());
    letters.take(2).flat_map(char::to_uppercase).collect()
}
