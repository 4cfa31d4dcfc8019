//! `/audit`: the audit log.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::calls::{AuditLine, AuditLines, read_audit};
use crate::ui::{Fresh, Zone, browser_name};

/// The filter, and the cursor of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    action: String,
    text: String,
    after: Option<String>,
}

impl Wanted {
    /// Returns the URL query.
    fn to_query(&self) -> String {
        let part = |name: &str, value: &str| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        };
        let mut parts = vec![part("deed", &self.action), part("q", &self.text)];
        parts.extend(self.after.as_deref().map(|after| part("after", after)));
        parts.join("&")
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
        <Title text="Audit log" />
        <main class="settings">
            <header>
                <h1>"Audit log"</h1>
                <p class="lead">
                    "Who changed settings, permissions, and access, who logged in or failed to, and from where. Messages to visitors are in the conversations."
                </p>
            </header>
            {shown.show("Couldn’t load the audit log", move |page| view! { <Lines page wanted /> })}
        </main>
    }
}

#[component]
fn Lines(page: Signal<AuditLines>, wanted: Memo<Wanted>) -> impl IntoView {
    let actions = page.with_untracked(|page| page.actions.clone());
    let is_chosen = move |action: String| move || wanted.with(|wanted| wanted.action == action);
    let lines = move || page.with(|page| page.lines.clone());
    let is_empty = move || page.with(|page| page.lines.is_empty());
    let older = move || {
        let after = Some(page.with(|page| page.next.clone())?);
        Some(format!("/audit?{}", Wanted { after, ..wanted.get() }.to_query()))
    };
    let export = move |kind: &'static str| {
        move || {
            format!("/audit/export.{kind}?{}", Wanted { after: None, ..wanted.get() }.to_query())
        }
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
            <select name="deed" aria-label="Action">
                <option value="">"All actions"</option>
                {actions
                    .into_iter()
                    .map(|(action, says)| {
                        view! {
                            <option value=action.clone() selected=is_chosen(action)>
                                {says}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <button class="button" type="submit">"Search"</button>
            <a class="button quiet" href=export("csv") rel="external" download="audit.csv">"Export CSV"</a>
            <a class="button quiet" href=export("json") rel="external" download="audit.json">"Export JSON"</a>
        </Form>
        <section class="card stack">
            {move || is_empty().then(|| view! { <p class="soft">"No matching entries."</p> })}
            <ul class="plain audit-list">
                {move || lines().into_iter().map(|line| view! { <Line line /> }).collect_view()}
            </ul>
            {move || older().map(|href| view! { <a class="button quiet" href=href>"Older"</a> })}
        </section>
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
