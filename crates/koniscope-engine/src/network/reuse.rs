//! Memory used again: which values share a slot.

use crate::{Graph, fuse::Unit, memory_plan::Placement};

/// The slot of each memory, and the slots' sizes in words: a slot is free again after the last unit
/// that reads any value in it.
pub(super) fn slots(
    graph: &Graph,
    units: &[Unit],
    placements: &[Option<Placement>],
) -> (Vec<usize>, Vec<usize>) {
    let memory = |v: usize| placements[v].as_ref().map_or(v, |p| p.memory);
    let mut last = vec![0; placements.len()];
    for (i, unit) in units.iter().enumerate() {
        last[memory(unit.output)] = last[memory(unit.output)].max(i);
        for v in unit.reads() {
            last[memory(v)] = last[memory(v)].max(i);
        }
    }
    for (_, id) in graph.outputs() {
        last[memory(id.0)] = units.len();
    }
    let mut slot_of = vec![usize::MAX; placements.len()];
    let mut sizes: Vec<usize> = Vec::new();
    let mut free: Vec<usize> = Vec::new();
    for (i, unit) in units.iter().enumerate() {
        let m = memory(unit.output);
        if slot_of[m] == usize::MAX {
            let needed = placements[m].as_ref().map_or(0, |p| p.layout.len());
            // The smallest that is large enough, else the largest, which grows.
            free.sort_by_key(|s| (sizes[*s] < needed, sizes[*s].abs_diff(needed)));
            let slot = if free.is_empty() {
                sizes.push(0);
                sizes.len() - 1
            } else {
                free.remove(0)
            };
            sizes[slot] = sizes[slot].max(needed);
            slot_of[m] = slot;
        }
        for v in unit.reads() {
            let m = memory(v);
            if last[m] == i && !free.contains(&slot_of[m]) {
                free.push(slot_of[m]);
            }
        }
    }
    (slot_of, sizes)
}
