//! An input of which something read too far can be given back, and whose end and error stay as they are.

use std::io::{self, BufRead, ErrorKind, Read};

/// What is still to come of an input.
#[derive(Debug)]
pub(super) struct Source<R> {
    reader: R,
    /// What was given back, and comes before anything new.
    again: Vec<u8>,
    again_from: usize,
    /// Comes after what was given back.
    error: Option<io::Error>,
    ended: bool,
}

/// Why there is no more for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// There is as much as was wanted.
    Enough,
    /// The input is at its end.
    End,
    /// The input cannot be read on. The error comes to whoever reads next.
    Failed,
}

impl<R: BufRead> Source<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self { reader, again: Vec::new(), again_from: 0, error: None, ended: false }
    }

    /// Gives back what was read too far.
    pub(super) fn give_back(&mut self, bytes: &[u8]) {
        let rest = self.again.split_off(self.again_from.min(self.again.len()));
        self.again.clear();
        self.again.extend_from_slice(bytes);
        self.again.extend_from_slice(&rest);
        self.again_from = 0;
    }

    /// How much was given back and not read again.
    pub(super) fn given_back(&self) -> usize {
        self.again.len().saturating_sub(self.again_from)
    }

    /// Fills `buffer` from `*filled` on, to its end if that is possible.
    pub(super) fn fill(&mut self, buffer: &mut [u8], filled: &mut usize) -> Stop {
        loop {
            let Some(room) = buffer.get_mut(*filled..).filter(|room| !room.is_empty()) else {
                return Stop::Enough;
            };
            let again = self.again.get(self.again_from..).unwrap_or_default();
            if !again.is_empty() {
                let count = again.len().min(room.len());
                room[..count].copy_from_slice(&again[..count]);
                self.again_from += count;
                *filled += count;
            } else if self.error.is_some() {
                return Stop::Failed;
            } else if self.ended {
                return Stop::End;
            } else {
                match self.reader.read(room) {
                    Ok(0) => self.ended = true,
                    Ok(count) => *filled += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => self.error = Some(error),
                }
            }
        }
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.again_from < self.again.len() {
            return Ok(self.again.get(self.again_from..).unwrap_or_default());
        }
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.ended {
            return Ok(&[]);
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if self.again_from < self.again.len() {
            self.again_from += count;
        } else if !self.ended {
            self.reader.consume(count);
        }
    }
}
