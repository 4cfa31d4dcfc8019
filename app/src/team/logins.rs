//! `/team/logins`: how agents log in. For owners.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::login_calls::{
    DeleteProvider, LoginSettings, ProviderDetails, SaveProvider, SetLoginRules,
    read_login_settings,
};
use crate::ui::{
    Card, Check, ConfirmForm, Copyable, FormAction, Fresh, Notice, SettingsPage, SubmitRow, each,
    written,
};

/// The actions on the page.
#[derive(Clone, Copy)]
struct LoginActions {
    rules: FormAction<SetLoginRules>,
    save: FormAction<SaveProvider>,
    delete: FormAction<DeleteProvider>,
}

/// The page for second factors and single sign-on.
#[component]
pub(crate) fn LoginsPage() -> impl IntoView {
    let actions = LoginActions {
        rules: FormAction::new(),
        save: FormAction::new(),
        delete: FormAction::new(),
    };
    let version =
        move || actions.rules.version() + actions.save.version() + actions.delete.version();
    let shown = Fresh::new(version, |_| read_login_settings());
    view! {
        <SettingsPage
            title="Login settings"
            lead="Two-factor authentication for everyone, and single sign-on (OpenID Connect)."
        >
            {shown
                .show(
                    "Couldn’t load login settings",
                    move |settings| view! { <Cards settings actions /> },
                )}
        </SettingsPage>
    }
}

#[component]
fn Cards(settings: Signal<LoginSettings>, actions: LoginActions) -> impl IntoView {
    let is_fresh = Memo::new(move |_| settings.with(|settings| settings.is_fresh));
    let providers = move || settings.with(|settings| settings.providers.clone());
    let new = move || vec![settings.with(|settings| settings.new.clone())];
    let row = move |provider: ProviderDetails| {
        view! {
            <details>
                <summary>
                    <b>{provider.name.clone()}</b>
                    " "
                    <small>{provider.issuer.clone()}</small>
                </summary>
                <ProviderForm provider actions is_new=false can_change=is_fresh.get() />
            </details>
        }
    };
    let blank = move |provider: ProviderDetails| {
        view! {
            <details class="more-form">
                <summary class="button">"Add a provider"</summary>
                <ProviderForm provider actions is_new=true can_change=is_fresh.get() />
            </details>
        }
    };
    view! {
        <Show when=move || !is_fresh.get()>
            <p>
                "To change these settings, " <a href="/login?to=/team/logins" rel="external">
                    "log in again"
                </a> "."
            </p>
        </Show>
        {each(
            move || vec![settings.get()],
            |_| (),
            move |settings| view! { <RulesCard settings actions /> },
        )}
        <Card
            title="Single sign-on"
            lead="Agents log in through your identity provider. At their first login, they’re matched by their verified email \
                 address in one of the provider’s domains. Owners can always use their password, so a failing provider locks nobody out."
        >
            {each(providers, |provider: &ProviderDetails| provider.id, row)}
            {each(new, |provider: &ProviderDetails| provider.id, blank)}
        </Card>
    }
}

#[component]
fn RulesCard(settings: LoginSettings, actions: LoginActions) -> impl IntoView {
    let LoginSettings { second_factor_required, passwords_off, is_fresh, .. } = settings;
    view! {
        <Card title="For everyone">
            <ActionForm action=actions.rules.action attr:class="form">
                <div class="checks">
                    <Check name="second_factor_required" checked=second_factor_required>
                        "Require two-factor authentication for password logins"
                    </Check>
                    <Check name="passwords_off" checked=passwords_off>
                        "Require single sign-on, except for owners"
                    </Check>
                </div>
                <small>
                    "Agents without it are logged out and set it up when they log in. Set up your own first."
                </small>
                <SubmitRow
                    saving=actions.rules.saving(|_| true)
                    title="Save"
                    class="button primary"
                    disabled=!is_fresh
                    done="Saved"
                />
            </ActionForm>
        </Card>
    }
}

#[component]
fn ProviderForm(
    provider: ProviderDetails,
    actions: LoginActions,
    is_new: bool,
    can_change: bool,
) -> impl IntoView {
    let ProviderDetails { id, name, issuer, client_id, domains, .. } = provider;
    let ProviderDetails { role_claim, admin_values, agent_values, redirect, .. } = provider;
    let question = format!("Delete {name}?");
    let field = |name: &'static str, title: &'static str, hint: &'static str, value: String| {
        view! {
            <label>
                {title}
                <input name=name value=value placeholder=hint autocomplete="off" spellcheck="false" />
            </label>
        }
    };
    let lines = |name: &'static str, title: &'static str, hint: &'static str, value: String| {
        view! {
            <label>
                {title} <textarea name=name rows="2" spellcheck="false" prop:value=value.clone()>
                    {written(value.clone())}
                </textarea> <small>{hint}</small>
            </label>
        }
    };
    view! {
        <p class="soft">"Register this redirect URL with your provider:"</p>
        <Copyable text=redirect />
        <ActionForm action=actions.save.action attr:class="form">
            <input type="hidden" name="provider[id]" value=id.to_string() />
            {field("provider[name]", "Name", "Example", name)}
            {field("provider[issuer]", "Issuer", "https://id.example.com", issuer)}
            {field("provider[client_id]", "Client ID", "", client_id)}
            <label>
                "Client secret"
                <input
                    name="provider[client_secret]"
                    type="password"
                    autocomplete="off"
                    required=is_new
                    placeholder=if is_new { "" } else { "unchanged" }
                />
            </label>
            {lines(
                "provider[domains]",
                "Domains",
                "One per line, at least one. Anyone with a verified address in these domains can log in, as the agent with that address or as a new one.",
                domains,
            )}
            {field("provider[role_claim]", "Role claim", "groups", role_claim)}
            {lines(
                "provider[admin_values]",
                "Admin values",
                "One per line. Owners keep their role.",
                admin_values,
            )}
            {lines(
                "provider[agent_values]",
                "Agent values",
                "One per line. With a role claim, anyone with neither an admin nor an agent value can’t log in.",
                agent_values,
            )}
            <SubmitRow
                saving=actions.save.saving(move |input| input.provider.is_of(id))
                title="Save"
                class="button primary"
                disabled=!can_change
                done="Saved"
            />
        </ActionForm>
        {(!is_new && can_change)
            .then(|| {
                view! {
                    <div class="form">
                        <Notice text=actions.delete.refused(move |input| input.id == id) />
                        <div class="form-end">
                            <ConfirmForm
                                action=actions.delete
                                fields=vec![("id", id.to_string())]
                                class="button"
                                question
                                consequence="Agents can no longer log in through it. Those without a password need a password-reset link."
                                confirm="Delete provider"
                            >
                                "Delete provider…"
                            </ConfirmForm>
                        </div>
                    </div>
                }
            })}
    }
}
