//! Watches one exchange on its connection: whether a byte of the request may have left, how long
//! things take, and what happens when the server stops listening.
//!
//! `ureq` finishes the proxy's and TLS's handshakes while it connects. So the first bytes that are
//! handed to the finished connection ([`Upper`]) are the first bytes of the request: until then,
//! nothing left. [`Lower`] sits below TLS: once the request has begun, a write that fails does not end
//! the exchange, for an answer (too large, no such key) may already be there to be read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::http::Uri;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    TcpConnector, Transport, time,
};
use ureq::{Error, Timeout};

/// How long an answer is looked for when the server takes no more bytes.
const GRACE: Duration = Duration::from_secs(5);

/// What is known of one exchange, while it goes on.
#[derive(Debug)]
pub(crate) struct Watch {
    target: Uri,
    deadline: Instant,
    reply: Duration,
    begun: AtomicBool,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    /// When a byte of the request last left.
    moved: Instant,
    /// When and why the server took no more.
    deaf: Option<(Instant, String)>,
}

impl Watch {
    /// How long an answer may take.
    pub(crate) fn reply(&self) -> Duration {
        self.reply
    }

    /// Watches the exchange with `target` that begins now: `connect` for DNS, TCP and TLS together,
    /// `reply` from the last byte of the request to the last of the answer.
    pub(crate) fn new(target: Uri, connect: Duration, reply: Duration) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Watch {
            target,
            deadline: now + connect,
            reply,
            begun: AtomicBool::new(false),
            progress: Mutex::new(Progress { moved: now, deaf: None }),
        })
    }

    /// Whether a byte of the request may have left.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Why the server took no more bytes, if so.
    pub(crate) fn deaf(&self) -> Option<String> {
        self.progress().deaf.as_ref().map(|(_, why)| why.clone())
    }

    /// Connects as `ureq` does, and watches.
    pub(crate) fn connector(self: &Arc<Self>) -> impl Connector {
        let inner =
            ().chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(Below(self.clone()))
                .chain(RustlsConnector::default());
        Above { inner, watch: self.clone() }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the server takes no more bytes.
    pub(crate) fn is_deaf(&self) -> bool {
        self.progress().deaf.is_some()
    }

    /// The moment by which the answer must be whole.
    fn answer_by(&self) -> Instant {
        let progress = self.progress();
        let by = progress.moved + self.reply;
        progress.deaf.as_ref().map_or(by, |(since, _)| by.min(*since + GRACE))
    }
}

/// Puts [`Upper`] on top of a finished connection.
#[derive(Debug)]
struct Above<C> {
    inner: C,
    watch: Arc<Watch>,
}

impl<C: Connector> Connector for Above<C> {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        // One budget for all of connecting, name look-up included.
        let left = self.watch.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Timeout(Timeout::Connect));
        }
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: (details.current_time)(),
            timeout: NextTimeout {
                after: details.timeout.after.min(left.into()),
                ..details.timeout
            },
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let Some(inner) = self.inner.connect(&details, chained)? else { return Ok(None) };
        // The connection to a proxy is made by this connector as well: what it carries is no request.
        if *details.uri != self.watch.target {
            return Ok(Some(Box::new(inner)));
        }
        Ok(Some(Box::new(Upper { inner, watch: self.watch.clone() })))
    }
}

/// A finished connection: what it carries is the request.
#[derive(Debug)]
struct Upper<T> {
    inner: T,
    watch: Arc<Watch>,
}

impl<T: Transport> Transport for Upper<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.watch.begun.store(true, Ordering::SeqCst);
        if self.watch.is_deaf() {
            return Ok(());
        }
        let done = self.inner.transmit_output(amount, timeout);
        self.watch.progress().moved = Instant::now();
        done
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let left = self.watch.answer_by().saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Timeout(Timeout::RecvResponse));
        }
        let after = timeout.after.min(time::Duration::from(left));
        let reason = Timeout::RecvResponse;
        self.inner.await_input(NextTimeout { after, reason, ..timeout })
    }

    fn is_open(&mut self) -> bool {
        // Never used again.
        false
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Puts [`Lower`] under TLS.
#[derive(Debug)]
struct Below(Arc<Watch>);

impl<In: Transport> Connector<In> for Below {
    type Out = Lower<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Lower { inner, watch: self.0.clone() }))
    }
}

/// The bytes on the wire.
#[derive(Debug)]
struct Lower<T> {
    inner: T,
    watch: Arc<Watch>,
}

impl<T: Transport> Transport for Lower<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if !self.watch.has_begun() {
            return self.inner.transmit_output(amount, timeout);
        }
        // What follows a failed write is not sent: the server has lost its place.
        if self.watch.is_deaf() {
            return Ok(());
        }
        if let Err(error) = self.inner.transmit_output(amount, timeout) {
            let why = match error {
                Error::Timeout(_) => "the server took no more bytes".to_owned(),
                error => error.into_io().to_string(),
            };
            self.watch.progress().deaf = Some((Instant::now(), why));
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if self.watch.has_begun() {
            return self.inner.await_input(timeout);
        }
        // A proxy that answers byte by byte gets no more time than one that is silent.
        let left = self.watch.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Timeout(Timeout::Connect));
        }
        let after = timeout.after.min(time::Duration::from(left));
        self.inner.await_input(NextTimeout { after, ..timeout })
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
