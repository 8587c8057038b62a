//! ONNX (<https://onnx.ai>, operator set 17): a network with its input scaling, for any runtime.

use koniscope_engine::{Graph, Node, Op, Tensor};

use super::protobuf::Message;
use crate::{
    grading::{LUNG, OUTPUTS, PEAK_SHARPNESS, PEAKED, output_names},
    manifest::{Input, Manifest, Platt},
    model::{GAINS, SQUARES},
    reading::DISCLAIMER,
};

const IR_VERSION: u64 = 8;
const OPERATOR_SET: u64 = 17;
/// `TensorProto.DataType.FLOAT`.
const FLOAT: u64 = 1;
/// Name of the input: gray values in `[0, 1]`, `[n, 1, h, w]`.
const INPUT: &str = "picture";

/// A network as an ONNX file. The same weights give the same bytes.
///
/// Its input `picture` is `[n, 1, h, w]` with values in `[0, 1]`: scaling and the repetition of
/// the gray channel are part of the file. The outputs are the graph's, by PyTorch's names for
/// their parameters; batch normalization is left for the runtime to fold. The metadata say what
/// must be known of the weights.
pub fn to_onnx(graph: &Graph, manifest: &Manifest) -> Vec<u8> {
    let mut file = File { graph, nodes: Vec::new(), values: Vec::new() };
    file.input(&manifest.input);
    for i in 1..graph.nodes().len() {
        file.node(i);
    }
    let outputs = graph.outputs().iter().map(|(name, _)| {
        let axes: &[&str] = match name.as_str() {
            "class_maps" => &["n", "classes", "map_h", "map_w"],
            _ if matches!(manifest.network, crate::manifest::Network::Unet { .. }) => {
                &["n", "classes", "h", "w"]
            }
            _ => &["n", "classes"],
        };
        value_info(name, axes)
    });
    let graph = Message::default()
        .messages(1, file.nodes)
        .bytes(2, &manifest.id)
        .messages(5, file.values)
        .messages(11, [value_info(INPUT, &["n", "1", "h", "w"])])
        .messages(12, outputs);
    let metadata = metadata(manifest)
        .into_iter()
        .map(|(key, value)| Message::default().bytes(1, key).bytes(2, value));
    Message::default()
        .int(1, IR_VERSION)
        .bytes(2, "koniscope")
        .bytes(3, env!("CARGO_PKG_VERSION"))
        .bytes(6, DISCLAIMER)
        .messages(7, [graph])
        .messages(8, [Message::default().bytes(1, "").int(2, OPERATOR_SET)])
        .messages(14, metadata)
        .into_bytes()
}

/// What travels with the network: who it is, what it was trained for and on, what it may be used
/// for. A softmax of `logits / temperature` gives calibrated probabilities where there is one; of a
/// zone grader each output has a sigmoid of its own.
fn metadata(manifest: &Manifest) -> Vec<(&'static str, String)> {
    let Input { height, width, .. } = manifest.input;
    let mut metadata = vec![
        ("model", manifest.id.clone()),
        ("sha256", manifest.sha256.clone()),
        ("classes", manifest.classes.join(", ")),
        ("input", format!("gray in [0, 1], trained at {height} x {width} (rows x columns)")),
        ("use", DISCLAIMER.into()),
    ];
    if manifest.peaks {
        let peaked = PEAKED.map(|output| OUTPUTS[output]).join(", ");
        let text = format!(
            "{peaked}: ln(mean(exp({PEAK_SHARPNESS} m))) / {PEAK_SHARPNESS} of the class map m"
        );
        metadata.push(("peaks", text));
    }
    if manifest.mirrored {
        let text = "run it on each picture and on its mirror image, left for right: a logit is the mean of \
            both; a class map has the cells of both";
        metadata.push(("mirrored", text.into()));
    }
    if manifest.classes == output_names(true) {
        let text = format!(
            "each logit and class map is raised by the mean over the three zones of a lung of the logit \
             named as it is with {LUNG} before it"
        );
        metadata.push(("lung", text));
    }
    metadata.extend(manifest.notice.clone().map(|notice| ("notice", notice)));
    metadata.extend(manifest.target.clone().map(|target| ("target", target)));
    if let Some(calibration) = &manifest.calibration {
        let outputs = manifest.classes.iter().zip(&calibration.outputs);
        let outputs = outputs.map(|(class, Platt { slope, intercept })| {
            format!("{class}: sigmoid({slope} * logit + {intercept})")
        });
        metadata.push(match calibration.outputs.is_empty() {
            true => ("temperature", calibration.temperature.to_string()),
            false => ("calibration", outputs.collect::<Vec<_>>().join("\n")),
        });
        let correlation = calibration.correlation.map(|correlation| {
            ("correlation", format!("{}, of the doubts about a film's zones", correlation.value()))
        });
        let stages = calibration.stages.map(|stages| {
            let [one, two, three] = <[f64; 3]>::from(stages);
            let text =
                format!("log-odds of I and above {one:+}, II and above {two:+}, III {three:+}");
            ("stages", text)
        });
        metadata.extend(correlation.into_iter().chain(stages));
    }
    if let Some(training) = &manifest.training {
        let data = training.data.iter();
        let data = data.map(|d| format!("{}, {} films, {}", d.name, d.films, d.licence));
        metadata.push(("training data", data.collect::<Vec<_>>().join("\n")));
    }
    metadata
}

