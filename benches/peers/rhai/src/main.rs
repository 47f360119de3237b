//! A plain Rhai script: one function of `if … else if`, over a custom type with getters, and over variables.
//!
//! Built alone, so without `sync`, and optimised by the engine's own optimiser. Leaver takes Rhai as its
//! language too; this is Rhai without leaver.

use rhai::{AST, CallFnOptions, Engine, ImmutableString, OptimizationLevel, Scope};
use work::rounds::{Row, asked, few, serve};
use work::rules::{Dialect, Policy, in_list};
use work::users::{Answer, Texts, Typed};

/// A user with texts that Rhai can share.
#[derive(Clone)]
struct User {
    employment: ImmutableString,
    department: ImmutableString,
    country: ImmutableString,
    edition: ImmutableString,
    has_left: bool,
    legal_hold: bool,
    last_seen_days: i64,
    groups: i64,
}

impl User {
    fn of(user: &Texts) -> Self {
        let text = |text: &String| ImmutableString::from(text.as_str());
        Self {
            employment: text(&user.employment),
            department: text(&user.department),
            country: text(&user.country),
            edition: text(&user.edition),
            has_left: user.has_left,
            legal_hold: user.legal_hold,
            last_seen_days: user.last_seen_days,
            groups: i64::try_from(user.groups).expect("few groups"),
        }
    }
}

/// `if … { "review" } else if … else { "keep" }`.
fn chain(policy: &Policy, dialect: &Dialect) -> String {
    let mut text = String::new();
    for rule in &policy.rules {
        text.push_str(&format!("if {} {{ \"{}\" }}\nelse ", dialect.conditions(rule), rule.answer.word()));
    }
    text + "{ \"keep\" }"
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_max_expr_depths(0, 0);
    engine.set_fast_operators(true);
    engine.set_optimization_level(OptimizationLevel::Full);
    engine
        .register_type_with_name::<User>("User")
        .register_get("employment", |user: &mut User| user.employment.clone())
        .register_get("department", |user: &mut User| user.department.clone())
        .register_get("country", |user: &mut User| user.country.clone())
        .register_get("edition", |user: &mut User| user.edition.clone())
        .register_get("has_left", |user: &mut User| user.has_left)
        .register_get("legal_hold", |user: &mut User| user.legal_hold)
        .register_get("last_seen_days", |user: &mut User| user.last_seen_days)
        .register_get("groups", |user: &mut User| user.groups);
    engine
}

fn by_getters(engine: &Engine, ast: &AST, user: &User) -> ImmutableString {
    let options = CallFnOptions::new().eval_ast(false);
    engine
        .call_fn_with_options(options, &mut Scope::new(), ast, "decide", (user.clone(),))
        .expect("the script answers")
}

fn by_variables(engine: &Engine, ast: &AST, user: &User) -> ImmutableString {
    let mut scope = Scope::new();
    scope
        .push_constant("employment", user.employment.clone())
        .push_constant("department", user.department.clone())
        .push_constant("country", user.country.clone())
        .push_constant("edition", user.edition.clone())
        .push_constant("has_left", user.has_left)
        .push_constant("legal_hold", user.legal_hold)
        .push_constant("last_seen_days", user.last_seen_days)
        .push_constant("groups", user.groups);
    engine.eval_ast_with_scope(&mut scope, ast).expect("the script answers")
}

fn main() {
    let policy = asked();
    let engine = engine();
    let dialect = Dialect { one_of: in_list, ..Dialect::USUAL };
    let getters = format!("fn decide(user) {{ {} }}", chain(&policy, &dialect));
    let getters = engine.compile(getters).expect("it is Rhai");
    let variables = chain(&policy, &Dialect { field: str::to_owned, ..dialect });
    let variables = engine.compile(variables).expect("it is Rhai");
    let users = Typed::users(few(&policy));
    let shared: Vec<_> = users.iter().map(Texts::of).map(|user| User::of(&user)).collect();
    let rows = vec![
        Row::new(
            "Rhai, getters",
            &shared,
            |user| by_getters(&engine, &getters, user),
            |word| Answer::of(&word),
        ),
        Row::new(
            "Rhai, variables in scope",
            &shared,
            |user| by_variables(&engine, &variables, user),
            |word| Answer::of(&word),
        ),
    ];
    serve(&policy, rows);
}
