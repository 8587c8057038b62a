//! Times of the two networks at their usual sizes: `cargo bench -p koniscope-engine`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use koniscope_engine::{
    Graph, Level, Network, NodeId, Op, Options, Precision, Tensor, train::Trainer,
};

fn tensor(shape: &[usize], scale: f32) -> Tensor {
    let n: usize = shape.iter().product();
    let data = (0..n).map(|i| ((i * 7919 % 1013) as f32 / 506.5 - 1.0) * scale).collect();
    Tensor::new(shape, data)
}

fn conv(
    g: &mut Graph,
    name: &str,
    x: NodeId,
    [out, from, k, stride]: [usize; 4],
    relu: bool,
) -> NodeId {
    let weight = tensor(&[out, from, k, k], (2.0 / (from * k * k) as f32).sqrt());
    let x = g.push(name, Op::Conv { weight, bias: None, stride, padding: k / 2 }, &[x]);
    let ones = || Tensor::new([out], vec![1.0; out]);
    let zeros = || Tensor::zeros([out]);
    let norm = Op::BatchNorm {
        weight: ones(),
        bias: zeros(),
        running_mean: zeros(),
        running_var: ones(),
        epsilon: 1e-5,
    };
    let x = g.push(format!("{name}.bn"), norm, &[x]);
    if relu { g.push("relu", Op::Relu, &[x]) } else { x }
}

fn unet(width: usize) -> Graph {
    let (mut g, mut x) = Graph::new(1);
    let mut skips = Vec::new();
    for level in 0..5 {
        let c = width << level;
        if level > 0 {
            x = g.push("pool", Op::MaxPool { kernel: 2, stride: 2, padding: 0 }, &[x]);
        }
        x = conv(
            &mut g,
            &format!("e{level}.1"),
            x,
            [c, if level == 0 { 1 } else { c / 2 }, 3, 1],
            true,
        );
        x = conv(&mut g, &format!("e{level}.2"), x, [c, c, 3, 1], true);
        skips.push(x);
    }
    skips.pop();
    for level in (0..4).rev() {
        let c = width << level;
        let up =
            Op::Upsample { weight: tensor(&[2 * c, c, 2, 2], 0.1), bias: Some(tensor(&[c], 0.1)) };
        let up = g.push(format!("up{level}"), up, &[x]);
        let skip = skips.pop().expect("a skip for each level");
        x = g.push("cat", Op::Concat, &[skip, up]);
        x = conv(&mut g, &format!("d{level}.1"), x, [c, 2 * c, 3, 1], true);
        x = conv(&mut g, &format!("d{level}.2"), x, [c, c, 3, 1], true);
    }
    let head = Op::Conv {
        weight: tensor(&[3, width, 1, 1], 0.1),
        bias: Some(tensor(&[3], 0.1)),
        stride: 1,
        padding: 0,
    };
    let head = g.push("head", head, &[x]);
    g.output("logits", head);
    g
}

fn resnet34() -> Graph {
    let (mut g, x) = Graph::new(3);
    let x = conv(&mut g, "stem", x, [64, 3, 7, 2], true);
    let mut x = g.push("pool", Op::MaxPool { kernel: 3, stride: 2, padding: 1 }, &[x]);
    let mut from = 64;
    for (stage, blocks) in [3, 4, 6, 3].into_iter().enumerate() {
        let c = 64 << stage;
        for block in 0..blocks {
            let stride = if block == 0 && stage > 0 { 2 } else { 1 };
            let name = format!("layer{stage}.{block}");
            let a = conv(&mut g, &format!("{name}.1"), x, [c, from, 3, stride], true);
            let a = conv(&mut g, &format!("{name}.2"), a, [c, c, 3, 1], false);
            let b = if from == c {
                x
            } else {
                conv(&mut g, &format!("{name}.d"), x, [c, from, 1, stride], false)
            };
            let sum = g.push("add", Op::Add, &[a, b]);
            x = g.push("relu", Op::Relu, &[sum]);
            from = c;
        }
    }
    let mean = g.push("mean", Op::GlobalAveragePool, &[x]);
    let fc = g.push(
        "fc",
        Op::Linear { weight: tensor(&[5, 512], 0.1), bias: tensor(&[5], 0.1) },
        &[mean],
    );
    g.output("logits", fc);
    g
}

fn time(what: &str, runs: usize, mut run: impl FnMut()) {
    run();
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{what:50} median {:8.2} ms, minimum {:8.2} ms", times[runs / 2], times[0]);
}

fn main() {
    println!("{} threads", rayon::current_num_threads());
    let levels: Vec<Level> =
        Level::available().into_iter().filter(|l| *l != Level::Portable).collect();
    let kinds = levels.into_iter().flat_map(|l| [(l, Precision::F32), (l, Precision::Bf16)]);
    for (level, precision) in kinds.filter(|(l, p)| p.is_there(*l)) {
        let options = Options { level, precision };
        for (name, graph, shapes) in [
            ("ResNet-34", resnet34(), vec![[1, 3, 224, 224], [1, 3, 512, 512], [8, 3, 224, 224]]),
            ("U-Net 64", unet(64), vec![[1, 1, 256, 256], [1, 1, 512, 512]]),
            ("U-Net 16", unet(16), vec![[1, 1, 128, 128], [1, 1, 256, 256]]),
        ] {
            let network = Network::new(graph.clone(), &options).expect("it compiles");
            for shape in shapes {
                let input = tensor(&shape, 1.0);
                let what = format!("{} {} {name} {shape:?}", level.name(), precision.name());
                time(&what, 9, || drop(network.run(&input.data, shape).expect("it runs")));
            }
        }
        for (name, graph, shape) in
            [("ResNet-34", resnet34(), [16, 3, 224, 224]), ("U-Net 32", unet(32), [4, 1, 256, 256])]
        {
            let mut trainer = Trainer::new(&graph, &["logits"], shape, &options, &|_| false)
                .expect("it compiles");
            let input = tensor(&shape, 1.0);
            let mut gradient = vec![0.1; trainer.forward(&graph, &input.data)[0].data.len()];
            gradient[0] = -0.3;
            let what = format!("{} {name} {shape:?} forward", level.name());
            time(&what, 3, || drop(trainer.forward(&graph, &input.data)));
            let what = format!("{} {name} {shape:?} backward", level.name());
            time(&what, 3, || drop(trainer.backward(&graph, &[&gradient])));
        }
    }
}
