//! `koniscope export`: a file, or a named reason and nothing written.

use std::fs;

use crate::{
    program::{assert_code, koniscope, stderr, stdout},
    tiny_models,
};

#[test]
fn networks_are_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    tiny_models::write(&folder.path().join("models"));
    tiny_models::write_zones(&folder.path().join("models"));
    // By its path, and by its name in the folder of models.
    for (manifest, id) in [
        ("models/lungs.toml", "tiny-lungs"),
        ("classifier.toml", "tiny-classifier"),
        ("zones.toml", "tiny-zones"),
    ] {
        let output = koniscope(folder.path(), ["export", manifest, "--onnx", "net.onnx"]);
        assert_code(&output, 0);
        let said = stdout(&output);
        assert!(said.contains(id) && said.contains(koniscope::reading::DISCLAIMER), "{said}");
        let bytes = fs::read(folder.path().join("net.onnx")).unwrap();
        assert!(bytes.starts_with(&[0x08, 8, 0x12, 9]), "IR version 8 and a producer come first");
        for text in [id, "picture", "logits", koniscope::reading::DISCLAIMER] {
            assert!(bytes.windows(text.len()).any(|w| w == text.as_bytes()), "{id}: {text}");
        }
    }
    let zones = fs::read(folder.path().join("net.onnx")).unwrap();
    for said in ["aggregation: sigmoid(1 * logit + 0)", "0.5, of the doubts", "III -0.25"] {
        let found = zones.windows(said.len()).any(|w| w == said.as_bytes());
        assert!(found, "how its outputs become probabilities: {said}");
    }
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "models and net.onnx");
}

#[test]
fn nothing_else_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    tiny_models::write(&folder.path().join("models"));
    fs::create_dir(folder.path().join("folder.onnx")).unwrap();
    let manifest = fs::read(folder.path().join("models/lungs.toml")).unwrap();
    for (model, onnx, said) in [
        ("lungs.toml", "models/lungs.toml", "models/lungs.toml does not end in .onnx"),
        ("lungs.toml", "models/lungs.safetensors", "does not end in .onnx"),
        ("lungs.toml", "folder.onnx", "cannot write folder.onnx"),
        ("lungs.toml", "none/net.onnx", "cannot write none/net.onnx"),
        ("models/lungs.safetensors", "net.onnx", "is no manifest; name the .toml"),
        ("none.toml", "net.onnx", "cannot use models/none.toml"),
    ] {
        let output = koniscope(folder.path(), ["export", model, "--onnx", onnx]);
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{onnx}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(fs::read(folder.path().join("models/lungs.toml")).unwrap(), manifest);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "models and folder.onnx");
}
