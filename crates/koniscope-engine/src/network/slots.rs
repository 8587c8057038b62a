//! Which channel each slot of a value's blocks holds.

use crate::{
    Graph, LANES, Op, Precision,
    fuse::{Head, Unit},
    memory_plan::value_precision,
};

/// The channel of each slot of a value, and slots of a block. Each part of a concatenation begins a
/// block.
pub(super) fn slots(
    graph: &Graph,
    units: &[Unit],
    value: usize,
    precision: Precision,
) -> (Vec<Option<usize>>, usize) {
    let unit = units.iter().find(|u| u.output == value).expect("a value is some unit's");
    match unit.head {
        Head::Concat => {
            let mut all = Vec::new();
            let mut channels = 0;
            for part in &unit.inputs {
                let (own, _) = slots(graph, units, *part, precision);
                let found = own.iter().flatten().count();
                all.extend(own.into_iter().map(|slot| slot.map(|s| s + channels)));
                channels += found;
            }
            (all, LANES)
        }
        _ => {
            let c = channels(graph, units, unit);
            let lanes = match unit.head {
                Head::Input if matches!(c, 1 | 3) => c,
                _ => value_precision(unit, units, precision).per_block(),
            };
            ((0..c.next_multiple_of(lanes)).map(|s| (s < c).then_some(s)).collect(), lanes)
        }
    }
}

/// Channels of a unit's value.
pub(super) fn channels(graph: &Graph, units: &[Unit], unit: &Unit) -> usize {
    match unit.head {
        Head::Input => match graph.nodes()[unit.output].op {
            Op::Input { channels } => channels,
            _ => unreachable!("an input unit is an input node"),
        },
        Head::Conv { conv: i, .. } | Head::Linear(i) => match &graph.nodes()[i].op {
            Op::Conv { weight, .. } | Op::Linear { weight, .. } => weight.shape[0],
            _ => unreachable!("a convolution unit is a convolution"),
        },
        Head::Upsample(i) => match &graph.nodes()[i].op {
            Op::Upsample { weight, .. } => weight.shape[1],
            _ => unreachable!("an upsampling unit is one"),
        },
        Head::MaxPool(_) | Head::GlobalAveragePool | Head::Concat => {
            let (slots, _) = slots(graph, units, unit.inputs[0], Precision::F32);
            slots.iter().flatten().count()
        }
    }
}
