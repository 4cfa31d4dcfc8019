//! Server data that a page shows, reloaded without recreating the page.
//!
//! What someone types is held by the element they type into. If a page is recreated from new data, its elements
//! are reused in their order: with one row more or less, the text typed into one row's form ends up in another's.
//! Here a row keeps its elements for as long as it exists, and no other row gets them.

use std::hash::Hash;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Waiting, made_once, state_page};
use crate::failure::Failure;

/// Server data that a page shows.
pub(crate) struct Fresh<T: Send + Sync + 'static> {
    first: Resource<Result<T, Failure>>,
    now: RwSignal<Option<T>>,
}

impl<T: Send + Sync + 'static> Clone for Fresh<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Fresh<T> {}

impl<T> Fresh<T>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Reads what `source` asks for, and again whenever that changes.
    pub(crate) fn new<S, R>(
        source: impl Fn() -> S + Copy + Send + Sync + 'static,
        read: impl Fn(S) -> R + Copy + Send + Sync + 'static,
    ) -> Self
    where
        S: Clone + PartialEq + Send + Sync + 'static,
        R: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let first = Resource::new(|| (), move |()| read(untrack(source)));
        let now = RwSignal::new(None);
        let source = Memo::new(move |_| source());
        Effect::new(move |before: Option<S>| {
            let asked = source.get();
            if before.is_some_and(|before| before != asked) {
                let answer = read(asked.clone());
                let asked = asked.clone();
                leptos::task::spawn_local(async move {
                    // A late answer may belong to an older request, and the page may be gone.
                    if let Ok(answer) = answer.await
                        && source.try_get_untracked().is_some_and(|now| now == asked)
                    {
                        now.try_set(Some(answer));
                    }
                });
            }
            asked
        });
        Self { first, now }
    }

    /// Shows the data once it is read, or the failure under the title `failed`.
    pub(crate) fn show<V>(
        self,
        failed: &'static str,
        show: impl Fn(Signal<T>) -> V + Copy + Send + Sync + 'static,
    ) -> impl IntoView
    where
        V: IntoView + 'static,
    {
        let shown = move || {
            Suspend::new(async move {
                let first = self.first.await;
                made_once().await;
                match first {
                    Ok(first) => {
                        let now = self.now;
                        let latest = move || now.get().unwrap_or_else(|| first.clone());
                        show(Signal::derive(latest)).into_any()
                    }
                    Err(failure) => state_page(failed, failure.to_string()).into_any(),
                }
            })
        };
        view! { <Suspense fallback=Waiting>{shown}</Suspense> }
    }
}

/// Shows each item, in order, in its own elements. Two items are the same as long as their keys are. An item that
/// changed is rendered again in place.
///
/// The choices that an item's form offers belong in its key.
pub(crate) fn each<T, K, V>(
    all: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> K + Copy + Send + Sync + 'static,
    show: impl Fn(T) -> V + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let all = Memo::new(move |_| all());
    let keys = move || all.with(|all| all.iter().map(key).collect::<Vec<_>>());
    let row = move |wanted: K| {
        let one =
            Memo::new(move |_| all.with(|all| all.iter().find(|one| key(one) == wanted).cloned()));
        move || one.get().map(show)
    };
    view! {
        <For each=keys key=K::clone let(wanted)>
            {row(wanted)}
        </For>
    }
}
