//! Chosen presence, business hours, teams, skills and the queue.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer_null, string, text_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden, Clone)]
enum Agent {
    Table,
    Id,
    Presence,
    Capacity,
    LastAssignedAtMs,
    IsActive,
}

#[derive(DeriveIden)]
enum Inbox {
    Table,
    Hours,
    TimeZone,
    Routing,
    TeamId,
    LabelId,
}

#[derive(DeriveIden)]
enum Conversation {
    Table,
    InboxId,
    TeamId,
    QueuedAtMs,
}

#[derive(DeriveIden, Clone)]
enum Label {
    Table,
    Id,
}

#[derive(DeriveIden, Clone)]
enum Team {
    Table,
    Id,
    Name,
    Routing,
    CreatedAtMs,
}

#[derive(DeriveIden, Clone)]
enum TeamAgent {
    Table,
    TeamId,
    AgentId,
}

#[derive(DeriveIden, Clone)]
enum AgentSkill {
    Table,
    AgentId,
    LabelId,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let agent = [
            string(Agent::Presence).default("online").to_owned(),
            integer_null(Agent::Capacity),
            big_integer(Agent::LastAssignedAtMs).default(0).to_owned(),
            boolean(Agent::IsActive).default(true).to_owned(),
        ];
        for column in agent {
            crate::add_column(manager, Agent::Table, column).await?;
        }
        let inbox = [
            text_null(Inbox::Hours),
            string(Inbox::TimeZone).default("UTC").to_owned(),
            string(Inbox::Routing).default("manual").to_owned(),
            uuid_null(Inbox::TeamId),
            uuid_null(Inbox::LabelId),
        ];
        for column in inbox {
            crate::add_column(manager, Inbox::Table, column).await?;
        }
        for column in [uuid_null(Conversation::TeamId), big_integer_null(Conversation::QueuedAtMs)]
        {
            crate::add_column(manager, Conversation::Table, column).await?;
        }
        let team = Table::create()
            .table(Team::Table)
            .col(uuid(Team::Id).primary_key())
            .col(string(Team::Name).unique_key())
            .col(string(Team::Routing))
            .col(big_integer(Team::CreatedAtMs))
            .to_owned();
        let team_agent = crate::pair(
            TeamAgent::Table,
            (TeamAgent::TeamId, Team::Table, Team::Id),
            (TeamAgent::AgentId, Agent::Table, Agent::Id),
        );
        let agent_skill = crate::pair(
            AgentSkill::Table,
            (AgentSkill::AgentId, Agent::Table, Agent::Id),
            (AgentSkill::LabelId, Label::Table, Label::Id),
        );
        for table in [team, team_agent, agent_skill] {
            manager.create_table(crate::exact(manager, table)).await?;
        }
        let queue = Index::create()
            .name("conversation_queue")
            .table(Conversation::Table)
            .col(Conversation::QueuedAtMs)
            .col(Conversation::InboxId)
            .to_owned();
        manager.create_index(queue).await
    }
}
