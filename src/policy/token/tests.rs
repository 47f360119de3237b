use proptest::prelude::*;

use super::{Bracket, TokenKind, Tokens, TriviaKind};
use TokenKind::{
    Character, Close, Dollar, Float, Identifier, Integer, Open, Operator, RawText, TemplateText, Text,
    Unknown,
};

fn read(text: &str) -> Vec<(TokenKind, &str)> {
    Tokens::read(text).all().iter().map(|token| (token.kind, token.text(text))).collect()
}

fn kinds(text: &str) -> Vec<TokenKind> {
    read(text).into_iter().map(|(kind, _)| kind).collect()
}

fn trivia(text: &str) -> Vec<(TriviaKind, &str)> {
    let tokens = Tokens::read(text);
    let comments = tokens.trivia().iter().filter(|trivia| trivia.kind != TriviaKind::Space);
    comments.map(|trivia| (trivia.kind, &text[trivia.start as usize..trivia.end as usize])).collect()
}

/// Tokens and trivia, in order, must be the text.
fn assert_is_whole(text: &str, tokens: &Tokens) {
    let mut stretches: Vec<_> = tokens.all().iter().map(|token| (token.start, token.end)).collect();
    stretches.extend(tokens.trivia().iter().map(|trivia| (trivia.start, trivia.end)));
    stretches.sort_unstable();
    let mut at = 0;
    for (start, end) in stretches {
        assert_eq!(start, at, "a gap or an overlap in {text:?}");
        assert!(end > start, "an empty stretch in {text:?}");
        assert!(text.is_char_boundary(end as usize));
        at = end;
    }
    assert_eq!(at as usize, text.len());
}

fn assert_is_consistent(text: &str) {
    let tokens = Tokens::read(text);
    assert_is_whole(text, &tokens);
    for (index, token) in tokens.all().iter().enumerate() {
        assert_eq!(tokens.at_byte(token.start), Some(index));
        if let Some(partner) = token.partner() {
            let other = tokens.token(partner).expect("a partner is a token");
            assert_eq!(other.partner(), Some(index));
            match (token.kind, other.kind) {
                (Open(bracket), Close(closing)) => assert!(bracket == closing && index < partner),
                (Close(bracket), Open(opening)) => assert!(bracket == opening && partner < index),
                other => panic!("partners that are no brackets: {other:?}"),
            }
        }
        let (start, end) = tokens.cover(token.start, token.end);
        assert!(start <= token.start && end >= token.end && end as usize <= text.len());
        for covered in tokens.within(start, end).filter_map(|index| tokens.token(index)) {
            if let Some(partner) = covered.partner().and_then(|partner| tokens.token(partner)) {
                assert!(
                    partner.start >= start && partner.end <= end,
                    "cover leaves a bracket alone in {text:?}"
                );
            }
        }
        let call = tokens.call_end(token.start);
        assert!(call >= token.end && call as usize <= text.len());
    }
}

#[test]
fn names_and_numbers() {
    assert_eq!(
        read("a _b c9 fn"),
        [(Identifier, "a"), (Identifier, "_b"), (Identifier, "c9"), (Identifier, "fn")]
    );
    for number in ["0", "1_000", "0xFF", "0o17", "0b1_0", "0X1f", "0_x1", "9223372036854775808"] {
        assert_eq!(read(number), [(Integer, number)]);
    }
    for number in ["1.5", "1e3", "1e-3", "1.5e+2", "1_0.0_1"] {
        assert_eq!(read(number), [(Float, number)]);
    }
    assert_eq!(read("1..5"), [(Integer, "1"), (Operator, ".."), (Integer, "5")]);
    assert_eq!(read("1..=5"), [(Integer, "1"), (Operator, "..="), (Integer, "5")]);
    assert_eq!(read("1.days"), [(Integer, "1"), (Operator, "."), (Identifier, "days")]);
    assert_eq!(read("(1.)")[1], (Float, "1."));
    assert_eq!(read("1._a")[0], (Integer, "1"));
    assert_eq!(kinds("-5"), [Operator, Integer]);
}

