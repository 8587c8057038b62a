//! The page over TLS.

use std::{fs, io::Write, net::TcpStream, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};
use serde_json::json;

use crate::client::{JSON, PASSWORD, Served, answer, request};

#[test]
fn over_tls_a_cookie_is_bound_to_it_and_nothing_else_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let files = [folder.path().join("cert.pem"), folder.path().join("key.pem")];
    fs::write(&files[0], certificate.pem()).unwrap();
    fs::write(&files[1], key.serialize_pem()).unwrap();
    let more = format!("certificate = {:?}\nkey = {:?}", files[0], files[1]);
    let served = Served::start(&[], &more);

    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(koniscope_serve::tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Arc::new(client);
    let ask = |method: &str, path: &str, heads: &str, body: &[u8]| {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::clone(&client), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(served.address).unwrap());
        stream.write_all(&request(served.address, method, path, heads, body)).unwrap();
        answer(&mut stream)
    };
    let login = ask("GET", "/login", "", b"");
    assert_eq!(login.status, 200);
    let body = json!({ "name": "anna", "password": PASSWORD }).to_string();
    let opened = ask("POST", "/api/login", JSON, body.as_bytes());
    let cookie = opened.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-koniscope=") && cookie.ends_with("; Secure"), "{cookie}");
    let heads = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    assert_eq!(ask("GET", "/api/films", &heads, b"").status, 200);
    // Without TLS there is no answer, and those who come after are served.
    assert_eq!(served.ask("GET", "/login", "", b"").status, 0);
    assert_eq!(ask("GET", "/login", "", b"").status, 200);
}
