//! A film as people look at it: all of its gray, none of it cut off, on the pixels of its radiograph.

use super::{field::Field, gray, stored::Stored, upright};
use crate::{
    Error,
    decode::{Header, RawImage, Voi},
    plane::Plane,
};

/// Highest value of a [`Display`].
const MOST: f64 = 65_535.0;

/// Share of the pixels that the automatic window leaves out at each end.
const AUTO: f64 = 0.01;

/// A film for the screen. What is done to it there enters no reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Display {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Gray, row-major `[height, width]`, upright with square pixels: 0 the darkest that the file's
    /// values can be, 65,535 the brightest. Linear in the modality's values, or in the VOI table's.
    pub values: Vec<u16>,
    /// Millimeters a pixel, where the file tells them.
    pub spacing_mm: Option<f64>,
    /// The file's own window, `[center, width]` in these values.
    pub window: Option<[f64; 2]>,
    /// A window of all but the darkest and the brightest hundredth of the film.
    pub auto: [f64; 2],
}

impl Display {
    /// The window to begin with.
    pub fn first_window(&self) -> [f64; 2] {
        self.window.unwrap_or(self.auto)
    }

    /// 8-bit gray of the film in its first window, at most `longest` pixels on its longer side.
    pub fn preview(&self, longest: usize) -> (usize, usize, Vec<u8>) {
        let scale = (longest as f64 / self.width.max(self.height).max(1) as f64).min(1.0);
        let side = |length: usize| ((length as f64 * scale).round() as usize).max(1);
        let values = self.values.iter().map(|value| f32::from(*value)).collect();
        let small =
            Plane::new(self.width, self.height, values).resize(side(self.width), side(self.height));
        let [center, width] = self.first_window().map(|v| v as f32);
        let gray = |value: &f32| (((value - center) / width + 0.5).clamp(0.0, 1.0) * 255.0) as u8;
        (small.width(), small.height(), small.data().iter().map(gray).collect())
    }
}

/// Makes a film for the screen.
///
/// # Errors
/// [`Error::BadHeader`] as [`normalize`](super::normalize), [`Error::Blank`] if all pixels are one gray.
pub fn for_display(raw: &RawImage) -> Result<Display, Error> {
    let stored = Stored::of(raw)?;
    // A window is chosen on the screen; a table has no inverse there and stays.
    let is_window = matches!(raw.header.voi, Voi::Window { .. });
    let voi = if is_window { Voi::None } else { raw.header.voi.clone() };
    let gray = gray::of_stored(&Header { voi, ..raw.header.clone() }, stored.values())?;
    let (low, high) =
        gray.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let scale = MOST / (high - low);
    if !(high > low && scale.is_finite()) {
        return Err(Error::Blank { detail: "all pixels have one gray".into() });
    }
    let table: Vec<f32> = gray.iter().map(|v| ((v - low) / (high - low)) as f32).collect();
    let field = Field::of(raw, stored.ends());
    let value = |i: usize| if field.shows(i) { table[stored.index(raw.stored[i])] } else { 0.0 };
    let film = upright(raw, &field, value)?;
    let values: Vec<u16> =
        film.pixels().data().iter().map(|v| (v * MOST as f32).round() as u16).collect();
    let window = match raw.header.voi {
        Voi::Window { center, width, .. } => {
            let sense = if gray::is_inverted(&raw.header) { -1.0 } else { 1.0 };
            let window = [(sense * center - low) * scale, width * scale];
            (window.iter().all(|v| v.is_finite()) && window[1] >= 1.0).then_some(window)
        }
        _ => None,
    };
    Ok(Display {
        width: film.width(),
        height: film.height(),
        auto: auto(&values),
        values,
        spacing_mm: film.spacing_mm().map(|[row, _]| row),
        window,
    })
}

/// Makes a film for the screen as its file says it is to be seen: through its own VOI transformation, or with
/// all the gray that its bits can hold, and with nothing cut off. [`Display::window`] shows it so.
///
/// # Errors
/// [`Error::BadHeader`] as [`normalize`](super::normalize).
pub fn unaltered(raw: &RawImage) -> Result<Display, Error> {
    let stored = Stored::of(raw)?;
    let header = &raw.header;
    let bits = raw.bits_stored.clamp(1, 16);
    let first = if raw.signed { -(1 << (bits - 1)) } else { 0 };
    let sense = if gray::is_inverted(header) { -1.0 } else { 1.0 };
    let ends = match &header.voi {
        Voi::Window { .. } => [0.0, sense],
        Voi::None | Voi::Table(_) => {
            let [least, most] = stored.ends();
            let [first, last] = [first.min(least), (first + (1 << bits) - 1).max(most)];
            let all = gray::of_stored(header, first..=last)?;
            [0, all.len() - 1].map(|i| all[i])
        }
    };
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    if high <= low {
        return Err(Error::Blank { detail: "all values have one gray".into() });
    }
    let gray = gray::of_stored(header, stored.values())?;
    let table: Vec<f32> =
        gray.iter().map(|v| ((v - low) / (high - low)).clamp(0.0, 1.0) as f32).collect();
    let film = upright(raw, &Field::whole(raw), |i| table[stored.index(raw.stored[i])])?;
    let values = film.pixels().data().iter().map(|v| (v * MOST as f32).round() as u16).collect();
    let whole = [MOST / 2.0, MOST];
    Ok(Display {
        width: film.width(),
        height: film.height(),
        values,
        spacing_mm: film.spacing_mm().map(|[row, _]| row),
        window: Some(whole),
        auto: whole,
    })
}

