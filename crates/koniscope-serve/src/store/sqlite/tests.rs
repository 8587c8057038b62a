use super::*;
use crate::store::Count;

fn film(instance: &str, sha256: &str) -> Received {
    Received {
        class: "1.2.840.10008.5.1.4.1.1.1.1".into(),
        instance: instance.into(),
        sha256: sha256.into(),
        bytes: 5,
        calling: "MODALITY".into(),
        passed_over: None,
    }
}

fn with_store(test: impl AsyncFnOnce(&Sqlite, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let file = folder.path().join("node.db");
        let store = Sqlite::open(&file).await.unwrap();
        test(&store, &file).await;
    });
}

async fn states(store: &Sqlite) -> Vec<(String, i64)> {
    let films = store.overview().await.unwrap().films;
    films.into_iter().map(|Count { state, number }| (state, number)).collect()
}

#[test]
fn the_same_bytes_are_one_film_and_others_are_told() {
    with_store(async |store, _| {
        assert_eq!(store.receive(&film("1.2", "a"), 1).await, Ok(Receipt::New(1)));
        assert_eq!(store.receive(&film("1.2", "a"), 2).await, Ok(Receipt::Same(1)));
        assert_eq!(store.receive(&film("1.2", "b"), 3).await, Ok(Receipt::OtherBytes(2, 1)));
        assert_eq!(store.receive(&film("1.2", "b"), 4).await, Ok(Receipt::Same(2)));
        let unwanted = Received { passed_over: Some("a rule".into()), ..film("1.3", "c") };
        assert_eq!(store.receive(&unwanted, 5).await, Ok(Receipt::New(3)));
        let expected = [("failed", 1), ("passed over", 1), ("queued", 1)];
        assert_eq!(states(store).await, expected.map(|(state, n)| (state.to_owned(), n)));
        // Only the first is read, and no button reads the second.
        assert_eq!(store.retry(6).await, Ok(0));
        assert_eq!(store.lease(Kind::Read, 7, 8, 9).await.unwrap().len(), 1);
        let class = "1.2.840.10008.5.1.4.1.1.1.1";
        assert_eq!(store.holds(class, "1.2").await, Ok(true));
        assert_eq!(store.holds("1.2.840.10008.5.1.4.1.1.1", "1.2").await, Ok(false));
    });
}

#[test]
fn a_film_that_was_passed_over_is_read_once_it_is_wanted() {
    with_store(async |store, _| {
        let unwanted = Received { passed_over: Some("a rule".into()), ..film("1.2", "a") };
        store.receive(&unwanted, 1).await.unwrap();
        assert_eq!(store.receive(&unwanted, 2).await, Ok(Receipt::Same(1)));
        assert_eq!(states(store).await, [("passed over".to_owned(), 1)]);
        assert_eq!(store.receive(&film("1.2", "a"), 3).await, Ok(Receipt::Same(1)));
        assert_eq!(store.receive(&unwanted, 4).await, Ok(Receipt::Same(1)));
        assert_eq!(store.lease(Kind::Read, 4, 9, 5).await.unwrap().len(), 1);
    });
}

#[test]
fn two_writers_wait_for_each_other() {
    with_store(async |store, file| {
        let beside = Sqlite::open(file).await.unwrap();
        let write = async |store: &Sqlite, own: &str| {
            for i in 0..40 {
                let uid = format!("1.{own}.{i}");
                assert!(matches!(store.receive(&film(&uid, "a"), i).await, Ok(Receipt::New(_))));
            }
        };
        tokio::join!(write(store, "1"), write(&beside, "2"));
    });
}

#[test]
fn what_is_given_back_counts_no_attempt() {
    with_store(async |store, _| {
        store.receive(&film("1.2", "a"), 0).await.unwrap();
        let first = store.lease(Kind::Read, 0, 10, 5).await.unwrap();
        assert_eq!(store.give_back(&first[0]).await, Ok(true));
        assert_eq!(store.give_back(&first[0]).await, Ok(false));
        assert_eq!(store.lease(Kind::Read, 0, 10, 5).await.unwrap()[0].attempt, 1);
    });
}

