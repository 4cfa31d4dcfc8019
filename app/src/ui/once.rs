//! A workaround for a race in rendering on the server.

/// To be awaited in a `Suspend` before it creates components that have their own `Resource` or `Suspense`.
///
/// On the server, Leptos polls each `Suspend` once to learn what it waits for, and discards the result. If
/// everything it waits for is already there, that creates its components twice. Their resources then get other ids
/// than in the browser, which finds no data under its ids. Yielding once keeps the first poll from getting that
/// far. In the browser this does nothing.
pub(crate) async fn made_once() {
    #[cfg(feature = "ssr")]
    {
        use std::task::Poll;

        let mut waited = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
