//! `koniscope calibrate` and `koniscope operating-point`: from an evaluation to a site's file that reads.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program::{assert_code, koniscope, repository, stderr, stdout};

/// The samples with stages made up for the test: stage 0 for the first half.
fn table(folder: &Path, root: &Path) -> String {
    let mut films: Vec<_> =
        fs::read_dir(root.join("samples")).unwrap().map(|file| file.unwrap().path()).collect();
    films.retain(|film| film.extension().is_some_and(|e| e == "jpg" || e == "dcm"));
    films.sort();
    let mut text = String::from("image,patient_id,source,stage\n");
    for (i, film) in films.iter().enumerate() {
        text += &format!("{},p{i},clinic,{}\n", film.display(), if i < 3 { "0" } else { "II" });
    }
    let table = folder.join("labels.csv");
    fs::write(&table, text).unwrap();
    table.display().to_string()
}

#[test]
fn an_evaluation_becomes_a_site_and_the_site_reads() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (labels, eval, site) = (table(folder.path(), &root), path("eval"), path("site.toml"));
    let run = |args: &[&str]| koniscope(&root, args.iter().copied());
    let evaluate = |out: &str, more: &[&str]| {
        let args = ["evaluate", "--labels", &labels, "--out", out, "--model", "zones", "-q"];
        run(&[&args[..], more].concat())
    };
    assert_code(&evaluate(&eval, &["--no-site"]), 0);

    let output = run(&["calibrate", &eval, "--out", &site]);
    assert_code(&output, 0);
    // Six films are too few for anything, and each shortfall is said.
    let said = stdout(&output);
    assert!(said.contains("6 films of 6 patients (clinic)"), "{said}");
    assert!(said.contains("too few films for a coverage of 0.9"), "{said}");
    assert!(said.contains("its probability is left as it is"), "{said}");
    let again = run(&["calibrate", &eval, "--out", &site]);
    assert_code(&again, 1);
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));
    let output = run(&["calibrate", &eval, "--out", &site, "--force", "--json"]);
    assert_code(&output, 0);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(told["films"]["films"], 6);
    assert!(!told["warnings"].as_array().unwrap().is_empty());
    let covered = &told["figures"][0];
    assert_eq!(covered["name"], "coverage of sets, patients left out in turn");
    assert_eq!((covered["value"].as_f64(), covered["n"].as_u64()), (Some(1.0), Some(6)));

    let output = run(&["operate", &eval, "--site", &site, "--sensitivity", "0.9"]);
    assert_code(&output, 0);
    assert!(stdout(&output).contains("stands on 3 films"), "{}", stdout(&output));
    let threshold = toml::from_str::<koniscope::site::Site>(&fs::read_to_string(&site).unwrap());
    let threshold = threshold.unwrap().operating.unwrap().threshold;

    let output = run(&["read", "samples", "--site", &site, "--model", "zones", "--json"]);
    assert_code(&output, 0);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for film in json["films"].as_array().unwrap() {
        let p = film["pneumoconiosis"]["probability"].as_f64().unwrap();
        assert_eq!(film["pneumoconiosis"]["positive"].as_bool(), Some(p >= threshold));
        // With limits from six films every stage is possible, so nothing is concluded.
        assert_eq!(film["stage"]["set"].as_array().unwrap().len(), 4);
        assert_eq!(film["abstained"]["kind"], "undecided");
        assert_eq!(film["models"]["site"]["films"], 6);
    }

    // Nothing is calibrated twice, and a file is for its own weights.
    let at_site = path("at-site");
    assert_code(&evaluate(&at_site, &["--site", &site]), 0);
    let output = run(&["calibrate", &at_site, "--out", &path("second.toml")]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("--no-site"), "{}", stderr(&output));
    let output = run(&["read", "samples", "--site", &site, "--model", "paper"]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("the site file was made for"), "{}", stderr(&output));
}

#[test]
fn wrong_wishes_exit_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let point = ["operating-point", &out, "--site", "no.toml"];
    let cases: [(&[&str], &[&str], &str); 5] = [
        (&["calibrate", &out], &[], "labeled_predictions.json"),
        (&["calibrate", &out], &["--coverage", "1.5"], "--coverage 1.5: above 0 and below 1"),
        (&point, &[], "--sensitivity <SHARE>|--specificity <SHARE>|--ppv <SHARE>"),
        (&point, &["--sensitivity", "0.9", "--ppv", "0.2"], "cannot be used with"),
        (&point, &["--sensitivity", "7"], "the share wanted is 7"),
    ];
    for (args, more, words) in cases {
        let output = koniscope(folder.path(), args.iter().chain(more).copied());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}
