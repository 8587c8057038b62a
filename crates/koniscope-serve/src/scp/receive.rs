//! A film that arrives by C-STORE: written, synced, looked at, put in its place, noted; only then
//! acknowledged.

use std::{fs, io};

use tokio::task::block_in_place;

use super::Scp;
use crate::{
    ae::AeTitle,
    film::{Announced, Incoming, facts},
    folder, now_ms, rules,
    store::{Receipt, Received},
};

/// Status: out of resources (PS3.4 table B.2-1).
pub(crate) const OUT_OF_RESOURCES: u16 = 0xA700;
/// Status: the data set is not what the command says.
pub(crate) const DOES_NOT_MATCH: u16 = 0xA900;
/// Status: cannot understand.
pub(crate) const CANNOT_UNDERSTAND: u16 = 0xC000;

/// Why a film is not taken.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) words: String,
}

fn refusal(status: u16, words: impl Into<String>) -> Refusal {
    Refusal { status, words: words.into() }
}

/// The disk did not take it; that may pass, as A700 says to the sender.
fn of_disk(error: &io::Error) -> Refusal {
    refusal(OUT_OF_RESOURCES, format!("not written: {error}"))
}

/// A film on its way, or why it cannot be taken any more; the rest of it is then let go by.
pub(super) struct Arriving {
    announced: Announced,
    incoming: Result<Incoming, Refusal>,
}

impl Arriving {
    pub(super) fn add(&mut self, bytes: &[u8], limit: u64) {
        let Ok(incoming) = &mut self.incoming else { return };
        if incoming.bytes() + bytes.len() as u64 > limit {
            let words = format!("larger than {} MB", limit >> 20);
            self.incoming = Err(refusal(CANNOT_UNDERSTAND, words));
        } else if let Err(error) = block_in_place(|| incoming.write(bytes)) {
            self.incoming = Err(of_disk(&error));
        }
    }
}

impl Scp {
    /// Takes a film that is in memory, as one that arrived.
    pub(crate) async fn take(
        &self,
        announced: Announced,
        bytes: &[u8],
        from: &AeTitle,
    ) -> Result<(), Refusal> {
        let mut arriving = begin(self, announced, from)?;
        arriving.add(bytes, bytes.len() as u64);
        finish(self, arriving, from).await
    }
}

/// Begins a film, where the disk has room.
pub(super) fn begin(
    scp: &Scp,
    announced: Announced,
    calling: &AeTitle,
) -> Result<Arriving, Refusal> {
    let reserve = scp.config.node.reserve_mb.saturating_mul(1 << 20);
    let incoming = scp.folder.incoming();
    if folder::free_bytes(&incoming).is_some_and(|free| free < reserve) {
        let words = format!("less than {} MB left on the disk", scp.config.node.reserve_mb);
        return Err(refusal(OUT_OF_RESOURCES, words));
    }
    let incoming = Incoming::begin(&incoming, &announced, calling).map_err(|e| of_disk(&e))?;
    Ok(Arriving { announced, incoming: Ok(incoming) })
}

/// Makes a whole film durable and notes it.
pub(super) async fn finish(scp: &Scp, film: Arriving, calling: &AeTitle) -> Result<(), Refusal> {
    let Arriving { announced, incoming } = film;
    let incoming = incoming?;
    let whole = block_in_place(|| incoming.finish()).map_err(|e| of_disk(&e))?;
    let found = {
        let _one_of_few = scp.looking.acquire().await;
        let bytes = fs::read(whole.path()).map_err(|e| of_disk(&e))?;
        block_in_place(|| facts(&bytes))
    };
    let found = found.map_err(|words| refusal(CANNOT_UNDERSTAND, words))?;
    if found.instance != announced.instance || found.class != announced.class {
        return Err(refusal(DOES_NOT_MATCH, "command and data set name different objects"));
    }
    let passed_over = match found.is_test {
        true => Some("a test film of `koniscope node check`".to_owned()),
        false => rules::wanted(&scp.rules, &found, calling).err(),
    };
    let received = Received {
        class: announced.class,
        instance: announced.instance,
        sha256: whole.sha256.clone(),
        bytes: whole.bytes,
        calling: calling.as_str().to_owned(),
        passed_over,
    };
    block_in_place(|| scp.folder.keep(whole.path(), &whole.sha256)).map_err(|e| of_disk(&e))?;
    whole.moved();
    let receipt = scp.store.receive(&received, now_ms()).await;
    match receipt.map_err(|e| refusal(OUT_OF_RESOURCES, e.to_string()))? {
        Receipt::New(_) => {}
        Receipt::Same(film) => (scp.log)(&format!("film {film} came again, the same bytes")),
        Receipt::OtherBytes(film, first) => (scp.log)(&format!(
            "film {film} has the SOP Instance UID of film {first} and other bytes: kept, not read"
        )),
    }
    scp.arrived.notify_one();
    Ok(())
}
