//! Setting up an authenticator app: a QR code, a code to show that it works, and codes for when it is lost.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{ConfirmTotp, OfferTotp, TotpOffer};
use crate::ui::{Deed, Notice, is_alive};

/// Sets one up; `done` is called when its agent has seen the recovery codes.
#[component]
pub(super) fn NewTotp(
    /// What the first button says.
    title: &'static str,
    /// What the last button says.
    end: &'static str,
    done: Callback<()>,
) -> impl IntoView {
    let (offer, confirm) = (Deed::<OfferTotp>::new(), Deed::<ConfirmTotp>::new());
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
fn Scan(offer: TotpOffer, confirm: Deed<ConfirmTotp>) -> impl IntoView {
    let TotpOffer { step, secret, qr, width } = offer;
    // In groups, as it is typed.
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    view! {
        <p>"Scan this with an authenticator app, then type the code that it shows."</p>
        <svg
            class="qr"
            viewBox=format!("0 0 {width} {width}")
            role="img"
            aria-label="QR code for an authenticator app"
        >
            <path d=qr></path>
        </svg>
        <p class="soft">"Or type this into the app: " <code>{groups.join(" ")}</code></p>
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

/// A code of an authenticator app.
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

/// Codes that are shown once.
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
                "Keep these recovery codes where you find them without your phone. Each lets you in once. They are \
                 not shown again."
            </p>
            <ul class="plain codes">{codes.collect_view()}</ul>
            <button class="button" type="button" on:click=move |_| done.run(())>
                {end}
            </button>
        </div>
    }
}
