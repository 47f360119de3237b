//! Every link of the documentation to a file or a heading of the repository leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::files;

/// What a page offers and asks for.
#[derive(Default)]
struct Page {
    anchors: BTreeSet<String>,
    links: Vec<String>,
}

fn documentation() -> Vec<PathBuf> {
    let mut paths = files::with_extension("docs", "md");
    paths.extend(files::with_extension("examples", "md"));
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let path = files::root().join(name);
        assert!(path.is_file(), "{name} is missing");
        paths.push(path);
    }
    paths
}

fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let unique = (0..1_000)
                    .map(|n| if n == 0 { slug.clone() } else { format!("{slug}-{n}") })
                    .find(|candidate| !page.anchors.contains(candidate));
                page.anchors.extend(unique);
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.to_string());
            }
            _ => {}
        }
    }
    page
}

/// The anchor of a heading, as code hosts make it: lower case, no punctuation, hyphens for spaces.
fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Why `link` on the page at `from` leads nowhere.
fn broken(from: &Path, link: &str, pages: &BTreeMap<PathBuf, Page>) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("http://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = if file.is_empty() { from.to_path_buf() } else { from.parent()?.join(file) };
    let Ok(target) = target.canonicalize() else { return Some("there is no such file".to_owned()) };
    if !target.starts_with(files::root().canonicalize().ok()?) {
        return Some("it leaves the repository".to_owned());
    }
    let anchor = anchor?;
    match pages.get(&target) {
        Some(page) if page.anchors.contains(anchor) => None,
        Some(page) => Some(format!("there is no such heading; there are {:?}", page.anchors)),
        None => Some("anchors are only checked in the documentation".to_owned()),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let pages: BTreeMap<PathBuf, Page> = documentation()
        .into_iter()
        .map(|path| {
            let page = read(&files::text(&path));
            (path.canonicalize().expect("it was just read"), page)
        })
        .collect();
    let mut found = Vec::new();
    let mut links = 0;
    for (path, page) in &pages {
        for link in &page.links {
            links += 1;
            if let Some(why) = broken(path, link, &pages) {
                found.push(format!("{}: `{link}`: {why}", files::name(path)));
            }
        }
    }
    assert!(links > 20, "only {links} links were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_broken_link_is_found() {
    let path = files::root().join("README.md").canonicalize().expect("there is a README");
    let page = read("# What it is\n\n[a](#what-it-is) [b](#nowhere) [c](docs/none.md)\n\n## What it is\n");
    assert_eq!(page.anchors, BTreeSet::from(["what-it-is".to_owned(), "what-it-is-1".to_owned()]));
    assert_eq!(page.links, ["#what-it-is", "#nowhere", "docs/none.md"]);
    let pages = BTreeMap::from([(path.clone(), page)]);
    assert_eq!(broken(&path, "#what-it-is", &pages), None);
    assert!(broken(&path, "#nowhere", &pages).is_some());
    assert!(broken(&path, "docs/none.md", &pages).is_some());
    assert!(broken(&path, "../outside", &pages).is_some());
}
