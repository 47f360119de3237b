//! One copy of each text that many users share, such as a department.

use std::collections::HashSet;
use std::sync::Arc;

/// Gives equal texts the same memory, up to a number of different texts.
#[derive(Debug)]
pub(super) struct Interner {
    known: HashSet<Arc<str>>,
    most: usize,
}

impl Interner {
    /// For a directory, whose texts are all in memory anyway.
    pub(super) fn unbounded() -> Self {
        Self { known: HashSet::new(), most: usize::MAX }
    }

    /// For a stream, which must not grow with the number of users.
    pub(super) fn bounded() -> Self {
        Self { known: HashSet::new(), most: 4_096 }
    }

    /// The shared copy of `text`; one of its own if there are too many different texts already.
    pub(super) fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        if self.known.len() < self.most {
            self.known.insert(text.clone());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_memory_and_a_bound_holds() {
        let mut interner = Interner { known: HashSet::new(), most: 1 };
        assert!(Arc::ptr_eq(&interner.intern("sales"), &interner.intern("sales")));
        assert!(!Arc::ptr_eq(&interner.intern("legal"), &interner.intern("legal")));
        assert_eq!(interner.known.len(), 1);
    }
}
