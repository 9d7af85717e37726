//! Property sets (IPropertyStorage): snapshots by name.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A value of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A number (VT_I4).
    Integer(i32),
    /// Yes or no (VT_BOOL).
    Flag(bool),
    /// Text (VT_BSTR).
    Text(String),
    /// The contents of a stream (VT_STREAM).
    Bytes(Arc<[u8]>),
}

/// Properties by name; names are matched without regard to case, and keep the case they came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertySet {
    /// Lower-case name → name as given, value.
    properties: BTreeMap<String, (String, Value)>,
}

impl PropertySet {
    /// A set of none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.get(&name.to_lowercase()).map(|(_, value)| value)
    }

    /// Gives a property a value; a set may be sparse.
    pub fn set(&mut self, name: &str, value: Value) -> &mut Self {
        self.properties.insert(name.to_lowercase(), (name.to_owned(), value));
        self
    }

    /// Names and values, in the order of the lower-case names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.properties.values().map(|(name, value)| (name.as_str(), value))
    }
}

/// Properties that a call ignored, being unknown or read-only or of another type (`IMAPI_S_PROPERTIESIGNORED`).
///
/// The others have taken effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an ignored property did not take effect"]
pub struct Ignored(pub Vec<String>);

impl Ignored {
    /// Whether every property was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Offers every property of a set to `take`, and collects the names it did not take.
pub(crate) fn apply(set: &PropertySet, mut take: impl FnMut(&str, &Value) -> bool) -> Ignored {
    Ignored(
        set.iter()
            .filter(|(name, value)| !take(&name.to_lowercase(), value))
            .map(|(name, _)| name.to_owned())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_matched_without_case_and_ignored_ones_are_named_as_given() {
        let mut set = PropertySet::new();
        set.set("writeSPEED", Value::Integer(8)).set("Colour", Value::Text("red".into()));
        assert_eq!(set.get("WriteSpeed"), Some(&Value::Integer(8)));
        let ignored = apply(&set, |name, _| name == "writespeed");
        assert_eq!(ignored, Ignored(vec!["Colour".into()]));
    }
}
