//! One lung of a film, coarse and smoothed, as heights over a wide background.

use crate::{
    Radiograph,
    plane::Plane,
    segmentation::{LungMask, Side},
};

/// Side of a pixel here, in mm. Smoothed as it is, 2 mm are told apart.
const PIXEL_MM: f64 = 0.8;

/// Half the side of the window whose median is the background, in mm: as wide in all as the longest
/// opacity, which then fills half of it at most.
const WINDOW_MM: f64 = 40.0;

/// How far inside the lung a peak must lie, in mm: the center of an opacity of 10 mm lies as far in,
/// and nearer to the border the chest wall is brighter than what is looked for.
const DEPTH_MM: f64 = 5.0;

/// Rim of the lung that is left out altogether, in mm: outlines are not surer than that.
const RIM_MM: f64 = 1.6;

/// Pixels from one point of the background to the next; between them it is interpolated.
const LATTICE: usize = 8;

/// Of the pixels in a window, each so many-th row and column counts.
const EVERY: usize = 3;

/// Heights on a grid that covers the film.
pub(super) struct Relief {
    heights: Plane,
    /// Pixels of the lung without its rim.
    inside: Vec<bool>,
    /// Where a peak may lie.
    deep: Vec<bool>,
    /// Film pixels a pixel here, `[x, y]`.
    step: [f64; 2],
}

impl Relief {
    /// The relief of one lung, where a film pixel is `mm` wide.
    pub(super) fn new(film: &Radiograph, mask: &LungMask, side: Side, mm: f64) -> Self {
        let small = |length: usize| {
            ((length as f64 * mm / PIXEL_MM).round() as usize).clamp(1, length.max(1))
        };
        let (w, h) = (small(film.width()), small(film.height()));
        let step = [film.width() as f64 / w as f64, film.height() as f64 / h as f64];
        let is_lung = |i: usize| {
            let x = ((i % w) as f64 + 0.5) * step[0];
            let y = ((i / w) as f64 + 0.5) * step[1];
            mask.labels()[y as usize * mask.width() + x as usize] == side.label()
        };
        let lung: Vec<bool> = (0..w * h).map(is_lung).collect();
        let depths = depths(&lung, w);
        // A film of few pixels has larger ones than were asked for.
        let pixel_mm = mm * step[0];
        let deeper = |mm: f64| depths.iter().map(|d| f64::from(*d) * pixel_mm > mm).collect();
        let (inside, deep): (Vec<bool>, Vec<bool>) = (deeper(RIM_MM), deeper(DEPTH_MM));
        let mut smooth = film.pixels().resize(w, h);
        for _ in 0..2 {
            smooth = mean3(&smooth, &inside);
        }
        let window = (WINDOW_MM / pixel_mm).round().max(1.0) as usize;
        let background = background(&smooth, &inside, window);
        for (i, value) in smooth.data_mut().iter_mut().enumerate() {
            let (x, y) = ((i % w) as f32 + 0.5, (i / w) as f32 + 0.5);
            let lattice = LATTICE as f32;
            *value -= background.bilinear(x / lattice, y / lattice);
        }
        Self { heights: smooth, inside, deep, step }
    }

    /// Columns.
    pub(super) fn width(&self) -> usize {
        self.heights.width()
    }

    /// Pixels inside the lung that are at least `height` high and at most `within` film pixels
    /// from `center`.
    pub(super) fn above(&self, height: f32, center: [f64; 2], within: f64) -> Vec<bool> {
        let near = |i: usize| {
            let [x, y] = self.point(i);
            (x - center[0]).hypot(y - center[1]) <= within
        };
        let heights = self.heights.data();
        (0..heights.len()).map(|i| self.inside[i] && heights[i] >= height && near(i)).collect()
    }

    /// The highest pixel well inside the lung, at most `reach` film pixels from `at`.
    pub(super) fn peak(&self, at: [f64; 2], reach: f64) -> Option<usize> {
        let near = self.above(f32::NEG_INFINITY, at, reach);
        let pixels = (0..near.len()).filter(|i| near[*i] && self.deep[*i]);
        pixels.max_by(|a, b| self.height(*a).total_cmp(&self.height(*b)))
    }

