//! All words of the page: one table, `words.tsv`. A line is a key, and its words in each language.

use std::{collections::HashMap, convert::Infallible, sync::LazyLock};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

/// What tells languages and themes in a cookie.
const LANGUAGE: &str = "koniscope-language";
const THEME: &str = "koniscope-theme";

/// A language of the page, as `html lang` has it; its place is that of its column.
pub(super) const LANGUAGES: [&str; 2] = ["en", "zh"];

/// A theme of the page; the first is the system's.
pub(super) const THEMES: [&str; 3] = ["system", "light", "dark"];

/// All keys with their words.
static TABLE: LazyLock<HashMap<&str, [&str; LANGUAGES.len()]>> =
    LazyLock::new(|| lines().collect());

/// The lines of the table, in its order. One that is no line, which a test finds, is passed over.
fn lines() -> impl Iterator<Item = (&'static str, [&'static str; LANGUAGES.len()])> {
    include_str!("words.tsv").lines().filter_map(|line| {
        let (key, words) = line.split_once('\t')?;
        let words: Vec<&str> = words.split('\t').collect();
        Some((key, words.try_into().ok()?))
    })
}

/// How a page is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    language: usize,
    /// One of [`THEMES`].
    pub(super) theme: &'static str,
}

impl Look {
    /// What a browser asks for: by cookie, else the first language of its list that the page has.
    fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, LANGUAGE);
        let list = headers.get(header::ACCEPT_LANGUAGE).and_then(|list| list.to_str().ok());
        let mut wanted = chosen.into_iter().chain(list.unwrap_or_default().split(','));
        let of = |word: &str| {
            let code = word.trim().get(..2)?;
            LANGUAGES.iter().position(|language| language.eq_ignore_ascii_case(code))
        };
        let theme = cookie(headers, THEME);
        Self {
            language: wanted.find_map(of).unwrap_or(0),
            theme: THEMES.into_iter().find(|one| theme == Some(one)).unwrap_or(THEMES[0]),
        }
    }

    /// English, in whatever a browser asks: forms and reports go to others.
    pub(super) fn english() -> Self {
        Self { language: 0, theme: THEMES[0] }
    }

    /// The language, as `html lang` has it.
    pub(super) fn language(self) -> &'static str {
        LANGUAGES[self.language]
    }

    /// The words of a key; the key itself where it has none, which a test finds.
    pub(super) fn text(self, key: &str) -> &str {
        TABLE.get(key).map_or(key, |words| words[self.language])
    }

    /// All keys with their words, in the order of the table.
    pub(super) fn words(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        lines().map(move |(key, words)| (key, words[self.language]))
    }
}

