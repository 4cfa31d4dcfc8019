//! What a page reports about its visitor. Unverified, unless it comes with a proof.

use protocol::ErrorCode;
use serde_json::{Map, Value};

use crate::inbox::{PageUrl, Retention};

/// The maximum size of the JSON, in bytes.
const BYTES: usize = 16 * 1024;

/// The maximum number of attributes, and the maximum length of their names and values, in characters.
const ATTRIBUTES: usize = 50;
const NAME_CHARS: usize = 64;
const TEXT_CHARS: usize = 1_000;

/// The maximum length of a user's id, and of the other texts, in bytes.
const USER_ID_BYTES: usize = 200;
const FACT_BYTES: usize = 255;

/// What a page reports about its visitor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Who the site says they are.
    pub user: Option<User>,
    /// The page that led to the visitor's first page.
    pub referrer: Option<PageUrl>,
    /// The browser's language (BCP 47).
    pub language: Option<String>,
    /// The IANA time zone.
    pub time_zone: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
    /// The network they come from: see [`crate::inbox::Inbox::network`].
    pub network: Option<String>,
}

/// Who the site says a visitor is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// The site's id for the user.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their email address.
    pub email: Option<String>,
    /// Everything else that the site says: plan, account, and so on. Any JSON.
    pub attributes: Map<String, Value>,
    /// The HMAC of the id.
    pub hash: Option<String>,
    /// A JWT whose `sub` is the id.
    pub jwt: Option<String>,
}

impl About {
    /// Parses what a page reports, a JSON object. Values that can't be stored, or are not to be retained, are
    /// left out: an odd value must not keep anyone from writing.
    #[must_use]
    pub fn read(json: &str, retention: Retention) -> Self {
        let said: Map<String, Value> = match json.len() {
            ..=BYTES => serde_json::from_str(json).unwrap_or_default(),
            _ => Map::new(),
        };
        let fact = |name: &str| {
            let text = plain(said.get(name)?.as_str()?);
            Some(text).filter(|text| !text.is_empty() && text.len() <= FACT_BYTES)
        };
        let user = said.get("user").and_then(Value::as_object);
        Self {
            user: user.map(|user| User::fitting(user.clone()).0),
            referrer: said
                .get("referrer")
                .and_then(Value::as_str)
                .and_then(|page| retention.page(page)),
            language: fact("language"),
            time_zone: fact("time_zone"),
            browser: None,
            network: None,
        }
    }
}

impl User {
    /// Whether it claims an identity, and not only attributes.
    pub(super) fn is_claim(&self) -> bool {
        self.id.is_some() || self.name.is_some() || self.email.is_some()
    }

    /// The field names that are not attributes.
    pub const FIELDS: [&'static str; 5] = ["id", "name", "email", "hash", "jwt"];

    /// The user that the claims of a JWT describe.
    pub(super) fn claimed(said: Map<String, Value>) -> Self {
        Self { id: None, hash: None, jwt: None, ..Self::fitting(said).0 }
    }

    /// Reads the object that a site's server sent: `id`, `name`, `email`, `hash`, `jwt`; everything else is
    /// an attribute.
    ///
    /// # Errors
    /// `user_invalid`, if any part of it can't be stored.
    pub fn read(said: Map<String, Value>) -> Result<Self, ErrorCode> {
        match Self::fitting(said) {
            (user, true) => Ok(user),
            (_, false) => Err(ErrorCode::UserInvalid),
        }
    }

    /// The part of an object that can be stored, and whether that is all of it.
    fn fitting(mut said: Map<String, Value>) -> (Self, bool) {
        // An id is never shortened: that could make it another user's.
        let id = match said.remove("id") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(id).filter(|id| !id.is_empty()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => Some(String::new()),
        };
        let good_id = id.clone().filter(|id| is_user_id(id));
        let mut is_all = good_id == id;
        let mut text = |name: &str| match said.remove(name)? {
            Value::Null => None,
            Value::String(text) => Some(plain(&text)).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                is_all = false;
                None
            }
        };
        let (name, email) = (text("name"), text("email"));
        let (hash, jwt) = (text("hash"), text("jwt"));
        // An invalid name or email address is left out.
        let name = name
            .map(|name| name.chars().take(80).collect::<String>())
            .filter(|name| crate::visible::shows(name));
        let email = email.and_then(|email| crate::agent::check_email(&email).ok());
        let given = said.len();
        let attributes: Map<String, Value> =
            said.into_iter().filter(is_attribute).take(ATTRIBUTES).collect();
        is_all &= attributes.len() == given;
        (Self { id: good_id, name, email, attributes, hash, jwt }, is_all)
    }
}

