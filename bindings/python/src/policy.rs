//! Policies: checked once, asked by any number of threads.

use std::path::PathBuf;
use std::sync::Arc;

use leaver::directory::parse_attributes;
use leaver::model::{Kind, Schema};
use leaver::policy::{Names, Policy as Core, Source, check, load_sources};
use pyo3::prelude::*;

use crate::decider::Decider;
use crate::directory::Directory;
use crate::failure::{self, guarded};

/// A checked policy. It never changes.
#[pyclass(frozen, module = "leaver._core")]
pub(crate) struct Policy {
    pub(crate) core: Core,
    /// What the checker warned of, as JSON.
    warnings: String,
    files: Vec<(String, String)>,
}

impl Policy {
    fn of(sources: Vec<Source>, schema: &Arc<Schema>, names: Option<&Names>) -> PyResult<Self> {
        let files =
            sources.iter().map(|source| (source.name().to_owned(), source.text().to_owned())).collect();
        let checked = check(sources, schema, names);
        let Some(policy) = checked.policy else { return Err(failure::policy(checked.diagnostics)) };
        let warnings = serde_json::to_string(&checked.diagnostics).map_err(failure::internal)?;
        Ok(Self { core: policy, warnings, files })
    }
}

fn schema(attributes: Option<&str>, directory: Option<&Directory>) -> PyResult<Arc<Schema>> {
    match (attributes, directory) {
        (Some(_), Some(_)) => Err(failure::value("give attributes or a directory, not both")),
        (Some(attributes), None) => {
            parse_attributes("attributes", attributes).map(Arc::new).map_err(failure::policy)
        }
        (None, Some(directory)) => Ok(directory.0.schema().clone()),
        (None, None) => Ok(Arc::default()),
    }
}

#[pymethods]
impl Policy {
    /// Reads a `.rhai` file or a folder of them.
    #[staticmethod]
    fn load(
        py: Python<'_>,
        path: PathBuf,
        attributes: Option<String>,
        directory: Option<PyRef<'_, Directory>>,
    ) -> PyResult<Self> {
        guarded(|| {
            let schema = schema(attributes.as_deref(), directory.as_deref())?;
            let names = directory.as_deref().map(|directory| Names::of(&directory.0));
            let sources = load_sources(&path).map_err(failure::policy)?;
            py.detach(|| Self::of(sources, &schema, names.as_ref()))
        })
    }

    /// Checks texts, each with its name.
    #[staticmethod]
    fn compile(
        py: Python<'_>,
        files: Vec<(String, String)>,
        attributes: Option<String>,
        directory: Option<PyRef<'_, Directory>>,
    ) -> PyResult<Self> {
        guarded(|| {
            let schema = schema(attributes.as_deref(), directory.as_deref())?;
            let names = directory.as_deref().map(|directory| Names::of(&directory.0));
            let sources = files.into_iter().map(|(name, text)| Source::new(name, text)).collect();
            py.detach(|| Self::of(sources, &schema, names.as_ref()))
        })
    }

    /// What the checker warned of, as JSON.
    #[getter]
    fn warnings(&self) -> &str {
        &self.warnings
    }

    /// Its files: names and texts.
    #[getter]
    fn files(&self) -> Vec<(String, String)> {
        self.files.clone()
    }

    /// Its rules: names and reasons, in order.
    #[getter]
    fn rules(&self) -> Vec<(String, Option<String>)> {
        let rules = self.core.rules().iter();
        rules.map(|rule| (rule.name.to_string(), rule.rationale.as_deref().map(str::to_owned))).collect()
    }

    /// The digest of its files.
    #[getter]
    fn digest(&self) -> String {
        self.core.digest().to_string()
    }

    /// The declarations of attributes it was checked with, as JSON.
    #[getter]
    fn attributes(&self) -> String {
        let schema = self.core.schema();
        let declared: serde_json::Map<String, serde_json::Value> = schema
            .attributes()
            .map(|slot| {
                let ty = schema.field_type(slot);
                let declared = match &ty.kind {
                    Kind::OneOf(set) => {
                        let words: Vec<&str> = set.words.iter().map(|word| &**word).collect();
                        serde_json::json!({"one_of": words, "optional": ty.optional})
                    }
                    _ => ty.to_string().into(),
                };
                (schema.name(slot).to_owned(), declared)
            })
            .collect();
        serde_json::Value::Object(declared).to_string()
    }

    /// A decider by this policy, as of an instant.
    #[pyo3(signature = (as_of, time_zone, complete, edition, directory, patience))]
    fn decider(
        &self,
        as_of: &str,
        time_zone: Option<&str>,
        complete: bool,
        edition: Option<&str>,
        directory: Option<Py<Directory>>,
        patience: Option<f64>,
    ) -> PyResult<Decider> {
        guarded(|| Decider::new(&self.core, as_of, time_zone, complete, edition, directory, patience))
    }
}
