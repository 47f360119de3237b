//! Order and time: from courses to steps, each with what it waits for and when it may begin.
//!
//! A step waits for others only where the platform makes it (PLATFORM 4, 14, 18, 19, 22, 26); everything else
//! is told by the order of the batches alone, so that a Broadcast that does not answer keeps nobody in the app.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::containers::{Change, Joined, changes};
use super::course::{Course, Fate, Notice, Standing, Start, Way};
use super::payload::Configuration;
use super::persons::awaits_removal;
use super::step::{StepKind, Target, WITHDRAWAL, With};
use super::surroundings::{Position, SignIn, Surroundings};
use crate::model::Credential;
use crate::sort;

/// Index of a step among all.
pub(super) type Index = usize;

/// When a step may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Begin {
    /// At an instant.
    At(OffsetDateTime),
    /// When something is observed that nothing bounds, and not before an instant.
    Observed(OffsetDateTime),
}

impl Begin {
    /// When both have come.
    fn and(self, other: Self) -> Self {
        let latest = self.instant().max(other.instant());
        match (self, other) {
            (Self::At(_), Self::At(_)) => Self::At(latest),
            _ => Self::Observed(latest),
        }
    }

    const fn instant(self) -> OffsetDateTime {
        match self {
            Self::At(instant) | Self::Observed(instant) => instant,
        }
    }

    /// So much later; past the year 9999 nobody can say when.
    fn plus(self, worst: Duration) -> Self {
        match self {
            Self::At(start) => start.checked_add(worst).map_or(Self::Observed(start), Self::At),
            Self::Observed(start) => Self::Observed(start),
        }
    }
}

/// A step before it is numbered.
#[derive(Debug)]
pub(super) struct Scheduled {
    pub(super) kind: StepKind,
    /// `None` for a step for a whole group.
    pub(super) user: Option<Position>,
    pub(super) target: Target,
    pub(super) with: Option<With>,
    pub(super) waits_for: Vec<Index>,
    pub(super) begin: Begin,
    /// Whether a told ID has to be in a group or in somebody's place first: then it is told after those were seen to.
    pub(super) is_late: bool,
}

impl Scheduled {
    /// When it has taken effect at the latest; `None` if nothing bounds it.
    pub(super) fn effect_by(&self) -> Option<OffsetDateTime> {
        match self.begin {
            Begin::At(start) => self.kind.effect_by(start),
            Begin::Observed(_) => None,
        }
    }
}

/// All steps, and those of each user.
#[derive(Default)]
pub(super) struct Schedule {
    pub(super) steps: Vec<Scheduled>,
    /// By position. The step that deletes a shared credential is among those of each of its users.
    pub(super) of_user: BTreeMap<Position, Vec<Index>>,
    /// Changes of memberships by position.
    pub(super) changes: BTreeMap<Position, Vec<(usize, Change)>>,
}

/// Builds the schedule.
struct Scheduler<'a, 's> {
    surroundings: &'s Surroundings<'a>,
    courses: &'s [Course],
    licence: Option<&'a Credential>,
    schedule: Schedule,
    joined: Joined,
    /// The step by which somebody joins a container.
    joining: HashMap<(usize, Position), Index>,
    /// The step that deletes a credential.
    deleting: HashMap<Arc<str>, Index>,
    /// Steps that change a group, by container.
    group_changes: BTreeMap<usize, Vec<Index>>,
    /// Notices that do not have to wait for a group, by who is told.
    notices: BTreeMap<Position, Vec<Index>>,
    /// Notices that wait until a group is synchronised.
    late_notices: Vec<(Index, usize)>,
}

/// The steps of all courses.
pub(super) fn schedule<'a>(
    surroundings: &Surroundings<'a>,
    licence: Option<&'a Credential>,
    courses: &[Course],
) -> Schedule {
    let mut scheduler = Scheduler {
        surroundings,
        courses,
        licence,
        schedule: Schedule::default(),
        joined: Joined::new(),
        joining: HashMap::new(),
        deleting: HashMap::new(),
        group_changes: BTreeMap::new(),
        notices: BTreeMap::new(),
        late_notices: Vec::new(),
    };
    for (position, course) in courses.iter().enumerate() {
        if course.standing == Standing::Planned {
            scheduler.user(position, course);
        }
    }
    scheduler.wait_for_notices();
    scheduler.synchronise();
    scheduler.wait_for_effects();
    scheduler.schedule
}

impl Scheduler<'_, '_> {
    fn now(&self) -> Begin {
        Begin::At(self.surroundings.moment.instant())
    }

