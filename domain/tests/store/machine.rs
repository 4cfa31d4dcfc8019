//! Random plans of what agents and visitors do, checked against a model.
//!
//! When a plan fails, proptest prints the shortest failing plan and stores its seed in
//! `proptest-regressions`, from which the next run replays it.

use std::collections::HashMap;

use domain::agent::Agent;
use domain::hub::{Listener, QueuedFrames};
use domain::visitor::VisitorIdentity;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use protocol::json::from_str;
use protocol::{
    Applied, Author, Body, Change, ClientId, ConversationId, Entry, ErrorCode, Event, Filter,
    Replica, Seq, Status, ToAgent, ToVisitor,
};
use testbed::Kind;

use crate::support::{Fixture, agent, client_id, looker};

const VISITORS: usize = 3;
const AGENTS: usize = 2;

/// An agent's change to a conversation, in small numbers that fit in a plan.
#[derive(Clone, Copy, Debug)]
enum Action {
    Claim,
    Assign(Option<usize>),
    Resolve,
    Reopen,
    Archive,
    Unarchive,
    Snooze,
    Wake,
}

/// One step of a plan. `of` selects one of the existing conversations.
#[derive(Clone, Copy, Debug)]
enum Step {
    VisitorSends {
        visitor: usize,
        name: u8,
        text: u8,
    },
    AgentSends {
        agent: usize,
        of: usize,
        name: u8,
        text: u8,
        note: bool,
    },
    AgentDoes {
        agent: usize,
        of: usize,
        deed: Action,
    },
    VisitorReads {
        visitor: usize,
        seq: Seq,
    },
    AgentReads {
        agent: usize,
        of: usize,
        seq: Seq,
    },
    /// All connections lose the frames in flight.
    LosesFrames,
    Restart,
}

fn deed() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Claim),
        prop::option::of(0..AGENTS).prop_map(Action::Assign),
        Just(Action::Resolve),
        Just(Action::Reopen),
        Just(Action::Archive),
        Just(Action::Unarchive),
        Just(Action::Snooze),
        Just(Action::Wake),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    // Few names, so that most sends in a plan are repeated or clash.
    let words = || (0..12_u8, 0..2_u8);
    prop_oneof![
        6 => (0..VISITORS, words())
            .prop_map(|(visitor, (name, text))| Step::VisitorSends { visitor, name, text }),
        4 => (0..AGENTS, 0..VISITORS, words(), any::<bool>()).prop_map(
            |(agent, of, (name, text), note)| Step::AgentSends { agent, of, name, text, note }
        ),
        6 => (0..AGENTS, 0..VISITORS, deed())
            .prop_map(|(agent, of, deed)| Step::AgentDoes { agent, of, deed }),
        2 => (0..VISITORS, 0..30_u64)
            .prop_map(|(visitor, seq)| Step::VisitorReads { visitor, seq: Seq(seq) }),
        2 => (0..AGENTS, 0..VISITORS, 0..30_u64)
            .prop_map(|(agent, of, seq)| Step::AgentReads { agent, of, seq: Seq(seq) }),
        2 => Just(Step::LosesFrames),
        1 => Just(Step::Restart),
    ]
}

/// The expected state of a conversation.
#[derive(Clone, Debug, Default)]
struct Expected {
    visitor: usize,
    /// The author and content of each entry, in words, and its client id.
    log: Vec<(String, Option<ClientId>)>,
    is_resolved: bool,
    is_archived: bool,
    is_snoozed: bool,
    assignee: Option<usize>,
    read: HashMap<usize, usize>,
}

impl Expected {
    fn happened(&mut self, who: &str, what: &str) {
        self.log.push((format!("{who} {what}"), None));
    }

    /// The result of a send: its position or a refusal, or `None` if it is new.
    fn known(&self, name: ClientId, words: &str) -> Option<Result<usize, ErrorCode>> {
        let at = self.log.iter().position(|(_, known)| *known == Some(name))?;
        let same = self.log[at].0 == words;
        Some(if same { Ok(at + 1) } else { Err(ErrorCode::ClientIdReused) })
    }

