"""`koniscope bench` and its peers in turn, and the table of their ratios.

    python reference/bench.py target/release/koniscope models exported --film film.dcm --rounds 3

Medians of the rounds' medians. A ratio above 1 means that Koniscope is so many times as fast.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PEERS = [("pytorch", "f32"), ("pytorch", "bf16"), ("onnxruntime", "f32"), ("openvino", "f32"),
         ("openvino", "bf16"), ("pydicom + pytorch", "f32")]


def run(command, out):
    subprocess.run([*map(str, command), "--json", str(out)], check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("exported", type=Path)
    parser.add_argument("--film")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only")
    args = parser.parse_args()
    more = ["--runs", args.runs]
    more += ["--film", args.film] if args.film else []
    more += ["--only", args.only] if args.only else []
    peers = [sys.executable, Path(__file__).with_name("bench_peers.py"), args.models, args.exported]
    ours = [args.program, "bench", "--threads", 2, "--models", args.models]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        for _ in range(args.rounds):
            for rows in (run([*ours, *more], out), run([*peers, *more], out)):
                for row in rows:
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
