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
    Reports::from([("mont".into(), Report::parse(&document.to_string()).unwrap())])
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

#[test]
fn what_is_no_report_is_refused() {
    assert!(Report::parse("{}").unwrap_err().contains("no figures"));
    assert!(Report::parse("{\"figures\": [{\"name\": 1}]}").is_err());
    let error = Report::read("gone.json".as_ref()).unwrap_err().to_string();
    assert!(error.contains("gone.json"), "{error}");
}
