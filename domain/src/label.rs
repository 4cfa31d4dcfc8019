//! Labels, with which agents sort conversations.

use protocol::limits::LABEL_CHARS;
use protocol::{ErrorCode, Label, LabelId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder};

use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::inbox::check_color;
use crate::table::column::Assign;
use crate::table::{inbox, label};

impl Domain {
    /// Creates a label.
    ///
    /// # Errors
    /// `label_invalid` if the name is empty, too long or taken; `color_invalid`; store errors.
    pub async fn create_label(&self, name: &str, color: &str) -> Result<Label> {
        let name = name.trim();
        let fits = (1..=LABEL_CHARS).contains(&name.chars().count());
        if !fits || name.chars().any(char::is_control) {
            return Err(ErrorCode::LabelInvalid.into());
        }
        let color = check_color(color)?;
        self.writer.run(CreateLabel { name: name.to_owned(), color }).await
    }

    /// All labels, by name.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_labels(&self) -> Result<Vec<Label>> {
        let rows =
            label::Entity::find().order_by_asc(label::Column::Name).all(&self.store.reader).await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// Deletes a label, and removes it from all conversations. Their logs stay unchanged.
    ///
    /// # Errors
    /// `label_unknown`; store errors.
    pub async fn delete_label(&self, id: LabelId) -> Result<()> {
        self.writer.run(DeleteLabel(id)).await
    }
}

struct DeleteLabel(LabelId);

impl Command for DeleteLabel {
    type Output = ();
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        inbox::Entity::update_many()
            .clear(inbox::COLUMN.label_id)
            .filter(inbox::COLUMN.label_id.eq(self.0))
            .exec(write.tx)
            .await?;
        let deleted = label::Entity::delete_by_id(self.0).exec(write.tx).await?;
        if deleted.rows_affected == 0 {
            return Err(ErrorCode::LabelUnknown.into());
        }
        Ok(())
    }
}

pub(crate) fn from_row(row: label::Model) -> Label {
    Label { id: row.id, name: row.name, color: row.color }
}

struct CreateLabel {
    name: String,
    color: String,
}

impl Command for CreateLabel {
    type Output = Label;
    const CHANGES_DIRECTORY: bool = true;

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<Label> {
        let same = label::Entity::find().filter(label::COLUMN.name.eq(&*self.name));
        if same.one(write.tx).await?.is_some() {
            return Err(ErrorCode::LabelInvalid.into());
        }
        let row = label::ActiveModel {
            id: Set(LabelId(write.ambient.uuid())),
            name: Set(self.name.clone()),
            color: Set(self.color.clone()),
            created_at_ms: Set(write.ambient.now_ms()),
        };
        Ok(from_row(row.insert(write.tx).await?))
    }
}
