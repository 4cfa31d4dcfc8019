//! Carries out decisions in sets: reads what they need with one query a table, decides them in memory one after
//! another, and writes each table with one statement.

mod beside;
mod load;
mod wanted;
mod write;

use super::core::{Decision, Desk, Needs, ServeQueue, Stop};
use crate::command::Write;
use crate::error::{Error, Result};

/// A decision with its output type erased.
pub(crate) trait Undecided: Send {
    fn needs(&self) -> Needs;
    /// Decides it. Keeps the output, or why it was refused.
    fn decide(&mut self, desk: &mut Desk<'_>) -> Result<(), Stop>;
    /// Keeps the error with which it was refused.
    fn refuse(&mut self, error: Error);
}

/// How often one decision may ask for more. It asks for each thing once.
const ASKS: u32 = 64;

/// Decides and writes a set, in the transaction of `write`. Decisions that are refused leave nothing behind.
///
/// # Errors
/// Store errors. Then nothing of the set may be committed.
pub(crate) async fn carry_out(write: &mut Write<'_>, set: &mut [&mut dyn Undecided]) -> Result<()> {
    let mut desk = Desk::new(write.ambient, write.directories.last(), write.hub.agents());
    let mut needs = Needs::default();
    for one in set.iter() {
        needs.add(one.needs());
    }
    load::load(write, &mut desk, needs).await?;
    for one in set {
        decide(write, &mut desk, *one).await?;
        // Who waits longest gets the room, before anyone who comes later in this set.
        for id in desk.take_made_room() {
            let mut serve = Pending::new(ServeQueue { except: Some(id) });
            let served = match decide(write, &mut desk, &mut serve).await {
                // One that can't be read must not hold up what made room for it.
                Err(error) if error.is_corrupt() => {
                    desk.refuse();
                    Err(error)
                }
                decided => decided.map(|()| serve.output())?,
            };
            if let Err(error) = served {
                tracing::error!(%error, "could not serve the queue");
            }
        }
    }
    let (changed, decided) = desk.finish();
    write::write(write, changed, decided).await
}

async fn decide(write: &Write<'_>, desk: &mut Desk<'_>, one: &mut dyn Undecided) -> Result<()> {
    for _ in 0..ASKS {
        match one.decide(desk) {
            Ok(()) => {
                desk.accept();
                return Ok(());
            }
            Err(Stop::Refused(error)) => {
                desk.refuse();
                one.refuse(error);
                return Ok(());
            }
            Err(Stop::Wants(want)) => {
                desk.refuse();
                wanted::load(write, desk, want).await?;
            }
        }
    }
    Err(Error::Corrupt("a decision that keeps asking"))
}

/// A decision and its result.
pub(crate) struct Pending<D: Decision> {
    decision: D,
    done: Option<Result<D::Output>>,
}

impl<D: Decision> Pending<D> {
    pub(crate) fn new(decision: D) -> Self {
        Self { decision, done: None }
    }

    /// The output, or the error with which it was refused; `None` if it was not decided.
    pub(crate) fn into_done(self) -> Option<Result<D::Output>> {
        self.done
    }

    fn output(self) -> Result<D::Output> {
        self.done.unwrap_or(Err(Error::Stopped))
    }
}

impl<D: Decision> Undecided for Pending<D> {
    fn needs(&self) -> Needs {
        self.decision.needs()
    }

    fn decide(&mut self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        self.done = Some(Ok(self.decision.decide(desk)?));
        Ok(())
    }

    fn refuse(&mut self, error: Error) {
        self.done = Some(Err(error));
    }
}

/// Carries out one decision as part of a larger command.
///
/// # Errors
/// Those of the decision; store errors.
pub(crate) async fn carry_out_one<D: Decision>(
    write: &mut Write<'_>,
    decision: D,
) -> Result<D::Output> {
    let mut pending = Pending::new(decision);
    carry_out(write, &mut [&mut pending]).await?;
    pending.output()
}
