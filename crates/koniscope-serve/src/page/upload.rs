//! Films that are brought to a page: written to disk as they come, looked at, and read like all others.

use std::{
    fs::{self, File},
    future::poll_fn,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use axum::{
    Json,
    body::{Body, HttpBody},
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use koniscope::output;
use koniscope_data::digest::sha256_of_file;
use serde_json::{Value, json};
use tokio::{task::spawn_blocking, time::timeout};

use super::{films::App, guard::Fault, people::random};
use crate::folder::free_bytes;

/// Uploads at once; a further one waits.
pub(super) const AT_ONCE: usize = 4;

/// Bytes of the disk that stay free.
const RESERVE: u64 = 1 << 30;

/// For the next bytes of a film.
const PATIENCE: Duration = Duration::from_secs(30);

/// Letters of a name.
const LONGEST: usize = 200;

/// Folder of films that were brought, beside the results.
pub(super) const FOLDER: &str = ".uploads";

/// How the files begin that are films: what, at which byte.
const KINDS: [(&[u8], usize); 5] =
    [(b"DICM", 128), (b"\x89PNG\r\n\x1a\n", 0), (b"\xff\xd8\xff", 0), (b"II*\0", 0), (b"MM\0*", 0)];

/// A file that is being written; what is dropped leaves nothing.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn refused(status: StatusCode, why: impl Into<String>) -> Fault {
    Fault(status, why.into())
}

/// The name of a film as its owner has it, percent-encoded in `x-film-name`.
///
/// # Errors
/// What no file is called.
fn name(headers: &HeaderMap) -> Result<String, Fault> {
    let told = headers.get("x-film-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let mut bytes = Vec::new();
    let mut rest = told.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => return Err(refused(StatusCode::BAD_REQUEST, "the name is not percent-encoded")),
        }
    }
    let name = String::from_utf8(bytes).unwrap_or_default();
    let is_hostile = |c: char| c.is_control() || "/\\:".contains(c);
    if name.trim_matches(['.', ' ']).is_empty()
        || name.chars().count() > LONGEST
        || name.contains(is_hostile)
    {
        let why = format!(
            "the name is none of a film: 1 to {LONGEST} letters were expected, without slash, colon and control \
             characters"
        );
        return Err(refused(StatusCode::BAD_REQUEST, why));
    }
    Ok(name)
}

