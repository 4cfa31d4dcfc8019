//! Search: what is found, in which order, and what is not found.

use domain::agent::{Agent, AgentSettings, Visibility};
use domain::search::Query;
use domain::visitor::{User, VisitorIdentity};
use protocol::{Change, Filter, Hit, Status};

use crate::support::{Fixture, agent, client_id, listed, looker};

fn query(text: &str) -> Query {
    Query { text: text.into(), filter: Filter::ALL, from_ms: None, until_ms: None, limit: 50 }
}

fn marked(hit: &Hit) -> String {
    let part = |part: &protocol::Part| {
        if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() }
    };
    hit.parts.iter().map(part).collect()
}

impl Fixture {
    async fn says(&self, number: u128, text: &str) -> VisitorIdentity {
        let who = self.visitor();
        self.domain.send_as_visitor(&who, None, client_id(number), text).await.unwrap();
        who
    }

    async fn finds(&self, who: &Agent, query: &Query) -> Vec<String> {
        self.domain.search(who, query).await.unwrap().iter().map(marked).collect()
    }
}

testbed::on_each_store! {

async fn all_words_by_their_beginnings_in_every_script(fixture) {
    for (number, text) in [
        "Where is my order of last Tuesday?",
        "The ORDER has come, thank you",
        "Die Größe passt nicht",
        "איפה ההזמנה שלי",
        "write to ann@example.com, please",
        "\u{1f6a8} alarm",
    ].iter().enumerate() {
        fixture.says(number as u128 + 1, text).await;
    }
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let check = async |text: &str, expect: &[&str]| {
        assert_eq!(fixture.finds(&mia, &query(text)).await, expect, "{text}");
    };
    check("order tues", &["Where is my [order] of last [Tuesday]?"]).await;
    check("größe", &["Die [Größe] passt nicht"]).await;
    check("ההזמנה", &["איפה [ההזמנה] שלי"]).await;
    check("example.com", &["write to ann@[example].[com], please"]).await;
    check("alarm", &["\u{1f6a8} [alarm]"]).await;
    check("nowhere", &[]).await;
    check("", &[]).await;
    check("\" ' * ( ) : - + @ ~ < > % \\ \u{0}", &[]).await;
    check("order\" OR \"passt", &[]).await;
    let mut both = fixture.finds(&mia, &query("ORDER")).await;
    both.sort();
    assert_eq!(both, ["The [ORDER] has come, thank you", "Where is my [order] of last Tuesday?"]);
}

async fn what_is_written_in_other_ways_is_found(fixture) {
    for (number, text) in [
        "人人生而自由，在尊严和权利上一律平等。",
        "配送が遅れているので返金をお願いします。",
        "ฉันต้องการเงินคืนสำหรับคำสั่งซื้อ",
        "즉시환불요청합니다",
        "Zweites Résumé hier",
        "Meine Straße ist lang",
        "ｶﾞｲﾄﾞ for iPhone15手机",
        "a to of 4",
        "Возврат денег",
        "मुझे धनवापसी चाहिए",
    ].iter().enumerate() {
        fixture.says(number as u128 + 1, text).await;
    }
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let check = async |text: &str, expect: &[&str]| {
        assert_eq!(fixture.finds(&mia, &query(text)).await, expect, "{text}");
    };
    let dignity = ["人人生而自由，在[尊严]和权利上一律平等。"];
    check("权利", &["人人生而自由，在尊严和[权利]上一律平等。"]).await;
    check("尊严", &dignity).await;
    // These characters are not adjacent.
    check("尊权", &[]).await;
    check("权", &["人人生而自由，在尊严和[权]利上一律平等。"]).await;
    check("返金", &["配送が遅れているので[返金]をお願いします。"]).await;
    check("เงินคืน", &["ฉันต้องการ[เงินคืน]สำหรับคำสั่งซื้อ"]).await;
    check("환불", &["즉시[환불]요청합니다"]).await;
    for text in ["Re\u{301}sume\u{301}", "resume", "RÉSUMÉ"] {
        check(text, &["Zweites [Résumé] hier"]).await;
    }
    for text in ["Strasse", "straße", "STRA"] {
        check(text, &["Meine [Straße] ist lang"]).await;
    }
    check("ガイド", &["[ｶﾞｲﾄﾞ] for iPhone15手机"]).await;
    check("iphone 手机", &["ｶﾞｲﾄﾞ for [iPhone15手机]"]).await;
    // Short words, which other search engines treat as stop words.
    check("of 4", &["a to [of] [4]"]).await;
    check("возвр", &["[Возврат] денег"]).await;
    check("धनवापसी", &["मुझे [धनवापसी] चाहिए"]).await;
}

async fn messages_of_long_ago_are_found(fixture) {
    let mia = agent(&fixture.domain, "mia@example.com").await;
    for (number, days) in [(1, 0), (2, 6), (3, 30), (4, 400)] {
        fixture.ticks.pass_ms(days * 24 * 3_600_000);
        fixture.says(number, "a parcel").await;
    }
    assert_eq!(fixture.finds(&mia, &query("parcel")).await.len(), 4);
    // When a clock that was ahead is corrected, messages written meanwhile are still found.
    fixture.ticks.put_back_ms(300 * 24 * 3_600_000);
    assert_eq!(fixture.finds(&mia, &query("parcel")).await.len(), 4);
}

async fn the_best_comes_first_and_each_conversation_once(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let who = fixture.says(1, "a long message in which among many other words a refund is named once").await;
    fixture.says(2, "refund refund").await;
    for number in 3..=9 {
        domain.send_as_visitor(&who, None, client_id(number), &format!("word {number}")).await.unwrap();
    }
    domain.send_as_visitor(&who, None, client_id(10), "and again a refund, at length, for this and that and more").await.unwrap();
    let hits = domain.search(&mia, &query("refund")).await.unwrap();
    assert_eq!(hits.len(), 2, "each conversation once");
    if fixture.database.kind() != testbed::Kind::MySql {
        // MySQL counts occurrences of a word but ignores the length of the text, so both orders are correct.
        assert_eq!(marked(&hits[0]), "[refund] [refund]");
    }
    assert!(hits.iter().all(|hit| hit.seq.is_some() && hit.at_ms.is_some()));
}

async fn notes_are_found_and_events_are_not(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    fixture.says(1, "hi").await;
    let id = listed(domain, &mia).await[0].id;
    domain.send_as_agent(&mia, id, client_id(2), "a generous soul", true).await.unwrap();
    domain.change_conversation(&mia, id, Change::Claim {}).await.unwrap();
    assert_eq!(fixture.finds(&mia, &query("generous")).await, ["a [generous] soul"]);
    assert_eq!(fixture.finds(&mia, &query("assigned")).await, [] as [String; 0]);
}

async fn a_visitor_is_found_by_name_address_and_id(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let user = |name: &str, email: &str| User {
        id: Some("u-4711".into()),
        name: Some(name.into()),
        email: Some(email.into()),
        ..User::default()
    };
    let ann = domain.identify_visitor(fixture.inbox.id, user("Ann Lee", "ann@example.com")).await.unwrap();
    domain.send_as_visitor(&ann, None, client_id(1), "hi").await.unwrap();
    for text in ["ann", "LEE", "ann@example.com", "4711", "lee exam"] {
        assert_eq!(fixture.finds(&mia, &query(text)).await.len(), 1, "{text}");
    }
    domain.identify_visitor(fixture.inbox.id, user("Anna Berg", "anna@example.com")).await.unwrap();
    assert_eq!(fixture.finds(&mia, &query("lee")).await, [] as [String; 0], "the name of before");
    assert_eq!(fixture.finds(&mia, &query("berg")).await, ["Anna [Berg] · anna@example.com · u-4711"]);
}

async fn filters_and_what_an_agent_may_see_hold(fixture) {
    let domain = &fixture.domain;
    let other = domain.create_inbox("Other", &[]).await.unwrap();
    let mia = agent(domain, "mia@example.com").await;
    let ann = agent(domain, "ann@example.com").await;
    let settings = AgentSettings { visibility: Visibility::Inboxes([other.id].into()), ..AgentSettings::default() };
    domain.set_agent(ann.id, settings).await.unwrap();
    let ann = domain.find_agent(ann.id).await.unwrap().unwrap();
    fixture.says(1, "a parcel, here").await;
    let here = listed(domain, &mia).await[0].id;
    let between_ms = domain.ambient().now_ms();
    let there = VisitorIdentity { inbox: other.id, ..fixture.visitor() };
    domain.send_as_visitor(&there, None, client_id(2), "a parcel, there").await.unwrap();
    domain.change_conversation(&mia, here, Change::Claim {}).await.unwrap();
    let label = domain.create_label("post", "#0000ff").await.unwrap().id;
    domain.change_conversation(&mia, here, Change::Label { label }).await.unwrap();

    let (both, first, second) = (query("parcel"), ["a [parcel], here"], ["a [parcel], there"]);
    assert_eq!(fixture.finds(&looker(), &both).await.len(), 2);
    assert_eq!(fixture.finds(&ann, &both).await, second, "the other inbox is not hers to see");
    let with = |filter: Filter| Query { filter, ..query("parcel") };
    for (filter, expect) in [
        (Filter { inbox: Some(other.id), ..Filter::ALL }, &second),
        (Filter { assignee: Some(mia.id), ..Filter::ALL }, &first),
        (Filter { unassigned: true, ..Filter::ALL }, &second),
        (Filter { status: vec![Status::Assigned], ..Filter::ALL }, &first),
        (Filter { label: Some(label), ..Filter::ALL }, &first),
    ] {
        assert_eq!(fixture.finds(&looker(), &with(filter.clone())).await, expect, "{filter:?}");
    }
    let early = Query { until_ms: Some(between_ms), ..query("parcel") };
    let late = Query { from_ms: Some(between_ms), ..query("parcel") };
    assert_eq!(fixture.finds(&looker(), &early).await, first);
    assert_eq!(fixture.finds(&looker(), &late).await, second);
    let one = Query { limit: 1, ..query("parcel") };
    assert_eq!(fixture.finds(&looker(), &one).await.len(), 1);
}

}
