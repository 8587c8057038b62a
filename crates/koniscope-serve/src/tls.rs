//! TLS by rustls, with the cryptography of ring: versions 1.2 and 1.3, no weak suites.

mod mutual;

use std::{fs, io, path::Path, sync::Arc};

pub use mutual::Mutual;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be used.
    #[error("{file}: {why}; {expected} was expected")]
    File {
        /// Its path.
        file: String,
        /// What is wrong.
        why: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Certificate and key do not make a server.
    #[error("certificate and key do not go together: {0}")]
    Pair(rustls::Error),
}

impl TlsError {
    fn of(file: &Path, why: impl ToString, expected: &'static str) -> Self {
        Self::File { file: file.display().to_string(), why: why.to_string(), expected }
    }
}

/// The cryptography of all connections.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificates of a PEM file, the server's own first.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let expected = "certificates in PEM, the server's own first";
    let wrong = |why: &dyn std::fmt::Display| TlsError::of(file, why, expected);
    let text = fs::read(file).map_err(|e| wrong(&e))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|e| wrong(&e))?;
    if found.is_empty() { Err(wrong(&"it holds no certificate")) } else { Ok(found) }
}

/// The private key of a PEM file.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let wrong = |why: &dyn std::fmt::Display| {
        TlsError::of(file, why, "a private key in PEM without a password")
    };
    let text = fs::read(file).map_err(|e: io::Error| wrong(&e))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|e| wrong(&e))
}

/// A server that asks no certificate of its clients.
///
/// # Errors
/// [`TlsError`].
pub fn server(certificate: &Path, private: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(certificates(certificate)?, key(private)?)
        .map_err(TlsError::Pair)?;
    Ok(Arc::new(config))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_none_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cert.pem");
        let missing = server(&file, &file).unwrap_err().to_string();
        assert!(missing.contains("cert.pem") && missing.contains("PEM"), "{missing}");
        fs::write(&file, "no certificate").unwrap();
        let none = server(&file, &file).unwrap_err().to_string();
        assert!(none.contains("holds no certificate"), "{none}");
        assert!(key(&file).unwrap_err().to_string().contains("private key"));
    }
}
