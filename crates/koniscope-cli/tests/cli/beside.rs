//! Beside a film: standard films, for which drawn ones stand in, and other films of the patient.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    devtools::Browser,
    films,
    program::{assert_code, koniscope, stderr},
    web::Served,
};

const PATIENT: &str = "PID-777";

/// Files by the names of standard films: of 0.1 mm, without mm, and what is none.
fn standards(folder: &Path) -> PathBuf {
    let from = folder.join("ilo");
    fs::create_dir(&from).unwrap();
    films::disc(&from.join("1-1 q-q.dcm"), [1_500, 1_800], 0.1, "ILO", "20180101");
    films::disc(&from.join("A_22_qq.dcm"), [900, 1_000], 0.2, "ILO", "20180101");
    films::no_chest(&from.join("22_pp.png"));
    fs::write(from.join("33_rr.jpg"), "no picture").unwrap();
    fs::write(from.join("guidelines.pdf"), "%PDF").unwrap();
    from
}

fn import(from: &Path, to: &Path) -> std::process::Output {
    let paths = [from, to].map(|path| path.to_str().unwrap());
    koniscope(from, ["standards", "import", paths[0], "--standards", paths[1]])
}

#[test]
fn standard_films_are_taken_unaltered_and_one_that_was_changed_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (standards(folder.path()), folder.path().join("own/standards"));
    let output = import(&from, &to);
    assert_code(&output, 2);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("33_rr.jpg") && told.contains("3 standard films"), "{told}");
    assert_eq!(fs::read(from.join("1-1 q-q.dcm")).unwrap(), fs::read(to.join("11qq.dcm")).unwrap());
    let out = folder.path().join("out");
    let film = folder.path().join("film.dcm");
    films::disc(&film, [600, 700], 0.3, PATIENT, "20240506");
    let mut command = Served::start(&[film.to_str().unwrap()], &out, "machine-off");
    command.arg("--standards").arg(&to);
    let served = Served::of(command);
    let list = served.get("/api/standards").json();
    let all = list["standards"].as_array().unwrap();
    let titles: Vec<&str> = all.iter().map(|one| one["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["2/2 p/p", "1/1 q/q", "A"]);
    let pixels = served.get("/api/standards/0/pixels");
    assert!(
        pixels.status == 200 && pixels.head.contains("x-film-size: 600 700"),
        "{}",
        pixels.head
    );
    // 8 bits as they are in the file: the first pixel of the slope is 40 + its grain.
    let first = u16::from_le_bytes([pixels.body[0], pixels.body[1]]);
    assert_eq!(first, 40 * 257);
    assert_eq!(served.get("/api/standards/1/preview.png").status, 200);
    assert_eq!(served.get("/api/standards/3/pixels").status, 404);
    let changed = [fs::read(to.join("a.dcm")).unwrap(), vec![0]].concat();
    fs::write(to.join("a.dcm"), changed).unwrap();
    let refused = served.get("/api/standards/2/pixels");
    assert_eq!(refused.status, 422);
    assert!(refused.json()["error"].as_str().unwrap().contains("not the file"));

    let nothing = folder.path().join("nothing");
    fs::create_dir(&nothing).unwrap();
    let output = import(&nothing, &to);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("no standard film"), "{}", stderr(&output));
}

/// Two films of a patient, the earlier one of finer pixels, and one of somebody else.
fn open(folder: &Path, more: impl FnOnce(&mut Command)) -> Served {
    let at = |name: &str| folder.join(name);
    films::disc(&at("a.dcm"), [900, 1_000], 0.2, PATIENT, "20240506");
    films::disc(&at("b.dcm"), [2_000, 1_600], 0.1, PATIENT, "20200102");
    films::disc(&at("c.dcm"), [900, 1_000], 0.2, "OTHER", "20190101");
    let films = ["a.dcm", "b.dcm", "c.dcm"].map(|name| at(name).display().to_string());
    let films = films.each_ref().map(String::as_str);
    let mut command = Served::start(&films, &folder.join("out"), "reader-first");
    more(&mut command);
    Served::of(command)
}

#[test]
fn other_films_of_a_patient_are_told_without_the_patient() {
    let folder = tempfile::tempdir().unwrap();
    let served = open(folder.path(), |_| {});
    let answer = served.get("/api/films/0/others");
    let others = answer.json();
    assert_eq!(others["known"], true);
    let films = others["films"].as_array().unwrap();
    assert_eq!(
        (films.len(), &films[0]["id"], &films[0]["date"]),
        (1, &1.into(), &"2020-01-02".into())
    );
    assert_eq!(
        (&films[0]["earlier"], served.get("/api/films/9/others").status),
        (&true.into(), 404)
    );
    assert_eq!(served.get("/api/films/1/others").json()["films"][0]["earlier"], false);
    assert_eq!(served.get("/api/films/2/others").json()["films"], serde_json::json!([]));
    assert!(!String::from_utf8_lossy(&answer.body).contains(PATIENT));
}

/// Pixels of a canvas that the disc is wide, on its middle row.
fn width_of_disc(browser: &mut Browser, canvas: &str) -> f64 {
    let script = format!(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {{\
           const c = document.querySelector('{canvas}');\
           const row = c.getContext('2d').getImageData(0, c.height >> 1, c.width, 1).data;\
           let n = 0; for (let i = 0; i < row.length; i += 4) n += row[i] > 128; done(n);\
         }})))"
    );
    browser.value(&script).as_f64().unwrap()
}

