//! Pictures to tensors and back: the one input scaling of the networks.

use burn::tensor::{Device, Tensor, TensorData};

use crate::{Error, manifest::Input, plane::Plane};

/// Pictures with values in `[0, 1]` to a batch `[n, channels, height, width]`, each value
/// `(v - mean) / std`, the gray channel repeated. The pictures must have the input's size.
///
/// # Panics
/// If a picture has another size.
pub fn gray_batch(pictures: &[&Plane], input: &Input, device: &Device) -> Tensor<4> {
    let (n, h, w) = (pictures.len(), input.height, input.width);
    let mut values = Vec::with_capacity(n * h * w);
    for picture in pictures {
        assert_eq!((picture.width(), picture.height()), (w, h), "a picture of the input's size");
        values.extend(picture.data().iter().map(|v| (v - input.mean) / input.std));
    }
    Tensor::<4>::from_data(TensorData::new(values, [n, 1, h, w]), device)
        .repeat_dim(1, input.channels)
}

/// A tensor `[1, channels, height, width]` to one plane a channel.
///
/// # Errors
/// [`Error::Model`] if the tensor holds no `f32`, or values that are no numbers.
pub fn planes_of(tensor: Tensor<4>) -> Result<Vec<Plane>, Error> {
    let [_, _, h, w] = tensor.dims();
    let values = floats_of(tensor)?;
    Ok(values.chunks_exact(h * w).map(|plane| Plane::new(w, h, plane.to_vec())).collect())
}

/// The values of a tensor, finite ones only.
pub(crate) fn floats_of<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    let values = tensor
        .into_data()
        .convert::<f32>()
        .try_to_vec::<f32>()
        .map_err(|e| Error::Model { detail: format!("the network's output: {e:?}") })?;
    if values.iter().all(|v| v.is_finite()) {
        Ok(values)
    } else {
        Err(Error::Model {
            detail: "the network's output is not finite; are its weights damaged?".into(),
        })
    }
}
