//! TLS between nodes: each side shows a certificate, and asks the other for one (BCP 195).

use std::{fmt, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig, pki_types::ServerName, server::WebPkiClientVerifier,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{TlsError, certificates, key, provider};
use crate::wire::Stream;

/// A node's certificate and key, and whom it trusts, ready for both directions.
#[derive(Clone)]
pub struct Mutual {
    acceptor: TlsAcceptor,
    connector: TlsConnector,
}

impl fmt::Debug for Mutual {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Mutual")
    }
}

impl Mutual {
    /// Of PEM files: the node's certificate, its key, and the authorities that sign the certificates of peers.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(certificate: &Path, private: &Path, ca: &Path) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for root in certificates(ca)? {
            let expected = "certificates of authorities in PEM";
            roots.add(root).map_err(|e| TlsError::of(ca, e, expected))?;
        }
        let roots = Arc::new(roots);
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), provider())
            .build()
            .map_err(|e| TlsError::of(ca, e, "certificates of authorities in PEM"))?;
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Pair)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(certificates(certificate)?, key(private)?)
            .map_err(TlsError::Pair)?;
        let client = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Pair)?
            .with_root_certificates(roots)
            .with_client_auth_cert(certificates(certificate)?, key(private)?)
            .map_err(TlsError::Pair)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
        })
    }

    /// A connection that a peer opened, once both sides have shown their certificates.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(crate) async fn accept(&self, stream: TcpStream) -> Result<Box<dyn Stream>, String> {
        // Looked at, not taken: what a peer without TLS sends is told by name.
        let mut first = [0];
        if matches!(stream.peek(&mut first).await, Ok(1)) && first[0] != 0x16 {
            return Err(
                "the peer does not speak TLS, which this port asks for: switch TLS on there".into(),
            );
        }
        match self.acceptor.accept(stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(format!("no TLS: {error}")),
        }
    }

    /// A connection to `host`, whose certificate must name it.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(crate) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<Box<dyn Stream>, String> {
        let host = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|e| format!("no TLS: {e}"))?;
        match self.connector.connect(name, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => {
                Err(match error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
                    Some(rustls::Error::InvalidMessage(_)) => {
                        "the peer does not speak TLS; leave tls out for it, or name its TLS port"
                            .to_owned()
                    }
                    _ => format!("no TLS: {error}"),
                })
            }
        }
    }
}
