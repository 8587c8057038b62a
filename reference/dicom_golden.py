"""Golden values of DICOM files, read with pydicom: what crates/koniscope/tests/decode compares with.

    python reference/dicom_golden.py SAMPLES crates/koniscope/tests/data

SAMPLES holds files of other makers. DATA/dicom gets small files made here, one for each thing that
a header can ask for; DATA/dicom_golden.json the values of both. Needs numpy, pydicom, pylibjpeg,
pylibjpeg-libjpeg, pylibjpeg-openjpeg, pylibjpeg-rle, pyjpegls.

For each file: transfer syntax and shape [rows, columns]; a summary of the stored values; and one of
the film after modality and VOI transformation (pydicom's), inversion and the stretch by percentiles
of the middle (numpy's), in [0, 1]. A file that pydicom cannot read, or that is not one gray frame,
has "refused" in their place.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import pydicom
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.sequence import Sequence


def summary(values):
    flat = values.ravel()
    weights = np.arange(flat.size) % 251 + 1
    exact = flat.astype(np.int64) if flat.dtype.kind in "iu" else flat.astype(np.float64)
    return {
        "min": exact.min().item(),
        "max": exact.max().item(),
        "sum": exact.sum().item(),
        "weighted_sum": (exact * weights).sum().item(),
        "first_middle_last": [exact[i].item() for i in (0, flat.size // 2, flat.size - 1)],
    }


def without_frame(stored):
    """Slices of the film within a frame of lines that are flat: 99 % of each have one gray or two. Only a
    frame that is wider than an eighth on one side is cut off."""
    near = (int(stored.max()) - int(stored.min()) + 1) // 128
    height, width = stored.shape

    def is_flat(line):
        left, most = line.astype(np.int64), line.size // 100
        for _ in range(2):
            if left.size > most:
                left = left[abs(left - np.sort(left)[left.size // 2]) > near]
        return left.size <= most

    top, bottom, first, last = 0, height, 0, width
    while True:
        if is_flat(stored[top, first:last]):
            top += 1
        elif is_flat(stored[bottom - 1, first:last]):
            bottom -= 1
        elif is_flat(stored[top:bottom, first]):
            first += 1
        elif is_flat(stored[top:bottom, last - 1]):
            last -= 1
        else:
            break
        if (bottom - top) * 4 <= height or (last - first) * 4 <= width:
            return slice(0, height), slice(0, width)
    if 8 * max(top, height - bottom) > height or 8 * max(first, width - last) > width:
        return slice(top, bottom), slice(first, last)
    return slice(0, height), slice(0, width)


def film(stored, data):
    """The four steps of crates/koniscope/src/normalize.rs, within the frame."""
    gray = apply_voi_lut(apply_modality_lut(stored, data), data).astype(np.float64)
    inverse = data.get("PresentationLUTShape") == "INVERSE"
    if inverse or data.PhotometricInterpretation == "MONOCHROME1":
        gray = -gray
    gray = gray[without_frame(stored)]
    height, width = gray.shape
    top, left = height // 8, width // 8
    middle = np.sort(gray[top : height - top, left : width - left].ravel())
    k = middle.size // 200
    low, high = middle[k], middle[-1 - k]
    return np.clip((gray - low) / (high - low), 0, 1)


def golden(path):
    # A data set without preamble and meta information, of old archives, is implicit and little-endian.
    data = pydicom.dcmread(path, force=True)
    if "SOPClassUID" not in data:
        return {"refused": "no DICOM"}
    if "TransferSyntaxUID" not in data.file_meta:
        data.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian
    entry = {"transfer_syntax": str(data.file_meta.TransferSyntaxUID)}
    if data.get("SamplesPerPixel", 1) != 1:
        return entry | {"refused": "color"}
    try:
        stored = data.pixel_array
    except ValueError:
        return entry | {"refused": "pixels"}
    return entry | {
        "shape": list(stored.shape),
        "stored": summary(stored),
        "film": summary(film(stored, data)),
    }


def picture(low, high):
    """48 x 40 values: a smooth hill with a ripple, from low to high."""
    y, x = np.mgrid[0:48, 0:40].astype(np.float64)
    hill = np.exp(-((x - 17) ** 2 / 300 + (y - 22) ** 2 / 500)) + 0.1 * np.sin(x * 0.9 + y * 0.4)
    unit = (hill - hill.min()) / (hill.max() - hill.min())
    return np.rint(low + unit * (high - low)).astype(np.int64)


def made_file(values, bits=12, signed=False, syntax=uid.ExplicitVRLittleEndian, **attributes):
    allocated = 8 if bits <= 8 else 16
    kind = {(8, False): "u1", (8, True): "i1", (16, False): "<u2", (16, True): "<i2"}
    cells = values.astype(kind[allocated, signed])
    if syntax == uid.ExplicitVRBigEndian:
        cells = cells.byteswap()
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID = uid.DigitalXRayImageStorageForPresentation
    data.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    data.SOPClassUID = uid.DigitalXRayImageStorageForPresentation
    data.SOPInstanceUID = "2.25.1"
    data.Modality = "DX"
    data.BodyPartExamined = "CHEST"
    data.PatientName = "Made^By^Koniscope"
    data.ViewPosition = "PA"
    data.ImagerPixelSpacing = [0.2, 0.21]
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.Rows, data.Columns = values.shape
    data.BitsAllocated, data.BitsStored, data.HighBit = allocated, bits, bits - 1
    data.PixelRepresentation = int(signed)
    for name, value in attributes.items():
        setattr(data, name, value)
    data.PixelData = cells.tobytes()
    data["PixelData"].VR = "OW"
    return data


def table(entries, first, bits, vr="US"):
    item = Dataset()
    item.add_new("LUTDescriptor", vr, [len(entries) % 65536, first, bits])
    item.add_new("LUTData", "US", [int(e) for e in entries])
    return Sequence([item])


def modality_table(*args, **kwargs):
    sequence = table(*args, **kwargs)
    sequence[0].ModalityLUTType = "OD"
    return sequence


def made():
    twelve = picture(20, 4000)
    signed = picture(-1500, 1800)
    curve = np.rint(4095 * (np.arange(4096) / 4095) ** 0.6)
    window = {"WindowCenter": 1800, "WindowWidth": 2500}
    return {
        "plain_16.dcm": made_file(picture(0, 65535), bits=16),
        "plain_8.dcm": made_file(picture(0, 255), bits=8),
        "implicit.dcm": made_file(twelve, syntax=uid.ImplicitVRLittleEndian),
        "big_endian.dcm": made_file(twelve, syntax=uid.ExplicitVRBigEndian),
        "deflated.dcm": made_file(twelve, syntax=uid.DeflatedExplicitVRLittleEndian),
        "signed.dcm": made_file(signed, signed=True),
        "rescale.dcm": made_file(twelve, RescaleSlope="-0.5", RescaleIntercept="1000.25"),
        "mono1.dcm": made_file(
            twelve, PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE"
        ),
        "inverse_shape.dcm": made_file(twelve, PresentationLUTShape="INVERSE"),
        "linear.dcm": made_file(twelve, **window),
        "linear_exact.dcm": made_file(twelve, VOILUTFunction="LINEAR_EXACT", **window),
        "sigmoid.dcm": made_file(twelve, VOILUTFunction="SIGMOID", **window),
        "windows.dcm": made_file(twelve, WindowCenter=[1000, 3000], WindowWidth=[900, 50]),
        "rescaled_window.dcm": made_file(
            signed, signed=True, RescaleSlope="2", RescaleIntercept="-100", WindowCenter=300,
            WindowWidth=4000,
        ),
        "modality_table.dcm": made_file(
            twelve, ModalityLUTSequence=modality_table(curve[:3000], 500, 16)
        ),
        "voi_table.dcm": made_file(twelve, VOILUTSequence=table(curve, 0, 12), **window),
        "voi_table_signed.dcm": made_file(
            signed, signed=True, VOILUTSequence=table(curve[:2000], -1000, 12, vr="SS")
        ),
    }


def write_made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made().items():
        data.save_as(folder / name, enforce_file_format=True)
    # The same picture in the compressed syntaxes that pydicom can write.
    for name, syntax in {
        "rle.dcm": uid.RLELossless,
        "jpeg_2000.dcm": uid.JPEG2000Lossless,
        "jpeg_ls.dcm": uid.JPEGLSLossless,
    }.items():
        data = made_file(picture(20, 4000))
        data.compress(syntax, generate_instance_uid=False)
        data.save_as(folder / name, enforce_file_format=True)
        signed = made_file(picture(-1500, 1800), signed=True)
        signed.compress(syntax, generate_instance_uid=False)
        signed.save_as(folder / f"signed_{name}", enforce_file_format=True)


def main(samples, output):
    warnings.simplefilter("ignore")
    output = pathlib.Path(output)
    write_made(output / "dicom")
    folders = {"samples": pathlib.Path(samples), "made": output / "dicom"}
    tables = {
        name: {path.name: golden(path) for path in sorted(folder.glob("*.dcm"))}
        for name, folder in folders.items()
    }
    (output / "dicom_golden.json").write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
