//! Reads a directory that is a folder: `directory.toml` and one file a section.
//!
//! Other files may live in the folder (policies, tests, guards); only a file that somebody must have
//! meant as a section and that nobody would read is an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::draft::{Draft, judge_section_column};
use super::excerpt::{Excerpt, Span};
use super::file::read_text;
use super::header::{Section, read_header};
use super::judgement::{UserKeys, judge};
use super::node::quoted;
use super::problems::Problems;
use super::progress::Callback;
use super::reading::Reading;
use super::{records, sections, toml};
use crate::diagnostic::{Code, suggest};
use crate::sort;

/// The header of the folder.
pub(super) const HEADER: &str = "directory.toml";

/// What a file of the folder is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Users,
    Section(Section),
    Members,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Users,
        Self::Section(Section::Credentials),
        Self::Section(Section::Groups),
        Self::Section(Section::Lists),
        Self::Section(Section::Administrators),
        Self::Members,
    ];

    const fn stem(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Section(section) => section.name(),
            Self::Members => "members",
        }
    }

    const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Members => &["csv"],
            _ => &["csv", "ndjson"],
        }
    }
}

/// A file of the folder as read.
#[derive(Debug)]
pub(super) struct FolderFile {
    pub(super) name: String,
    pub(super) text: String,
    /// `None` for the header.
    part: Option<Part>,
    is_csv: bool,
}

/// Finds and reads the files of a folder, the header first. Reports what is missing or misnamed.
pub(super) fn read_files(
    folder: &Path,
    problems: &mut Problems,
    progress: &mut Callback<'_>,
) -> Vec<FolderFile> {
    let shown = folder.display().to_string();
    let names = match file_names(folder) {
        Ok(names) => names,
        Err(error) => {
            problems.report_file(
                &shown,
                Code::DirectoryUnreadable,
                format!("the folder cannot be read: {error}"),
                "check that it exists and that you may read it".to_owned(),
            );
            return Vec::new();
        }
    };
    let wanted = choose(folder, &names, problems);
    let missing = [
        (None, HEADER, "`directory.toml` names the subscription and when the directory was taken"),
        (Some(Part::Users), "users.csv", "put the users into `users.csv` or `users.ndjson`"),
    ];
    for (part, file, help) in missing {
        if !wanted.contains_key(&part) {
            let help = help.to_owned();
            problems.report_file(
                &shown,
                Code::DirectoryMissingFile,
                format!("the folder has no `{file}`"),
                help,
            );
        }
    }
    let mut files = Vec::new();
    for (part, path) in wanted {
        let name = path.display().to_string();
        if let Some(text) = read_text(&path, &name, problems, progress) {
            let is_csv = path.extension().is_some_and(|extension| extension == "csv");
            files.push(FolderFile { name, text, part, is_csv });
        }
    }
    files
}

/// Makes a draft of the files; `None` without a header to understand them by.
pub(super) fn read_folder(
    files: &[FolderFile],
    excerpts: &[Excerpt<'_>],
    problems: &mut Problems,
    progress: &mut Callback<'_>,
) -> Option<Draft> {
    let (_, header) = files.iter().zip(excerpts).find(|(file, _)| file.part.is_none())?;
    let mut reading = Reading { excerpt: header, problems };
    let object = toml::parse(&mut reading)?;
    let mut draft = Draft::new(read_header(&mut reading, object, Span::default()));
    for (at, (file, excerpt)) in files.iter().zip(excerpts).enumerate() {
        let mut reading = Reading { excerpt, problems };
        if let Some(part) = file.part {
            read_part(part, file.is_csv, at, &mut reading, &mut draft, progress);
        }
    }
    Some(draft)
}

fn read_part(
    part: Part,
    is_csv: bool,
    at: usize,
    reading: &mut Reading<'_, '_>,
    draft: &mut Draft,
    progress: &mut Callback<'_>,
) {
    let note = |draft: &mut Draft| match part {
        Part::Section(section) => draft.sections.push((section, at, Span::default())),
        Part::Members => draft.has_membership_file = true,
        Part::Users => draft.has_users = true,
    };
    if !is_csv {
        note(draft);
        records::from_ndjson(reading, progress, &mut |reading, object, span| match part {
            Part::Section(section) => draft.take(section, reading, object, span, at),
            _ => draft.take_user(reading, object, span, at),
        });
        return;
    }
    let schema = draft.schema().clone();
    let ignored = draft.header.ignored.clone();
    let user_keys = UserKeys { schema: &schema, ignored: &ignored, derived: false };
    let mut judge_column = |key: &str| match part {
        Part::Users => user_keys.judge_column(key),
        Part::Section(section) => judge_section_column(section, key),
        Part::Members => judge(key, sections::MEMBERSHIP_KEYS),
    };
    let columns =
        records::from_csv(reading, &mut judge_column, progress, &mut |reading, object, span| match part {
            Part::Users => draft.take_user(reading, object, span, at),
            Part::Section(section) => draft.take(section, reading, object, span, at),
            Part::Members => draft.take_membership(reading, object, span, at),
        });
    // Without a header row the file means nothing.
    let Some(columns) = columns else { return };
    note(draft);
    if part == Part::Users {
        // The header row speaks for its fields even where there is no user.
        for column in columns.iter().filter(|column| column.is_read) {
            if let Some(slot) = schema.slot(&column.name) {
                draft.see(slot, at, column.span);
            }
        }
    }
}

fn file_names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    sort::ascending(&mut names);
    Ok(names)
}

/// The file of each part. Reports parts that are there twice and files that were meant as a part.
fn choose(folder: &Path, names: &[String], problems: &mut Problems) -> BTreeMap<Option<Part>, PathBuf> {
    let mut chosen = BTreeMap::new();
    let mut report = |name: &str, message: String, help: String| {
        let path = folder.join(name).display().to_string();
        problems.report_file(&path, Code::DirectoryUnexpectedFile, message, help);
    };
    if names.iter().any(|name| name == HEADER) {
        chosen.insert(None, folder.join(HEADER));
    }
    for name in names.iter().filter(|name| *name != HEADER) {
        let Some((stem, extension)) = name.rsplit_once('.') else { continue };
        if let Some(part) = Part::ALL.into_iter().find(|part| part.stem() == stem) {
            if matches!(extension, "rhai" | "md") {
                continue;
            }
            let is_taken = chosen.contains_key(&Some(part));
            if !part.extensions().contains(&extension) {
                let read = part.extensions().iter().map(|extension| format!("`{stem}.{extension}`"));
                let help = format!("export it as {}", read.collect::<Vec<_>>().join(" or "));
                report(name, format!("nothing reads {}", quoted(name)), help);
            } else if is_taken {
                report(
                    name,
                    format!("there are both `{stem}.csv` and `{stem}.ndjson`"),
                    "keep the one that is right".to_owned(),
                );
            } else {
                chosen.insert(Some(part), folder.join(name));
            }
        } else if matches!(extension, "csv" | "ndjson" | "toml") {
            let wanted = Part::ALL
                .into_iter()
                .flat_map(|part| {
                    part.extensions().iter().map(move |known| format!("{}.{known}", part.stem()))
                })
                .chain([HEADER.to_owned()])
                .collect::<Vec<_>>();
            let same = wanted.iter().map(String::as_str).filter(|known| known.ends_with(extension));
            if let Some(known) = suggest(name, same) {
                report(name, format!("nothing reads {}", quoted(name)), format!("did you mean `{known}`?"));
            }
        }
    }
    chosen
}
