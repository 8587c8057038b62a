//! Why a peer did not do what it was asked for, and what helps.

use crate::{dimse::MessageError, wire::WireError};

/// Why a peer did not take what it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScuError {
    /// No connection.
    #[error("no connection to {address}: {detail}")]
    Connect {
        /// Where to.
        address: String,
        /// The system's words.
        detail: String,
    },
    /// The peer rejected the association.
    #[error("the peer rejected the association: {0}")]
    Rejected(String),
    /// The peer took none of the contexts that were proposed.
    #[error(
        "the peer takes none of the {0} kinds of objects proposed; see what it is set to accept"
    )]
    NoContext(usize),
    /// The peer took no context for this object.
    #[error("the peer does not take objects of class {class}{how}")]
    ContextRefused {
        /// SOP Class UID.
        class: String,
        /// In which transfer syntax, where others are taken.
        how: String,
    },
    /// The peer answered with a failure.
    #[error("the peer answered with status {status:04X} ({meaning})")]
    Status {
        /// As sent.
        status: u16,
        /// By the standard's tables.
        meaning: &'static str,
        /// The peer's own words, which may name a patient: see [`ScuError::with_words`].
        words: String,
    },
    /// The peer found more than was allowed for.
    #[error("the peer found more than {0}")]
    TooMany(usize),
    /// It was given up at this side's wish.
    #[error("given up, as was asked for")]
    GivenUp,
    /// The object is none.
    #[error("an object that cannot be sent: {0}")]
    Object(String),
    /// The association broke.
    #[error(transparent)]
    Message(#[from] MessageError),
}

impl From<WireError> for ScuError {
    fn from(error: WireError) -> Self {
        Self::Message(error.into())
    }
}

impl ScuError {
    /// Whether the same may go well later: the network, and a peer that says it is short of something.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Rejected(_) | Self::Message(_) | Self::NoContext(_) => {
                true
            }
            Self::Status { status, .. } => matches!(status, 0xA700..=0xA7FF | 0x0110 | 0x0213),
            Self::ContextRefused { .. } | Self::Object(_) | Self::TooMany(_) | Self::GivenUp => {
                false
            }
        }
    }

    /// The error with the peer's own words, for a person who asked the peer; never for a log or a record.
    pub fn with_words(&self) -> String {
        match self {
            Self::Status { words, .. } if !words.is_empty() => format!("{self}: {words}"),
            _ => self.to_string(),
        }
    }

    /// What helps, where the error does not say it by itself.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Connect { .. } => {
                "see whether the peer runs, its address and port, and firewalls between"
            }
            Self::Rejected(why) if why.starts_with("called") => {
                "the peer has another AE title than the configuration says: set peers.NAME.ae_title"
            }
            Self::Rejected(why) if why.starts_with("calling") => {
                "add this node's AE title, address and port to the peer's list"
            }
            Self::Rejected(why) if why.contains("limit") || why.contains("congestion") => {
                "the peer has too much to do: try later"
            }
            Self::Rejected(_) => "ask the peer's administrator why",
            Self::NoContext(_) | Self::ContextRefused { .. } => {
                "have the peer accept these classes from this node"
            }
            Self::Status { status: 0xA801, .. } => {
                "add this node's AE title, address and port to the peer's list of destinations"
            }
            Self::Status { status: 0x0124, .. } => "have the peer allow it to this node's AE title",
            Self::Status { status: 0xA700..=0xA7FF | 0x0213, .. } => {
                "the peer is short of room, or could not reach this node: see its disk and its log"
            }
            Self::Status { .. } => "see the peer's log at this time",
            Self::TooMany(_) => "ask for less: name a date, a patient or a study",
            Self::GivenUp => "the same command goes on where it stopped",
            Self::Object(_) => "see the file",
            Self::Message(MessageError::Wire(WireError::Timeout { .. })) => {
                "the peer is slow or stuck: see it, or allow more seconds in [timeouts]"
            }
            Self::Message(MessageError::Wire(WireError::NotDicom(..))) => {
                "see its address and port"
            }
            Self::Message(
                MessageError::Wire(WireError::TooLarge { .. }) | MessageError::Breach(_),
            ) => "tell the peer's vendor: it breaks the protocol",
            Self::Message(_) => "see the peer's log at this time: it ended the association",
        }
    }

    /// Whether the association can be used on: only after a whole answer.
    pub fn is_of_object(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::ContextRefused { .. } | Self::Object(_))
    }
}

/// What a status says (PS3.4 table B.2-1, PS3.7 annex C).
pub(super) fn meaning(status: u16) -> &'static str {
    match status {
        0xA700..=0xA7FF => "out of resources",
        0xA801 => "it does not know where to send to",
        0xA900..=0xA9FF => "what was sent does not match its class",
        0xC000..=0xCFFF => "it cannot understand what was sent",
        0xFE00 => "given up",
        0x0110 => "processing failure",
        0x0111 => "duplicate instance",
        0x0112 => "no such instance",
        0x0117 => "invalid instance",
        0x0119 => "class and instance conflict",
        0x0122 => "class not supported",
        0x0124 => "not authorized",
        0x0211 => "unrecognized operation",
        0x0213 => "resource limitation",
        _ => "a failure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let status = |status| ScuError::Status { status, meaning: "", words: String::new() };
        assert!(status(0xA700).may_pass() && status(0x0110).may_pass());
        assert!(!status(0xC000).may_pass() && !status(0x0124).may_pass());
        assert!(ScuError::from(WireError::Closed).may_pass());
        assert!(!ScuError::from(WireError::Closed).is_of_object());
        let named = ScuError::Status { status: 1, meaning: "", words: "Doe^Jane".into() };
        assert!(named.with_words().contains("Doe") && !named.to_string().contains("Doe"));
        let refused = ScuError::ContextRefused { class: "1.2".into(), how: String::new() };
        assert!(refused.is_of_object());
    }
}
