//! Where every value lies: its layout, and the memory it shares with others.

use crate::{
    Error, Graph, LANES, Op, Precision,
    fuse::{Head, Unit},
    geometry::Window,
    layout::Layout,
};

/// Where a value lies.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) layout: Layout,
    /// The value whose memory this is: its own, or the concatenation that it is part of.
    pub(crate) memory: usize,
    /// The channel of each slot of its blocks; none for the lanes after a part's last channel.
    pub(crate) slots: Vec<Option<usize>>,
}

/// Places the values of all units for an input `[n, c, h, w]`; the others have none.
///
/// # Errors
/// [`Error::Graph`] if shapes do not fit, or a value is part of two concatenations.
pub(crate) fn place(
    graph: &Graph,
    units: &[Unit],
    input: [usize; 4],
    precision: Precision,
) -> Result<Vec<Option<Place>>, Error> {
    let shapes = graph.shapes(input)?;
    let nodes = graph.nodes();
    // A border as wide as any window that reads the value, or, in training, its gradient.
    let mut halo = vec![0; nodes.len()];
    for unit in units {
        if let Head::Conv { conv, .. } = unit.head {
            let padding = Window::of(&nodes[conv].op).padding;
            for value in unit.inputs.iter().copied() {
                halo[value] = padding.max(halo[value]);
            }
            if unit.inputs.iter().any(|v| !matches!(nodes[*v].op, Op::Input { .. })) {
                halo[unit.output] = padding.max(halo[unit.output]);
            }
        }
    }
    // What lies together, or is added at the same offsets, has the same border.
    let mut settled = false;
    while !settled {
        settled = true;
        for unit in units {
            let parts = if unit.head == Head::Concat { &unit.inputs[..] } else { &[] };
            let alike: Vec<usize> =
                parts.iter().copied().chain(unit.residual).chain([unit.output]).collect();
            let widest = alike.iter().map(|v| halo[*v]).max().unwrap_or(0);
            for v in alike {
                settled &= halo[v] == widest;
                halo[v] = widest;
            }
        }
    }
    let per_block = precision.per_block();
    let mut places: Vec<Option<Place>> = vec![None; nodes.len()];
    for unit in units {
        let v = unit.output;
        let [n, c, h, w] = match *shapes[v].as_slice() {
            [n, c] => [n, c, 1, 1],
            [n, c, h, w] => [n, c, h, w],
            _ => return Err(fault(graph, v, "its shape is unknown")),
        };
        let layout = match unit.head {
            Head::Input if precision == Precision::Bf16 && !matches!(c, 1 | 3) => {
                return Err(fault(graph, v, "with bf16 the input has one channel or three"));
            }
            Head::Input => Layout::input([n, c, h, w], halo[v]),
            Head::MaxPool(_) | Head::GlobalAveragePool if is_few_channels(graph, unit, &shapes) => {
                return Err(fault(graph, v, "pooling of the network's input is not computed"));
            }
            Head::Concat => {
                let parts: Vec<Vec<Option<usize>>> = unit
                    .inputs
                    .iter()
                    .filter_map(|part| places[*part].as_ref().map(|p| p.slots.clone()))
                    .collect();
                let mut slots: Vec<Option<usize>> = Vec::new();
                let mut channels = 0;
                for (part, own) in unit.inputs.iter().zip(parts) {
                    let first = slots.len() / per_block;
                    slots.extend(own.iter().map(|slot| slot.map(|s| s + channels)));
                    channels += shapes[*part][1];
                    if let Some(place) = &mut places[*part] {
                        if place.memory != *part || place.layout.lanes != LANES {
                            let why = "the network's input, or part of another concatenation, \
                                       cannot be part of this one";
                            return Err(fault(graph, v, why));
                        }
                        place.memory = v;
                        place.layout.first = first;
                    }
                }
                let holder = slots.len() / per_block;
                for part in &unit.inputs {
                    if let Some(place) = &mut places[*part] {
                        place.layout = place.layout.within(holder, place.layout.first);
                    }
                }
                let layout = Layout::new([n, slots.len(), h, w], halo[v]).with(precision);
                places[v] = Some(Place { layout, memory: v, slots });
                continue;
            }
            _ => Layout::new([n, c, h, w], halo[v]).with(value_precision(unit, units, precision)),
        };
        let lanes = layout.blocks() * layout.lanes * layout.precision.per_block() / LANES;
        let slots = (0..lanes).map(|s| (s < c).then_some(s)).collect();
        places[v] = Some(Place { layout, memory: v, slots });
    }
    for unit in units {
        let lies_apart = |v: usize| places[v].as_ref().is_some_and(|p| p.memory == v);
        if unit.residual.is_some_and(|v| !lies_apart(v) || !lies_apart(unit.output)) {
            let why = "a sum cannot be part of a concatenation, nor a part be added";
            return Err(fault(graph, unit.output, why));
        }
    }
    Ok(places)
}

/// Means and what only leaves the network are f32; all else is as wanted.
pub(crate) fn value_precision(unit: &Unit, units: &[Unit], wanted: Precision) -> Precision {
    let is_read = units.iter().any(|other| other.reads().any(|v| v == unit.output));
    match unit.head {
        Head::Input | Head::GlobalAveragePool | Head::Linear(_) => Precision::F32,
        Head::Conv { .. } | Head::Upsample(_) if !is_read && unit.residual.is_none() => {
            Precision::F32
        }
        _ => wanted,
    }
}

fn is_few_channels(graph: &Graph, unit: &Unit, shapes: &[Vec<usize>]) -> bool {
    let input = unit.inputs[0];
    matches!(graph.nodes()[input].op, Op::Input { .. }) && matches!(shapes[input][1], 1 | 3)
}

fn fault(graph: &Graph, node: usize, detail: &str) -> Error {
    Error::Graph { node: graph.nodes()[node].name.clone(), detail: detail.to_owned() }
}
