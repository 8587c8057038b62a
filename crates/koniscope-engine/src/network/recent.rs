//! The values of the last keys that were asked for.

use std::sync::{Mutex, PoisonError};

/// Up to so many values by key. The one that was not asked for longest makes room for a new one.
pub(super) struct Recent<K, V> {
    most: usize,
    /// The last one asked for is at the end.
    values: Mutex<Vec<(K, V)>>,
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, values: Mutex::default() }
    }

    /// The value of a key, made where there is none.
    pub(super) fn get_or_try_make<E>(
        &self,
        key: K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match values.iter().position(|(own, _)| *own == key) {
            Some(at) => values.remove(at),
            None => (key, make()?),
        };
        let value = found.1.clone();
        values.push(found);
        if values.len() > self.most {
            values.remove(0);
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept() {
        let recent = Recent::new(2);
        let made = |key: u32| {
            let mut made = false;
            let value = recent.get_or_try_make(key, || {
                made = true;
                Ok::<u32, ()>(key * 10)
            });
            assert_eq!(value, Ok(key * 10));
            made
        };
        let all = [(1, true), (2, true), (1, false), (3, true), (1, false), (2, true), (3, true)];
        for (key, expected) in all {
            assert_eq!(made(key), expected, "{key}");
        }
        assert_eq!(recent.get_or_try_make(4, || Err("cannot")), Err("cannot"));
        assert!(!made(3), "a failure drops nothing");
    }
}