    /// Height of a pixel over the background.
    pub(super) fn height(&self, pixel: usize) -> f32 {
        self.heights.data()[pixel]
    }

    /// Center of a pixel in continuous film pixels.
    pub(super) fn point(&self, pixel: usize) -> [f64; 2] {
        let (x, y) = (pixel % self.width(), pixel / self.width());
        [(x as f64 + 0.5) * self.step[0], (y as f64 + 0.5) * self.step[1]]
    }

    /// Film pixels that a pixel here covers.
    pub(super) fn pixel_area(&self) -> f64 {
        self.step[0] * self.step[1]
    }
}

/// Steps up, down or aside from each pixel to the nearest one outside, 0 there; the border of the
/// film counts as inside.
fn depths(inside: &[bool], width: usize) -> Vec<u32> {
    let far = inside.len() as u32;
    let mut depths: Vec<u32> = inside.iter().map(|i| if *i { far } else { 0 }).collect();
    for i in 0..depths.len() {
        let left = if i.is_multiple_of(width) { far } else { depths[i - 1] };
        let above = i.checked_sub(width).map_or(far, |j| depths[j]);
        depths[i] = depths[i].min(left.min(above) + 1);
    }
    for i in (0..depths.len()).rev() {
        let right = if (i + 1).is_multiple_of(width) { far } else { depths[i + 1] };
        let below = depths.get(i + width).copied().unwrap_or(far);
        depths[i] = depths[i].min(right.min(below) + 1);
    }
    depths
}

/// Mean of the lung's pixels in each lung pixel's 3 x 3 neighborhood; others stay.
fn mean3(plane: &Plane, inside: &[bool]) -> Plane {
    let (w, h) = (plane.width(), plane.height());
    let mut out = plane.clone();
    for y in 0..h {
        for x in 0..w {
            if !inside[y * w + x] {
                continue;
            }
            let (mut sum, mut n) = (0.0, 0.0);
            for ny in y.saturating_sub(1)..(y + 2).min(h) {
                for nx in x.saturating_sub(1)..(x + 2).min(w) {
                    if inside[ny * w + nx] {
                        sum += plane.at(nx, ny);
                        n += 1.0;
                    }
                }
            }
            out.data_mut()[y * w + x] = sum / n;
        }
    }
    out
}

/// Median of the lung's pixels within `window` rows and columns, at every [`LATTICE`]-th pixel;
/// where there is none, the median of the whole lung.
fn background(plane: &Plane, inside: &[bool], window: usize) -> Plane {
    let (w, h) = (plane.width(), plane.height());
    let (across, down) = (w.div_ceil(LATTICE), h.div_ceil(LATTICE));
    let median_of = |columns: (usize, usize), rows: (usize, usize)| {
        let mut values = Vec::new();
        for y in (rows.0..rows.1).filter(|y| y.is_multiple_of(EVERY)) {
            for x in (columns.0..columns.1).filter(|x| x.is_multiple_of(EVERY)) {
                if inside[y * w + x] {
                    values.push(plane.at(x, y));
                }
            }
        }
        median(&mut values)
    };
    let whole = median_of((0, w), (0, h)).unwrap_or(0.0);
    let values = (0..across * down).map(|i| {
        let center = |k: usize| k * LATTICE + LATTICE / 2;
        let (x, y) = (center(i % across), center(i / across));
        let range =
            |c: usize, end: usize, far: usize| (c.saturating_sub(far), (c + far + 1).min(end));
        // Far from the lung nothing asks for it.
        let (rows, columns) = (range(y, h, 2 * LATTICE), range(x, w, 2 * LATTICE));
        let near =
            (rows.0..rows.1).any(|y| inside[y * w + columns.0..y * w + columns.1].contains(&true));
        let median = near.then(|| median_of(range(x, w, window), range(y, h, window)));
        median.flatten().unwrap_or(whole)
    });
    Plane::new(across, down, values.collect())
}

fn median(values: &mut [f32]) -> Option<f32> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(middle, f32::total_cmp).1)
}
