//! PDUs over a connection: each of bounded size, and in bounded time.
//!
//! A peer that sends half a PDU, one too large, no DICOM at all or nothing is a named error; none of
//! them costs more memory than the limit of its kind of PDU.

use std::time::Duration;

use dicom_ul::pdu::{MAXIMUM_PDU_SIZE, Pdu, read_pdu, write_pdu};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout},
};

/// Bytes before a PDU's content: type, a reserved byte and the length.
const HEADER: usize = 6;

/// Most bytes of a request or acknowledgement: 128 contexts with 30 transfer syntaxes each take 105 KB.
const ASSOCIATE_LIMIT: u32 = 256 << 10;

/// Most bytes of a rejection, release or abort, which have 4.
const SHORT_LIMIT: u32 = 64;

/// Why a PDU was not read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The connection ended between PDUs.
    #[error("the peer closed the connection without release")]
    Closed,
    /// The connection ended inside a PDU.
    #[error("the peer closed the connection inside a PDU")]
    Half,
    /// Nothing came, or went, in time.
    #[error("{seconds} s passed while {awaited}")]
    Timeout {
        /// Seconds allowed.
        seconds: u64,
        /// What was waited for.
        awaited: &'static str,
    },
    /// Each part came in time, and all of it did not.
    #[error("{whole} took more than {seconds} s in all")]
    Endless {
        /// What took so long.
        whole: &'static str,
        /// Seconds allowed.
        seconds: u64,
    },
    /// Its first bytes are of another protocol.
    #[error("the peer speaks {0}, not DICOM; {1}")]
    NotDicom(&'static str, &'static str),
    /// Its length is beyond what was negotiated.
    #[error("a PDU of type {kind} with {bytes} bytes; at most {limit} were expected")]
    TooLarge {
        /// Its type.
        kind: u8,
        /// Its length.
        bytes: u32,
        /// What was allowed.
        limit: u32,
    },
    /// Its content is damaged.
    #[error("a damaged PDU of type {0}")]
    Damaged(u8),
    /// The system's words.
    #[error("the connection broke: {0}")]
    Io(String),
}

/// When something must have come whole, however small its parts.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    whole: &'static str,
    within: Duration,
}

impl Deadline {
    /// From now on; `whole` is what an error says, as `a message`.
    pub fn new(whole: &'static str, within: Duration) -> Self {
        Self { at: Instant::now() + within, whole, within }
    }
}

/// What PDUs go over: TCP, or TLS over it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection on which PDUs go.
pub struct Wire<S> {
    stream: S,
    limit: u32,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Over a stream; `limit` is the most bytes of a P-DATA-TF that the peer was, or will be, told.
    pub fn new(stream: S, limit: u32) -> Self {
        Self { stream, limit, buffer: Vec::new() }
    }

    /// The next PDU.
    ///
    /// # Errors
    /// [`WireError`]; `awaited` is what a timeout says, as `the association request was awaited`.
    pub async fn read(
        &mut self,
        within: Duration,
        awaited: &'static str,
    ) -> Result<Pdu, WireError> {
        let late = WireError::Timeout { seconds: within.as_secs(), awaited };
        timeout(within, self.read_whole()).await.map_err(|_| late)?
    }

    /// The next PDU, by the first of the deadlines too.
    ///
    /// # Errors
    /// [`WireError`].
    pub async fn read_by(
        &mut self,
        deadlines: &[Deadline],
        within: Duration,
        awaited: &'static str,
    ) -> Result<Pdu, WireError> {
        let first = deadlines.iter().min_by_key(|deadline| deadline.at);
        let left = first.map(|first| (first, first.at.saturating_duration_since(Instant::now())));
        let Some((first, left)) = left.filter(|(_, left)| *left < within) else {
            return self.read(within, awaited).await;
        };
        let (whole, seconds) = (first.whole, first.within.as_secs());
        let endless = WireError::Endless { whole, seconds };
        if left.is_zero() {
            return Err(endless);
        }
        timeout(left, self.read_whole()).await.map_err(|_| endless)?
    }

