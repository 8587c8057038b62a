use super::*;

fn figure(name: &str, by: &str, group: &str, value: Option<f64>) -> serde_json::Value {
    serde_json::json!({
        "section": "detection", "name": name, "by": by, "group": group,
        "data": "Montgomery (SIMULATED)", "value": value,
        "low": value.map(|v| v - 0.02), "high": value.map(|v| v + 0.02),
        "n": 64, "method": "Wilson 1927",
        "absent": if value.is_none() { Some("one class") } else { None },
    })
}

fn reports() -> Reports {
    let figures = [
        figure("AUC (ROC)", "all", "all films", Some(0.9456)),
        figure("AUC (ROC)", "source", "North | clinic", Some(0.8)),
        figure("AUC (ROC)", "view", "PA", Some(0.7)),
        figure("AUC (ROC)", "site", "PA", Some(0.6)),
        figure("called positive", "all", "all films", Some(1.0 / 64.0)),
        figure("kappa", "all", "all films", None),
    ];
    let document = serde_json::json!({
        "figures": figures, "models": {"id": "zones-1"}, "cases": {"films": 320, "share": 0.640625},
    });
    let mut reports = Reports::new();
    reports.insert("mont".into(), Report::parse(&document.to_string()).unwrap());
    reports
}

/// What one mark is filled with.
fn one(mark: &str) -> Result<String, String> {
    let text = format!("so <!-- figure {mark} -->?<!-- end -->.");
    match fill(&text, &reports()) {
        Ok(filled) => Ok(filled.places[0].now.clone()),
        Err(faults) => Err(faults[0].detail.clone()),
    }
}

#[test]
fn every_format_is_written() {
    for (mark, expected) in [
        ("mont \"AUC (ROC)\"", "0.946 (0.926 to 0.966)"),
        ("mont \"AUC (ROC)\" as=value digits=2", "0.95"),
        ("mont \"AUC (ROC)\" as=interval-n", "0.946 (0.926 to 0.966, n = 64)"),
        ("mont \"AUC (ROC)\" as=range", "0.926 to 0.966"),
        ("mont \"AUC (ROC)\" as=n", "64"),
        ("mont \"AUC (ROC)\" as=data", "Montgomery (SIMULATED)"),
        ("mont \"called positive\" as=count", "1 of 64"),
        ("mont\n\"AUC (ROC)\"\ngroup=\"North \\| clinic\" as=value", "0.800"),
        ("mont \"AUC (ROC)\" by=view as=value", "0.700"),
        ("mont \"AUC (ROC)\" group=PA by=site as=value", "0.600"),
        ("mont /models/id", "zones-1"),
        ("mont /cases/films", "320"),
        ("mont /cases/share digits=1", "0.6"),
    ] {
        assert_eq!(one(mark).as_deref(), Ok(expected), "{mark}");
    }
}

#[test]
fn faults_name_the_remedy() {
    for (mark, said) in [
        ("mont", "a report and a figure were expected"),
        ("site \"AUC (ROC)\"", "no report is called \"site\"; these are given: mont"),
        ("mont \"AUC (RAC)\"", "near it are \"AUC (ROC)\""),
        ("mont positive", "near it are \"called positive\""),
        ("mont zzz", "lists its names"),
        ("mont \"AUC (ROC)\" group=South", "by=source group=\"North | clinic\""),
        ("mont \"AUC (ROC)\" group=PA", "fits several: by=view group=\"PA\", by=site"),
        ("mont \"AUC (ROC)\" as=percent", "one of value, interval, interval-n"),
        ("mont \"AUC (ROC)\" digits=20", "0 to 9 was expected"),
        ("mont AUC (ROC)", "\"(ROC)\" is none of by="),
        ("mont \"AUC (ROC)\" low>0.9", "`check` was expected"),
        ("mont \"AUC", "a double quote is not closed"),
        ("mont \"AUC (ROC)\" as=count", "no share of films"),
        ("mont kappa", "is absent: one class"),
        ("mont /models", "no text or number at \"/models\""),
        ("mont /models/id as=n", "takes digits= alone"),
    ] {
        let fault = one(mark).unwrap_err();
        assert!(fault.contains(said), "{mark}: {fault}");
    }
}

