//! The reader's page in a browser, by keyboard alone.

use serde_json::Value;

use crate::{devtools::Browser, web::Served};

#[test]
#[ignore = "needs Chromium"]
fn a_first_visit_leads_to_a_signed_reading_by_keyboard_alone() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::open(&["00003507_000.dcm"], folder.path(), "reader-first");
    served.when_read();
    let mut browser = Browser::start();
    browser.go(&format!("http://127.0.0.1:{}/", served.port));
    browser.until("document.querySelectorAll('#rows tr').length === 1");
    browser.tab_to("#rows a");
    browser.press("Enter", 0);
    browser.until("document.querySelector('#state')?.textContent.includes('wanted') ?? false");
    browser.until("document.querySelector('#shown').textContent.startsWith('16-bit')");
    let disabled = "[...document.querySelectorAll('[data-tool=heat], [data-tool=lungs]')]\
                    .every((tool) => tool.disabled)";
    assert_eq!(browser.value(disabled), Value::Bool(true));

    // A yes opens a part of the form, and Delete closes it again.
    browser.tab_to("[name='niosh.parenchymal']");
    browser.press(" ", 0);
    browser.until("!document.querySelector('[name=\"niosh.small.profusion\"]').disabled");
    browser.press("Delete", 0);
    browser.until("document.querySelector('[name=\"niosh.small.profusion\"]').disabled");

    // Unsigned and incomplete: the page says what is wanting.
    browser.press("Enter", 2);
    browser.until("document.querySelector('#told').textContent.includes('not signed')");
    browser.tab_to("#normal");
    browser.press(" ", 0);
    browser.until("document.querySelector('[name=\"niosh.pleural\"][value=\"false\"]').checked");
    browser.tab_to("[name='niosh.image_quality.grade']");
    browser.press(" ", 0);
    browser.tab_to("[name='niosh.reader.printed_name']");
    browser.write("R Reader");
    browser.until("document.querySelector('#state').textContent === 'Ready to sign'");
    browser.tab_to("#sign");
    browser.press("Enter", 0);
    browser.until("document.querySelector('#told').textContent.startsWith('Signed')");
    browser.until("document.querySelector('#history').textContent.includes('R Reader')");

    // Now the machine's answers are there, and a layer is one key away.
    browser.until(
        "document.querySelector('#machine').textContent.includes('calibrated on simulated films')",
    );
    browser.tab_to("#canvas");
    browser.press("g", 0);
    browser.until(
        "document.querySelector('[data-tool=heat]').getAttribute('aria-pressed') === 'true'",
    );
    let record = served.get("/api/films/0").json()["signed"][0].clone();
    assert_eq!(record["niosh"]["reader"]["printed_name"], "R Reader");
    assert_eq!(record["niosh"]["image_quality"]["grade"], "1");
    assert!(record["view"]["width"].as_f64().unwrap() > 1.0);
}

#[test]
#[ignore = "needs Chromium"]
fn every_input_has_a_label_and_the_page_fits() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::open(&["00003507_000.dcm"], folder.path(), "machine-first");
    served.when_read();
    let mut browser = Browser::start();
    browser.go(&format!("http://127.0.0.1:{}/films/0", served.port));
    browser.until("document.querySelector('#accept-all') !== null");
    let unlabeled = "[...document.querySelectorAll('input, select, textarea, button, a, canvas')]\
        .filter((one) => !(one.labels?.length || one.textContent.trim() || one.ariaLabel))\
        .map((one) => one.outerHTML).join()";
    assert_eq!(browser.value(unlabeled), Value::from(""));
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.value(overflow), Value::from(0));
    // All that is proposed waits, and one button accepts it.
    let open = "document.querySelectorAll('[data-decision=open]').length";
    browser.until(&format!("{open} > 5"));
    browser.tab_to("#accept-all");
    browser.press("Enter", 0);
    browser.until(&format!("{open} === 0"));
}
