//! The store at a glance.

use sqlx::{Row, SqlitePool};

use crate::store::{Association, Count, Failed, Overview, StoreError};

/// A film's state follows from its tasks: one that failed, that of the reading, then those of the objects.
const FILMS: &str = "
    SELECT state, COUNT(*) AS number FROM (
        SELECT CASE
            WHEN SUM(state = 'failed') > 0 THEN 'failed'
            WHEN SUM(state = 'passed over') > 0 THEN 'passed over'
            WHEN SUM(kind = 'read' AND state = 'queued') > 0 THEN 'queued'
            WHEN SUM(kind = 'read' AND state = 'leased') > 0 THEN 'reading'
            WHEN SUM(state IN ('leased', 'sent')) > 0 THEN 'sending'
            WHEN SUM(state = 'queued') > 0 THEN 'read'
            ELSE 'done' END AS state
        FROM task GROUP BY film)
    GROUP BY state ORDER BY state";

pub(super) async fn overview(pool: &SqlitePool) -> Result<Overview, StoreError> {
    let mut found = Overview::default();
    for row in sqlx::query(FILMS).fetch_all(pool).await? {
        found.films.push(Count { state: row.try_get("state")?, number: row.try_get("number")? });
    }
    let sends = "SELECT destination, state, COUNT(*) AS number FROM task WHERE kind = 'send'
                 GROUP BY destination, state ORDER BY destination, state";
    for row in sqlx::query(sends).fetch_all(pool).await? {
        let count = Count { state: row.try_get("state")?, number: row.try_get("number")? };
        found.destinations.push((row.try_get("destination")?, count));
    }
    let reports = "SELECT state, COUNT(*) AS number FROM report GROUP BY state ORDER BY state";
    for row in sqlx::query(reports).fetch_all(pool).await? {
        found.reports.push(Count { state: row.try_get("state")?, number: row.try_get("number")? });
    }
    let failed = "SELECT film, destination, attempts, reason FROM task WHERE state = 'failed'
                  ORDER BY changed_ms DESC, id DESC LIMIT 100";
    for row in sqlx::query(failed).fetch_all(pool).await? {
        found.failed.push(Failed {
            film: row.try_get("film")?,
            destination: Some(row.try_get("destination")?).filter(|name: &String| !name.is_empty()),
            attempts: row.try_get("attempts")?,
            reason: row.try_get("reason")?,
        });
    }
    let associations = "SELECT at_ms, direction, peer, objects, outcome FROM association
                        ORDER BY id DESC LIMIT 100";
    for row in sqlx::query(associations).fetch_all(pool).await? {
        let direction: String = row.try_get("direction")?;
        found.associations.push(Association {
            at_ms: row.try_get("at_ms")?,
            direction: if direction == "in" { "in" } else { "out" },
            peer: row.try_get("peer")?,
            objects: u64::try_from(row.try_get::<i64, _>("objects")?).unwrap_or(0),
            outcome: row.try_get("outcome")?,
        });
    }
    Ok(found)
}