#[test]
fn marks_that_do_not_pair_are_told_with_their_line() {
    let open = "<!-- figure mont \"AUC (ROC)\" -->";
    let text = format!("a\n{open}0.1\n\n{open}0.2<!-- end -->\n<!-- end -->\n<!-- figure mont");
    let faults = fill(&text, &reports()).unwrap_err();
    let lines: Vec<(usize, &str)> = faults.iter().map(|f| (f.line, f.detail.as_str())).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].0 == 2 && lines[0].1.contains("not closed"), "{lines:?}");
    assert!(lines[1].0 == 5 && lines[1].1.contains("closes no mark"), "{lines:?}");
    assert!(lines[2].0 == 6 && lines[2].1.contains("no end"), "{lines:?}");
}

#[test]
fn all_else_stays_as_it_is() {
    let mark = "<!-- figure mont \"AUC (ROC)\" -->";
    let text = format!(
        "# \u{dc}ber\r\n\n| AUC | `{mark}1<!-- end -->` |\n| --- | --- |\n| a | {mark}<!-- end --> |\n\n\
         ```\n{mark}2<!-- end -->\n```\n\nand {mark}0.946\n(0.926 to 0.966)<!-- end --> so"
    );
    let filled = fill(&text, &reports()).unwrap();
    let lines: Vec<(usize, bool)> = filled.places.iter().map(|p| (p.line, p.differs())).collect();
    assert_eq!(lines, [(5, true), (11, false)]);
    let expected = text.replacen("--><!-- end", "-->0.946 (0.926 to 0.966)<!-- end", 1);
    assert_eq!(filled.text, expected);
    let again = fill(&filled.text, &reports()).unwrap();
    assert!(again.text == filled.text && again.places.iter().all(|p| !p.differs()));
}

/// What a check comes to: `true`, `false`, or why it cannot be followed.
fn checked(mark: &str) -> String {
    match fill(&format!("so <!-- check {mark} --> it is"), &reports()) {
        Ok(filled) => filled.untrue.first().map_or("true".into(), |fault| fault.detail.clone()),
        Err(faults) => faults[0].detail.clone(),
    }
}

#[test]
fn sentences_are_held_to_reports() {
    for (mark, said) in [
        ("mont \"AUC (ROC)\" low<=0.93<=high", "true"),
        ("mont \"AUC (ROC)\" value>0.94 high<0.97 n>=64", "true"),
        ("mont \"AUC (ROC)\" low<=0.97<=high", "low<=0.97<=high is not so of \"AUC (ROC)\""),
        ("mont \"AUC (ROC)\" value>0.94 low>0.93", "it is 0.946 (0.926 to 0.966). Correct"),
        ("mont \"AUC (ROC)\" group=PA by=view value<0.71", "true"),
        ("mont /cases/films value>=320", "true"),
        ("mont /cases/films value>320", "it is 320"),
        ("mont /models/id value>320", "no number"),
        ("mont /cases/films low<1", "the figure has no low"),
        ("mont \"AUC (ROC)\"", "a claim and no as="),
        ("mont \"AUC (ROC)\" 0.1<0.2", "is no claim"),
        ("mont \"AUC (ROC)\" lower<0.2", "is no claim"),
        ("mont \"AUC (ROC)\" value<", "is no claim"),
        ("mont kappa value<1", "is absent: one class"),
        ("gone kappa value<1", "no report is called"),
    ] {
        let found = checked(mark);
        assert!(found.contains(said), "{mark}: {found}");
    }
    let text = "a\n\nb <!-- check mont kappa low<1";
    assert!(fill(text, &reports()).unwrap_err()[0].detail.contains("has no end"));
}