    fn visitor_messages(&self, up_to: usize) -> usize {
        self.log
            .iter()
            .take(up_to)
            .filter(|(words, _)| words.starts_with("visitor message"))
            .count()
    }

    fn status(&self) -> Status {
        match (self.is_resolved, self.assignee) {
            (true, _) => Status::Resolved,
            (false, Some(_)) => Status::Assigned,
            (false, None) => Status::Open,
        }
    }

    fn does(&mut self, agent: usize, deed: Action) -> Result<(), ErrorCode> {
        let who = format!("agent{agent}");
        match deed {
            Action::Claim if self.assignee.is_some_and(|first| first != agent) => {
                return Err(ErrorCode::AlreadyAssigned);
            }
            Action::Claim => self.assign(&who, Some(agent)),
            Action::Assign(to) => self.assign(&who, to),
            Action::Resolve if !self.is_resolved => {
                (self.is_resolved, self.is_snoozed) = (true, false);
                self.happened(&who, "resolved");
            }
            Action::Reopen if self.is_resolved => {
                self.is_resolved = false;
                self.happened(&who, "reopened");
            }
            Action::Archive if !self.is_archived => {
                self.is_archived = true;
                self.happened(&who, "archived");
            }
            Action::Unarchive if self.is_archived => {
                self.is_archived = false;
                self.happened(&who, "unarchived");
            }
            Action::Snooze => {
                self.is_snoozed = true;
                self.happened(&who, "snoozed");
            }
            Action::Wake if self.is_snoozed => {
                self.is_snoozed = false;
                self.happened(&who, "woken");
            }
            _ => {}
        }
        Ok(())
    }

    fn assign(&mut self, who: &str, to: Option<usize>) {
        if self.assignee != to {
            self.assignee = to;
            self.happened(who, if to.is_some() { "assigned" } else { "unassigned" });
        }
    }
}

/// A client that follows a log through its socket, as described in `docs/PROTOCOL.md`.
#[derive(Default)]
struct Follower {
    replica: Replica,
}

struct World {
    fixture: Fixture,
    agents: Vec<Agent>,
    visitors: Vec<VisitorIdentity>,
    conversations: Vec<(ConversationId, Expected)>,
    of_visitor: Vec<Follower>,
    of_team: HashMap<ConversationId, Follower>,
    sockets: Vec<(Listener, QueuedFrames)>,
}

impl World {
    async fn new(kind: Kind) -> Self {
        let fixture = Fixture::on(kind).await;
        let mut agents = Vec::new();
        for number in 0..AGENTS {
            agents.push(agent(&fixture.domain, &format!("agent{number}@example.com")).await);
        }
        let visitors = (0..VISITORS).map(|_| fixture.visitor()).collect();
        let of_visitor = (0..VISITORS).map(|_| Follower::default()).collect();
        let mut world = Self {
            fixture,
            agents,
            visitors,
            conversations: Vec::new(),
            of_visitor,
            of_team: HashMap::new(),
            sockets: Vec::new(),
        };
        world.listen();
        world
    }

    /// Opens the visitors' sockets, in order, and last an agent's socket that watches everything.
    fn listen(&mut self) {
        let hub = self.fixture.domain.hub();
        let mut listeners: Vec<_> =
            self.visitors.iter().map(|who| hub.listen_visitor(who)).collect();
        let team = hub.listen_agent(&self.agents[0]);
        for (id, _) in &self.conversations {
            team.watch(*id);
        }
        listeners.push(team);
        let with_frames = |mut listener: Listener| {
            let frames = listener.take_frames();
            (listener, frames)
        };
        self.sockets = listeners.into_iter().map(with_frames).collect();
    }

