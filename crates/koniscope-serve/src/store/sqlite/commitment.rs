//! What is promised: by peers to us, and by us to peers.

use sqlx::Row;

use super::Sqlite;
use crate::{
    commitment::Asked,
    store::{Owed, StoreError},
};

impl Sqlite {
    pub(super) async fn note_asked(
        &self,
        transaction: &str,
        objects: &[(String, Option<i64>)],
    ) -> Result<(), StoreError> {
        let mut writing = self.pool.begin_with(super::WRITE).await?;
        for (instance, task) in objects {
            sqlx::query(
                "INSERT INTO commitment (transaction_uid, sop_instance, task) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING",
            )
            .bind(transaction)
            .bind(instance)
            .bind(task)
            .execute(&mut *writing)
            .await?;
        }
        Ok(writing.commit().await?)
    }

    pub(super) async fn note_told(
        &self,
        transaction: &str,
        outcomes: &[(String, u16)],
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut writing = self.pool.begin_with(super::WRITE).await?;
        let mut is_known = false;
        for (instance, failure) in outcomes {
            let of = sqlx::query(
                "UPDATE commitment SET failure = $1 WHERE transaction_uid = $2 AND sop_instance = $3
                 RETURNING task",
            )
            .bind(failure)
            .bind(transaction)
            .bind(instance)
            .fetch_optional(&mut *writing)
            .await?;
            let Some(of) = of else { continue };
            is_known = true;
            let (state, reason) = match failure {
                0 => ("done", String::new()),
                reason => (
                    "failed",
                    format!("the peer took it and does not keep it: reason {reason:04X}"),
                ),
            };
            sqlx::query(
                "UPDATE task SET state = $1, reason = $2, changed_ms = $3
                 WHERE id = $4 AND state IN ('leased', 'sent')",
            )
            .bind(state)
            .bind(reason)
            .bind(now)
            .bind(of.try_get::<Option<i64>, _>("task")?)
            .execute(&mut *writing)
            .await?;
        }
        writing.commit().await?;
        Ok(is_known)
    }

    pub(super) async fn outcomes_of(
        &self,
        transaction: &str,
    ) -> Result<Vec<(String, Option<u16>)>, StoreError> {
        let rows =
            sqlx::query("SELECT sop_instance, failure FROM commitment WHERE transaction_uid = $1")
                .bind(transaction)
                .fetch_all(&self.pool)
                .await?;
        let outcome = |row: &sqlx::sqlite::SqliteRow| {
            Ok((row.try_get("sop_instance")?, row.try_get::<Option<u16>, _>("failure")?))
        };
        rows.iter().map(outcome).collect()
    }

    pub(super) async fn note_owed(
        &self,
        calling: &str,
        asked: &Asked,
        now: i64,
    ) -> Result<(), StoreError> {
        let asked = serde_json::to_string(asked).map_err(|e| StoreError(e.to_string()))?;
        sqlx::query(
            "INSERT INTO report (calling, asked, state, attempts, due_ms, reason)
             VALUES ($1, $2, 'queued', 0, $3, '')",
        )
        .bind(calling)
        .bind(asked)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn due_reports(&self, now: i64) -> Result<Vec<Owed>, StoreError> {
        let rows = sqlx::query(
            "UPDATE report SET attempts = attempts + 1 WHERE id IN
               (SELECT id FROM report WHERE state = 'queued' AND due_ms <= $1 ORDER BY due_ms, id LIMIT 100)
             RETURNING id, calling, asked, attempts",
        )
        .bind(now)
        .fetch_all(&self.pool)
        .await?;
        let owed = |row: &sqlx::sqlite::SqliteRow| {
            let asked: String = row.try_get("asked")?;
            Ok(Owed {
                id: row.try_get("id")?,
                calling: row.try_get("calling")?,
                asked: serde_json::from_str(&asked).map_err(|e| StoreError(e.to_string()))?,
                attempts: row.try_get("attempts")?,
            })
        };
        rows.iter().map(owed).collect()
    }

    pub(super) async fn settle_report(
        &self,
        id: i64,
        failure: Option<(&str, Option<i64>)>,
    ) -> Result<(), StoreError> {
        let (state, reason, due) = match failure {
            None => ("done", "", None),
            Some((reason, None)) => ("failed", reason, None),
            Some((reason, again)) => ("queued", reason, again),
        };
        sqlx::query("UPDATE report SET state = $1, reason = $2, due_ms = $3 WHERE id = $4")
            .bind(state)
            .bind(reason)
            .bind(due.unwrap_or(0))
            .bind(id)
            .execute(&self.pool)
            .await?;
        // What was told long ago is of no use; the last thousand stay, to be looked at.
        sqlx::query("DELETE FROM report WHERE state = 'done' AND id <= $1")
            .bind(id - super::ASSOCIATIONS)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
