//! Who a visitor is, by their token or by their site's proof.

use protocol::{ErrorCode, InboxId, UnixMillis, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect, TransactionTrait};

use super::about::{About, User, is_user_id};
use super::token::Token;
use super::{VisitorIdentity, Vouched, proof, token};
use crate::Domain;
use crate::agent::Agent;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::hub::{HubEvent, Listener};
use crate::inbox::{Inbox, PageUrl};
use crate::table::column::Assign;
use crate::table::{conversation, visitor};

/// How long a token stays valid without being used, in seconds.
const UNUSED_S: u64 = 90 * 24 * 60 * 60;

/// A visitor who was admitted.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The visitor.
    pub who: VisitorIdentity,
    /// The token to reconnect with.
    pub token: String,
    /// Whether they are a different visitor than their token named: what the client has belongs to that one.
    pub is_other: bool,
    /// The address that they read, if they came through the link of an email.
    pub reads: Option<Reads>,
}

/// An email address that a visitor reads, and the generation of their token from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The address; `None` if it is no longer the visitor's stored address.
    pub address: Option<String>,
    /// The generation.
    pub generation: i32,
}

impl Domain {
    /// Admits the visitor that a token names; without one, the visitor of a seed, or a new one. If the site
    /// proves who they are, admits the visitor of that user, on every device, and transfers what they wrote
    /// before. What is claimed without proof is only stored with the visitor themselves.
    ///
    /// The link of an email carries a login instead of a token. Until its reader has written, anyone could
    /// have left the address. Their token has the next generation, which becomes the only valid one once they
    /// write.
    ///
    /// Writes nothing for a visitor who has not written and has no proven identity.
    ///
    /// # Errors
    /// `link_invalid` for a login that is not valid; `token_invalid` if the token was not issued by this
    /// inbox, or is no longer valid; `seed_invalid`; `identity_invalid` for an invalid proof;
    /// `identity_required` for a claim without proof in an inbox that requires one; `blocked`; store errors.
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
                    // They came through a link before, and have not written since.
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
            // What a page says about its visitor without proof is not even shown.
            about.user = None;
        }
        let (user_id, vouched) = proven.unzip();
        // Most visitors who open a chat never write: there is nothing to store, and no write to wait for.
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
            issued_s: self.ambient.now_ms().seconds(),
            reads: address.map(|address| token::tag_of(secrets.now(), address)),
        };
        Ok(Admitted {
            who: VisitorIdentity { inbox: inbox.id, visitor },
            token: token.write(&inbox.secrets.visitors),
            is_other: visitor != known,
            reads,
        })
    }

    /// Verifies a token, and returns its contents and its visitor's row, if they have one.
    pub(super) async fn open_token(
        &self,
        inbox: &Inbox,
        text: &str,
    ) -> Result<(Token, Option<visitor::Model>)> {
        let token = Token::read(&inbox.secrets.visitors, text).ok_or(ErrorCode::TokenInvalid)?;
        if token.issued_s + UNUSED_S <= self.ambient.now_ms().seconds() {
            return Err(ErrorCode::TokenInvalid.into());
        }
        Ok((token, self.row_of(token.visitor, token.generation).await?))
    }

    /// The row of a visitor, if a token of this generation is still valid.
    async fn row_of(&self, visitor: VisitorId, generation: i32) -> Result<Option<visitor::Model>> {
        let row = visitor::Entity::find_by_id(visitor).one(&self.store.reader).await?;
        if row.as_ref().is_some_and(|row| generation < row.token_gen) {
            return Err(ErrorCode::TokenInvalid.into());
        }
        Ok(row)
    }

    /// Records that a visitor reads an email address, because they came through the link of an email and
    /// write. Opening the link is not enough: security scanners open links, too. Tokens issued before, to
    /// anyone who left the address, are no longer valid. If an unproven address was left in its place
    /// meanwhile, someone else may have left it, so it is removed. `own` is the socket of the visitor who
    /// writes.
    ///
    /// # Errors
    /// Store errors.
    pub async fn prove_address(
        &self,
        who: &VisitorIdentity,
        reads: &Reads,
        own: Option<&Listener>,
    ) -> Result<()> {
        let tx = self.store.reader.begin().await?;
        let raised = visitor::Entity::update_many()
            .assign(visitor::COLUMN.token_gen, reads.generation)
            .filter(visitor::COLUMN.id.eq(who.visitor))
            .filter(visitor::COLUMN.token_gen.lt(reads.generation))
            .exec(&tx)
            .await?;
        if raised.rows_affected > 0 {
            let is_theirs = match &reads.address {
                Some(address) => visitor::COLUMN.email.eq(&**address),
                None => visitor::COLUMN.id.is_null(),
            };
            let theirs = visitor::Entity::update_many()
                .assign(visitor::COLUMN.is_email_proven, true)
                .filter(visitor::COLUMN.id.eq(who.visitor))
                .filter(is_theirs)
                .exec(&tx)
                .await?;
            if theirs.rows_affected == 0 {
                visitor::Entity::update_many()
                    .clear(visitor::COLUMN.email)
                    .filter(visitor::COLUMN.id.eq(who.visitor))
                    .filter(visitor::COLUMN.is_email_proven.eq(false))
                    .exec(&tx)
                    .await?;
            }
        }
        tx.commit().await?;
        if raised.rows_affected > 0 {
            self.hub().disconnect_visitor(who.visitor, own);
        }
        Ok(())
    }

    /// Revokes all tokens that were issued to a visitor.
    ///
    /// # Errors
    /// `visitor_unknown`; store errors.
    pub async fn log_out_visitor(&self, agent: &Agent, id: VisitorId) -> Result<()> {
        self.find_visitor(agent, id).await?;
        visitor::Entity::update_many()
            // A token from a link already has the next generation.
            .col_expr(visitor::Column::TokenGen, Expr::col(visitor::Column::TokenGen).add(2))
            .filter(visitor::COLUMN.id.eq(id))
            .exec(&self.store.reader)
            .await?;
        self.hub().disconnect_visitor(id, None);
        Ok(())
    }

    /// The address that the email with a link was sent to.
    ///
    /// # Errors
    /// `link_invalid`; store errors.
    pub async fn login_address(&self, inbox: &Inbox, login: &str) -> Result<String> {
        let login = token::Login::parse(login).ok_or(ErrorCode::LinkInvalid)?;
        Ok(self.by_login(inbox, &login).await?.email.unwrap_or_default())
    }

    /// The visitor of a login.
    async fn by_login(&self, inbox: &Inbox, login: &token::Login) -> Result<visitor::Model> {
        let row = visitor::Entity::find_by_id(login.visitor).one(&self.store.reader).await?;
        let now_ms = self.ambient.now_ms();
        let is_right = |row: &visitor::Model| {
            let address = row.email.as_deref().unwrap_or_default();
            login.is_right(&inbox.secrets.visitors, address, now_ms)
        };
        Ok(row.filter(is_right).ok_or(ErrorCode::LinkInvalid)?)
    }
}

