//! `/audit`: the audit log.

use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use super::calls::{AuditLine, AuditLines, read_audit};
use crate::ui::{Card, Fresh, Pager, Select, SettingsPage, Zone, address, browser_name, options};

/// The filter, and the cursor of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    action: String,
    text: String,
    after: Option<String>,
}

impl Wanted {
    /// Returns the address of `path` with this query.
    fn address(&self, path: &str) -> String {
        let after = self.after.clone().unwrap_or_default();
        address(path, [("deed", self.action.clone()), ("q", self.text.clone()), ("after", after)])
    }
}

/// The audit log.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        query.with(|query| Wanted {
            action: query.get("deed").unwrap_or_default(),
            text: query.get("q").unwrap_or_default(),
            after: query.get("after"),
        })
    });
    let shown = Fresh::new(
        move || wanted.get(),
        |Wanted { action, text, after }| read_audit(action, None, text, after),
    );
    view! {
        <SettingsPage
            title="Audit log"
            lead="Who changed settings, permissions, and access, who logged in or failed to, and from where. Messages to visitors are in the conversations."
        >
            {shown.show("Couldn’t load the audit log", move |page| view! { <Lines page wanted /> })}
        </SettingsPage>
    }
}

#[component]
fn Lines(page: Signal<AuditLines>, wanted: Memo<Wanted>) -> impl IntoView {
    let actions = page.with_untracked(|page| page.actions.clone());
    let chosen = Signal::derive(move || wanted.with(|wanted| wanted.action.clone()));
    let actions = options("All actions", actions);
    let lines = move || page.with(|page| page.lines.clone());
    let is_empty = move || page.with(|page| page.lines.is_empty());
    let at = move |after: Option<String>| Wanted { after, ..wanted.get() }.address("/audit");
    let older =
        Signal::derive(move || page.with(|page| page.next.clone()).map(|next| at(Some(next))));
    let newest =
        Signal::derive(move || wanted.with(|wanted| wanted.after.clone()).map(|_| at(None)));
    let export = move |kind: &'static str| {
        move || Wanted { after: None, ..wanted.get() }.address(&format!("/audit/export.{kind}"))
    };
    view! {
        <Form method="GET" action="/audit" attr:class="narrow audit-narrow" attr:role="search">
            <input
                type="search"
                name="q"
                aria-label="Name or address"
                placeholder="Name or address"
                prop:value=move || wanted.get().text
                value=wanted.get_untracked().text
            />
            <Select name="deed" label="Action" chosen options=actions />
            <button class="button" type="submit">"Search"</button>
            <a class="button quiet" href=export("csv") rel="external" download="audit.csv">"Export CSV"</a>
            <a class="button quiet" href=export("json") rel="external" download="audit.json">"Export JSON"</a>
        </Form>
        <Card>
            {move || is_empty().then(|| view! { <p class="soft">"No matching entries."</p> })}
            <ul class="plain audit-list">
                {move || lines().into_iter().map(|line| view! { <Line line /> }).collect_view()}
            </ul>
            <Pager older newest />
        </Card>
    }
}

#[component]
fn Line(line: AuditLine) -> impl IntoView {
    let zone = Zone::get();
    let AuditLine { at_ms, actor, is_program, is_stranger, action, subject, address, browser } =
        line;
    let browser = browser.as_deref().map(browser_name);
    let from = [address, browser].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    // An agent who acts on themselves is named only once.
    let subject = subject.filter(|subject| *subject != actor);
    let action =
        if subject.is_none() { action.trim_end_matches([':', ' ']).to_owned() } else { action };
    view! {
        <li>
            <time>{move || zone.date_and_time(at_ms)}</time>
            <div class="grow">
                <p>
                    {is_stranger.then_some("Unverified: ")} <b>{actor}</b>
                    {is_program.then_some(" (via API)")} " " {action} " " {subject.map(|subject| view! { <b>{subject}</b> })}
                </p>
                <small>{from}</small>
            </div>
        </li>
    }
}
