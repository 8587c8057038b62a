//! The ResNet as [`ZoneGrader`].

use koniscope_engine::{Graph, Tensor};

use super::{Device, compute::Compute, gray_batch};
use crate::{
    Error,
    checked_manifest::CheckedManifest,
    crop::ZoneCrops,
    grading::{OUTPUTS, Pooling, ZONES_OF_LUNG, ZoneGrader, ZoneOutput, lung_logits, zone_logits},
    manifest::{Input, Manifest},
    plane::Plane,
};

/// A trained ResNet on the pictures of single zones.
#[derive(Debug)]
pub struct ResNetZones {
    network: Compute,
    manifest: CheckedManifest,
}

impl ResNetZones {
    /// Joins a network with its manifest; [`weights`](crate::weights) loads both.
    ///
    /// # Errors
    /// [`Error::Model`] if the engine cannot run the network.
    pub fn new(network: Graph, manifest: CheckedManifest, device: &Device) -> Result<Self, Error> {
        Ok(Self { network: Compute::new(network, device)?, manifest })
    }
}

impl ZoneGrader for ResNetZones {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn grade(&self, crops: &ZoneCrops) -> Result<Vec<ZoneOutput>, Error> {
        let Manifest { input, peaks, mirrored, .. } = &*self.manifest;
        let pooling = Pooling { peaks: *peaks, mirrored: *mirrored };
        let run = |values: &[f32], shape| self.network.run(values, shape);
        zone_outputs(run, &crops.pictures().each_ref(), input, pooling)
    }
}

/// What a zone grader's network, which `run` computes, says of each picture, three per lung. What all zones
/// of a lung say of it, where the network has outputs for that, is in the logits and maps of each.
///
/// # Errors
/// [`Error::Model`] if the network cannot run or has no class maps, or if lungs are incomplete.
pub fn zone_outputs(
    run: impl FnOnce(&[f32], [usize; 4]) -> Result<Vec<Tensor>, Error>,
    pictures: &[&Plane],
    input: &Input,
    pooling: Pooling,
) -> Result<Vec<ZoneOutput>, Error> {
    if !pictures.len().is_multiple_of(ZONES_OF_LUNG) {
        let detail = format!("{} pictures; three zones a lung were expected", pictures.len());
        return Err(Error::Model { detail });
    }
    let mirrored: Vec<Plane> =
        pictures.iter().filter(|_| pooling.mirrored).map(|picture| picture.mirrored()).collect();
    let shown: Vec<&Plane> = pictures.iter().copied().chain(&mirrored).collect();
    let (values, shape) = gray_batch(&shown, input); // [n, channels, h, w]
    let mut outputs = run(&values, shape)?.into_iter();
    let (Some(mut logits), Some(mut maps)) = (outputs.next(), outputs.next()) else {
        return Err(Error::Model { detail: "a zone grader needs logits and class maps".into() });
    };
    if pooling.mirrored {
        logits.data = mean_of_halves(&logits.data);
        maps.data = interleaved(&maps.data, maps.shape[3]);
        maps.shape[3] *= 2;
    }
    let (classes, h, w) = (maps.shape[1], maps.shape[2], maps.shape[3]); // [n, classes, h/32, w/32]
    let mut found = Vec::with_capacity(pictures.len());
    let lungs = logits.data.chunks_exact(ZONES_OF_LUNG * classes);
    for (logits, maps) in lungs.zip(maps.data.chunks_exact(ZONES_OF_LUNG * classes * h * w)) {
        let lung = match classes == OUTPUTS.len() {
            true => vec![0.0; OUTPUTS.len()],
            false => lung_logits(logits),
        };
        let zones = logits.chunks_exact(classes).zip(maps.chunks_exact(classes * h * w));
        found.extend(zones.map(|(logits, maps)| {
            let logits: Vec<f32> = logits.iter().zip(&lung).map(|(own, lung)| own + lung).collect();
            let maps = maps.chunks_exact(h * w).zip(&lung);
            let maps: Vec<f32> =
                maps.flat_map(|(map, lung)| map.iter().map(move |own| own + lung)).collect();
            ZoneOutput {
                logits: zone_logits(&logits, &maps, pooling.peaks),
                maps: maps.chunks_exact(h * w).map(|m| Plane::new(w, h, m.to_vec())).collect(),
            }
        }));
    }
    Ok(found)
}

/// The mean of each value of the first half and that of its place in the second.
fn mean_of_halves(values: &[f32]) -> Vec<f32> {
    let (first, second) = values.split_at(values.len() / 2);
    first.iter().zip(second).map(|(a, b)| 0.5 * (a + b)).collect()
}

