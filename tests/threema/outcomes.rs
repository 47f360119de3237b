//! Every way in which a request can go wrong, and what is said of it.

use std::net::TcpListener;
use std::time::Duration as Wait;

use leaver::apply::threema::ThreemaError;
use leaver::apply::{Connector as _, Effect, IdSight, NoOp, Outcome};
use leaver::diagnostic::Code;
use leaver::plan::StepKind;
use time::Duration;

use crate::company::{Place, WHOLE, alone, morning, paper, perform, platform, step_of};
use crate::server::{Answer, Fault, Server};

/// Words of outcomes, for tables.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::NoOp { .. } => "no_op",
        Outcome::Pending { .. } => "pending",
        Outcome::Refused { .. } => "refused",
        Outcome::Failed { retryable: true, .. } => "again",
        Outcome::Failed { .. } => "failed",
        Outcome::Unknown { .. } => "unknown",
    }
}

fn instead(status: u16, body: &str) -> Fault {
    Fault::Instead(Answer::new(status, body))
}

fn bytes(text: &str) -> Fault {
    Fault::DoneAndBytes(text.as_bytes().to_vec())
}

/// What becomes of deleting a credential, which may be done twice, and of deleting a user, which may not.
#[test]
fn each_fault_has_its_outcome() {
    let huge = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\"{}\"", "x".repeat(17 * 1024 * 1024));
    let table: Vec<(&str, Fault, &str, &str)> = vec![
        ("no body", Fault::DoneBut(Answer::new(204, "")), "applied", "applied"),
        ("an object", Fault::DoneBut(Answer::new(200, "{\"id\": 4}")), "applied", "applied"),
        ("accepted", Fault::DoneBut(Answer::new(202, "")), "pending", "applied"),
        ("200 with an error", Fault::DoneBut(Answer::new(200, "{\"error\": \"no\"}")), "unknown", "unknown"),
        (
            "200 with a message",
            Fault::DoneBut(Answer::new(200, "{\"message\": \"no\"}")),
            "unknown",
            "unknown",
        ),
        ("a page for people", Fault::DoneBut(Answer::new(200, "<html>log in</html>")), "unknown", "unknown"),
        ("bad request", instead(400, "{}"), "refused", "refused"),
        ("no key", instead(401, "{}"), "refused", "refused"),
        ("not allowed", instead(403, "{}"), "refused", "refused"),
        ("not there", instead(404, "{}"), "unknown", "unknown"),
        ("conflict", instead(409, "{}"), "refused", "refused"),
        ("too many", instead(429, "{}"), "again", "again"),
        ("a fault", instead(500, "{}"), "again", "unknown"),
        ("a gate", instead(502, "<html>"), "again", "unknown"),
        ("not now", instead(503, ""), "again", "unknown"),
        ("moved", Fault::Instead(Answer::new(301, "").header("location", "/elsewhere")), "again", "unknown"),
        ("odd", instead(206, ""), "unknown", "unknown"),
        ("closed before", Fault::Closed, "unknown", "unknown"),
        ("closed after", Fault::DoneAndClosed, "unknown", "unknown"),
        ("slow", Fault::DoneAndSlow(Wait::from_millis(2_500)), "unknown", "unknown"),
        ("garbage", bytes("\0\u{1}\u{2} nonsense\r\n\r\n"), "unknown", "unknown"),
        ("half", bytes("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"a\""), "unknown", "unknown"),
        ("huge", Fault::DoneAndBytes(huge.into_bytes()), "unknown", "unknown"),
    ];
    for (what, fault, of_credential, of_user) in table {
        for (kind, expected) in [(StepKind::Withdraw, of_credential), (StepKind::Revoke, of_user)] {
            let (server, _place, paper, mut connector) = alone(WHOLE);
            server.fail([fault.clone()]);
            let step = step_of(&paper, kind, "STAFF001");
            let outcome = perform(&mut connector, &paper, step, morning());
            assert_eq!(word(&outcome), expected, "{what}, {kind}: {outcome:?}");
            assert_eq!(server.changes().len(), 1, "{what}, {kind}: it is sent once");
        }
    }
}

