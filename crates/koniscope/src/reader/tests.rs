//! How often a film is looked at for its lungs.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::*;
use crate::{
    manifest::{Input, Manifest},
    plane::Plane,
    report::fake,
};

const SIDE: usize = 256;

/// Finds the same lungs wherever the picture is dark there, with a probability of `inside`, and says how
/// often it was asked.
struct Counting {
    manifest: Manifest,
    inside: f32,
    looks: Arc<AtomicUsize>,
}

fn in_lung(side: f64, i: usize) -> bool {
    let at = |v: usize| (v as f64 + 0.5) / SIDE as f64;
    fake::in_lung(side, at(i % SIDE), at(i / SIDE))
}

impl LungSegmenter for Counting {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn lung_probabilities(&self, small: &Plane) -> Result<LungProbabilities, Error> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        let lung = |side| {
            let p = |i: usize| match in_lung(side, i) && small.data()[i] < 0.5 {
                true => self.inside,
                false => 0.0,
            };
            Plane::new(SIDE, SIDE, (0..SIDE * SIDE).map(p).collect())
        };
        Ok(LungProbabilities { right: lung(-1.0), left: lung(1.0) })
    }
}

/// Looks at a drawn film, or its negative, and whether it was taken for inverted.
fn look(inside: f32, inverted: bool) -> (usize, bool) {
    let looks = Arc::new(AtomicUsize::new(0));
    let reader = fake::zone_reader();
    let mut manifest = reader.segmenter().manifest().clone();
    manifest.input = Input { width: SIDE, height: SIDE, ..manifest.input };
    let counting = Counting { manifest, inside, looks: looks.clone() };
    let reader = Reader { segmenter: Box::new(counting), ..reader };
    let is_lung = |i: usize| in_lung(-1.0, i) || in_lung(1.0, i);
    let gray = (0..SIDE * SIDE).map(|i| if is_lung(i) { 0.2 } else { 0.7 });
    let mut film = Radiograph::new(Plane::new(SIDE, SIDE, gray.collect()), None);
    if inverted {
        film = film.negative();
    }
    let mut flags = Vec::new();
    reader.find_lungs(film, &mut flags).unwrap();
    (looks.load(Ordering::Relaxed), flags.contains(&Flag::Inverted))
}

#[test]
fn the_negative_of_sure_lungs_is_not_looked_at() {
    // Certainty is 2 p / (1 + p): 0.995 and 0.889.
    assert_eq!(look(0.99, false), (1, false));
    assert_eq!(look(0.8, false), (2, false));
}

#[test]
fn an_inverted_film_is_found_however_sure_its_negative_is() {
    assert_eq!(look(0.99, true), (2, true));
    assert_eq!(look(0.8, true), (2, true));
}
