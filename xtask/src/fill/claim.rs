//! What a sentence says of a figure: terms with `<`, `<=`, `>`, `>=` between them.

use std::collections::BTreeMap;

type Holds = fn(f64, f64) -> bool;

const OPERATORS: [(&str, Holds); 4] =
    [("<=", |a, b| a <= b), (">=", |a, b| a >= b), ("<", |a, b| a < b), (">", |a, b| a > b)];

/// A chain of comparisons, as `low<=0.9<=high`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claim {
    /// As the mark has it.
    pub(super) text: String,
    terms: Vec<Term>,
    /// Places in [`OPERATORS`], one less than terms.
    operators: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Number(f64),
    /// `value`, `low`, `high` or `n`.
    Named(String),
}

impl Claim {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (mut terms, mut operators, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some(at) = rest.find(['<', '>']) {
            terms.push(term(&rest[..at], text)?);
            let found = OPERATORS.iter().position(|(sign, _)| rest[at..].starts_with(sign));
            let place = found.ok_or_else(|| fault(text))?;
            operators.push(place);
            rest = &rest[at + OPERATORS[place].0.len()..];
        }
        terms.push(term(rest, text)?);
        let compares = terms.iter().any(|term| matches!(term, Term::Named(_)));
        if operators.is_empty() || !compares {
            return Err(fault(text));
        }
        Ok(Self { text: text.into(), terms, operators })
    }

    /// Whether it is so.
    ///
    /// # Errors
    /// A term that the figure does not have.
    pub(super) fn holds(&self, known: &BTreeMap<&str, f64>) -> Result<bool, String> {
        let value = |term: &Term| match term {
            Term::Number(number) => Ok(*number),
            Term::Named(name) => known
                .get(name.as_str())
                .copied()
                .ok_or_else(|| format!("{}: the figure has no {name}", self.text)),
        };
        let values: Vec<f64> = self.terms.iter().map(value).collect::<Result<_, _>>()?;
        let pairs = values.windows(2).zip(&self.operators);
        Ok(pairs.into_iter().all(|(pair, operator)| OPERATORS[*operator].1(pair[0], pair[1])))
    }
}

fn term(word: &str, text: &str) -> Result<Term, String> {
    match word {
        "value" | "low" | "high" | "n" => Ok(Term::Named(word.into())),
        _ => word
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .map(Term::Number)
            .ok_or_else(|| fault(text)),
    }
}

fn fault(text: &str) -> String {
    format!(
        "{text:?} is no claim; numbers and value, low, high or n with <, <=, > or >= between them were \
         expected, as low<=0.9<=high"
    )
}
