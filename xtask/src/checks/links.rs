//! Relative links of the documents: each leads to a file, and its anchor to a heading there.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{files, no_faults};

/// Folders with documents, beside those at the root.
const FOLDERS: &[&str] = &["docs", "models", "recipes", "reference", "samples"];

/// Follows every link that is no address of another place.
pub(crate) fn links(root: &Path) -> Result<String> {
    let folders: Vec<&str> = FOLDERS.iter().copied().filter(|f| root.join(f).is_dir()).collect();
    let mut documents = files(root, &folders, "md")?;
    for entry in fs::read_dir(root)? {
        documents.push(entry?.path());
    }
    documents.retain(|path| path.extension().is_some_and(|e| e == "md"));
    let mut pages = HashMap::new();
    for path in &documents {
        pages.insert(fs::canonicalize(path)?, Page::of(&fs::read_to_string(path)?));
    }
    let (mut count, mut faults) = (0, Vec::new());
    for path in &documents {
        for link in &pages[&fs::canonicalize(path)?].links {
            count += 1;
            if let Err(fault) = follow(path, link, &pages) {
                let name = path.strip_prefix(root).unwrap_or(path).display();
                faults.push(format!("{name}: {link}: {fault}"));
            }
        }
    }
    no_faults(&faults, format!("{count} links of {} documents lead somewhere", documents.len()))
}

/// Whether a link of a document leads to a file and, in a document, to a heading.
fn follow(from: &Path, link: &str, pages: &HashMap<PathBuf, Page>) -> Result<(), String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = match file {
        "" => from.to_owned(),
        file => from.parent().unwrap_or(from).join(file.replace("%20", " ")),
    };
    let path = fs::canonicalize(path).map_err(|_| "no such file".to_owned())?;
    match pages.get(&path) {
        Some(page) if !anchor.is_empty() && !page.anchors.iter().any(|known| known == anchor) => {
            Err("no such heading".into())
        }
        _ => Ok(()),
    }
}

/// What a document links to, and where it can be linked to.
#[derive(Debug, Default, PartialEq)]
struct Page {
    links: Vec<String>,
    anchors: Vec<String>,
}

impl Page {
    fn of(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        let mut seen: HashMap<String, usize> = HashMap::new();
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. })
                    if is_relative(&dest_url) =>
                {
                    page.links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(words) | Event::Code(words) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&words);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    let name = slug(&heading.take().unwrap_or_default());
                    let times = seen.entry(name.clone()).or_default();
                    page.anchors.push(if *times == 0 { name } else { format!("{name}-{times}") });
                    *times += 1;
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let named = html.split("id=\"").skip(1).filter_map(|rest| rest.split_once('"'));
                    page.anchors.extend(named.map(|(name, _)| name.to_owned()));
                }
                _ => {}
            }
        }
        page
    }
}

fn is_relative(address: &str) -> bool {
    !address.contains("://") && !address.starts_with("mailto:")
}

/// A heading's anchor, as hosts of git repositories make it.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_anchors_are_found() {
        let text = "# A `b`, c\n\n[x](y.md#z) [w](https://a.b) ![p](p.jpg)\n\n# A b, c\n\n\
                    ```\n[no](no.md)\n```\n<a id=\"here\"></a>\n";
        let page = Page::of(text);
        assert_eq!(page.links, ["y.md#z", "p.jpg"]);
        assert_eq!(page.anchors, ["a-b-c", "a-b-c-1", "here"]);
    }

    #[test]
    fn a_link_to_nowhere_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(root.path().join(name), text).expect(name);
        write("a.md", "# One\n[b](b.md#two) [own](#one) [folder](.)");
        write("b.md", "## Two");
        let line = links(root.path()).expect("all lead somewhere");
        assert!(line.starts_with("3 links of 2 documents"), "{line}");
        write("b.md", "## Three\n[c](c.md)");
        let error = links(root.path()).expect_err("two faults").to_string();
        assert!(error.contains("a.md: b.md#two: no such heading"), "{error}");
        assert!(error.contains("b.md: c.md: no such file"), "{error}");
    }
}