impl<S: Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The value of a cookie (RFC 6265 section 4.2).
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lists = headers.get_all(header::COOKIE).into_iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(';')).find_map(|pair| {
        let (of, value) = pair.trim().split_once('=')?;
        (of == name).then_some(value)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashSet;

    use koniscope::form::{
        Decision, Forms,
        consensus::{By, State},
        niosh_2_8::{Defect, Disorder, Grade, ReportKind, Rule, Section, Sides},
        signed::Mode,
    };

    use super::{super::html::ASSETS, *};

    /// What words are asked for in.
    const PAGES: &[&str] = &[
        include_str!("html.rs"),
        include_str!("form.rs"),
        include_str!("login.rs"),
        include_str!("second.rs"),
        PRINTED,
    ];

    /// What asks for words that are printed.
    const PRINTED: &str = include_str!("../../../koniscope/src/report/pdf/form.rs");

    /// Beginnings of keys whose ends are the program's own words.
    fn of_the_forms() -> HashSet<String> {
        let mut asked: HashSet<String> = Forms::fields().collect();
        asked.extend(Rule::ALL.iter().map(|rule| format!("rule.{}", rule.word())));
        asked.extend(Section::ALL.iter().map(|part| format!("section.{}", part.word())));
        asked.extend(Mode::ALL.iter().map(|mode| format!("mode.{}", mode.word())));
        asked.extend(Decision::ALL.iter().map(|one| format!("decision.{}", one.word())));
        asked.extend(State::ALL.iter().map(|one| format!("consensus.{}", one.word())));
        asked.extend(By::ALL.iter().map(|one| format!("second.rule.{}", one.word())));
        asked.extend((1..=3).map(|number| format!("priority.{number}")));
        let differs = ["quality", "profusion", "large", "stage"];
        asked.extend(differs.map(|what| format!("differs.{what}")));
        asked.extend(ReportKind::ALL.iter().map(|kind| format!("report.{}", kind.word())));
        asked
    }

    /// Keys that scripts and pages ask for as they stand.
    fn literal() -> HashSet<String> {
        let mut asked = HashSet::new();
        for (_, _, source) in ASSETS {
            let pieces: Vec<&str> = source.split("t(\"").collect();
            let calls = pieces.windows(2).filter(|two| {
                !two[0].ends_with(|before: char| before.is_alphanumeric() || before == '.')
            });
            let keys = calls.filter_map(|two| two[1].split('"').next());
            asked.extend(keys.map(str::to_owned));
        }
        let printed = PRINTED.split('"').filter(|word| word.starts_with("print."));
        asked.extend(printed.map(str::to_owned));
        let keys = include_str!("assets/keys.js").split("const IHE = {").nth(1).unwrap();
        let actions = keys.split("};").next().unwrap().split(", ").flat_map(|one| one.split('\n'));
        let actions = actions.filter_map(|one| one.trim().strip_prefix('"')?.split('"').next());
        let actions: Vec<String> = actions.map(|action| format!("act.{action}")).collect();
        assert!(actions.len() > 25, "{actions:?}");
        asked.extend(actions);
        for page in PAGES {
            let calls = page.split("text(\"").skip(1).filter_map(|rest| rest.split('"').next());
            asked.extend(calls.map(str::to_owned));
        }
        asked
    }

    #[test]
    fn every_key_has_words_in_every_language_and_none_twice() {
        let table = include_str!("words.tsv");
        assert_eq!(lines().count(), table.lines().count(), "a line is no key with its words");
        assert_eq!(TABLE.len(), lines().count(), "a key stands twice");
        for (key, words) in lines() {
            assert!(words.iter().all(|words| !words.trim().is_empty()), "no words for {key}");
            let is_chinese = words[1].chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(is_chinese, "{key} is not Chinese: {}", words[1]);
        }
        for key in of_the_forms().union(&literal()) {
            assert!(TABLE.contains_key(key.as_str()), "no words for {key}");
        }
    }

    #[test]
    fn no_word_is_left_that_nothing_asks_for() {
        let forms = of_the_forms();
        let mut ends: HashSet<String> = HashSet::new();
        ends.extend(Defect::ALL.iter().map(|one| one.word().to_owned()));
        ends.extend(Disorder::ALL.iter().map(|one| one.word().to_owned()));
        ends.extend(Grade::ALL.iter().map(|one| one.word().to_owned()));
        ends.extend(LANGUAGES.iter().chain(&THEMES).map(|one| (*one).to_owned()));
        ends.extend(Sides::ALL.iter().map(|one| one.word().to_owned()));
        let sources = || PAGES.iter().copied().chain(ASSETS.iter().map(|(_, _, source)| *source));
        let stands = |text: &str| sources().any(|source| source.contains(text));
        for (key, _) in lines() {
            let made_of = key.rsplit_once('.').is_some_and(|(family, end)| {
                let is_asked =
                    stands(&format!("\"{family}.{{")) || stands(&format!("`{family}.${{"));
                let is_end = ends.contains(end) || stands(&format!("\"{end}\""));
                is_asked && is_end || stands(&format!("starts_with(\"{family}.\")"))
            });
            let is_told = stands(&format!("\"{key}\""));
            assert!(made_of || is_told || forms.contains(key), "nothing asks for {key}");
        }
    }

    #[test]
    fn a_browser_gets_the_language_that_it_asks_for() {
        let of = |cookies: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookies.parse().unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            let look = Look::of(&headers);
            (look.language(), look.theme)
        };
        assert_eq!(of("", ""), ("en", "system"));
        assert_eq!(of("", "fr, zh-CN;q=0.8, en;q=0.2"), ("zh", "system"));
        assert_eq!(of("a=b; koniscope-language=en; koniscope-theme=dark", "zh"), ("en", "dark"));
        assert_eq!(of("koniscope-language=x; koniscope-theme=\"", "x, "), ("en", "system"));
    }
}
