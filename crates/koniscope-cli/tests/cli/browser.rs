//! A browser without a window, to see a page as its users do.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the browser says of a page.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Pictures on the page, and those of them that did not load.
    pub(crate) pictures: usize,
    pub(crate) broken: usize,
    /// Pixels of content beyond the window's right edge.
    pub(crate) overflow: i64,
    /// Buttons that the page's script made of the table's heads.
    pub(crate) buttons: usize,
}

/// Looks at the page in a window 1280 pixels wide.
pub(crate) fn look(page: &Path) -> Seen {
    // Beside the page, so that its relative links hold; the probe speaks through an attribute.
    let probe = page.with_file_name("probe.html");
    let html = fs::read_to_string(page).unwrap();
    fs::write(&probe, html.replace("</body>", &format!("<script>{PROBE}</script></body>")))
        .unwrap();
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(find())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
        .args(["--window-size=1280,900", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", probe.display()))
        .output()
        .unwrap();
    fs::remove_file(&probe).unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let said = dom.split("data-seen=\"").nth(1).and_then(|rest| rest.split('"').next());
    let said = said.unwrap_or_else(|| {
        panic!("the page did not answer: {}", String::from_utf8_lossy(&output.stderr))
    });
    let numbers: Vec<i64> = said.split(' ').map(|number| number.parse().unwrap()).collect();
    Seen {
        pictures: numbers[0] as usize,
        broken: numbers[1] as usize,
        overflow: numbers[2],
        buttons: numbers[3] as usize,
    }
}

const PROBE: &str = r#"
const settled = (picture) => new Promise((resolve) => {
  const look = () => picture.complete ? resolve(picture.naturalWidth > 0) : setTimeout(look, 50);
  look();
});
addEventListener("load", async () => {
  const pictures = [...document.images];
  pictures.forEach((picture) => { picture.loading = "eager"; });
  const broken = (await Promise.all(pictures.map(settled))).filter((loaded) => !loaded).length;
  const root = document.documentElement;
  root.dataset.seen = [pictures.length, broken, root.scrollWidth - root.clientWidth,
    document.querySelectorAll("thead button").length].join(" ");
});"#;

pub(crate) fn find() -> PathBuf {
    if let Some(named) = std::env::var_os("KONISCOPE_BROWSER") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut candidates = names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name)));
    let found = candidates.find(|candidate| candidate.is_file());
    found.expect("a browser: chromium or google-chrome in PATH, or named by KONISCOPE_BROWSER")
}

/// The page printed to PDF.
pub(crate) fn print(page: &Path) -> Vec<u8> {
    let pdf = page.with_file_name("print.pdf");
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(find())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"])
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let bytes = fs::read(&pdf);
    bytes.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Width and height in points of each page of a PDF as Chromium writes it, where page objects are
/// not compressed.
pub(crate) fn page_sizes(pdf: &[u8]) -> Vec<[f64; 2]> {
    let text = String::from_utf8_lossy(pdf);
    let boxes = text.split("/MediaBox").skip(1);
    boxes
        .filter_map(|rest| {
            let inside = rest.split_once('[')?.1.split_once(']')?.0;
            let numbers: Vec<f64> =
                inside.split_whitespace().filter_map(|n| n.parse().ok()).collect();
            Some([*numbers.get(2)?, *numbers.get(3)?])
        })
        .collect()
}
