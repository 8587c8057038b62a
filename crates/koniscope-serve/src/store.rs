//! What the node knows: films received, tasks to do, and what came of both.
//!
//! One trait, so that another database can take the place of [`sqlite`]. Whatever a method has said is on
//! the disk when it returns. The queue is one table: a task is leased for a time, and who leased it last
//! settles it; a lease that ran out goes to the next who asks.

pub mod sqlite;

use std::{future::Future, pin::Pin};

use serde::Serialize;

use crate::commitment::Asked;

/// The database's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store failed: {0}; see whether its disk is full or its file damaged")]
pub struct StoreError(pub String);

/// What a method will answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A film that is whole and in its place on disk.
#[derive(Clone, Debug)]
pub struct Received {
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Fingerprint of its bytes.
    pub sha256: String,
    /// Bytes of its data set.
    pub bytes: u64,
    /// AE title of the sender.
    pub calling: String,
    /// Why it is not to be read, where no rule wants it.
    pub passed_over: Option<String>,
}

/// What a film that was received is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// New, under this number.
    New(i64),
    /// The same bytes as an earlier one: no second reading.
    Same(i64),
    /// Other bytes under the SOP Instance UID of the second: kept as the first, and not read, since its
    /// results would bear the UIDs of the other's.
    OtherBytes(i64, i64),
}

/// A kind of task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Read a film.
    Read,
    /// Send a result object to the destination of this name.
    Send(&'a str),
}

/// A task in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Number of the task.
    pub task: i64,
    /// How often it was leased, this time counted: only the last lease settles it.
    pub attempt: i64,
    /// Number of the film.
    pub film: i64,
    /// Fingerprint of the film.
    pub sha256: String,
    /// AE title of the film's sender.
    pub calling: String,
    /// The object to send, in the film's folder of results; empty for a reading.
    pub object: String,
}

/// A result object that waits in the film's folder of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Name of its file.
    pub file: String,
    /// Name of the destination.
    pub destination: String,
}

/// A report of storage commitment that a peer asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Its number.
    pub id: i64,
    /// AE title of the peer.
    pub calling: String,
    /// What it asked for.
    pub asked: Asked,
    /// Attempts to report, this one counted.
    pub attempts: i64,
}

/// One association, ended.
#[derive(Clone, Debug, Serialize)]
pub struct Association {
    /// When it began, in ms since 1970.
    pub at_ms: i64,
    /// `in` or `out`.
    pub direction: &'static str,
    /// The peer's AE title, where it was told, and its address.
    pub peer: String,
    /// Films or objects that went through.
    pub objects: u64,
    /// How it ended, in words.
    pub outcome: String,
}

/// How many films or objects are in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// `queued`, `reading`, `read`, `sending`, `done`, `failed` or `passed over`, of films; of objects for a
    /// destination `queued`, `leased`, `done` or `failed`.
    pub state: String,
    /// How many.
    pub number: i64,
}

/// A task that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// Number of the film.
    pub film: i64,
    /// Where to, for an object.
    pub destination: Option<String>,
    /// Attempts made.
    pub attempts: i64,
    /// Why.
    pub reason: String,
}

/// A film, and how far its reading has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmState {
    /// Its number.
    pub id: i64,
    /// Fingerprint of its bytes.
    pub sha256: String,
    /// When it came, in ms since 1970.
    pub received_ms: i64,
    /// Of its reading: `queued`, `leased`, `done`, `failed` or `passed over`.
    pub state: String,
    /// Why it is not read.
    pub reason: String,
    /// When that changed last, in ms since 1970.
    pub changed_ms: i64,
}

/// The store at a glance.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overview {
    /// Films by state.
    pub films: Vec<Count>,
    /// Objects by destination and state.
    pub destinations: Vec<(String, Count)>,
    /// Reports of storage commitment that peers asked for, by state.
    pub reports: Vec<Count>,
    /// Tasks that failed, the last first, at most 100.
    pub failed: Vec<Failed>,
    /// The last associations, the last first, at most 100.
    pub associations: Vec<Association>,
}

