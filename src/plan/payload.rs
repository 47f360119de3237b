//! What the device management is told: managed configuration for Android and iOS (PLATFORM 16, 17).
//!
//! A [`Configuration`] says which keys are set, which a host must add because leaver never knows them
//! (passwords), and whether the app's configuration is taken away instead. It is rendered as an Android
//! Enterprise bundle and as a property list for iOS. It holds no names of people.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::model::{Credential, Fact, Field, User, Value};
use crate::policy::word_enum;
use crate::sort::Gather as _;

/// The key under which iOS hands managed configuration to an app (PLATFORM 16).
pub const IOS_DOMAIN: &str = "com.apple.configuration.managed";

/// The value of a managed configuration key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// True or false.
    Bool(bool),
    /// Text.
    Text(Arc<str>),
}

word_enum! {
    /// What a configuration is for.
    Purpose {
        /// The app's managed configuration, or the app, is taken off the device (PLATFORM 14). Nothing is set.
        Remove = "remove",
        /// The restrictions of a notice period (PLATFORM 17).
        Restrict = "restrict",
        /// What the app finds when it is activated under the licence of the device management (PLATFORM 19).
        Prepare = "prepare",
        /// That licence.
        Licence = "licence",
    }
}

/// What is set on a device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Configuration {
    /// What it is for.
    pub purpose: Purpose,
    /// Keys and their values.
    pub settings: BTreeMap<&'static str, Setting>,
    /// Keys whose values a host adds, because they are secrets.
    pub supply: Vec<&'static str>,
}

/// Restrictions of a notice period: nothing of the company leaves the device (PLATFORM 17).
///
/// Those that would cut somebody off from colleagues (`th_block_unknown`, `th_disable_add_contact`) are not
/// among them: during the notice period the person still works.
const RESTRICTIONS: &[&str] = &[
    "th_disable_backups",
    "th_disable_data_backups",
    "th_disable_export",
    "th_disable_id_export",
    "th_disable_multidevice",
    "th_disable_save_to_gallery",
    "th_disable_screenshots",
    "th_disable_share_media",
    "th_disable_system_backups",
    "th_disable_web",
];

impl Configuration {
    const fn new(purpose: Purpose, settings: BTreeMap<&'static str, Setting>) -> Self {
        Self { purpose, settings, supply: Vec::new() }
    }

    /// Takes the app or its configuration off the device.
    pub const fn removal() -> Self {
        Self::new(Purpose::Remove, BTreeMap::new())
    }

    /// The restrictions of a notice period.
    pub fn restrictions() -> Self {
        let settings = RESTRICTIONS.iter().map(|key| (*key, Setting::Bool(true))).gather();
        Self::new(Purpose::Restrict, settings)
    }

    /// What is brought to the device before a migration, so that the app finds it when it is activated: the
    /// user's master data without names.
    pub fn before_migration(user: &User) -> Self {
        let mut settings = BTreeMap::new();
        let keys = [
            ("th_csi", Field::Person),
            ("th_department", Field::Department),
            ("th_job_title", Field::JobTitle),
        ];
        for (key, field) in keys {
            if let Some(text) = user.text(field) {
                settings.insert(key, Setting::Text(text.into()));
            }
        }
        if let Fact::Known(Value::Texts(categories)) = user.fact(Field::Categories.slot())
            && !categories.is_empty()
        {
            settings.insert("th_category", Setting::Text(categories.join(",").into()));
        }
        Self::new(Purpose::Prepare, settings)
    }

    /// The licence of the device management. The password is the host's to add.
    pub fn licence(credential: &Credential) -> Self {
        let mut settings = BTreeMap::new();
        let mut supply = vec!["th_license_password"];
        match &credential.username {
            Some(username) => {
                settings.insert("th_license_username", Setting::Text(username.as_str().into()));
            }
            None => supply.insert(0, "th_license_username"),
        }
        Self { supply, ..Self::new(Purpose::Licence, settings) }
    }

