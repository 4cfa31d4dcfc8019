//! The queue of frames for one socket, bounded in frames and in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// The most frames that wait for one socket: more than one batch of the writer causes for any socket.
pub const QUEUE_FRAMES: usize = 512;

/// The most bytes that wait for one socket.
pub const QUEUE_BYTES: usize = 256 * 1024;

/// A frame, encoded once and shared by all sockets that send it. Always UTF-8.
pub type Frame = Bytes;

/// The sending end of a socket's queue. Clones share it.
#[derive(Clone)]
pub(super) struct SendQueue {
    frames: mpsc::Sender<Frame>,
    queued: Arc<Queued>,
    too_slow: CancellationToken,
    asked: CancellationToken,
}

#[derive(Default)]
struct Queued {
    bytes: AtomicUsize,
    sent: Notify,
}

/// The receiving end, for the task that writes to the socket.
pub struct QueuedFrames {
    frames: mpsc::Receiver<Frame>,
    queued: Arc<Queued>,
    taken: usize,
}

impl SendQueue {
    pub(super) fn new() -> (Self, QueuedFrames) {
        let (sender, frames) = mpsc::channel(QUEUE_FRAMES);
        let queued = Arc::<Queued>::default();
        let far = QueuedFrames { frames, queued: queued.clone(), taken: 0 };
        let (too_slow, asked) = (CancellationToken::new(), CancellationToken::new());
        (Self { frames: sender, queued, too_slow, asked }, far)
    }

    /// Queues a frame without waiting. If it does not fit, the socket is closed.
    pub(super) fn send(&self, frame: &Frame) {
        let before = self.queued.bytes.fetch_add(frame.len(), Ordering::Relaxed);
        let fits = before + frame.len() <= QUEUE_BYTES;
        if !fits || self.frames.try_send(frame.clone()).is_err() {
            self.queued.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
            self.too_slow.cancel();
        }
    }

    /// Closes the socket. The client reconnects, and resumes from the log.
    pub(super) fn disconnect(&self) {
        self.too_slow.cancel();
    }

    /// Makes the task that serves the socket check who it belongs to, and close it.
    pub(super) fn ask(&self) {
        self.asked.cancel();
    }

    pub(super) fn asked(&self) -> &CancellationToken {
        &self.asked
    }

    pub(super) fn too_slow(&self) -> &CancellationToken {
        &self.too_slow
    }

    /// Waits until there is room for an answer: a client that does not read gets no further answers.
    pub(super) async fn room(&self) {
        loop {
            let sent = self.queued.sent.notified();
            if self.queued.bytes.load(Ordering::Relaxed) <= QUEUE_BYTES / 4 {
                return;
            }
            sent.await;
        }
    }
}

impl QueuedFrames {
    /// The next frame. Call it once the previous frame is sent. `None` once the socket's listener is gone.
    /// Safe to cancel.
    pub async fn next(&mut self) -> Option<Frame> {
        self.forget_answered();
        let frame = self.frames.recv().await?;
        self.taken = frame.len();
        Some(frame)
    }

    /// Releases the bytes of the previous frame, which count until it is sent.
    fn forget_answered(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        self.queued.bytes.fetch_sub(taken, Ordering::Relaxed);
        self.queued.sent.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_queue_never_holds_more_than_its_bytes() {
        let (queue, mut frames) = SendQueue::new();
        let frame = Frame::from(vec![b'x'; QUEUE_BYTES / 4]);
        for _ in 0..4 {
            queue.send(&frame);
        }
        assert!(!queue.too_slow().is_cancelled());
        queue.send(&Frame::from_static(b"x"));
        assert!(queue.too_slow().is_cancelled());
        let mut held = 0;
        for _ in 0..4 {
            held += frames.next().await.map_or(0, |frame| frame.len());
        }
        assert_eq!(held, QUEUE_BYTES);
    }

    #[tokio::test]
    async fn a_frame_on_its_way_still_counts() {
        let (queue, mut frames) = SendQueue::new();
        let frame = Frame::from(vec![b'x'; QUEUE_BYTES]);
        queue.send(&frame);
        frames.next().await;
        queue.send(&Frame::from_static(b"x"));
        assert!(queue.too_slow().is_cancelled(), "it is not sent yet");
    }
}
