"""Writes samples/*.jpg and the DICOM sample from a folder of NIH ChestX-ray14 films.

    python reference/samples_dicom.py FOLDER_WITH_THE_JPEGS samples

The JPEGs are copied as they are. One more film becomes a CR object: its 8-bit levels spread over
12 bits and stored as MONOCHROME1, so that the sample needs the header to be read rightly. NIH
published no pixel spacing for its resized pictures, so there is none here; that is why it is CR,
for DX must have one. Identifiers are made up; the same input gives the same bytes.

Needs pydicom 3 and pillow.
"""

import shutil
import sys
import uuid
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, UID

COPIED = ["00002549_003", "00002980_000", "00003137_001", "00003426_008", "00010120_029"]
AS_DICOM = "00003507_000"
CR_IMAGE = "1.2.840.10008.5.1.4.1.1.1"
MAX = 4095  # 12 bits stored


def uid(what: str) -> UID:
    """A made-up UID under 2.25 that is the same at every run (PS3.5 B.2)."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, f'koniscope sample {what}').int}")


def cr(gray: np.ndarray, jpeg_bytes: int) -> Dataset:
    """A CR object (PS3.3 A.2); `gray` is uint8 [height, width], bone bright."""
    stored = MAX - np.round(gray.astype(np.float64) * MAX / 255).astype("<u2")

    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = CR_IMAGE
    ds.file_meta.MediaStorageSOPInstanceUID = uid("instance")
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = uid("implementation")

    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.SOPClassUID = CR_IMAGE
    ds.SOPInstanceUID = uid("instance")
    ds.StudyDate = ds.StudyTime = ds.AccessionNumber = ds.Manufacturer = ""
    ds.Modality = "CR"
    ds.ReferringPhysicianName = ""
    ds.DerivationDescription = "8-bit levels spread over 12 bits and inverted to MONOCHROME1"
    ds.PatientName = "KONISCOPE^SAMPLE"
    ds.PatientID = "SAMPLE-1"
    ds.PatientBirthDate = ""
    ds.PatientSex = "F"
    ds.PatientAge = "050Y"
    ds.BodyPartExamined = "CHEST"
    ds.ViewPosition = "PA"
    ds.StudyInstanceUID = uid("study")
    ds.SeriesInstanceUID = uid("series")
    ds.StudyID = ""
    ds.SeriesNumber = ds.InstanceNumber = 1
    ds.PatientOrientation = ["L", "F"]

    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME1"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelRepresentation = 0
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    ds.WindowCenter, ds.WindowWidth = 2048, 4096
    ds.LossyImageCompression = "01"
    ds.LossyImageCompressionMethod = "ISO_10918_1"
    ds.LossyImageCompressionRatio = round(gray.size / jpeg_bytes, 1)
    ds.BurnedInAnnotation = "NO"
    ds.PixelData = stored.tobytes()
    return ds


def main(films: Path, samples: Path) -> None:
    samples.mkdir(exist_ok=True)
    for name in COPIED:
        shutil.copyfile(films / f"{name}.jpg", samples / f"{name}.jpg")
    jpeg = films / f"{AS_DICOM}.jpg"
    gray = np.asarray(Image.open(jpeg).convert("L"))
    cr(gray, jpeg.stat().st_size).save_as(samples / f"{AS_DICOM}.dcm", enforce_file_format=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
