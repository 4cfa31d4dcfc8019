//! The choice of how conversations are assigned to agents.

use leptos::prelude::*;
use protocol::Routing;

/// A `<select>` named `routing`.
#[component]
pub(crate) fn RoutingOptions(chosen: Routing, disabled: bool) -> impl IntoView {
    let option = move |routing: Routing| {
        let title = match routing {
            Routing::Manual => "Manual",
            Routing::RoundRobin => "Round robin",
            Routing::LeastBusy => "Least busy",
        };
        view! {
            <option value=routing.as_str() selected=routing == chosen>
                {title}
            </option>
        }
    };
    view! {
        <select name="routing" disabled=disabled>
            {Routing::ALL.iter().map(|routing| option(*routing)).collect_view()}
        </select>
    }
}