#[test]
fn too_many_requests_are_heeded() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    let step = step_of(&paper, StepKind::Withdraw, "STAFF001");
    let other = step_of(&paper, StepKind::LeaveGroup, "STAFF001");
    for (told, wait) in [
        (Some("120"), Duration::seconds(120)),
        (Some("Sun, 22 Nov 2026 09:07:00 GMT"), Duration::minutes(7)),
        (Some("99999999"), Duration::hours(24)),
        (Some("soon"), Duration::minutes(1)),
        (None, Duration::minutes(1)),
    ] {
        let mut connector = Place::of(server.address, WHOLE).connector(&paper);
        let before = server.received().len();
        let answer = Answer::new(429, "{}");
        let answer = told.into_iter().fold(answer, |answer, told| answer.header("retry-after", told));
        server.fail([Fault::Instead(answer)]);
        let outcome = perform(&mut connector, &paper, step, morning());
        let Outcome::Failed { why, retryable: true } = &outcome else { panic!("{outcome:?}") };
        let until = leaver::model::format_instant(morning() + wait);
        assert!(why.contains(&until), "{told:?}: {why} has not {until}");
        assert_eq!(why.contains("(Retry-After)"), told.is_some(), "{why}");
        // Until then nothing is sent, not even to look.
        let almost = morning() + wait - Duration::SECOND;
        assert_eq!(word(&perform(&mut connector, &paper, step, almost)), "again");
        assert_eq!(connector.observe(step, almost).effect, Effect::Unclear);
        assert_eq!(server.received().len(), before + 1, "{told:?}");
    }
    // The other API has a quota of its own.
    server.fail([instead(429, "{}")]);
    perform(&mut connector, &paper, step, morning());
    assert_eq!(perform(&mut connector, &paper, other, morning()), Outcome::Applied);
    assert_eq!(perform(&mut connector, &paper, step, morning() + Duration::minutes(1)), Outcome::Applied);
}

#[test]
fn who_is_not_there_was_sent_nothing() {
    let (_server, place, paper, _) = alone(WHOLE);
    // A port on which nobody listens any more.
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    for url in [format!("http://{gone}"), "https://no-such-host.invalid".to_owned()] {
        let mut settings = place.settings();
        settings.work.as_mut().expect("the Work API").url = url;
        let mut connector = leaver::apply::threema::Threema::new(settings, &paper).expect("a connector");
        let step = step_of(&paper, StepKind::Revoke, "STAFF001");
        let outcome = perform(&mut connector, &paper, step, morning());
        let Outcome::Failed { why, retryable: true } = outcome else { panic!("{outcome:?}") };
        assert!(why.starts_with("nothing was sent: "), "{why}");
        let error = connector.greet(morning()).expect_err("nobody is there");
        assert_eq!(error.code(), Code::PlatformUnclear);
    }
}

#[test]
fn a_server_that_cannot_be_trusted_is_sent_nothing() {
    // It speaks HTTP and no TLS.
    let (server, place, paper, _) = alone(WHOLE);
    let mut settings = place.settings();
    settings.work.as_mut().expect("the Work API").url = format!("https://{}", server.address);
    let mut connector = leaver::apply::threema::Threema::new(settings, &paper).expect("a connector");
    let outcome = perform(&mut connector, &paper, step_of(&paper, StepKind::Revoke, "STAFF001"), morning());
    let Outcome::Failed { why, retryable: true } = outcome else { panic!("{outcome:?}") };
    assert!(why.starts_with("nothing was sent: "), "{why}");
    for received in server.received() {
        let text = String::from_utf8_lossy(&received.raw).into_owned();
        assert!(!text.contains("never-shown") && !text.contains("STAFF001"), "{text:?}");
    }
}

#[test]
fn a_key_does_not_follow_a_redirect_or_a_link() {
    let elsewhere = Server::new(platform());
    let there = format!("http://{}/acme-work/api/v1/users", elsewhere.address);
    for status in [301, 302, 303, 307, 308] {
        let (server, _place, paper, mut connector) = alone(WHOLE);
        let moved = || Fault::Instead(Answer::new(status, "").header("location", there.clone()));
        server.fail([moved()]);
        server.fail_looks([moved(), moved()]);
        let step = step_of(&paper, StepKind::Withdraw, "STAFF001");
        assert_eq!(connector.observe(step, morning()).effect, Effect::Unclear);
        assert!(connector.greet(morning()).is_err());
        assert_eq!(word(&perform(&mut connector, &paper, step, morning())), "again");
    }
    // Nor where the next page is said to be.
    let mut pages = platform();
    (pages.page, pages.next_elsewhere) = (1, Some(format!("{there}?page=1")));
    let server = Server::new(pages);
    let paper = paper();
    let mut connector = Place::of(server.address, WHOLE).connector(&paper);
    let step = step_of(&paper, StepKind::LeaveGroup, "STAFF001");
    assert_eq!(connector.observe(step, morning()).effect, Effect::Unclear);
    assert!(elsewhere.received().is_empty(), "{:?}", elsewhere.received());
}

#[test]
fn that_something_is_gone_takes_more_than_not_found() {
    let (server, place, paper, mut connector) = alone(WHOLE);
    let step = step_of(&paper, StepKind::Withdraw, "STAFF001");
    let see = |connector: &mut leaver::apply::threema::Threema| connector.observe(step, morning()).effect;
    assert_eq!(see(&mut connector), Effect::NotDone);
    server.platform().credentials.remove("c 1/ä");
    assert_eq!(see(&mut connector), Effect::Done, "the whole list lacks it");
    // The list cannot be read whole, or is empty, or is none.
    for fault in [
        instead(200, "{\"credentials\": []}"),
        instead(200, "{\"users\": []}"),
        instead(500, ""),
        instead(200, "["),
    ] {
        server.fail_looks([instead(404, "{}"), fault]);
        assert_eq!(see(&mut connector), Effect::Unclear);
    }
    // An address that is a little wrong answers "not found" to everything.
    let mut settings = place.settings();
    settings.work.as_mut().expect("the Work API").url += "/v1";
    let mut wrong = leaver::apply::threema::Threema::new(settings, &paper).expect("a connector");
    assert_eq!(see(&mut wrong), Effect::Unclear);
    assert_eq!(word(&perform(&mut wrong, &paper, step, morning())), "unknown");
    assert!(matches!(wrong.greet(morning()), Err(ThreemaError::Unclear { .. })));
}