    fn add(
        &mut self,
        kind: StepKind,
        user: Position,
        target: Target,
        with: Option<With>,
        waits_for: Vec<Index>,
        begin: Begin,
    ) -> Index {
        let index = self.schedule.steps.len();
        self.schedule.steps.push(Scheduled {
            kind,
            user: Some(user),
            target,
            with,
            waits_for,
            begin,
            is_late: false,
        });
        self.schedule.of_user.entry(user).or_default().push(index);
        index
    }

    fn user(&mut self, position: Position, course: &Course) {
        let own = Target::Id(self.surroundings.user(position).id());
        let changes = changes(self.surroundings, position, course, &mut self.joined);
        for (container, change) in changes.iter().filter(|(_, change)| matches!(change, Change::Join(_))) {
            self.change(position, *container, *change);
        }
        // What the ID has to wait for (PLATFORM 24, 26).
        let mut first = Vec::new();
        for notice in &course.notices {
            first.push(self.notice(position, notice));
        }
        for (container, change) in changes.iter().filter(|(_, change)| !matches!(change, Change::Join(_))) {
            let index = self.change(position, *container, *change);
            first.extend(matches!(change, Change::Replace(_)).then_some(index));
        }
        if course.restricts {
            let with = Some(With::Configuration(Arc::new(Configuration::restrictions())));
            self.add(StepKind::StageMdmConfiguration, position, own.clone(), with, Vec::new(), self.now());
        }
        self.access(position, course, &own);
        if let Some(fate) = course.fate {
            self.fate(position, fate, course.start, first, own);
        }
        if !changes.is_empty() {
            self.schedule.changes.insert(position, changes);
        }
    }

    fn notice(&mut self, position: Position, notice: &Notice) -> Index {
        let joined = notice.join.and_then(|container| self.joining.get(&(container, notice.told))).copied();
        // Somebody else's ID may make room for the told one; that comes after the other notices.
        let is_replacing = joined.is_some_and(|index| self.schedule.steps[index].kind == StepKind::ReplaceId);
        let is_late = is_replacing || notice.join.is_some_and(|at| self.surroundings.containers[at].is_group);
        let waits_for = joined.into_iter().collect();
        let told = Target::Id(self.surroundings.user(notice.told).id());
        let with = Some(With::Text(notice.text.clone()));
        let index = self.add(StepKind::Notify, position, told, with, waits_for, self.now());
        self.schedule.steps[index].is_late = is_late;
        if let Some(container) = notice.join.filter(|_| is_late) {
            self.late_notices.push((index, container));
        } else {
            self.notices.entry(notice.told).or_default().push(index);
        }
        index
    }

    fn change(&mut self, position: Position, container: usize, change: Change) -> Index {
        let place = &self.surroundings.containers[container];
        let with = match change {
            Change::Join(who) | Change::Replace(who) => Some(With::Id(self.surroundings.user(who).id())),
            Change::Leave => None,
        };
        let target = Target::Key(place.key.clone());
        let index = self.add(change.kind(place.is_group), position, target, with, Vec::new(), self.now());
        if let Change::Join(who) | Change::Replace(who) = change {
            self.joining.insert((container, who), index);
        }
        if place.is_group {
            self.group_changes.entry(container).or_default().push(index);
        }
        index
    }

    /// Whoever is told through a group or list stays in it until then, whatever else is planned (PLATFORM 25).
    fn wait_for_notices(&mut self) {
        for (told, notices) in &self.notices {
            for index in self.schedule.of_user.get(told).into_iter().flatten() {
                let step = &mut self.schedule.steps[*index];
                if matches!(step.kind, StepKind::LeaveGroup | StepKind::LeaveList | StepKind::ReplaceId) {
                    step.waits_for.extend(notices);
                }
            }
        }
    }

    /// The steps of the access axis.
    fn access(&mut self, position: Position, course: &Course, own: &Target) {
        let now = self.now();
        match &course.access {
            None => {}
            Some(Way::Delete(key)) => {
                self.delete(position, key, Vec::new(), now);
            }
            Some(Way::Remove) => {
                let with = Some(With::Configuration(Arc::new(Configuration::removal())));
                let removal =
                    self.add(StepKind::RemoveFromDevice, position, own.clone(), with, Vec::new(), now);
                if awaits_removal(self.surroundings, position, self.courses) {
                    self.verify(position, own, removal);
                }
            }
            Some(Way::Migrate { from, to }) => self.migrate(position, from.as_ref(), to, own),
        }
    }

