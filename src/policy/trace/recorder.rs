//! Keeps what an evaluation looked at: a stack of open clauses, each collecting its parts and reads.

use super::clause::{Clause, Obstacle, Read, ReadState, add_read};

/// Most clauses one evaluation keeps; further ones are only counted.
const MAX_CLAUSES: usize = 4_096;
/// Most different reads one evaluation keeps.
const MAX_READS: usize = 512;
/// Most obstacles one evaluation keeps.
const MAX_OBSTACLES: usize = 64;

/// What is being recorded. A silent one keeps nothing.
pub(super) struct Recorder {
    frames: Vec<Frame>,
    kept: usize,
    reads: Vec<Read>,
    obstacles: Vec<Obstacle>,
}

/// The parts and reads of one open clause.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) clauses: Vec<Clause>,
    pub(super) reads: Vec<Read>,
    pub(super) omitted: usize,
}

/// What was recorded.
pub(super) struct Finished {
    pub(super) clauses: Vec<Clause>,
    pub(super) reads: Vec<Read>,
    pub(super) obstacles: Vec<Obstacle>,
}

impl Recorder {
    pub(super) fn recording() -> Self {
        Self { frames: vec![Frame::default()], kept: 0, reads: Vec::new(), obstacles: Vec::new() }
    }

    pub(super) const fn silent() -> Self {
        Self { frames: Vec::new(), kept: 0, reads: Vec::new(), obstacles: Vec::new() }
    }

    pub(super) const fn is_silent(&self) -> bool {
        self.frames.is_empty()
    }

    /// Begins a clause, or something else that collects parts and reads of its own.
    pub(super) fn open(&mut self) {
        if !self.is_silent() {
            self.frames.push(Frame::default());
        }
    }

    /// Ends what was begun last.
    pub(super) fn close(&mut self) -> Frame {
        if self.frames.len() > 1 { self.frames.pop().unwrap_or_default() } else { Frame::default() }
    }

    /// Adds a part to what is open.
    pub(super) fn add(&mut self, clause: Clause) {
        let full = self.kept >= MAX_CLAUSES;
        if let Some(frame) = self.frames.last_mut() {
            if full {
                frame.omitted += 1;
            } else {
                self.kept += 1;
                frame.clauses.push(clause);
            }
        }
    }

    /// Adds parts that were collected elsewhere and are counted already.
    pub(super) fn adopt(&mut self, clauses: Vec<Clause>, omitted: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.clauses.extend(clauses);
            frame.omitted += omitted;
        }
    }

    /// Counts parts that are not kept.
    pub(super) fn omit(&mut self, parts: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.omitted += parts;
        }
    }

    /// Notes that something was read.
    pub(super) fn read(&mut self, read: &Read) {
        if let Some(frame) = self.frames.last_mut() {
            if frame.reads.len() < MAX_READS {
                add_read(&mut frame.reads, read);
            }
            if self.reads.len() < MAX_READS {
                add_read(&mut self.reads, read);
            }
        }
    }

    /// Notes what was in the way of an answer.
    pub(super) fn obstacle(&mut self, obstacle: Obstacle) {
        if !self.is_silent() && self.obstacles.len() < MAX_OBSTACLES && !self.obstacles.contains(&obstacle) {
            self.obstacles.push(obstacle);
        }
    }

    /// Whether personal data was read for what is open.
    pub(super) fn reads_withheld(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.reads.iter().any(|read| read.state == ReadState::Withheld))
    }

    pub(super) fn finish(mut self) -> Finished {
        let clauses = self.frames.pop().unwrap_or_default().clauses;
        Finished { clauses, reads: self.reads, obstacles: self.obstacles }
    }
}
