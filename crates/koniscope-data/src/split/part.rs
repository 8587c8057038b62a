//! Which part a film belongs to, as a type.

use std::{marker::PhantomData, ops::Deref};

use rayon::prelude::*;

use crate::LabeledRow;

/// Films of one part, or what was made of them one by one. Only a [`Split`](super::Split) puts films into a
/// part, and what is made of a part stays of that part: a training loop that takes a [`Training`] is not
/// given films that are to be tested on by mistake.
#[derive(Debug)]
pub struct Part<P, T = LabeledRow> {
    items: Vec<T>,
    part: PhantomData<P>,
}

/// Films that are learnt from.
pub type Training<T = LabeledRow> = Part<Learning, T>;

/// Films that choose the epoch and the temperature.
pub type Tuning<T = LabeledRow> = Part<Choosing, T>;

/// Films that are only measured on.
pub type Test<T = LabeledRow> = Part<Measuring, T>;

/// One of the three kinds of parts.
pub trait Kind {
    /// Its name in tables and messages.
    const NAME: &'static str;
}

/// Marks the training part.
#[derive(Debug)]
pub enum Learning {}

/// Marks the tuning part.
#[derive(Debug)]
pub enum Choosing {}

/// Marks the test part.
#[derive(Debug)]
pub enum Measuring {}

impl Kind for Learning {
    const NAME: &'static str = "training";
}

impl Kind for Choosing {
    const NAME: &'static str = "tuning";
}

impl Kind for Measuring {
    const NAME: &'static str = "test";
}

impl<P: Kind, T> Part<P, T> {
    /// Name of the part: `training`, `tuning` or `test`.
    pub const NAME: &'static str = P::NAME;

    /// Only a split makes parts.
    pub(super) fn new(items: Vec<T>) -> Self {
        Self { items, part: PhantomData }
    }

    /// The part without films.
    pub fn empty() -> Self {
        Self::new(Vec::new())
    }

    /// What `make` makes of each film, in order, on all threads.
    pub fn par_map<U: Send>(&self, make: impl Fn(&T) -> U + Sync) -> Part<P, U>
    where
        T: Sync,
    {
        Part::new(self.items.par_iter().map(&make).collect())
    }

    /// What `make` makes of each film, in order.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Part<P, U> {
        Part::new(self.items.into_iter().map(make).collect())
    }

    /// The pictures, none or many, that `make` makes of each film, in order.
    pub fn flat_map<U, I: IntoIterator<Item = U>>(self, make: impl FnMut(T) -> I) -> Part<P, U> {
        Part::new(self.items.into_iter().flat_map(make).collect())
    }
}

impl<P: Kind, T, E> Part<P, Result<T, E>> {
    /// What could be made, and why the rest could not.
    pub fn partition(self) -> (Part<P, T>, Vec<E>) {
        let (mut made, mut failures) = (Vec::with_capacity(self.items.len()), Vec::new());
        for item in self.items {
            match item {
                Ok(item) => made.push(item),
                Err(failure) => failures.push(failure),
            }
        }
        (Part::new(made), failures)
    }

    /// All, or the first failure.
    ///
    /// # Errors
    /// The first failure.
    pub fn transpose(self) -> Result<Part<P, T>, E> {
        Ok(Part::new(self.items.into_iter().collect::<Result<_, E>>()?))
    }
}

impl<P, T: Clone> Clone for Part<P, T> {
    fn clone(&self) -> Self {
        Self { items: self.items.clone(), part: PhantomData }
    }
}

impl<P, T> Deref for Part<P, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_films_stays_in_their_part() {
        let films: Training<usize> = Training::new(vec![1, 2, 3, 4]);
        let halves: Training<Result<usize, usize>> =
            films.par_map(|n| if n % 2 == 0 { Ok(n / 2) } else { Err(*n) });
        let (even, odd): (Training<usize>, Vec<usize>) = halves.clone().partition();
        assert_eq!((&even[..], &odd[..]), (&[1, 2][..], &[1, 3][..]));
        assert_eq!(halves.transpose().err(), Some(1));
        let twice: Training<usize> = even.flat_map(|n| [n, n]).map(|n| n + 1);
        assert_eq!(twice[..], [2, 2, 3, 3]);
        assert_eq!(Test::<usize>::NAME, "test");
        assert!(Tuning::<usize>::empty().is_empty());
    }
}