#[test]
fn what_is_no_report_is_refused() {
    let fault = |text: &str| Report::parse(text).unwrap_err().to_string();
    assert!(fault("{}").contains("no figures"));
    assert!(fault("{\"figures\": [{\"name\": 1}]}").contains("invalid type"));
}

#[test]
fn scores_of_a_manifest_are_figures() {
    let text = "id = \"unet\"\n[[scores]]\nname = \"Dice\"\ndata = \"North\"\nn = 3\nvalue = 0.5\n\
                low = 0.25\nhigh = 0.75\n";
    let mut reports = Reports::new();
    reports.insert("lungs".into(), Report::of_manifest(text).unwrap());
    let text = "so <!-- figure lungs Dice group=North as=interval-n -->?<!-- end --> \
                <!-- figure lungs /id -->?<!-- end -->";
    let now: Vec<String> =
        fill(text, &reports).unwrap().places.into_iter().map(|place| place.now).collect();
    assert_eq!(now, ["0.500 (0.250 to 0.750, n = 3)", "unet"]);
}

/// A repository of one report and one document that cites it.
fn repository(text: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let report =
        serde_json::json!({ "figures": [figure("AUC", "all", "all films", Some(0.9456))] });
    write("docs/figures/site.json", &report.to_string());
    for (_, manifest) in MANIFESTS {
        write(manifest, "");
    }
    write("README.md", "none\n");
    write("MODEL_CARD.md", "none\n");
    write("docs/deep/a.md", text);
    root
}

#[test]
fn places_are_checked_then_filled_then_right() {
    let text = "It is <!-- figure site AUC as=value -->0.1<!-- end -->.\n";
    let root = repository(text);
    let document = || fs::read_to_string(root.path().join("docs/deep/a.md")).unwrap();
    let error = run(root.path(), None, true).unwrap_err().to_string();
    assert!(error.contains("cargo xtask fill"), "{error}");
    assert_eq!(document(), text);
    run(root.path(), None, false).unwrap();
    assert_eq!(document(), text.replace("0.1", "0.946"));
    run(root.path(), None, true).unwrap();
}

#[test]
fn a_fault_in_one_document_changes_none_and_an_untrue_sentence_fails() {
    let text = "It is <!-- figure site AUC as=value -->0.1<!-- end -->.\n";
    let root = repository(text);
    let other = root.path().join("docs/z.md");
    fs::write(&other, "a\nb <!-- figure site ACU -->1<!-- end -->\n").unwrap();
    let error = run(root.path(), None, false).unwrap_err().to_string();
    assert!(error.contains("docs/z.md:2: report site has no figure \"ACU\""), "{error}");
    assert_eq!(fs::read_to_string(root.path().join("docs/deep/a.md")).unwrap(), text);

    fs::write(&other, "a\nb <!-- check site AUC low>0.9 value<0.9 -->\n").unwrap();
    for check in [false, true] {
        let error = run(root.path(), None, check).unwrap_err().to_string();
        assert!(error.contains("docs/z.md:2: value<0.9 is not so"), "{error}");
    }
}

#[test]
fn reports_are_taken_without_names_of_films() {
    let root = tempfile::tempdir().unwrap();
    let evaluation = root.path().join("site");
    fs::create_dir_all(&evaluation).unwrap();
    assert!(take(root.path(), root.path()).is_err(), "nothing to take");
    let report = r#"{"figures": [{"value": 0.625}], "worst": [{"image": "/a"}]}"#;
    fs::write(evaluation.join("report.json"), report).unwrap();
    assert_eq!(take(root.path(), root.path()).unwrap(), ["site"]);
    let taken = fs::read_to_string(root.path().join("site.json")).unwrap();
    assert!(taken.contains("0.625") && !taken.contains("worst"), "{taken}");
}