/// What is drawn on a canvas, as one number.
fn drawn(browser: &mut Browser, canvas: &str) -> Value {
    browser.value(&format!(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {{\
           const c = document.querySelector('{canvas}');\
           const all = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;\
           let n = 0; for (let i = 0; i < all.length; i++) n = (n * 31 + all[i]) % 1e9; done(n);\
         }})))"
    ))
}

fn caption(words: &str) -> String {
    format!("document.querySelector('#beside').textContent.includes({words:?})")
}

#[test]
#[ignore = "needs Chromium"]
fn a_standard_film_and_a_prior_stand_beside_at_the_same_millimeters() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (standards(folder.path()), folder.path().join("standards"));
    import(&from, &to);
    let served = open(folder.path(), |command| {
        command.arg("--standards").arg(&to);
    });
    let mut browser = Browser::start();
    browser.go(&format!("http://127.0.0.1:{}/films/0", served.port));
    browser.until("document.querySelector('#shown')?.textContent.startsWith('16-bit') ?? false");
    browser.tab_to("#canvas");
    browser.press("]", 0);
    browser.until(&caption("same millimeters"));
    browser.until(&caption("1/1 q/q, (c) ILO, shown unaltered"));
    for zoom in ["", "+", "+", "-"] {
        if !zoom.is_empty() {
            browser.press(zoom, 0);
        }
        let [film, standard] =
            ["#canvas", "#other"].map(|canvas| width_of_disc(&mut browser, canvas));
        assert!(film > 100.0 && (film - standard).abs() <= 2.0, "{zoom}: {film} {standard}");
    }

    // Nothing changes how a standard is shown, and the film's own window goes on.
    let [before, film] = ["#other", "#canvas"].map(|canvas| drawn(&mut browser, canvas));
    browser.press("x", 0);
    browser.value("document.querySelector('#other').focus()");
    browser.press("ArrowRight", 8);
    browser.press("3", 0);
    assert_eq!(drawn(&mut browser, "#other"), before);
    assert_ne!(drawn(&mut browser, "#canvas"), film);
    browser.press("x", 0);
    browser.press("0", 0);

    // By shape and category from the keyboard; without mm the lock is told to be another.
    browser.tab_to("#standards button[aria-pressed=true]");
    browser.press("p", 0);
    browser.until(&caption("2/2 p/p"));
    browser.until(&caption("not in mm. No mm per pixel is told by the film beside it"));
    browser.press("a", 0);
    browser.until(&caption("standard film A"));
    browser.until(&caption("same millimeters"));

    browser.value("document.querySelector('#canvas').focus()");
    browser.press("[", 0);
    browser.until(&caption("2020-01-02, prior, b"));
    browser.until(&caption("same millimeters"));
    let [film, prior] = ["#canvas", "#other"].map(|canvas| width_of_disc(&mut browser, canvas));
    assert!((film - prior).abs() <= 2.0, "{film} {prior}");
    let seen = |canvas: &str| format!("document.querySelector('{canvas}').clientWidth > 0");
    browser.press("b", 0);
    browser.until(&format!("!({}) && {}", seen("#canvas"), seen("#other")));
    browser.until(&caption("In the place of this film"));
    let place = "JSON.stringify(document.querySelector('#pair').firstElementChild.hidden)";
    assert_eq!(browser.value(place), Value::from("false"));
    let alone = width_of_disc(&mut browser, "#other");
    browser.press("b", 0);
    browser.until(&format!("{} && !({})", seen("#canvas"), seen("#other")));
    let current = width_of_disc(&mut browser, "#canvas");
    assert!((alone - current).abs() <= 2.0, "{alone} {current}");
    browser.press("[", 0);
    browser.until("document.querySelector('#other') === null");
}

#[test]
#[ignore = "needs KONISCOPE_DATA"]
fn the_ilo_s_own_files_are_taken_and_shown() {
    let data = PathBuf::from(std::env::var_os("KONISCOPE_DATA").unwrap());
    let from = data.join("ilo-2022-standards");
    let folder = tempfile::tempdir().unwrap();
    let output = import(&from, &folder.path().join("standards"));
    assert_code(&output, 0);
    let film = folder.path().join("film.dcm");
    films::disc(&film, [600, 700], 0.3, PATIENT, "20240506");
    let out = folder.path().join("out");
    let mut command = Served::start(&[film.to_str().unwrap()], &out, "machine-off");
    command.arg("--standards").arg(folder.path().join("standards"));
    let served = Served::of(command);
    let list = served.get("/api/standards").json();
    let all = list["standards"].as_array().unwrap();
    assert!(all.len() >= 10, "{list}");
    for (id, standard) in all.iter().enumerate() {
        let pixels = served.get(&format!("/api/standards/{id}/pixels"));
        assert_eq!(pixels.status, 200, "{standard}");
        let image = image_of(&from, standard["name"].as_str().unwrap());
        let same = pixels.body.chunks(2).zip(image.as_raw()).all(|(value, gray)| {
            u16::from_le_bytes([value[0], value[1]]) == u16::from(*gray) * 257
        });
        assert!(same && pixels.body.len() == 2 * image.as_raw().len(), "{standard}");
    }
}

/// The gray of a standard's file by another decoder's own reading of it.
fn image_of(from: &Path, name: &str) -> image::GrayImage {
    let files = fs::read_dir(from.join("images")).unwrap().map(|entry| entry.unwrap().path());
    let letters = |path: &PathBuf| {
        let stem = path.file_stem().unwrap().to_string_lossy().to_lowercase();
        stem.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
    };
    let mut fits = files.filter(|path| {
        let own = letters(path);
        own == name || (name.len() == 1 && own.starts_with(name))
    });
    image::open(fits.next().unwrap()).unwrap().into_luma8()
}
