//! ZEN: one conditional expression compiled before, and a decision table compiled before.
//!
//! The expression runs in one machine that is used again; a table that is not compiled costs eight times as
//! much at a hundred rules. A table never waits for anything, so that its future is polled once, by hand.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde_json::{Map, Value, json};
use work::rounds::{Row, asked, few, serve};
use work::rules::{Condition, Dialect, Policy, Rule, in_list};
use work::users::{Answer, Texts, Typed};
use zen_engine::{Decision, model::GraphContent};
use zen_expression::{compile_expression, variable::Variable, vm::VM};

const EXPRESSION: Dialect =
    Dialect { and: " and ", not: "not ", field: str::to_owned, one_of: in_list, ..Dialect::USUAL };

const COLUMNS: [&str; 8] =
    ["legal_hold", "has_left", "department", "country", "employment", "edition", "last_seen_days", "groups"];

/// A rule as a line of a table: a test per column, an empty cell where nothing is asked.
fn line(at: usize, rule: Option<&Rule>) -> Value {
    let mut line = Map::new();
    line.insert("_id".to_owned(), json!(format!("rule{at}")));
    for column in COLUMNS {
        line.insert(column.to_owned(), json!(""));
    }
    for condition in rule.iter().flat_map(|rule| &rule.conditions) {
        let (column, cell) = match condition {
            Condition::True(field) => (field, "true".to_owned()),
            Condition::False(field) => (field, "false".to_owned()),
            Condition::Is(field, text) => (field, format!("\"{text}\"")),
            Condition::OneOf(field, texts) => (field, format!("\"{}\"", texts.join("\", \""))),
            Condition::Over(field, number) => (field, format!("> {number}")),
            Condition::AtLeast(field, number) => (field, format!(">= {number}")),
        };
        line.insert((*column).to_owned(), json!(cell));
    }
    let answer = rule.map_or(Answer::Keep, |rule| rule.answer);
    line.insert("answer".to_owned(), json!(format!("\"{}\"", answer.word())));
    Value::Object(line)
}

fn table(policy: &Policy) -> Decision {
    let mut lines: Vec<_> = policy.rules.iter().enumerate().map(|(at, rule)| line(at, Some(rule))).collect();
    lines.push(line(lines.len(), None));
    let inputs: Vec<_> =
        COLUMNS.iter().map(|column| json!({ "id": column, "name": column, "field": column })).collect();
    let graph = json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "first",
                "inputs": inputs,
                "outputs": [{ "id": "answer", "name": "answer", "field": "answer" }],
                "rules": lines,
            } },
            { "id": "out", "name": "out", "type": "outputNode", "content": {} },
        ],
        "edges": [
            { "id": "e1", "sourceId": "in", "targetId": "table" },
            { "id": "e2", "sourceId": "table", "targetId": "out" },
        ],
    });
    let content: GraphContent = serde_json::from_value(graph).expect("it is a graph");
    let mut decision = Decision::from(Arc::new(content));
    decision.compile();
    decision
}

fn input(user: &Texts) -> Variable {
    Variable::from(json!({
        "employment": user.employment,
        "department": user.department,
        "country": user.country,
        "edition": user.edition,
        "has_left": user.has_left,
        "legal_hold": user.legal_hold,
        "last_seen_days": user.last_seen_days,
        "groups": user.groups,
    }))
}

/// What a future that waits for nothing comes to.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a table waits for nothing"),
    }
}

fn word(value: &Variable) -> Answer {
    Answer::of(value.as_str().expect("a text"))
}

fn main() {
    let policy = asked();
    let expression = compile_expression(&EXPRESSION.conditional(&policy)).expect("it is an expression");
    let (machine, table) = (RefCell::new(VM::new()), table(&policy));
    let users = Typed::users(few(&policy));
    let inputs: Vec<_> = users.iter().map(Texts::of).map(|user| input(&user)).collect();
    let rows = vec![
        Row::new(
            "zen-expression, compiled before",
            &inputs,
            |input| expression.evaluate_with(input.clone(), &mut machine.borrow_mut()).expect("it answers"),
            |value| word(&value),
        ),
        Row::new(
            "zen-engine, decision table compiled before",
            &inputs,
            |input| at_once(table.evaluate(input.clone())).expect("it answers"),
            |response| word(&response.result.dot("answer").expect("the table's output")),
        ),
    ];
    serve(&policy, rows);
}
