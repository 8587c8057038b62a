//! The outline of a part of a film as a polygon.

use crate::segmentation::components::keep_largest;

/// Most points of an outline: what it tells a viewer needs no more.
const MOST_POINTS: usize = 200;

/// How far a first outline may run beside the pixels' edges, in pixels.
const TOLERANCE: f64 = 0.75;

/// The outline of the largest connected part of one label, without its holes: points `[x, y]` in
/// continuous pixels. Nothing without a pixel of it.
pub(super) fn outline(labels: &[u8], width: usize, label: u8) -> Vec<[f32; 2]> {
    let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
    for i in labels.iter().enumerate().filter(|(_, l)| **l == label).map(|(i, _)| i) {
        for (axis, at) in [i % width, i / width].into_iter().enumerate() {
            low[axis] = low[axis].min(at);
            high[axis] = high[axis].max(at + 1);
        }
    }
    if low[0] >= high[0] {
        return Vec::new();
    }
    let columns = high[0] - low[0];
    let rows = (low[1]..high[1]).flat_map(|y| &labels[y * width + low[0]..y * width + high[0]]);
    let mut inside: Vec<bool> = rows.map(|l| *l == label).collect();
    keep_largest(&mut inside, columns);
    let corners = corners(&inside, columns);
    let mut tolerance = TOLERANCE;
    let mut points = simplified(&corners, tolerance);
    while points.len() > MOST_POINTS {
        tolerance *= 2.0;
        points = simplified(&corners, tolerance);
    }
    points.iter().map(|p| [0, 1].map(|axis| (p[axis] + low[axis] as f64) as f32)).collect()
}

/// The corners of a connected part on the edges of its pixels, once around with the part on the right.
fn corners(inside: &[bool], columns: usize) -> Vec<[f64; 2]> {
    let is_in = |x: isize, y: isize| {
        let [Ok(x), Ok(y)] = [x, y].map(usize::try_from) else { return false };
        x < columns && inside.get(y * columns + x).is_some_and(|inside| *inside)
    };
    let first = inside.iter().position(|inside| *inside).unwrap_or(0);
    let start = [(first % columns) as isize, (first / columns) as isize];
    let (mut at, mut to) = (start, [1isize, 0]);
    let mut found = vec![start.map(|v| v as f64)];
    loop {
        at = [at[0] + to[0], at[1] + to[1]];
        // Of the pixels ahead, by the direction: rows run down, so right of [1, 0] is [0, 1].
        let right = [-to[1], to[0]];
        let pixel = |side: isize| {
            let of = |axis: usize| at[axis] + (to[axis] + side * right[axis] - 1).div_euclid(2);
            is_in(of(0), of(1))
        };
        let next = match (pixel(1), pixel(-1)) {
            (false, _) => right,
            (true, true) => [to[1], -to[0]],
            (true, false) => to,
        };
        if at == start && next == [1, 0] {
            return found;
        }
        if next != to {
            found.push(at.map(|v| v as f64));
        }
        to = next;
    }
}

/// What is left of a closed outline when no point of it may lie further from the rest than
/// `tolerance` (Ramer 1972, Douglas and Peucker 1973).
fn simplified(points: &[[f64; 2]], tolerance: f64) -> Vec<[f64; 2]> {
    let n = points.len();
    let distance = |a: usize, b: usize, p: usize| {
        let [a, b, p] = [a, b, p].map(|i| points[i % n]);
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = dx.hypot(dy);
        let (px, py) = (p[0] - a[0], p[1] - a[1]);
        if length > 0.0 { (dx * py - dy * px).abs() / length } else { px.hypot(py) }
    };
    let farthest = |a: usize, b: usize| {
        (a + 1..b).map(|p| (p, distance(a, b, p))).max_by(|x, y| x.1.total_cmp(&y.1))
    };
    let mut keep = vec![false; n];
    keep[0] = true;
    let mut spans = vec![(0, n)];
    while let Some((a, b)) = spans.pop() {
        if let Some((p, far)) = farthest(a, b)
            && far > tolerance
        {
            keep[p] = true;
            spans.extend([(a, p), (p, b)]);
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(p, _)| *p).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_has_its_four_corners() {
        let (width, height) = (12, 9);
        let labels: Vec<u8> =
            (0..width * height)
                .map(|i| {
                    if (3..8).contains(&(i % width)) && (2..6).contains(&(i / width)) {
                        2
                    } else {
                        1
                    }
                })
                .collect();
        assert_eq!(outline(&labels, width, 2), [[3.0, 2.0], [8.0, 2.0], [8.0, 6.0], [3.0, 6.0]]);
        assert!(outline(&labels, width, 7).is_empty());
    }

    #[test]
    fn of_two_parts_the_larger_is_drawn_and_its_hole_is_not() {
        let rows = ["1.......", "..11111.", "..1...1.", "..11111."];
        let labels: Vec<u8> = rows.concat().bytes().map(|b| u8::from(b == b'1')).collect();
        assert_eq!(outline(&labels, 8, 1), [[2.0, 1.0], [7.0, 1.0], [7.0, 4.0], [2.0, 4.0]]);
    }

    #[test]
    fn a_disc_keeps_its_area_with_few_points() {
        let (n, r) = (400usize, 150.0);
        let inside = |i: usize| {
            let (x, y) = ((i % n) as f64 + 0.5 - 200.0, (i / n) as f64 + 0.5 - 200.0);
            u8::from(x.hypot(y) < r)
        };
        let labels: Vec<u8> = (0..n * n).map(inside).collect();
        let points = outline(&labels, n, 1);
        let next = points.iter().cycle().skip(1);
        let twice: f32 = points.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
        let area = std::f64::consts::PI * r * r;
        assert!(points.len() <= MOST_POINTS, "{}", points.len());
        assert!((f64::from(twice) / 2.0 / area - 1.0).abs() < 0.01, "{twice}");
    }
}
