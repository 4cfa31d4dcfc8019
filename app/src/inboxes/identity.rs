//! How the site proves who its visitors are.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::calls::{InboxDetails, SetIdentity};
use crate::ui::{Check, FormAction, SaveRow};

#[component]
pub(super) fn Identity(inbox: InboxDetails, set: FormAction<SetIdentity>) -> impl IntoView {
    let InboxDetails { id, requires_identity, identity_secret, jwt_secret, .. } = inbox;
    let saving = set.saving(move |input| input.id == id);
    let example = "SupportChat.init({ user: {\n  id: '42', hash: 'HMAC-SHA256 of the id, in hex',\n  name: 'Ann', email: 'ann@example.com', plan: 'pro'\n} })";
    identity_secret.map(|secret| {
        view! {
            <h3>"Identify your users"</h3>
            <p>
                "Tell the chat who is logged in. With proof from your server, users see their conversation on every device. Without proof, only agents see who they claim to be."
            </p>
            <pre class="example"><code>{example}</code></pre>
            <details class="more-form">
                <summary class="button">"Show server secrets"</summary>
                <p>"For user ID hashes:"</p>
                <p class="secret"><code>{secret}</code></p>
                <p>"For JWTs (HS256) with "<code>"sub"</code>", "<code>"exp"</code>" and the inbox key as "<code>"aud"</code>", passed as "<code>"jwt"</code>". Other claims in the token (name, email, plan) are verified, too:"</p>
                <p class="secret"><code>{jwt_secret}</code></p>
                <p>"Keep these on your server. Anyone who has one can impersonate any user."</p>
                <ActionForm action=set.action attr:class="form">
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="required" value=requires_identity.to_string() />
                    <input type="hidden" name="rotate" value="true" />
                    <div class="form-end">
                        <button class="button" type="submit">
                            "Rotate secrets"
                        </button>
                        <button class="button" type="submit" name="at_once" value="true">
                            "Rotate and revoke old secrets now"
                        </button>
                    </div>
                    <small>"Old secrets keep working for a day so you can switch over. If they leaked, revoke them now."</small>
                </ActionForm>
            </details>
            <ActionForm action=set.action attr:class="form">
                <input type="hidden" name="id" value=id.to_string() />
                <div class="checks">
                    <Check name="required" checked=requires_identity>
                        "Reject unverified identities"
                    </Check>
                </div>
                <SaveRow saving can_change=true />
            </ActionForm>
        }
    })
}
