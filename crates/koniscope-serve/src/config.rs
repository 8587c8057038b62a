//! The node's one file, TOML. What is wrong in it is told before a port is opened.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use koniscope::output::dicom::{Kind, Kinds};
use serde::Deserialize;

use crate::{ae::AeTitle, page, rules::Rule, tls::Mutual};

/// All of it; see docs/reference/node-toml.md.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The node itself.
    pub node: Node,
    /// The reader's page, where one is wanted.
    #[serde(default)]
    pub page: Option<page::Settings>,
    /// Other nodes, by names of ours.
    #[serde(default)]
    pub peers: BTreeMap<String, Peer>,
    /// Where results go.
    #[serde(default)]
    pub destinations: Vec<Destination>,
    /// Which films are read; where none is given, [`Rule::usual`].
    #[serde(default, rename = "rules")]
    rules: Vec<Rule>,
    /// How long is waited.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// When a failed task is tried again.
    #[serde(default)]
    pub retries: Retries,
}

/// The node itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its AE title.
    pub ae_title: AeTitle,
    /// Address and port that it listens on: loopback unless another is named.
    #[serde(default = "loopback")]
    pub listen: SocketAddr,
    /// Its folder.
    pub folder: PathBuf,
    /// Take films from any calling AE title, not from peers alone.
    #[serde(default)]
    pub accept_any_caller: bool,
    /// Take associations that call another AE title.
    #[serde(default)]
    pub accept_any_called: bool,
    /// Associations at once; a further one is rejected by name.
    #[serde(default = "associations")]
    pub max_associations: u32,
    /// Most bytes of a PDU, 4,096 to 131,072.
    #[serde(default = "pdu")]
    pub max_pdu: u32,
    /// Most megabytes of a film.
    #[serde(default = "film_mb")]
    pub max_film_mb: u64,
    /// Megabytes of the disk that stay free: below, films are refused with status A700.
    #[serde(default = "reserve_mb")]
    pub reserve_mb: u64,
    /// Films read at once.
    #[serde(default)]
    pub readers: Option<u32>,
    /// TLS: `listen` takes nothing else then.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// The same, loaded by [`Config::load_tls`].
    #[serde(skip)]
    pub(crate) secure: Option<Mutual>,
}

/// Files of TLS between nodes, PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The node's certificate, with those between it and its authority.
    pub cert: PathBuf,
    /// Its private key, without a password.
    pub key: PathBuf,
    /// The authorities that sign the certificates of peers.
    pub ca: PathBuf,
}

/// Another node.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its AE title.
    pub ae_title: AeTitle,
    /// Host and port, as `pacs.example:104`. A peer that only sends needs none to be reached at, but one.
    pub address: String,
    /// Whether it is reached by TLS, with the node's certificate.
    #[serde(default)]
    pub tls: bool,
    /// The same, loaded by [`Config::load_tls`].
    #[serde(skip)]
    pub(crate) secure: Option<Mutual>,
}

/// Where results go.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// Name of a peer.
    pub peer: String,
    /// Kinds of result objects, as `["seg", "sr"]`; all where none is named.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Whether an object is done only once the peer has said that it keeps it (storage commitment).
    #[serde(default)]
    pub commitment: bool,
}

/// Seconds that are waited.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// For a connection.
    pub connect_s: u64,
    /// For the request of an association, its answer and its release.
    pub association_s: u64,
    /// For each PDU of a message, and for the answer to one.
    pub message_s: u64,
    /// For the next message of an association.
    pub idle_s: u64,
    /// For a whole message, however small its PDUs.
    pub whole_message_s: u64,
    /// For a whole association that a peer asked for.
    pub whole_association_s: u64,
    /// For each answer while a peer sends films that it was asked for.
    pub retrieve_s: u64,
    /// For the word of a peer that it keeps an object, before the object is sent and asked for once more.
    pub commitment_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect_s: 10,
            association_s: 30,
            message_s: 60,
            idle_s: 60,
            whole_message_s: 900,
            whole_association_s: 14_400,
            retrieve_s: 600,
            commitment_s: 3600,
        }
    }
}