    /// The Android Enterprise managed configuration: a bundle of text and booleans as JSON.
    ///
    /// ```
    /// use leaver::plan::Configuration;
    ///
    /// let bundle = Configuration::restrictions().android();
    /// assert_eq!(bundle["th_disable_backups"], true);
    /// ```
    pub fn android(&self) -> Json {
        let entry = |(key, setting): (&&'static str, &Setting)| {
            let value = match setting {
                Setting::Bool(value) => Json::from(*value),
                Setting::Text(text) => Json::from(&**text),
            };
            ((*key).to_owned(), value)
        };
        Json::Object(self.settings.iter().map(entry).collect::<Map<String, Json>>())
    }

    /// The managed app configuration of iOS: a property list whose dictionary stands under [`IOS_DOMAIN`].
    ///
    /// ```
    /// use leaver::plan::Configuration;
    ///
    /// let list = Configuration::restrictions().ios();
    /// assert!(list.contains("<key>com.apple.configuration.managed</key>"));
    /// ```
    pub fn ios(&self) -> String {
        let mut managed = plist::Dictionary::new();
        for (key, setting) in &self.settings {
            let value = match setting {
                Setting::Bool(value) => plist::Value::Boolean(*value),
                Setting::Text(text) => plist::Value::String(printable(text)),
            };
            managed.insert((*key).to_owned(), value);
        }
        let mut root = plist::Dictionary::new();
        root.insert(IOS_DOMAIN.to_owned(), plist::Value::Dictionary(managed));
        let mut bytes = Vec::new();
        // Writing to memory cannot fail, and the values are those XML has.
        plist::Value::Dictionary(root).to_writer_xml(&mut bytes).expect("a property list in memory");
        String::from_utf8(bytes).expect("XML is UTF-8")
    }
}

/// XML has no control characters but three, and neither have real departments; they are left out.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n') || !(c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CredentialKind, Schema};

    #[test]
    fn a_licence_never_holds_a_password() {
        let mut credential =
            Credential { id: "m1".into(), username: Some("acme-mdm".into()), kind: CredentialKind::Multi };
        let configuration = Configuration::licence(&credential);
        assert_eq!(configuration.supply, ["th_license_password"]);
        assert_eq!(configuration.android(), serde_json::json!({"th_license_username": "acme-mdm"}));
        credential.username = None;
        assert_eq!(
            Configuration::licence(&credential).supply,
            ["th_license_username", "th_license_password"]
        );
    }

    #[test]
    fn a_migration_brings_master_data_without_names() {
        let schema = Schema::default();
        let mut user = User::new("ECHOECHO".parse().unwrap(), &schema);
        let text = |text: &str| Fact::Known(Value::Text(text.into()));
        user.set(Field::Person.slot(), text("E1"));
        user.set(Field::Department.slot(), text("R&D <\u{7}>"));
        user.set(Field::FirstName.slot(), text("Nobody"));
        let categories = ["a".into(), "b".into()];
        user.set(Field::Categories.slot(), Fact::Known(Value::Texts(categories.into())));
        let configuration = Configuration::before_migration(&user);
        let keys: Vec<&&str> = configuration.settings.keys().collect();
        assert_eq!(keys, [&"th_category", &"th_csi", &"th_department"]);
        assert_eq!(configuration.settings["th_category"], Setting::Text("a,b".into()));
        let list: plist::Value = plist::Value::from_reader_xml(configuration.ios().as_bytes()).unwrap();
        let managed = list.as_dictionary().unwrap()[IOS_DOMAIN].as_dictionary().unwrap();
        assert_eq!(managed["th_department"].as_string(), Some("R&D <>"));
        assert_eq!(managed.len(), 3);
    }

    #[test]
    fn what_is_removed_sets_nothing() {
        let removal = Configuration::removal();
        assert_eq!(removal.purpose, Purpose::Remove);
        assert_eq!(removal.android(), serde_json::json!({}));
        assert!(removal.ios().contains("<dict/>") || removal.ios().contains("<dict>"));
    }

    #[test]
    fn a_property_list_reads_as_written() {
        insta::assert_snapshot!(Configuration::restrictions().ios());
    }
}
