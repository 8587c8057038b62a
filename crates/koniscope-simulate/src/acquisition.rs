//! A digital detector: scatter, blur, noise, logarithm and processing.

use rand::Rng;

mod coarse;
mod noise;
mod processing;
mod scatter;

use crate::gaussian::blur;
pub use processing::Processing;

/// How a film is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Acquisition {
    /// Scatter over scatter plus primary, in the mean over the body; 0.3 to
    /// 0.6 with a grid or an air gap.
    pub scatter_fraction: f64,
    /// Standard deviation of the scatter's spread, mm.
    pub scatter_sigma_mm: f64,
    /// Standard deviation of the detector's blur, mm; 0 for none.
    pub blur_sigma_mm: f64,
    /// Detected photons per square millimeter without a patient.
    pub photons_per_mm2: f64,
    /// Standard deviation of the electronic noise, in photons per pixel.
    pub electronic_noise: f64,
    /// Bits stored, 12 to 16.
    pub bits: u32,
    /// Width of the window of log signal stored over the 3 to 99.5
    /// percentile range within the body; 1 just fits, more is flatter.
    pub latitude: f64,
    /// Processing for display, if any.
    pub processing: Option<Processing>,
}

impl Acquisition {
    /// Draws a usual acquisition.
    pub fn draw(rng: &mut impl Rng) -> Acquisition {
        Acquisition {
            scatter_fraction: rng.random_range(0.3..0.6),
            scatter_sigma_mm: rng.random_range(20.0..30.0),
            blur_sigma_mm: rng.random_range(0.1..0.2),
            photons_per_mm2: 10f64.powf(rng.random_range(6.0..6.7)),
            electronic_noise: rng.random_range(5.0..30.0),
            bits: rng.random_range(12..=16),
            latitude: rng.random_range(1.0..1.3),
            processing: rng.random_bool(0.7).then(|| Processing::draw(rng)),
        }
    }

    /// Relative detected signal: primary plus scatter after the detector's
    /// blur; 1 is the unattenuated beam. Row-major `[height, width]`.
    fn signal(&self, attenuation: &[f32], width: usize, height: usize, pixel_mm: f64) -> Vec<f32> {
        let mut signal: Vec<f32> = attenuation.iter().map(|a| (-a).exp()).collect();
        if let Some(s) = scatter::scatter(self, attenuation, &signal, [width, height], pixel_mm) {
            s.add_to(&mut signal, width);
        }
        blur(&signal, width, height, self.blur_sigma_mm / pixel_mm)
    }

    /// Noise-free natural logarithm of incident over detected signal (primary
    /// and scatter, blurred): row-major `[height, width]`, dense is high.
    /// `attenuation` is the primary beam's, `pixel_mm` the side of a pixel.
    pub fn log_signal(
        &self,
        attenuation: &[f32],
        width: usize,
        height: usize,
        pixel_mm: f64,
    ) -> Vec<f32> {
        let mut signal = self.signal(attenuation, width, height, pixel_mm);
        signal.iter_mut().for_each(|v| *v = -v.max(1e-9).ln());
        signal
    }

    /// As [`Acquisition::log_signal`], with noise: the natural logarithm of
    /// incident over detected photons. Noise depends on `seed` and row only.
    pub fn noisy_log_signal(
        &self,
        attenuation: &[f32],
        width: usize,
        height: usize,
        pixel_mm: f64,
        seed: u64,
    ) -> Vec<f32> {
        let mut signal = self.signal(attenuation, width, height, pixel_mm);
        let photons = self.photons_per_mm2 * pixel_mm * pixel_mm;
        noise::expose(&mut signal, width, photons, self.electronic_noise, seed);
        signal
    }

    /// Takes a film of `attenuation` (natural logarithm, row-major
    /// `[height, width]`, pixels of side `pixel_mm`): stored values from 0 to
    /// 2^bits - 1, air dark and dense bright (MONOCHROME2).
    ///
    /// The same arguments give the same bytes for any number of threads. An
    /// `attenuation` of a length other than `width * height` gives an empty
    /// film.
    pub fn expose(
        &self,
        attenuation: &[f32],
        width: usize,
        height: usize,
        pixel_mm: f64,
        seed: u64,
    ) -> Vec<u16> {
        if attenuation.is_empty() || attenuation.len() != width * height {
            return Vec::new();
        }
        let mut log = self.noisy_log_signal(attenuation, width, height, pixel_mm, seed);
        if let Some(p) = &self.processing {
            p.sharpen(&mut log, [width, height], pixel_mm);
        }
        let [low, high] = window(&log, attenuation, self.latitude);
        let top = ((1u64 << self.bits.clamp(1, 16)) - 1) as f32;
        let curve = self.processing.as_ref();
        log.iter()
            .map(|v| {
                let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
                let t = curve.map_or(t, |p| p.tone(t));
                (t * top).round() as u16
            })
            .collect()
    }
}

/// The window of log signal to store: the 3 to 99.5 percentiles within the
/// body (attenuation over [`scatter::BODY`]; everywhere if there is no body),
/// widened about its middle by `latitude`.
fn window(log: &[f32], attenuation: &[f32], latitude: f64) -> [f32; 2] {
    let stride = (log.len() / 200_000).max(1) | 1;
    let pick = |body: bool| -> Vec<f32> {
        let all = log.iter().zip(attenuation).step_by(stride);
        all.filter(|(_, a)| !body || **a > scatter::BODY).map(|(v, _)| *v).collect()
    };
    let mut values = pick(true);
    if values.len() < 16 {
        values = pick(false);
    }
    values.sort_unstable_by(f32::total_cmp);
    let at = |p: f64| values[((values.len() - 1) as f64 * p) as usize];
    let (low, high) = (at(0.03), at(0.995));
    let half = 0.5 * (high - low).max(1e-3) * latitude.max(0.05) as f32;
    let middle = 0.5 * (low + high);
    [middle - half, middle + half]
}

#[cfg(test)]
mod tests;
