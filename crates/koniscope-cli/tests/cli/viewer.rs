//! The tools of the viewer in a browser: distances, magnifier, true size, keys, touch, and how fast it is.

use std::path::Path;

use serde_json::{Value, json};

use crate::{devtools::Browser, films, web::Served};

/// Opens one film on the page.
fn open(folder: &Path, film: &str, mode: &str) -> (Served, Browser) {
    let served = Served::open(&[film], &folder.join("out"), mode);
    let mut browser = Browser::start();
    browser.go(&format!("http://127.0.0.1:{}/films/0", served.port));
    browser.until("document.querySelector('#shown')?.textContent.startsWith('16-bit') ?? false");
    (served, browser)
}

fn disc(folder: &Path, size: [usize; 2], mm: f64) -> String {
    let film = folder.join("film.dcm");
    films::disc(&film, size, mm, "P", "20240506");
    film.display().to_string()
}

fn number(browser: &mut Browser, of_viewer: &str) -> f64 {
    let value = browser.value(&format!("document.querySelector('#canvas').viewer.{of_viewer}"));
    value.as_f64().unwrap_or_else(|| panic!("{of_viewer}: {value}"))
}

fn shown(words: &str) -> String {
    format!("document.querySelector('#shown').textContent.includes({words:?})")
}

#[test]
#[ignore = "needs Chromium"]
fn distances_are_in_mm_and_without_a_spacing_the_page_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let film = disc(folder.path(), [900, 1_000], 0.2);
    let (_served, mut browser) = open(folder.path(), &film, "machine-off");
    let measure = |browser: &mut Browser| {
        browser.tab_to("#canvas");
        browser.press("d", 0);
        browser.press("Enter", 0);
        for _ in 0..10 {
            browser.press("ArrowRight", 0);
        }
        browser.press("Enter", 0);
    };
    measure(&mut browser);
    let mm = 100.0 / number(&mut browser, "scaleNow()") * 0.2;
    browser.until(&shown(&format!("{mm:.1} mm")));
    browser.press("Delete", 0);
    browser.until("document.querySelector('#canvas').viewer.measures.length === 0");

    // By the pointer too.
    let drag = |kind: &str, x: u32| json!({ "type": kind, "x": x, "y": 400, "button": "left", "buttons": 1, "clickCount": 1 });
    for (kind, x) in [("mousePressed", 300), ("mouseMoved", 340), ("mouseReleased", 340)] {
        browser.ask("Input.dispatchMouseEvent", drag(kind, x));
    }
    browser.until("document.querySelector('#canvas').viewer.measures.length === 1");
    let mm = 40.0 / number(&mut browser, "scaleNow()") * 0.2;
    browser.until(&shown(&format!("{mm:.1} mm")));

    let plain = folder.path().join("plain.png");
    films::no_chest(&plain);
    let (_served, mut browser) = open(folder.path(), plain.to_str().unwrap(), "machine-off");
    measure(&mut browser);
    browser.until(&shown("px, The file tells no spacing: no mm"));
}

#[test]
#[ignore = "needs Chromium"]
fn true_size_follows_from_a_card_and_the_display_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let film = disc(folder.path(), [900, 1_000], 0.2);
    let (_served, mut browser) = open(folder.path(), &film, "machine-off");
    browser.until("document.querySelector('#display').textContent.includes('not known')");
    browser.tab_to("#canvas");
    browser.press("f", 0);
    browser.until(
        "document.querySelector('#screen').open && document.activeElement.id === 'card-width'",
    );
    browser.press("ArrowRight", 0);
    let card = browser.value("Number(document.querySelector('#card-width').value)");
    let bar = browser.value("document.querySelector('#card-shape').getBoundingClientRect().width");
    assert_eq!(card.as_f64(), bar.as_f64());
    browser.value("document.querySelector('#calibrated').value = '2026-11-02'");
    browser.tab_to("#screen-keep");
    browser.press("Enter", 0);
    browser.until(&shown("true size"));
    // As many pixels a mm as the card's bar has.
    let scale = number(&mut browser, "scaleNow()");
    assert!((scale - card.as_f64().unwrap() / 85.6 * 0.2).abs() < 1e-6, "{scale}");
    browser.until("document.querySelector('#display').textContent.includes('2026-11-02')");
    browser.value("document.querySelector('#canvas').focus()");
    browser.press("f", 0);
    browser.until("document.querySelector('#canvas').viewer.scale === 0");
}

