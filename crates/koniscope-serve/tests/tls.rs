//! TLS between nodes: both sides show certificates, and what goes wrong is told by name.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use common::{
    Echoing, TestNode, film,
    real::{free_port, run, wait_until},
};
use koniscope_serve::{
    check::{self, Light},
    config::Config,
};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};

/// A name of its own: where subject and issuer are the same, OpenSSL takes a certificate for its own issuer.
fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// An authority, and certificates that it signs for this machine: files in a folder.
struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named("authority");
        fs::write(folder.join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder: folder.to_owned(), issuer: Issuer::new(params, key) }
    }

    /// Lines of `[node]`.
    fn sign(&self, name: &str) -> String {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
        params.distinguished_name = named(name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |kind: &str| self.folder.join(format!("{name}.{kind}"));
        fs::write(file("pem"), certificate.pem()).unwrap();
        fs::write(file("key"), key.serialize_pem()).unwrap();
        let ca = self.folder.join("ca.pem");
        format!("tls = {{ cert = {:?}, key = {:?}, ca = {ca:?} }}\n", file("pem"), file("key"))
    }
}

/// A node that takes any caller, by TLS alone where `own` says so.
fn node(folder: &Path, own: &str) -> TestNode {
    let more = format!("accept_any_caller = true\n{own}[timeouts]\nassociation_s = 3\n");
    TestNode::start(folder, &more, Arc::new(Echoing::default()))
}

/// Lights of a check of a node, and all words.
fn check(folder: &Path, own: &str, to: &TestNode, tls: bool) -> (String, String) {
    let text = format!(
        "[node]\nae_title = \"ASKING\"\nlisten = \"127.0.0.1:{}\"\nreserve_mb = 1\nfolder = {folder:?}\n{own}\
         [peers.pacs]\nae_title = \"KONISCOPE\"\naddress = \"{}\"\ntls = {tls}\n[timeouts]\nassociation_s = 3\n",
        free_port(),
        to.address
    );
    let config = Arc::new(Config::parse(&text).and_then(Config::load_tls).unwrap());
    let report = to.block_on(check::peer(config, "pacs", None, Arc::new(|_: &str| {}))).unwrap();
    let lights = report.steps.iter().map(|step| match step.light {
        Light::Green => 'g',
        Light::Yellow => 'y',
        Light::Red => 'r',
    });
    (lights.collect(), report.text())
}

/// Waits until an association of a node has ended with these words.
fn hears(node: &TestNode, words: &str) {
    wait_until(words, || {
        node.overview().associations.iter().any(|one| one.outcome.contains(words))
    });
}

#[test]
fn both_sides_show_certificates_and_whoever_does_not_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let authority = Authority::new(&path("pki"));
    let (asking, answering) = (authority.sign("asking"), authority.sign("answering"));
    let stranger = Authority::new(&path("other")).sign("stranger");
    let secured = node(&path("secured"), &answering);
    let plain = node(&path("plain"), "");

    // Echo, stores and commitment go through; there is no retrieval.
    let (lights, words) = check(&path("a"), &asking, &secured, true);
    assert_eq!(lights, "gggggyy", "{words}");
    let (lights, words) = check(&path("a"), &asking, &plain, true);
    assert_eq!(lights, "gr", "{words}");
    assert!(
        words.contains("does not speak TLS; leave tls out for it, or name its TLS port"),
        "{words}"
    );
    hears(&plain, "the peer speaks TLS, not DICOM; this side is plain");

    let (lights, _) = check(&path("a"), "", &secured, false);
    assert_eq!(lights, "gr");
    hears(&secured, "does not speak TLS, which this port asks for: switch TLS on");

    let (lights, words) = check(&path("c"), &stranger, &secured, true);
    assert_eq!(lights, "gr", "{words}");
    assert!(words.contains("no TLS: ") && words.contains("invalid peer certificate"), "{words}");
}

#[test]
#[ignore = "needs dcmtk"]
fn storescu_sends_by_tls_with_its_certificate_alone() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(&folder.path().join("pki"));
    let node = node(&folder.path().join("node"), &authority.sign("node"));
    authority.sign("sender");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("film.dcm"), film(1)).unwrap();
    let port = node.address.port().to_string();
    let (key, certificate, ca) =
        (path("pki/sender.key"), path("pki/sender.pem"), path("pki/ca.pem"));
    let rest = ["+cf", &ca, "-aec", "KONISCOPE", "127.0.0.1", &port, &path("film.dcm")];
    let (well, said) = run("storescu", &[&["+tla"], &rest[..]].concat());
    assert!(!well, "{said}");
    hears(&node, "no TLS: ");
    let (well, said) = run("storescu", &[&["+tls", &key, &certificate], &rest[..]].concat());
    assert!(well, "{said}");
    node.wait_for("done", 1);
}

#[test]
fn files_that_cannot_be_used_are_told_before_anything_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let [one, other] = ["one", "other"].map(|name| authority.sign(name));
    let load = |tls: &str| {
        let text = format!("[node]\nae_title = \"K\"\nfolder = \"f\"\n{tls}");
        Config::parse(&text).and_then(Config::load_tls).map(|_| ())
    };
    assert_eq!(load(&one), Ok(()));
    let mixed = one.replace("one.key", "other.key");
    for (tls, told) in [
        (mixed, "do not go together"),
        (other.replace("other.pem", "none.pem"), "none.pem"),
        (other.replace("ca.pem", "other.key"), "holds no certificate"),
    ] {
        let error = load(&tls).unwrap_err();
        assert!(error.contains("node.tls: ") && error.contains(told), "{told}: {error}");
    }
}
