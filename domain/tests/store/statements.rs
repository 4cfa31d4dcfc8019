//! What a message costs in statements.

use protocol::Seq;

use crate::support::{Fixture, agent, client_id, only};

/// Those that begin and commit a transaction, which the store does not report.
const BEGIN_AND_COMMIT: usize = 2;

impl Fixture {
    /// Forgets the statements so far.
    fn forget_statements(&self) {
        self.asked.lock().unwrap().clear();
    }

    /// Those since then, without those of the search index, which is filled in sets.
    fn statements(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let counted = asked.iter().filter(|one| {
            !one.sql.contains("unindexed_entry") && !one.sql.contains("entry_search")
        });
        counted.map(|one| one.sql.clone()).collect()
    }
}

testbed::on_each_store! {

async fn an_ordinary_message_takes_at_most_six_statements(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let _listener = domain.hub().listen_agent(&mia);
    let visitor = fixture.visitor();
    domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = only(domain, &mia).await.id;
    domain.send_as_agent(&mia, id, client_id(2), "hello", false).await.unwrap();

    fixture.forget_statements();
    domain.send_as_visitor(&visitor, None, client_id(3), "more").await.unwrap();
    let of_visitor = fixture.statements();
    assert!(of_visitor.len() + BEGIN_AND_COMMIT <= 6, "{of_visitor:#?}");

    fixture.forget_statements();
    domain.send_as_agent(&mia, id, client_id(4), "yes", false).await.unwrap();
    let of_agent = fixture.statements();
    assert!(of_agent.len() + BEGIN_AND_COMMIT <= 6, "{of_agent:#?}");

    fixture.forget_statements();
    domain.read_as_agent(&mia, id, Seq(99)).await.unwrap();
    let read = fixture.statements();
    assert!(read.len() + BEGIN_AND_COMMIT <= 6, "{read:#?}");
}

async fn a_batch_of_a_hundred_messages_takes_at_most_twelve_statements(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let _listener = domain.hub().listen_agent(&mia);
    // Visitors whose ids end with the same byte have the same writer.
    let mut visitors = Vec::new();
    while visitors.len() < 100 {
        let visitor = fixture.visitor();
        if visitor.visitor.0.as_bytes()[15].is_multiple_of(8) {
            visitors.push(visitor);
        }
    }
    let send = |round: u128| {
        let all = visitors.iter().zip(0..).map(move |(visitor, number)| {
            domain.send_as_visitor(visitor, None, client_id(round * 1_000 + number), "hi")
        });
        futures_util::future::join_all(all)
    };
    for sent in send(1).await {
        sent.unwrap();
    }
    fixture.forget_statements();
    for sent in send(2).await {
        sent.unwrap();
    }
    let asked = fixture.statements();
    // The first message may go alone, before the others are there.
    assert!(asked.len() + 2 * BEGIN_AND_COMMIT <= 12, "{asked:#?}");
}

}
