//! What training minimizes.

pub mod zones;

use burn::tensor::{Int, Tensor, activation::log_softmax};

/// Cross-entropy plus soft Dice (Milletari 2016), over the pixels that count.
///
/// # Shapes
/// - `logits`: `[n, classes, h, w]`
/// - `target`: `[n, 1, h, w]`, class of each pixel
/// - `counts`: `[n, 1, h, w]`, 1 where a pixel counts and 0 where it is ignored
/// - output: `[1]`
pub fn segmentation_loss(
    logits: Tensor<4>,
    target: Tensor<4, Int>,
    counts: Tensor<4>,
    dice_weight: f64,
    cross_entropy_weight: f64,
) -> Tensor<1> {
    let [n, classes, h, w] = logits.dims();
    let log_p = log_softmax(logits, 1); // [n, classes, h, w]
    let picked = log_p.clone().gather(1, target.clone()); // [n, 1, h, w]
    let pixels = counts.clone().sum().clamp_min(1.0);
    let cross_entropy = (picked * counts.clone()).sum().neg() / pixels;

    // Soft Dice of each class but the background, over the whole batch: stable where a film has
    // no pixel of a class.
    let p = log_p.exp() * counts.clone();
    let one_hot = Tensor::zeros([n, classes, h, w], &counts.device()).scatter(
        1,
        target,
        counts,
        burn::tensor::IndexingUpdateOp::Add,
    ); // [n, classes, h, w]
    let per_class = |t: Tensor<4>| t.permute([1, 0, 2, 3]).reshape([classes, n * h * w]).sum_dim(1);
    let both = per_class(p.clone() * one_hot.clone());
    let sum = per_class(p) + per_class(one_hot);
    let dice = (both * 2.0 + 1.0) / (sum + 1.0); // [classes, 1]
    let dice = dice.narrow(0, 1, classes - 1).mean();
    (dice.neg() + 1.0) * dice_weight + cross_entropy * cross_entropy_weight
}

/// Cross-entropy, each case weighted by its class.
///
/// # Shapes
/// - `logits`: `[n, classes]`
/// - `target`: `[n]`
/// - `weights`: `[n]`, the weight of each case's class
/// - output: `[1]`
pub fn classification_loss(
    logits: Tensor<2>,
    target: Tensor<1, Int>,
    weights: Tensor<1>,
) -> Tensor<1> {
    let picked = log_softmax(logits, 1).gather(1, target.unsqueeze_dim(1)).squeeze_dim::<1>(1);
    let total = weights.clone().sum();
    (picked * weights).sum().neg() / total
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn value(loss: Tensor<1>) -> f32 {
        loss.into_scalar()
    }

    #[test]
    fn a_sure_and_right_answer_costs_nothing() {
        let d = Device::flex();
        let target = Tensor::<4, Int>::from_data([[[[0, 1], [2, 1]]]], &d);
        let right = Tensor::<4>::from_data(
            [[[[50., 0.], [0., 0.]], [[0., 50.], [0., 50.]], [[0., 0.], [50., 0.]]]],
            &d,
        );
        let counts = Tensor::ones([1, 1, 2, 2], &d);
        assert!(value(segmentation_loss(right, target, counts, 1.0, 1.0)) < 1e-4);
    }

    #[test]
    fn ignored_pixels_do_not_count() {
        let d = Device::flex();
        let logits = Tensor::<4>::from_data([[[[0., 9.]], [[3., 0.]], [[0., 0.]]]], &d);
        let counts = Tensor::<4>::from_data([[[[1., 0.]]]], &d);
        let loss = |second: i32| {
            let target = Tensor::<4, Int>::from_data([[[[1, second]]]], &d);
            value(segmentation_loss(logits.clone(), target, counts.clone(), 1.0, 1.0))
        };
        assert_eq!(loss(0), loss(2));
        // Cross-entropy of one pixel: log(e^0 + e^3 + e^0) - 3; Dice of right lung and left.
        let p = 3f32.exp() / (3f32.exp() + 2.0);
        let rest = 1.0 / (3f32.exp() + 2.0);
        let dice = ((2.0 * p + 1.0) / (p + 2.0) + 1.0 / (rest + 1.0)) / 2.0;
        assert!((loss(0) - (-p.ln() + 1.0 - dice)).abs() < 1e-5);
    }

    #[test]
    fn class_weights_shift_the_mean() {
        let d = Device::flex();
        let logits = Tensor::<2>::from_data([[2., 0.], [0., 0.]], &d);
        let target = Tensor::<1, Int>::from_data([0, 1], &d);
        let a = (1.0 + (-2f32).exp()).ln();
        let b = 2f32.ln();
        let loss = |w: [f32; 2]| {
            value(classification_loss(logits.clone(), target.clone(), Tensor::from_data(w, &d)))
        };
        assert!((loss([1., 1.]) - (a + b) / 2.0).abs() < 1e-6);
        assert!((loss([1., 3.]) - (a + 3.0 * b) / 4.0).abs() < 1e-6);
    }
}
