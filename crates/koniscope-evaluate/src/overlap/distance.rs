//! Exact distance to the nearest pixel of a set (Felzenszwalb and Huttenlocher, Theory of Computing
//! 2012;8:415): squared distances along columns, then the lower envelope of parabolas along rows.

/// Distance of each pixel `[height, width]` to the nearest one that is set, in the unit of
/// `spacing`, `[between rows, between columns]`. Nothing if none is set.
pub(crate) fn distances(set: &[bool], [w, h]: [usize; 2], spacing: [f64; 2]) -> Option<Vec<f64>> {
    if !set.contains(&true) {
        return None;
    }
    let mut squared: Vec<f64> =
        set.iter().map(|on| if *on { 0.0 } else { f64::INFINITY }).collect();
    let mut column = vec![0.0; h];
    for x in 0..w {
        (0..h).for_each(|y| column[y] = squared[y * w + x]);
        let moved = envelope(&column, spacing[0]);
        (0..h).for_each(|y| squared[y * w + x] = moved[y]);
    }
    for row in squared.chunks_exact_mut(w) {
        let moved = envelope(row, spacing[1]);
        row.copy_from_slice(&moved);
    }
    Some(squared.into_iter().map(f64::sqrt).collect())
}

/// `min over q of (step (p - q))^2 + values[q]` for every `p`.
fn envelope(values: &[f64], step: f64) -> Vec<f64> {
    let place = |i: usize| i as f64 * step;
    // Parabolas of the envelope, and from where each is the lowest.
    let mut hull: Vec<(usize, f64)> = Vec::new();
    for q in (0..values.len()).filter(|q| values[*q].is_finite()) {
        let mut from = f64::NEG_INFINITY;
        while let Some((last, since)) = hull.last().copied() {
            from = (values[q] - values[last] + place(q).powi(2) - place(last).powi(2))
                / (2.0 * (place(q) - place(last)));
            if from > since {
                break;
            }
            hull.pop();
            from = f64::NEG_INFINITY;
        }
        hull.push((q, from));
    }
    let mut k = 0;
    (0..values.len())
        .map(|p| {
            while k + 1 < hull.len() && hull[k + 1].1 <= place(p) {
                k += 1;
            }
            let nearest = hull.get(k);
            nearest.map_or(f64::INFINITY, |(q, _)| (place(p) - place(*q)).powi(2) + values[*q])
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_search_over_all_pairs() {
        let size @ [w, h] = [23, 17];
        for (seed, spacing) in [(1usize, [1.0, 1.0]), (5, [0.3, 0.7]), (8, [2.5, 0.2])] {
            let set: Vec<bool> = (0..w * h).map(|i| (i * 7919 + seed * 31) % 41 == 0).collect();
            let found = distances(&set, size, spacing).unwrap();
            for (i, found) in found.iter().enumerate() {
                let far = |j: usize| {
                    let dy = (i / w).abs_diff(j / w) as f64 * spacing[0];
                    let dx = (i % w).abs_diff(j % w) as f64 * spacing[1];
                    dy.hypot(dx)
                };
                let nearest = (0..w * h).filter(|j| set[*j]).map(far).fold(f64::MAX, f64::min);
                assert!((found - nearest).abs() < 1e-9, "{i}: {found} {nearest}");
            }
        }
        assert_eq!(distances(&[false; 4], [2, 2], [1.0, 1.0]), None);
    }
}
