//! The page of `koniscope serve` in a browser: logging in, bringing films, both languages; and `koniscope users`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::{devtools::Browser, program::repository, web::Served};

const PASSWORD: &str = "a long enough password";

/// A node's file with a page on any free port of loopback.
fn config(folder: &Path) -> PathBuf {
    let file = folder.join("node.toml");
    let text = format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:0\"\nreserve_mb = 1\nfolder = {:?}\n\
         [page]\nlisten = \"127.0.0.1:0\"\nusers = {:?}\nreadings = 2\n",
        folder.join("node"),
        folder.join("users.json"),
    );
    fs::write(&file, text).unwrap();
    file
}

fn users(config: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_koniscope"))
        .arg("users")
        .args(arguments)
        .arg("--config")
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What is wrong in its arguments ends the program before it reads.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn users_are_added_listed_and_removed_and_no_password_is_an_argument() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let well = |arguments: &[&str], stdin: &str| {
        let output = users(&config, arguments, stdin);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let told = |arguments: &[&str], stdin: &str| {
        let output = users(&config, arguments, stdin);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(told(&["add", "anna"], "short\n").contains("12 to 256"));
    assert!(told(&["add", "anna"], "").contains("no password"));
    assert!(!folder.path().join("users.json").exists());
    well(&["add", "anna"], &format!("{PASSWORD}\n"));
    let token = well(&["add", "archive", "--role", "service"], "");
    assert_eq!(token.trim().len(), 64);
    assert_eq!(well(&["list"], ""), "reader   anna\nservice  archive\n");
    assert!(told(&["add", "anna"], &format!("{PASSWORD}\n")).contains("already"));
    assert!(told(&["add", "ben", "--password", PASSWORD], "").contains("--password"));
    well(&["password", "anna"], "quite another password\n");
    well(&["remove", "anna"], "");
    assert!(told(&["remove", "anna"], "").contains("no anna"));
    assert_eq!(well(&["list"], ""), "service  archive\n");
}

#[test]
#[ignore = "needs Chromium"]
fn a_film_is_brought_read_and_signed_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    for name in ["anna", "ben"] {
        assert!(users(&config, &["add", name], PASSWORD).status.success());
    }
    let served = Served::serve(&config);
    let mut browser = Browser::start();
    browser.go(&format!("http://127.0.0.1:{}/", served.port));

    // Nobody is let in without a password; the page asked for follows the login.
    browser.until("location.pathname === '/login' && document.activeElement?.id === 'name'");
    browser.write("anna");
    browser.press("Tab", 0);
    browser.write("wrong");
    browser.press("Enter", 0);
    browser.until("document.querySelector('#told').textContent.includes('wrong')");
    browser.write(PASSWORD);
    browser.press("Enter", 0);
    browser.until("location.pathname === '/' && document.querySelector('#drop') !== null");

    // Films are dropped; what is none is told with its name.
    let sample = fs::read(repository().join("samples/00003507_000.dcm")).unwrap();
    let bytes: Vec<String> = sample.iter().map(ToString::to_string).collect();
    let drop = format!(
        "{{ const transfer = new DataTransfer();
        const film = (bytes, name) => transfer.items.add(new File([new Uint8Array(bytes)], name));
        film([{}], 'film.dcm'); film([], 'empty.dcm'); film([1, 2, 3], 'none.txt');
        dispatchEvent(new DragEvent('drop', {{ dataTransfer: transfer, cancelable: true }})); }}",
        bytes.join(",")
    );
    browser.value(&drop);
    for (name, told) in
        [("film.dcm", "taken"), ("empty.dcm", "empty"), ("none.txt", "no radiograph")]
    {
        browser.until(&format!(
            "[...document.querySelectorAll('#uploads li')].some((line) => \
             line.textContent.includes('{name}') && line.textContent.includes('{told}'))"
        ));
    }
    browser.until("document.querySelector('#rows .state.read') !== null");
    browser.until("document.querySelector('#rows').textContent.includes('after signing')");

    // A draft outlives the change of language; what is signed has its account.
    browser.tab_to("#rows a");
    browser.press("Enter", 0);
    browser.until("document.querySelector('#state')?.textContent.includes('wanted') ?? false");
    browser.tab_to("#normal");
    browser.press(" ", 0);
    browser.until("document.querySelector('[name=\"niosh.pleural\"][value=\"false\"]').checked");
    browser.tab_to("[name='niosh.image_quality.grade']");
    browser.press(" ", 0);
    browser.tab_to("[name='niosh.reader.printed_name']");
    browser.write("Anna");
    browser.until("document.querySelector('#state').textContent === 'Ready to sign'");
    browser.value(
        "{ const choice = document.querySelector('[data-look=language]'); choice.value = 'zh'; \
         choice.dispatchEvent(new Event('change')); }",
    );
    browser.until("document.documentElement.lang === 'zh'");
    let notice = "document.querySelector('.notice').textContent.includes('不是医疗器械')";
    browser.until(notice);
    browser.until("document.querySelector('#state')?.textContent === '可以签名'");
    browser
        .until("document.querySelector('[name=\"niosh.reader.printed_name\"]').value === 'Anna'");
    browser.tab_to("#sign");
    browser.press("Enter", 0);
    browser.until("document.querySelector('#told').textContent.startsWith('已签名')");
    browser.until("document.querySelector('#history').textContent.includes('anna')");
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.value(overflow), Value::from(0));

    // A theme is kept; whoever logs out is out.
    browser.value(
        "{ const choice = document.querySelector('[data-look=theme]'); choice.value = 'dark'; \
         choice.dispatchEvent(new Event('change')); }",
    );
    browser.go(&format!("http://127.0.0.1:{}/", served.port));
    browser.until("document.documentElement.dataset.theme === 'dark' && document.querySelector('#logout') !== null");
    assert_eq!(browser.value("getComputedStyle(document.body).backgroundColor"), "rgb(16, 20, 24)");
    browser.tab_to("#logout");
    browser.press("Enter", 0);
    browser.until("location.pathname === '/login'");
    assert_eq!(served.get("/api/films").status, 401);
}

