//! A layer forward and backward.

use super::Layer;
use crate::{
    LANES,
    geometry::Finish,
    kernels::Kernels,
    train::{elementwise, narrow::Narrow, normalization, parameters::Parameters, values::Values},
    weight_gradient::{Grad, Workspace},
    weights::{Slots, Weight, plain_slots},
};

impl Layer {
    /// The layer's value, with the graph's parameters.
    pub(in crate::train) fn forward(
        &mut self,
        kernels: &Kernels,
        narrow: Option<&mut Narrow>,
        values: &mut Values,
        parameters: Parameters,
    ) {
        let narrow = narrow.filter(|_| self.copies.is_some());
        self.pack(parameters);
        let mut y = values.take(self.value);
        let plain = self.norm.is_none();
        let target = match &mut self.norm {
            Some(norm) => &mut norm.z,
            None => &mut y,
        };
        let input = values.get(self.input);
        let (convolving, input) = match (narrow, &self.copies) {
            (Some(narrow), Some(copies)) => {
                let loops = narrow.kernels;
                (loops, narrow.copy(&self.x.layout, input, &copies.x))
            }
            _ => (*kernels, input),
        };
        for (conv, packed) in &self.forward {
            let finish = Finish {
                bias: self.bias.as_deref(),
                residual: self.residual.as_ref().filter(|_| plain).map(|(v, _)| values.get(*v)),
                relu: self.relu && plain,
                ..Finish::default()
            };
            conv.run(&convolving, packed, input, finish, target);
        }
        if let Some(norm) = &mut self.norm {
            let residual = self.residual.as_ref().map(|(v, l)| (l, values.get(*v)));
            norm.forward(kernels, parameters, residual, self.relu, (&self.y, &mut y));
        }
        values.put(self.value, y);
    }

    /// From the gradient of the value to those of its inputs and parameters.
    pub(in crate::train) fn backward(
        &mut self,
        (kernels, narrow, workspace): (&Kernels, Option<&mut Narrow>, &mut Workspace),
        values: &Values,
        gradients: &mut Values,
        parameters: Parameters,
        give: &mut dyn FnMut(usize, &str, Vec<f32>),
        written: &mut dyn FnMut(usize) -> bool,
    ) {
        let supported = kernels.supported();
        let mut dy = gradients.take(self.value);
        if self.relu {
            elementwise::mask(supported, &self.y, &mut dy, values.get(self.value));
        }
        if let Some((v, layout)) = &self.residual {
            let mut to = gradients.take(*v);
            let add = written(*v);
            elementwise::accumulate(supported, (layout, &mut to), (&self.y, &dy), add);
            gradients.put(*v, to);
        }
        if let Some(norm) = &self.norm {
            norm.backward(kernels, (&self.y, &mut dy), self.outputs, parameters, give);
        }
        if self.bias.is_some() {
            let (sum, _) = normalization::sums(
                supported,
                (&self.y, &dy),
                (&self.y, &dy),
                &vec![0.0; self.y.blocks() * LANES],
            );
            let sum = sum[..self.outputs].iter().map(|v| *v as f32).collect();
            give(self.node, "bias", sum);
        }
        let [a, b, taps] = self.shape;
        let mut weight = vec![0.0; a * b * taps];
        for (tap, gradient) in self.gradients.iter().enumerate() {
            gradient.run(kernels, values.get(self.input), &dy, workspace);
            let slots = Slots { channels: &self.x.slots, lanes: self.x.layout.lanes };
            let shape = Weight { values: &[], b, taps };
            let mut to = Grad { values: &mut weight, shape, transposed: self.transposed, tap };
            gradient.unpack(&workspace.dw, slots, self.outputs, &mut to);
        }
        give(self.node, "weight", weight);
        if !self.backward.is_empty() {
            let mut dx = gradients.take_other(self.input, self.value);
            let accumulate = written(self.input);
            let (convolving, dy) = match (narrow, &self.copies) {
                (Some(narrow), Some(copies)) => {
                    let loops = narrow.kernels;
                    (loops, narrow.copy(&self.y, &dy, &copies.dy))
                }
                _ => (*kernels, &dy[..]),
            };
            for (conv, packed, _) in &self.backward {
                let finish = Finish { accumulate, ..Finish::default() };
                conv.run(&convolving, packed, dy, finish, &mut dx);
            }
            gradients.put(self.input, dx);
        }
        gradients.put(self.value, dy);
    }

    /// Node, mean and variance of the last batch of its normalization, where that has any.
    pub(in crate::train) fn statistics(&self) -> Option<(usize, Vec<f32>, Vec<f32>)> {
        self.norm.as_ref()?.statistics(self.outputs)
    }

    fn pack(&mut self, parameters: Parameters) {
        let [a, b, taps] = self.shape;
        let weight = Weight { values: parameters.of(self.node, "weight"), b, taps };
        let slots = Slots { channels: &self.x.slots, lanes: self.x.layout.lanes };
        if self.transposed {
            let outputs = plain_slots(b);
            for (tap, (_, packed)) in self.forward.iter_mut().enumerate() {
                packed.fill_columns(weight, a, &outputs, &[tap]);
            }
            // An upsampling's input is never a concatenation's: its channels stand together.
            self.backward.iter_mut().for_each(|(_, packed, _)| {
                let channels = &plain_slots(b);
                packed.fill_rows(weight, a, Slots { channels, lanes: LANES }, None);
            });
        } else {
            for (_, packed) in &mut self.forward {
                packed.fill_rows(weight, a, slots, None);
            }
            for (_, packed, taps) in &mut self.backward {
                packed.fill_columns(weight, a, slots.channels, taps);
            }
        }
        if let Some(bias) = &mut self.bias {
            bias[..self.outputs].copy_from_slice(parameters.of(self.node, "bias"));
        }
    }
}
