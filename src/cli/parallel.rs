//! Work on a stream of items by several threads, with results in the order of the items.
//!
//! Items are dealt out in turn and results taken in the same turn, so that the order of results
//! does not depend on the number of threads or on their speed. Only a few items a thread are under
//! way at any time: memory does not grow with the number of items.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, scope};

/// How many items wait at each thread.
const WAITING: usize = 2;

/// Gives each of `items` to a worker and the results to `consume`, in order.
///
/// # Errors
/// The first error of making a worker or of `consume`; the rest of the items is left alone.
pub(crate) fn in_order<I, T, E, W>(
    threads: usize,
    items: impl Iterator<Item = I>,
    worker: impl Fn() -> Result<W, E> + Sync,
    mut consume: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    I: Send,
    T: Send,
    E: Send,
    W: FnMut(I) -> T,
{
    if threads <= 1 {
        let mut work = worker()?;
        for item in items {
            consume(work(item))?;
        }
        return Ok(());
    }
    scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| start(scope, &worker)).collect();
        let (mut given, mut taken) = (0, 0);
        for item in items {
            if given - taken == threads * WAITING {
                receive(&workers[taken % threads].1, &mut consume)?;
                taken += 1;
            }
            let sent = workers[given % threads].0.send(item);
            given += 1;
            if sent.is_err() {
                // The worker is gone: its error, or its panic, is found where its result would be.
                break;
            }
        }
        while taken < given {
            receive(&workers[taken % threads].1, &mut consume)?;
            taken += 1;
        }
        Ok(())
    })
}

type Ends<I, T, E> = (SyncSender<I>, Receiver<Result<T, E>>);

fn start<'scope, I, T, E, W, F>(scope: &'scope Scope<'scope, '_>, worker: &'scope F) -> Ends<I, T, E>
where
    I: Send + 'scope,
    T: Send + 'scope,
    E: Send + 'scope,
    W: FnMut(I) -> T,
    F: Fn() -> Result<W, E> + Sync,
{
    let (give, items) = sync_channel::<I>(WAITING);
    let (results, take) = sync_channel(WAITING);
    scope.spawn(move || {
        let mut work = match worker() {
            Ok(work) => Some(work),
            Err(error) => return drop(results.send(Err(error))),
        };
        for item in items {
            let Some(work) = &mut work else { return };
            if results.send(Ok(work(item))).is_err() {
                return;
            }
        }
    });
    (give, take)
}

fn receive<T, E>(
    results: &Receiver<Result<T, E>>,
    consume: &mut impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    match results.recv() {
        Ok(Ok(result)) => consume(result),
        Ok(Err(error)) => Err(error),
        // The worker panicked: the scope passes that on when it ends.
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn run(threads: usize, count: u32) -> Vec<u32> {
        let mut results = Vec::new();
        let consume = |result| {
            results.push(result);
            Ok::<(), ()>(())
        };
        in_order(threads, 0..count, || Ok(|item| item * 2), consume).unwrap();
        results
    }

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        for count in [0, 1, 2, 3, 100, 1_001] {
            let expected: Vec<u32> = (0..count).map(|item| item * 2).collect();
            for threads in [0, 1, 2, 3, 8, 200] {
                assert_eq!(run(threads, count), expected, "{threads} threads, {count} items");
            }
        }
    }

    #[test]
    fn few_items_are_under_way_at_a_time() {
        let taken = std::cell::Cell::new(0_usize);
        let consumed = std::cell::Cell::new(0_usize);
        let most = std::cell::Cell::new(0_usize);
        let items = (0..1_000).inspect(|_| {
            taken.set(taken.get() + 1);
            most.set(most.get().max(taken.get() - consumed.get()));
        });
        let consume = |()| {
            consumed.set(consumed.get() + 1);
            Ok::<(), ()>(())
        };
        in_order(4, items, || Ok(|_: i32| ()), consume).unwrap();
        assert!(most.get() <= 4 * WAITING + 1, "{} were under way", most.get());
    }

    #[test]
    fn the_error_of_a_worker_or_of_the_consumer_ends_the_work() {
        for threads in [1, 2, 5] {
            let no_worker = || Err::<fn(u32) -> u32, _>("no worker");
            assert_eq!(in_order(threads, 0..100, no_worker, |_: u32| Ok(())), Err("no worker"));
            let full = |result| if result == 7 { Err("full") } else { Ok(()) };
            assert_eq!(in_order(threads, 0..100, || Ok(|item: u32| item), full), Err("full"));
        }
    }

    #[test]
    fn a_panic_of_a_worker_is_passed_on() {
        for threads in [1, 3] {
            let work = || Ok::<_, ()>(|item: u32| assert!(item < 50, "a fault"));
            let run = || in_order(threads, 0..100, work, |()| Ok(()));
            assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
        }
    }
}
