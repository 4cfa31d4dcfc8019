//! The second factors of the agent who is logged in.

use icondata_lu as lu;
use leptos::prelude::*;

use super::calls::{
    Factors, MakeRecoveryCodes, PasskeyLine, RemovePasskey, RemoveTotp, read_factors,
};
use super::passkeys::NewPasskey;
use super::totp::{NewTotp, RecoveryCodes};
use crate::ui::{ButtonForm, Card, ConfirmForm, FormAction, Fresh, Icon, Notice, Zone, each};

/// The card of second factors.
#[component]
pub(crate) fn FactorsCard() -> impl IntoView {
    let (remove_totp, remove_key) =
        (FormAction::<RemoveTotp>::new(), FormAction::<RemovePasskey>::new());
    let changed = RwSignal::new(0_usize);
    let version = move || remove_totp.version() + remove_key.version() + changed.get();
    let shown = Fresh::new(version, |_| read_factors());
    let again = Callback::new(move |()| changed.update(|changed| *changed += 1));
    view! {
        <Card
            title="Two-factor authentication"
            lead="Adds a second step after your password. A passkey replaces both."
        >
            <Notice text=remove_totp.refused(|_| true) />
            <Notice text=remove_key.refused(|_| true) />
            {shown
                .show(
                    "Couldn’t load your two-factor settings",
                    move |factors| {
                        let is_fresh = move || factors.with(|factors| factors.is_fresh);
                        let takes_passkeys = move || factors.with(|factors| factors.takes_passkeys);
                        let row = move |key| view! { <Key key remove_key can_change=is_fresh() /> };
                        let keys = move || factors.with(|factors| factors.passkeys.clone());
                        view! {
                            <Show when=move || !is_fresh()>
                                <p>
                                    "To change these settings, "
                                    <a href="/login?to=/account" rel="external">
                                        "log in again"
                                    </a> "."
                                </p>
                            </Show>
                            <App factors is_fresh remove_totp again />
                            <ul class="plain mail-list">
                                {each(keys, |key: &PasskeyLine| key.id, row)}
                            </ul>
                            <Show when=move || is_fresh() && takes_passkeys()>
                                <NewPasskey added=again />
                            </Show>
                            <Show when=move || !takes_passkeys()>
                                <p class="soft">
                                    "Passkeys aren’t available: this server’s address needs a domain name and HTTPS."
                                </p>
                            </Show>
                        }
                    },
                )}
        </Card>
    }
}

/// The authenticator app.
#[component]
fn App(
    factors: Signal<Factors>,
    is_fresh: impl Fn() -> bool + Copy + Send + Sync + 'static,
    remove_totp: FormAction<RemoveTotp>,
    again: Callback<()>,
) -> impl IntoView {
    let codes = FormAction::<MakeRecoveryCodes>::new();
    let seen = RwSignal::new(0_usize);
    let done = Callback::new(move |()| {
        seen.set(codes.action.version().get_untracked());
        again.run(());
    });
    let made = move || codes.made(|_| true).filter(|_| codes.version() > seen.get());
    let has_totp = Memo::new(move |_| factors.with(|factors| factors.has_totp));
    let left = move || match factors.with(|factors| factors.recovery_codes) {
        1 => "1 recovery code left".to_owned(),
        left => format!("{left} recovery codes left"),
    };
    let set_up = move || {
        let title = "Set up an authenticator app";
        view! {
            <Show when=is_fresh>
                <NewTotp title end="I’ve saved my codes" done=again />
            </Show>
        }
    };
    view! {
        <Show when=move || has_totp.get() fallback=set_up>
            <div class="mail">
                <Icon icon=lu::LuSmartphone />
                <div class="grow">
                    <b>"Authenticator app"</b>
                    <small>{left}</small>
                </div>
                <Show when=is_fresh>
                    <ButtonForm action=codes>"New recovery codes"</ButtonForm>
                    <ConfirmForm
                        action=remove_totp
                        question="Remove the authenticator app?"
                        consequence="Its codes and your recovery codes stop working."
                        confirm="Remove"
                    >
                        "Remove…"
                    </ConfirmForm>
                </Show>
            </div>
            <Notice text=codes.refused(|_| true) />
            {move || made().map(|codes| view! { <RecoveryCodes codes end="I’ve saved my codes" done /> })}
        </Show>
    }
}

#[component]
fn Key(key: PasskeyLine, remove_key: FormAction<RemovePasskey>, can_change: bool) -> impl IntoView {
    let zone = Zone::get();
    let PasskeyLine { id, name, created_at_ms, used_at_ms } = key;
    let question = format!("Remove the passkey “{name}”?");
    let times = move || {
        let used = used_at_ms.map_or_else(
            || "never used".to_owned(),
            |used_at_ms| format!("last used {}", zone.date_and_time(used_at_ms)),
        );
        format!("added {} · {used}", zone.date_and_time(created_at_ms))
    };
    view! {
        <li class="mail">
            <Icon icon=lu::LuKeyRound />
            <div class="grow">
                <b>{name}</b>
                <small>{times}</small>
            </div>
            {can_change
                .then(|| {
                    view! {
                        <ConfirmForm
                            action=remove_key
                            fields=vec![("id", id.to_string())]
                            question
                            consequence="You can no longer log in with it."
                            confirm="Remove"
                        >
                            "Remove…"
                        </ConfirmForm>
                    }
                })}
        </li>
    }
}