/// Back-off with an end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retries {
    /// Attempts in all.
    pub attempts: u32,
    /// Seconds before the second attempt; before each further one twice as many.
    pub first_s: u64,
    /// But no more than these.
    pub longest_s: u64,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: 10, first_s: 5, longest_s: 3600 }
    }
}

impl Retries {
    /// When the next attempt is due after so many, at `now`; nothing if that was the last.
    pub fn next(&self, attempts: i64, now: i64) -> Option<i64> {
        if attempts >= i64::from(self.attempts) {
            return None;
        }
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(32);
        let seconds = self.first_s.saturating_mul(1 << doublings).min(self.longest_s);
        Some(now.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000)))
    }
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 11112))
}

fn associations() -> u32 {
    24
}

fn pdu() -> u32 {
    64 << 10
}

fn film_mb() -> u64 {
    256
}

fn reserve_mb() -> u64 {
    2048
}

impl Config {
    /// Of the file's text.
    ///
    /// # Errors
    /// What is wrong, and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let node = &config.node;
        let timeouts = &config.timeouts;
        let wrong = |words: &str| Err(words.to_owned());
        config.page.as_ref().map_or(Ok(()), page::Settings::check)?;
        for destination in &config.destinations {
            if !config.peers.contains_key(&destination.peer) {
                let peer = &destination.peer;
                return Err(format!("a destination names the peer {peer}; add [peers.{peer}]"));
            }
            for kind in &destination.objects {
                kind.parse::<Kinds>().map_err(|words| format!("destinations.objects: {words}"))?;
            }
            // It cites all others, which must be where it is.
            let lacks = |kind: &Kind| !destination.objects.iter().any(|name| name == kind.name());
            if destination.objects.iter().any(|name| name == Kind::Kos.name())
                && let Some(other) = Kind::ALL.iter().find(|kind| lacks(kind))
            {
                return Err(format!(
                    "destinations.objects: kos lists all other results, and {} does not go to {}; add it, \
                     name no kinds to send all, or leave kos out",
                    other.name(),
                    destination.peer
                ));
            }
        }
        for (name, peer) in &config.peers {
            if peer.tls && node.tls.is_none() {
                return Err(format!(
                    "peers.{name}: tls asks for the node's certificate; add tls = {{ cert, key, ca }} to [node]"
                ));
            }
            let port = peer.address.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(1..))) {
                return Err(format!(
                    "peers.{name}: address must be HOST:PORT, as pacs.example:104"
                ));
            }
        }
        if !(4096..=131_072).contains(&node.max_pdu) {
            return wrong("node.max_pdu must lie between 4096 and 131072");
        }
        if node.max_associations == 0 || node.max_film_mb == 0 || node.readers == Some(0) {
            return wrong("node.max_associations, max_film_mb and readers must be at least 1");
        }
        let Timeouts { connect_s, association_s, message_s, idle_s, .. } = *timeouts;
        let Timeouts { whole_message_s, whole_association_s, .. } = *timeouts;
        let Timeouts { retrieve_s, commitment_s, .. } = *timeouts;
        let whole = [whole_message_s, whole_association_s, retrieve_s, commitment_s];
        if [connect_s, association_s, message_s, idle_s].iter().chain(&whole).any(|s| *s == 0) {
            return wrong("all timeouts must be at least 1 s");
        }
        if config.retries.attempts == 0 {
            return wrong("retries.attempts must be at least 1");
        }
        if !node.listen.ip().is_loopback() && config.peers.is_empty() && !node.accept_any_caller {
            return wrong(
                "node.listen is reached from outside, but no peer is known: add [peers.NAME], or say \
                 accept_any_caller = true",
            );
        }
        Ok(config)
    }

    /// Loads certificates and key, where TLS is asked for. To be called before anything is opened.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn load_tls(mut self) -> Result<Self, String> {
        let Some(tls) = &self.node.tls else { return Ok(self) };
        let loaded = Mutual::load(&tls.cert, &tls.key, &tls.ca);
        let loaded = loaded.map_err(|e| format!("node.tls: {e}"))?;
        for peer in self.peers.values_mut().filter(|peer| peer.tls) {
            peer.secure = Some(loaded.clone());
        }
        self.node.secure = Some(loaded);
        Ok(self)
    }

    /// A peer by its name.
    ///
    /// # Errors
    /// Which names there are.
    pub fn peer(&self, name: &str) -> Result<&Peer, String> {
        let known = || self.peers.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let unknown = || format!("the node's file has no peer {name}; it has: {}", known());
        self.peers.get(name).ok_or_else(unknown)
    }

    /// The first peer with an AE title.
    pub fn titled(&self, title: &str) -> Option<&Peer> {
        self.peers.values().find(|peer| peer.ae_title.as_str() == title)
    }

    /// Whether objects for a peer are done only once it has said that it keeps them.
    pub fn asks_to_keep(&self, peer: &str) -> bool {
        self.destinations.iter().any(|to| to.peer == peer && to.commitment)
    }

    /// Which films are read.
    pub fn rules(&self) -> Vec<Rule> {
        if self.rules.is_empty() { vec![Rule::usual()] } else { self.rules.clone() }
    }

    /// Whether films are taken from this title: on loopback from any where no peer is known.
    pub fn takes_from(&self, calling: &AeTitle) -> bool {
        let is_open = self.node.accept_any_caller || self.peers.is_empty();
        is_open || self.peers.values().any(|peer| peer.ae_title == *calling)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LEAST: &str = "[node]\nae_title = \"K\"\nfolder = \"f\"\n";

    #[test]
    fn the_least_file_listens_on_loopback() {
        let config = Config::parse(LEAST).unwrap();
        assert!(config.node.listen.ip().is_loopback());
        assert_eq!(config.rules(), [Rule::usual()]);
        assert!(config.takes_from(&AeTitle::try_from("ANY".to_owned()).unwrap()));
        let peers = format!("{LEAST}[peers.a]\nae_title = \"A\"\naddress = \"h:104\"\n");
        let config = Config::parse(&peers).unwrap();
        assert!(config.takes_from(&AeTitle::try_from("A".to_owned()).unwrap()));
        assert!(!config.takes_from(&AeTitle::try_from("ANY".to_owned()).unwrap()));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (more, told) in [
            ("max_pdu = 100", "max_pdu must lie"),
            ("listen = \"0.0.0.0:104\"", "no peer is known"),
            (
                "[peers.a]\nae_title = \"A\"\naddress = \"h:1\"\ntls = true",
                "add tls = { cert, key, ca }",
            ),
            ("max_associations = 0", "at least 1"),
            ("[page]\nlisten = \"0.0.0.0:443\"", "needs users"),
            ("color = \"red\"", "unknown field `color`"),
            ("[timeouts]\nidle_s = 0", "at least 1 s"),
            ("[[destinations]]\npeer = \"a\"", "add [peers.a]"),
            (
                "[[destinations]]\npeer = \"a\"\nobjects = [\"gsps\"]\n[peers.a]\nae_title = \"A\"\naddress = \"h:1\"",
                "there are seg, sr",
            ),
            (
                "[[destinations]]\npeer = \"a\"\nobjects = [\"sr\", \"kos\"]\n[peers.a]\nae_title = \"A\"\naddress = \"h:1\"",
                "kos lists all other results, and seg does not go to a",
            ),
            ("[peers.a]\nae_title = \"A\"\naddress = \"host\"", "HOST:PORT"),
            ("[peers.a]\nae_title = \"\"\naddress = \"host:1\"", "no AE title"),
        ] {
            let error = Config::parse(&format!("{LEAST}{more}\n")).unwrap_err();
            assert!(error.contains(told), "{more}: {error}");
        }
    }

    #[test]
    fn back_off_doubles_and_ends() {
        let retries = Retries { attempts: 5, first_s: 10, longest_s: 30 };
        let next: Vec<_> = (1..=5).map(|attempts| retries.next(attempts, 0)).collect();
        assert_eq!(next, [Some(10_000), Some(20_000), Some(30_000), Some(30_000), None]);
    }
}
