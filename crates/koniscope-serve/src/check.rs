//! `koniscope node check`: whether a peer does what is asked of it, one step after another, by doing it.

use std::time::Duration;

use koniscope_dicom::uids;

use crate::{
    ae::AeTitle,
    config::{Peer, Timeouts},
    scu::{Outgoing, ScuError, data_set},
};

/// One step, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Whether it went well.
    pub well: bool,
    /// In plain words.
    pub words: String,
}

/// Checks a peer: a connection, an echo, a store of the film in `file`, and the same store again, as a retry
/// would do it. Ends at the first step without which the next make no sense.
pub async fn peer(
    name: &str,
    peer: &Peer,
    calling: &AeTitle,
    file: Option<&[u8]>,
    timeouts: &Timeouts,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let address = peer.address.clone();
    let connected = tokio::time::timeout(
        Duration::from_secs(timeouts.connect_s),
        tokio::net::TcpStream::connect(&peer.address),
    );
    let connected = match connected.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(e)) => Err(e.to_string()),
        Err(_) => Err(format!("{} s passed", timeouts.connect_s)),
    };
    if !step(&mut steps, &format!("connect to {name} at {address}"), connected) {
        return steps;
    }
    let echo = echo(peer, calling, timeouts).await.map_err(|e| hint(&e));
    let words = format!("echo as {calling} to {}", peer.ae_title);
    if !step(&mut steps, &words, echo) {
        return steps;
    }
    if let Some(file) = file {
        for words in ["store a test film", "store the same film again"] {
            let stored = store(peer, calling, file, timeouts).await.map_err(|e| hint(&e));
            if !step(&mut steps, words, stored) {
                return steps;
            }
        }
    }
    steps
}

fn step(steps: &mut Vec<Step>, what: &str, outcome: Result<(), String>) -> bool {
    let well = outcome.is_ok();
    let words = match outcome {
        Ok(()) => what.to_owned(),
        Err(why) => format!("{what}: {why}"),
    };
    steps.push(Step { well, words });
    well
}

/// C-ECHO.
///
/// # Errors
/// [`ScuError`].
pub async fn echo(peer: &Peer, calling: &AeTitle, timeouts: &Timeouts) -> Result<(), ScuError> {
    let class = (uids::VERIFICATION.to_owned(), uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned());
    let mut association = Outgoing::open(peer, calling, &[class], timeouts).await?;
    let answer = association.echo().await;
    association.release().await;
    answer
}

/// C-STORE of one file.
///
/// # Errors
/// [`ScuError`].
pub async fn store(
    peer: &Peer,
    calling: &AeTitle,
    file: &[u8],
    timeouts: &Timeouts,
) -> Result<(), ScuError> {
    let object = data_set(file).map_err(ScuError::Object)?;
    let kind = (object.class, object.transfer_syntax);
    let mut association = Outgoing::open(peer, calling, &[kind], timeouts).await?;
    let answer = association.store(file).await;
    association.release().await;
    answer
}

/// The error, and what to do.
fn hint(error: &ScuError) -> String {
    format!("{error}; {}", error.remedy())
}
