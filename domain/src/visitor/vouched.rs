//! What the site's own server says of a visitor: by the API, or in a JWT. What a page says never takes its
//! place.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::about::User;
use crate::table::visitor;

/// What the site's own server says of a visitor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vouched {
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// All else, by name.
    pub attributes: Map<String, Value>,
}

impl Vouched {
    pub(crate) fn of(row: &visitor::Model) -> Self {
        let said = row.vouched.as_deref().and_then(|text| serde_json::from_str(text).ok());
        said.unwrap_or_default()
    }

    /// With what is said now. What is not said stays; attributes replace those before.
    pub(super) fn and(self, said: &User) -> Self {
        Self {
            name: said.name.clone().or(self.name),
            email: said.email.clone().or(self.email),
            attributes: match said.attributes.is_empty() {
                true => self.attributes,
                false => said.attributes.clone(),
            },
        }
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("texts are JSON")
    }
}