    /// Stage, observe, delete the old credential, activate: the app stays all the while (PLATFORM 19).
    fn migrate(&mut self, position: Position, from: Option<&Arc<str>>, to: &Arc<str>, own: &Target) {
        let staged = Configuration::before_migration(self.surroundings.user(position));
        let with = Some(With::Configuration(Arc::new(staged)));
        let now = self.now();
        let stage = self.add(StepKind::StageMdmConfiguration, position, own.clone(), with, Vec::new(), now);
        let mut last = self.verify(position, own, stage);
        if let Some(key) = from {
            last =
                self.delete(position, key, vec![last], Begin::Observed(self.surroundings.moment.instant()));
        }
        let configuration = self.licence.map(Configuration::licence);
        let with = configuration.map(|configuration| With::Configuration(Arc::new(configuration)));
        let target = Target::Key(to.clone());
        let begin = Begin::Observed(self.surroundings.moment.instant());
        self.add(StepKind::ActivateMdmLicence, position, target, with, vec![last], begin);
    }

    fn verify(&mut self, position: Position, own: &Target, after: Index) -> Index {
        self.add(StepKind::Verify, position, own.clone(), None, vec![after], self.now())
    }

    /// Deletes a credential, once, whoever uses it. It begins when the last of them is ready.
    fn delete(&mut self, position: Position, key: &Arc<str>, waits_for: Vec<Index>, begin: Begin) -> Index {
        if let Some(index) = self.deleting.get(key).copied() {
            let step = &mut self.schedule.steps[index];
            step.waits_for.extend(waits_for);
            step.begin = step.begin.and(begin);
            self.schedule.of_user.entry(position).or_default().push(index);
            return index;
        }
        let index = self.add(StepKind::Withdraw, position, Target::Key(key.clone()), None, waits_for, begin);
        self.deleting.insert(key.clone(), index);
        index
    }

    fn fate(&mut self, position: Position, fate: Fate, start: Start, waits_for: Vec<Index>, own: Target) {
        let moment = self.surroundings.moment;
        let now = moment.instant();
        let begin = match start {
            Start::Now => Begin::At(now),
            Start::At(instant) => Begin::At(instant.max(now)),
            // Everybody is told at once, so the delay counts from now. Past the year 9999 it never comes.
            Start::AfterNotice(period) => moment
                .add(now, period.days, period.hours)
                .map_or(Begin::Observed(now), |at| Begin::At(at.max(now))),
        };
        self.add(fate.kind(), position, own, None, waits_for, begin);
    }

    /// Each changed group is synchronised once, after all of its changes (PLATFORM 22).
    fn synchronise(&mut self) {
        for (container, changes) in std::mem::take(&mut self.group_changes) {
            let index = self.schedule.steps.len();
            self.schedule.steps.push(Scheduled {
                kind: StepKind::SynchroniseGroup,
                user: None,
                target: Target::Key(self.surroundings.containers[container].key.clone()),
                with: None,
                waits_for: changes,
                begin: self.now(),
                is_late: false,
            });
            for (notice, _) in self.late_notices.iter().filter(|(_, through)| *through == container) {
                self.schedule.steps[*notice].waits_for.push(index);
            }
        }
    }

    /// A detach waits until nobody of the person can use the ID with a credential any more (PLATFORM 1, 4): until
    /// withdrawals have taken effect, removals are observed, and earlier withdrawals are a day old. Only now is
    /// known when withdrawals that several users share begin.
    fn wait_for_effects(&mut self) {
        for index in 0..self.schedule.steps.len() {
            let step = &self.schedule.steps[index];
            let (StepKind::Detach, Some(position)) = (step.kind, step.user) else { continue };
            let mut begin = step.begin;
            let mut awaited = Vec::new();
            for own in self.surroundings.others_of_person(position).chain([position]) {
                if self.surroundings.sign_in(own) == SignIn::Nothing {
                    let ended = self.surroundings.access_ended_by(own);
                    begin = begin.and(ended.map_or(Begin::Observed(begin.instant()), Begin::At));
                }
                for at in self.schedule.of_user.get(&own).into_iter().flatten() {
                    let ends = &self.schedule.steps[*at];
                    begin = match ends.kind {
                        StepKind::Withdraw => begin.and(ends.begin.plus(WITHDRAWAL)),
                        StepKind::Verify => begin.and(Begin::Observed(begin.instant())),
                        _ => continue,
                    };
                    awaited.push(*at);
                }
            }
            sort::ascending(&mut awaited);
            let step = &mut self.schedule.steps[index];
            step.begin = begin;
            step.waits_for.extend(awaited);
        }
    }
}
