//! The rules by hand: an if-chain of compiled Rust, over typed fields and over owned texts.
//!
//! Every engine is measured beside these, and its answers must be theirs.

use crate::users::{Answer, Typed};

pub use chains::{texts_p5, texts_p100, typed_p5, typed_p100};

mod chains {
    #![allow(unused_comparisons, reason = "some seeded rules want no groups at all, which is always so")]
    #![allow(clippy::all, clippy::pedantic, unreachable_pub, reason = "written by the build script")]

    use crate::users::{Answer, Edition, Employment, Texts, Typed};

    include!(concat!(env!("OUT_DIR"), "/native.rs"));
}

/// The rules of P5 or P100 over typed fields.
///
/// # Panics
/// If there is no such policy.
pub fn native(policy: &str) -> fn(&Typed) -> Answer {
    match policy {
        "P5" => typed_p5,
        "P100" => typed_p100,
        _ => panic!("there is no policy {policy}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{native, texts_p5, texts_p100};
    use crate::rules::POLICIES;
    use crate::users::{Conjunction, Texts, Typed, by_hand};

    #[test]
    fn compiled_rules_answer_as_the_rules_of_the_other_benchmarks() {
        for (name, count) in POLICIES {
            let conjunctions = Conjunction::seeded(count);
            for user in Typed::users(100_000) {
                let expected = by_hand(&user, &conjunctions);
                assert_eq!(native(name)(&user), expected, "{user:?}");
                let texts = if name == "P5" { texts_p5 } else { texts_p100 };
                assert_eq!(texts(&Texts::of(&user)), expected, "{user:?}");
            }
        }
    }
}
