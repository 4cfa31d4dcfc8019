//! The parts that settings pages have in common.

use leptos::children::ViewFnOnce;
use leptos::prelude::*;
use leptos_meta::Title;

/// A settings page: its title, what it is for, and its cards.
#[component]
pub(crate) fn SettingsPage<L: IntoView + 'static>(
    /// Its title, also that of the browser's tab.
    title: &'static str,
    /// What it is for.
    lead: L,
    /// What else its header contains.
    #[prop(optional, into)]
    more: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title />
        <main class="settings">
            <header>
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                {more.map(ViewFnOnce::run)}
            </header>
            {children()}
        </main>
    }
}

/// Links to the parts of a page, one of which is shown.
pub(crate) fn tabs<T: Copy + PartialEq + Send + Sync + 'static>(
    label: &'static str,
    shown: impl Fn() -> T + Copy + Send + Sync + 'static,
    all: impl IntoIterator<Item = (T, &'static str)>,
    href: impl Fn(T) -> String + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let tab = move |(of, title): (T, &'static str)| {
        let current = move || (shown() == of).then_some("page");
        view! {
            <a class="tab" href=move || href(of) aria-current=current>
                {title}
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label=label>
            {all.into_iter().map(tab).collect_view()}
        </nav>
    }
}

/// Links to the next page of a list, and back to its beginning.
#[component]
pub(crate) fn Pager(
    /// The address of the next page, if there is one.
    #[prop(into)]
    older: Signal<Option<String>>,
    /// The address of the first page, on any other page.
    #[prop(into)]
    newest: Signal<Option<String>>,
) -> impl IntoView {
    let link = |href: Option<String>, title: &'static str| {
        href.map(|href| view! { <a class="button quiet" href=href>{title}</a> })
    };
    view! {
        {move || {
            let (newest, older) = (newest.get(), older.get());
            (newest.is_some() || older.is_some())
                .then(|| {
                    view! {
                        <nav class="pager" aria-label="Pages">
                            {link(newest, "Newest")} {link(older, "Older")}
                        </nav>
                    }
                })
        }}
    }
}
