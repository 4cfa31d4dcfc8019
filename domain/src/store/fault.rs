//! Classifies database errors for the writer.

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Whether the same transaction may succeed when it is retried: another writer was faster, or there was a
/// deadlock.
pub(crate) fn is_retryable(error: &DbErr) -> bool {
    is_conflict(error)
        || code(error).is_some_and(|code| {
            // SQLSTATE: serialization failure and deadlock, as PostgreSQL and MySQL name them. MySQL reports
            // a lock wait timeout as HY000, so it is recognized by its text.
            matches!(&*code, "40001" | "40P01") || text(error).contains("Lock wait timeout")
        })
}

/// Whether the error is not the database's answer to a statement: it could not be asked, or did not answer.
pub(crate) fn is_out_of_reach(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(
                &**error,
                SqlxError::Io(_)
                    | SqlxError::Tls(_)
                    | SqlxError::Protocol(_)
                    | SqlxError::PoolTimedOut
                    | SqlxError::PoolClosed
                    | SqlxError::WorkerCrashed
                    | SqlxError::BeginFailed
            )
        }
        _ => false,
    }
}

/// Whether a unique index refused the write because someone else wrote the same row meanwhile.
fn is_conflict(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

fn code(error: &DbErr) -> Option<String> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => match &**error {
            SqlxError::Database(error) => error.code().map(Into::into),
            _ => None,
        },
        _ => None,
    }
}

fn text(error: &DbErr) -> String {
    error.to_string()
}
