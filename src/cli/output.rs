//! Where output goes: standard output, or a file that appears only when it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::exit::Failure;

/// An open output.
pub(crate) enum Output {
    /// Standard output.
    Standard(BufWriter<StdoutLock<'static>>),
    /// A device or pipe with a name, written in place.
    Direct(BufWriter<File>, PathBuf),
    /// A new file beside its final place.
    Replacing(BufWriter<NamedTempFile>, PathBuf),
}

impl Output {
    /// Standard output.
    pub(crate) fn standard() -> Self {
        Self::Standard(BufWriter::new(io::stdout().lock()))
    }

    /// The file `path`, or standard output.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::standard()) };
        Self::create(path).map_err(|error| Failure::file(path, "write", &error))
    }

    fn create(path: &Path) -> io::Result<Self> {
        // A link stays a link: what it leads to is replaced.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if fs::metadata(&place).is_ok_and(|found| !found.is_file()) {
            let file = OpenOptions::new().write(true).open(&place)?;
            return Ok(Self::Direct(BufWriter::new(file), place));
        }
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".leaver-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Those of the file it replaces, else what the process gives new files.
            let permissions = fs::metadata(&place).map(|found| found.permissions());
            builder.permissions(permissions.unwrap_or_else(|_| fs::Permissions::from_mode(0o666)));
        }
        fs::metadata(folder)?;
        // Its own words would name the temporary file, which means nothing to anybody.
        let file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
        Ok(Self::Replacing(BufWriter::new(file), place))
    }

    /// Writes out what is left, and puts a file in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Standard(mut writer) => Ok(writer.flush()?),
            Self::Direct(mut writer, path) => {
                writer.flush().map_err(|error| Failure::file(&path, "write", &error))
            }
            Self::Replacing(writer, path) => {
                let failed = |error: &io::Error| Failure::file(&path, "write", error);
                let file = writer.into_inner().map_err(|error| failed(error.error()))?;
                file.as_file().sync_all().map_err(|error| failed(&error))?;
                file.persist(&path).map_err(|error| failed(&error.error))?;
                Ok(())
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(writer) => writer.write(bytes),
            Self::Direct(writer, _) => writer.write(bytes),
            Self::Replacing(writer, _) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(writer) => writer.flush(),
            Self::Direct(writer, _) => writer.flush(),
            Self::Replacing(writer, _) => writer.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        fs::write(&path, "old").unwrap();
        let mut output = Output::open(Some(&path)).unwrap();
        output.write_all(b"new").unwrap();
        output.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        Output::open(Some(&path)).unwrap().write_all(b"half").unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let Err(Failure::Message { text, .. }) = Output::open(Some(Path::new("/no/such/folder/out"))) else {
            panic!("there is no such folder");
        };
        assert!(text.contains("/no/such/folder/out"), "{text}");
        assert!(!text.contains(".part"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut output = Output::open(Some(&link)).unwrap();
        output.write_all(b"new").unwrap();
        output.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
    }
}
