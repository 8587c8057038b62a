//! Films, and how far their readings have come.

use sqlx::{Row, SqlitePool};

use crate::store::{FilmState, StoreError};

const FILMS: &str = "
    SELECT film.id, film.sha256, film.received_ms, task.state, task.reason, task.changed_ms
    FROM task JOIN film ON film.id = task.film
    WHERE task.kind = 'read' AND (task.changed_ms >= $1 OR task.state IN ('queued', 'leased'))
    ORDER BY film.id";

pub(super) async fn films(pool: &SqlitePool, since: i64) -> Result<Vec<FilmState>, StoreError> {
    let rows = sqlx::query(FILMS).bind(since).fetch_all(pool).await?;
    let film = |row: &sqlx::sqlite::SqliteRow| {
        Ok(FilmState {
            id: row.try_get("id")?,
            sha256: row.try_get("sha256")?,
            received_ms: row.try_get("received_ms")?,
            state: row.try_get("state")?,
            reason: row.try_get("reason")?,
            changed_ms: row.try_get("changed_ms")?,
        })
    };
    rows.iter().map(film).collect()
}
