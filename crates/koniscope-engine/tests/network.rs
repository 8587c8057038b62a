//! Whole networks against plain sums in f64.

mod common;

use common::{naive, resnet, unet, values};
use koniscope_engine::{Graph, Level, Network, NodeId, Op, Options, Precision, Tensor};

fn agrees(options: Options, graph: &Graph, shape: [usize; 4]) {
    let input = values(shape.iter().product(), 5);
    let wide: Vec<f64> = input.iter().map(|v| f64::from(*v)).collect();
    let expected = naive(graph, &wide, shape, false);
    let tolerance = if options.precision == Precision::F32 { 1e-5 } else { 2e-2 };
    let network = Network::new(graph.clone(), &options).expect("it compiles");
    // Twice: memory of the first run is used again.
    for _ in 0..2 {
        let outputs = network.run(&input, shape).expect("it runs");
        assert_eq!(outputs.len(), expected.len());
        for (found, expected) in outputs.iter().zip(&expected) {
            let scale = expected.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            assert_eq!(found.data.len(), expected.len());
            for (f, e) in found.data.iter().zip(expected) {
                let difference = (f64::from(*f) - e).abs();
                assert!(difference < tolerance * scale, "{options:?}: {f}, expected {e}");
            }
        }
    }
}

fn unets_and_resnets_agree(level: Level, precision: Precision) {
    let options = Options { level, precision };
    agrees(options, &unet(16, 1), [1, 1, 16, 24]);
    agrees(options, &unet(5, 2), [2, 1, 12, 8]);
    agrees(options, &unet(24, 3), [1, 1, 20, 36]);
    agrees(options, &resnet(16, 1), [1, 3, 32, 48]);
    agrees(options, &resnet(40, 2), [2, 3, 30, 26]);
}

#[test]
fn networks_are_their_plain_sums() {
    unets_and_resnets_agree(Level::Portable, Precision::F32);
    unets_and_resnets_agree(Level::best(Precision::F32), Precision::F32);
}

#[test]
#[ignore = "needs AVX-512"]
fn networks_are_their_plain_sums_on_avx2_and_avx512() {
    unets_and_resnets_agree(Level::Avx2, Precision::F32);
    unets_and_resnets_agree(Level::Avx512, Precision::F32);
}

#[test]
#[ignore = "needs bf16"]
fn networks_in_bf16_are_near_their_plain_sums() {
    unets_and_resnets_agree(Level::Avx512, Precision::Bf16);
}

#[test]
#[ignore = "needs AMX"]
fn networks_on_amx_are_near_their_plain_sums() {
    unets_and_resnets_agree(Level::Amx, Precision::Bf16);
}

#[test]
fn threads_do_not_change_a_result() {
    let (graph, shape) = (unet(16, 4), [2, 1, 32, 32]);
    let input = values(shape.iter().product(), 1);
    let network = Network::new(graph, &Options::default()).expect("it compiles");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| network.run(&input, shape).expect("it runs"))
    };
    let one = run(1);
    for threads in [2, 5] {
        assert!(one == run(threads), "{threads} threads");
    }
}

#[test]
fn what_a_processor_lacks_is_named() {
    let options = Options { level: Level::Portable, precision: Precision::Bf16 };
    let error = Network::new(unet(4, 1), &options).expect_err("plain code has no bf16");
    assert!(error.to_string().contains("portable with bf16"), "{error}");
}

#[test]
#[ignore = "needs bf16"]
fn an_input_that_bf16_has_no_loops_for_is_named() {
    let precision = Precision::Bf16;
    let level = Level::best(precision);
    let (mut b, x) = common::Builder::new(2, 1);
    let y = b.conv("conv", x, [4, 2, 3, 1], true);
    b.graph.output("y", y);
    let network = Network::new(b.graph, &Options { level, precision }).expect("it compiles");
    let error = network.run(&values(2 * 8 * 8, 1), [1, 2, 8, 8]).expect_err("two channels");
    assert!(error.to_string().contains("one channel or three"), "{error}");
}

#[test]
fn an_input_without_values_or_with_others_is_named() {
    let network = Network::new(unet(4, 1), &Options::default()).expect("it compiles");
    let cases = [
        (0, [0, 1, 16, 16], "empty"),
        (0, [1, 1, 0, 16], "empty"),
        (255, [1, 1, 16, 16], "255 values"),
        // The product of the axes is 0 where it wraps.
        (0, [1, 1, 1 << 32, 1 << 32], "0 values"),
    ];
    for (count, shape, words) in cases {
        let error = network.run(&values(count, 1), shape).expect_err(words).to_string();
        assert!(error.contains(words), "{shape:?}: {error}");
    }
}

#[test]
fn more_shapes_than_are_kept_are_computed_alike() {
    let network = Network::new(unet(4, 1), &Options::default()).expect("it compiles");
    let run = |n: usize| network.run(&values(n * 64, 1), [n, 1, 8, 8]).expect("it runs");
    let first: Vec<_> = (1..12).map(run).collect();
    assert!((1..12).map(run).eq(first));
}

#[test]
fn a_graph_that_cannot_be_computed_is_named() {
    type Build = fn(&mut common::Builder, NodeId) -> NodeId;
    let cases: [(&str, Build); 4] = [
        ("3 channels in, 5 expected", |b, x| b.conv("y", x, [4, 5, 3, 1], true)),
        ("concatenation", |b, x| {
            let a = b.conv("a", x, [4, 3, 3, 1], true);
            let c = b.conv("c", x, [4, 3, 3, 1], true);
            let inner = b.graph.push("inner", Op::Concat, &[a, c]);
            b.graph.push("y", Op::Concat, &[inner, a])
        }),
        ("only convolutions", |b, x| {
            let weight = Tensor::zeros([3, 4, 2, 2]);
            b.graph.push("y", Op::Upsample { weight, bias: None }, &[x])
        }),
        ("cannot be part", |b, x| {
            let y = b.conv("a", x, [3, 3, 3, 1], true);
            b.graph.push("y", Op::Add, &[y, x])
        }),
    ];
    for (words, build) in cases {
        let (mut b, x) = common::Builder::new(3, 1);
        let y = build(&mut b, x);
        b.graph.output("y", y);
        let network = Network::new(b.graph, &Options::default());
        let found = network.and_then(|n| n.run(&values(3 * 64, 1), [1, 3, 8, 8]));
        let error = found.expect_err(words).to_string();
        assert!(error.contains("layer y") && error.contains(words), "{words}: {error}");
    }
}

#[test]
fn a_wrong_shape_is_named() {
    let network = Network::new(unet(4, 1), &Options::default()).expect("it compiles");
    let error = network.run(&values(2 * 15 * 16, 1), [2, 1, 15, 16]).expect_err("odd");
    assert!(error.to_string().contains("cat"), "{error}");
}
