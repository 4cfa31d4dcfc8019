//! What a page says of its visitor. The visitor's word, unless it is proven.

use protocol::ErrorCode;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest JSON of it, in bytes.
const BYTES: usize = 16 * 1024;

/// The most attributes, and the longest name and text of one, in characters.
const ATTRIBUTES: usize = 50;
const NAME_CHARS: usize = 64;
const TEXT_CHARS: usize = 1_000;

/// The longest id of a user, and the longest of the other texts, in bytes.
const USER_ID_BYTES: usize = 200;
const FACT_BYTES: usize = 255;

/// What a page says of its visitor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Who the site says they are.
    pub user: Option<User>,
    /// The page that led to the first one.
    pub referrer: Option<String>,
    /// The browser's language, as BCP 47 writes it.
    pub language: Option<String>,
    /// The time zone, as IANA names it.
    pub time_zone: Option<String>,
    /// The browser's name for itself.
    pub browser: Option<String>,
}

/// Who the site says a visitor is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// The site's own id of the user.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// All else that the site says: plan, account, and so on. Texts, numbers and truths.
    pub attributes: Map<String, Value>,
    /// The HMAC of the id.
    pub hash: Option<String>,
    /// A JWT whose `sub` is the id.
    pub jwt: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    user: Option<Map<String, Value>>,
    referrer: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
}

impl About {
    /// Reads what a page said: a JSON object.
    ///
    /// # Errors
    /// `user_invalid`, where it is not of the form, or too much.
    pub fn parse(json: &str) -> Result<Self, ErrorCode> {
        if json.len() > BYTES {
            return Err(ErrorCode::UserInvalid);
        }
        let said: Said = serde_json::from_str(json).map_err(|_| ErrorCode::UserInvalid)?;
        let fact = |text: Option<String>| {
            text.map(|text| plain(&text))
                .filter(|text| !text.is_empty() && text.len() <= FACT_BYTES)
        };
        Ok(Self {
            user: said.user.map(User::read).transpose()?,
            referrer: fact(said.referrer),
            language: fact(said.language),
            time_zone: fact(said.time_zone),
            browser: None,
        })
    }
}

impl User {
    /// Whether it says who somebody is, and not only what.
    pub(super) fn is_claim(&self) -> bool {
        self.id.is_some() || self.name.is_some() || self.email.is_some()
    }

    /// The names that are no attribute's.
    pub const FIELDS: [&'static str; 5] = ["id", "name", "email", "hash", "jwt"];

    /// From the object that the site gave: `id`, `name`, `email`, `hash`, `jwt`; all else is an
    /// attribute.
    ///
    /// # Errors
    /// `user_invalid`.
    pub fn read(mut said: Map<String, Value>) -> Result<Self, ErrorCode> {
        let mut text = |name: &str| match said.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(plain(&text)).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(ErrorCode::UserInvalid),
        };
        let (id, name, email) = (text("id")?, text("name")?, text("email")?);
        let (hash, jwt) = (text("hash")?, text("jwt")?);
        if id.as_ref().is_some_and(|id| !is_user_id(id)) {
            return Err(ErrorCode::UserInvalid);
        }
        // A name or an address that is none is left out: it must not keep anybody from writing.
        let name = name.map(|name| name.chars().take(80).collect());
        let email = email.and_then(|email| crate::agent::check_email(&email).ok());
        Ok(Self { id, name, email, attributes: attributes(said)?, hash, jwt })
    }
}

/// Whether it can be a site's id of a user: short, on one line, and without space around it.
pub(super) fn is_user_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= USER_ID_BYTES && plain(id) == id
}

fn attributes(said: Map<String, Value>) -> Result<Map<String, Value>, ErrorCode> {
    let fits = |(name, value): (&String, &Value)| {
        let short = match value {
            Value::String(text) => text.chars().count() <= TEXT_CHARS,
            Value::Number(_) | Value::Bool(_) | Value::Null => true,
            Value::Array(_) | Value::Object(_) => false,
        };
        short && name.chars().count() <= NAME_CHARS
    };
    if said.len() > ATTRIBUTES || !said.iter().all(fits) {
        return Err(ErrorCode::UserInvalid);
    }
    Ok(said)
}

/// On one line, without control characters.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_read() {
        let about = About::parse(
            r#"{"user":{"id":42,"name":" Ann\u0007 ","email":"Ann@Example.com","plan":"pro","seats":5},"language":"de","later":1}"#,
        )
        .unwrap();
        let user = about.user.unwrap();
        assert_eq!((user.id.as_deref(), user.name.as_deref()), (Some("42"), Some("Ann")));
        assert_eq!(user.email.as_deref(), Some("ann@example.com"));
        assert_eq!(user.attributes.len(), 2);
        assert_eq!(about.language.as_deref(), Some("de"));
    }

    #[test]
    fn what_is_too_much_or_of_another_form_is_refused() {
        let long = "x".repeat(TEXT_CHARS + 1);
        let many: String = (0..=ATTRIBUTES).map(|n| format!("\"a{n}\":1,")).collect();
        for said in [
            "",
            "[]",
            "{\"user\":1}",
            "{\"user\":{\"id\":{}}}",
            "{\"user\":{\"plan\":[1]}}",
            &format!("{{\"user\":{{\"plan\":\"{long}\"}}}}"),
            &format!("{{\"user\":{{{many}\"b\":1}}}}"),
            &format!("{{\"referrer\":\"{}\"}}", "x".repeat(BYTES)),
            &format!("{{\"user\":{{\"id\":\"{}\"}}}}", "x".repeat(USER_ID_BYTES + 1)),
        ] {
            assert_eq!(About::parse(said), Err(ErrorCode::UserInvalid), "{said}");
        }
    }

    #[test]
    fn an_address_that_is_none_keeps_nobody_out() {
        let about = About::parse(r#"{"user":{"email":"a\r\nBcc: x@y","name":null}}"#).unwrap();
        let user = about.user.unwrap();
        assert_eq!((user.email, user.name), (None, None));
    }
}
