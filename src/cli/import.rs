//! `leaver import`: a directory from answers of the Work API and a table of the personnel department.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::{Import as Arguments, TextOrJson};
use super::check::json_lines;
use super::exit::{Exit, Failure, exit_of};
use super::input::now;
use super::lines::write_json;
use super::output::Output;
use super::terminal::Terminal;
use super::threema::answers;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::directory::{Directory, Import, ImportChoices, ImportFile, ImportFinding, ImportSources, import};
use crate::report::visible;

/// Largest file that is read.
const MOST_BYTES: u64 = 1 << 30;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    match carry_out(arguments) {
        Ok(import) => tell(&import, arguments, terminal),
        Err(Failure::Diagnostics { diagnostics, .. }) if arguments.format == TextOrJson::Json => {
            let mut output = Output::standard();
            output.write_all(&json_lines(&diagnostics, terminal.shows_output))?;
            output.finish()?;
            Ok(exit_of(&diagnostics))
        }
        Err(failure) => Err(failure),
    }
}

fn carry_out(arguments: &Arguments) -> Result<Import, Failure> {
    if fs::symlink_metadata(&arguments.output).is_ok() {
        let help = "a directory is made anew each time: name a folder that is not there".to_owned();
        return Err(Failure::usage(format!("{} is there already", arguments.output.display()), Some(help)));
    }
    let choices = choices(arguments)?;
    if choices.credential_kind.is_some() && arguments.credentials.is_empty() && arguments.platform.is_none() {
        let help = Some("add --credentials FILE, or --platform FILE".to_owned());
        return Err(Failure::usage("--credential-kind is about credentials, and there are none", help));
    }
    let mut unreadable = Vec::new();
    let mut load = |path: &PathBuf| {
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            let message = format!("the file cannot be read: {error}");
            let found = Diagnostic::new(Code::DirectoryUnreadable, message, name.clone(), Place::FILE);
            unreadable.push(found.help("check that it exists and that you may read it"));
        }
        (name, bytes)
    };
    let mut users: Vec<_> = arguments.users.iter().map(&mut load).collect();
    let mut credentials: Vec<_> = arguments.credentials.iter().map(&mut load).collect();
    let (hr, subscription) = (load(&arguments.hr), load(&arguments.subscription));
    if !unreadable.is_empty() {
        return Err(Failure::of(unreadable));
    }
    if let Some(path) = &arguments.platform {
        // Asked last: a file that is missing costs no request.
        let answers = answers(path, choices.credential_kind.is_some(), now())?;
        users.extend(pages("users", answers.users));
        credentials.extend(pages("credentials", answers.credentials));
    }
    let sources = ImportSources {
        users: users.iter().map(file).collect(),
        credentials: credentials.iter().map(file).collect(),
        hr: file(&hr),
        subscription: file(&subscription),
    };
    let import = import(&sources, &choices).map_err(Failure::of)?;
    // They may hold passwords.
    drop(credentials);
    write(&import, &arguments.output)?;
    Ok(import)
}

/// Pages by name and number, as diagnostics call them.
fn pages(name: &str, bodies: Vec<Vec<u8>>) -> impl Iterator<Item = (String, Vec<u8>)> {
    bodies.into_iter().enumerate().map(move |(at, body)| (format!("page {} of /{name}", at + 1), body))
}

fn file((name, bytes): &(String, Vec<u8>)) -> ImportFile<'_> {
    ImportFile { name, bytes }
}

fn choices(arguments: &Arguments) -> Result<ImportChoices, Failure> {
    let mut choices = ImportChoices {
        credential_kind: arguments.credential_kind.map(Into::into),
        other_credentials: arguments.other_kind.iter().cloned().collect(),
        ..ImportChoices::default()
    };
    for (field, column) in &arguments.columns {
        if choices.columns.values().any(|other| other == column)
            || choices.columns.insert(field.clone(), column.clone()).is_some()
        {
            let text = format!("--column {field}={column}: a field has one column, and a column one field");
            return Err(Failure::usage(text, None));
        }
    }
    for (word, employment) in &arguments.employments {
        if choices.employments.insert(word.clone(), *employment).is_some() {
            return Err(Failure::usage(format!("--employment {word}: a word has one meaning"), None));
        }
    }
    Ok(choices)
}

/// Writes the folder beside its place, reads it as every other command will, and puts it in its place.
fn write(import: &Import, folder: &Path) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| Failure::file(folder, "write", error);
    let beside = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::metadata(beside).map_err(|error| failed(&error))?;
    // Only its owner may look into it: it is full of personal data.
    let part = tempfile::Builder::new().prefix(".leaver-").suffix(".part").tempdir_in(beside);
    let part = part.map_err(|error| failed(&error.kind().into()))?;
    for (name, text) in &import.files {
        let written = File::create_new(part.path().join(name)).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| failed(&error))?;
    }
    if let Err(mut wrong) = Directory::read(part.path(), &mut |_| {}) {
        let (from, to) = (part.path().display().to_string(), folder.display().to_string());
        for found in &mut wrong {
            found.file = found.file.replacen(&from, to.trim_end_matches('/'), 1);
        }
        return Err(Failure::of(wrong));
    }
    fs::rename(part.path(), folder).map_err(|error| failed(&error))?;
    // What it was called is not there any more.
    let _ = part.keep();
    Ok(())
}

#[derive(Serialize)]
struct Report<'i> {
    users: usize,
    matched: usize,
    rows: usize,
    findings: &'i [ImportFinding],
}

fn tell(import: &Import, arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let Import { users, matched, rows, findings, .. } = import;
    let mut output = Output::standard();
    match arguments.format {
        TextOrJson::Json => {
            let report = Report { users: *users, matched: *matched, rows: *rows, findings };
            let mut json = Vec::new();
            write_json(&mut json, &report, terminal.shows_output);
            json.push(b'\n');
            output.write_all(&json)?;
        }
        TextOrJson::Text => {
            for found in findings {
                let place = match (found.user, found.line) {
                    (Some(user), _) => user.to_string(),
                    (None, Some(line)) => format!("line {line}"),
                    (None, None) => "-".to_owned(),
                };
                writeln!(output, "{place:<8}  {:<20}  {}", found.code.word(), visible(&found.message))?;
            }
            writeln!(
                output,
                "{users} IDs, {matched} of them with a row; {rows} rows; {} to look at; written to {}",
                findings.len(),
                arguments.output.display()
            )?;
        }
    }
    output.finish()?;
    Ok(if arguments.strict && !findings.is_empty() { Exit::Findings } else { Exit::Done })
}
