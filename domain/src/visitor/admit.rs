//! Who a visitor is: by their token, or by what their site proves.

use async_trait::async_trait;
use protocol::{ConversationId, ErrorCode, InboxId, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect, TransactionTrait};

use super::about::{About, User, is_user_id};
use super::token::Token;
use super::{VisitorIdentity, Vouched, proof, token};
use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::hub::{Listener, News};
use crate::inbox::{Inbox, PageUrl};
use crate::table::{conversation, visitor};
use crate::writer::{Command, Shard, Write};

/// How long a token is good for without being used, in seconds.
const UNUSED_S: u64 = 90 * 24 * 60 * 60;

/// A visitor who was admitted.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who.
    pub who: VisitorIdentity,
    /// What to come back with.
    pub token: String,
    /// Whether they are another than their token said: what they have is not of this one.
    pub is_other: bool,
    /// What they read, if they came by the link of a mail.
    pub reads: Option<Reads>,
}

/// An address that a visitor reads, and what their token is of from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The address; none, if it is not the one that is left by now.
    pub address: Option<String>,
    /// The generation.
    pub generation: i32,
}

impl Domain {
    /// The visitor that a token names; without one, the visitor of a seed, or a new one. Where the
    /// site proves who they are, the visitor of that user, on every device; what they wrote before
    /// comes along. What is claimed without proof is only noted on the visitor themselves.
    ///
    /// The link of a mail brings a login in a token's place. Until its reader has written, anybody could have
    /// left the address: their token is of the next generation, which then is the only one.
    ///
    /// Writes nothing for a visitor who has not written and is not proven to be anybody.
    ///
    /// # Errors
    /// `link_invalid` for a login that is over; `token_invalid` if the token was not issued by this inbox, or
    /// opens nothing any more; `seed_invalid`; `identity_invalid` for a proof that is none, `identity_required`
    /// for a claim without proof in an inbox that demands one; `blocked`; the store's.
    pub async fn admit_visitor(
        &self,
        inbox: &Inbox,
        token: Option<&str>,
        seed: Option<&str>,
        mut about: About,
        page: Option<PageUrl>,
    ) -> Result<Admitted> {
        let mut reads = None;
        let (known, row, generation) = match (token, seed) {
            (Some(text), _) => match token::Login::parse(text) {
                Some(login) => {
                    let row = self.by_login(inbox, &login).await?;
                    let generation = row.token_gen + i32::from(!row.is_email_proven);
                    reads = Some(Reads { address: row.email.clone(), generation });
                    (login.visitor, Some(row), generation)
                }
                None => {
                    let (token, row) = self.open_token(inbox, text).await?;
                    let generation = token.generation;
                    // Came by a link before, and has not written since.
                    if let Some(row) = row.as_ref().filter(|row| generation > row.token_gen) {
                        let is_theirs =
                            |address: &String| token.is_of_reader(&inbox.secrets.visitors, address);
                        let address = row.email.clone().filter(is_theirs);
                        reads = Some(Reads { address, generation });
                    }
                    (token.visitor, row, generation)
                }
            },
            (None, Some(seed)) => {
                let visitor = token::of_seed(inbox.secrets.visitors.now(), seed);
                let visitor = visitor.ok_or(ErrorCode::SeedInvalid)?;
                (visitor, self.row_of(visitor, 0).await?, 0)
            }
            (None, None) => (VisitorId(self.ambient.uuid()), None, 0),
        };
        self.check_blocks(inbox.id, known, about.network.as_deref()).await?;
        let proven = match &about.user {
            Some(user) => proven(inbox, user, self.ambient.now_ms())?,
            None => None,
        };
        if proven.is_none() && inbox.requires_identity {
            // What an unproven page says of its visitor is not even shown.
            about.user = None;
        }
        let (user_id, vouched) = proven.unzip();
        // Most who open a chat never write: there is nothing to note of them, and no write to wait for.
        let (visitor, generation) = if row.is_none() && user_id.is_none() {
            (known, generation)
        } else {
            let vouched = vouched.flatten();
            let admit =
                Admit { inbox: inbox.id, known, user_id, about, vouched, page, is_here: true };
            let (visitor, current) = self.writer.run(admit).await?;
            (visitor, if visitor == known { generation } else { current })
        };
        let secrets = &inbox.secrets.visitors;
        let address = reads.as_ref().and_then(|reads| reads.address.as_deref());
        let token = Token {
            visitor,
            generation,
            issued_s: self.ambient.now_ms() / 1_000,
            reads: address.map(|address| token::tag_of(secrets.now(), address)),
        };
        Ok(Admitted {
            who: VisitorIdentity { inbox: inbox.id, visitor },
            token: token.write(&inbox.secrets.visitors),
            is_other: visitor != known,
            reads,
        })
    }

