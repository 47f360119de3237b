//! `include/leaver.h`: what cbindgen makes of `bindings/c/src`, with the preamble, macros and inline functions of
//! `bindings/c/header` around it.

use std::fs;

use crate::generated::Generated;

/// The header as it should be.
pub(crate) fn file() -> Result<Generated, String> {
    let folder = crate::root().join("bindings/c");
    let part = |name: &str| {
        fs::read_to_string(folder.join("header").join(name)).map_err(|error| format!("{name}: {error}"))
    };
    let version = env!("CARGO_PKG_VERSION");
    let mut numbers = version.split('.');
    let mut macros = part("macros.h")?.replace("@VERSION@", version);
    for name in ["@MAJOR@", "@MINOR@", "@PATCH@"] {
        macros = macros.replace(name, numbers.next().unwrap_or_default());
    }
    let mut config = cbindgen::Config::from_file(folder.join("cbindgen.toml"))?;
    config.header = Some(part("preamble.h")?.trim_end().to_owned());
    config.autogen_warning = Some(
        "/* Made from bindings/c by `cargo xtask generate`; edit those files, not this one. */".to_owned(),
    );
    config.after_includes = Some(macros.trim_end().to_owned());
    let bindings = files(&folder)?
        .into_iter()
        .fold(cbindgen::Builder::new().with_config(config), cbindgen::Builder::with_src)
        .generate()
        .map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    let text = with_inline(&text, &part("inline.h")?)?;
    Ok(Generated { path: "include/leaver.h".to_owned(), text })
}

/// The files in the order in which the header tells of them: simple things first.
fn files(folder: &std::path::Path) -> Result<Vec<std::path::PathBuf>, String> {
    let text = fs::read_to_string(folder.join("header/order.txt")).map_err(|error| error.to_string())?;
    Ok(text.lines().map(|name| folder.join("src").join(name)).collect())
}

/// Inline functions stand before the end of the block that C++ reads as C.
fn with_inline(text: &str, inline: &str) -> Result<String, String> {
    let end = text.rfind("#ifdef __cplusplus").ok_or("the header does not end as expected")?;
    let (before, after) = text.split_at(end);
    Ok(format!("{}\n{}\n{after}", before.trim_end(), inline.trim_end()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_header_is_the_one_that_is_committed() {
        let header = super::file().expect("a header");
        let committed =
            std::fs::read_to_string(crate::root().join(&header.path)).expect("a committed header");
        assert!(committed == header.text, "include/leaver.h is out of date: run `cargo xtask header`");
    }
}
