//! A page of `docs/errors/`, taken apart.

use std::fs;
use std::path::PathBuf;

use leaver::diagnostic::Code;

/// What stands on a page.
pub(crate) struct Page {
    /// The first line, without its `#`.
    pub(crate) title: String,
    /// What stands before the first heading.
    pub(crate) explanation: String,
    /// The second headings.
    pub(crate) headings: Vec<String>,
    /// The fences, in order.
    pub(crate) fences: Vec<Fence>,
    /// The prose below each heading, without fences.
    pub(crate) prose: Vec<(String, String)>,
}

/// A block between lines of three backquotes.
pub(crate) struct Fence {
    /// The heading it stands under.
    pub(crate) heading: String,
    /// What stands behind the backquotes.
    pub(crate) info: String,
    /// What is between.
    pub(crate) text: String,
}

/// The folder of all pages.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/errors")
}

/// The page of a code.
pub(crate) fn page(code: Code) -> Page {
    let path = folder().join(format!("{code}.md"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{code}.md: {error}"));
    let mut page = Page {
        title: String::new(),
        explanation: String::new(),
        headings: Vec::new(),
        fences: Vec::new(),
        prose: Vec::new(),
    };
    let mut open: Option<Fence> = None;
    for line in text.lines() {
        match &mut open {
            Some(_) if line == "```" => page.fences.extend(open.take()),
            Some(fence) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    let heading = page.headings.last().cloned().unwrap_or_default();
                    open = Some(Fence { heading, info: info.to_owned(), text: String::new() });
                } else if let Some(heading) = line.strip_prefix("## ") {
                    page.headings.push(heading.to_owned());
                    page.prose.push((heading.to_owned(), String::new()));
                } else if let Some(title) = line.strip_prefix("# ") {
                    title.clone_into(&mut page.title);
                } else {
                    let prose = page.prose.last_mut().map_or(&mut page.explanation, |(_, prose)| prose);
                    prose.push_str(line);
                    prose.push('\n');
                }
            }
        }
    }
    assert!(open.is_none(), "{code}: a fence is not closed");
    page
}