#[test]
#[ignore = "needs Chromium"]
fn ten_thousand_rows_are_drawn_as_they_come_into_sight() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::open(&["00003507_000.dcm"], folder.path(), "machine-off");
    let mut browser = Browser::start();
    browser.before(
        "{ const films = Array.from({ length: 10000 }, (_, id) => ({ id, name: `film ${String(id).padStart(5, '0')}`, \
         came: '2026-12-01T00:00:00Z', state: 'read', signed: 0, own: false, wanted: true })); \
         window.fetch = async () => new Response(JSON.stringify({ version: 1, mode: 'machine_off', films })); }",
    );
    browser.go(&format!("http://127.0.0.1:{}/", served.port));
    browser.until("document.querySelector('#count').textContent.startsWith('10000 / 10000')");
    // The longest time between two frames while the whole list goes by, and the most rows there were.
    let scrolled = browser.value(
        "(async () => {
            const box = document.getElementById('scroll');
            const frame = () => new Promise(requestAnimationFrame);
            let [most, last, gaps] = [0, performance.now(), []];
            for (let i = 1; i <= 120; i += 1) {
                box.scrollTop = (box.scrollHeight - box.clientHeight) * i / 120;
                await frame(); await frame();
                const now = performance.now();
                gaps.push((now - last) / 2);
                last = now;
                most = Math.max(most, document.querySelectorAll('#rows tr').length);
            }
            gaps.sort((a, b) => a - b);
            const text = document.getElementById('rows').textContent;
            return { most, median: gaps[60], isEnd: text.includes('film 09999') };
        })()",
    );
    assert!(scrolled["isEnd"] == true && scrolled["most"].as_u64().unwrap() < 150, "{scrolled}");
    // By keyboard too, and a search finds one of them.
    browser.value("document.querySelector('#rows a').focus()");
    browser.press("Home", 0);
    browser.until("document.activeElement.textContent === 'film 00000'");
    browser.value(
        "{ const search = document.getElementById('search'); search.value = '00042'; \
                   search.dispatchEvent(new Event('input')); }",
    );
    browser.until("document.querySelectorAll('#rows tr').length === 1");
}
