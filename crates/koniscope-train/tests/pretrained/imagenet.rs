//! A real file by torchvision's names: ResNet-18 trained on ImageNet, and three photographs.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use koniscope::plane::Plane;
use koniscope_train::network::{Missing, load_pretrained, resnet::ResNet};

/// ImageNet's mean and standard deviation of red, green and blue, as torchvision has them.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// The shorter side to 256 (triangle filter), the middle 224 x 224 of it.
///
/// The longer side is rounded to nearest; torchvision's own Resize rounds down, whose one pixel
/// less gives the dog 0.758 in place of 0.796.
fn prepared(file: &Path) -> Tensor<4> {
    let photo = image::open(file).unwrap().into_rgb8();
    let (w, h) = (photo.width() as usize, photo.height() as usize);
    let side = |s: usize| (256.0 * s as f64 / w.min(h) as f64).round() as usize;
    let (left, top) = ((side(w) - 224) / 2, (side(h) - 224) / 2);
    let mut values = Vec::with_capacity(3 * 224 * 224);
    for c in 0..3 {
        let channel = photo.pixels().map(|p| f32::from(p[c]) / 255.0).collect();
        let small = Plane::new(w, h, channel).resize(side(w), side(h));
        for y in 0..224 {
            let row = &small.data()[(top + y) * small.width() + left..][..224];
            values.extend(row.iter().map(|v| (v - MEAN[c]) / STD[c]));
        }
    }
    Tensor::from_data(TensorData::new(values, [1, 3, 224, 224]), &Device::flex())
}

#[test]
#[ignore = "needs KONISCOPE_DATA"]
fn resnet18_names_three_photographs() {
    let films = std::env::var_os("KONISCOPE_DATA").expect("KONISCOPE_DATA names real films");
    let folder = Path::new(&films).join("weights-resnet18-imagenet");
    let mut net = ResNet::new(18, 1000, &Device::flex()).unwrap();
    let weights = folder.join("resnet18_ktb_f16.safetensors");
    load_pretrained(&mut net, &weights, Missing::Refuse).unwrap();
    let labels = std::fs::read_to_string(folder.join("imagenet_labels.txt")).unwrap();
    let labels: Vec<&str> = labels.lines().collect();
    for (photo, name, expected) in [
        ("check_dog.jpg", "Labrador retriever", 0.796),
        ("check_coyote.jpg", "coyote", 0.904),
        ("check_flamingo.jpg", "flamingo", 1.000),
    ] {
        let logits = net.forward(prepared(&folder.join(photo))).logits;
        let p: Vec<f32> = softmax(logits, 1).into_data().try_to_vec().unwrap();
        let best = (0..1000).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
        println!("{photo}: {} {:.4}", labels[best], p[best]);
        assert!(labels[best].contains(name), "{photo}: {}", labels[best]);
        assert!((p[best] - expected).abs() <= 0.01, "{photo}: {}", p[best]);
    }
}