/// Whether it can be a site's id for a user: short, on one line, and without surrounding whitespace.
pub(super) fn is_user_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= USER_ID_BYTES && plain(id) == id
}

/// Whether an attribute can be stored. Lists and objects count as their JSON.
fn is_attribute((name, value): &(String, Value)) -> bool {
    let chars = match value {
        Value::String(text) => text.chars().count(),
        Value::Number(_) | Value::Bool(_) | Value::Null => 0,
        Value::Array(_) | Value::Object(_) => value.to_string().chars().count(),
    };
    chars <= TEXT_CHARS && name.chars().count() <= NAME_CHARS
}

/// The text on one line, trimmed and without control characters.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_read() {
        let about = About::read(
            r#"{"user":{"id":42,"name":" Ann\u0007 ","email":"Ann@Example.com","plan":"pro","seats":5,"tags":["a","b"],"address":{"city":"Bern"}},"language":"de","later":1}"#,
            Retention::default(),
        );
        let user = about.user.unwrap();
        assert_eq!((user.id.as_deref(), user.name.as_deref()), (Some("42"), Some("Ann")));
        assert_eq!(user.email.as_deref(), Some("ann@example.com"));
        assert_eq!(user.attributes.len(), 4);
        assert_eq!(user.attributes["tags"].to_string(), r#"["a","b"]"#);
        assert_eq!(about.language.as_deref(), Some("de"));
    }

    #[test]
    fn what_can_not_be_kept_is_left_out_of_a_page_and_refused_of_a_server() {
        let long = "x".repeat(TEXT_CHARS + 1);
        let many: String = (0..=ATTRIBUTES).map(|n| format!("\"a{n}\":1,")).collect();
        for (said, kept) in [
            (r#"{"id":{},"plan":"pro"}"#, 1),
            (&*format!(r#"{{"long":"{long}","plan":"pro"}}"#), 1),
            (&*format!(r#"{{"list":["{long}"],"plan":"pro"}}"#), 1),
            (&*format!(r#"{{"{long}":1,"plan":"pro"}}"#), 1),
            (&*format!("{{{many}\"b\":1}}"), ATTRIBUTES),
            (&*format!(r#"{{"id":"{}","plan":"pro"}}"#, "x".repeat(USER_ID_BYTES + 1)), 1),
            (r#"{"id":"42\u0001","plan":"pro"}"#, 1),
            (r#"{"id":" 42","plan":"pro"}"#, 1),
        ] {
            let user = About::read(
                &format!("{{\"user\":{said},\"language\":\"de\"}}"),
                Retention::default(),
            )
            .user
            .unwrap();
            assert_eq!((user.id, user.attributes.len()), (None, kept), "{said}");
            let given = serde_json::from_str(said).unwrap();
            assert_eq!(User::read(given), Err(ErrorCode::UserInvalid), "{said}");
        }
        for said in
            ["", "[]", "{\"user\":1}", &format!("{{\"referrer\":\"{}\"}}", "x".repeat(BYTES))]
        {
            assert_eq!(About::read(said, Retention::default()), About::default(), "{said}");
        }
    }

    #[test]
    fn an_address_or_a_name_that_is_none_keeps_nobody_out() {
        for name in ["null", "\"\\u200b\"", "\"\\u3164\\u2800\""] {
            let about = About::read(
                &format!(r#"{{"user":{{"email":"a\r\nBcc: x@y","name":{name}}}}}"#),
                Retention::default(),
            );
            let user = about.user.unwrap();
            assert_eq!((user.email, user.name), (None, None), "{name}");
        }
    }
}
