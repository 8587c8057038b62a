//! Where every value lies: its layout, and the memory it shares with others.

use crate::{
    Error, Graph, LANES, Op, Precision,
    fuse::{Head, Unit},
    layout::Layout,
    window::Window,
};

/// Where a value lies.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) layout: Layout,
    /// The value whose memory this is: its own, or the concatenation that it is part of.
    pub(crate) memory: usize,
    /// The channel of each slot of its blocks; none for the lanes after a part's last channel.
    pub(crate) slots: Vec<Option<usize>>,
}

/// Places the values of all units for an input `[n, c, h, w]`, by node; the others have none.
///
/// # Errors
/// [`Error::Graph`] if shapes do not fit, a value is part of two concatenations, or the memory for
/// a value would be larger than any.
pub(crate) fn plan_memory(
    graph: &Graph,
    units: &[Unit],
    input: [usize; 4],
    precision: Precision,
) -> Result<Vec<Option<Placement>>, Error> {
    let shapes = graph.shapes(input)?;
    let halos = halos(graph, units);
    let mut all: Vec<Option<Placement>> = vec![None; graph.nodes().len()];
    for unit in units {
        let v = unit.output;
        let shape @ [_, c, ..] = match *shapes[v].as_slice() {
            [n, c] => [n, c, 1, 1],
            [n, c, h, w] => [n, c, h, w],
            _ => return Err(fault(graph, v, "its shape is unknown")),
        };
        if unit.head == Head::Concat {
            all[v] = Some(concatenate(graph, unit, shape, halos[v], &mut all)?);
            continue;
        }
        let layout = match unit.head {
            Head::Input if precision == Precision::Bf16 && !matches!(c, 1 | 3) => {
                return Err(fault(graph, v, "with bf16 the input has one channel or three"));
            }
            Head::Input => Layout::input(shape, halos[v]),
            Head::MaxPool(_) | Head::GlobalAveragePool | Head::Upsample(_)
                if is_few_channels(graph, unit, &shapes) =>
            {
                return Err(fault(
                    graph,
                    v,
                    "on the network's input only convolutions are computed",
                ));
            }
            _ => Layout::new(shape, halos[v]).with(value_precision(unit, units, precision)),
        };
        let lanes = layout.blocks() * layout.lanes * layout.precision.per_block() / LANES;
        let slots = (0..lanes).map(|s| (s < c).then_some(s)).collect();
        all[v] = Some(Placement { layout, memory: v, slots });
    }
    check(graph, units, &all)?;
    Ok(all)
}

/// A border as wide as any window that reads the value, or, in training, its gradient.
fn halos(graph: &Graph, units: &[Unit]) -> Vec<usize> {
    let nodes = graph.nodes();
    let mut halo = vec![0; nodes.len()];
    for unit in units {
        if let Head::Conv { conv, .. } = unit.head {
            let Window { kh, kw, padding, .. } = Window::of(&nodes[conv].op);
            for value in unit.inputs.iter().copied() {
                halo[value] = padding.max(halo[value]);
            }
            if unit.inputs.iter().any(|v| !matches!(nodes[*v].op, Op::Input { .. })) {
                let back = (kh.max(kw) - 1).saturating_sub(padding);
                halo[unit.output] = padding.max(back).max(halo[unit.output]);
            }
        }
    }
    // What lies together, or is added at the same distances, has the same border.
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
    halo
}

/// A concatenation, and its parts within it.
fn concatenate(
    graph: &Graph,
    unit: &Unit,
    [n, _, h, w]: [usize; 4],
    halo: usize,
    all: &mut [Option<Placement>],
) -> Result<Placement, Error> {
    let v = unit.output;
    let parts: Vec<Placement> = unit.inputs.iter().filter_map(|part| all[*part].clone()).collect();
    let lies_alone = |(part, placement): (&usize, &Placement)| {
        let is_whole = !matches!(graph.nodes()[*part].op, Op::Concat);
        is_whole && placement.memory == *part && placement.layout.lanes == LANES
    };
    let repeated = (1..unit.inputs.len()).any(|i| unit.inputs[..i].contains(&unit.inputs[i]));
    if repeated || !unit.inputs.iter().zip(&parts).all(lies_alone) {
        let why = "its parts must be different values, and none of them the network's input, \
                   another concatenation or part of one";
        return Err(fault(graph, v, why));
    }
    let precision = parts.first().map_or(Precision::F32, |part| part.layout.precision);
    let per_block = precision.per_block();
    let holder = parts.iter().map(|part| part.slots.len()).sum::<usize>() / per_block;
    let mut slots: Vec<Option<usize>> = Vec::new();
    let mut channels = 0;
    for (part, placement) in unit.inputs.iter().zip(parts) {
        let layout = placement.layout.within(holder, slots.len() / per_block);
        slots.extend(placement.slots.iter().map(|slot| slot.map(|s| s + channels)));
        channels += layout.channels;
        all[*part] = Some(Placement { layout, memory: v, ..placement });
    }
    let layout = Layout::new([n, slots.len(), h, w], halo).with(precision);
    Ok(Placement { layout, memory: v, slots })
}

/// Memory has sizes that exist, and what is added lies as that to which it is added.
fn check(graph: &Graph, units: &[Unit], all: &[Option<Placement>]) -> Result<(), Error> {
    for unit in units {
        let v = unit.output;
        let Some(own) = &all[v] else { continue };
        if own.layout.checked_len().is_none() {
            return Err(fault(graph, v, "its value with its border fits into no memory"));
        }
        if let Some(residual) = unit.residual
            && let Some(other) = &all[residual]
        {
            let apart = own.memory == v && other.memory == residual;
            if !apart || own.layout != other.layout {
                let why = "a sum cannot be part of a concatenation, nor can a part, or the \
                           network's input, be added";
                return Err(fault(graph, v, why));
            }
        }
    }
    Ok(())
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