/// Writes a body of at most `limit` bytes to a file.
async fn written(mut body: Body, path: &Path, limit: u64) -> Result<u64, Fault> {
    let disk =
        |e: io::Error| refused(StatusCode::INSUFFICIENT_STORAGE, format!("not written: {e}"));
    let mut file = File::create_new(path).map_err(disk)?;
    let mut bytes = 0;
    loop {
        let next = poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let next = timeout(PATIENCE, next).await;
        let next = next.map_err(|_| {
            refused(StatusCode::REQUEST_TIMEOUT, "nothing more came for 30 seconds")
        })?;
        let Some(frame) = next else { break };
        let frame = frame.map_err(|_| refused(StatusCode::BAD_REQUEST, "the film broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        bytes += data.len() as u64;
        if bytes > limit {
            return Err(too_large(limit));
        }
        // Part by part: a disk that is slow holds up this film alone for a moment.
        file.write_all(&data).map_err(disk)?;
    }
    file.sync_all().map_err(disk)?;
    Ok(bytes)
}

fn too_large(limit: u64) -> Fault {
    let why = format!("the file is too large: at most {} MB were expected", limit >> 20);
    refused(StatusCode::PAYLOAD_TOO_LARGE, why)
}

/// Whether a file begins as a film does.
fn is_film(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(132).read_to_end(&mut head));
    let begins = |(what, at): &(&[u8], usize)| head.get(*at..).is_some_and(|h| h.starts_with(what));
    read.is_ok() && KINDS.iter().any(begins)
}

/// Takes a film: its number, and whether it was here before.
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let name = name(&headers)?;
    let limit = app.file_limit();
    let length = headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > limit) {
        return Err(too_large(limit));
    }
    if length == Some(0) {
        return Err(refused(StatusCode::BAD_REQUEST, "the file is empty"));
    }
    let _place = app.uploads.acquire().await.map_err(Fault::internal)?;
    let folder = app.options.out.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Fault::internal)?;
    if free_bytes(&folder).is_some_and(|free| free < RESERVE + length.unwrap_or(limit)) {
        let why = "the disk is almost full; nothing is taken until there is room";
        return Err(refused(StatusCode::INSUFFICIENT_STORAGE, why));
    }
    let part = Part(folder.join(format!("{}.part", random().map_err(Fault::internal)?)));
    if written(body, &part.0, limit).await? == 0 {
        return Err(refused(StatusCode::BAD_REQUEST, "the file is empty"));
    }
    if !is_film(&part.0) {
        let why = "the file is no radiograph: DICOM, PNG, JPEG or TIFF was expected";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    if let Some(inbox) = app.inbox.get() {
        inbox.take(&part.0).await?;
        return Ok((StatusCode::ACCEPTED, Json(json!({ "new": true }))));
    }
    let taken = app.clone();
    let taken =
        spawn_blocking(move || taken.take(&name, &part.0)).await.map_err(Fault::internal)?;
    let (film, is_new) = taken.map_err(Fault::internal)?;
    if is_new && let Some(film) = app.film(film) {
        let app = app.clone();
        tokio::spawn(async move {
            let _turn = app.reading.acquire().await;
            let read = app.clone();
            spawn_blocking(move || read.read(&film)).await
        });
    }
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({ "film": film, "new": is_new }))))
}

impl App {
    /// Puts a whole film in its place; the same bytes are one film.
    fn take(&self, name: &str, part: &Path) -> io::Result<(usize, bool)> {
        let sha256 = sha256_of_file(part).map_err(io::Error::other)?;
        // One after another, so that two that are the same do not both come in.
        let _turn = self.taking.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (i, film) in self.all().iter().enumerate() {
            if film.known_sha256().as_ref() == Some(&sha256) {
                return Ok((i, false));
            }
        }
        let place = self.options.out.join(FOLDER).join(&sha256);
        fs::create_dir_all(&place)?;
        let stems = output::names(&[name], &[]);
        let stem = stems.first().map_or("film", String::as_str);
        let kind = Path::new(name).extension().and_then(|kind| kind.to_str()).unwrap_or("film");
        let plain: String = kind.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let file = place.join(format!("{stem}.{plain}"));
        fs::rename(part, &file)?;
        let free =
            |name: &String| self.named(name).is_none() && !self.options.out.join(name).exists();
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let name = std::iter::once(stem.to_owned()).chain(numbered).find(free);
        let number = self.add(name.unwrap_or_default(), file, (self.clock)(), Some(sha256));
        Ok((number, true))
    }
}

/// Films that were brought to the folder of results before.
pub(super) fn brought(out: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let folders = entries(&out.join(FOLDER)).into_iter().filter(|path| path.is_dir());
    folders.flat_map(|folder| entries(&folder)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_they_are_or_not_at_all() {
        let of = |told: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-film-name", told.parse().unwrap());
            name(&headers).ok()
        };
        assert_eq!(of("a%20b.dcm").as_deref(), Some("a b.dcm"));
        assert_eq!(of("%E8%82%BA.png").as_deref(), Some("\u{80ba}.png"));
        for hostile in [
            "", ".", "..", "%2e%2e", "a/b", "..%2fb", "a%5cb", "a%00.dcm", "C%3A", "%", "%4",
            "%zz", "%ff", "a%0Ab",
        ] {
            assert_eq!(of(hostile), None, "{hostile}");
        }
        assert!(of(&"a".repeat(200)).is_some() && of(&"a".repeat(201)).is_none());
    }
}
