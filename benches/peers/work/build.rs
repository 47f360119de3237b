//! Writes the policies as Rust code, an if-chain each: what a Rust author would write by hand.

#[allow(dead_code, unreachable_pub, reason = "it is the library that needs all of it")]
#[path = "../../workload/users.rs"]
mod users;

#[allow(dead_code, unreachable_pub, reason = "it is the library that needs all of it")]
#[path = "src/rules.rs"]
mod rules;

use std::{env, fs, path::Path};

use rules::{Dialect, POLICIES, Policy};

/// Fields of `Typed`.
const TYPED: Dialect = Dialect {
    text: |field, text| match field {
        "department" | "country" => text[1..].to_owned(),
        "employment" => format!("Employment::{}", capital(text)),
        _ => format!("Edition::{}", capital(text)),
    },
    one_of: |field, texts| format!("matches!({field}, {})", texts.join(" | ")),
    ..Dialect::USUAL
};

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn chain(name: &str, of: &str, dialect: &Dialect, policy: &Policy) -> String {
    let mut code = format!("/// {} over `{of}`.\npub fn {name}(user: &{of}) -> Answer {{\n", policy.name);
    for rule in &policy.rules {
        code.push_str(&format!(
            "    if {} {{\n        return Answer::{:?};\n    }}\n",
            dialect.conditions(rule),
            rule.answer
        ));
    }
    code + "    Answer::Keep\n}\n\n"
}

fn main() {
    let mut code = String::new();
    for (name, _) in POLICIES {
        let policy = Policy::named(name).expect("it is in the list");
        let small = name.to_lowercase();
        code.push_str(&chain(&format!("typed_{small}"), "Typed", &TYPED, &policy));
        code.push_str(&chain(&format!("texts_{small}"), "Texts", &Dialect::USUAL, &policy));
    }
    let folder = env::var_os("OUT_DIR").expect("cargo says where to");
    fs::write(Path::new(&folder).join("native.rs"), code).expect("the folder of the build can be written");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/rules.rs");
    println!("cargo::rerun-if-changed=../../workload/users.rs");
}
