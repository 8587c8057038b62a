//! Values with their shape.

/// Values with their shape, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensor {
    /// Size of each axis, slowest first.
    pub shape: Vec<usize>,
    /// As many values as the product of `shape`.
    pub data: Vec<f32>,
}

impl Tensor {
    /// Joins a shape with its values.
    ///
    /// # Panics
    /// If their number is not the product of the shape.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Self {
        let shape = shape.into();
        assert_eq!(count(&shape), Some(data.len()), "values of a tensor {shape:?}");
        Self { shape, data }
    }

    /// Zeros of a shape.
    ///
    /// # Panics
    /// If no memory is so large.
    pub fn zeros(shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let data = vec![0.0; count(&shape).expect("a tensor that fits into memory")];
        Self { shape, data }
    }
}

/// Values of a shape; none where no memory is so large.
pub(crate) fn count(shape: &[usize]) -> Option<usize> {
    let values = shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side))?;
    let bytes = values.checked_mul(size_of::<f32>())?;
    (bytes <= isize::MAX as usize).then_some(values)
}
