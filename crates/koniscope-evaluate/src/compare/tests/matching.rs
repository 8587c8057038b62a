//! Which films are compared.

use super::*;

fn fault(a: &[Recorded], b: &[Recorded], key: Key) -> String {
    matched(a, b, key).map(|_| ()).unwrap_err().to_string()
}

fn films(n: usize) -> Vec<Recorded> {
    (0..n).map(|i| film(i, i, i % 2 == 0, 0.5)).collect()
}

#[test]
fn films_of_one_alone_and_unread_ones_are_named_and_left_out() {
    let (mut a, mut b) = (films(6), films(8));
    b.remove(1);
    a[2].outcome = Err("damaged: cut off".into());
    b[3].outcome = Err("no_lungs: none".into());
    // The same picture, said otherwise.
    b[0].image = "./films/0.png".into();
    let Matched { pairs, only, not_read, renamed } = matched(&a, &b, Key::Image).unwrap();
    let images: Vec<&str> = pairs.iter().map(|pair| pair.film.image.as_str()).collect();
    assert_eq!(images, ["films/0.png", "films/3.png", "films/5.png"]);
    assert_eq!(only[0], ["films/1.png"]);
    assert_eq!(only[1], ["films/6.png", "films/7.png"]);
    assert_eq!(not_read.len(), 2);
    assert_eq!(
        (not_read[0].a.as_deref(), not_read[0].b.as_deref()),
        (Some("damaged: cut off"), None)
    );
    assert_eq!(not_read[1].b.as_deref(), Some("no_lungs: none"));
    assert!(!renamed);
}

#[test]
fn other_keys() {
    let (a, mut b) = (films(4), films(4));
    for film in &mut b {
        film.image = format!("/elsewhere/{}", film.image);
        film.source = "copy".into();
    }
    let said = fault(&a, &b, Key::Image);
    assert!(said.contains("A begins with films/0.png") && said.contains("--key name"), "{said}");
    let by_name = matched(&a, &b, Key::Name).unwrap();
    assert_eq!((by_name.pairs.len(), by_name.renamed), (4, true));
    assert_eq!(matched(&a, &b, Key::Patient).unwrap().pairs.len(), 4);
    b[1].image = "/other/0.png".into();
    let said = fault(&a, &b, Key::Name);
    assert!(said.contains("two films of B are one by --key name"), "{said}");
    b[1].patient = b[0].patient.clone();
    assert!(fault(&a, &b, Key::Patient).contains("--key image"));
}

#[test]
fn labels_that_differ_stop_it() {
    let a: Vec<Recorded> = (0..6).map(|i| staged(i, i % 4, 0)).collect();
    let with = |change: fn(&mut Recorded)| {
        let mut b = a.clone();
        change(&mut b[1]);
        fault(&a, &b, Key::Image)
    };
    for (change, said) in [
        (
            (|film| film.truth.disease = Some(false)) as fn(&mut Recorded),
            "films/1.png (disease 1 in A, 0 in B)",
        ),
        (|film| film.truth.stage = None, "stage 1 in A, none in B"),
        (|film| film.truth.zones = Some([0, 0, 0, 0, 0, 1]), "zones 1 1 1 1 1 1 in A, 0 0 0 0 0 1"),
        (|film| film.patient = "secret".into(), "another patient"),
        (|film| film.simulated = true, "simulated in one alone"),
    ] {
        let found = with(change);
        assert!(found.contains(said) && found.contains("1 of 6 films"), "{found}");
        assert!(found.contains("same table") && !found.contains("secret"), "{found}");
    }
    let mut b = a.clone();
    b.iter_mut().for_each(|film| film.truth.stage = Some(3));
    let said = fault(&a, &b, Key::Image);
    assert!(said.contains("5 of 6 films") && said.contains("and 2 more"), "{said}");
}

#[test]
fn too_few_films_are_said() {
    let one = films(1);
    let said = fault(&one, &one, Key::Image);
    assert!(said.contains("1 patients have one of them with a label"), "{said}");
    let mut bare = films(5);
    bare.iter_mut().for_each(|film| film.truth = Truth::default());
    assert!(fault(&bare, &bare, Key::Image).contains("0 patients"));
    let mut unread = films(5);
    unread.iter_mut().for_each(|film| film.outcome = Err("damaged: x".into()));
    let said = fault(&films(5), &unread, Key::Image);
    assert!(said.contains("of 5 films in both evaluations, 0 were read by both"), "{said}");
}
