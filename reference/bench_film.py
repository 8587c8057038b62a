"""A large DICOM film to measure whole reads with: a sample, enlarged and stored in 16 bits.

    python reference/bench_film.py samples/<film>.jpg film.dcm [--side 3000] [--rle]

The picture is synthetic in its detail; its lungs are where they were.
"""
import argparse

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--side", type=int, default=3000)
    parser.add_argument("--rle", action="store_true")
    args = parser.parse_args()
    picture = Image.open(args.source).convert("L").resize((args.side,) * 2, Image.Resampling.BICUBIC)
    values = np.asarray(picture, dtype=np.float32) / 255
    rng = np.random.default_rng(1)
    values = np.clip(values + rng.normal(0, 0.004, values.shape), 0, 1)
    pixels = (values * 65535).round().astype(np.uint16)

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"  # Digital X-Ray, for presentation
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    film = pydicom.Dataset()
    film.file_meta = meta
    film.SOPClassUID, film.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    film.Modality, film.BodyPartExamined, film.ViewPosition = "DX", "CHEST", "PA"
    film.PhotometricInterpretation, film.SamplesPerPixel = "MONOCHROME2", 1
    film.Rows = film.Columns = args.side
    film.BitsAllocated = film.BitsStored = 16
    film.HighBit, film.PixelRepresentation = 15, 0
    film.PixelSpacing = [430 / args.side] * 2
    film.PixelData = pixels.tobytes()
    if args.rle:
        film.compress(RLELossless)
    film.save_as(args.target, enforce_file_format=True)


if __name__ == "__main__":
    main()
