//! Reading policy files: one `.rhai` file, or a folder of them in order of file name.
//!
//! In goes a path, out come the texts, or every reason why some cannot be had. Nothing of a file
//! beyond its size limit is read, and folders inside a folder are left alone.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::source::Source;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::sort;

/// The policy at `path`: a file, or every `*.rhai` file of a folder.
///
/// # Errors
///
/// What cannot be read, is too large or is not UTF-8, of all files; a folder without policy files.
pub fn load_sources(path: &Path) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let files = if path.is_dir() { files_of_folder(path)? } else { vec![path.to_path_buf()] };
    let (mut sources, mut diagnostics) = (Vec::new(), Vec::new());
    for file in files {
        match read(&file) {
            Ok(source) => sources.push(source),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(sources) } else { Err(diagnostics) }
}

fn files_of_folder(folder: &Path) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let unreadable = |error: &std::io::Error| vec![unreadable(folder, "this folder", error)];
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(&error))? {
        let path = entry.map_err(|error| unreadable(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "rhai") && !path.is_dir() {
            files.push(path);
        }
    }
    if files.is_empty() {
        let diagnostic =
            Diagnostic::new(Code::NoRules, "this folder has no policy files", name(folder), Place::FILE)
                .help("policy files end in `.rhai`");
        return Err(vec![diagnostic]);
    }
    sort::by(&mut files, |a, b| {
        let [a, b] = [a, b].map(|path| path.file_name().unwrap_or_default().as_encoded_bytes());
        a.cmp(b)
    });
    Ok(files)
}

fn read(path: &Path) -> Result<Source, Diagnostic> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(Source::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, "this file", &error))?;
    if bytes.len() > Source::MAX_BYTES {
        return Err(too_large(&name(path)));
    }
    String::from_utf8(bytes).map(|text| Source::new(name(path), text)).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        let (line, column) = Source::new("", before).position(valid);
        Diagnostic::new(
            Code::PolicyNotUtf8,
            "this byte is not UTF-8",
            name(path),
            Place::new(line, column, 1),
        )
        .help("save the file as UTF-8")
    })
}

/// What to say of a file over the limit.
pub(super) fn too_large(name: &str) -> Diagnostic {
    let limit = Source::MAX_BYTES / 1024;
    Diagnostic::new(Code::PolicyTooLarge, format!("this file is larger than {limit} KiB"), name, Place::FILE)
        .help("split it: the files of a folder make one policy")
}

fn unreadable(path: &Path, what: &str, error: &std::io::Error) -> Diagnostic {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
        kind => format!("cannot be read: {kind}"),
    };
    Diagnostic::new(Code::PolicyUnreadable, format!("{what} {why}"), name(path), Place::FILE)
}

/// The path as it was given, its parts joined with `/`.
fn name(path: &Path) -> String {
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

#[cfg(test)]
mod tests {
    use super::{load_sources, name};
    use crate::diagnostic::Code;
    use crate::policy::source::Source;

    #[test]
    fn one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme.policy");
        std::fs::write(&path, "fn a(user) { keep() }").unwrap();
        let sources = load_sources(&path).unwrap();
        assert_eq!(sources.len(), 1);
        assert_eq!((sources[0].name(), sources[0].text()), (name(&path).as_str(), "fn a(user) { keep() }"));
    }

    #[test]
    fn a_folder_in_order_of_file_names() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b.rhai", "a10.rhai", "a9.rhai", "B.rhai", "notes.txt"] {
            std::fs::write(folder.path().join(file), file).unwrap();
        }
        std::fs::create_dir(folder.path().join("c.rhai")).unwrap();
        let sources = load_sources(folder.path()).unwrap();
        let texts: Vec<_> = sources.iter().map(Source::text).collect();
        assert_eq!(texts, ["B.rhai", "a10.rhai", "a9.rhai", "b.rhai"]);
        assert!(sources[0].name().ends_with("/B.rhai"));
    }

    #[test]
    fn all_reasons_at_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.rhai"), b"// fine\n// \xc3\xa4 \xff").unwrap();
        std::fs::write(folder.path().join("b.rhai"), "fn b(user) { keep() }").unwrap();
        std::fs::write(folder.path().join("c.rhai"), " ".repeat(Source::MAX_BYTES + 1)).unwrap();
        let diagnostics = load_sources(folder.path()).unwrap_err();
        let found: Vec<_> = diagnostics.iter().map(|found| (found.code, found.line, found.column)).collect();
        assert_eq!(found, [(Code::PolicyNotUtf8, 2, 6), (Code::PolicyTooLarge, 0, 0)]);
        std::fs::write(folder.path().join("c.rhai"), " ".repeat(Source::MAX_BYTES)).unwrap();
        std::fs::remove_file(folder.path().join("a.rhai")).unwrap();
        assert_eq!(load_sources(folder.path()).unwrap().len(), 2);
    }

    #[test]
    fn nothing_to_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load_sources(folder.path()).unwrap_err()[0].code, Code::NoRules);
        assert_eq!(
            load_sources(&folder.path().join("none.rhai")).unwrap_err()[0].code,
            Code::PolicyUnreadable
        );
    }
}
