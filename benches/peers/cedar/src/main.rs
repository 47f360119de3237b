//! Cedar: a permit per rule over the attributes of the request's context.
//!
//! Cedar has no first match: every policy is asked, and the host takes the lowest number of those that were
//! satisfied. Attributes in the context are faster than those of a principal entity.

use cedar_policy::{
    Authorizer, Context, Entities, EntityUid, PolicyId, PolicySet, Request, Response, RestrictedExpression,
};
use work::rounds::{Row, asked, few, serve};
use work::rules::{Dialect, Policy};
use work::users::{Answer, Texts, Typed};

const CEDAR: Dialect = Dialect {
    field: |name| format!("context.{name}"),
    one_of: |field, texts| format!("[{}].contains({field})", texts.join(", ")),
    ..Dialect::USUAL
};

fn policies(policy: &Policy) -> PolicySet {
    let mut set = PolicySet::new();
    for (at, rule) in policy.rules.iter().enumerate() {
        let text = format!("permit(principal, action, resource) when {{ {} }};", CEDAR.conditions(rule));
        let parsed = cedar_policy::Policy::parse(Some(PolicyId::new(at.to_string())), text);
        set.add(parsed.expect("it is Cedar")).expect("numbers differ");
    }
    set
}

fn request(user: &Texts) -> Request {
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let groups = i64::try_from(user.groups).expect("few groups");
    let context = Context::from_pairs([
        ("employment".to_owned(), text(&user.employment)),
        ("department".to_owned(), text(&user.department)),
        ("country".to_owned(), text(&user.country)),
        ("edition".to_owned(), text(&user.edition)),
        ("has_left".to_owned(), RestrictedExpression::new_bool(user.has_left)),
        ("legal_hold".to_owned(), RestrictedExpression::new_bool(user.legal_hold)),
        ("last_seen_days".to_owned(), RestrictedExpression::new_long(user.last_seen_days)),
        ("groups".to_owned(), RestrictedExpression::new_long(groups)),
    ]);
    let entity = |text: &str| text.parse::<EntityUid>().expect("an entity");
    let (user, leave, id) = (entity("User::\"u\""), entity("Action::\"leave\""), entity("Id::\"i\""));
    Request::new(user, leave, id, context.expect("no doubles"), None).expect("there is no schema")
}

/// The answer of the first of the rules that were satisfied.
fn first(policy: &Policy, response: &Response) -> Answer {
    let numbers = response.diagnostics().reason().map(|id| {
        let id: &str = id.as_ref();
        id.parse::<usize>().expect("a number")
    });
    numbers.min().map_or(Answer::Keep, |at| policy.rules[at].answer)
}

fn main() {
    let policy = asked();
    let set = policies(&policy);
    let users = Typed::users(few(&policy));
    let requests: Vec<_> = users.iter().map(Texts::of).map(|user| request(&user)).collect();
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    let row = Row::new(
        "cedar-policy, request built before",
        &requests,
        |request| first(&policy, &authorizer.is_authorized(request, &set, &entities)),
        |answer| answer,
    );
    serve(&policy, vec![row]);
}
