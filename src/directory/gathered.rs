//! Values by a key that several of them may share: the users of a credential, the IDs of a person.
//!
//! One sorted list instead of a list for each key: a large directory has as many keys as users, and nearly all
//! of them have one value.

/// Values by key. The values of one key keep their order.
#[derive(Debug)]
pub(crate) struct Gathered<'a, T> {
    /// The key of each value.
    keys: Vec<&'a str>,
    values: Vec<T>,
}

impl<T> Gathered<'_, T> {
    /// The values of `key`; none if nothing has it.
    pub(crate) fn get(&self, key: &str) -> &[T] {
        let start = self.keys.partition_point(|known| *known < key);
        let length =
            self.keys.get(start..).unwrap_or_default().iter().take_while(|known| **known == key).count();
        self.values.get(start..start + length).unwrap_or_default()
    }
}

impl<'a, T> FromIterator<(&'a str, T)> for Gathered<'a, T> {
    fn from_iter<I: IntoIterator<Item = (&'a str, T)>>(pairs: I) -> Self {
        let mut pairs: Vec<(&str, T)> = pairs.into_iter().collect();
        pairs.sort_by_key(|(key, _)| *key);
        let (keys, values) = pairs.into_iter().unzip();
        Self { keys, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_key_are_together_and_in_order() {
        let gathered: Gathered<'_, u8> = [("b", 3), ("a", 1), ("b", 2), ("c", 4)].into_iter().collect();
        assert_eq!(gathered.get("a"), [1]);
        assert_eq!(gathered.get("b"), [3, 2]);
        assert_eq!(gathered.get("c"), [4]);
        for nobody in ["", "aa", "d"] {
            assert_eq!(gathered.get(nobody), [0_u8; 0], "{nobody}");
        }
    }
}
