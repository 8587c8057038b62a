"""Runs the scripts of this folder that write golden files, into a folder of its own, and compares what they
write with the files in git.

    python reference/twins.py              all of them
    python reference/twins.py reading.py   those named
    python reference/twins.py --missing    tells whether packages are missing, and runs nothing

A script is one that writes golden files if its head says `python reference/NAME.py [DATA] crates/...`. Where it
asks for DATA, the folder of that name (`SAMPLES` is `dicom-samples`) in KONISCOPE_DATA is given, and without it
the script is skipped by name. Numbers may differ by TOLERANCE of the largest of their list or tensor: another
processor and another build of a package round sums in another way. All else must be equal.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USAGE = re.compile(r"^ +python reference/(\w+\.py) (?:([A-Z]+) )?(crates/\S+)$", re.M)
DATA = {"SAMPLES": "dicom-samples"}
TOLERANCE = 1e-6


def missing() -> list[str]:
    """Packages of requirements.txt that are absent or of another version."""
    found = []
    for line in (ROOT / "reference/requirements.txt").read_text().splitlines():
        name, _, pinned = line.partition("==")
        if not pinned or line.startswith("#"):
            continue
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = None
        if installed is None or installed.split("+")[0] != pinned:  # torch's wheels add +cpu
            found.append(f"{line} ({installed or 'absent'})")
    return found


def differences(ours, theirs, where: str = "") -> list[str]:
    """Where two values of JSON differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        names = (ours.keys() | theirs.keys()) - {"made_with"}
        return [d for n in sorted(names) for d in differences(ours.get(n), theirs.get(n), f"{where}/{n}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        if all(is_number(v) for v in (*ours, *theirs)):
            return far(ours, theirs, where)
        return [d for i, (a, b) in enumerate(zip(ours, theirs)) for d in differences(a, b, f"{where}/{i}")]
    if is_number(ours) and is_number(theirs):
        return far([ours], [theirs], where)
    return [] if ours == theirs else [f"{where}: {ours!r}, in git {theirs!r}"]


def is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def far(ours: list, theirs: list, where: str) -> list[str]:
    most = TOLERANCE * max(1, *map(abs, theirs)) if theirs else 0
    worst = max(((abs(a - b), a, b) for a, b in zip(ours, theirs)), default=(0, 0, 0))
    return [f"{where}: {worst[1]}, in git {worst[2]}"] if worst[0] > most else []


def plain(value):
    """Tensors and what holds them, as JSON would have them."""
    import torch

    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "type": str(value.dtype), "values": value.double().flatten().tolist()}
    return {name: plain(v) for name, v in value.items()} if isinstance(value, dict) else value


def contents(path: Path):
    """A file's contents, comparable."""
    if path.suffix == ".json":
        return json.loads(path.read_text())
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return plain(load_file(path))
    if path.suffix == ".pth":  # an archive of torch; the old kind has addresses in it
        import torch

        return plain(torch.load(path, weights_only=True))
    return path.read_bytes().hex()


def rerun(script: Path, data: str | None, target: Path) -> tuple[str, bool]:
    """What became of one script, in words, and whether it is well."""
    arguments = []
    if data:
        given = os.environ.get("KONISCOPE_DATA")
        if not given:
            return "skipped: needs KONISCOPE_DATA", True
        arguments = [str(Path(given) / DATA.get(data, data.lower()))]
    with tempfile.TemporaryDirectory() as folder:
        is_file = target.suffix != ""
        arguments.append(str(Path(folder) / target.name if is_file else folder))
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)
        if done.returncode:
            return f"FAILED: {done.stderr.strip()[-600:]}", False
        at = ROOT / (target.parent if is_file else target)
        written = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        found = []
        for path in written:
            name = path.relative_to(folder)
            kept = at / name
            theirs = contents(kept) if kept.is_file() else None
            found += [f"{name}{d[:200]}" for d in differences(contents(path), theirs)]
    if found or not written:
        return "\n  ".join([f"FAILED: {len(found)} differences in {len(written)} files", *found[:10]]), False
    return f"ok, {len(written)} files", True


def main() -> int:
    if "--missing" in sys.argv:
        found = missing()
        print(f"{len(found)} packages of requirements.txt, as {found[0]}" if found else "nothing")
        return bool(found)
    well, count = True, {"ok": 0, "FAILED": 0, "skipped": 0}
    for script in sorted((ROOT / "reference").glob("*.py")):
        usage = None if script.name == "twins.py" else USAGE.search(script.read_text())
        if usage is None or (sys.argv[1:] and script.name not in sys.argv[1:]):
            continue
        assert usage[1] == script.name, f"{script.name} tells how {usage[1]} is run"
        words, is_well = rerun(script, usage[2], Path(usage[3]))
        print(f"{script.name}: {words}", flush=True)
        well &= is_well
        count[re.match(r"\w+", words)[0]] += 1
    print(f"twins: {count['ok']} alike, {count['FAILED']} differ, {count['skipped']} skipped")
    return 0 if well and count["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
