//! Command sets of DIMSE messages (PS3.7): elements of group 0, Implicit VR Little Endian.

use std::collections::BTreeMap;

/// Most bytes of a command set; the longest of the standard has some hundred.
pub const LIMIT: usize = 16 << 10;

/// Elements of group 0000.
pub mod element {
    /// Affected SOP Class UID.
    pub const AFFECTED_CLASS: u16 = 0x0002;
    /// Requested SOP Class UID.
    pub const REQUESTED_CLASS: u16 = 0x0003;
    /// Command Field.
    pub const FIELD: u16 = 0x0100;
    /// Message ID.
    pub const MESSAGE: u16 = 0x0110;
    /// Message ID Being Responded To.
    pub const RESPONDED: u16 = 0x0120;
    /// Move Destination, an AE title.
    pub const DESTINATION: u16 = 0x0600;
    /// Priority.
    pub const PRIORITY: u16 = 0x0700;
    /// Command Data Set Type: 0x0101 for none.
    pub const DATA_SET: u16 = 0x0800;
    /// Status.
    pub const STATUS: u16 = 0x0900;
    /// Error Comment, at most 64 characters.
    pub const COMMENT: u16 = 0x0902;
    /// Affected SOP Instance UID.
    pub const AFFECTED_INSTANCE: u16 = 0x1000;
    /// Requested SOP Instance UID.
    pub const REQUESTED_INSTANCE: u16 = 0x1001;
    /// Event Type ID.
    pub const EVENT: u16 = 0x1002;
    /// Action Type ID.
    pub const ACTION: u16 = 0x1008;
    /// Number of Completed Sub-operations.
    pub const COMPLETED: u16 = 0x1021;
    /// Number of Sub-operations that were done with a warning.
    pub const WARNED: u16 = 0x1023;
}

/// Values of Command Field; the answer to each has the bit 0x8000.
pub mod field {
    /// C-STORE-RQ.
    pub const STORE: u16 = 0x0001;
    /// C-GET-RQ.
    pub const GET: u16 = 0x0010;
    /// C-FIND-RQ.
    pub const FIND: u16 = 0x0020;
    /// C-MOVE-RQ.
    pub const MOVE: u16 = 0x0021;
    /// C-ECHO-RQ.
    pub const ECHO: u16 = 0x0030;
    /// N-EVENT-REPORT-RQ.
    pub const EVENT_REPORT: u16 = 0x0100;
    /// N-ACTION-RQ.
    pub const ACTION: u16 = 0x0130;
    /// C-CANCEL-RQ.
    pub const CANCEL: u16 = 0x0FFF;
    /// What an answer adds.
    pub const ANSWER: u16 = 0x8000;
}

/// Data Set Type of a message without one.
const NO_DATA_SET: u16 = 0x0101;

/// One command set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    elements: BTreeMap<u16, Vec<u8>>,
}

