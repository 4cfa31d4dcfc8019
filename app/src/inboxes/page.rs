//! `/inboxes`: the embed snippet of each inbox, and the sites that may use it.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::{AllowSites, InboxDetails, SetIdentity, SetInbox, SetInboxMail, list_inboxes};
use super::identity::Identity;
use super::mail::Mail;
use super::work::Work;
use crate::account::Me;
use crate::team::{TeamDetails, read_team};
use crate::ui::{Copyable, Notice, Waiting, state_page};

/// All inboxes.
#[component]
pub(crate) fn InboxesPage() -> impl IntoView {
    let save = ServerAction::<AllowSites>::new();
    let set = ServerAction::<SetInbox>::new();
    let prove = ServerAction::<SetIdentity>::new();
    let send = ServerAction::<SetInboxMail>::new();
    let version = move || {
        let changed = save.version().get() + set.version().get();
        changed + prove.version().get() + send.version().get()
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
                                .map(|inbox| view! { <InboxCard inbox team=team.clone() save set prove send /> })
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
) -> impl IntoView {
    let (work, mail, identity) = (inbox.clone(), inbox.clone(), inbox.clone());
    let InboxDetails { id, name, key, sites, snippet, .. } = inbox;
    let can_change = use_context::<Me>().is_some_and(|me| me.can_manage_inboxes);
    let mine = move || save.input().with(|input| input.as_ref().is_none_or(|input| input.id == id));
    let refused = Signal::derive(move || match save.value().get() {
        Some(Err(failure)) if mine() => Some(failure.to_string()),
        _ => None,
    });
    let saved = move || mine() && matches!(save.value().get(), Some(Ok(())));
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
                <Notice text=refused />
                <div class="form-end">
                    <button
                        class="button primary"
                        type="submit"
                        disabled=move || !can_change || save.pending().get()
                    >
                        "Save"
                    </button>
                    <span class="saved" role="status">
                        {move || saved().then_some("Saved")}
                    </span>
                    {(!can_change).then_some("Only the owner can change this.")}
                </div>
            </ActionForm>
            <Work inbox=work team set can_change />
            <Mail inbox=mail set=send can_change />
            <Identity inbox=identity set=prove />
        </section>
    }
}
