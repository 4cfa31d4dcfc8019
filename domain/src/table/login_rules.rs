//! How agents must log in: one row, or none if nothing was set.

use super::column::table;

table! {
    "login_rules" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: i32,
        second_factor_required: bool,
        passwords_off: bool,
    }
}
