//! What the plan says besides: hazards, findings, and the guards that it was put to.

use super::html::Html;
use super::model::Shown;
use super::waiting::{MOST_ROWS, left_out};
use super::words;

pub(super) fn hazards(shown: &Shown<'_>, page: &mut Html) {
    page.section(
        "hazards",
        "Hazards and findings",
        "What was seen before anything was done: places where a decision would not do what it says, and odd things in the data.",
    );
    let (hazards, findings) = (&shown.plan.hazards, &shown.plan.findings);
    if hazards.is_empty() && findings.is_empty() {
        page.raw("<p class=\"empty\">Nothing was found.</p>\n");
    }
    if !hazards.is_empty() {
        page.raw("<h3>").counted(hazards.len(), "hazard", "hazards").raw("</h3>\n");
        page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Hazards\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">What was found</th>");
        page.raw("<th scope=\"col\">What would come of it</th><th scope=\"col\">The way out</th></tr></thead>\n<tbody>\n");
        for hazard in hazards.iter().take(MOST_ROWS) {
            page.raw("<tr><td>").prose(&hazard.message).raw(" ").code(&hazard.code);
            if let Some(user) = hazard.user.filter(|user| !hazard.message.contains(user.as_str())) {
                page.raw(" ").code(user.as_str());
            }
            page.raw("</td><td>").prose(&hazard.consequence);
            page.raw(if hazard.holds.is_empty() {
                ""
            } else {
                "<br><span class=\"muted\">held because of it</span>"
            });
            page.raw("</td><td>").prose(&hazard.fix).raw("</td></tr>\n");
        }
        page.raw("</tbody>\n</table></div>\n");
        left_out(hazards.len(), page);
    }
    if !findings.is_empty() {
        page.raw("<h3>")
            .counted(findings.len(), "finding", "findings")
            .raw(" to look at</h3>\n<ul class=\"list\">\n");
        for finding in findings.iter().take(MOST_ROWS) {
            page.raw("<li>").prose(&finding.message).raw(" ").code(&finding.code).raw("</li>\n");
        }
        page.raw("</ul>\n");
        left_out(findings.len(), page);
    }
    page.raw("</section>\n");
}

pub(super) fn guards(shown: &Shown<'_>, page: &mut Html) {
    page.section(
        "guards",
        "Guards",
        "Limits that no policy can switch off. A plan that passes one is refused as a whole, so a plan that was carried out kept to them all.",
    );
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Guards\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">What is limited</th>");
    page.raw("<th scope=\"col\" class=\"number\">limit</th><th scope=\"col\" class=\"number\">this plan</th><th scope=\"col\">kept</th></tr></thead>\n<tbody>\n");
    for check in &shown.plan.guards {
        page.raw("<tr><th scope=\"row\">").raw(words::guard(&check.name)).raw("<br>").code(&check.name);
        page.raw("</th><td class=\"number\">");
        number(check.limit, "none", page);
        page.raw("</td><td class=\"number\">");
        number(check.value, "not known", page);
        page.raw("</td><td>").raw(match (check.limit, check.passed) {
            (None, _) => "<span class=\"muted\">no limit</span>",
            (Some(_), true) => "<span class=\"state good\">yes</span>",
            (Some(_), false) => "<span class=\"state bad\">no</span>",
        });
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table></div>\n</section>\n");
}

fn number(number: Option<usize>, absent: &'static str, page: &mut Html) {
    match number {
        Some(number) => page.count(number),
        None => page.raw("<span class=\"muted\">").raw(absent).raw("</span>"),
    };
}
