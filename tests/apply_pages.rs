//! The pages of the errors of carrying plans out and of the history: each of the right shape.

use leaver::diagnostic::Code;

#[path = "bad/page.rs"]
mod page;

use page::page;

#[test]
fn every_page_says_how_it_arises_and_what_to_do() {
    let codes = Code::ALL.iter().filter(|code| code.as_str().starts_with(['A', 'H']));
    for code in codes {
        let page = page(*code);
        assert_eq!(page.title, format!("{code}: {}", code.title()));
        assert_eq!(page.headings, ["How it arises", "What to do"], "{code}");
        assert!(page.explanation.len() > 60, "{code}: explains nothing");
        let advice = page.prose.last().map_or(0, |(_, advice)| advice.len());
        assert!(advice > 20, "{code}: advises nothing");
        let shown: Vec<_> =
            page.fences.iter().map(|fence| (&*fence.heading, &*fence.info, fence.text.is_empty())).collect();
        assert_eq!(shown, [("How it arises", "text", false)], "{code}");
    }
}