    /// What a token says, and its visitor's row, if they have one.
    pub(super) async fn open_token(
        &self,
        inbox: &Inbox,
        text: &str,
    ) -> Result<(Token, Option<visitor::Model>)> {
        let token = Token::read(&inbox.secrets.visitors, text).ok_or(ErrorCode::TokenInvalid)?;
        if token.issued_s + UNUSED_S <= self.ambient.now_ms() / 1_000 {
            return Err(ErrorCode::TokenInvalid.into());
        }
        Ok((token, self.row_of(token.visitor, token.generation).await?))
    }

    /// The row of a visitor, for a token of this generation.
    async fn row_of(&self, visitor: VisitorId, generation: i32) -> Result<Option<visitor::Model>> {
        let row = visitor::Entity::find_by_id(visitor.0).one(&self.store.reader).await?;
        if row.as_ref().is_some_and(|row| generation < row.token_gen) {
            return Err(ErrorCode::TokenInvalid.into());
        }
        Ok(row)
    }

    /// Notes that a visitor reads an address: they have come by a mail's link, and write. Opening the link is not
    /// enough for it: programs that look for harm open links, too. What was given out before, to whoever had
    /// left the address, opens nothing any more. Where that is another by now, whoever left it did not know who reads: it
    /// is forgotten. `own` is the socket of who writes.
    ///
    /// # Errors
    /// The store's.
    pub async fn prove_address(
        &self,
        who: &VisitorIdentity,
        reads: &Reads,
        own: Option<&Listener>,
    ) -> Result<()> {
        let tx = self.store.reader.begin().await?;
        let raised = visitor::Entity::update_many()
            .col_expr(visitor::Column::TokenGen, Expr::value(reads.generation))
            .filter(visitor::Column::Id.eq(who.visitor.0))
            .filter(visitor::Column::TokenGen.lt(reads.generation))
            .exec(&tx)
            .await?;
        if raised.rows_affected > 0 {
            let is_theirs = match &reads.address {
                Some(address) => visitor::Column::Email.eq(&**address),
                None => visitor::Column::Id.is_null(),
            };
            let theirs = visitor::Entity::update_many()
                .col_expr(visitor::Column::IsEmailProven, Expr::value(true))
                .filter(visitor::Column::Id.eq(who.visitor.0))
                .filter(is_theirs)
                .exec(&tx)
                .await?;
            if theirs.rows_affected == 0 {
                visitor::Entity::update_many()
                    .col_expr(visitor::Column::Email, Expr::value(None::<String>))
                    .filter(visitor::Column::Id.eq(who.visitor.0))
                    .filter(visitor::Column::IsEmailProven.eq(false))
                    .exec(&tx)
                    .await?;
            }
        }
        tx.commit().await?;
        if raised.rows_affected > 0 {
            self.hub().let_go_visitor(who.visitor, own);
        }
        Ok(())
    }

    /// Has nothing that was given out to a visitor open anything any more.
    ///
    /// # Errors
    /// `visitor_unknown`; the store's.
    pub async fn log_out_visitor(&self, agent: &Agent, id: VisitorId) -> Result<()> {
        self.find_visitor(agent, id).await?;
        visitor::Entity::update_many()
            // What came by a link is of the next one already.
            .col_expr(visitor::Column::TokenGen, Expr::col(visitor::Column::TokenGen).add(2))
            .filter(visitor::Column::Id.eq(id.0))
            .exec(&self.store.reader)
            .await?;
        self.hub().let_go_visitor(id, None);
        Ok(())
    }

    /// The address that the link of a mail went to.
    ///
    /// # Errors
    /// `link_invalid`; the store's.
    pub async fn login_address(&self, inbox: &Inbox, login: &str) -> Result<String> {
        let login = token::Login::parse(login).ok_or(ErrorCode::LinkInvalid)?;
        Ok(self.by_login(inbox, &login).await?.email.unwrap_or_default())
    }

