//! What the words of a header mean: the terms of the standard's lists and the words that people of
//! the main languages type, looked up whole, never as parts of other words.

mod body_parts;
mod views;

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// What is read: the chest; a frontal view.
    Wanted,
    /// Clearly something else.
    Other,
    /// Both.
    Mixed,
    /// No word of it is known.
    Unknown,
}

/// A list of terms, in capitals without accents, words separated by a space.
struct Terms {
    wanted: &'static [&'static str],
    other: &'static [&'static str],
}

/// Which part of the body a text names.
pub(super) fn body_part(text: &str) -> Meaning {
    body_parts::TERMS.meaning(text)
}

/// Which view a text names.
pub(super) fn view(text: &str) -> Meaning {
    views::TERMS.meaning(text)
}

/// Words of the longest term.
const LONGEST: usize = 4;

impl Terms {
    fn meaning(&self, text: &str) -> Meaning {
        let words = words(text);
        let (mut wanted, mut other, mut at) = (false, false, 0);
        while at < words.len() {
            // The longest term first: THORACIC SPINE is no THORACIC.
            let known = (1..=LONGEST.min(words.len() - at)).rev().find_map(|count| {
                let words = &words[at..at + count];
                self.find(&words.join(" "))
                    .or_else(|| self.find(&words.concat()))
                    .map(|m| (m, count))
            });
            let (meaning, count) = known.unwrap_or((Meaning::Unknown, 1));
            wanted |= meaning == Meaning::Wanted;
            other |= meaning == Meaning::Other;
            at += count;
        }
        match (wanted, other) {
            (true, true) => Meaning::Mixed,
            (true, false) => Meaning::Wanted,
            (false, true) => Meaning::Other,
            (false, false) => Meaning::Unknown,
        }
    }

    fn find(&self, term: &str) -> Option<Meaning> {
        // A plural; few of the terms end in S themselves.
        let is = |list: &[&str]| {
            list.contains(&term) || term.strip_suffix('S').is_some_and(|term| list.contains(&term))
        };
        match () {
            () if is(self.other) => Some(Meaning::Other),
            () if is(self.wanted) => Some(Meaning::Wanted),
            () => None,
        }
    }
}

/// Words in capitals, without accents. A character of a script that does not part words is a word.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars().flat_map(char::to_uppercase) {
        match c {
            '\u{300}'..='\u{36F}' => {} // an accent that stands alone
            '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' => {
                words.push(c.into());
                open = false;
            }
            c if c.is_alphanumeric() => {
                if !open {
                    words.push(String::new());
                }
                let word = words.last_mut();
                word.into_iter().for_each(|word| word.extend(plain(c)));
                open = true;
            }
            _ => open = false,
        }
    }
    words
}

/// A capital without its accent.
fn plain(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Č' => "C",
        'Ď' => "D",
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'Ğ' => "G",
        'Ì'..='Ï' | 'İ' => "I",
        'Ł' => "L",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'Ò'..='Ö' | 'Ø' | 'Ő' => "O",
        'Ř' => "R",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'Ţ' | 'Ț' | 'Ť' => "T",
        'Ù'..='Ü' | 'Ů' | 'Ű' => "U",
        'Ý' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'Ё' => "Е",
        'Ά' => "Α",
        'Ώ' => "Ω",
        other => return [Some(other), None].into_iter().flatten(),
    };
    let mut plain = plain.chars();
    [plain.next(), plain.next()].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_whole() {
        use Meaning::{Mixed, Other, Unknown, Wanted};
        let parts = [
            ("CHEST", Wanted),
            ("Thorax p.a.", Wanted),
            ("TÓRAX", Wanted),
            ("T\u{f3}rax AP", Wanted),
            ("Cage thoracique", Wanted),
            ("BRUSTKORB", Wanted),
            ("грудная клетка", Wanted),
            ("胸部正位", Wanted),
            ("흉부", Wanted),
            ("51185008", Wanted),
            ("THORACIC SPINE", Other),
            ("THORACIC_SPINE", Other),
            ("Thoracolumbar spine", Other),
            ("RIBS", Other),
            ("STERNUM", Other),
            ("UPPER LIMB", Other),
            ("ENTIRE BODY", Other),
            ("WHOLEBODY", Other),
            ("Brustwirbelsäule", Other),
            ("胸椎", Other),
            ("腹部", Other),
            ("Hands", Other),
            ("PELVIS^HIP", Other),
            ("CHEST AND ABDOMEN", Mixed),
            ("HANDSOME", Unknown),
            ("RIBCAGE", Unknown),
            ("", Unknown),
        ];
        for (text, expected) in parts {
            assert_eq!(body_part(text), expected, "{text}");
        }
        let views = [
            ("PA", Wanted),
            ("P.A.", Wanted),
            ("ANTEROPOSTERIOR", Wanted),
            ("postero-anterior", Wanted),
            ("AP SUPINE", Wanted),
            ("正位", Wanted),
            ("LL", Other),
            ("Left lateral", Other),
            ("PERFIL", Other),
            ("SEITLICH", Other),
            ("XTABLE", Other),
            ("X-TABLE", Other),
            ("DECUB", Other),
            ("Lateral decubitus", Other),
            ("侧位", Other),
            ("PA LATERAL", Mixed),
            ("W1", Unknown),
        ];
        for (text, expected) in views {
            assert_eq!(view(text), expected, "{text}");
        }
    }
}
