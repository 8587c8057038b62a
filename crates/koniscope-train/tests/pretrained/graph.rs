//! What learns is what is read: a network in burn as a graph, and the graph that the reader makes of
//! the weights as written.

use burn::tensor::Device;
use koniscope::{
    model::{resnet, unet},
    weights::Parameters,
};
use koniscope_engine::{Graph, Op};
use koniscope_train::network::{described::Described, resnet::ResNet, to_safetensors, unet::UNet};

use crate::fill::fill;

fn assert_same(network: &impl Described, read: impl Fn(&mut Parameters) -> Graph) -> Graph {
    let graph = network.graph();
    let mut written = Parameters::parse(&to_safetensors(network, false).unwrap()).unwrap();
    let read = read(&mut written);
    written.finish().unwrap();
    assert!(graph == read, "nodes, parameters and outputs");
    let layers: Vec<String> = network.layers().into_iter().map(|(name, _)| name).collect();
    let with_parameters = graph.nodes().iter().filter(|node| !node.op.parameters().is_empty());
    let nodes: Vec<&str> = with_parameters.map(|node| node.name.as_str()).collect();
    assert_eq!(layers.iter().find(|layer| !nodes.contains(&layer.as_str())), None);
    graph
}

#[test]
fn a_unet_that_learns_is_the_one_that_is_read() {
    let mut net = UNet::new(4, 3, 3, &Device::flex());
    fill(&mut net, false);
    let graph = assert_same(&net, |written| {
        unet::graph([4, 3], 3, &mut |name, shape| written.take(name, shape))
    });
    let shapes = graph.shapes([2, 1, 32, 48]).unwrap();
    assert_eq!(shapes.last().unwrap(), &[2, 3, 32, 48]);
    assert_eq!(graph.outputs().len(), 1);
    assert_eq!(graph.outputs()[0].0, "logits");
}

#[test]
fn a_resnet_that_learns_is_the_one_that_is_read() {
    for layers in [18, 34] {
        let mut net = ResNet::new(layers, 2, &Device::flex()).unwrap();
        fill(&mut net, false);
        let graph = assert_same(&net, |written| {
            resnet::graph([layers, 64], 2, &mut |name, shape| written.take(name, shape)).unwrap()
        });
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
