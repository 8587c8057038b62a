//! safetensors files by hand, so that what reads golden values is not what is tested.

use std::collections::BTreeMap;

/// Values in row-major order.
#[derive(Clone)]
pub(crate) struct Shaped {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// The header: type, shape and place of each tensor.
pub(crate) fn header(bytes: &[u8]) -> (serde_json::Map<String, serde_json::Value>, &[u8]) {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (json, data) = bytes[8..].split_at(length);
    let mut header: serde_json::Map<_, _> = serde_json::from_slice(json).unwrap();
    header.remove("__metadata__");
    (header, data)
}

/// All tensors of an f32 file.
pub(crate) fn read_tensors(bytes: &[u8]) -> BTreeMap<String, Shaped> {
    let (header, data) = header(bytes);
    header
        .iter()
        .map(|(name, entry)| {
            assert_eq!(entry["dtype"], "F32", "{name}");
            let numbers = |key: &str| -> Vec<usize> {
                entry[key]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| n.as_u64().unwrap() as usize)
                    .collect()
            };
            let [start, end] = numbers("data_offsets")[..] else { panic!("{name}: two offsets") };
            let values = data[start..end].chunks_exact(4);
            let values = values.map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
            (name.clone(), Shaped { shape: numbers("shape"), values })
        })
        .collect()
}

/// An f32 file of these tensors.
pub(crate) fn write_tensors(tensors: &BTreeMap<String, Shaped>) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, tensor) in tensors {
        let start = data.len();
        data.extend(tensor.values.iter().flat_map(|v| v.to_le_bytes()));
        let entry = serde_json::json!({
            "dtype": "F32", "shape": tensor.shape, "data_offsets": [start, data.len()],
        });
        header.insert(name.clone(), entry);
    }
    let json = serde_json::to_vec(&header).unwrap();
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);
    bytes.extend(data);
    bytes
}
