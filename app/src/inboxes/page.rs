//! `/inboxes`: the embed snippet of each inbox, and the sites that may use it.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::{
    AllowSites, InboxDetails, SetIdentity, SetInbox, SetInboxInbound, SetInboxMail, SetWebhook,
    list_inboxes,
};
use super::identity::Identity;
use super::inbound::Inbound;
use super::mail::Mail;
use super::saving::{SaveRow, Saving};
use super::work::Work;
use crate::account::Me;
use crate::team::{TeamDetails, read_team};
use crate::ui::{Copyable, Waiting, state_page};

/// All inboxes.
#[component]
pub(crate) fn InboxesPage() -> impl IntoView {
    let save = ServerAction::<AllowSites>::new();
    let set = ServerAction::<SetInbox>::new();
    let prove = ServerAction::<SetIdentity>::new();
    let send = ServerAction::<SetInboxMail>::new();
    let receive = ServerAction::<SetInboxInbound>::new();
    let hand_in = ServerAction::<SetWebhook>::new();
    let version = move || {
        let changed = save.version().get() + set.version().get();
        changed
            + prove.version().get()
            + send.version().get()
            + receive.version().get()
            + hand_in.version().get()
    };
    let inboxes = Resource::new(version, |_| async {
        let team = read_team().await?;
        list_inboxes().await.map(|inboxes| (inboxes, team))
    });
    view! {
        <Title text="Inboxes" />
        <main class="settings">
            <header>
                <h1>"Inboxes"</h1>
                <p class="lead">
                    "An inbox is one site or brand. Put its tag on your pages, and say which sites may use it."
                </p>
            </header>
            <Transition fallback=Waiting>
                {move || Suspend::new(async move {
                    match inboxes.await {
                        Ok((inboxes, team)) => {
                            inboxes
                                .into_iter()
                                .map(|inbox| view! { <InboxCard inbox team=team.clone() save set prove send receive hand_in /> })
                                .collect_view()
                                .into_any()
                        }
                        Err(failure) => {
                            state_page("The inboxes could not be read", failure.to_string()).into_any()
                        }
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn InboxCard(
    inbox: InboxDetails,
    team: TeamDetails,
    save: ServerAction<AllowSites>,
    set: ServerAction<SetInbox>,
    prove: ServerAction<SetIdentity>,
    send: ServerAction<SetInboxMail>,
    receive: ServerAction<SetInboxInbound>,
    hand_in: ServerAction<SetWebhook>,
) -> impl IntoView {
    let (work, mail, inbound, identity) =
        (inbox.clone(), inbox.clone(), inbox.clone(), inbox.clone());
    let InboxDetails { id, name, key, sites, snippet, .. } = inbox;
    let can_change = use_context::<Me>().is_some_and(|me| me.can_manage_inboxes);
    let saving = Saving::of(save, move |input: &AllowSites| input.id == id);
    let rows = (sites.len() + 1).max(3).to_string();
    view! {
        <section class="card inbox-card">
            <header>
                <h2>{name}</h2>
                <code class="key" title="The inbox’s public key">{key}</code>
            </header>
            <h3>"Embed it"</h3>
            <p>"Paste this before " <code>"</body>"</code> " on every page that should have the chat."</p>
            <Copyable text=snippet />
            <h3>"Allowed sites"</h3>
            <ActionForm action=save attr:class="form">
                <input type="hidden" name="id" value=id.to_string() />
                <label>
                    "One a line, such as https://example.com"
                    <textarea
                        name="sites"
                        rows=rows
                        spellcheck="false"
                        autocapitalize="off"
                        placeholder="https://example.com"
                        disabled=!can_change
                    >
                        {sites.join("\n")}
                    </textarea>
                    <small>
                        "The chat refuses to open anywhere else. This server’s own demo site is always allowed."
                    </small>
                </label>
                <SaveRow saving can_change />
            </ActionForm>
            <Work inbox=work team set can_change />
            <Mail inbox=mail set=send can_change />
            {can_change.then(|| view! { <Inbound inbox=inbound set=receive hand_in /> })}
            <Identity inbox=identity set=prove />
        </section>
    }
}