/// Rows of `w` cells of pictures, then of their mirror images: in each row the cells of both in turn. Cell i of
/// a picture lies at its column 32 i, since each halving keeps the first; turned back, that of its mirror image
/// lies at 32 i + (width - 1) mod 32.
fn interleaved(maps: &[f32], w: usize) -> Vec<f32> {
    let (own, mirrored) = maps.split_at(maps.len() / 2);
    let rows = own.chunks_exact(w).zip(mirrored.chunks_exact(w));
    rows.flat_map(|(own, mirrored)| own.iter().zip(mirrored.iter().rev()))
        .flat_map(|(own, mirrored)| [*own, *mirrored])
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        Radiograph,
        grading::{PEAKED, output_names, peak},
        manifest::{CalibrationRecord, Input, Network, Platt, Region, TrainedOn},
        model::resnet,
        segmentation::LungMask,
        zones::Zones,
    };

    fn manifest() -> Manifest {
        let outputs = vec![Platt { slope: 1.0, intercept: 0.0 }; OUTPUTS.len()];
        Manifest {
            id: "tiny".into(),
            file: "none".into(),
            sha256: "00".into(),
            notice: None,
            target: None,
            trained_on: Some(TrainedOn::Simulated),
            calibrated_on: None,
            classes: OUTPUTS.map(String::from).to_vec(),
            network: Network::Resnet { layers: 18, width: 4 },
            region: Region::Zones,
            peaks: false,
            mirrored: false,
            input: Input { width: 64, height: 96, channels: 3, mean: 0.4, std: 0.2, detail: false },
            calibration: Some(CalibrationRecord {
                temperature: 1.0,
                films: 9,
                outputs,
                correlation: None,
                stages: None,
            }),
            training: None,
            scores: Vec::new(),
        }
    }

    /// A ResNet of 18 narrow layers with weights of any kind.
    fn network(classes: usize) -> Graph {
        let mut place = 0;
        let mut any = |name: &str, shape: &[usize]| {
            let inputs: usize = shape[1..].iter().product();
            let spread = (6.0 / inputs as f32).sqrt(); // He et al., ICCV 2015
            let mut value = |_| {
                place += 1;
                let u = (place * 7919 % 10_007) as f32 / 5003.5 - 1.0; // in [-1, 1)
                match shape.len() {
                    1 if name.ends_with("weight") || name.ends_with("var") => 1.0 + 0.25 * u,
                    1 => 0.125 * u,
                    _ => spread * u,
                }
            };
            Tensor::new(shape, (0..shape.iter().product()).map(&mut value).collect())
        };
        resnet::graph([18, 4], classes, &mut any).unwrap()
    }

    fn compute(graph: Graph) -> Compute {
        Compute::new(graph, &Device::cpu()).unwrap()
    }

    /// Crops of a film on which every zone looks different.
    fn crops() -> ZoneCrops {
        let (w, h) = (200, 240);
        let label = |i: usize| match (i % w, i / w) {
            (20..80, 30..210) => 1,
            (120..180, 30..210) => 2,
            _ => 0,
        };
        let mask = LungMask::new(w, h, (0..w * h).map(label).collect());
        let pixel = |i: usize| ((i % w) * (i / w) % 97) as f32 / 97.0;
        let film = Radiograph::new(Plane::new(w, h, (0..w * h).map(pixel).collect()), None);
        ZoneCrops::new(&film, &mask, &Zones::of(&mask).unwrap(), 64, 96).unwrap()
    }

    #[test]
    fn a_batch_gives_each_zone_its_own_logits_and_maps() {
        let (manifest, crops, graph) = (manifest(), crops(), network(OUTPUTS.len()));
        let checked = CheckedManifest::new(manifest.clone()).unwrap();
        let grader = ResNetZones::new(graph.clone(), checked, &Device::cpu()).unwrap();
        let alone = compute(graph);
        let found = grader.grade(&crops).unwrap();
        assert_eq!(found.len(), 6);
        for (zone, picture) in found.iter().zip(crops.pictures()) {
            let (values, shape) = gray_batch(&[picture], &manifest.input);
            let logits = alone.run(&values, shape).unwrap().swap_remove(0).data;
            assert_eq!((zone.logits.len(), zone.maps.len()), (OUTPUTS.len(), OUTPUTS.len()));
            for ((logit, map), expected) in zone.logits.iter().zip(&zone.maps).zip(&logits) {
                assert_eq!((map.width(), map.height()), (2, 3));
                let mean = map.data().iter().sum::<f32>() / 6.0;
                let near = |v: f32| (v - expected).abs() < 1e-3 * (1.0 + expected.abs());
                assert!(near(*logit) && near(mean), "{logit} {mean} {expected}");
            }
        }
        assert!(found[0].logits != found[5].logits);
    }

    #[test]
    fn what_all_zones_say_of_their_lung_counts_in_each() {
        let (mut manifest, crops, graph) = (manifest(), crops(), network(2 * OUTPUTS.len()));
        manifest.classes = output_names(true);
        manifest.peaks = true;
        let checked = CheckedManifest::new(manifest.clone()).unwrap();
        let grader = ResNetZones::new(graph.clone(), checked, &Device::cpu()).unwrap();
        let network = compute(graph);
        let found = grader.grade(&crops).unwrap();
        let pictures = crops.pictures().each_ref();
        let (values, shape) = gray_batch(&pictures, &manifest.input);
        let logits = network.run(&values, shape).unwrap().swap_remove(0).data; // [6, 24]
        let at = |zone: usize, output: usize| logits[zone * 24 + output];
        let of_lung = |zone: usize, output: usize| {
            let lung = zone / 3 * 3;
            (0..3).map(|i| at(lung + i, 12 + output)).sum::<f32>() / 3.0
        };
        let zones = (0..6).flat_map(|zone| (0..12).map(move |output| (zone, output)));
        let expected: Vec<f32> = zones.map(|(z, o)| at(z, o) + of_lung(z, o)).collect();
        for (zone, expected) in found.iter().zip(expected.chunks_exact(12)) {
            assert_eq!((zone.logits.len(), zone.maps.len()), (12, 12));
            for (output, (map, expected)) in zone.maps.iter().zip(expected).enumerate() {
                let mean = map.data().iter().sum::<f32>() / 6.0;
                assert!(
                    (mean - expected).abs() < 1e-3 * (1.0 + expected.abs()),
                    "{mean} {expected}"
                );
                let told = if PEAKED.contains(&output) { peak(map.data()) } else { mean };
                assert!((zone.logits[output] - told).abs() < 1e-3 * (1.0 + told.abs()));
            }
        }
        let pooling = Pooling { peaks: true, mirrored: true };
        let run = |values: &[f32], shape| network.run(values, shape);
        let error = zone_outputs(run, &pictures[1..], &manifest.input, pooling).unwrap_err();
        assert!(error.to_string().contains("three zones a lung"), "{error}");
    }

    #[test]
    fn a_zone_and_its_mirror_image_count_alike() {
        let (mut manifest, crops, network) = (manifest(), crops(), compute(network(OUTPUTS.len())));
        manifest.input.width = 80;
        let resized = crops.pictures().each_ref().map(|picture| picture.resize(80, 96));
        let mirrors = resized.each_ref().map(Plane::mirrored);
        let read = |pictures: &[Plane; 6], mirrored| {
            let pooling = Pooling { peaks: true, mirrored };
            let run = |values: &[f32], shape| network.run(values, shape);
            zone_outputs(run, &pictures.each_ref(), &manifest.input, pooling).unwrap()
        };
        let [once, of_mirrors] = [&resized, &mirrors].map(|pictures| read(pictures, false));
        let [both, turned] = [&resized, &mirrors].map(|pictures| read(pictures, true));
        let near = |a: f32, b: f32| (a - b).abs() < 1e-3 * (1.0 + a.abs());
        for (zone, both) in both.iter().enumerate() {
            let alike = both.logits.iter().zip(&turned[zone].logits).all(|(a, b)| near(*a, *b));
            assert!(alike, "{:?} {:?}", both.logits, turned[zone].logits);
            assert!(both.logits != once[zone].logits);
            for (output, map) in both.maps.iter().enumerate() {
                let (own, mirror) = (&once[zone].maps[output], &of_mirrors[zone].maps[output]);
                assert_eq!((own.width(), map.width(), map.height()), (3, 6, 3));
                for (y, x) in (0..3).flat_map(|y| (0..3).map(move |x| (y, x))) {
                    assert!(near(map.at(2 * x, y), own.at(x, y)));
                    assert!(near(map.at(2 * x + 1, y), mirror.at(2 - x, y)));
                }
                let mean = map.data().iter().sum::<f32>() / 18.0;
                let told = if PEAKED.contains(&output) { peak(map.data()) } else { mean };
                assert!(near(both.logits[output], told));
            }
        }
    }
}
