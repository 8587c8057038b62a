//! Roles, sessions, tokens, and how often somebody may try.

use koniscope_serve::page::{People, Role};

use crate::client::{JSON, PASSWORD, Served, draft};

/// All routes: method, path, and what an unknown person, a reader, an admin and a program get.
const ROUTES: [(&str, &str, [u16; 4]); 27] = [
    ("GET", "/login", [200, 200, 200, 200]),
    ("POST", "/api/login", [400, 400, 400, 400]),
    ("GET", "/static/{name}", [200, 200, 200, 200]),
    ("GET", "/", [303, 200, 200, 200]),
    ("GET", "/films/{film}", [303, 200, 200, 200]),
    ("GET", "/disagreements", [303, 200, 200, 200]),
    ("GET", "/api/disagreements", [401, 200, 200, 200]),
    ("GET", "/api/films", [401, 200, 200, 200]),
    ("GET", "/api/signed.csv", [401, 200, 200, 200]),
    ("GET", "/api/signed.axt", [401, 200, 200, 200]),
    ("GET", "/api/films/{film}", [401, 200, 200, 200]),
    // The film cannot be decoded, and the machine has said nothing: whoever may ask is told so.
    ("GET", "/api/films/{film}/preview.png", [401, 422, 422, 422]),
    ("GET", "/api/films/{film}/pixels", [401, 422, 422, 422]),
    ("GET", "/api/films/{film}/lungs.png", [401, 404, 404, 404]),
    ("GET", "/api/films/{film}/heat.png", [401, 404, 404, 404]),
    ("POST", "/api/films/{film}/check", [401, 200, 403, 403]),
    ("POST", "/api/films/{film}/normal", [401, 200, 403, 403]),
    ("POST", "/api/films/{film}/sign/{number}", [401, 422, 403, 403]),
    // An empty name is none.
    ("POST", "/api/upload", [401, 400, 400, 400]),
    ("GET", "/api/films/{film}/others", [401, 200, 200, 200]),
    ("GET", "/api/films/{film}/signed/{number}/form.pdf", [401, 404, 404, 404]),
    ("GET", "/api/films/{film}/signed/{number}/sr.dcm", [401, 404, 404, 404]),
    ("GET", "/api/labels.csv", [401, 200, 200, 200]),
    ("GET", "/api/standards", [401, 200, 200, 200]),
    ("GET", "/api/standards/{number}/preview.png", [401, 404, 404, 404]),
    ("GET", "/api/standards/{number}/pixels", [401, 404, 404, 404]),
    ("GET", "/api/people", [401, 403, 200, 403]),
];

#[test]
fn each_role_has_its_routes_and_no_other() {
    let served = Served::with_junk("");
    let people = [Some(served.person("anna")), Some(served.person("dora")), Some(served.program())];
    for (method, route, expected) in ROUTES {
        let path =
            route.replace("{film}", "0").replace("{number}", "1").replace("{name}", "form.js");
        let body = if method == "POST" { "{}" } else { "" };
        let kind = if method == "POST" { JSON } else { "" };
        let heads = people.iter().map(|one| one.as_ref().map_or("", |one| &one.heads));
        for (heads, status) in std::iter::once("").chain(heads).zip(expected) {
            let answer = served.ask(method, &path, &format!("{heads}{kind}"), body.as_bytes());
            assert_eq!(answer.status, status, "{method} {path} {heads:.20} {}", answer.text());
            assert!(answer.head.contains("script-src 'self'"), "{path}");
        }
    }
    // The table is whole: the page has no other route but the one that ends a session.
    let source = include_str!("../../src/page.rs");
    let routes: Vec<&str> =
        source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let known = |route: &&str| ROUTES.iter().any(|(_, known, _)| known == route);
    let others: Vec<&&str> = routes.iter().filter(|route| !known(route)).collect();
    assert_eq!(others, [&"/api/logout"], "add it to the table");
    assert_eq!(routes.len(), ROUTES.len() + 1);
}