/// The user's id, if it is proven, and what else the proof says.
fn proven(
    inbox: &Inbox,
    user: &User,
    now_ms: UnixMillis,
) -> Result<Option<(String, Option<User>)>> {
    let invalid = || ErrorCode::IdentityInvalid.into();
    let mut secrets = inbox.secrets.identity.all();
    match (&user.id, &user.hash, &user.jwt) {
        (_, _, Some(jwt)) => {
            let found =
                secrets.find_map(|secret| proof::user_of_jwt(secret, &inbox.key, jwt, now_ms));
            let (id, said) = found.ok_or_else(invalid)?;
            // An id beside the JWT must be the same.
            let same = user.id.as_ref().is_none_or(|beside| *beside == id);
            if same && is_user_id(&id) {
                Ok(Some((id, Some(User::claimed(said)))))
            } else {
                Err(invalid())
            }
        }
        (Some(id), Some(hash), None) => {
            if secrets.any(|secret| proof::is_hash_right(secret, id, hash)) {
                // Only the id was signed.
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
    /// What the page reports.
    about: About,
    /// What the site's server says.
    vouched: Option<User>,
    page: Option<PageUrl>,
    /// Whether this comes from the visitor themselves, and not from the site's server.
    is_here: bool,
}

impl Command for Admit {
    /// The visitor, and the generation of their tokens.
    type Output = (VisitorId, i32);

    fn shard(&self) -> Shard {
        Shard::of(self.known)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<(VisitorId, i32)> {
        let query = visitor::Entity::find_by_id(self.known).lock_exclusive();
        let known = query.one(write.tx).await?;
        let Some(user_id) = &self.user_id else {
            let generation = known.as_ref().map_or(0, |known| known.token_gen);
            if let Some(known) = known {
                self.note(write, known).await?;
            }
            return Ok((self.known, generation));
        };
        let users = visitor::Entity::find()
            .filter(visitor::COLUMN.inbox_id.eq(self.inbox))
            .filter(visitor::COLUMN.user_id.eq(user_id))
            .lock_exclusive()
            .one(write.tx)
            .await?;
        let row = match users {
            Some(users) => users,
            // Create a new visitor, with an id for which no token was ever issued: on a shared device,
            // someone with the anonymous visitor's token must not get in with it.
            None => self.create(write, VisitorId(write.ambient.uuid())).await?,
        };
        if known.as_ref().is_none_or(|known| known.user_id.is_none()) {
            crate::file::hand_over(write, self.known, row.id).await?;
        }
        // What another user wrote on the same device stays theirs.
        if let Some(known) = known.filter(|known| known.user_id.is_none()) {
            bring_along(write, &known, row.id).await?;
        }
        let (id, generation) = (row.id, row.token_gen);
        self.note(write, row).await?;
        Ok((id, generation))
    }
}

impl Admit {
    async fn create(&self, write: &Write<'_>, id: VisitorId) -> Result<visitor::Model> {
        let row = super::new_row(write.ambient, self.inbox, id);
        Ok(row.insert(write.tx).await?)
    }

    /// Stores what is known now. Missing values stay as they were.
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
        // What the site's server says takes precedence over what a page says, and so does a proven address.
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
            row.last_seen_at_ms = Set(Some(write.ambient.now_ms()));
        }
        crate::search::index_visitor(write, &mut row);
        visitor::Entity::update(row).exec(write.tx).await?;
        if after != before {
            crate::conversation::tell_renamed(write, id).await?;
        }
        Ok(())
    }
}

impl Domain {
    /// Stores what is reported about a visitor who has begun to write.
    ///
    /// # Errors
    /// Store errors.
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

    /// Stores that a visitor who has written went to another page of the site, and tells the agents who watch
    /// them.
    ///
    /// # Errors
    /// Store errors.
    pub async fn move_visitor(&self, who: &VisitorIdentity, page: Option<PageUrl>) -> Result<()> {
        self.note_visitor(who, About::default(), page.clone()).await?;
        let page = page.map(String::from);
        self.hub().publish(&HubEvent::VisitorMoved { visitor: who.visitor, page });
        Ok(())
    }

    /// Creates or updates a user with what the site's server says. Needs no other proof.
    ///
    /// # Errors
    /// `user_invalid` without an id; store errors.
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

/// Transfers what a visitor wrote before they were identified to the identified visitor. Of two unresolved
/// conversations, only the one with the latest message stays unresolved.
async fn bring_along(write: &mut Write<'_>, from: &visitor::Model, to: VisitorId) -> Result<()> {
    let all = conversation::Entity::find()
        .filter(conversation::COLUMN.visitor_id.is_in([from.id, to]))
        .filter(conversation::COLUMN.unresolved_visitor_id.is_not_null())
        .lock_exclusive()
        .all(write.tx)
        .await?;
    let newest = all.iter().max_by_key(|row| (row.last_at_ms, row.id)).map(|row| row.id);
    for row in &all {
        if Some(row.id) != newest {
            crate::conversation::merge_open(write, row.id).await?;
        }
    }
    let theirs = conversation::Entity::find()
        .filter(conversation::COLUMN.visitor_id.eq(from.id))
        .all(write.tx)
        .await?;
    for row in theirs {
        crate::conversation::hand_over(write, row.id, to).await?;
    }
    Ok(())
}
