//! Rego in regorus: a chain of `else` by the virtual machine and by the interpreter.
//!
//! At five rules the machine is the faster, at a hundred the interpreter. The machine refuses one rule of a
//! hundred branches (its registers end at 255), so that it gets chains of ten which hand on to the next.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Rc, Value};
use work::rounds::{Row, asked, few, serve};
use work::rules::{Dialect, Policy, Rule};
use work::users::{Answer, Texts, Typed};

use std::cell::RefCell;
use std::collections::BTreeMap;

const REGO: Dialect = Dialect {
    and: "; ",
    not: "not ",
    field: |name| format!("input.{name}"),
    one_of: |field, texts| format!("{field} in {{{}}}", texts.join(", ")),
    ..Dialect::USUAL
};

/// One chain named `name`, which ends in `last`.
fn chain(name: &str, rules: &[Rule], last: &str) -> String {
    let mut text = String::new();
    for (at, rule) in rules.iter().enumerate() {
        let start = if at == 0 { name } else { "else" };
        text.push_str(&format!("{start} := \"{}\" if {{ {} }}\n", rule.answer.word(), REGO.conditions(rule)));
    }
    text + &format!("else := {last}\n\n")
}

fn whole(policy: &Policy) -> String {
    format!("package leaver\nimport rego.v1\n\n{}", chain("decide", &policy.rules, "\"keep\""))
}

fn in_tens(policy: &Policy) -> String {
    let chunks: Vec<_> = policy.rules.chunks(10).collect();
    let mut text = "package leaver\nimport rego.v1\n\n".to_owned();
    for (at, chunk) in chunks.iter().enumerate() {
        let name = if at == 0 { "decide".to_owned() } else { format!("part{at}") };
        let last = if at + 1 < chunks.len() { format!("part{}", at + 1) } else { "\"keep\"".to_owned() };
        text.push_str(&chain(&name, chunk, &last));
    }
    text
}

fn engine(text: String) -> Engine {
    let mut engine = Engine::new();
    engine.add_policy("leaver.rego".to_owned(), text).expect("it is Rego");
    engine
}

fn machine(policy: &Policy) -> RegoVM {
    let entry = "data.leaver.decide";
    let compiled = engine(in_tens(policy)).compile_with_entrypoint(&Rc::from(entry)).expect("it compiles");
    let program = Compiler::compile_from_policy(&compiled, &[entry]).expect("it compiles");
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine.set_data(Value::new_object()).expect("nothing collides");
    machine
}

fn input(user: &Texts) -> Value {
    let fields = [
        ("employment", Value::from(user.employment.as_str())),
        ("department", Value::from(user.department.as_str())),
        ("country", Value::from(user.country.as_str())),
        ("edition", Value::from(user.edition.as_str())),
        ("has_left", Value::from(user.has_left)),
        ("legal_hold", Value::from(user.legal_hold)),
        ("last_seen_days", Value::from(user.last_seen_days)),
        ("groups", Value::from(i64::try_from(user.groups).expect("few groups"))),
    ];
    Value::from(
        fields.map(|(name, value)| (Value::from(name), value)).into_iter().collect::<BTreeMap<_, _>>(),
    )
}

fn read(value: &Value) -> Answer {
    Answer::of(value.as_string().expect("a text"))
}

fn main() {
    let policy = asked();
    let users = Typed::users(few(&policy));
    let inputs: Vec<_> = users.iter().map(Texts::of).map(|user| input(&user)).collect();
    let (machine, interpreter) = (RefCell::new(machine(&policy)), RefCell::new(engine(whole(&policy))));
    let rows = vec![
        Row::new(
            "regorus, virtual machine",
            &inputs,
            |input| {
                let mut machine = machine.borrow_mut();
                machine.set_input(input.clone());
                machine.execute().expect("it answers")
            },
            |value| read(&value),
        ),
        Row::new(
            "regorus, interpreter",
            &inputs,
            |input| {
                let mut engine = interpreter.borrow_mut();
                engine.set_input(input.clone());
                engine.eval_rule("data.leaver.decide".to_owned()).expect("it answers")
            },
            |value| read(&value),
        ),
    ];
    serve(&policy, rows);
}
