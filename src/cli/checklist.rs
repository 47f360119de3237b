//! A checklist as a page to print and as a table. Texts come from directories and policies: each is escaped for where it
//! stands, and the page loads nothing from elsewhere.

use super::exit::Failure;
use super::lines::safe_cell;
use crate::apply::Checklist;
use crate::model::format_instant;
use crate::report::visible;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>What to do now</title>
<style>
body { font: 11pt/1.4 sans-serif; max-width: 48em; margin: 2em auto; }
h2 { font-size: 12pt; break-after: avoid; }
ul { list-style: none; padding: 0; }
li { break-inside: avoid; padding: 0.15em 0; }
.never { border: 2px solid; padding: 0.3em; font-weight: bold; }
@media print { body { margin: 0; } }
</style>
</head>
<body>
<h1>What to do now</h1>
";

/// A page with a box to tick for each step.
pub(crate) fn html(list: &Checklist) -> String {
    let plan = list.plan.to_string();
    let plan = plan.get(..12).unwrap_or(&plan);
    let mut page = format!("{HEAD}<p>Plan {plan}, as of {}.</p>\n", format_instant(list.at));
    for task in &list.tasks {
        page += &format!("<h2>Task {}: {}</h2>\n", task.batch, escaped(task.how));
        if task.irreversible {
            page += "<p class=\"never\">CANNOT BE UNDONE. Compare the list before you confirm.</p>\n";
        }
        page += "<ul>\n";
        for step in &task.steps {
            let whose = step.user.filter(|user| user.as_str() != step.target);
            let whose = whose.map_or_else(String::new, |user| format!(" (for {user})"));
            let with = step.with.as_ref().map_or_else(String::new, |with| format!(": {}", escaped(with)));
            page += &format!(
                "<li><label><input type=\"checkbox\"> {} — step {}{whose}{with}</label></li>\n",
                escaped(&step.target),
                step.step
            );
        }
        page += "</ul>\n";
    }
    if list.tasks.is_empty() {
        page += "<p>Nothing.</p>\n";
    }
    if let Some(next) = list.next {
        page += &format!("<p>More from {} on.</p>\n", format_instant(next));
    }
    page += "</body>\n</html>\n";
    page
}

/// A row for each step.
pub(crate) fn csv(list: &Checklist) -> Result<Vec<u8>, Failure> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let head = ["task", "step", "kind", "irreversible", "user", "target", "with", "how"];
    rows.write_record(head).map_err(Failure::bug)?;
    for task in &list.tasks {
        for step in &task.steps {
            let row = [
                task.batch.to_string(),
                step.step.to_string(),
                task.kind.to_string(),
                task.irreversible.to_string(),
                step.user.map_or_else(String::new, |user| user.to_string()),
                safe_cell(visible(&step.target).into_owned()),
                safe_cell(visible(step.with.as_deref().unwrap_or_default()).into_owned()),
                task.how.to_owned(),
            ];
            rows.write_record(row).map_err(Failure::bug)?;
        }
    }
    rows.into_inner().map_err(Failure::bug)
}

/// A text that no browser takes for anything else, with nothing hidden in it.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Task, TaskStep};
    use crate::directory::Digest;
    use crate::plan::{Executor, StepKind};

    fn hostile() -> Checklist {
        let step = TaskStep {
            step: 7,
            user: None,
            target: "=HYPERLINK(\"x\")<script>'&\u{202e}".to_owned(),
            with: Some("@SUM(A1)</li>".to_owned()),
        };
        let task = Task {
            batch: 1,
            executor: Executor::Cockpit,
            kind: StepKind::Revoke,
            how: "Cockpit: \"Revoke ID\"",
            irreversible: true,
            steps: vec![step],
        };
        let at = time::OffsetDateTime::UNIX_EPOCH;
        let plan: Digest = "ab".repeat(32).parse().expect("a digest");
        Checklist { plan, at, tasks: vec![task], next: None, open: 1 }
    }

    #[test]
    fn no_text_becomes_a_part_of_the_page() {
        let page = html(&hostile());
        assert!(
            page.contains("=HYPERLINK(&quot;x&quot;)&lt;script&gt;&#39;&amp;\\u{202e} — step 7"),
            "{page}"
        );
        assert_eq!((page.matches("<script").count(), page.matches("</li>").count()), (0, 1), "{page}");
        assert_eq!(page.matches("type=\"checkbox\"").count(), 1);
        assert!(page.contains("CANNOT BE UNDONE"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="), "{page}");
    }

    #[test]
    fn no_cell_of_the_table_is_a_formula() {
        let table = csv(&hostile()).expect("a table");
        let mut reader = csv::Reader::from_reader(&*table);
        let row = reader.records().next().expect("a row").expect("cells");
        assert_eq!((&row[1], &row[2], &row[3]), ("7", "revoke", "true"));
        assert!(row[5].starts_with("'=HYPERLINK"), "{row:?}");
        assert_eq!(&row[6], "'@SUM(A1)</li>");
    }
}