#[test]
fn a_task_is_settled_by_its_last_lease_alone() {
    with_store(async |store, _| {
        store.receive(&film("1.2", "a"), 0).await.unwrap();
        let first = store.lease(Kind::Read, 0, 10, 5).await.unwrap();
        assert_eq!(store.lease(Kind::Read, 9, 20, 5).await, Ok(vec![]));
        let second = store.lease(Kind::Read, 10, 20, 5).await.unwrap();
        assert_eq!((first[0].attempt, second[0].attempt), (1, 2));
        let waiting = Waiting { file: "sr.dcm".into(), destination: "pacs".into() };
        assert_eq!(store.read(&first[0], &[], 11).await, Ok(false));
        assert_eq!(store.renew(&first[0], 99).await, Ok(false));
        assert_eq!(store.read(&second[0], &[waiting.clone(), waiting], 12).await, Ok(true));
        assert_eq!(store.read(&second[0], &[], 13).await, Ok(false));
        assert_eq!(states(store).await, [("read".to_owned(), 1)]);
        assert_eq!(store.lease(Kind::Send("other"), 14, 20, 5).await, Ok(vec![]));
        let send = store.lease(Kind::Send("pacs"), 14, 20, 5).await.unwrap();
        assert_eq!((send.len(), &*send[0].object, &*send[0].sha256), (1, "sr.dcm", "a"));
        assert_eq!(states(store).await, [("sending".to_owned(), 1)]);
        // A failure is due later, or final, and then only a person queues it again.
        assert_eq!(store.failed(&send[0], "refused", Some(50), 15).await, Ok(true));
        assert_eq!(store.lease(Kind::Send("pacs"), 49, 60, 5).await, Ok(vec![]));
        let send = store.lease(Kind::Send("pacs"), 50, 60, 5).await.unwrap();
        assert_eq!(store.failed(&send[0], "refused", None, 51).await, Ok(true));
        let failed = store.overview().await.unwrap().failed;
        assert_eq!((failed[0].attempts, &*failed[0].reason), (2, "refused"));
        assert_eq!(store.lease(Kind::Send("pacs"), 99, 100, 5).await, Ok(vec![]));
        assert_eq!(store.retry(100).await, Ok(1));
        let send = store.lease(Kind::Send("pacs"), 100, 110, 5).await.unwrap();
        assert_eq!(store.sent(&send[0], None, 101).await, Ok(true));
        assert_eq!(states(store).await, [("done".to_owned(), 1)]);
    });
}

#[test]
fn a_new_start_takes_back_what_the_old_one_held() {
    with_store(async |store, file| {
        for i in 0..3 {
            store.receive(&film(&format!("1.{i}"), "a"), i).await.unwrap();
        }
        assert_eq!(store.lease(Kind::Read, 9, i64::MAX, 2).await.unwrap().len(), 2);
        let after = Sqlite::open(file).await.unwrap();
        assert_eq!(after.lease(Kind::Read, 10, 20, 9).await.unwrap().len(), 1);
        assert_eq!(after.take_back(30).await, Ok(3));
        let films = |leases: Vec<Lease>| leases.iter().map(|one| one.film).collect::<Vec<_>>();
        assert_eq!(films(after.lease(Kind::Read, 30, 40, 1).await.unwrap()), [1]);
        // The first ended two runs: it goes last now.
        assert_eq!(after.take_back(50).await, Ok(1));
        assert_eq!(films(after.lease(Kind::Read, 50, i64::MAX, 9).await.unwrap()), [2, 3]);
        assert_eq!(films(after.lease(Kind::Read, 1050, 1060, 1).await.unwrap()), [1]);
    });
}

#[test]
fn the_last_associations_are_kept() {
    with_store(async |store, _| {
        for at_ms in 0..1100 {
            let (peer, outcome) = ("A 127.0.0.1".into(), "released".into());
            let one = Association { at_ms, direction: "in", peer, objects: 1, outcome };
            store.note(&one).await.unwrap();
        }
        let last = store.overview().await.unwrap().associations;
        assert_eq!((last.len(), last[0].at_ms, last[99].at_ms), (100, 1099, 1000));
        let kept = sqlx::query("SELECT COUNT(*) FROM association").fetch_one(&store.pool).await;
        assert_eq!(kept.unwrap().get::<i64, _>(0), 1000);
    });
}
