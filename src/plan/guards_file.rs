//! `guards.toml`: what stands in it, and what is wrong with it.
//!
//! Every key may be left out; then the default holds, also in a table that is there: no count and no share
//! becomes unlimited by forgetting it. `per_24h` and `minimum_population` limit nothing unless they are given.

use super::guards::{Guards, Limits, Protected};
use super::settings::{Entry, Settings};
use super::step::ActionClass;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Id, PersonKey};

/// Most approvals that guards may ask for.
const MOST_APPROVALS: u32 = 100;
/// Oldest directory that guards may allow: a hundred years.
pub(super) const MOST_HOURS: u32 = 876_000;

const KEYS: &[&str] = &[
    "approvals",
    "irreversible",
    "max_age_hours",
    "max_shrink_percent",
    "protected",
    "reversible",
    "withdraw",
];
const PROTECTED_KEYS: &[&str] = &["ids", "last_full_administrator", "persons"];

const LIMIT_KEYS: &[&str] = &["floor", "max_count", "max_percent", "minimum_population", "per_24h"];

impl Guards {
    /// Reads `guards.toml`. `name` is what diagnostics call the file.
    ///
    /// ```
    /// use leaver::plan::Guards;
    ///
    /// let guards = Guards::from_toml("guards.toml", "[irreversible]\nmax_count = 5\n").expect("no mistakes");
    /// assert_eq!(guards.irreversible.max_count, Some(5));
    /// assert_eq!(guards.max_age_hours, 24, "the default");
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong, each with its place.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Settings::new(name, text);
        let mut guards = Self::default();
        for (key, value) in settings.entries(text) {
            let class = ActionClass::ALL.iter().find(|class| class.word() == key.get_ref());
            match (class, &**key.get_ref()) {
                (Some(class), _) => {
                    let entries = settings.table(value, class.word());
                    let limits = match class {
                        ActionClass::Reversible => &mut guards.reversible,
                        ActionClass::Withdraw => &mut guards.withdraw,
                        ActionClass::Irreversible => &mut guards.irreversible,
                    };
                    limits.read(class.word(), entries, &mut settings);
                }
                (None, "protected") => {
                    let entries = settings.table(value, "protected");
                    guards.protected.read(entries, &mut settings);
                }
                (None, what @ "approvals") => {
                    set(&mut guards.approvals, settings.number(&value, what, MOST_APPROVALS));
                }
                (None, what @ "max_age_hours") => {
                    set(&mut guards.max_age_hours, settings.number(&value, what, MOST_HOURS));
                }
                (None, what @ "max_shrink_percent") => {
                    set(&mut guards.max_shrink_percent, settings.number(&value, what, 100));
                }
                _ => settings.unknown(&key, KEYS),
            }
        }
        settings.finish(guards)
    }
}