#[test]
fn a_session_ends_and_a_change_needs_its_token() {
    let served = Served::with_junk("session_minutes = 10");
    let login = served.login("anna", PASSWORD);
    let cookie = login.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
    let anna = served.person("anna");
    let check = "/api/films/0/check";
    assert_eq!(anna.post(check, "{}").status, 200);
    let cookie = anna.heads.split("\r\n").next().unwrap();
    for heads in [
        format!("{cookie}\r\n{JSON}"),
        format!("{cookie}\r\n{JSON}X-Koniscope-Csrf: 00\r\n"),
        format!("{}{JSON}Origin: http://evil.example\r\n", anna.heads),
        format!("{}Content-Type: text/plain\r\n", anna.heads),
        format!("{}{JSON}Origin: https://{}\r\n", anna.heads, served.address),
    ] {
        assert_eq!(served.ask("POST", check, &heads, b"{}").status, 403, "{heads}");
    }
    let own = format!("{}{JSON}Origin: http://{}\r\n", anna.heads, served.address);
    assert_eq!(served.ask("POST", check, &own, b"{}").status, 200);

    // What the page asks by itself keeps nothing open.
    let idle = format!("{}X-Koniscope-Idle: 1\r\n", anna.heads);
    served.pass(599);
    assert_eq!(served.ask("GET", "/api/films", &idle, b"").status, 200);
    served.pass(1);
    assert_eq!(anna.get("/api/films").status, 401);
    let page = anna.get("/films/0");
    assert_eq!((page.status, page.header("location")), (303, Some("/login?next=/films/0")));

    let anna = served.person("anna");
    assert_eq!(anna.post("/api/logout", "{}").status, 200);
    assert_eq!(anna.get("/api/films").status, 401);

    // Another password, and whoever was in is out; so is who is removed.
    let (anna, ben) = (served.person("anna"), served.person("ben"));
    let mut people = People::load(&served.users()).unwrap();
    people.set_password("anna", "quite another password").unwrap();
    people.remove("ben").unwrap();
    people.add("emil", Role::Reader, PASSWORD).unwrap();
    people.save(&served.users()).unwrap();
    assert_eq!((anna.get("/api/films").status, ben.get("/api/films").status), (401, 401));
    assert_eq!(served.login("anna", PASSWORD).status, 401);
    assert_eq!(served.person("emil").get("/api/films").status, 200);
    std::fs::write(served.users(), "no people").unwrap();
    assert_eq!(served.login("emil", PASSWORD).status, 401, "a damaged file lets nobody in");
}

#[test]
fn who_tries_too_often_has_to_wait() {
    let served = Served::with_junk("");
    let (wrong, nobody) = (served.login("anna", "wrong"), served.login("nobody", "wrong"));
    assert_eq!((wrong.status, &wrong.body), (nobody.status, &nobody.body));
    for _ in 0..4 {
        assert_eq!(served.login("anna", "wrong").status, 401);
    }
    let refused = served.login("anna", PASSWORD);
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("900")));
    served.person("ben");
    served.pass(900);
    served.person("anna");
    for body in [
        "",
        "[]",
        "{\"name\":1}",
        "{\"name\":\"anna\"}",
        &format!("{{\"name\":\"{}\",\"password\":\"\"}}", "x".repeat(1000)),
    ] {
        assert_eq!(
            served.ask("POST", "/api/login", JSON, body.as_bytes()).status,
            400,
            "{body:.40}"
        );
    }
    // An address has its share too, whatever the names.
    let tried = (0..40).map(|i| served.login(&format!("name{i}"), "wrong").status);
    let tried: Vec<u16> = tried.collect();
    assert!(tried.iter().filter(|status| **status == 401).count() <= 30, "{tried:?}");
    assert_eq!(tried.last(), Some(&429));
}

#[test]
fn a_program_has_a_token_and_a_signature_has_its_account() {
    let served = Served::with_junk("");
    let program = served.program();
    assert_eq!(program.get("/api/films").status, 200);
    for token in ["", "Bearer", "Bearer x", "Basic YTpi", &format!("Basic {}", served.token)] {
        let heads = format!("Authorization: {token}\r\n");
        assert_eq!(served.ask("GET", "/api/films", &heads, b"").status, 401, "{token}");
    }
    assert_eq!(served.login("archive", &served.token).status, 401);
    let anna = served.person("anna");
    let people = served.person("dora").get("/api/people").json();
    assert_eq!(people[1]["name"], "archive");
    assert_eq!((&people[0]["name"], &people[0]["sessions"]), (&"anna".into(), &1.into()));
    let signed = anna.post("/api/films/0/sign/1", &draft().to_string());
    assert_eq!(signed.status, 201, "{}", signed.text());
    assert_eq!(signed.json()["account"], "anna");
}
