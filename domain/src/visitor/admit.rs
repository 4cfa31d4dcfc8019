//! Who a visitor is: by their token, or by what their site proves.

use async_trait::async_trait;
use protocol::{ConversationId, ErrorCode, InboxId, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::about::{About, User, is_user_id};
use super::{VisitorIdentity, proof, token};
use crate::Domain;
use crate::error::Result;
use crate::hub::News;
use crate::inbox::Inbox;
use crate::table::{conversation, visitor};
use crate::writer::{Command, Shard, Write};

/// A visitor who was admitted.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who.
    pub who: VisitorIdentity,
    /// What to come back with.
    pub token: String,
    /// Whether they are another than their token said: what they have is not of this one.
    pub is_other: bool,
    /// The address that they read, if they came by the link of a mail.
    pub reads: Option<String>,
}

impl Domain {
    /// The visitor that a token names; without one, the visitor of a seed, or a new one. Where the
    /// site proves who they are, the visitor of that user, on every device; what they wrote before
    /// comes along. What is claimed without proof is only noted on the visitor themselves.
    ///
    /// The link of a mail brings a login in a token's place.
    ///
    /// Writes nothing for a visitor who has not written and is not proven to be anybody.
    ///
    /// # Errors
    /// `link_invalid` for a login that is over; `token_invalid` if the token was not issued by this inbox, `seed_invalid`; `identity_invalid`
    /// for a proof that is none, `identity_required` for a claim without proof in an inbox that
    /// demands one; the store's.
    pub async fn admit_visitor(
        &self,
        inbox: &Inbox,
        token: Option<&str>,
        seed: Option<&str>,
        about: About,
        page: Option<String>,
    ) -> Result<Admitted> {
        let mut reads = None;
        let known = match (token, seed) {
            (Some(token), _) => match token::Login::parse(token) {
                Some(login) => {
                    let (visitor, address) = self.by_login(inbox, &login).await?;
                    reads = Some(address);
                    visitor
                }
                None => token::check(&inbox.secret, token).ok_or(ErrorCode::TokenInvalid)?,
            },
            (None, Some(seed)) => {
                token::of_seed(&inbox.secret, seed).ok_or(ErrorCode::SeedInvalid)?
            }
            (None, None) => VisitorId(self.ambient.uuid()),
        };
        let user_id = match &about.user {
            Some(user) => proven(inbox, user, self.ambient.now_ms())?,
            None => None,
        };
        // Most who open a chat never write: there is nothing to note of them, and no write to wait for.
        let row = visitor::Entity::find_by_id(known.0).one(&self.store.reader).await?;
        let visitor = if row.is_none() && user_id.is_none() {
            known
        } else {
            let is_here = true;
            self.writer.run(Admit { inbox: inbox.id, known, user_id, about, page, is_here }).await?
        };
        Ok(Admitted {
            who: VisitorIdentity { inbox: inbox.id, visitor },
            token: token::issue(&inbox.secret, visitor),
            is_other: visitor != known,
            reads,
        })
    }
}

impl Domain {
    /// Notes that a visitor reads an address. Opening the link of a mail is not enough for it: programs
    /// that look for harm open links, too.
    ///
    /// # Errors
    /// The store's.
    pub async fn prove_address(&self, who: &VisitorIdentity, address: &str) -> Result<()> {
        visitor::Entity::update_many()
            .col_expr(visitor::Column::IsEmailProven, Expr::value(true))
            .filter(visitor::Column::Id.eq(who.visitor.0))
            .filter(visitor::Column::Email.eq(address))
            .exec(&self.store.reader)
            .await?;
        Ok(())
    }