    /// The visitor of a login.
    async fn by_login(&self, inbox: &Inbox, login: &token::Login) -> Result<visitor::Model> {
        let row = visitor::Entity::find_by_id(login.visitor.0).one(&self.store.reader).await?;
        let now_ms = self.ambient.now_ms();
        let is_right = |row: &visitor::Model| {
            let address = row.email.as_deref().unwrap_or_default();
            login.is_right(&inbox.secrets.visitors, address, now_ms)
        };
        Ok(row.filter(is_right).ok_or(ErrorCode::LinkInvalid)?)
    }
}

/// The user's id, if it is proven, and what is proven with it.
fn proven(inbox: &Inbox, user: &User, now_ms: u64) -> Result<Option<(String, Option<User>)>> {
    let invalid = || ErrorCode::IdentityInvalid.into();
    let mut secrets = inbox.secrets.identity.all();
    match (&user.id, &user.hash, &user.jwt) {
        (_, _, Some(jwt)) => {
            let found =
                secrets.find_map(|secret| proof::user_of_jwt(secret, &inbox.key, jwt, now_ms));
            let (id, said) = found.ok_or_else(invalid)?;
            // An id beside the token must not be another.
            let same = user.id.as_ref().is_none_or(|beside| *beside == id);
            if same && is_user_id(&id) {
                Ok(Some((id, Some(User::claimed(said)))))
            } else {
                Err(invalid())
            }
        }
        (Some(id), Some(hash), None) => {
            if secrets.any(|secret| proof::is_hash_right(secret, id, hash)) {
                // It is the id alone that was signed.
                Ok(Some((id.clone(), None)))
            } else {
                Err(invalid())
            }
        }
        (None, Some(_), None) => Err(invalid()),
        (_, None, None) if inbox.requires_identity && user.is_claim() => {
            Err(ErrorCode::IdentityRequired.into())
        }
        (_, None, None) => Ok(None),
    }
}

struct Admit {
    inbox: InboxId,
    known: VisitorId,
    user_id: Option<String>,
    /// What the page says.
    about: About,
    /// What the site's own server says.
    vouched: Option<User>,
    page: Option<PageUrl>,
    /// Whether it is the visitor who comes, and not only word of them.
    is_here: bool,
}

#[async_trait]
impl Command for Admit {
    /// The visitor, and of which generation their tokens are.
    type Output = (VisitorId, i32);

    fn shard(&self) -> Shard {
        Shard::of(self.known.0)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<(VisitorId, i32)> {
        let query = visitor::Entity::find_by_id(self.known.0).lock_exclusive();
        let known = query.one(write.tx).await?;
        let Some(user_id) = &self.user_id else {
            let generation = known.as_ref().map_or(0, |known| known.token_gen);
            if let Some(known) = known {
                self.note(write, known).await?;
            }
            return Ok((self.known, generation));
        };
        let users = visitor::Entity::find()
            .filter(visitor::Column::InboxId.eq(self.inbox.0))
            .filter(visitor::Column::UserId.eq(user_id))
            .lock_exclusive()
            .one(write.tx)
            .await?;
        let row = match users {
            Some(users) => users,
            // A visitor of its own, under an id that no token was ever given out for: whoever had the
            // anonymous one's, on a shared device, must not come in by it.
            None => self.create(write, write.ambient.uuid()).await?,
        };
        if known.as_ref().is_none_or(|known| known.user_id.is_none()) {
            crate::file::hand_over(write, self.known, VisitorId(row.id)).await?;
        }
        // What another user wrote at the same device stays theirs.
        if let Some(known) = known.filter(|known| known.user_id.is_none()) {
            bring_along(write, &known, row.id).await?;
        }
        let (id, generation) = (VisitorId(row.id), row.token_gen);
        self.note(write, row).await?;
        Ok((id, generation))
    }
}

impl Admit {
    async fn create(&self, write: &Write<'_>, id: Uuid) -> Result<visitor::Model> {
        let row = super::new_row(write, self.inbox, VisitorId(id));
        Ok(row.insert(write.tx).await?)
    }

