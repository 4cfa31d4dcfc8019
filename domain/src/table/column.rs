//! Columns that know the type of their values, so that `COLUMN.visitor_id.eq(agent)` does not compile.

use std::marker::PhantomData;

use sea_orm::sea_query::{IntoIden, Nullable, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, IntoSimpleExpr, UpdateMany, Value};

/// A value of a column of type `T`: one of this type, also for a column that may be null, and borrowed text.
pub(crate) trait Fits<T> {
    fn into_value(self) -> Value;
}

impl<T: Into<Value>> Fits<T> for T {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl<T: Into<Value>> Fits<Option<T>> for T {
    fn into_value(self) -> Value {
        self.into()
    }
}

macro_rules! text_fits {
    ($($text:ty)+) => {$(
        impl Fits<String> for $text {
            fn into_value(self) -> Value {
                self.into()
            }
        }

        impl Fits<Option<String>> for $text {
            fn into_value(self) -> Value {
                self.into()
            }
        }
    )+};
}

text_fits!(&str & String);

/// A column of an entity, with values of type `T`.
pub(crate) struct Typed<C, T>(C, PhantomData<fn() -> T>);

impl<C: Copy, T> Clone for Typed<C, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Copy, T> Copy for Typed<C, T> {}

impl<C, T> Typed<C, T> {
    pub(crate) const fn of(column: C) -> Self {
        Self(column, PhantomData)
    }
}

#[expect(clippy::disallowed_methods, reason = "here, the types are checked")]
impl<C: ColumnTrait, T> Typed<C, T> {
    pub(crate) fn eq(self, value: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::eq(&self.0, value.into_value())
    }

    pub(crate) fn ne(self, value: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::ne(&self.0, value.into_value())
    }

    pub(crate) fn gt(self, value: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::gt(&self.0, value.into_value())
    }

    pub(crate) fn gte(self, value: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::gte(&self.0, value.into_value())
    }

    pub(crate) fn lt(self, value: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::lt(&self.0, value.into_value())
    }

    pub(crate) fn lte(self, value: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::lte(&self.0, value.into_value())
    }

    pub(crate) fn between(self, low: impl Fits<T>, high: impl Fits<T>) -> SimpleExpr {
        ColumnTrait::between(&self.0, low.into_value(), high.into_value())
    }

    pub(crate) fn is_in<V: Fits<T>>(self, values: impl IntoIterator<Item = V>) -> SimpleExpr {
        ColumnTrait::is_in(&self.0, values.into_iter().map(Fits::into_value))
    }

    pub(crate) fn is_not_in<V: Fits<T>>(self, values: impl IntoIterator<Item = V>) -> SimpleExpr {
        ColumnTrait::is_not_in(&self.0, values.into_iter().map(Fits::into_value))
    }
}

impl<C: ColumnTrait, T> Typed<C, T> {
    pub(crate) fn is_null(self) -> SimpleExpr {
        self.0.is_null()
    }

    pub(crate) fn is_not_null(self) -> SimpleExpr {
        self.0.is_not_null()
    }

    pub(crate) fn in_subquery(self, values: SelectStatement) -> SimpleExpr {
        self.0.in_subquery(values)
    }

    pub(crate) fn not_in_subquery(self, values: SelectStatement) -> SimpleExpr {
        self.0.not_in_subquery(values)
    }

    pub(crate) fn count(self) -> SimpleExpr {
        self.0.count()
    }
}

impl<C: ColumnTrait, T> IntoSimpleExpr for Typed<C, T> {
    fn into_simple_expr(self) -> SimpleExpr {
        self.0.into_simple_expr()
    }
}

/// Typed values of an update.
pub(crate) trait Assign<C>: Sized {
    /// Sets a column to a value.
    fn assign<T>(self, column: Typed<C, T>, value: impl Fits<T>) -> Self;

    /// Sets a column to null.
    fn clear<T: Nullable + Into<Value>>(self, column: Typed<C, Option<T>>) -> Self;
}

impl<E: EntityTrait> Assign<E::Column> for UpdateMany<E> {
    fn assign<T>(self, column: Typed<E::Column, T>, value: impl Fits<T>) -> Self {
        self.col_expr(column.0.into_iden(), SimpleExpr::Value(value.into_value()))
    }

    fn clear<T: Nullable + Into<Value>>(self, column: Typed<E::Column, Option<T>>) -> Self {
        self.col_expr(column.0.into_iden(), SimpleExpr::Value(T::null()))
    }
}

/// Declares a table: its rows as `Model`, and `COLUMN` with its typed columns.
macro_rules! table {
    ($name:literal { $($(#[$meta:meta])* $field:ident: $type:ty,)* }) => {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = $name)]
        pub struct Model { $($(#[$meta])* pub $field: $type,)* }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        pastey::paste! {
            /// The columns with the types of their values.
            pub(crate) struct Columns {
                $(pub(crate) $field: $crate::table::column::Typed<Column, $type>,)*
            }

            pub(crate) const COLUMN: Columns = Columns {
                $($field: $crate::table::column::Typed::of(Column::[<$field:camel>]),)*
            };
        }
    };
}

pub(crate) use table;
