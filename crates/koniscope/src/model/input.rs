//! Pictures to tensors: the one input scaling of the networks.

use crate::{manifest::Input, plane::Plane};

/// Pictures with values in `[0, 1]` to a batch `[n, channels, height, width]`, each value
/// `(v - mean) / std`, the gray channel repeated. The pictures must have the input's size.
///
/// # Panics
/// If a picture has another size.
pub fn gray_batch(pictures: &[&Plane], input: &Input) -> (Vec<f32>, [usize; 4]) {
    let (n, h, w) = (pictures.len(), input.height, input.width);
    let mut values = Vec::with_capacity(n * input.channels * h * w);
    for picture in pictures {
        assert_eq!((picture.width(), picture.height()), (w, h), "a picture of the input's size");
        for _ in 0..input.channels {
            values.extend(picture.data().iter().map(|v| (v - input.mean) / input.std));
        }
    }
    (values, [n, input.channels, h, w])
}