fn auto(values: &[u16]) -> [f64; 2] {
    let mut counts = vec![0usize; 1 << 16];
    for value in values {
        counts[usize::from(*value)] += 1;
    }
    let left_out = (values.len() as f64 * AUTO) as usize;
    let end = |counts: &mut dyn Iterator<Item = (usize, &usize)>| {
        let mut seen = 0;
        let mut at = counts.filter(|(_, count)| {
            seen += **count;
            seen > left_out
        });
        at.next().map_or(0.0, |(value, _)| value as f64)
    };
    let low = end(&mut counts.iter().enumerate());
    let high = end(&mut counts.iter().enumerate().rev());
    [(low + high) / 2.0, (high - low).max(1.0)]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::decode::{Orientation, Photometric, WindowFunction};

    /// A ramp of 256 x 40 pixels, 0 to 1,020 from left to right.
    fn ramp() -> RawImage {
        RawImage {
            width: 256,
            height: 40,
            stored: (0..256 * 40).map(|i| 4 * (i % 256)).collect(),
            bits_stored: 10,
            signed: false,
            header: Header::default(),
        }
    }

    #[test]
    fn all_gray_is_kept_and_the_file_s_window_goes_along() {
        let mut raw = ramp();
        let plain = for_display(&raw).unwrap();
        assert_eq!((plain.width, plain.height, plain.window), (256, 40, None));
        assert_eq!((plain.values[0], plain.values[255]), (0, 65_535));
        let [center, width] = plain.auto;
        assert!((center - 32_767.5).abs() < 300.0 && (width - 64_000.0).abs() < 1_500.0);
        let function = WindowFunction::Linear;
        raw.header.voi = Voi::Window { center: 255.0, width: 102.0, function };
        let shown = for_display(&raw).unwrap();
        assert_eq!(shown.values, plain.values, "a window cuts nothing off");
        let [center, width] = shown.window.unwrap();
        assert!((center - 16_383.75).abs() < 1e-6 && (width - 6_553.5).abs() < 1e-6);
        raw.header.photometric = Photometric::Monochrome1;
        let inverted = for_display(&raw).unwrap();
        assert_eq!(inverted.values[0], 65_535);
        let [center, _] = inverted.window.unwrap();
        assert!((center - (65_535.0 - 16_383.75)).abs() < 1e-6);
        assert_eq!(inverted.first_window(), inverted.window.unwrap());
    }

    #[test]
    fn a_standard_film_is_shown_as_its_file_says() {
        let mut raw = ramp();
        raw.stored.iter_mut().for_each(|v| *v = 100 + *v / 2);
        let shown = unaltered(&raw).unwrap();
        // 10 bits hold 0 to 1,023: 100 is no black, and 610 no white.
        let gray = |stored: f64| (stored / 1_023.0 * 65_535.0).round() as u16;
        assert_eq!([shown.values[0], shown.values[255]], [gray(100.0), gray(610.0)]);
        assert_eq!(shown.first_window(), [32_767.5, 65_535.0]);
        raw.header.photometric = Photometric::Monochrome1;
        let inverted = unaltered(&raw).unwrap();
        assert_eq!([inverted.values[0], inverted.values[255]], [gray(923.0), gray(413.0)]);
        // The file's own window is what makes its gray.
        raw.header.photometric = Photometric::Monochrome2;
        let function = WindowFunction::LinearExact;
        raw.header.voi = Voi::Window { center: 355.0, width: 255.0, function };
        let windowed = unaltered(&raw).unwrap();
        assert_eq!([windowed.values[0], windowed.values[255]], [0, 65_535]);
        assert!(windowed.values[127].abs_diff(32_639) < 300, "{}", windowed.values[127]);
    }

    #[test]
    fn it_stands_as_the_radiograph_does() {
        let mut raw = ramp();
        raw.header.orientation = Orientation::Rotate90;
        raw.header.spacing_mm = Some([0.2, 0.1]);
        let (shown, film) = (for_display(&raw).unwrap(), super::super::normalize(&raw).unwrap());
        assert_eq!((shown.width, shown.height), (film.width(), film.height()));
        assert_eq!(shown.spacing_mm, film.spacing_mm().map(|[row, _]| row));
        let (w, h, gray) = shown.preview(64);
        assert_eq!(w.max(h), 64);
        assert_eq!(gray.len(), w * h);
        assert!(gray[0] < 5 && *gray.last().unwrap() > 250, "{gray:?}");
        raw.stored.fill(7);
        assert_eq!(for_display(&raw).unwrap_err().kind(), "blank");
    }
}
