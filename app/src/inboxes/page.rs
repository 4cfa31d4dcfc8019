//! `/inboxes`: the embed snippet of each inbox, the sites that may use it, and its settings.

use leptos::form::ActionForm;
use leptos::prelude::*;
use protocol::{LabelId, TeamId, UnixMillis};

use super::blocks::BlocksCard;
use super::calls::{
    AllowSites, InboxDetails, SetIdentity, SetInbox, SetInboxInbound, SetInboxMail,
    SetInboxRetention, SetWebhook, list_inboxes,
};
use super::identity::Identity;
use super::inbound::Inbound;
use super::mail::Mail;
use super::retention::Kept;
use super::work::Work;
use crate::account::Me;
use crate::team::{TeamDetails, read_team};
use crate::ui;
use crate::ui::{Copyable, FormAction, Fresh, SaveRow, SettingsPage, Zone, each};

/// The page of all inboxes.
#[component]
pub(crate) fn InboxesPage() -> impl IntoView {
    let actions = InboxActions::new();
    let read = |_| async {
        let team = read_team().await?;
        list_inboxes().await.map(|inboxes| (inboxes, team))
    };
    let shown = Fresh::new(move || actions.version(), read);
    view! {
        <SettingsPage
            title="Inboxes"
            lead="An inbox is one site or brand. Add its snippet to your pages and list the sites that may use it."
        >
            {shown.show("Couldn’t load inboxes", move |read| cards(read, actions))}
            <BlocksCard />
        </SettingsPage>
    }
}

/// The actions on the page. Each is a form that also works without scripts.
#[derive(Clone, Copy)]
struct InboxActions {
    save: FormAction<AllowSites>,
    set: FormAction<SetInbox>,
    prove: FormAction<SetIdentity>,
    send: FormAction<SetInboxMail>,
    receive: FormAction<SetInboxInbound>,
    hand_in: FormAction<SetWebhook>,
    keep: FormAction<SetInboxRetention>,
}

impl InboxActions {
    fn new() -> Self {
        Self {
            save: FormAction::new(),
            set: FormAction::new(),
            prove: FormAction::new(),
            send: FormAction::new(),
            receive: FormAction::new(),
            hand_in: FormAction::new(),
            keep: FormAction::new(),
        }
    }

    /// Changes whenever one of the actions finishes.
    fn version(self) -> usize {
        self.save.version()
            + self.set.version()
            + self.prove.version()
            + self.send.version()
            + self.receive.version()
            + self.hand_in.version()
            + self.keep.version()
    }
}

/// What an inbox's form offers to choose from: teams and labels, by id and name.
type Offered = (Vec<(TeamId, String)>, Vec<(LabelId, String)>);

fn cards(read: Signal<(Vec<InboxDetails>, TeamDetails)>, actions: InboxActions) -> impl IntoView {
    // Only what a card shows: if anything else of the team changed, the card would be rendered again, and what
    // was typed into it would be lost.
    let all = move || {
        let (inboxes, team) = read.get();
        let teams: Vec<_> = team.teams.into_iter().map(|team| (team.id, team.name)).collect();
        let labels: Vec<_> = team.labels.into_iter().map(|label| (label.id, label.name)).collect();
        let offered = |inbox| (inbox, (teams.clone(), labels.clone()));
        inboxes.into_iter().map(offered).collect()
    };
    // The form for routing offers teams and labels, so they are part of the key.
    let key = |(inbox, (teams, labels)): &(InboxDetails, Offered)| {
        let teams: Vec<_> = teams.iter().map(|(id, _)| *id).collect();
        let labels: Vec<_> = labels.iter().map(|(id, _)| *id).collect();
        (inbox.id, teams, labels)
    };
    each(all, key, move |(inbox, offered)| view! { <InboxCard inbox offered actions /> })
}

#[component]
fn InboxCard(inbox: InboxDetails, offered: Offered, actions: InboxActions) -> impl IntoView {
    let (teams, labels) = offered;
    let InboxActions { save, set, prove, send, receive, hand_in, keep } = actions;
    let (work, mail, inbound, identity, kept) =
        (inbox.clone(), inbox.clone(), inbox.clone(), inbox.clone(), inbox.clone());
    let InboxDetails { id, name, key, sites, refused_sites, snippet, .. } = inbox;
    let can_change = use_context::<Me>().is_some_and(|me| me.is_admin);
    let saving = save.saving(move |input| input.id == id);
    let written = RwSignal::new(sites.join("\n"));
    let rows = move || written.with(|sites| (sites.lines().count() + 1).max(3).to_string());
    view! {
        <section class="card inbox-card">
            <header>
                <h2>{name}</h2>
                <code class="key" title="Public inbox key">{key}</code>
            </header>
            <h3>"Install"</h3>
            <p>"Paste this snippet before " <code>"</body>"</code> " on every page that should show the chat."</p>
            <Copyable text=snippet />
            <h3>"Allowed sites"</h3>
            <ActionForm action=save.action attr:class="form">
                <input type="hidden" name="id" value=id.to_string() />
                <label>
                    "One per line, e.g. https://example.com"
                    <textarea
                        name="sites"
                        rows=rows
                        spellcheck="false"
                        autocapitalize="off"
                        placeholder="https://example.com"
                        disabled=!can_change
                        prop:value=written
                        on:input:target=move |event| written.set(event.target().value())
                    >
                        {ui::written(sites.join("\n"))}
                    </textarea>
                    <small>
                        "The chat won’t open anywhere else. Use https://*.example.com to allow subdomains such as shop.example.com. This server’s demo site is always allowed."
                    </small>
                </label>
                <Refused sites=refused_sites written />
                <SaveRow saving can_change />
            </ActionForm>
            <Work inbox=work teams labels set can_change />
            <Mail inbox=mail set=send can_change />
            {can_change.then(|| view! { <Inbound inbox=inbound set=receive hand_in /> })}
            <Identity inbox=identity set=prove />
            <Kept inbox=kept set=keep can_change />
        </section>
    }
}

/// Sites that were refused recently. The owner may have forgotten to allow them.
#[component]
fn Refused(sites: Vec<(String, UnixMillis)>, written: RwSignal<String>) -> impl IntoView {
    let zone = Zone::get();
    let rows = sites.into_iter().map(|(site, at_ms)| {
        let line = site.clone();
        let is_written = move || written.with(|all| all.lines().any(|other| other.trim() == line));
        let add = {
            let site = site.clone();
            move |_| {
                written.update(|all| {
                    if !all.is_empty() && !all.ends_with('\n') {
                        all.push('\n');
                    }
                    all.push_str(&site);
                });
            }
        };
        view! {
            <li hidden=is_written>
                <span>
                    "Not allowed: " <strong>{site}</strong> ", " {move || zone.date_and_time(at_ms)}
                </span>
                <button type="button" class="button small" on:click=add>
                    "Add"
                </button>
            </li>
        }
    });
    view! { <ul class="refused-sites">{rows.collect_view()}</ul> }
}
