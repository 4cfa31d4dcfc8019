//! Components and helpers that pages share.

mod address;
mod alive;
mod browser;
mod button_form;
mod card;
mod choice;
mod copyable;
mod dialog;
mod form_action;
mod form_function;
mod fresh;
mod icon;
mod label_dot;
mod menu;
mod once;
mod page;
mod presence;
mod routing;
mod state;
mod time;
mod toast;
mod written;

pub(crate) use address::{address, encoded};
pub(crate) use alive::is_alive;
pub(crate) use browser::browser_name;
pub(crate) use button_form::ButtonForm;
pub(crate) use card::{Card, FormCard};
pub(crate) use choice::{Check, Checks, Select, options, value_of};
pub(crate) use copyable::Copyable;
pub(crate) use dialog::{ConfirmForm, Dialog};
pub(crate) use form_action::{FormAction, SaveRow, SubmitRow};
pub(crate) use fresh::{Fresh, each};
pub(crate) use icon::Icon;
pub(crate) use label_dot::LabelDot;
pub(crate) use menu::Menu;
pub(crate) use once::made_once;
pub(crate) use page::{Pager, SettingsPage, tabs};
pub(crate) use presence::presence_class;
pub(crate) use routing::RoutingOptions;
pub(crate) use state::{Notice, Waiting, state_page};
pub(crate) use time::{Clock, Zone, day_label, day_of};
pub(crate) use toast::{Toaster, Toasts};
pub(crate) use written::written;

/// Formats a count for a badge: at most `9+`.
pub(crate) fn badge(count: u64) -> String {
    if count > 9 { "9+".to_owned() } else { count.to_string() }
}
