//! A label of a conversation.

use protocol::{ConversationId, LabelId};

use super::column::table;

table! {
    "conversation_label" {
        #[sea_orm(primary_key, auto_increment = false)]
        conversation_id: ConversationId,
        #[sea_orm(primary_key, auto_increment = false)]
        label_id: LabelId,
    }
}