    /// The visitor of a login, and the address that it went to.
    async fn by_login(&self, inbox: &Inbox, login: &token::Login) -> Result<(VisitorId, String)> {
        let row = visitor::Entity::find_by_id(login.visitor.0).one(&self.store.reader).await?;
        let now_ms = self.ambient.now_ms();
        let is_right = |row: &visitor::Model| {
            let address = row.email.as_deref().unwrap_or_default();
            login.is_right(&inbox.secret, address, now_ms)
        };
        let row = row.filter(is_right).ok_or(ErrorCode::LinkInvalid)?;
        Ok((login.visitor, row.email.unwrap_or_default()))
    }
}

/// The user's id, if it is proven.
fn proven(inbox: &Inbox, user: &User, now_ms: u64) -> Result<Option<String>> {
    let secret = inbox.identity_secret.as_deref();
    let invalid = || ErrorCode::IdentityInvalid.into();
    match (&user.id, &user.hash, &user.jwt) {
        (_, _, Some(jwt)) => {
            let secret = secret.ok_or_else(invalid)?;
            let found = proof::user_of_jwt(secret, &inbox.key, jwt, now_ms).ok_or_else(invalid)?;
            // An id beside the token must not be another.
            let same = user.id.as_ref().is_none_or(|id| *id == found);
            if same && is_user_id(&found) { Ok(Some(found)) } else { Err(invalid()) }
        }
        (Some(id), Some(hash), None) => {
            let secret = secret.ok_or_else(invalid)?;
            if proof::is_hash_right(secret, id, hash) {
                Ok(Some(id.clone()))
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
    about: About,
    page: Option<String>,
    /// Whether it is the visitor who comes, and not only word of them.
    is_here: bool,
}

#[async_trait]
impl Command for Admit {
    type Output = VisitorId;

    fn shard(&self) -> Shard {
        Shard::of(self.known.0)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<VisitorId> {
        let query = visitor::Entity::find_by_id(self.known.0).lock_exclusive();
        let known = query.one(write.tx).await?;
        let Some(user_id) = &self.user_id else {
            if let Some(known) = known {
                self.note(write, known).await?;
            }
            return Ok(self.known);
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
        let id = VisitorId(row.id);
        self.note(write, row).await?;
        Ok(id)
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
        let id = row.id;
        let mut row = row.into_active_model();
        let About { user, referrer, language, time_zone, browser } = &self.about;
        if let Some(user_id) = &self.user_id {
            row.user_id = Set(Some(user_id.clone()));
        }
        let mut after = before.clone();
        if let Some(user) = user {
            after =
                (user.name.clone().or(before.0.clone()), user.email.clone().or(before.1.clone()));
            row.name = Set(after.0.clone());
            row.email = Set(after.1.clone());
            // What the site's own server says is known; what a page says is anybody's word.
            if !self.is_here && user.email.is_some() {
                row.is_email_proven = Set(true);
            } else if after.1 != before.1 {
                row.is_email_proven = Set(false);
            }
            if !user.attributes.is_empty() {
                let text = serde_json::Value::Object(user.attributes.clone()).to_string();
                row.attributes = Set(Some(text));
            }
        }
        let facts = [
            (&mut row.page, &self.page),
            (&mut row.referrer, referrer),
            (&mut row.language, language),
            (&mut row.time_zone, time_zone),
            (&mut row.browser, browser),
        ];
        for (column, fact) in facts {
            if fact.is_some() {
                *column = Set(fact.clone());
            }
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
        page: Option<String>,
    ) -> Result<()> {
        let VisitorIdentity { inbox, visitor: known } = *who;
        let note = Admit { inbox, known, user_id: None, about, page, is_here: true };
        self.writer.run(note).await.map(drop)
    }

    /// A visitor who has written is on another page of the site. Agents who look are told.
    ///
    /// # Errors
    /// The store's.
    pub async fn move_visitor(&self, who: &VisitorIdentity, page: Option<String>) -> Result<()> {
        self.note_visitor(who, About::default(), page.clone()).await?;
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
        let about = About { user: Some(user), ..About::default() };
        let admit = Admit { inbox, known, user_id, about, page: None, is_here: false };
        let visitor = self.writer.run(admit).await?;
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
