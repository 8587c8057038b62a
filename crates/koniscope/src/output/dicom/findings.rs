//! What a reading says, as findings of a structured report, each at a region of the film.
//!
//! Viewers end at a finding without a region, so what is said of the whole film stands at a rectangle
//! about both lungs.

use koniscope_dicom::results::{Code, Group, Site};

use super::{
    outline::outline,
    segments::{LUNG, algorithm, large_code, large_label, lung_label, side_code},
};
use crate::{
    FilmReading,
    large::LargeOpacity,
    reading::{DISCLAIMER, Graded, Lung, Reading, ZoneReading},
    report::words,
    segmentation::Side,
    zones::{Level, Zone},
};

const NO_UNIT: Code = Code::new("UCUM", "1", "no units");
const MM: Code = Code::new("UCUM", "mm", "mm");
const MM2: Code = Code::new("UCUM", "mm2", "mm2");
const AREA: Code = Code::new("SCT", "42798000", "Area");
const HEIGHT: Code = Code::new("DCM", "121207", "Height");
const LONG_AXIS: Code = Code::new("SCT", "103339001", "Long Axis");
const SHORT_AXIS: Code = Code::new("SCT", "103340004", "Short Axis");
const COMMENT: Code = Code::new("DCM", "121106", "Comment");

/// Points of the polygon that stands for an ellipse.
const ELLIPSE_POINTS: usize = 48;

/// All findings: of the film, of each lung, of each zone and of each large opacity.
pub(super) fn findings(film: &FilmReading) -> Vec<Group> {
    let mut groups = vec![whole(film)];
    let labels = film.lungs_in_file();
    let width = labels.width();
    groups.extend(
        Side::BOTH.map(|side| lung(film, side, outline(labels.labels(), width, side.label()))),
    );
    if let Some(graded) = &film.reading.graded {
        let zones = zone_labels(film);
        groups.extend(Zone::ALL.map(|zone| {
            let outline = outline(&zones, width, zone.index() as u8 + 1);
            of_zone(film, zone, graded.zones.get(zone), outline)
        }));
        groups.extend(graded.large_opacities.iter().enumerate().map(|(i, o)| large(film, i, o)));
    }
    // A zone without a pixel has nothing to be shown at.
    groups.retain(|group| group.outline.len() >= 3);
    groups
}

/// What is concluded of the film.
fn whole(film: &FilmReading) -> Group {
    let reading = &film.reading;
    let detection = &reading.pneumoconiosis;
    let own = Code::own;
    let name = format!("P({}), {}", detection.target, words::calibrated(detection));
    let mut numbers = vec![(own("PROBABILITY", &name), detection.probability, NO_UNIT)];
    if let Some(stage) = &reading.stage {
        for (i, (class, p)) in stage.classes.iter().zip(&stage.probabilities).enumerate() {
            let name = own(&format!("P_STAGE_{i}"), &format!("Probability of stage {class}"));
            numbers.push((name, *p, NO_UNIT));
        }
    }
    let mut codes = Vec::new();
    if let Some((class, _)) = words::likeliest_stage(reading) {
        let is_by_rule = reading.graded.is_some();
        let title = if is_by_rule { "Stage by GBZ 70-2015" } else { "Stage" };
        codes
            .push((own("STAGE", title), own(&format!("STAGE_{class}"), &format!("Stage {class}"))));
    }
    let mut texts = vec![
        (COMMENT, DISCLAIMER.to_owned()),
        (
            own("PROBABILITY_TEXT", "Probability in words"),
            format!(
                "{}: {}",
                words::probability_title(detection),
                words::probability(detection.probability, detection)
            ),
        ),
    ];
    texts.extend(
        words::clause(reading).map(|clause| (own("CLAUSE", "Clause of GBZ 70-2015"), clause)),
    );
    texts.extend(
        words::decisions(reading).into_iter().map(|said| (own("SITE", "At this site"), said)),
    );
    texts.extend(words::abstention(reading).map(|said| (own("ABSTENTION", "Abstention"), said)));
    let flags = reading.quality.flags.iter();
    texts.extend(flags.map(|flag| {
        (
            own("QUALITY_FLAG", "Quality flag"),
            format!("{}: {}", words::flag_word(flag.kind), flag.message),
        )
    }));
    texts.extend(words::notices(reading).into_iter().map(|notice| (COMMENT, notice)));
    if let Some(graded) = &reading.graded {
        ilo(graded, &mut numbers, &mut codes);
    }
    Group {
        label: "Film".into(),
        finding: own("READING", "Reading for pneumoconiosis"),
        site: Some(Site {
            part: LUNG,
            side: Code::new("SCT", "51440002", "Bilateral"),
            modifier: None,
        }),
        outline: rectangle(film),
        algorithm: algorithm(&reading.models.classifier),
        numbers,
        codes,
        texts,
    }
}

