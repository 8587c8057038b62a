//! A GPU reads what the processor reads. Built with the feature `gpu` alone; says so and passes where none
//! answers. Mesa's lavapipe answers without a GPU.
#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used)]

use std::path::Path;

use koniscope::{model::Device, reader::load_reader, reading::SecondStageKind};

#[test]
fn a_film_has_one_reading_on_both() {
    let Ok(gpu) = Device::gpu() else {
        eprintln!("skipped: no GPU answers");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bytes = std::fs::read(root.join("samples/00003137_001.jpg")).unwrap();
    for kind in [SecondStageKind::Paper, SecondStageKind::Zones] {
        let read = |device: &Device| {
            let reader = load_reader(&root.join("models"), device, Some(kind)).unwrap();
            reader.read(&bytes, &|| 0.0).unwrap()
        };
        let (processor, gpu) = (read(&Device::cpu()), read(&gpu));
        let p = [&processor, &gpu].map(|r| r.reading.pneumoconiosis.probability);
        assert!((p[0] - p[1]).abs() < 1e-3, "{kind:?}: {p:?}");
        let pixels = processor.mask.labels().iter().zip(gpu.mask.labels());
        let differ = pixels.filter(|(a, b)| a != b).count();
        assert!(differ < processor.mask.labels().len() / 1000, "{kind:?}: {differ} pixels");
    }
}
