//! Films that are brought: good ones, bad ones, and what nobody should bring.

use std::fs;

use crate::client::{Answer, Person, Served, sample};

const DATA: &str = "Content-Type: application/octet-stream\r\n";

fn bring(person: &Person<'_>, name: &str, bytes: &[u8]) -> Answer {
    let heads = format!("{}{DATA}X-Film-Name: {name}\r\n", person.heads);
    person.served.ask("POST", "/api/upload", &heads, bytes)
}

#[test]
fn a_film_that_is_brought_is_read_and_the_same_is_one() {
    let served = Served::start(&[], "");
    let (anna, program) = (served.person("anna"), served.program());
    let film = fs::read(sample()).unwrap();
    let brought = bring(&anna, "my%20film.dcm", &film);
    assert_eq!(brought.status, 201, "{}", brought.text());
    // A row with a reason, though it begins as a picture.
    let broken = b"\x89PNG\r\n\x1a\n and no more";
    assert_eq!(bring(&program, "broken.png", broken).status, 201);
    let list = served.when_read();
    assert_eq!(
        (&list["films"][0]["name"], &list["films"][0]["state"]),
        (&"my film".into(), &"read".into())
    );
    assert_eq!(
        (&list["films"][1]["name"], &list["films"][1]["state"]),
        (&"broken".into(), &"refused".into())
    );
    assert!(!list["films"][1]["reason"].as_str().unwrap().is_empty());
    let again = bring(&program, "other.dcm", &film);
    assert_eq!(
        (again.status, &again.json()["film"], &again.json()["new"]),
        (200, &0.into(), &false.into())
    );
    // Another film of the same name has another one here.
    assert_eq!(bring(&anna, "broken.png", b"\x89PNG\r\n\x1a\n and less").status, 201);
    let list = served.when_read();
    let films = list["films"].as_array().unwrap();
    assert_eq!((films.len(), &films[2]["name"]), (3, &"broken-2".into()));
}

#[test]
fn what_is_no_film_is_refused_by_name_and_leaves_nothing() {
    let served = Served::start(&[], "");
    let anna = served.person("anna");
    let png = b"\x89PNG\r\n\x1a\n";
    for (name, bytes, status, told) in [
        ("empty.dcm", &b""[..], 400, "empty"),
        ("text.dcm", b"no film at all", 415, "no radiograph"),
        ("page.html", b"<script>alert(1)</script>", 415, "no radiograph"),
        ("", png, 400, "the name"),
        ("..", png, 400, "the name"),
        ("..%2F..%2Fevil.png", png, 400, "the name"),
        ("..%5Cevil.png", png, 400, "the name"),
        ("a%00b.png", png, 400, "the name"),
        ("%E0%80.png", png, 400, "the name"),
    ] {
        let answer = bring(&anna, name, bytes);
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert!(answer.text().contains(told), "{name}: {}", answer.text());
    }
    // A film that is told to be huge is refused before it is sent.
    let huge = format!(
        "POST /api/upload HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}{DATA}X-Film-Name: huge.dcm\r\n\
         Content-Length: 999999999999\r\n\r\n",
        served.address, anna.heads
    );
    let answer = served.raw(huge.as_bytes());
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.text().contains("at most 256 MB"), "{}", answer.text());
    // One that breaks off, and one without the token of its session.
    let half = huge.replace("999999999999", "1000") + "\u{fffd}PNG";
    let mut stream = std::net::TcpStream::connect(served.address).unwrap();
    std::io::Write::write_all(&mut stream, half.as_bytes()).unwrap();
    drop(stream);
    let heads =
        format!("{}\r\n{DATA}X-Film-Name: a.png\r\n", anna.heads.split("\r\n").next().unwrap());
    assert_eq!(served.ask("POST", "/api/upload", &heads, png).status, 403);
    assert_eq!(served.program().get("/api/films").json()["films"].as_array().unwrap().len(), 0);
    let folder = served.folder.path().join("out/.uploads");
    let left = || fs::read_dir(&folder).map_or(0, Iterator::count);
    let begun = std::time::Instant::now();
    while left() > 0 {
        assert!(begun.elapsed().as_secs() < 20, "a part of a film is left");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
