//! How the site proves who its visitors are.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{InboxDetails, SetIdentity};
use crate::ui::{Deed, SaveRow};

#[component]
pub(super) fn Identity(inbox: InboxDetails, set: Deed<SetIdentity>) -> impl IntoView {
    let InboxDetails { id, requires_identity, identity_secret, jwt_secret, .. } = inbox;
    let saving = set.saving(move |input| input.id == id);
    let example = "SupportChat.init({ user: {\n  id: '42', hash: 'HMAC-SHA256 of the id, in hex',\n  name: 'Ann', email: 'ann@example.com', plan: 'pro'\n} })";
    identity_secret.map(|secret| {
        view! {
            <h3>"Who your users are"</h3>
            <p>
                "Your page can say who is logged in. With a proof that your server makes, they find their conversation on every device; without one it is only shown to agents."
            </p>
            <pre class="example"><code>{example}</code></pre>
            <details class="more-form">
                <summary class="button">"Show the secrets for your server"</summary>
                <p>"For hashes of ids:"</p>
                <p class="secret"><code>{secret}</code></p>
                <p>"For JWTs (HS256) with "<code>"sub"</code>", "<code>"exp"</code>" and the inbox’s key as "<code>"aud"</code>", given as "<code>"jwt"</code>". What else such a token says (name, email, plan) is verified by it:"</p>
                <p class="secret"><code>{jwt_secret}</code></p>
                <p>"Keep them on your server: whoever has one can be anybody."</p>
                <ActionForm action=set.action attr:class="form">
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="required" value=requires_identity.to_string() />
                    <input type="hidden" name="rotate" value="true" />
                    <div class="form-end">
                        <button class="button" type="submit">
                            "Make new secrets"
                        </button>
                        <button class="button" type="submit" name="at_once" value="true">
                            "Make new ones, and drop the old at once"
                        </button>
                    </div>
                    <small>"The old ones are taken for a day, so that you can change over; if somebody else has them, drop them at once."</small>
                </ActionForm>
            </details>
            <ActionForm action=set.action attr:class="form">
                <input type="hidden" name="id" value=id.to_string() />
                <div class="checks">
                    <label>
                        <input type="checkbox" name="required" value="true" checked=requires_identity />
                        "Refuse who claims to be a user without a proof"
                    </label>
                </div>
                <SaveRow saving can_change=true />
            </ActionForm>
        }
    })
}
