//! Titles of application entities.

use serde::{Deserialize, Serialize};

/// An AE title: 1 to 16 printable ASCII characters without backslash (PS3.5 6.2, AE), blanks around it cut.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AeTitle(String);

impl AeTitle {
    /// The title as it is sent and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AeTitle {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let title = text.trim();
        let is_allowed = |c: char| matches!(c, ' '..='~') && c != '\\';
        if title.is_empty() || title.len() > 16 || !title.chars().all(is_allowed) {
            return Err(format!(
                "{text:?} is no AE title; 1 to 16 ASCII characters without backslash were expected"
            ));
        }
        Ok(Self(title.to_owned()))
    }
}

impl From<AeTitle> for String {
    fn from(title: AeTitle) -> Self {
        title.0
    }
}

impl std::fmt::Display for AeTitle {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_checked() {
        assert_eq!(AeTitle::try_from(" PACS 1 ".to_owned()).unwrap().as_str(), "PACS 1");
        for wrong in ["", "   ", "12345678901234567", "A\\B", "Ä", "A\nB"] {
            let error = AeTitle::try_from(wrong.to_owned()).unwrap_err();
            assert!(error.contains("no AE title"), "{error}");
        }
    }
}