#[test]
fn a_list_with_nobody_on_it_is_no_evidence() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    let leave = step_of(&paper, StepKind::LeaveGroup, "STAFF001");
    assert_eq!(connector.observe(leave, morning()).effect, Effect::NotDone);
    server.platform().groups.get_mut("g1").expect("a group").remove("STAFF001");
    assert_eq!(connector.observe(leave, morning()).effect, Effect::Done);
    server.platform().groups.get_mut("g1").expect("a group").clear();
    assert_eq!(connector.observe(leave, morning()).effect, Effect::Unclear);
    // Somebody who is to be on it is not.
    let replace = step_of(&paper, StepKind::ReplaceId, "OLDPHONE");
    assert_eq!(connector.observe(replace, morning()).effect, Effect::NotDone);
    assert!(server.changes().is_empty());
}

#[test]
fn a_detached_id_is_gone_already_and_a_revoked_one_nobody_can_tell() {
    let server = Server::new(platform());
    let paper = paper();
    let detaching = ["delete_user = \"detach\"\n", ""];
    let mut connector = Place::of(server.address, detaching).connector(&paper);
    let detach = step_of(&paper, StepKind::Detach, "PARTNER1");
    assert_eq!(connector.ability(StepKind::Revoke), None);
    assert_eq!(connector.observe(detach, morning()).id, IdSight::Active);
    server.platform().users.remove("PARTNER1");
    // Not before the API has proved to be the right one.
    assert_eq!(word(&perform(&mut connector, &paper, detach, morning())), "unknown");
    connector.greet(morning()).expect("it is there");
    let already = Outcome::NoOp { why: NoOp::AlreadySo };
    assert_eq!(perform(&mut connector, &paper, detach, morning()), already);
    let sight = connector.observe(detach, morning());
    assert_eq!((sight.effect, sight.id), (Effect::Done, IdSight::NotListed));
    // Revoked or only detached: the list does not say.
    let mut connector = Place::of(server.address, WHOLE).connector(&paper);
    connector.greet(morning()).expect("it is there");
    let revoke = step_of(&paper, StepKind::Revoke, "STAFF001");
    server.platform().users.remove("STAFF001");
    let sight = connector.observe(revoke, morning());
    assert_eq!((sight.effect, sight.id), (Effect::Unclear, IdSight::NotListed));
    assert_eq!(word(&perform(&mut connector, &paper, revoke, morning())), "unknown");
}

#[test]
fn who_is_half_replaced_is_looked_at() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    let step = step_of(&paper, StepKind::ReplaceId, "OLDPHONE");
    server.fail([Fault::DoneBut(Answer::new(200, "{}")), instead(403, "{}")]);
    let outcome = perform(&mut connector, &paper, step, morning());
    let Outcome::Unknown { why } = outcome else { panic!("{outcome:?}") };
    assert!(why.starts_with("1 of 2 requests were done: 403"), "{why}");
    assert_eq!(connector.observe(step, morning()).effect, Effect::NotDone);
    assert_eq!(perform(&mut connector, &paper, step, morning()), Outcome::Applied);
    assert_eq!(connector.observe(step, morning()).effect, Effect::Done);
    // A refusal of the first has changed nothing.
    let (server, _place, paper, mut connector) = alone(WHOLE);
    server.fail([instead(403, "{}")]);
    let outcome =
        perform(&mut connector, &paper, step_of(&paper, StepKind::ReplaceId, "OLDPHONE"), morning());
    assert_eq!(word(&outcome), "refused");
    assert_eq!(server.changes().len(), 1);
}

#[test]
fn nobody_else_reads_what_one_is_told() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    let step = step_of(&paper, StepKind::Notify, "OLDPHONE");
    let list = |server: &Server| server.platform().lists.get_mut("notices").expect("a list").clone();
    server.platform().lists.get_mut("notices").expect("a list").insert("STAYSON1".to_owned());
    assert_eq!(word(&perform(&mut connector, &paper, step, morning())), "again");
    server.fail_looks([instead(500, "")]);
    assert_eq!(word(&perform(&mut connector, &paper, step, morning())), "again");
    assert!(server.changes().is_empty(), "{:?}", server.changes());
    // What an attempt before has left there is no hindrance.
    server.platform().lists.get_mut("notices").expect("a list").clear();
    server.platform().lists.get_mut("notices").expect("a list").insert("NEWPHONE".to_owned());
    assert_eq!(perform(&mut connector, &paper, step, morning()), Outcome::Applied);
    assert!(list(&server).is_empty());
    assert_eq!(server.platform().messages.len(), 1);
}