/// Fields of the ILO Classification and the figures of the rule.
fn ilo(graded: &Graded, numbers: &mut Vec<(Code, f64, Code)>, codes: &mut Vec<(Code, Code)>) {
    let own = Code::own;
    let (rule, ilo) = (&graded.gbz70, &graded.ilo);
    numbers.extend([
        (
            own("P_1_0", "Probability of profusion 1/0 and above (ILO)"),
            ilo.probability_1_0,
            NO_UNIT,
        ),
        (own("OVERALL", "Overall profusion (GBZ 70)"), rule.overall_profusion.into(), NO_UNIT),
        (own("RANGE", "Zones with opacities (GBZ 70)"), rule.distribution_range as f64, NO_UNIT),
    ]);
    if let Some(shape) = ilo.shape {
        for (value, title, shape) in [
            ("SHAPE_PRIMARY", "ILO 2B, primary shape and size", shape.primary),
            ("SHAPE_SECONDARY", "ILO 2B, secondary shape and size", shape.secondary),
        ] {
            let name = shape.name();
            codes.push((own(value, title), own(&format!("SHAPE_{name}"), name)));
        }
    }
    let category = ilo.large_opacity.map(|category| format!("{category:?}"));
    let category = category.map_or_else(
        || own("LARGE_UNKNOWN", "Present; category not told without mm"),
        |name| own(&format!("LARGE_{name}"), &format!("Category {name}")),
    );
    codes.push((own("LARGE_CATEGORY", "ILO 2C, large opacities"), category));
}

fn lung(film: &FilmReading, side: Side, outline: Vec<[f32; 2]>) -> Group {
    let Reading { lungs, zone_lines, models, .. } = &film.reading;
    let Lung { area_mm2, .. } = if side == Side::Right { &lungs.right } else { &lungs.left };
    let mut numbers = Vec::new();
    numbers.extend(area_mm2.map(|mm2| (AREA, mm2, MM2)));
    numbers.extend(zone_lines.lung(side).height_mm.map(|mm| (HEIGHT, mm, MM)));
    Group {
        label: lung_label(side),
        finding: LUNG,
        site: Some(Site { part: LUNG, side: side_code(side), modifier: None }),
        outline,
        algorithm: algorithm(&models.lungs),
        numbers,
        codes: Vec::new(),
        texts: Vec::new(),
    }
}

fn of_zone(film: &FilmReading, zone: Zone, said: &ZoneReading, outline: Vec<[f32; 2]>) -> Group {
    let own = Code::own;
    let mut numbers: Vec<(Code, f64, Code)> = said
        .profusion
        .iter()
        .enumerate()
        .map(|(grade, p)| {
            let name =
                own(&format!("P_PROFUSION_{grade}"), &format!("Probability of profusion {grade}"));
            (name, *p, NO_UNIT)
        })
        .collect();
    numbers.extend([
        (own("P_AGGREGATION", "Probability of aggregation"), said.aggregation, NO_UNIT),
        (own("P_LARGE", "Probability of a large opacity"), said.large, NO_UNIT),
    ]);
    numbers.extend(said.area_mm2.map(|mm2| (AREA, mm2, MM2)));
    let grade = own(&format!("PROFUSION_{}", said.grade), &format!("Profusion {}", said.grade));
    Group {
        label: format!("Zone {}", zone.name().replace('_', " ")),
        finding: own("SMALL_OPACITIES", "Small opacities"),
        site: Some(site(zone)),
        outline,
        algorithm: algorithm(&film.reading.models.classifier),
        numbers,
        codes: vec![(own("PROFUSION", "Profusion grade of the zone"), grade)],
        texts: Vec::new(),
    }
}

