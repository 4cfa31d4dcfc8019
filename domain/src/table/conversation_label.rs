//! A label of a conversation.

use super::column::table;

table! {
    "conversation_label" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        label_id: Uuid,
    }
}
