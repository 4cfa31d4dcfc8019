//! Against a race in rendering on the server.

/// To be awaited in a `Suspend` before it makes components that have a `Resource` or a `Suspense` of
/// their own.
///
/// On the server Leptos polls each `Suspend` once to learn what it waits for, and throws the outcome
/// away. If all it waits for is there already, that makes its components twice, and what they read is
/// numbered otherwise than in the browser, which then finds nothing under its numbers. One turn of
/// waiting keeps the first poll from coming that far. In the browser this is nothing.
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
