//! Text with links.

use leptos::prelude::*;
use protocol::link::{Piece, pieces};

/// Shows a text with its links, which open in a new tab.
pub(super) fn linked(text: &str) -> impl IntoView + use<> {
    let piece = |piece| match piece {
        Piece::Text(said) => said.to_owned().into_any(),
        Piece::Link { said, scheme } => {
            let href = format!("{scheme}{said}");
            view! {
                <a href=href target="_blank" rel="noopener noreferrer nofollow external">
                    {said.to_owned()}
                </a>
            }
            .into_any()
        }
    };
    pieces(text).into_iter().map(piece).collect_view()
}
