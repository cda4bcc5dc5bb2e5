//! What a recorded shell's session does not write down: values known from the start, and what is typed where nothing is shown.

use std::sync::{Arc, Mutex, PoisonError};

use crate::text::redact::{Refused, Secrets, Shapes};

/// Values that are not to be written, shared by the threads of a shell. They only become more.
#[derive(Debug, Clone)]
pub struct Hidden(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    values: Vec<(String, String)>,
    shapes: Shapes,
    secrets: Secrets,
}

impl Hidden {
    /// Names and values, and what is known by its shape; which of them cannot be hidden.
    #[must_use]
    pub fn new(values: Vec<(String, String)>, shapes: &Shapes) -> (Self, Vec<Refused>) {
        let (secrets, refused) = Secrets::new(values.iter().map(|(name, value)| (name, value)));
        let secrets = secrets.with_shapes(shapes);
        (Self(Arc::new(Mutex::new(Inner { values, shapes: shapes.clone(), secrets }))), refused)
    }

    /// All of them, as they are now.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).secrets.clone()
    }

    /// These are not to be written from now on either, whatever prints them; all there are.
    pub(super) fn learn(&self, name: &str, values: Vec<String>) -> Secrets {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.values.extend(values.into_iter().map(|value| (name.to_owned(), value)));
        inner.values.sort_unstable();
        inner.values.dedup();
        // One that is too short or too long to be looked for is not hidden, as at the prompt of any run.
        let (secrets, _) = Secrets::new(inner.values.iter().map(|(name, value)| (name, value)));
        inner.secrets = secrets.with_shapes(&inner.shapes);
        inner.secrets.clone()
    }
}
