//! The networks as graphs: names, axis order and shapes against what is written to weights.

use std::collections::BTreeMap;

use burn::tensor::Device;
use koniscope::{
    model::{described::Described, resnet::ResNet, unet::UNet},
    weights::to_safetensors,
};
use koniscope_engine::{Graph, Op, Tensor};

use crate::{formula::fill, tensors::read_tensors};

/// Parameters of a graph by name, without those of layers that repeat another's.
fn parameters(graph: &Graph) -> BTreeMap<String, Tensor> {
    let mut all = BTreeMap::new();
    for node in graph.nodes().iter().filter(|node| node.name != "class_maps") {
        for (part, tensor) in node.op.parameters() {
            let name = format!("{}.{part}", node.name);
            assert!(all.insert(name, tensor.clone()).is_none(), "{} twice", node.name);
        }
    }
    all
}

fn assert_same(graph: &Graph, written: &[u8]) {
    let written = read_tensors(written);
    let found = parameters(graph);
    assert_eq!(found.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (name, tensor) in found {
        let expected = &written[&name];
        assert_eq!(tensor.shape, expected.shape, "{name}");
        assert_eq!(tensor.data, expected.values, "{name}");
    }
}

#[test]
fn a_unet_has_the_parameters_of_its_file() {
    let mut net = UNet::new(4, 3, 3, &Device::flex());
    fill(&mut net, false);
    let graph = net.graph();
    assert_same(&graph, &to_safetensors(&net, false).unwrap());
    let shapes = graph.shapes([2, 1, 32, 48]).unwrap();
    assert_eq!(shapes.last().unwrap(), &[2, 3, 32, 48]);
    assert_eq!(graph.outputs().len(), 1);
    assert_eq!(graph.outputs()[0].0, "logits");
}

#[test]
fn a_resnet_has_the_parameters_of_its_file() {
    for layers in [18, 34] {
        let mut net = ResNet::new(layers, 2, &Device::flex()).unwrap();
        fill(&mut net, false);
        let graph = net.graph();
        assert_same(&graph, &to_safetensors(&net, false).unwrap());
        let shapes = graph.shapes([2, 3, 64, 96]).unwrap();
        let [logits, maps] = [shapes.len() - 2, shapes.len() - 1];
        assert_eq!(
            (shapes[logits].as_slice(), shapes[maps].as_slice()),
            (&[2, 2][..], &[2, 2, 2, 3][..])
        );
        let names: Vec<&str> = graph.outputs().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["logits", "class_maps"]);
        let convolutions = graph.nodes().iter().filter(|n| matches!(n.op, Op::Conv { .. })).count();
        // The head twice, as Linear and Conv; a shortcut with a convolution in three stages.
        assert_eq!(convolutions, layers - 1 + 3 + 1);
    }
}
