//! How often somebody may try: attempts by what they are counted for, within a window of time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Seconds in which attempts are counted.
pub(super) const WINDOW: u64 = 900;

/// Keys that are remembered; beyond, the oldest is forgotten.
const KEYS: usize = 10_000;

/// See the module.
#[derive(Default)]
pub(super) struct Rate(Mutex<HashMap<String, (u32, u64)>>);

impl Rate {
    /// Counts an attempt for each key, with the most that it may have.
    ///
    /// # Errors
    /// Seconds to wait, where one of them has had its share; nothing is counted then.
    pub(super) fn attempt(&self, keys: &[(String, u32)], now: u64) -> Result<(), u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, (_, since)| now < *since + WINDOW);
        for (key, most) in keys {
            if let Some((count, since)) = counts.get(key)
                && count >= most
            {
                return Err(since + WINDOW - now);
            }
        }
        for (key, _) in keys {
            if counts.len() >= KEYS && !counts.contains_key(key) {
                let oldest = counts.iter().min_by_key(|(_, (_, since))| *since);
                if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                    counts.remove(&oldest);
                }
            }
            counts.entry(key.clone()).or_insert((0, now)).0 += 1;
        }
        Ok(())
    }

    /// Takes back an attempt that went well.
    pub(super) fn forgive(&self, keys: &[(String, u32)]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys {
            if let Some((count, _)) = counts.get_mut(key) {
                *count = count.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_bounded_within_a_window_and_by_each_key() {
        let rate = Rate::default();
        let keys = |name: &str| [(format!("name {name}"), 3), ("address".to_owned(), 5)];
        for _ in 0..3 {
            rate.attempt(&keys("a"), 100).unwrap();
        }
        assert_eq!(rate.attempt(&keys("a"), 200), Err(WINDOW - 100));
        rate.attempt(&keys("b"), 200).unwrap();
        rate.forgive(&keys("b"));
        rate.attempt(&keys("b"), 200).unwrap();
        rate.attempt(&keys("b"), 300).unwrap();
        assert_eq!(
            rate.attempt(&keys("c"), 300),
            Err(WINDOW - 200),
            "the address has had its share"
        );
        rate.attempt(&keys("a"), 100 + WINDOW).unwrap();
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let rate = Rate::default();
        for i in 0..KEYS + 10 {
            rate.attempt(&[(i.to_string(), 1)], i as u64 / 1000).unwrap();
        }
        assert_eq!(rate.0.lock().unwrap().len(), KEYS);
    }
}