    fn conversation(&mut self, of: usize) -> Option<(ConversationId, &mut Expected)> {
        let count = self.conversations.len();
        let (id, expected) = self.conversations.get_mut(of.checked_rem(count)?)?;
        Some((*id, expected))
    }

    async fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::VisitorSends { visitor, name, text } => {
                self.visitor_sends(visitor, client_id(u128::from(name)), &format!("t{text}")).await
            }
            Step::AgentSends { agent, of, name, text, note } => {
                let (who, name) = (self.agents[agent].clone(), client_id(u128::from(name)));
                let (domain, text) = (self.fixture.domain.clone(), format!("t{text}"));
                let Some((id, expected)) = self.conversation(of) else { return Ok(()) };
                let kind = if note { "note" } else { "message" };
                let words = format!("agent{agent} {kind} {text}");
                let must = expected.known(name, &words).unwrap_or_else(|| {
                    expected.log.push((words, Some(name)));
                    Ok(expected.log.len())
                });
                let sent = domain.send_as_agent(&who, id, name, &text, note).await;
                compare(sent, must)
            }
            Step::AgentDoes { agent, of, deed } => {
                let who = self.agents[agent].clone();
                let change = match deed {
                    Action::Claim => Change::Claim {},
                    Action::Assign(to) => Change::Assign { agent: to.map(|to| self.agents[to].id) },
                    Action::Resolve => Change::Resolve { seen: None },
                    Action::Reopen => Change::Reopen {},
                    Action::Archive => Change::Archive {},
                    Action::Unarchive => Change::Unarchive {},
                    Action::Snooze => Change::Snooze {
                        until_ms: self.fixture.domain.ambient().now_ms() + 600_000,
                    },
                    Action::Wake => Change::Wake {},
                };
                let domain = self.fixture.domain.clone();
                let Some((id, expected)) = self.conversation(of) else { return Ok(()) };
                let must = expected.does(agent, deed);
                let did = domain.change_conversation(&who, id, change).await;
                prop_assert_eq!(did.map(drop).map_err(|error| error.code()), must);
                Ok(())
            }
            Step::VisitorReads { visitor, seq } => {
                let who = self.visitors[visitor];
                self.fixture.domain.read_as_visitor(&who, seq).await.unwrap();
                Ok(())
            }
            Step::AgentReads { agent, of, seq } => {
                let (domain, who) = (self.fixture.domain.clone(), self.agents[agent].clone());
                let Some((id, expected)) = self.conversation(of) else { return Ok(()) };
                let seen = usize::try_from(seq.0).unwrap().min(expected.log.len());
                let cursor = expected.read.entry(agent).or_default();
                *cursor = seen.max(*cursor);
                domain.read_as_agent(&who, id, seq).await.unwrap();
                Ok(())
            }
            Step::LosesFrames => {
                self.listen();
                Ok(())
            }
            Step::Restart => Ok(()),
        }
    }

    async fn visitor_sends(
        &mut self,
        visitor: usize,
        name: ClientId,
        text: &str,
    ) -> Result<(), TestCaseError> {
        let at = self.conversations.iter().position(|(_, one)| one.visitor == visitor);
        let mut expected = match at {
            Some(at) => self.conversations[at].1.clone(),
            None => Expected { visitor, ..Expected::default() },
        };
        let words = format!("visitor message {text}");
        let must = expected.known(name, &words).unwrap_or_else(|| {
            if std::mem::take(&mut expected.is_archived) {
                expected.happened("visitor", "unarchived");
            }
            if std::mem::take(&mut expected.is_snoozed) {
                expected.happened("visitor", "woken");
            }
            if std::mem::take(&mut expected.is_resolved) {
                expected.happened("visitor", "reopened");
            }
            expected.log.push((words, Some(name)));
            Ok(expected.log.len())
        });
        let who = self.visitors[visitor];
        let sent = self.fixture.domain.send_as_visitor(&who, None, name, text).await;
        compare(sent, must)?;
        match at {
            Some(at) => self.conversations[at].1 = expected,
            None => {
                let all =
                    self.fixture.domain.list_conversations(&looker(), &Filter::ALL, None, 9).await;
                let mut all = all.unwrap().conversations.into_iter();
                let id = all.find(|one| one.visitor == who.visitor).unwrap().id;
                self.conversations.push((id, expected));
                self.sockets[VISITORS].0.watch(id);
            }
        }
        Ok(())
    }

    /// The followers apply what their sockets received.
    async fn follow(&mut self) {
        for visitor in 0..VISITORS {
            while let Some(text) = waiting(&mut self.sockets[visitor].1).await {
                if let Ok(ToVisitor::Entry { entry }) = from_str(&text)
                    && let Applied::Gap { .. } = self.of_visitor[visitor].replica.apply(entry)
                {
                    self.visitor_resumes(visitor).await;
                }
            }
        }
        while let Some(text) = waiting(&mut self.sockets[VISITORS].1).await {
            if let Ok(ToAgent::Entry { conversation, entry }) = from_str(&text)
                && let Applied::Gap { .. } =
                    self.of_team.entry(conversation).or_default().replica.apply(entry)
            {
                self.team_resumes(conversation).await;
            }
        }
    }

    async fn visitor_resumes(&mut self, visitor: usize) {
        let (domain, who) = (&self.fixture.domain, self.visitors[visitor]);
        let replica = &mut self.of_visitor[visitor].replica;
        loop {
            let page = domain.visitor_page(&who, Some(replica.last_seq())).await.unwrap();
            replica.apply_page(page.entries);
            if replica.saw_head(page.head).is_none() {
                return;
            }
        }
    }

    async fn team_resumes(&mut self, id: ConversationId) {
        let domain = &self.fixture.domain;
        let replica = &mut self.of_team.entry(id).or_default().replica;
        loop {
            let page = domain.team_page(&looker(), id, Some(replica.last_seq())).await.unwrap();
            replica.apply_page(page.entries);
            if replica.saw_head(page.head).is_none() {
                return;
            }
        }
    }

    async fn restart(self) -> Self {
        let Self { fixture, agents, visitors, conversations, of_visitor, of_team, sockets } = self;
        drop(sockets);
        let fixture = fixture.restart().await;
        let sockets = Vec::new();
        let mut world =
            Self { fixture, agents, visitors, conversations, of_visitor, of_team, sockets };
        world.listen();
        world
    }

    /// Checks that the log, the list and all followers are as expected.
    async fn check(mut self) -> Result<(), TestCaseError> {
        self.follow().await;
        for visitor in 0..VISITORS {
            self.visitor_resumes(visitor).await;
        }
        for at in 0..self.conversations.len() {
            let (id, expected) = self.conversations[at].clone();
            self.team_resumes(id).await;
            let of_team = self.of_team[&id].replica.entries();
            let words: Vec<_> = of_team.iter().map(|entry| self.words(entry)).collect();
            let must: Vec<_> = expected.log.iter().map(|(words, _)| words.clone()).collect();
            prop_assert_eq!(words, must);
            // A client gets the same log, no matter where it resumes.
            let domain = &self.fixture.domain;
            let visitor = self.visitors[expected.visitor];
            for from in [0, 1, of_team.len() / 2, of_team.len()] {
                let from = Seq(from as u64);
                let rest = domain.team_page(&self.agents[0], id, Some(from)).await.unwrap().entries;
                let must = of_team.iter().filter(|entry| entry.seq > from).take(rest.len());
                prop_assert!(
                    rest.iter().eq(must)
                        && (rest.is_empty() == (from == Seq(of_team.len() as u64)))
                );
                let rest = domain.visitor_page(&visitor, Some(from)).await.unwrap().entries;
                let theirs = self.of_visitor[expected.visitor].replica.entries();
                let must = theirs.iter().filter(|entry| entry.seq > from).take(rest.len());
                prop_assert!(rest.iter().eq(must));
            }
            // The visitor's replica is the same log without the entries they may not see.
            let theirs = self.of_visitor[expected.visitor].replica.entries();
            let public = of_team.iter().filter(|entry| match &entry.body {
                Body::Message { .. } => true,
                Body::Note { .. } => false,
                Body::Event { event } => event.is_public(),
            });
            let public: Vec<Seq> = public.map(|entry| entry.seq).collect();
            prop_assert_eq!(theirs.iter().map(|entry| entry.seq).collect::<Vec<_>>(), public);

            for (number, who) in self.agents.iter().enumerate() {
                let found = self.fixture.domain.find_conversation(who, id).await;
                let found = found.unwrap();
                prop_assert_eq!(found.status, expected.status());
                prop_assert_eq!(found.archived, expected.is_archived);
                prop_assert_eq!(found.snoozed_until_ms.is_some(), expected.is_snoozed);
                let assignee = expected.assignee.map(|agent| self.agents[agent].id);
                prop_assert_eq!(found.assignee.map(|person| person.id), assignee);
                prop_assert_eq!(found.head, Seq(expected.log.len() as u64));
                let all = expected.visitor_messages(expected.log.len());
                prop_assert_eq!(found.visitor_messages, all as u64);
                let seen = expected.read.get(&number).copied().unwrap_or(0);
                let read = expected.visitor_messages(seen) as u64;
                prop_assert_eq!(found.read_messages, Some(read));
            }
        }
        Ok(())
    }

    fn words(&self, entry: &Entry) -> String {
        let who = match &entry.author {
            Author::Visitor {} => "visitor".to_owned(),
            Author::System {} => "system".to_owned(),
            Author::Agent { id, .. } => {
                let number = self.agents.iter().position(|agent| agent.id == *id).unwrap();
                format!("agent{number}")
            }
        };
        match &entry.body {
            Body::Message { text } => format!("{who} message {text}"),
            Body::Note { text } => format!("{who} note {text}"),
            Body::Event { event } => format!("{who} {}", Event::tag(event)),
        }
    }
}