/// See the module. Times are ms since 1970, and arguments.
pub trait Store: Send + Sync {
    /// Notes a film that is in its place, and a task to read it where it is to be read. One that was passed over
    /// and is now wanted is queued.
    fn receive<'a>(&'a self, film: &'a Received, now: i64) -> Answer<'a, Receipt>;

    /// At most `limit` tasks that are due, or whose lease ran out, leased until `until`.
    fn lease<'a>(
        &'a self,
        kind: Kind<'a>,
        now: i64,
        until: i64,
        limit: u32,
    ) -> Answer<'a, Vec<Lease>>;

    /// Holds on to a lease until a later time. False if another has it.
    fn renew<'a>(&'a self, lease: &'a Lease, until: i64) -> Answer<'a, bool>;

    /// The film is read, its objects wait. False if another had the lease: nothing is changed then.
    fn read<'a>(&'a self, lease: &'a Lease, objects: &'a [Waiting], now: i64) -> Answer<'a, bool>;

    /// The object is sent; with a time, only once the peer has said until then that it keeps it: see
    /// [`Store::told`]. Without a word it is due again. False if another had the lease.
    fn sent<'a>(&'a self, lease: &'a Lease, until: Option<i64>, now: i64) -> Answer<'a, bool>;

    /// Notes that a peer is asked, under a transaction, to keep instances, each with its task where it has one.
    fn ask<'a>(
        &'a self,
        transaction: &'a str,
        objects: &'a [(String, Option<i64>)],
    ) -> Answer<'a, ()>;

    /// Notes what a peer said: of each instance 0, or why it is not kept. Its task is done, or failed. False if
    /// nobody asked.
    fn told<'a>(
        &'a self,
        transaction: &'a str,
        outcomes: &'a [(String, u16)],
        now: i64,
    ) -> Answer<'a, bool>;

    /// Of each instance of a transaction what [`Store::told`] noted, if anything.
    fn promised<'a>(&'a self, transaction: &'a str) -> Answer<'a, Vec<(String, Option<u16>)>>;

    /// Notes that a peer is owed a report of storage commitment.
    fn owe<'a>(&'a self, calling: &'a str, asked: &'a Asked, now: i64) -> Answer<'a, ()>;

    /// At most 100 reports that are due, each with an attempt counted. There is one who reports.
    fn owed(&self, now: i64) -> Answer<'_, Vec<Owed>>;

    /// The report is through, or failed for a reason; the next attempt is due at a time, or there is none.
    fn reported<'a>(&'a self, id: i64, failure: Option<(&'a str, Option<i64>)>) -> Answer<'a, ()>;

    /// Queues what was leased and not tried: the attempt does not count. False if another had the lease.
    fn give_back<'a>(&'a self, lease: &'a Lease) -> Answer<'a, bool>;

    /// The attempt failed for a reason; the next is due at `again`, or there is none.
    fn failed<'a>(
        &'a self,
        lease: &'a Lease,
        reason: &'a str,
        again: Option<i64>,
        now: i64,
    ) -> Answer<'a, bool>;

    /// Takes back all leases: for the start of the one node, whose predecessor is gone. What was leased before is
    /// due a second later for each time, so that a film that ends the program does not go first for ever.
    fn take_back(&self, now: i64) -> Answer<'_, u64>;

    /// Queues all failed tasks and reports once more, with no attempt counted. How many.
    fn retry(&self, now: i64) -> Answer<'_, u64>;

    /// Whether an object of this class and instance is held.
    fn holds<'a>(&'a self, class: &'a str, instance: &'a str) -> Answer<'a, bool>;

    /// Fingerprint of the first film of this SOP Instance UID, if one is held.
    fn film<'a>(&'a self, instance: &'a str) -> Answer<'a, Option<String>>;

    /// Notes an association that ended. The last thousand are kept.
    fn note<'a>(&'a self, association: &'a Association) -> Answer<'a, ()>;

    /// Films whose reading has changed at `since` or later, or is not at its end, in the order in which they came.
    fn films(&self, since: i64) -> Answer<'_, Vec<FilmState>>;

    /// All at a glance.
    fn overview(&self) -> Answer<'_, Overview>;
}
