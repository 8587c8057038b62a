//! The store in one file of SQLite, with a write-ahead log that is synced at every commit.

mod commitment;
mod films;
mod overview;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::path::Path;

use sqlx::{
    Row, SqlitePool,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

use super::{
    Answer, Association, FilmState, Kind, Lease, Overview, Owed, Receipt, Received, Store,
    StoreError, Waiting,
};
use crate::commitment::Asked;

const SCHEMA: &str = include_str!("schema.sql");

/// Associations that are kept.
const ASSOCIATIONS: i64 = 1000;

/// How a transaction that writes begins: one that reads first and writes later may fail at once where another
/// process, as `koniscope pull`, writes meanwhile; this one waits for it.
const WRITE: &str = "BEGIN IMMEDIATE";

/// A store in a file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pool: SqlitePool,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

impl Sqlite {
    /// Opens the file, and makes it where it is missing.
    ///
    /// # Errors
    /// The database's words.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        // One connection: writers would only wait for each other, and some in vain.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Whether one row of a task was changed.
    async fn settle(
        &self,
        lease: &Lease,
        state: &str,
        reason: &str,
        due: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let settled = sqlx::query(
            "UPDATE task SET state = $1, reason = $2, due_ms = $3, changed_ms = $4
             WHERE id = $5 AND attempts = $6 AND state = 'leased'",
        )
        .bind(state)
        .bind(reason)
        .bind(due)
        .bind(now)
        .bind(lease.task)
        .bind(lease.attempt)
        .execute(&self.pool)
        .await?;
        Ok(settled.rows_affected() == 1)
    }
}

impl Store for Sqlite {
    fn receive<'a>(&'a self, film: &'a Received, now: i64) -> Answer<'a, Receipt> {
        Box::pin(async move {
            let mut transaction = self.pool.begin_with(WRITE).await?;
            let earlier =
                sqlx::query("SELECT id, sha256 FROM film WHERE sop_instance = $1 ORDER BY id")
                    .bind(&film.instance)
                    .fetch_all(&mut *transaction)
                    .await?;
            for row in &earlier {
                if row.try_get::<String, _>("sha256")? == film.sha256 {
                    let id: i64 = row.try_get("id")?;
                    if film.passed_over.is_none() {
                        sqlx::query(
                            "UPDATE task SET state = 'queued', reason = '', due_ms = $1, changed_ms = $1
                             WHERE film = $2 AND kind = 'read' AND state = 'passed over'",
                        )
                        .bind(now)
                        .bind(id)
                        .execute(&mut *transaction)
                        .await?;
                    }
                    transaction.commit().await?;
                    return Ok(Receipt::Same(id));
                }
            }
            let id: i64 = sqlx::query(
                "INSERT INTO film (sop_class, sop_instance, sha256, bytes, calling, received_ms)
                 VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            )
            .bind(&film.class)
            .bind(&film.instance)
            .bind(&film.sha256)
            .bind(i64::try_from(film.bytes).unwrap_or(i64::MAX))
            .bind(&film.calling)
            .bind(now)
            .fetch_one(&mut *transaction)
            .await?
            .try_get("id")?;
            let first: Option<i64> = earlier.first().map(|row| row.try_get("id")).transpose()?;
            let (state, reason) = match (first, &film.passed_over) {
                (Some(first), _) => {
                    let why = format!(
                        "other bytes under the SOP Instance UID of film {first}: kept, not read"
                    );
                    ("failed", why)
                }
                (None, Some(why)) => ("passed over", why.clone()),
                (None, None) => ("queued", String::new()),
            };
            sqlx::query(
                "INSERT INTO task (film, kind, destination, object, state, attempts, due_ms, lease_ms,
                 changed_ms, reason) VALUES ($1, 'read', '', '', $2, 0, $3, 0, $3, $4)",
            )
            .bind(id)
            .bind(state)
            .bind(now)
            .bind(reason)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(first.map_or(Receipt::New(id), |first| Receipt::OtherBytes(id, first)))
        })
    }

    fn lease<'a>(
        &'a self,
        kind: Kind<'a>,
        now: i64,
        until: i64,
        limit: u32,
    ) -> Answer<'a, Vec<Lease>> {
        Box::pin(async move {
            let (kind, destination) = match kind {
                Kind::Read => ("read", ""),
                Kind::Send(destination) => ("send", destination),
            };
            let rows = sqlx::query(
                "UPDATE task SET state = 'leased', attempts = attempts + 1, lease_ms = $4
                 WHERE id IN (SELECT id FROM task WHERE kind = $1 AND destination = $2
                   AND (state IN ('queued', 'sent') AND due_ms <= $3 OR state = 'leased' AND lease_ms <= $3)
                   ORDER BY due_ms, id LIMIT $5)
                 RETURNING id, attempts, film, object,
                   (SELECT sha256 FROM film WHERE film.id = task.film) AS sha256,
                   (SELECT calling FROM film WHERE film.id = task.film) AS calling",
            )
            .bind(kind)
            .bind(destination)
            .bind(now)
            .bind(until)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(|row| Ok(leased(row)?)).collect()
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease, until: i64) -> Answer<'a, bool> {
        Box::pin(async move {
            let renewed = sqlx::query(
                "UPDATE task SET lease_ms = $1 WHERE id = $2 AND attempts = $3 AND state = 'leased'",
            )
            .bind(until)
            .bind(lease.task)
            .bind(lease.attempt)
            .execute(&self.pool)
            .await?;
            Ok(renewed.rows_affected() == 1)
        })
    }

    fn read<'a>(&'a self, lease: &'a Lease, objects: &'a [Waiting], now: i64) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut transaction = self.pool.begin_with(WRITE).await?;
            let done = sqlx::query(
                "UPDATE task SET state = 'done', reason = '', changed_ms = $1
                 WHERE id = $2 AND attempts = $3 AND state = 'leased'",
            )
            .bind(now)
            .bind(lease.task)
            .bind(lease.attempt)
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() != 1 {
                return Ok(false);
            }
            for object in objects {
                sqlx::query(
                    "INSERT INTO task (film, kind, destination, object, state, attempts, due_ms,
                     lease_ms, changed_ms, reason) VALUES ($1, 'send', $2, $3, 'queued', 0, $4, 0, $4, '')
                     ON CONFLICT DO NOTHING",
                )
                .bind(lease.film)
                .bind(&object.destination)
                .bind(&object.file)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn sent<'a>(&'a self, lease: &'a Lease, until: Option<i64>, now: i64) -> Answer<'a, bool> {
        let state = if until.is_some() { "sent" } else { "done" };
        Box::pin(self.settle(lease, state, "", until.unwrap_or(now), now))
    }

    fn ask<'a>(
        &'a self,
        transaction: &'a str,
        objects: &'a [(String, Option<i64>)],
    ) -> Answer<'a, ()> {
        Box::pin(self.note_asked(transaction, objects))
    }

    fn told<'a>(
        &'a self,
        transaction: &'a str,
        outcomes: &'a [(String, u16)],
        now: i64,
    ) -> Answer<'a, bool> {
        Box::pin(self.note_told(transaction, outcomes, now))
    }

    fn promised<'a>(&'a self, transaction: &'a str) -> Answer<'a, Vec<(String, Option<u16>)>> {
        Box::pin(self.outcomes_of(transaction))
    }

    fn owe<'a>(&'a self, calling: &'a str, asked: &'a Asked, now: i64) -> Answer<'a, ()> {
        Box::pin(self.note_owed(calling, asked, now))
    }

    fn owed(&self, now: i64) -> Answer<'_, Vec<Owed>> {
        Box::pin(self.due_reports(now))
    }

    fn reported<'a>(&'a self, id: i64, failure: Option<(&'a str, Option<i64>)>) -> Answer<'a, ()> {
        Box::pin(self.settle_report(id, failure))
    }

    fn give_back<'a>(&'a self, lease: &'a Lease) -> Answer<'a, bool> {
        Box::pin(async move {
            let given = sqlx::query(
                "UPDATE task SET state = 'queued', attempts = attempts - 1
                 WHERE id = $1 AND attempts = $2 AND state = 'leased'",
            )
            .bind(lease.task)
            .bind(lease.attempt)
            .execute(&self.pool)
            .await?;
            Ok(given.rows_affected() == 1)
        })
    }

    fn failed<'a>(
        &'a self,
        lease: &'a Lease,
        reason: &'a str,
        again: Option<i64>,
        now: i64,
    ) -> Answer<'a, bool> {
        let state = if again.is_some() { "queued" } else { "failed" };
        Box::pin(self.settle(lease, state, reason, again.unwrap_or(now), now))
    }

    fn take_back(&self, now: i64) -> Answer<'_, u64> {
        Box::pin(async move {
            let taken = sqlx::query(
                "UPDATE task SET state = 'queued', due_ms = $1 + 1000 * (attempts - 1)
                 WHERE state = 'leased'",
            )
            .bind(now)
            .execute(&self.pool)
            .await?;
            Ok(taken.rows_affected())
        })
    }

    fn retry(&self, now: i64) -> Answer<'_, u64> {
        Box::pin(async move {
            // A film with other bytes under a known UID has no attempt, and stays.
            let queued = sqlx::query(
                "UPDATE task SET state = 'queued', attempts = 0, due_ms = $1, changed_ms = $1
                 WHERE state = 'failed' AND attempts > 0",
            )
            .bind(now)
            .execute(&self.pool)
            .await?;
            let reports = sqlx::query(
                "UPDATE report SET state = 'queued', attempts = 0, due_ms = $1 WHERE state = 'failed'",
            )
            .bind(now)
            .execute(&self.pool)
            .await?;
            Ok(queued.rows_affected() + reports.rows_affected())
        })
    }

    fn holds<'a>(&'a self, class: &'a str, instance: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let found =
                sqlx::query("SELECT 1 FROM film WHERE sop_class = $1 AND sop_instance = $2")
                    .bind(class)
                    .bind(instance)
                    .fetch_optional(&self.pool)
                    .await?;
            Ok(found.is_some())
        })
    }

    fn film<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(async move {
            let first = "SELECT sha256 FROM film WHERE sop_instance = $1 ORDER BY id LIMIT 1";
            let found = sqlx::query(first).bind(instance).fetch_optional(&self.pool).await?;
            Ok(found.map(|row| row.try_get("sha256")).transpose()?)
        })
    }

    fn note<'a>(&'a self, association: &'a Association) -> Answer<'a, ()> {
        Box::pin(async move {
            let id: i64 = sqlx::query(
                "INSERT INTO association (at_ms, direction, peer, objects, outcome)
                 VALUES ($1, $2, $3, $4, $5) RETURNING id",
            )
            .bind(association.at_ms)
            .bind(association.direction)
            .bind(&association.peer)
            .bind(i64::try_from(association.objects).unwrap_or(i64::MAX))
            .bind(&association.outcome)
            .fetch_one(&self.pool)
            .await?
            .try_get("id")?;
            sqlx::query("DELETE FROM association WHERE id <= $1")
                .bind(id - ASSOCIATIONS)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
    }

    fn films(&self, since: i64) -> Answer<'_, Vec<FilmState>> {
        Box::pin(films::films(&self.pool, since))
    }

    fn overview(&self) -> Answer<'_, Overview> {
        Box::pin(overview::overview(&self.pool))
    }
}

fn leased(row: &SqliteRow) -> Result<Lease, sqlx::Error> {
    Ok(Lease {
        task: row.try_get("id")?,
        attempt: row.try_get("attempts")?,
        film: row.try_get("film")?,
        sha256: row.try_get("sha256")?,
        calling: row.try_get("calling")?,
        object: row.try_get("object")?,
    })
}
