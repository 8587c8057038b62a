#!/bin/sh
# Makes the reports whose figures the documents cite, and fills the documents with them:
#
#   docs/figures/evaluate.sh DATA
#
# DATA is a folder with
#   simulated/{montgomery,montgomery-1012,montgomery-2012,one-sided}/truth.csv,
#   simulated/{nih,shenzhen,phantom}/truth.csv              by `koniscope simulate`
#   radiographs-nlm/labels.csv, radiographs-nih/labels.csv  real films
#   split.csv                                               of the zone grader's training
# Its site.toml and evaluations/ are written. What was read there before is not read again, unless
# weights, site or version are others.
set -eu
data=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
cargo build --release
PATH="$root/target/release:$PATH"
export KONISCOPE_MODELS="$root/models"
# From here on all paths are relative: they stand in the reports.
cd "$data"

# evaluate NAME ARGUMENTS...; a film that is refused is told in the report and stops nothing.
evaluate() {
    name=$1
    shift
    echo "$name"
    koniscope evaluate --quiet "$@" --out "evaluations/$name" > "evaluations/$name.txt" ||
        [ $? -eq 2 ]
}
mkdir -p evaluations
nih="--labels simulated/nih/truth.csv"
dealt="$nih --labels simulated/shenzhen/truth.csv --labels simulated/phantom/truth.csv --split split.csv"
montgomery="--labels simulated/montgomery/truth.csv"
nlm="--labels radiographs-nlm/labels.csv"

# Simulated films. Words are parted on purpose.
# shellcheck disable=SC2086
{
    evaluate tuning $dealt --part tuning --no-site
    mkdir -p evaluations/tuning-coverage evaluations/patients-coverage
    koniscope calibrate evaluations/tuning --out site.toml --force --json \
        > evaluations/tuning-coverage/report.json
    koniscope operating-point evaluations/tuning --site site.toml --sensitivity 0.9
    evaluate montgomery $montgomery --no-site
    evaluate montgomery-unseen --labels simulated/montgomery-1012/truth.csv \
        --labels simulated/montgomery-2012/truth.csv --no-site
    evaluate one-sided --labels simulated/one-sided/truth.csv --no-site
    evaluate patients $dealt --no-site
    # Sets of stages whose limits come from patients that neither weights nor calibration saw.
    koniscope calibrate evaluations/patients --out evaluations/patients-coverage/site.toml \
        --force --json > evaluations/patients-coverage/report.json
    evaluate montgomery-at-site $montgomery --site site.toml
    evaluate patients-at-site $dealt --site site.toml
}

# Real films at that site's threshold.
# shellcheck disable=SC2086
{
    real="--unlabeled --site site.toml"
    evaluate real-montgomery $nlm --where source=Montgomery --subgroup tb_abnormal $real
    evaluate real-shenzhen $nlm --where source=Shenzhen --subgroup tb_abnormal $real
    evaluate real-shenzhen-normal $nlm --where source=Shenzhen --where tb_abnormal=0 \
        --split split.csv $real
    nih="--labels radiographs-nih/labels.csv"
    evaluate real-nih-normal $nih --where No_Finding=1 --split split.csv $real
    evaluate real-nih-findings $nih --where No_Finding=0 --where view=PA $real
}

cd "$root"
cargo xtask fill "$data/evaluations"
