//! CEL: one conditional over variables that a resolver takes from the user's fields.
//!
//! A context with a map that was built before is four times slower: every access clones. The parser stops at
//! 96 levels unless it is told otherwise, and a hundred rules nest deeper.

use cel::common::types::{CelBool, CelInt, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::parser::{Expression, Parser};
use cel::{Context, Env, Value};
use work::rounds::{Row, asked, few, serve};
use work::rules::{Dialect, in_list};
use work::users::{Answer, Texts, Typed};

use std::sync::Arc;

struct Fields<'a>(&'a Texts);

impl VariableResolver for Fields<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let user = self.0;
        let text = |text: &'b str| CowVal::owned(CelString::from(text));
        let int = |number: i64| CowVal::owned(CelInt::from(number));
        Some(match name {
            "employment" => text(&user.employment),
            "department" => text(&user.department),
            "country" => text(&user.country),
            "edition" => text(&user.edition),
            "has_left" => CowVal::owned(CelBool::from(user.has_left)),
            "legal_hold" => CowVal::owned(CelBool::from(user.legal_hold)),
            "last_seen_days" => int(user.last_seen_days),
            "groups" => int(i64::try_from(user.groups).ok()?),
            _ => return None,
        })
    }
}

fn decide(expression: &Expression, env: &Arc<Env>, user: &Texts) -> Value {
    let fields = Fields(user);
    let mut context = Context::with_env(Arc::clone(env));
    context.set_variable_resolver(&fields);
    Value::resolve(expression, &context).expect("the expression answers")
}

fn read(value: Value) -> Answer {
    match value {
        Value::String(word) => Answer::of(&word),
        other => panic!("{other:?} is no text"),
    }
}

fn main() {
    let policy = asked();
    let dialect = Dialect { field: str::to_owned, one_of: in_list, ..Dialect::USUAL };
    let text = dialect.conditional(&policy);
    let expression = Parser::new().max_recursion_depth(2_000).parse(&text).expect("it is CEL");
    let env = Arc::new(Env::stdlib());
    let users = Typed::users(few(&policy));
    let texts: Vec<_> = users.iter().map(Texts::of).collect();
    let row = Row::new("cel, resolver", &texts, |user| decide(&expression, &env, user), read);
    serve(&policy, vec![row]);
}
