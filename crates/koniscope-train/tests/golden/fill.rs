//! Networks with the formula's parameters.

use burn::module::Module;
use koniscope::weights;
use koniscope_train::network::{Missing, described::Described, load_pretrained};

use super::formula::parameter;

/// Gives a network the formula's parameters by way of a file with PyTorch's names.
pub(crate) fn fill<N: Module + Described>(network: &mut N, decided: bool) {
    let graph = network.graph_of(&mut |name, shape| parameter(name, shape, decided));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("formula.safetensors");
    std::fs::write(&file, weights::to_safetensors(&graph, false).unwrap()).unwrap();
    load_pretrained(network, &file, Missing::Refuse).unwrap();
}
