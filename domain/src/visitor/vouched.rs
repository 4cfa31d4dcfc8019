//! What the site's server says about a visitor, through the API or in a JWT. What a page says never replaces
//! it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::about::User;
use crate::table::visitor;

/// What the site's server says about a visitor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vouched {
    /// Their name.
    pub name: Option<String>,
    /// Their email address.
    pub email: Option<String>,
    /// All other attributes, by name.
    pub attributes: Map<String, Value>,
}

impl Vouched {
    pub(crate) fn of(row: &visitor::Model) -> Self {
        let said = row.vouched.as_deref().and_then(|text| serde_json::from_str(text).ok());
        said.unwrap_or_default()
    }

    /// Merges in what is said now. Missing values stay. New attributes replace all previous ones.
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
        serde_json::to_string(self).expect("strings serialize to JSON")
    }
}
