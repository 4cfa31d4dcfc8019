//! How values are stored: ids as UUIDs, words as text, and positions and times as signed 64-bit integers,
//! which every database has.

/// Makes a type the value of a column: `$to` turns it into what is stored, and `$from` reads it, and returns
/// `None` for what is not valid.
#[macro_export]
macro_rules! stored {
    ($name:ident as $stored:ty, $to:expr, $from:expr) => {
        impl From<$name> for ::sea_orm::Value {
            fn from(value: $name) -> Self {
                let to: fn($name) -> $stored = $to;
                to(value).into()
            }
        }

        impl ::sea_orm::TryGetable for $name {
            fn try_get_by<I: ::sea_orm::ColIdx>(
                row: &::sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, ::sea_orm::TryGetError> {
                let stored = <$stored as ::sea_orm::TryGetable>::try_get_by(row, index)?;
                let from: fn(&$stored) -> Option<Self> = $from;
                from(&stored).ok_or_else(|| {
                    let text = format!("{stored:?} is not valid as {}", stringify!($name));
                    ::sea_orm::TryGetError::DbErr(::sea_orm::DbErr::Type(text))
                })
            }
        }

        impl ::sea_orm::sea_query::ValueType for $name {
            fn try_from(
                value: ::sea_orm::Value,
            ) -> Result<Self, ::sea_orm::sea_query::ValueTypeErr> {
                let stored = <$stored as ::sea_orm::sea_query::ValueType>::try_from(value)?;
                let from: fn(&$stored) -> Option<Self> = $from;
                from(&stored).ok_or(::sea_orm::sea_query::ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> ::sea_orm::sea_query::ArrayType {
                <$stored as ::sea_orm::sea_query::ValueType>::array_type()
            }

            fn column_type() -> ::sea_orm::sea_query::ColumnType {
                <$stored as ::sea_orm::sea_query::ValueType>::column_type()
            }
        }

        impl ::sea_orm::sea_query::Nullable for $name {
            fn null() -> ::sea_orm::Value {
                <$stored as ::sea_orm::sea_query::Nullable>::null()
            }
        }

        // A key that the database numbers itself would need it. No table has one.
        impl ::sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, ::sea_orm::DbErr> {
                Err(::sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}