    async fn read_whole(&mut self) -> Result<Pdu, WireError> {
        let mut header = [0; HEADER];
        let mut have = 0;
        while have < HEADER {
            let rest = header.get_mut(have..).unwrap_or_default();
            match self.stream.read(rest).await.map_err(broken)? {
                0 if have == 0 => return Err(WireError::Closed),
                0 => return Err(WireError::Half),
                n => have += n,
            }
            // Other protocols are told apart before their "length" is waited for.
            of_other_protocol(&header[..have])?;
        }
        let [kind, _, length @ ..] = header;
        let bytes = u32::from_be_bytes(length);
        let limit = match kind {
            0x01 | 0x02 => ASSOCIATE_LIMIT,
            0x04 => self.limit,
            _ => SHORT_LIMIT,
        };
        if bytes > limit {
            return Err(WireError::TooLarge { kind, bytes, limit });
        }
        self.buffer.clear();
        self.buffer.extend_from_slice(&header);
        self.buffer.resize(HEADER + bytes as usize, 0);
        let content = self.buffer.get_mut(HEADER..).unwrap_or_default();
        self.stream.read_exact(content).await.map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => WireError::Half,
            _ => broken(e),
        })?;
        match read_pdu(&self.buffer[..], MAXIMUM_PDU_SIZE, false) {
            Ok(Some(pdu)) => Ok(pdu),
            Ok(None) | Err(_) => Err(WireError::Damaged(kind)),
        }
    }

    /// Writes a PDU.
    ///
    /// # Errors
    /// [`WireError`].
    pub async fn write(&mut self, pdu: &Pdu, within: Duration) -> Result<(), WireError> {
        let mut bytes = Vec::new();
        write_pdu(&mut bytes, pdu).map_err(|e| WireError::Io(e.to_string()))?;
        let late =
            WireError::Timeout { seconds: within.as_secs(), awaited: "the peer took no data" };
        let write = async {
            self.stream.write_all(&bytes).await?;
            self.stream.flush().await
        };
        timeout(within, write).await.map_err(|_| late)?.map_err(broken)
    }

    /// Ends the connection; a peer that is gone already does not matter.
    pub async fn close(&mut self) {
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }
}

fn broken(error: std::io::Error) -> WireError {
    WireError::Io(error.to_string())
}

/// The first bytes of a PDU are its type, 1 to 7, and a reserved byte.
fn of_other_protocol(begin: &[u8]) -> Result<(), WireError> {
    match begin {
        [0x16 | 0x15, ..] => Err(WireError::NotDicom(
            "TLS",
            "this side is plain: switch TLS off there, or name another port",
        )),
        [b'A'..=b'Z' | b'a'..=b'z', ..] => {
            Err(WireError::NotDicom("text, as HTTP", "name the DICOM port of the node"))
        }
        [0x01..=0x07, ..] => Ok(()),
        _ => Err(WireError::NotDicom("an unknown protocol", "see which program it is")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Pdu, WireError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (mut peer, own) = tokio::io::duplex(1 << 20);
            peer.write_all(bytes).await.unwrap();
            drop(peer);
            Wire::new(own, 4096).read(Duration::from_secs(1), "a test was made").await
        })
    }

    #[test]
    fn what_is_no_pdu_is_named() {
        assert_eq!(read(&[]), Err(WireError::Closed));
        assert_eq!(read(&[1, 0, 0]), Err(WireError::Half));
        assert_eq!(read(&[5, 0, 0, 0, 0, 4, 0, 0]), Err(WireError::Half));
        assert_eq!(read(&[5, 0, 0, 0, 0, 4, 0, 0, 0, 0]), Ok(Pdu::ReleaseRQ));
        let large = |kind, bytes, limit| Err(WireError::TooLarge { kind, bytes, limit });
        assert_eq!(read(&[4, 0, 0xFF, 0xFF, 0xFF, 0xFF]), large(4, u32::MAX, 4096));
        assert_eq!(read(&[1, 0, 0x7F, 0, 0, 0]), large(1, 0x7F00_0000, 256 << 10));
        assert_eq!(read(&[1, 0, 0, 0, 0, 2, 9, 9]), Err(WireError::Damaged(1)));
        let tls = read(&[0x16, 3, 1, 2, 0, 1, 0]).unwrap_err().to_string();
        assert!(tls.contains("TLS") && tls.contains("plain"), "{tls}");
        let http = read(b"GET / HTTP/1.1\r\n\r\n").unwrap_err().to_string();
        assert!(http.contains("HTTP"), "{http}");
    }

    #[test]
    fn a_peer_that_sends_nothing_ends_in_time() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (_peer, own) = tokio::io::duplex(64);
            let late = Wire::new(own, 4096).read(Duration::from_millis(20), "x was awaited").await;
            let expected = WireError::Timeout { seconds: 0, awaited: "x was awaited" };
            assert_eq!(late, Err(expected));
        });
    }
}
