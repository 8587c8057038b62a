//! Memory of all values of a batch, or of all their gradients.

use crate::{buffer::Buffer, memory_plan::Placement};

/// A buffer for every memory, by value.
pub(super) struct Values {
    buffers: Vec<Buffer>,
    /// The memory in which each value lies.
    memory: Vec<usize>,
}

impl Values {
    pub(super) fn new(placements: &[Option<Placement>]) -> Self {
        let memory: Vec<usize> = placements
            .iter()
            .enumerate()
            .map(|(v, p)| p.as_ref().map_or(v, |p| p.memory))
            .collect();
        let buffers = placements
            .iter()
            .enumerate()
            .map(|(v, place)| match place {
                Some(place) if place.memory == v => Buffer::zeros(place.layout.len()),
                _ => Buffer::default(),
            })
            .collect();
        Self { buffers, memory }
    }

    /// The memory in which a value lies.
    pub(super) fn get(&self, value: usize) -> &[f32] {
        &self.buffers[self.memory[value]]
    }

    /// Takes a value's memory out, to be put back.
    pub(super) fn take(&mut self, value: usize) -> Buffer {
        std::mem::take(&mut self.buffers[self.memory[value]])
    }

    /// [`take`](Self::take) while another value's memory is out.
    ///
    /// # Panics
    /// If both lie in one memory.
    pub(super) fn take_other(&mut self, value: usize, out: usize) -> Buffer {
        assert_ne!(self.memory[value], self.memory[out], "a value and its input lie apart");
        self.take(value)
    }

    /// Puts memory back.
    pub(super) fn put(&mut self, value: usize, buffer: Buffer) {
        self.buffers[self.memory[value]] = buffer;
    }
}
