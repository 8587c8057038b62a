//! Several readers of one film: blinded, at once, and what they come to.

use std::thread;

use serde_json::{Value, json};

use crate::client::{Person, Served, draft, sample};

const DOUBLE: &str = "readings = 2";

/// A form with small opacities of a profusion.
fn opacities(profusion: &str) -> Value {
    let mut draft = draft();
    draft["niosh"]["parenchymal"] = true.into();
    draft["niosh"]["small"] = json!({
        "primary": "p", "secondary": "q", "profusion": profusion,
        "zones": {
            "right_upper": true, "right_middle": false, "right_lower": false,
            "left_upper": false, "left_middle": false, "left_lower": false,
        },
    });
    draft["niosh"]["large"] = "O".into();
    draft["niosh"]["comments"] = format!("secret of {profusion}").into();
    draft
}

#[track_caller]
fn sign(person: &Person<'_>, draft: &Value, number: usize) -> Value {
    let signed = person.post(&format!("/api/films/0/sign/{number}"), &draft.to_string());
    assert_eq!(signed.status, 201, "{}", signed.text());
    signed.json()
}

fn row(person: &Person<'_>) -> Value {
    person.get("/api/films").json()["films"][0].clone()
}

/// All that a person gets to see.
fn everything(person: &Person<'_>) -> String {
    let paths = [
        "/",
        "/films/0",
        "/disagreements",
        "/api/films",
        "/api/films/0",
        "/api/disagreements",
        "/api/signed.csv",
        "/api/signed.axt",
    ];
    let mut all: String = paths.iter().map(|path| person.get(path).text()).collect();
    all += &person.post("/api/films/0/check", &draft().to_string()).text();
    all
}

#[test]
fn a_reader_sees_no_other_reading_before_the_own_one_is_signed() {
    let served = Served::with_junk(DOUBLE);
    let [anna, ben, cora] = ["anna", "ben", "cora"].map(|name| served.person(name));
    let before = everything(&ben);
    let first = sign(&anna, &opacities("1/1"), 1);
    assert_eq!(
        (&first["account"], &first["mode"], first.get("seen")),
        (&"anna".into(), &"reader_first".into(), None)
    );
    assert!(row(&anna)["wanted"] == false && row(&ben)["wanted"] == true);
    // Nothing but the count of changes, and the token of the session, which is the same.
    let version = |text: &str| {
        let at = text.find("\"version\":").unwrap();
        let end = text[at..].find(',').unwrap() + at;
        format!("{}{}", &text[..at], &text[end..])
    };
    assert_eq!(version(&everything(&ben)), version(&before), "a blinded reader sees no difference");
    // Who does not read sees all; a program too.
    assert!(everything(&served.person("dora")).contains("secret of 1/1"));
    assert!(served.program().get("/api/films/0").text().contains("secret of 1/1"));

    let second = sign(&ben, &opacities("2/2"), 1);
    assert_eq!((second.get("seen"), second.get("previous_sha256")), (None, None));
    for person in [&anna, &ben] {
        let all = everything(person);
        assert!(all.contains("secret of 1/1") && all.contains("secret of 2/2"));
        let list = person.get("/api/disagreements").json();
        assert_eq!(
            (&list[0]["state"], &list[0]["differs"]),
            (&"disagreed".into(), &json!(["profusion"]))
        );
        assert_eq!(list[0]["readings"].as_array().unwrap().len(), 2);
        let page = person.get("/disagreements").text();
        assert!(
            page.contains("the readers differ") && page.contains("anna, ") && page.contains("2/2")
        );
    }
    // A third is wanted, and blinded too; the rule makes one result of three.
    assert!(row(&cora)["wanted"] == true && !everything(&cora).contains("secret"));
    assert_eq!(cora.get("/api/disagreements").json(), json!([]));
    sign(&cora, &opacities("2/1"), 1);
    let list = cora.get("/api/disagreements").json();
    assert_eq!((&list[0]["state"], &list[0]["result"]), (&"settled".into(), &"2/1 O".into()));
    // An addendum names what its reader has seen; the result stays that of the first readings.
    let mut addendum = opacities("3/3");
    addendum["reason"] = "looked again".into();
    let added = sign(&anna, &addendum, 2);
    assert_eq!(added["seen"].as_array().unwrap().len(), 2);
    assert_eq!(row(&anna)["consensus"]["result"], "2/1 O");
}

#[test]
fn readers_at_once_lose_nothing_and_one_at_two_desks_is_told() {
    let served = Served::with_junk(DOUBLE);
    let [anna, ben, again] = ["anna", "ben", "anna"].map(|name| served.person(name));
    let statuses: Vec<u16> = thread::scope(|scope| {
        let people = [(&anna, "1/1"), (&ben, "1/2"), (&again, "2/2")];
        let sign = |(person, profusion): (&Person<'_>, &str)| {
            person.post("/api/films/0/sign/1", &opacities(profusion).to_string()).status
        };
        let threads = people.map(|one| scope.spawn(move || sign(one)));
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(statuses[1], 201, "{statuses:?}");
    let mut of_anna = [statuses[0], statuses[2]];
    of_anna.sort_unstable();
    assert_eq!(of_anna, [201, 409]);
    let detail = ben.get("/api/films/0").json();
    assert_eq!(
        (detail["signed"].as_array().unwrap().len(), detail["others"].as_array().unwrap().len()),
        (1, 1)
    );
    let csv = ben.get("/api/signed.csv").text();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    // They are on disk, by account.
    let files = std::fs::read_dir(served.folder.path().join("out/junk")).unwrap();
    let mut files: Vec<String> =
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    files.retain(|file| file.starts_with("signed-"));
    files.sort();
    assert!(
        files.len() == 2 && files[0].ends_with("-anna-1.json") && files[1].ends_with("-ben-1.json"),
        "{files:?}"
    );
}

#[test]
fn each_reader_sees_the_machine_once_the_own_reading_is_signed() {
    let film = sample();
    let served = Served::start(&[&film], DOUBLE);
    served.when_read();
    let (anna, ben) = (served.person("anna"), served.person("ben"));
    // Until then the list is what it is without a machine, bit for bit, and names no version by which it could be
    // told that the machine said something else.
    let off = Served::start(&[&film], "mode = \"machine_off\"\nreadings = 2");
    off.when_read();
    let list = |served: &Served| {
        let answer = served.person("cora").get("/api/films");
        assert!(answer.header("etag").is_none() && answer.header("last-modified").is_none());
        answer.text().replace("reader_first", "machine_off")
    };
    assert_eq!(list(&served), list(&off));
    sign(&anna, &draft(), 1);
    assert!(row(&anna)["machine"]["probability"].is_number() && row(&ben).get("machine").is_none());
    assert_eq!(
        (anna.get("/api/films/0/heat.png").status, ben.get("/api/films/0/heat.png").status),
        (200, 404)
    );
    let detail = ben.get("/api/films/0").json();
    assert!(detail.get("machine").is_none() && detail.get("others").is_none());
    let signed = sign(&ben, &draft(), 1);
    assert!(signed.get("models").is_none() && signed["decisions"] == json!({}));
}
