//! Files attached to entries.

use crate::ui::{Dialog, Icon};
use icondata_lu as lu;
use leptos::prelude::*;
use protocol::{File, Files};

/// The longer side of an image in the log, in pixels.
const PICTURE_PIXELS: u64 = 300;

/// The files of an entry: images to view, all others to download.
#[component]
pub(super) fn FilesView(files: Files) -> impl IntoView {
    (!files.is_empty())
        .then(|| view! { <div class="files">{files.0.into_iter().map(shown).collect_view()}</div> })
}

fn shown(file: File) -> AnyView {
    let File { id, name, bytes, width, height, .. } = file;
    let address = format!("/files/agent/{id}");
    let download = format!("Download {name}, {}", size_of(bytes));
    let Some((width, height)) = width.zip(height) else {
        return view! {
            <a class="file" href=address.clone() download=name.clone() title=download rel="external">
                <Icon icon=lu::LuFile />
                <span class="file-name">{name.clone()}</span>
                <small>{size_of(bytes)}</small>
            </a>
        }
        .into_any();
    };
    let longer = width.max(height).max(1);
    let scaled = |side: u64| (side * PICTURE_PIXELS.min(longer) / longer).max(1).to_string();
    let whole = format!("picture-{id}");
    view! {
        <button
            type="button"
            class="file picture"
            popovertarget=whole.clone()
            title=format!("View {name}")
        >
            <img
                src=format!("{address}/thumbnail")
                width=scaled(width)
                height=scaled(height)
                alt=name.clone()
            />
        </button>
        <Dialog id=whole.clone() label=name.clone() class="lightbox">
            // Loaded only once it is shown.
            <img src=address.clone() alt=name.clone() loading="lazy" />
            <div class="lightbox-bar">
                <span class="file-name">{name.clone()}</span>
                <a class="button" href=address.clone() download=name.clone() title=download rel="external">
                    "Download"
                </a>
                <button type="button" class="button" popovertarget=whole.clone() popovertargetaction="hide">
                    "Close"
                </button>
            </div>
        </Dialog>
    }
    .into_any()
}

/// Formats a file's size for display.
pub(super) fn size_of(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", bytes.div_ceil(1_000))
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}
