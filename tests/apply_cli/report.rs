//! The report, as somebody asks for it, and as a browser shows it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::company::{AS_OF, Company, LATER};
use crate::program::{code, stderr, stdout};

/// Six people leave, and everything is done.
fn carried_out() -> Company {
    let company = Company::of(6, 0);
    assert_eq!(code(&company.plan(&[])), 0);
    assert_eq!(code(&company.apply(&["--until", LATER])), 0);
    company
}

const REPORT: [&str; 5] = ["report", "--journal", "acme.journal", "--as-of", LATER];

#[test]
fn a_report_goes_to_standard_output_or_into_a_file() {
    let company = carried_out();
    let shown = company.done(&[&REPORT[..], &["--company", "Acme AG"]].concat());
    assert!(stdout(&shown).starts_with("<!DOCTYPE html>"));
    assert!(stdout(&shown).contains("<h1>Acme AG</h1>"));
    assert!(stdout(&shown).contains("everything that was planned is done, and still so on the platform"));
    assert_eq!(stderr(&shown), format!("as of {LATER}\n"));
    let written = company.done(&[&REPORT[..], &["--company", "Acme AG", "-o", "report.html"]].concat());
    assert_eq!(stdout(&written), "");
    assert_eq!(fs::read(company.path("report.html")).expect("a report"), shown.stdout, "the same bytes");
    // Without a platform only the records speak.
    fs::remove_file(company.path("acme.journal.world.json")).expect("it was there");
    assert!(stdout(&company.done(&REPORT)).contains("as far as the records say"));
}

#[test]
fn a_report_is_about_one_plan_and_only_of_a_whole_history() {
    let company = Company::of(2, 0);
    let nothing = company.run(&REPORT);
    assert_eq!(code(&nothing), 4, "{}", stderr(&nothing));
    company.plan(&[]);
    // Refused as too late: the journal is there, and no plan was accepted.
    let late = [&["--as-of", LATER][..]].concat();
    let usual = [
        "apply",
        "plan.json",
        "--connector",
        "simulator",
        "--directory",
        "acme.json",
        "--guards",
        "guards.toml",
    ];
    company.run(&[&usual[..], &["--journal", "acme.journal"], &late].concat());
    let none = company.run(&REPORT);
    assert_eq!(code(&none), 2, "{}", stderr(&none));
    assert!(stderr(&none).contains("no plan that was accepted"), "{}", stderr(&none));
    company.apply(&[]);
    let unknown = company.run(&[&REPORT[..], &["--plan", "xyz"]].concat());
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("the journal has no plan xyz"), "{}", stderr(&unknown));
    let plan: serde_json::Value =
        serde_json::from_slice(&fs::read(company.path("plan.json")).expect("a plan")).expect("JSON");
    let digest = plan["digest"].as_str().expect("a digest");
    let shown = company.done(&[&REPORT[..], &["--plan", &digest[..8]]].concat());
    assert!(stdout(&shown).contains(digest));
    assert!(stdout(&shown).contains("Plan refused: "), "the refusal before is in the records");
    // A broken world is no reason to say less without a word.
    fs::write(company.path("acme.journal.world.json"), "[]").expect("a file");
    assert!(stderr(&company.run(&REPORT)).contains("[A0006]"));
    let raw = rusqlite::Connection::open(company.path("acme.journal")).expect("a database");
    raw.execute("UPDATE records SET line = replace(line, 'mia', 'max') WHERE n = 2", []).expect("changed");
    drop(raw);
    let broken = company.run(&REPORT);
    assert_eq!((code(&broken), stdout(&broken)), (1, ""), "{}", stderr(&broken));
}

/// Whether there is a browser. Where `CI` is `true` there must be, so that no check disappears unseen.
fn has_browser() -> bool {
    let found =
        Command::new("chromium").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "chromium is missing");
    if !found {
        println!("skipped: chromium is not installed");
    }
    found
}

/// Opens a file of the folder in a browser; what it prints comes out.
fn browse(folder: &Path, address: &str, more: &[&str]) -> String {
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(more)
        .arg(format!("file://{}/{address}", folder.display()))
        .current_dir(folder)
        .output()
        .expect("chromium runs");
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).expect("a document")
}

