//! The steps that bring a database to the shape Porchlight expects, one file a step.
//!
//! A step that has been released is never changed. A step must leave the program of the release
//! before it working (expand first, contract a release later).

use sea_orm_migration::prelude::*;

mod m0001_foundation;

/// Runs the steps that a database lacks.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_foundation::Migration)]
    }
}

pub use sea_orm_migration::MigratorTrait;
