//! The choice of how conversations are assigned to agents.

use leptos::prelude::*;
use protocol::Routing;

use super::Select;

/// A `<select>` named `routing`.
#[component]
pub(crate) fn RoutingOptions(chosen: Routing, disabled: bool) -> impl IntoView {
    let option = |routing: &Routing| {
        let title = match routing {
            Routing::Manual => "Manual",
            Routing::RoundRobin => "Round robin",
            Routing::LeastBusy => "Least busy",
        };
        (routing.as_str().to_owned(), title.to_owned())
    };
    let options = Routing::ALL.iter().map(option).collect();
    view! { <Select name="routing" chosen=chosen.as_str() options disabled /> }
}