#[test]
#[ignore = "needs Chromium"]
fn keys_follow_the_map_and_touch_zooms() {
    let folder = tempfile::tempdir().unwrap();
    let film = disc(folder.path(), [900, 1_000], 0.2);
    let (_served, mut browser) = open(folder.path(), &film, "machine-off");
    let inverted = "document.querySelector('#canvas').viewer.inverted";
    browser.tab_to("#canvas");
    browser.press("x", 0);
    browser.until(inverted);
    browser.press("i", 0);
    browser.until(&shown("nothing over the film"));
    browser.press("Escape", 0);
    browser.until(&format!("!{inverted}"));
    browser.press("?", 0);
    browser.until("document.querySelector('#keylist').textContent.includes('X: invert')");
    browser.value(
        "document.querySelector('#map').value = 'ohif'; \
         document.querySelector('#map').dispatchEvent(new Event('change'))",
    );
    browser.until("document.querySelector('#keylist').textContent.includes('I: invert')");
    browser.value("document.querySelector('#card').close()");
    browser.value("document.querySelector('#canvas').focus()");
    browser.press("i", 0);
    browser.until(inverted);
    browser.press(" ", 0);
    browser.until(&format!("!{inverted}"));

    // The magnifier is a window of its own.
    let at = "(() => { const c = document.querySelector('#canvas'); \
              return c.getContext('2d').getImageData(c.width / 2 - 60, c.height / 2 - 60, 120, 120).data.join(); })()";
    let before = browser.value(at);
    browser.press("v", 0);
    browser.until("document.querySelector('[data-drag=magnifier]').ariaPressed === 'true'");
    let frame =
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))";
    browser.value(frame);
    assert_ne!(browser.value(at), before);
    browser.press("v", 0);

    let scale = number(&mut browser, "scaleNow()");
    let touch = |browser: &mut Browser, kind: &str, apart: f64| {
        let points: Value = match kind {
            "touchEnd" => json!([]),
            _ => {
                json!([{ "x": 300.0 - apart, "y": 500, "id": 0 }, { "x": 300.0 + apart, "y": 500, "id": 1 }])
            }
        };
        browser.ask("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points }));
    };
    touch(&mut browser, "touchStart", 40.0);
    for apart in [50.0, 60.0, 70.0, 80.0] {
        touch(&mut browser, "touchMove", apart);
    }
    touch(&mut browser, "touchEnd", 0.0);
    let zoomed = number(&mut browser, "scaleNow()") / scale;
    assert!((1.7..2.2).contains(&zoomed), "{zoomed}");
}

/// The limits are ten times what docs/explanation/speed.md tells: a machine that does much else is slow.
#[test]
#[ignore = "needs Chromium"]
fn a_film_of_nine_million_pixels_is_windowed_while_one_drags() {
    let folder = tempfile::tempdir().unwrap();
    let film = disc(folder.path(), [3_000, 3_000], 0.14);
    let (_served, mut browser) = open(folder.path(), &film, "machine-off");
    let first = number(&mut browser, "firstPaint");
    let script = "(async () => { \
        const { viewer } = document.querySelector('#canvas'); \
        const frame = () => new Promise((done) => requestAnimationFrame(done)); \
        const times = []; \
        for (let i = 0; i < 60; i++) { viewer.moveWindow(3, 2); await frame(); await frame(); times.push(viewer.drawn); } \
        times.sort((a, b) => a - b); return [times[30], times[59]]; })()";
    let times = browser.value(script);
    assert!(first < 20_000.0, "first paint after {first} ms");
    assert!(times[0].as_f64().unwrap() < 160.0, "redraw {times} ms (median, longest)");
}