fn set(place: &mut u32, value: Option<u32>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Limits {
    fn read(&mut self, class: &str, entries: Vec<Entry<'_>>, settings: &mut Settings) {
        for (key, value) in entries {
            let what = format!("{class}.{}", key.get_ref());
            let mut number = |most| settings.number(&value, &what, most);
            match &**key.get_ref() {
                "floor" => set(&mut self.floor, number(u32::MAX)),
                "max_count" => self.max_count = number(u32::MAX),
                "max_percent" => self.max_percent = number(100),
                "minimum_population" => set(&mut self.minimum_population, number(u32::MAX)),
                "per_24h" => self.per_24h = number(u32::MAX),
                _ => settings.unknown(&key, LIMIT_KEYS),
            }
        }
    }
}

impl Protected {
    fn read(&mut self, entries: Vec<Entry<'_>>, settings: &mut Settings) {
        for (key, value) in entries {
            match &**key.get_ref() {
                "ids" => {
                    for (text, range) in settings.texts(value, "protected.ids") {
                        match text.parse::<Id>() {
                            Ok(id) => {
                                self.ids.insert(id);
                            }
                            Err(error) => settings.report(
                                range,
                                Code::WrongSetting,
                                format!("this is no ID: {error}"),
                                "an ID has 8 characters, such as ECHOECHO",
                            ),
                        }
                    }
                }
                "persons" => {
                    let persons = settings.texts(value, "protected.persons");
                    self.persons.extend(persons.iter().map(|(text, _)| PersonKey::from(text.as_str())));
                }
                what @ "last_full_administrator" => {
                    if let Some(flag) = settings.flag(&value, &format!("protected.{what}")) {
                        self.last_full_administrator = flag;
                    }
                }
                _ => settings.unknown(&key, PROTECTED_KEYS),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(Code, usize, usize)> {
        let found = Guards::from_toml("guards.toml", text).expect_err("mistakes");
        found.iter().map(|found| (found.code, found.line, found.column)).collect()
    }

    #[test]
    fn what_is_left_out_is_the_default() {
        assert_eq!(Guards::from_toml("guards.toml", "").unwrap(), Guards::default());
        let guards = Guards::from_toml("guards.toml", "[withdraw]\nmax_percent = 7").unwrap();
        let withdraw = Limits { max_percent: Some(7), ..Guards::default().withdraw };
        assert_eq!(guards, Guards { withdraw, ..Guards::default() });
    }

    #[test]
    fn everything_can_be_said() {
        let text = "approvals = 3\nmax_age_hours = 48\nmax_shrink_percent = 5\n\
                    [protected]\nids = [\"ECHOECHO\"]\npersons = [\"E1\"]\nlast_full_administrator = false\n\
                    [reversible]\nmax_count = 1\nmax_percent = 2\nfloor = 3\nminimum_population = 4\nper_24h = 5\n";
        let guards = Guards::from_toml("guards.toml", text).unwrap();
        let limits = Limits {
            max_count: Some(1),
            max_percent: Some(2),
            floor: 3,
            minimum_population: 4,
            per_24h: Some(5),
        };
        assert_eq!(guards.reversible, limits);
        assert_eq!((guards.approvals, guards.max_age_hours, guards.max_shrink_percent), (3, 48, 5));
        assert!(guards.protected.ids.contains(&"ECHOECHO".parse().unwrap()));
        assert!(guards.protected.persons.contains(&"E1".into()));
        assert!(!guards.protected.last_full_administrator);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = "aprovals = 2\nmax_age_hours = \"24\"\nwithdraw = 3\n[irreversible]\nmax_percent = 101\nmax_cuont = 1\n\
                    [protected]\nids = [\"echo\", 4]\nlast_full_administrator = \"yes\"\npersons = \"E1\"\n";
        assert_eq!(
            codes(text),
            [
                (Code::UnknownSetting, 1, 1),
                (Code::WrongSetting, 2, 17),
                (Code::WrongSetting, 3, 12),
                (Code::WrongSetting, 5, 15),
                (Code::UnknownSetting, 6, 1),
                (Code::WrongSetting, 8, 8),
                (Code::WrongSetting, 8, 16),
                (Code::WrongSetting, 9, 27),
                (Code::WrongSetting, 10, 11),
            ]
        );
    }

    #[test]
    fn hostile_files_are_refused() {
        assert_eq!(codes("max_age_hours = -1")[0].0, Code::WrongSetting);
        assert_eq!(codes("max_age_hours = 1e3")[0].0, Code::WrongSetting);
        assert_eq!(codes("max_age_hours = 99999999999999999999")[0].0, Code::WrongSetting);
        assert_eq!(codes("approvals == 2")[0].0, Code::SettingsSyntax);
        assert_eq!(codes(&"#".repeat(70_000))[0].0, Code::SettingsUnreadable);
        assert_eq!(codes(&format!("{} = 1", vec!["a"; 5_000].join(".")))[0].0, Code::SettingsSyntax);
        assert!(!codes(&format!("a = {}", "[".repeat(60_000))).is_empty());
    }
}