    /// Notes what is known now. What is not said stays as it was.
    async fn note(&self, write: &mut Write<'_>, row: visitor::Model) -> Result<()> {
        let before = (row.name.clone(), row.email.clone());
        let (id, was_proven) = (row.id, row.is_email_proven);
        let came_from = row.network.clone();
        let mut vouched = Vouched::of(&row);
        let mut row = row.into_active_model();
        let About { user, referrer, language, time_zone, browser, network } = &self.about;
        if let Some(user_id) = &self.user_id {
            row.user_id = Set(Some(user_id.clone()));
        }
        if let Some(said) = &self.vouched {
            vouched = vouched.and(said);
            row.vouched = Set(Some(vouched.to_text()));
        }
        // What the site's own server says stays, whatever a page says; and so does an address that is proven.
        let (said_name, said_email) =
            user.as_ref().map_or((None, None), |user| (user.name.clone(), user.email.clone()));
        let said_email = said_email.filter(|_| !was_proven);
        let after = (
            vouched.name.clone().or(said_name).or(before.0.clone()),
            vouched.email.clone().or(said_email).or(before.1.clone()),
        );
        row.name = Set(after.0.clone());
        row.email = Set(after.1.clone());
        if vouched.email.is_some() {
            row.is_email_proven = Set(true);
        } else if after.1 != before.1 {
            row.is_email_proven = Set(false);
        }
        if let Some(user) = user.as_ref().filter(|user| !user.attributes.is_empty()) {
            let text = serde_json::Value::Object(user.attributes.clone()).to_string();
            row.attributes = Set(Some(text));
        }
        let facts = [
            (&mut row.page, self.page.clone().map(String::from)),
            (&mut row.referrer, referrer.clone().map(String::from)),
            (&mut row.language, language.clone()),
            (&mut row.time_zone, time_zone.clone()),
            (&mut row.browser, browser.clone()),
        ];
        for (column, fact) in facts {
            if fact.is_some() {
                *column = Set(fact);
            }
        }
        if came_from.is_none() {
            row.network = Set(network.clone());
        }
        if self.is_here {
            row.last_seen_at_ms = Set(Some(write.ambient.now_ms() as i64));
        }
        crate::search::index_visitor(write, &mut row);
        visitor::Entity::update(row).exec(write.tx).await?;
        if after != before {
            crate::conversation::tell_renamed(write, VisitorId(id)).await?;
        }
        Ok(())
    }
}

impl Domain {
    /// Notes what is said of a visitor who has begun to write.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_visitor(
        &self,
        who: &VisitorIdentity,
        about: About,
        page: Option<PageUrl>,
    ) -> Result<()> {
        let VisitorIdentity { inbox, visitor: known } = *who;
        let note = Admit { inbox, known, user_id: None, about, vouched: None, page, is_here: true };
        self.writer.run(note).await.map(drop)
    }

    /// A visitor who has written is on another page of the site. Agents who look are told.
    ///
    /// # Errors
    /// The store's.
    pub async fn move_visitor(&self, who: &VisitorIdentity, page: Option<PageUrl>) -> Result<()> {
        self.note_visitor(who, About::default(), page.clone()).await?;
        let page = page.map(String::from);
        self.hub().publish(&News::VisitorMoved { visitor: who.visitor, page });
        Ok(())
    }

    /// What the site's own server says of a user: they are made or changed. Needs no other proof.
    ///
    /// # Errors
    /// `user_invalid` without an id; the store's.
    pub async fn identify_visitor(&self, inbox: InboxId, user: User) -> Result<VisitorIdentity> {
        let user_id = Some(user.id.clone().ok_or(ErrorCode::UserInvalid)?);
        let known = VisitorId(self.ambient.uuid());
        let about = About::default();
        let vouched = Some(user);
        let admit = Admit { inbox, known, user_id, about, vouched, page: None, is_here: false };
        let (visitor, _) = self.writer.run(admit).await?;
        Ok(VisitorIdentity { inbox, visitor })
    }
}

/// Gives what a visitor wrote before they were known to the one that they are. Of two conversations
/// that are not resolved, the one that was written in last goes on.
async fn bring_along(write: &mut Write<'_>, from: &visitor::Model, to: Uuid) -> Result<()> {
    let all = conversation::Entity::find()
        .filter(conversation::Column::VisitorId.is_in([from.id, to]))
        .filter(conversation::Column::UnresolvedVisitorId.is_not_null())
        .lock_exclusive()
        .all(write.tx)
        .await?;
    let newest = all.iter().max_by_key(|row| (row.last_at_ms, row.id)).map(|row| row.id);
    for row in &all {
        if Some(row.id) != newest {
            crate::conversation::settle(write, ConversationId(row.id)).await?;
        }
    }
    let theirs = conversation::Entity::find()
        .filter(conversation::Column::VisitorId.eq(from.id))
        .all(write.tx)
        .await?;
    for row in theirs {
        crate::conversation::hand_over(write, ConversationId(row.id), VisitorId(to)).await?;
    }
    Ok(())
}
