//! Setting up an authenticator app: a QR code, a code that proves it works, and recovery codes.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{ConfirmTotp, OfferTotp, TotpOffer};
use crate::ui::{FormAction, Notice, is_alive};

/// Sets up an authenticator app. Calls `done` after the agent has seen the recovery codes.
#[component]
pub(super) fn NewTotp(
    /// The text of the first button.
    title: &'static str,
    /// The text of the last button.
    end: &'static str,
    done: Callback<()>,
) -> impl IntoView {
    let (offer, confirm) = (FormAction::<OfferTotp>::new(), FormAction::<ConfirmTotp>::new());
    let is_alive = is_alive();
    let codes = move || confirm.made(|_| true);
    let shown = move || match (codes(), offer.made(|_| true)) {
        (Some(codes), _) => view! { <RecoveryCodes codes end done /> }.into_any(),
        (None, Some(offer)) => view! { <Scan offer confirm /> }.into_any(),
        (None, None) => view! {
            <ActionForm action=offer.action>
                <Notice text=offer.refused(|_| true) />
                <button class="button" type="submit" disabled=move || !is_alive.get()>
                    {title}
                </button>
            </ActionForm>
        }
        .into_any(),
    };
    view! { {shown} }
}

#[component]
fn Scan(offer: TotpOffer, confirm: FormAction<ConfirmTotp>) -> impl IntoView {
    let TotpOffer { step, secret, qr, width } = offer;
    // In groups of four, which are easier to type.
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    view! {
        <p>"Scan this QR code with your authenticator app, then enter the code it shows."</p>
        <svg
            class="qr"
            viewBox=format!("0 0 {width} {width}")
            role="img"
            aria-label="QR code for an authenticator app"
        >
            <path d=qr></path>
        </svg>
        <p class="soft">"Or enter this key in the app: " <code>{groups.join(" ")}</code></p>
        <ActionForm action=confirm.action attr:class="form">
            <Notice text=confirm.refused(|_| true) />
            <input type="hidden" name="step" value=step />
            <CodeField label="Code" />
            <div class="form-end">
                <button class="button primary" type="submit" disabled=move || confirm.action.pending().get()>
                    "Confirm"
                </button>
            </div>
        </ActionForm>
    }
}

/// A field for a code from an authenticator app.
#[component]
pub(super) fn CodeField(label: &'static str) -> impl IntoView {
    view! {
        <label>
            {label}
            <input
                name="code"
                required
                autofocus
                inputmode="numeric"
                autocomplete="one-time-code"
                maxlength="40"
                placeholder="123456"
            />
        </label>
    }
}

/// Recovery codes, which are shown only once.
#[component]
pub(super) fn RecoveryCodes(
    codes: Vec<String>,
    end: &'static str,
    done: Callback<()>,
) -> impl IntoView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> });
    view! {
        <div class="made" role="status">
            <p>
                "Save these recovery codes where you can find them without your phone. Each code works once. They \
                 won’t be shown again."
            </p>
            <ul class="plain codes">{codes.collect_view()}</ul>
            <button class="button" type="button" on:click=move |_| done.run(())>
                {end}
            </button>
        </div>
    }
}