fn compare(
    sent: Result<Entry, domain::Error>,
    must: Result<usize, ErrorCode>,
) -> Result<(), TestCaseError> {
    let sent = sent.map(|entry| usize::try_from(entry.seq.0).unwrap_or(0));
    prop_assert_eq!(sent.map_err(|error| error.code()), must);
    Ok(())
}

/// Returns a frame that has already arrived.
async fn waiting(frames: &mut QueuedFrames) -> Option<String> {
    let frame = tokio::select! {
        biased;
        frame = frames.next() => frame,
        () = std::future::ready(()) => None,
    };
    frame.map(|frame| String::from_utf8(frame.to_vec()).unwrap())
}

async fn run(kind: Kind, plan: Vec<Step>) -> Result<(), TestCaseError> {
    let mut world = World::new(kind).await;
    for step in plan {
        world.take(step).await?;
        // Frames must be lost before the followers read them.
        if !matches!(step, Step::LosesFrames) {
            world.follow().await;
        }
        if matches!(step, Step::Restart) {
            world = world.restart().await;
        }
    }
    world.check().await
}

fn machine(kind: Kind, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases, ..Config::with_source_file(file!()) };
    let plans = prop::collection::vec(step(), 1..60);
    let outcome = TestRunner::new(config).run(&plans, |plan| runtime.block_on(run(kind, plan)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn any_plan_comes_out_as_the_model_says_on_sqlite() {
    machine(Kind::Sqlite, 24);
}

#[test]
fn any_plan_comes_out_as_the_model_says_on_postgres() {
    machine(Kind::Postgres, 6);
}

#[test]
fn any_plan_comes_out_as_the_model_says_on_mysql() {
    machine(Kind::MySql, 6);
}