struct File<'a> {
    graph: &'a Graph,
    nodes: Vec<Message>,
    values: Vec<Message>,
}

impl File<'_> {
    /// Name of a node's value: the output's where it is one.
    fn name(&self, i: usize) -> String {
        let node = &self.graph.nodes()[i];
        let is_node = |id| std::ptr::eq(self.graph.node(id), node);
        match self.graph.outputs().iter().find(|(_, id)| is_node(*id)) {
            Some((name, _)) => name.clone(),
            None => format!("v{i}"),
        }
    }

    fn input_name(&self, node: &Node, k: usize) -> String {
        let from = self.graph.node(node.inputs[k]);
        let i = self.graph.nodes().iter().position(|n| std::ptr::eq(n, from));
        self.name(i.expect("an input is a node of the graph"))
    }

    /// Scaling, and the gray channel as often as the network has channels.
    fn input(&mut self, input: &Input) {
        let mean = self.value("input.mean", &Tensor::new([1], vec![input.mean]));
        let std = self.value("input.std", &Tensor::new([1], vec![input.std]));
        let scaled = if input.channels == 1 { self.name(0) } else { "scaled".into() };
        self.push("Sub", "input.sub", &[INPUT.into(), mean], "centered", []);
        self.push("Div", "input.div", &["centered".into(), std], &scaled, []);
        if input.channels > 1 {
            let mut gray = vec![scaled; input.channels];
            if input.detail {
                let [fine, middling] = self.detail();
                gray = vec![gray.swap_remove(0), fine, middling];
            }
            let name = self.name(0);
            self.push("Concat", "input.channels", &gray, &name, [int("axis", 1)]);
        }
    }

    /// The channels of detail, as [`gray_batch`](crate::model::gray_batch) makes them.
    fn detail(&mut self) -> [String; 2] {
        let picture = || INPUT.to_owned();
        self.push("Sign", "input.counts", &[picture()], "counts", []);
        let least = self.value("input.least", &Tensor::new([1], vec![1e-6]));
        let means = SQUARES.map(|side| {
            let name = |what: &str| format!("mean{side}.{what}");
            let square = |side: usize| {
                let pads = ints("pads", &[side / 2; 4]);
                [ints("kernel_shape", &[side; 2]), pads, int("count_include_pad", 1)]
            };
            let (sum, share, mean) = (name("sum"), name("share"), name("mean"));
            self.push("AveragePool", &sum, &[picture()], &sum, square(side));
            self.push("AveragePool", &share, &["counts".into()], &share, square(side));
            let some = name("some");
            self.push("Max", &some, &[share, least.clone()], &some, []);
            self.push("Div", &mean, &[sum, some], &mean, []);
            mean
        });
        let [near, far] = means;
        let pairs = [("fine", picture(), near.clone()), ("middling", near, far)];
        let mut gains = GAINS.into_iter();
        pairs.map(|(name, from, less)| {
            let [difference, louder] =
                ["difference", "louder"].map(|what| format!("{name}.{what}"));
            let gain = Tensor::new([1], vec![gains.next().unwrap_or(1.0)]);
            let gain = self.value(&format!("{name}.gain"), &gain);
            self.push("Sub", &difference, &[from, less], &difference, []);
            self.push("Mul", &louder, &[difference, gain], &louder, []);
            self.push("Mul", name, &[louder, "counts".into()], name, []);
            name.to_owned()
        })
    }

    fn node(&mut self, i: usize) {
        let node = &self.graph.nodes()[i];
        let mut inputs: Vec<String> =
            (0..node.inputs.len()).map(|k| self.input_name(node, k)).collect();
        for (name, value) in node.op.parameters() {
            inputs.push(self.value(&format!("{}.{name}", node.name), value));
        }
        let output = self.name(i);
        let window = |kernel: [usize; 2], stride: usize, padding: usize| {
            [
                ints("kernel_shape", &kernel),
                ints("pads", &[padding; 4]),
                ints("strides", &[stride; 2]),
            ]
        };
        let name = format!("{}#{i}", node.name);
        match &node.op {
            Op::Input { .. } => {}
            Op::Conv { weight, stride, padding, .. } => {
                let kernel = [weight.shape[2], weight.shape[3]];
                self.push("Conv", &name, &inputs, &output, window(kernel, *stride, *padding));
            }
            Op::Upsample { .. } => {
                self.push("ConvTranspose", &name, &inputs, &output, window([2, 2], 2, 0));
            }
            Op::BatchNorm { epsilon, .. } => {
                let epsilon = [float("epsilon", *epsilon)];
                self.push("BatchNormalization", &name, &inputs, &output, epsilon);
            }
            Op::Relu => self.push("Relu", &name, &inputs, &output, []),
            Op::MaxPool { kernel, stride, padding } => {
                let window = window([*kernel; 2], *stride, *padding);
                self.push("MaxPool", &name, &inputs, &output, window);
            }
            Op::Add => self.push("Add", &name, &inputs, &output, []),
            Op::Concat => self.push("Concat", &name, &inputs, &output, [int("axis", 1)]),
            Op::GlobalAveragePool => {
                let (pooled, flat) = (format!("v{i}.pooled"), [int("axis", 1)]);
                self.push("GlobalAveragePool", &name, &inputs, &pooled, []);
                self.push("Flatten", &format!("{name}.flat"), &[pooled], &output, flat);
            }
            Op::Linear { .. } => self.push("Gemm", &name, &inputs, &output, [int("transB", 1)]),
        }
    }

    fn push<const N: usize>(
        &mut self,
        op: &str,
        name: &str,
        inputs: &[String],
        output: &str,
        attributes: [Message; N],
    ) {
        let node = inputs.iter().fold(Message::default(), |node, input| node.bytes(1, input));
        let node = node.bytes(2, output).bytes(3, name).bytes(4, op).messages(5, attributes);
        self.nodes.push(node);
    }

    /// Stores a parameter and returns its name.
    fn value(&mut self, name: &str, tensor: &Tensor) -> String {
        let dims = tensor.shape.iter().fold(Message::default(), |m, side| m.int(1, *side as u64));
        let bytes: Vec<u8> = tensor.data.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.values.push(dims.int(2, FLOAT).bytes(8, name).bytes(9, bytes));
        name.to_owned()
    }
}

/// An axis whose name is a number has that size; the others are free.
fn value_info(name: &str, axes: &[&str]) -> Message {
    let axes = axes.iter().map(|axis| match axis.parse() {
        Ok(size) => Message::default().int(1, size),
        Err(_) => Message::default().bytes(2, axis),
    });
    let shape = Message::default().messages(1, axes);
    let tensor = Message::default().int(1, FLOAT).messages(2, [shape]);
    Message::default().bytes(1, name).messages(2, [Message::default().messages(1, [tensor])])
}

fn int(name: &str, value: u64) -> Message {
    Message::default().bytes(1, name).int(3, value).int(20, 2)
}

fn float(name: &str, value: f32) -> Message {
    Message::default().bytes(1, name).float(2, value).int(20, 1)
}

fn ints(name: &str, values: &[usize]) -> Message {
    let message = Message::default().bytes(1, name);
    values.iter().fold(message, |m, value| m.int(8, *value as u64)).int(20, 7)
}