fn large(film: &FilmReading, i: usize, opacity: &LargeOpacity) -> Group {
    let spacing = film.reading.film.spacing_mm;
    let mut numbers = Vec::new();
    numbers.extend(opacity.long_axis_mm.map(|mm| (LONG_AXIS, mm, MM)));
    numbers.extend(opacity.short_axis_mm.map(|mm| (SHORT_AXIS, mm, MM)));
    numbers.extend(spacing.map(|[row, column]| (AREA, opacity.area_px * row * column, MM2)));
    Group {
        label: large_label(i, opacity),
        finding: large_code(),
        site: Some(site(Zone { side: opacity.side, level: opacity.zone })),
        outline: ellipse(opacity, film.film.grid().file_size()),
        algorithm: algorithm(&film.reading.models.classifier),
        numbers,
        codes: Vec::new(),
        texts: Vec::new(),
    }
}

fn site(zone: Zone) -> Site {
    let modifier = match zone.level {
        Level::Upper => Code::own("ZONE_UPPER", "Upper zone of the lung"),
        Level::Middle => Code::own("ZONE_MIDDLE", "Middle zone of the lung"),
        Level::Lower => Code::own("ZONE_LOWER", "Lower zone of the lung"),
    };
    Site { part: LUNG, side: side_code(zone.side), modifier: Some(modifier) }
}

/// About both lungs, in the file's pixels.
fn rectangle(film: &FilmReading) -> Vec<[f32; 2]> {
    let Reading { lungs, .. } = &film.reading;
    let boxes = [lungs.right.bounding_box, lungs.left.bounding_box].into_iter().flatten();
    let (mut low, mut high) = ([f32::MAX; 2], [0.0f32; 2]);
    for b in boxes {
        for (axis, (at, length)) in [(b.x, b.width), (b.y, b.height)].into_iter().enumerate() {
            low[axis] = low[axis].min(at as f32);
            high[axis] = high[axis].max((at + length) as f32);
        }
    }
    vec![low, [high[0], low[1]], high, [low[0], high[1]]]
}

/// Number of the zone from 1 on, of each pixel of the file, and 0 beside the lungs.
fn zone_labels(film: &FilmReading) -> Vec<u8> {
    let (width, mask) = (film.mask.width(), &film.mask);
    let number = |i: usize| {
        let zone = film.zones.of_pixel(mask, i % width, i / width);
        zone.map_or(0, |zone| zone.index() as u8 + 1)
    };
    let labels: Vec<u8> = (0..mask.labels().len()).map(number).collect();
    film.film.grid().labels_to_file(&labels)
}

/// The ellipse of an opacity's axes, as far as it lies in the file.
fn ellipse(opacity: &LargeOpacity, size: [usize; 2]) -> Vec<[f32; 2]> {
    let (sin, cos) = opacity.angle_deg.to_radians().sin_cos();
    let [long, short] = [opacity.long_axis_px, opacity.short_axis_px].map(|axis| axis / 2.0);
    let point = |i: usize| {
        let turn = std::f64::consts::TAU * i as f64 / ELLIPSE_POINTS as f64;
        let (u, v) = (long * turn.cos(), short * turn.sin());
        let at = [u * cos - v * sin, u * sin + v * cos];
        [0, 1].map(|axis| (opacity.center_px[axis] + at[axis]).clamp(0.0, size[axis] as f64) as f32)
    };
    (0..ELLIPSE_POINTS).map(point).collect()
}
