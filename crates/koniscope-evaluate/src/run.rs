//! The evaluation as one sentence: truth, cases, figures, report.

use std::{fs, io::ErrorKind, path::Path, time::Instant};

use koniscope::{
    Reader,
    files::{bytes_of, write_atomic},
    report::overlay,
};

use crate::{
    Error,
    agreement::{self, disagreements},
    cases::{self, EvaluatedCase, Films, Found},
    figures::{self, Settings},
    keep::each,
    options::{Observer, Options, Summary},
    predictions::{self, LabeledPredictions},
    raters,
    report::{self, Evaluation, Picture, REPORT_FILE},
    robustness,
};

/// Films shown with their pictures: those farthest from their labels.
const WORST: usize = 12;

/// Evaluates a reader on the films of the tables, and writes `report.html`, `report.json`,
/// `cases.csv`, `cases.parquet` and, where films have readers, `disagreements.csv` into the folder;
/// answers are kept there as they come, so that a run that was stopped goes on.
///
/// # Errors
/// [`Error`]; never for a film that cannot be read.
pub fn evaluate(
    reader: &Reader,
    options: &Options,
    observer: &dyn Observer,
) -> Result<Summary, Error> {
    let start = Instant::now();
    check(options, reader)?;
    let Found { cases, unlabeled, unknown, copies } = cases::find(
        &options.tables,
        options.label.as_deref(),
        &options.subgroups,
        &options.choice,
    )?;
    let out = &options.out;
    fs::create_dir_all(out).map_err(|e| Error::write(out, e))?;
    // The report of before is not that of the files written from here on.
    forget(&out.join(REPORT_FILE))?;
    observer.begin("reading", cases.len());
    let Films { films, kept } = cases::read(reader, cases, out, &|| observer.done())?;
    write(&out.join(cases::CSV_FILE), &cases::csv(&films)?)?;
    write(&out.join(cases::PARQUET_FILE), &cases::parquet(&films)?)?;

    let groups = figures::groups(&films, &options.subgroups)?;
    let predictions = LabeledPredictions::of(reader, &films, groups[0].data.clone());
    write(&out.join(predictions::FILE), predictions.to_json()?.as_bytes())?;
    let settings = Settings { seed: options.seed, prevalence: options.prevalence };
    let mut all = figures::all(&groups, settings);
    let names = raters::names(films.iter().map(|film| &film.case.readers));
    let disagreements = disagreements::disagreements(&films);
    if !names.is_empty() {
        all.extend(agreement::figures::figures(&groups[0], &names, options.seed));
        let label = options.label.as_deref();
        let table = disagreements::table(&films, &disagreements, &names, label)?;
        write(&out.join(disagreements::FILE), &table)?;
    }
    if options.robustness {
        observer.begin("varying", films.len());
        let varied = robustness::read(reader, &films, out, &|| observer.done())?;
        let pairs = films.iter().zip(varied).filter(|(film, _)| film.outcome.is_ok());
        let varied: Vec<_> = pairs.map(|(_, varied)| varied.unwrap_or_default()).collect();
        all.extend(robustness::figures(&groups[0], &varied, options.seed));
    }
    let worst = worst(reader, &films)?;
    let evaluation = Evaluation {
        options,
        reader,
        films: &films,
        unlabeled,
        readers: &names,
        unknown: &unknown,
        copies: &copies,
        disagreements: &disagreements,
        groups: &groups,
        figures: &all,
        worst: &worst,
        seconds: start.elapsed().as_secs_f64(),
    };
    let json = report::json(&evaluation)?;
    write(&out.join("report.html"), report::html(&evaluation).as_bytes())?;
    // Last: where it is, the rest is its own.
    write(&out.join(REPORT_FILE), json.as_bytes())?;
    let read = films.iter().filter(|film| film.outcome.is_ok()).count();
    let text = report::text(&evaluation);
    Ok(Summary { json, text, read, failed: films.len() - read, kept })
}

fn check(options: &Options, reader: &Reader) -> Result<(), Error> {
    let prevalence = options.prevalence;
    if !(prevalence > 0.0 && prevalence < 1.0) {
        return Err(Error::Option(format!(
            "--prevalence {prevalence}: a share above 0 and below 1 was expected, as 0.05"
        )));
    }
    if options.choice.unlabeled && reader.site().is_none() {
        return Err(Error::Option(
            "--unlabeled: without labels only what a site's file says can be counted. Name one with \
             --site"
                .into(),
        ));
    }
    Ok(())
}

/// Pictures of the films farthest from their labels, farthest first; without a label none. A film
/// that is gone meanwhile has no picture.
fn worst(reader: &Reader, films: &[EvaluatedCase]) -> Result<Vec<Picture>, Error> {
    let mut ranked: Vec<(usize, f64)> = films
        .iter()
        .enumerate()
        .filter_map(|(i, film)| Some((i, film.error().filter(|error| *error > 0.0)?)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.truncate(WORST);
    let pictures = each(&ranked, &|| {}, |(place, _)| {
        let case = &films[*place].case;
        let bytes = bytes_of(&case.row.image, reader.file_limit())?;
        let film = reader.read_told(&bytes, &case.told(), &|| 0.0)?;
        Ok(overlay(&film).ok().and_then(|png| Picture::of(*place, &png)))
    })?;
    Ok(pictures.into_iter().filter_map(|picture| picture.ok()?).collect())
}

fn forget(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::write(path, e)),
        _ => Ok(()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_atomic(path, bytes).map_err(|e| Error::write(path, e))
}
