//! Blocked visitors.

use icondata_lu as lu;
use leptos::prelude::*;

use super::calls::{BlockRow, Unblock, read_blocks};
use crate::ui::{ButtonForm, Card, FormAction, Fresh, Icon, Notice, Zone, each};

/// The list of blocks. Shows nothing while there are none.
#[component]
pub(super) fn BlocksCard() -> impl IntoView {
    let unblock = FormAction::<Unblock>::new();
    let shown = Fresh::new(move || unblock.version(), |_| read_blocks());
    shown.show("Couldn’t load blocked visitors", move |blocks| {
        let row = move |block| view! { <Line block unblock /> };
        let is_any = move || blocks.with(|blocks| !blocks.is_empty());
        view! {
            <Show when=is_any>
                <Card title="Blocked visitors">
                    <Notice text=unblock.refused(|_| true) />
                    <ul class="plain mail-list">
                        {each(move || blocks.get(), |block: &BlockRow| block.id, row)}
                    </ul>
                </Card>
            </Show>
        }
    })
}

#[component]
fn Line(block: BlockRow, unblock: FormAction<Unblock>) -> impl IntoView {
    let zone = Zone::get();
    let BlockRow { id, name, is_network, inbox, agent, at_ms, until_ms } = block;
    let whom = if is_network { format!("Everyone on {name}’s network") } else { name };
    let when = move || {
        let until = until_ms.map(|until_ms| format!(", until {}", zone.date_and_time(until_ms)));
        format!("{}{}", zone.date_and_time(at_ms), until.unwrap_or_default())
    };
    view! {
        <li class="mail">
            <Icon icon=lu::LuBan />
            <div class="grow">
                <b>{whom}</b>
                <small>{inbox} " · by " {agent} " · " {when}</small>
            </div>
            <ButtonForm action=unblock fields=vec![("id", id.to_string())]>"Unblock"</ButtonForm>
        </li>
    }
}
