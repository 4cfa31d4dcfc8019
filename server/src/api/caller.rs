//! The callers of the API: programs with an access token, each acting for an agent within one scope per call.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::agent::Agent;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use protocol::{AccessTokenId, ErrorCode, Scope};

use crate::http::{Failure, bearer};
use crate::state::ServerState;

/// The rate limit of one access token: 100 requests at once, then 20 a second.
#[derive(Clone)]
pub(crate) struct ApiRate(
    Arc<RateLimiter<AccessTokenId, DashMapStateStore<AccessTokenId>, DefaultClock>>,
);

impl Default for ApiRate {
    fn default() -> Self {
        const AT_ONCE: NonZeroU32 = NonZeroU32::new(100).expect("not zero");
        const A_SECOND: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
        Self(Arc::new(RateLimiter::dashmap(Quota::per_second(A_SECOND).allow_burst(AT_ONCE))))
    }
}

async fn admit(parts: &Parts, state: &ServerState, scope: Scope) -> Result<Agent, Failure> {
    let token = bearer(&parts.headers).ok_or(ErrorCode::AccessTokenInvalid)?;
    let bearer = state.domain.check_access_token(token).await?;
    let rate = parts.extensions.get::<ApiRate>().ok_or(ErrorCode::Unavailable)?;
    if rate.0.check_key(&bearer.token).is_err() {
        return Err(ErrorCode::SlowDown.into());
    }
    if !bearer.scopes.contains(&scope) {
        let detail = format!("This requires the scope {}.", scope.as_str());
        return Err(Failure::about(ErrorCode::ScopeMissing, detail));
    }
    Ok(bearer.agent)
}

macro_rules! callers {
    ($($name:ident: $scope:ident;)+) => {$(
        #[doc = concat!("An agent that a program with [`Scope::", stringify!($scope), "`] acts for.")]
        pub(super) struct $name(pub(super) Agent);

        impl FromRequestParts<ServerState> for $name {
            type Rejection = Failure;

            async fn from_request_parts(
                parts: &mut Parts,
                state: &ServerState,
            ) -> Result<Self, Failure> {
                admit(parts, state, Scope::$scope).await.map(Self)
            }
        }
    )+};
}

callers! {
    SeesVisitors: VisitorsRead;
    NamesVisitors: VisitorsWrite;
    SeesConversations: ConversationsRead;
    ChangesConversations: ConversationsWrite;
    Reads: MessagesRead;
    Writes: MessagesWrite;
    SeesTeam: TeamRead;
    ManagesPeople: PeopleManage;
}
