"""`koniscope bench` and its peers in turn, and the table of their ratios.

    python reference/bench.py target/release/koniscope models exported --film film.dcm --pin

Medians of the rounds' medians. A ratio above 1 means that Koniscope is so many times as fast.
`--pin` keeps the busiest threads of either side on a core each: see pin.py.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pin

PEERS = [("pytorch", "f32"), ("pytorch", "bf16"), ("onnxruntime", "f32"), ("openvino", "f32"),
         ("openvino", "bf16"), ("pydicom + pytorch", "f32")]


def run(command, out, pinned):
    command = [*map(str, command), "--json", str(out)]
    options = {"stdout": sys.stderr}  # only the table goes to stdout
    code = pin.run(command, pinned, **options) if pinned else subprocess.call(command, **options)
    if code and "--only" in command:
        return []  # one of the two programs may have no such row
    if code:
        sys.exit(f"exit code {code}: {' '.join(command)}")
    return json.loads(out.read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("exported", type=Path, help="folder for the peers' ONNX files")
    parser.add_argument("--film")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", help="only rows whose work or network contains this")
    parser.add_argument("--pin", action="store_true")
    args = parser.parse_args()
    more = ["--runs", args.runs, "--threads", args.threads]
    more += ["--only", args.only] if args.only else []
    peers = [sys.executable, Path(__file__).with_name("bench_peers.py"), args.models, args.exported]
    peers += ["--film", args.film] if args.film else []
    ours = [args.program, "bench", "--models", args.models]
    ours += ["--film", args.film] if args.film else []
    trainer = [Path(args.program).with_name("koniscope-train"), "bench"]
    pinned = args.threads if args.pin else 0
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        for _ in range(args.rounds):
            for side in (ours, trainer, peers):
                for row in run([*side, *more], out, pinned):
                    case = (row["work"], row["network"], *row["input"], row["batch"])
                    kind = (row["kernels"], row["precision"])
                    found.setdefault(case, {}).setdefault(kind, []).append(row["median_ms"])
    print("| work | ours | ms | " + " | ".join(f"{k} {p}" for k, p in PEERS) + " |")
    print("| --- " * (len(PEERS) + 3) + "|")
    for (work, network, width, height, batch), kinds in found.items():
        median = {kind: statistics.median(times) for kind, times in kinds.items()}
        for kind in [k for k in median if k not in PEERS]:
            ratios = [
                f"{median[peer] / median[kind]:.2f}" if peer in median else "" for peer in PEERS
            ]
            what = f"{work}, {network}, {width} x {height}, batch {batch}"
            print(f"| {what} | {' '.join(kind)} | {median[kind]:.1f} | {' | '.join(ratios)} |")


if __name__ == "__main__":
    main()
