//! What the browser knows about its connection.

use futures::channel::mpsc;
use futures::future::{Either, select};
use futures::{StreamExt, pin_mut};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// A signal from the browser about the connection.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    /// The network is gone.
    Offline,
    /// The page has focus again, or the network is back.
    Back,
}

/// Listens to the browser's signals until it is dropped.
pub(crate) struct Signs {
    said: mpsc::UnboundedReceiver<Sign>,
    listeners: Vec<WindowListenerHandle>,
}

impl Signs {
    pub(crate) fn listen() -> Self {
        let (sender, said) = mpsc::unbounded();
        let say = |sign: Sign| {
            let sender = sender.clone();
            move || {
                let _gone = sender.unbounded_send(sign);
            }
        };
        let (offline, online, back) = (say(Sign::Offline), say(Sign::Back), say(Sign::Back));
        let listeners = vec![
            window_event_listener(leptos::ev::offline, move |_| offline()),
            window_event_listener(leptos::ev::online, move |_| online()),
            window_event_listener(leptos::ev::focus, move |_| back()),
        ];
        Self { said, listeners }
    }

    /// The next signal.
    pub(crate) fn next(&mut self) -> futures::stream::Next<'_, mpsc::UnboundedReceiver<Sign>> {
        self.said.next()
    }
}

impl Drop for Signs {
    fn drop(&mut self) {
        for listener in self.listeners.drain(..) {
            listener.remove();
        }
    }
}

/// Waits, but returns early when the browser reports that it is online again.
pub(crate) async fn wait(ms: u32) {
    let (sender, mut online) = mpsc::channel::<()>(1);
    let listener = window_event_listener(leptos::ev::online, move |_| {
        let _full = sender.clone().try_send(());
    });
    let timer = TimeoutFuture::new(ms);
    let signal = online.next();
    pin_mut!(timer, signal);
    match select(timer, signal).await {
        Either::Left(_) | Either::Right(_) => listener.remove(),
    }
}
