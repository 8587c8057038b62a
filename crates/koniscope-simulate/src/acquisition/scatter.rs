//! Scattered radiation as a blurred share of the primary beam.

use super::Acquisition;
use super::coarse::Coarse;

/// Attenuation over which a pixel counts as body.
pub(crate) const BODY: f32 = 0.25;

/// Scatter relative to the unattenuated beam, on a coarse grid; none if the
/// fraction is 0 or there is no body.
///
/// The source is the primary weighted by the share of the beam that interacted
/// (1 - exp(-attenuation)), since air beside the patient scatters nothing; it
/// is blurred by `scatter_sigma_mm` and scaled so that scatter / (scatter +
/// primary) has the wanted mean over the body (the usual convolution model,
/// Seibert and Boone, Med Phys 15:567, 1988).
pub(crate) fn scatter(
    a: &Acquisition,
    attenuation: &[f32],
    primary: &[f32],
    size: [usize; 2],
    pixel_mm: f64,
) -> Option<Coarse> {
    if a.scatter_fraction <= 0.0 || size[0] == 0 || size[1] == 0 {
        return None;
    }
    let sigma = a.scatter_sigma_mm / pixel_mm;
    let block = ((sigma / 6.0) as usize).clamp(1, 64);
    let body = Coarse::mean(size, block, |i| if attenuation[i] > BODY { 1.0 } else { 0.0 });
    let direct = Coarse::mean(size, block, |i| primary[i]);
    let source = Coarse::mean(size, block, |i| primary[i] * (1.0 - primary[i]));
    let mut spread = source.blurred(sigma);
    let within: Vec<(f64, f64)> = (0..body.values.len())
        .filter(|&i| body.values[i] > 0.99)
        .map(|i| (f64::from(spread.values[i]), f64::from(direct.values[i])))
        .collect();
    let wanted = a.scatter_fraction.min(0.95);
    if within.is_empty() {
        return None;
    }
    // The mean fraction rises with the scale: bisection in its logarithm.
    let (mut low, mut high) = (-9.0f64, 9.0f64);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        let k = middle.exp();
        let sum: f64 = within.iter().map(|(s, p)| k * s / (k * s + p).max(1e-12)).sum();
        if sum < wanted * within.len() as f64 { low = middle } else { high = middle }
    }
    let k = (0.5 * (low + high)).exp() as f32;
    spread.values.iter_mut().for_each(|v| *v *= k);
    Some(spread)
}
