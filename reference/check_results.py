"""Reads DICOM results back with highdicom and pydicom and compares them with what `koniscope read` says.

    koniscope read FILM... --out OUT --dicom-out DICOM
    python check_results.py OUT DICOM

Needs pydicom, highdicom, NumPy and Pillow. Segments have to be the lungs of lungs.png to the pixel, numbers of the
report those of reading.json within their four decimals, all references and patients those of the film's study.
"""

import json
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
from PIL import Image

NOTICE = "Research use only"


def groups(report):
    """Measurement groups by their tracking identifier: values by code, and outline."""
    imaging = [c for c in report.ContentSequence if c.ConceptNameCodeSequence[0].CodeValue == "126010"][0]
    found = {}
    for group in imaging.ContentSequence:
        items = {}
        for item in group.ContentSequence:
            name = item.ConceptNameCodeSequence[0].CodeValue
            value = {
                "NUM": lambda i: float(i.MeasuredValueSequence[0].NumericValue),
                "CODE": lambda i: i.ConceptCodeSequence[0].CodeValue,
                "TEXT": lambda i: i.TextValue,
                "UIDREF": lambda i: i.UID,
                "SCOORD": lambda i: np.array(i.GraphicData).reshape(-1, 2),
            }[item.ValueType](item)
            items[name] = value
        found[items["112039"]] = items
    return found


def area(outline):
    (x, y), (u, v) = outline.T, np.roll(outline, -1, 0).T
    return abs((x * v - u * y).sum()) / 2


def near(a, b):
    return abs(a - b) <= 0.5001e-4


def check(out, dicom):
    reading = json.loads((out / "reading.json").read_text())
    reading = reading.get("reading", reading)
    lungs = np.array(Image.open(out / "lungs.png"))
    files = {k: dicom / f"{k}.dcm" for k in ("seg", "sr", "sc", "pdf", "kos")}
    objects = {k: pydicom.dcmread(f) for k, f in files.items()}
    film = reading["film"]["sop_instance_uid"]

    seg = hd.seg.segread(files["seg"])
    assert seg.segmented_property_types[0].value == "39607008"
    large = reading.get("large_opacities", [])
    assert list(seg.segment_numbers) == list(range(1, 3 + len(large)))
    frames = seg.pixel_array.reshape(-1, *lungs.shape)
    for number in (1, 2):
        assert (frames[number - 1].astype(bool) == (lungs == number)).all(), f"segment {number}"
    for frame, opacity in zip(frames[2:], large):
        ellipse = np.pi / 4 * opacity["long_axis_px"] * opacity["short_axis_px"]
        assert abs(frame.sum() / ellipse - 1) < 0.05

    report = hd.sr.srread(files["sr"])
    assert type(report).__name__ == "ComprehensiveSR"
    assert all(g.roi is not None for g in report.content.get_planar_roi_measurement_groups())
    found = groups(objects["sr"])
    whole = found["Film"]
    detection = reading["pneumoconiosis"]
    assert near(whole["PROBABILITY"], detection["probability"])
    for i, p in enumerate(reading["stage"]["probabilities"]):
        assert near(whole[f"P_STAGE_{i}"], p)
    classes, ps = reading["stage"]["classes"], reading["stage"]["probabilities"]
    assert whole["STAGE"] == f"STAGE_{classes[int(np.argmax(ps))]}"
    assert near(whole["P_1_0"], reading["ilo"]["probability_1_0"])
    for name, zone in reading["zones"].items():
        group = found["Zone " + name.replace("_", " ")]
        assert group["PROFUSION"] == f"PROFUSION_{zone['grade']}"
        assert all(near(group[f"P_PROFUSION_{i}"], p) for i, p in enumerate(zone["profusion"]))
        assert near(group["P_AGGREGATION"], zone["aggregation"]) and near(group["P_LARGE"], zone["large"])
        assert abs(area(group["111030"]) / zone["area_px"] - 1) < 0.02, name
    for label, side, number in (("Right lung", "right", 1), ("Left lung", "left", 2)):
        group = found[label]
        assert abs(area(group["111030"]) / (lungs == number).sum() - 1) < 0.02, label
        mm2 = reading["lungs"][side]["area_mm2"]
        assert ("42798000" in group) == (mm2 is not None)
        assert mm2 is None or near(group["42798000"], mm2)
        tracked = [s for s in objects["seg"].SegmentSequence if s.SegmentNumber == number][0]
        assert group["112040"] == tracked.TrackingUID
    weights = reading["models"]["classifier"]["sha256"]
    assert weights in whole["111002"]

    assert objects["sc"].pixel_array.shape[2] == 3
    assert objects["pdf"].EncapsulatedDocument.startswith(b"%PDF-")
    listed = [c.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for c in objects["kos"].ContentSequence if "ReferencedSOPSequence" in c]
    assert listed == [film] + [objects[k].SOPInstanceUID for k in ("seg", "sc", "sr", "pdf")]
    studies = {o.StudyInstanceUID for o in objects.values()}
    assert len(studies) == 1 and len({o.SeriesInstanceUID for o in objects.values()}) == 5
    for kind, o in objects.items():
        assert NOTICE in o.SeriesDescription, kind
        assert o.file_meta.MediaStorageSOPInstanceUID == o.SOPInstanceUID


def main():
    out, dicom = map(Path, sys.argv[1:3])
    folders = sorted(p for p in dicom.iterdir() if p.is_dir())
    for folder in folders:
        check(out / folder.name, folder)
    print(f"{len(folders)} films: results are what readings say")
    return 0 if folders else 1


if __name__ == "__main__":
    sys.exit(main())