impl Command {
    /// Of its bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut bytes: &[u8]) -> Result<Self, String> {
        let mut elements = BTreeMap::new();
        while !bytes.is_empty() {
            let Some((header, rest)) = bytes.split_first_chunk::<8>() else {
                return Err("a command set that ends inside an element".into());
            };
            let [g0, g1, e0, e1, length @ ..] = *header;
            let group = u16::from_le_bytes([g0, g1]);
            if group != 0 {
                return Err(format!("an element of group {group:04X} in a command set"));
            }
            let length = u32::from_le_bytes(length) as usize;
            let Some((value, rest)) = rest.split_at_checked(length) else {
                return Err(format!("an element of {length} bytes in a command set, which ends"));
            };
            // The group's length says nothing more.
            if [e0, e1] != [0, 0] {
                elements.insert(u16::from_le_bytes([e0, e1]), value.to_vec());
            }
            bytes = rest;
        }
        Ok(Self { elements })
    }

    /// A request or an answer, without data set until one is announced.
    pub fn new(command_field: u16) -> Self {
        Self::default().number(element::FIELD, command_field).number(element::DATA_SET, NO_DATA_SET)
    }

    /// The answer to a request with a status.
    pub fn answer(request: &Self, status: u16) -> Self {
        let field = request.get(element::FIELD).unwrap_or(0) | field::ANSWER;
        let message = request.get(element::MESSAGE).unwrap_or(0);
        let mut answer =
            Self::new(field).number(element::RESPONDED, message).number(element::STATUS, status);
        for (requested, affected) in [
            (element::AFFECTED_CLASS, element::AFFECTED_CLASS),
            (element::REQUESTED_CLASS, element::AFFECTED_CLASS),
            (element::AFFECTED_INSTANCE, element::AFFECTED_INSTANCE),
            (element::REQUESTED_INSTANCE, element::AFFECTED_INSTANCE),
        ] {
            if let Some(uid) = request.uid(requested) {
                answer = answer.text(affected, &uid, '\0');
            }
        }
        answer
    }

    /// With a number of two bytes.
    #[must_use]
    pub fn number(mut self, element: u16, value: u16) -> Self {
        self.elements.insert(element, value.to_le_bytes().to_vec());
        self
    }

    /// With a UID.
    #[must_use]
    pub fn with_uid(self, element: u16, uid: &str) -> Self {
        self.text(element, uid, '\0')
    }

    /// With an AE title.
    #[must_use]
    pub fn with_title(self, element: u16, title: &str) -> Self {
        self.text(element, title, ' ')
    }

    /// With words for people; what does not fit 64 bytes is cut.
    #[must_use]
    pub fn comment(self, words: &str) -> Self {
        let ascii: String = words.chars().filter(|c| matches!(c, ' '..='~')).take(64).collect();
        self.text(element::COMMENT, &ascii.replace('\\', "/"), ' ')
    }

    /// Which says that a data set follows.
    #[must_use]
    pub fn with_data_set(self) -> Self {
        self.number(element::DATA_SET, 0)
    }

    fn text(mut self, element: u16, text: &str, padding: char) -> Self {
        let mut value = text.as_bytes().to_vec();
        if value.len() % 2 == 1 {
            value.push(padding as u8);
        }
        self.elements.insert(element, value);
        self
    }

    /// A number of two bytes.
    pub fn get(&self, element: u16) -> Option<u16> {
        let value = self.elements.get(&element)?;
        value.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// A UID of 1 to 64 digits and points; nothing where it is another text, as it may become a path.
    pub fn uid(&self, element: u16) -> Option<String> {
        let text = std::str::from_utf8(self.elements.get(&element)?).ok()?;
        let uid = text.trim_matches(['\0', ' ']);
        is_uid(uid).then(|| uid.to_owned())
    }

    /// The words of Error Comment.
    pub fn words(&self) -> Option<String> {
        let text = String::from_utf8_lossy(self.elements.get(&element::COMMENT)?).into_owned();
        Some(text.trim().replace(|c: char| c.is_control(), " "))
    }

    /// Whether a data set follows.
    pub fn has_data_set(&self) -> bool {
        self.get(element::DATA_SET).is_some_and(|kind| kind != NO_DATA_SET)
    }

    /// Its bytes, with the group's length.
    pub fn bytes(&self) -> Vec<u8> {
        let mut content = Vec::new();
        for (element, value) in &self.elements {
            put(&mut content, *element, value);
        }
        let mut bytes = Vec::with_capacity(content.len() + 12);
        put(&mut bytes, 0, &(content.len() as u32).to_le_bytes());
        bytes.extend(content);
        bytes
    }
}

/// Whether a text is a UID of 1 to 64 digits and points.
pub(crate) fn is_uid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn put(to: &mut Vec<u8>, element: u16, value: &[u8]) {
    to.extend([0, 0]);
    to.extend(element.to_le_bytes());
    to.extend((value.len() as u32).to_le_bytes());
    to.extend(value);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// C-ECHO-RQ as PS3.7 9.3.5.1 lays it out, written by hand.
    const ECHO: &[u8] = b"\0\0\0\0\x04\0\0\0\x38\0\0\0\
        \0\0\x02\0\x12\0\0\x001.2.840.10008.1.1\0\
        \0\0\0\x01\x02\0\0\0\x30\0\
        \0\0\x10\x01\x02\0\0\0\x07\0\
        \0\0\0\x08\x02\0\0\0\x01\x01";

    #[test]
    fn an_echo_is_read_written_and_answered() {
        let echo = Command::parse(ECHO).unwrap();
        assert_eq!(echo.uid(element::AFFECTED_CLASS).unwrap(), "1.2.840.10008.1.1");
        assert_eq!((echo.get(element::FIELD), echo.has_data_set()), (Some(field::ECHO), false));
        assert_eq!(echo.bytes(), ECHO);
        let answer = Command::answer(&echo, 0);
        assert_eq!(answer.get(element::FIELD), Some(0x8030));
        assert_eq!(answer.get(element::RESPONDED), Some(7));
        assert_eq!(answer.uid(element::AFFECTED_CLASS).unwrap(), "1.2.840.10008.1.1");
    }

    #[test]
    fn damaged_ones_are_refused_and_odd_uids_are_none() {
        for wrong in [&ECHO[..7], &ECHO[..13], b"\x08\0\0\0\0\0\0\0", b"\0\0\0\0\xFF\xFF\xFF\xFF"] {
            assert!(Command::parse(wrong).is_err(), "{wrong:?}");
        }
        for wrong in ["../../etc", "", "1.2/3", &"1".repeat(65)] {
            let command = Command::new(1).with_uid(element::AFFECTED_INSTANCE, wrong);
            assert_eq!(command.uid(element::AFFECTED_INSTANCE), None, "{wrong}");
        }
        let long = Command::new(1).comment(&"a\\".repeat(60));
        assert_eq!(long.words().unwrap().len(), 64);
    }
}
