//! Seeded users and rules, and the rules as a Rust author would write them.
//!
//! Nothing here knows of leaver or of any other engine: `benches/peers` takes this file as it is, so that
//! everybody who is measured answers the same questions about the same people.

/// How a person works for the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Employment {
    /// Permanent staff.
    Staff,
    /// An external on a contract of their own.
    Contractor,
    /// Employed for a limited time.
    Temporary,
    /// Belongs to another company.
    Partner,
    /// Not a human.
    Service,
}

impl Employment {
    /// Every employment.
    pub const ALL: [Self; 5] = [Self::Staff, Self::Contractor, Self::Temporary, Self::Partner, Self::Service];

    /// The word in files and policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Contractor => "contractor",
            Self::Temporary => "temporary",
            Self::Partner => "partner",
            Self::Service => "service",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|employment| employment.word() == word)
    }
}

/// What kind of ID a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// The largest.
    Enterprise,
    /// The middle one.
    Business,
    /// The smallest.
    Essential,
}

impl Edition {
    /// Every edition.
    pub const ALL: [Self; 3] = [Self::Enterprise, Self::Business, Self::Essential];

    /// The word in files and policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Business => "business",
            Self::Essential => "essential",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edition| edition.word() == word)
    }
}

/// A user as a Rust author would hold it for speed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// How the person works for the company.
    pub employment: Employment,
    /// One of 20.
    pub department: u8,
    /// One of 30.
    pub country: u8,
    /// What kind of ID it is.
    pub edition: Edition,
    /// Whether the person has left.
    pub has_left: bool,
    /// Whether somebody's data must not be touched.
    pub legal_hold: bool,
    /// Days since the last contact.
    pub last_seen_days: i64,
    /// How many groups the user is in.
    pub groups: usize,
}

/// A user as it comes from elsewhere: texts.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields of `Typed`")]
pub struct Texts {
    pub employment: String,
    pub department: String,
    pub country: String,
    pub edition: String,
    pub has_left: bool,
    pub legal_hold: bool,
    pub last_seen_days: i64,
    pub groups: usize,
}

impl Texts {
    /// The same user, in texts.
    pub fn of(user: &Typed) -> Self {
        Self {
            employment: user.employment.word().to_owned(),
            department: format!("d{}", user.department),
            country: format!("c{}", user.country),
            edition: user.edition.word().to_owned(),
            has_left: user.has_left,
            legal_hold: user.legal_hold,
            last_seen_days: user.last_seen_days,
            groups: user.groups,
        }
    }

    /// The user in the form that is decided fast.
    pub fn typed(&self) -> Option<Typed> {
        Some(Typed {
            employment: Employment::of(&self.employment)?,
            department: self.department.strip_prefix('d')?.parse().ok()?,
            country: self.country.strip_prefix('c')?.parse().ok()?,
            edition: Edition::of(&self.edition)?,
            has_left: self.has_left,
            legal_hold: self.legal_hold,
            last_seen_days: self.last_seen_days,
            groups: self.groups,
        })
    }
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing changes.
    Keep,
    /// A person has to look at it.
    Review,
    /// The ID is revoked.
    Revoke,
    /// The ID leaves the company and lives on.
    Detach,
    /// Access is withdrawn, the ID stays.
    Withdraw,
}

/// One of the 95 rules: department ∧ country ∧ unseen ∧ employment ∧ groups → an answer.
#[derive(Clone, Debug)]
pub struct Conjunction {
    /// The department.
    pub department: u8,
    /// The country.
    pub country: u8,
    /// Last contact longer ago than this many days.
    pub unseen: i64,
    /// How the person works for the company.
    pub employment: Employment,
    /// At least so many groups.
    pub groups: usize,
    /// What is answered.
    pub answer: Answer,
}

/// A small seeded generator (splitmix64).
#[derive(Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn small(&mut self, limit: u8) -> u8 {
        u8::try_from(self.below(u64::from(limit))).expect("below a u8")
    }

    fn employment(&mut self) -> Employment {
        Employment::ALL[usize::from(self.small(5))]
    }
}

impl Conjunction {
    /// `count` rules, the same in every run.
    pub fn seeded(count: usize) -> Vec<Self> {
        let mut seeded = Seeded(100);
        let answers = [Answer::Review, Answer::Withdraw, Answer::Keep];
        (0..count)
            .map(|_| Self {
                department: seeded.small(20),
                country: seeded.small(30),
                unseen: i64::from(seeded.small(200)),
                employment: seeded.employment(),
                groups: usize::from(seeded.small(6)),
                answer: answers[usize::from(seeded.small(3))],
            })
            .collect()
    }
}

impl Typed {
    /// `count` users, the same in every run.
    pub fn users(count: usize) -> Vec<Self> {
        let mut seeded = Seeded(7);
        (0..count).map(|_| Self::seeded(&mut seeded)).collect()
    }

    /// The next user.
    pub fn seeded(seeded: &mut Seeded) -> Self {
        Self {
            employment: seeded.employment(),
            department: seeded.small(20),
            country: seeded.small(30),
            edition: Edition::ALL[usize::from(seeded.small(3))],
            has_left: seeded.below(3) == 0,
            legal_hold: seeded.below(20) == 0,
            last_seen_days: i64::from(seeded.small(200)),
            groups: usize::from(seeded.small(8)),
        }
    }
}

/// The rules as a Rust author would write them: an if-chain over typed fields.
pub fn by_hand(user: &Typed, conjunctions: &[Conjunction]) -> Answer {
    if user.legal_hold {
        return Answer::Review;
    }
    for rule in conjunctions {
        if user.department == rule.department
            && user.country == rule.country
            && user.last_seen_days > rule.unseen
            && user.employment == rule.employment
            && user.groups >= rule.groups
        {
            return rule.answer;
        }
    }
    match (user.has_left, user.employment, user.edition) {
        (true, Employment::Staff, Edition::Enterprise) => Answer::Revoke,
        (true, Employment::Contractor | Employment::Partner, _) => Answer::Detach,
        (true, ..) => Answer::Withdraw,
        (false, Employment::Service, _) if user.last_seen_days > 90 => Answer::Review,
        _ => Answer::Keep,
    }
}