#[test]
fn texts() {
    for text in
        [r#""a""#, r#""don't""#, r#""a\"b""#, r#""a""b""#, "\"a\\\n  b\"", "\"a\\\r\nb\"", r#""// no""#]
    {
        assert_eq!(read(text), [(Text, text)]);
    }
    for text in ["'x'", "'staff'", "''", r"'\''", "'a''b'", "'ä'"] {
        assert_eq!(read(text), [(Character, text)]);
    }
    for text in [r##"#"a"#"##, r###"##"a"#b"##"###, "#\"a\nb\"#", "#\"a\"\"#"] {
        assert_eq!(read(text), [(RawText, text)]);
    }
    assert_eq!(read("\"a\nb"), [(Text, "\"a"), (Identifier, "b")]);
    assert!(!Tokens::read("\"a\nb").all()[0].closed);
    assert!(!Tokens::read("'a").all()[0].closed);
    assert!(!Tokens::read("#\"a").all()[0].closed);
}

#[test]
fn templates() {
    let text = "`a${b + `c${d}`}e`f";
    let expected = [
        (Open(Bracket::Template), "`"),
        (TemplateText, "a"),
        (Dollar, "$"),
        (Open(Bracket::Interpolation), "{"),
        (Identifier, "b"),
        (Operator, "+"),
        (Open(Bracket::Template), "`"),
        (TemplateText, "c"),
        (Dollar, "$"),
        (Open(Bracket::Interpolation), "{"),
        (Identifier, "d"),
        (Close(Bracket::Interpolation), "}"),
        (Close(Bracket::Template), "`"),
        (Close(Bracket::Interpolation), "}"),
        (TemplateText, "e"),
        (Close(Bracket::Template), "`"),
        (Identifier, "f"),
    ];
    assert_eq!(read(text), expected);
    assert_eq!(Tokens::read(text).cover(0, 0), (0, 18));
    assert_eq!(read(r"`\${a} ``b`").len(), 3);
    assert_eq!(read("`${ if a { #{b: 1} } }`").last(), Some(&(Close(Bracket::Template), "`")));
    assert!(Tokens::read("`a").all()[0].is_lonely_bracket());
}

#[test]
fn operators_are_as_long_as_possible() {
    for operator in [
        "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "..", "..=", "=>", "->", "::", "**", "**=", "<<",
        ">>=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "===", "!==", "...", "!in", "++", "--", "<-",
        ":=", "=", "<", ">", "!", "|", "&", "^", "~", "+", "-", "*", "/", "%", ".", ",", ";", ":", "?", "@",
        "$",
    ] {
        assert_eq!(read(operator), [(Operator, operator)]);
    }
    assert_eq!(read("!inside"), [(Operator, "!"), (Identifier, "inside")]);
    assert_eq!(kinds("a?[0]"), [Identifier, Open(Bracket::Square), Integer, Close(Bracket::Square)]);
    assert_eq!(kinds("#{}"), [Open(Bracket::Map), Close(Bracket::Map)]);
    assert_eq!(kinds("“ä#"), [Unknown, Unknown, Unknown]);
}

#[test]
fn comments_are_kept_apart() {
    let text = "//! file\n/// rule\n//// rule\n// a\nfn /* b /* c */ d */ x /** e */ /*** f */";
    let expected = [
        (TriviaKind::FileDoc, "//! file"),
        (TriviaKind::Doc, "/// rule"),
        (TriviaKind::Comment, "//// rule"),
        (TriviaKind::Comment, "// a"),
        (TriviaKind::Comment, "/* b /* c */ d */"),
        (TriviaKind::Doc, "/** e */"),
        (TriviaKind::Comment, "/*** f */"),
    ];
    assert_eq!(trivia(text), expected);
    assert_eq!(kinds(text), [Identifier, Identifier]);
    assert!(!Tokens::read("a /* b").trivia()[1].closed);
    assert!(!Tokens::read("/**/ a").trivia()[0].closed, "Rhai reads the second star as part of the opening");
    assert_eq!(kinds("// a\rb"), [Identifier]);
}

#[test]
fn brackets_find_their_partners() {
    let partners =
        |text: &str| -> Vec<_> { Tokens::read(text).all().iter().map(super::Token::partner).collect() };
    assert_eq!(partners("([{}])"), [Some(5), Some(4), Some(3), Some(2), Some(1), Some(0)]);
    assert_eq!(partners("{(}"), [Some(2), None, Some(0)]);
    assert_eq!(partners("({)}"), [None, Some(3), None, Some(1)]);
    assert_eq!(partners("([)"), [Some(2), None, Some(0)]);
    assert_eq!(partners("}{"), [None, None]);
}

#[test]
fn cover_widens_to_whole_expressions() {
    let text = "len(x[1]) + f(#{a: -5})";
    let tokens = Tokens::read(text);
    let at = |part: &str| u32::try_from(text.find(part).expect("it is there")).expect("it is small");
    assert_eq!(tokens.cover(at("x"), at("x")), (4, 5));
    assert_eq!(tokens.cover(at("x"), at("1]")), (4, 8));
    assert_eq!(tokens.cover(at("len"), at("f(") + 2), (0, 23));
    assert_eq!(tokens.cover(at("-5"), at("-5")), (at("-5"), at("-5") + 2));
    assert_eq!(tokens.call_end(0), 9);
    assert_eq!(tokens.call_end(at("x")), 5);
    assert_eq!(tokens.cover(500, 600), (500, 600));
}

#[test]
fn parts_are_read_each_by_itself() {
    let text = "fn a() { `x\nfn b() {}\n";
    let tokens = Tokens::read_parts(text, &[12]);
    let b = tokens.at_byte(12).expect("fn is a token");
    assert_eq!(tokens.token(b + 3).and_then(|token| token.partner()), None::<usize>.or(Some(b + 2)));
    assert_is_whole(text, &tokens);
}

#[test]
fn deep_nesting_needs_no_stack() {
    for unit in ["(", "[", "{", "`${", "/*", "#{", "\"", "'", ")", "#"] {
        let text = unit.repeat(60_000 / unit.len());
        assert_is_whole(&text, &Tokens::read(&text));
    }
    let text = ["(".repeat(30_000), "]".repeat(30_000)].concat();
    assert_is_whole(&text, &Tokens::read(&text));
}

/// Where Rhai's own tokenizer puts its tokens, up to its first error; it needs to be told where the
/// text of a template goes on.
fn assert_agrees_with_rhai(text: &str) {
    let engine = rhai::Engine::new_raw();
    let tokens = Tokens::read(text);
    let (stream, control) = engine.lex([&text]);
    let (mut braces, mut templates) = (0_usize, Vec::new());
    let mut goes_on_in_text = false;
    for (token, position) in stream {
        use rhai::Token as T;
        let in_text = std::mem::take(&mut goes_on_in_text);
        match &token {
            T::EOF | T::LexError(_) => return,
            T::InterpolatedString(_) => templates.push(braces),
            T::LeftBrace | T::MapStart => braces += 1,
            T::RightBrace => {
                let Some(left) = braces.checked_sub(1) else { return };
                braces = left;
                if templates.last() == Some(&braces) {
                    templates.pop();
                    control.borrow_mut().is_within_text = true;
                    goes_on_in_text = true;
                }
            }
            _ => {}
        }
        // Text after an interpolation has no position of its own, and doc comments are trivia.
        if in_text || matches!(token, T::Comment(_)) {
            continue;
        }
        let byte = tokens.byte_of_position(text, position).expect("a token has a position");
        let found = tokens.at_byte(byte).and_then(|index| tokens.token(index));
        let found = found.unwrap_or_else(|| panic!("no token at {byte} for {token:?} in {text:?}"));
        let agrees = match &token {
            T::IntegerConstant(_) => found.kind == Integer || found.text(text) == "-",
            T::FloatConstant(_) => matches!(found.kind, Float | Integer) || found.text(text) == "-",
            T::Identifier(name) => found.kind == Identifier && found.text(text) == name.as_str(),
            T::CharConstant(_) => found.kind == Character,
            T::StringConstant(_) => matches!(found.kind, Text | RawText | Open(Bracket::Template)),
            T::InterpolatedString(_) => found.kind == Open(Bracket::Template),
            T::Unit => found.kind == Open(Bracket::Paren),
            T::LeftBrace => matches!(found.kind, Open(Bracket::Brace | Bracket::Interpolation)),
            T::RightBrace => matches!(found.kind, Close(_)),
            _ => true,
        };
        assert!(agrees, "{token:?} is read as {found:?} in {text:?}");
    }
}

#[test]
fn agrees_with_rhai_where_its_positions_are_odd() {
    for text in [
        "// a\rb",
        "// a\r\nb",
        "`\r\na` b",
        "`\na` b",
        r"`\${a} \${b}` c",
        "#\"a\"\nb\n\"# c",
        "#\"a\nb\"# c",
        "##\"a\"#\nb\"## c\nd",
        "\"a\\\n b\" c\n d",
        "a /* \n */ b",
        "1.e 1._a 1.5.5 0_x1 1e+5 x",
        "`a${`b${c}d`}e` + f\n g",
        "!in !inside !i a.b?.c?[0] #{a: 1}",
    ] {
        assert_agrees_with_rhai(text);
    }
}

fn soup() -> impl Strategy<Value = String> {
    const PIECES: [&str; 62] = [
        "fn ", "private ", "const ", "let ", "if ", "else ", "user", ".", "?.", "has_left", "(", ")", "[",
        "]", "{", "}", "#{", "`", "${", "\"", "'", "\\", "#", "\"#", "#\"", "//", "///", "/*", "*/", "/**",
        "//!", "\n", "\r", " ", "=", "==", "!", "in", "!in", "&&", "||", "|", "1", "1.5", "0x", "e", "-",
        "..", "$", "ä", "“", "”", ";", ",", ":", "and", "not", "is", "\u{feff}", "_", "->", "/",
    ];
    prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        assert_is_consistent(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_is_consistent(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_soup_is_read(text in soup()) {
        assert_is_consistent(&text);
    }

    #[test]
    fn any_soup_agrees_with_rhai(text in soup()) {
        assert_agrees_with_rhai(&text);
    }

    #[test]
    fn any_parts_are_whole(text in soup(), starts in prop::collection::vec(0_u32..200, 0..4)) {
        let mut starts = starts;
        starts.sort_unstable();
        let starts: Vec<_> = starts.into_iter().filter(|start| text.is_char_boundary(*start as usize)).collect();
        assert_is_whole(&text, &Tokens::read_parts(&text, &starts));
    }

    #[test]
    fn blanks_keep_every_place(text in soup(), cut in 0_usize..100) {
        let tokens = Tokens::read(&text);
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let blank = tokens.blank(&text, 0, u32::try_from(cut).unwrap());
        prop_assert!(blank.bytes().all(|byte| byte == b' ' || byte == b'\n'));
        let (line, column) = blank.rsplit_once('\n').map_or((1, blank.len() + 1), |(before, last)| {
            (before.matches('\n').count() + 2, last.len() + 1)
        });
        if cut < text.len() && !tokens.uncounted.contains(&u32::try_from(cut).unwrap()) {
            prop_assert_eq!(tokens.byte_of(&text, line, column) as usize, cut);
        }
    }
}