/// The IDs of the table's rows that are shown, and those of all.
fn rows(document: &str) -> (Vec<String>, usize) {
    let table = document.split("id=\"users\"").nth(1).expect("the table");
    let body =
        table.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next()).expect("its rows");
    let all: Vec<&str> = body.split("<tr").skip(1).collect();
    let shown = all.iter().filter(|row| !row.starts_with(" hidden"));
    let id =
        |row: &&str| row.split("<code>").nth(1).and_then(|rest| rest.get(..8)).expect("an ID").to_owned();
    (shown.map(id).collect(), all.len())
}

#[test]
fn a_browser_shows_the_report_and_its_script_searches_and_sorts() {
    if !has_browser() {
        return;
    }
    let company = carried_out();
    company.done(&[&REPORT[..], &["-o", "report.html"]].concat());
    let dump = |address: &str| browse(company.at(), address, &["--dump-dom"]);
    let whole = dump("report.html");
    assert!(whole.contains("data-search=\"ready\""), "the script has not come to its end");
    assert_eq!((rows(&whole).0.len(), rows(&whole).1), (8, 8));
    assert!(whole.contains(">8 of 8 users</output>"));
    let one = dump("report.html#q=u0000003");
    assert_eq!(rows(&one), (vec!["U0000003".to_owned()], 8));
    assert!(one.contains(">1 of 8 users</output>"));
    let revoked = dump("report.html#q=ID%20revoked");
    assert_eq!(rows(&revoked).0, ["U0000000", "U0000002", "U0000004"]);
    assert_eq!(rows(&dump("report.html#q=nobody+at+all")).0.len(), 0);
    // Without its script all of it is there, and no empty promise of a search.
    let page = fs::read_to_string(company.path("report.html")).expect("a report");
    let (before, script) = page.split_once("<script>").expect("a script");
    let plain = format!("{before}{}", script.split_once("</script>").expect("its end").1);
    fs::write(company.path("plain.html"), plain).expect("a file");
    let plain = dump("plain.html");
    assert_eq!((rows(&plain).0.len(), plain.contains("data-search")), (8, false));
    assert!(plain.contains("id=\"search\" hidden"));
    // Another script is not run, whatever comes into the page.
    let stranger = "<script>document.documentElement.dataset.stranger = 'here'</script></body>";
    fs::write(company.path("strange.html"), page.replace("</body>", stranger)).expect("a file");
    assert!(!dump("strange.html").contains("data-stranger=\"here\""), "the policy lets others in");
    // Without the policy it is: so a click can be tried. The second one turns the order round.
    let (before, policy) = page.split_once("<meta http-equiv").expect("a policy");
    let after = policy.split_once('\n').expect("a line").1;
    let click = "<script>document.querySelector('#users button').click();\
                 document.querySelector('#users button').click()</script></body>";
    let open = format!("{before}{after}").replace("</body>", click);
    fs::write(company.path("open.html"), open).expect("a file");
    let sorted = dump("open.html");
    assert!(sorted.contains("aria-sort=\"descending\""));
    let mut expected = rows(&sorted).0;
    expected.sort_by(|a, b| b.cmp(a));
    assert_eq!(rows(&sorted).0, expected);
    assert_ne!(rows(&sorted).0, rows(&whole).0);
    browse(company.at(), "report.html", &["--screenshot=seen.png", "--window-size=1280,1600"]);
    let seen = fs::read(company.path("seen.png")).expect("a picture");
    assert!(seen.starts_with(b"\x89PNG") && seen.len() > 20_000, "{} bytes", seen.len());
}

#[test]
fn a_report_before_the_end_says_what_is_still_to_come() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    company.apply(&[]);
    let shown = company.done(&["report", "--journal", "acme.journal", "--as-of", AS_OF]);
    assert!(stdout(&shown).contains("<strong>Under way:</strong>"));
    assert!(stdout(&shown).contains("not finished"));
}
