//! What a dry run prints is what is sent, to the byte.

use leaver::apply::threema::{Call, rehearse};

use crate::company::{WHOLE, alone, morning, to_the_end};
use crate::platform::{BROADCAST_KEY, WORK_KEY};
use leaver::apply::threema::{Api, KEY_PLACEHOLDER};

/// A request as it stands on the wire, with the key in its place.
pub(crate) fn on_the_wire(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: &str,
    key: &str,
) -> Vec<u8> {
    let after = url.split_once("://").expect("an address").1;
    let path = &after[after.find('/').expect("a path")..];
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {}\r\n", value.replace(KEY_PLACEHOLDER, key));
    }
    (text + "\r\n" + body).into_bytes()
}

fn bytes(call: &Call) -> Vec<u8> {
    let key = if call.api == Api::Work { WORK_KEY } else { BROADCAST_KEY };
    let headers: Vec<(String, String)> =
        call.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    on_the_wire(call.method.word(), &call.url, &headers, call.body.as_deref().unwrap_or_default(), key)
}

fn shown(requests: &[Vec<u8>]) -> Vec<String> {
    requests.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

#[test]
fn what_is_rehearsed_is_what_is_sent() {
    let (server, place, paper, mut connector) = alone(WHOLE);
    let rehearsal = rehearse(place.settings(), &paper, Vec::new(), morning()).expect("a rehearsal");
    assert!(server.received().is_empty(), "a rehearsal sends nothing");
    connector.greet(morning()).expect("it is there");
    to_the_end(&paper, &mut connector);
    let changes: Vec<Vec<u8>> = rehearsal.steps.iter().flat_map(|step| &step.calls).map(bytes).collect();
    let sent: Vec<Vec<u8>> = server.changes().into_iter().map(|received| received.raw).collect();
    assert_eq!(shown(&changes), shown(&sent));
    assert!(changes.len() >= 10, "{}", changes.len());
    // Looks come before, and nothing else is asked where all goes well and every list has one page.
    let looks =
        rehearsal.greetings.iter().chain(rehearsal.steps.iter().filter_map(|step| step.look.as_ref()));
    let looks: Vec<Vec<u8>> = looks.map(bytes).collect();
    let asked: Vec<Vec<u8>> = server.received().into_iter().map(|received| received.raw).collect();
    let asked: Vec<Vec<u8>> = asked.into_iter().filter(|raw| raw.starts_with(b"GET ")).collect();
    assert_eq!(shown(&looks), shown(&asked));
}

#[test]
fn by_hand_is_what_people_do() {
    let (_server, place, paper, _) = alone(["", ""]);
    let rehearsal = rehearse(place.settings(), &paper, Vec::new(), morning()).expect("a rehearsal");
    assert_eq!(rehearsal.steps.len(), paper.steps().len());
    let by_hand: Vec<String> = rehearsal
        .steps
        .iter()
        .filter(|step| step.by_hand)
        .inspect(|step| assert!(step.calls.is_empty() && step.look.is_none(), "{step:?}"))
        .map(|step| step.kind.to_string())
        .collect();
    assert_eq!(by_hand, ["notify", "synchronise_group", "revoke", "detach", "revoke"]);
    // The detach waits a day, the old ID a week.
    let at: Vec<_> = rehearsal.steps.iter().map(|step| (step.at - morning()).whole_days()).collect();
    assert!(at.is_sorted(), "{at:?}");
    assert_eq!(&at[at.len() - 2..], [1, 7]);
}

#[test]
fn a_rehearsal_goes_on_from_what_is_recorded() {
    let (_server, place, paper, mut connector) = alone(WHOLE);
    let (_, journal) = to_the_end(&paper, &mut connector);
    let rest = rehearse(place.settings(), &paper, journal.0, morning()).expect("a rehearsal");
    assert!(rest.steps.is_empty(), "{:?}", rest.steps);
}
