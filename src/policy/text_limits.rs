//! Text functions of the script engine that could grow a text far beyond its limit before the engine
//! looks at it, made again so that they look first. What goes in and comes out is the same.

use rhai::{EvalAltResult, ImmutableString, Position};

use super::host::Functions;
use super::sandbox::MAX_TEXT;

type Outcome = Result<(), Box<EvalAltResult>>;

/// Puts the bounded functions in front of those of the packages.
pub(super) fn register(functions: &mut Functions<'_>) {
    type Text = ImmutableString;
    functions.put("replace", |text: &mut Text, find: Text, put: Text| replace(text, &find, &put));
    functions.put("replace", |text: &mut Text, find: Text, put: char| {
        replace(text, &find, put.encode_utf8(&mut [0; 4]))
    });
    functions.put("replace", |text: &mut Text, find: char, put: Text| {
        replace(text, find.encode_utf8(&mut [0; 4]), &put)
    });
    functions.put("replace", |text: &mut Text, find: char, put: char| {
        replace(text, find.encode_utf8(&mut [0; 4]), put.encode_utf8(&mut [0; 4]))
    });
    functions.put("pad", |text: &mut Text, length: i64, with: char| {
        pad(text, length, with.encode_utf8(&mut [0; 4]))
    });
    functions.put("pad", |text: &mut Text, length: i64, with: Text| pad(text, length, &with));
}

#[expect(clippy::unnecessary_box_returns, reason = "the form in which the script engine carries errors")]
fn too_large() -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge("Length of string".to_owned(), Position::NONE).into()
}

fn replace(text: &mut ImmutableString, find: &str, put: &str) -> Outcome {
    // Both lengths are bounded by the limit, so the product fits any word.
    let grown = text.len() + text.matches(find).count() * put.len();
    let shrunk = text.matches(find).count() * find.len();
    if grown - shrunk > MAX_TEXT {
        return Err(too_large());
    }
    *text = text.replace(find, put).into();
    Ok(())
}

/// Appends `with` again and again, the last time only a part of it, until there are `length` characters.
fn pad(text: &mut ImmutableString, length: i64, with: &str) -> Outcome {
    let present = text.chars().count();
    let Some(missing) = usize::try_from(length).ok().and_then(|length| length.checked_sub(present)) else {
        return Ok(());
    };
    if missing > MAX_TEXT {
        return Err(too_large());
    }
    let mut padded = String::from(text.as_str());
    padded.extend(with.chars().cycle().take(missing));
    if padded.len() > MAX_TEXT {
        return Err(too_large());
    }
    *text = padded.into();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(character: &str, length: usize) -> ImmutableString {
        character.repeat(length).into()
    }

    /// The engine would refuse the result too, but only after it has been built.
    #[test]
    fn nothing_is_built_beyond_the_limit() {
        let long = text("b", MAX_TEXT);
        for (mut given, find) in [(text("a", 2), "a"), (text("a", MAX_TEXT), "a"), (text("a", 1), "")] {
            let before = given.clone();
            assert!(replace(&mut given, find, &long).is_err());
            assert_eq!(given, before);
        }
        for (length, with) in [(MAX_TEXT + 2, "x"), (MAX_TEXT / 2 + 1, "ä"), (usize::MAX >> 1, "x")] {
            let mut given = text("a", 1);
            assert!(pad(&mut given, i64::try_from(length).unwrap(), with).is_err(), "{length}");
            assert_eq!(given, "a");
        }
    }

    #[test]
    fn the_limit_itself_can_be_reached() {
        let mut given = text("a", MAX_TEXT / 2);
        replace(&mut given, "a", "bc").unwrap();
        assert_eq!(given.len(), MAX_TEXT);
        let mut given = text("a", 1);
        pad(&mut given, i64::try_from(MAX_TEXT).unwrap(), "xy").unwrap();
        assert_eq!(given.len(), MAX_TEXT);
    }
}
