//! A unit's weights with its batch normalization in them, packed for tiles.

use super::slots::{channels, slots};
use crate::{
    Error, Graph, LANES, Op, Precision,
    buffer::Buffer,
    fuse::{Head, Unit},
    kernels::Kernels,
    memory_plan::value_precision,
    weights::{Packed, Slots, Weight, plain_slots},
    window::Window,
};

/// Packed weights of a unit.
#[derive(Debug, Default)]
pub(super) struct UnitWeights {
    /// One for a convolution; four for the four pixels that a transposed one makes of one.
    pub(super) packed: Vec<Packed>,
    /// Per output channel, in whole blocks.
    pub(super) bias: Buffer,
}

/// Weights of a unit with its batch normalization folded in: `w * gamma / sqrt(var + e)` and
/// `(b - mean) * gamma / sqrt(var + e) + beta`.
///
/// # Errors
/// [`Error::Graph`] if the weight's or the normalization's channels are not those of its input.
pub(super) fn fold(
    graph: &Graph,
    units: &[Unit],
    unit: &Unit,
    kernels: &Kernels,
    precision: Precision,
) -> Result<UnitWeights, Error> {
    let nodes = graph.nodes();
    let (op, norm) = match unit.head {
        Head::Conv { conv, norm } => (&nodes[conv].op, norm.map(|n| &nodes[n].op)),
        Head::Upsample(i) | Head::Linear(i) => (&nodes[i].op, None),
        _ => return Ok(UnitWeights::default()),
    };
    let (slots, lanes) = slots(graph, units, unit.inputs[0], precision);
    let out = channels(graph, units, unit);
    let found = slots.iter().flatten().count();
    let wanted = match op {
        Op::Conv { weight, .. } | Op::Linear { weight, .. } => weight.shape[1],
        Op::Upsample { weight, .. } => weight.shape[0],
        _ => unreachable!("only these have weights"),
    };
    let normalized = norm.map_or(out, |norm| norm.parameters()[0].1.shape[0]);
    if [found, out] != [wanted, normalized] {
        return Err(Error::Graph {
            node: nodes[unit.output].name.clone(),
            detail: format!(
                "{found} channels in, {wanted} expected; {out} out, {normalized} normalized"
            ),
        });
    }
    let (mut scale, mut shift) = (vec![1.0; out], vec![0.0; out]);
    if let Op::Conv { bias: Some(bias), .. }
    | Op::Upsample { bias: Some(bias), .. }
    | Op::Linear { bias, .. } = op
    {
        shift.copy_from_slice(&bias.data);
    }
    if let Some(Op::BatchNorm { weight, bias, running_mean, running_var, epsilon }) = norm {
        for o in 0..out {
            scale[o] = weight.data[o] / (running_var.data[o] + epsilon).sqrt();
            shift[o] = (shift[o] - running_mean.data[o]) * scale[o] + bias.data[o];
        }
    }
    let mut padded = Buffer::zeros(out.next_multiple_of(LANES));
    padded[..out].copy_from_slice(&shift);
    let source = units.iter().find(|u| u.output == unit.inputs[0]);
    let reads = source.map_or(precision, |source| value_precision(source, units, precision));
    let packed = match op {
        _ if reads == Precision::Bf16 => fold_bf16(op, kernels, &slots, out, &scale),
        Op::Conv { weight, .. } | Op::Linear { weight, .. } => {
            let window = Window::of(op);
            let taps = window.kh * window.kw;
            let weight = Weight { values: &weight.data, b: weight.shape[1], taps };
            let inputs = Slots { channels: &slots, lanes };
            vec![Packed::rows(kernels, weight, out, inputs, Some(&scale))]
        }
        Op::Upsample { weight, .. } => {
            let from = weight.shape[0];
            let weight = Weight { values: &weight.data, b: out, taps: 4 };
            let outputs = plain_slots(out);
            let pixel = |p| Packed::columns(kernels, weight, from, &outputs, &[p]);
            (0..4).map(pixel).collect()
        }
        _ => unreachable!("only these have weights"),
    };
    Ok(UnitWeights { packed, bias: padded })
}

/// [`fold`] for an input of bf16.
fn fold_bf16(
    op: &Op,
    kernels: &Kernels,
    slots: &[Option<usize>],
    out: usize,
    scale: &[f32],
) -> Vec<Packed> {
    let outputs = plain_slots(out);
    match op {
        Op::Conv { weight, .. } | Op::Linear { weight, .. } => {
            let window = Window::of(op);
            let (from, taps) = (weight.shape[1], window.kh * window.kw);
            let value =
                |o: usize, i: usize, t: usize| weight.data[(o * from + i) * taps + t] * scale[o];
            vec![Packed::bf16(kernels, &outputs, slots, taps, &value)]
        }
        Op::Upsample { weight, .. } => (0..4)
            .map(|p| {
                let value = |o: usize, i: usize, _: usize| weight.data[(i * out + o) * 4 + p];
                Packed::bf16(kernels, &outputs, slots, 1, &value)
            })
            .collect(),
        _ => unreachable!("only these have weights"),
    }
}
