//! A server on loopback that answers tests byte by byte, rightly or not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server; each connection has a thread.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

/// One connection.
pub(crate) struct Line {
    stream: Box<dyn Wire>,
    heads: Arc<Mutex<Vec<String>>>,
}

/// Bytes in and out.
trait Wire: Read + Write + Send {}

impl<T: Read + Write + Send> Wire for T {}

impl Stub {
    /// Serves each connection, numbered from 0, with `serve`.
    pub(crate) fn new(serve: impl Fn(usize, &mut Line) + Send + Sync + 'static) -> Self {
        Stub::over(|stream| Box::new(stream), serve)
    }

    /// The same over TLS, as `localhost` and `gateway.example`.
    pub(crate) fn with_tls(serve: impl Fn(usize, &mut Line) + Send + Sync + 'static) -> Self {
        let key = PrivatePkcs8KeyDer::from(&include_bytes!("tls/server.key.der")[..]);
        let chain = vec![include_bytes!("tls/server.der").to_vec().into()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from(key))
            .expect("a certificate");
        let config = Arc::new(config);
        let wrap = move |stream| -> Box<dyn Wire> {
            let server = ServerConnection::new(config.clone()).expect("a configuration");
            Box::new(StreamOwned::new(server, stream))
        };
        Stub::over(wrap, serve)
    }

    fn over(
        wrap: impl Fn(TcpStream) -> Box<dyn Wire> + Send + Sync + 'static,
        serve: impl Fn(usize, &mut Line) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (serve, wrap, all) = (Arc::new(serve), Arc::new(wrap), heads.clone());
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let stream = stream.expect("a connection");
                stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
                // Small answers leave at once, and not when the client has confirmed all before.
                stream.set_nodelay(true).expect("a socket");
                let (serve, wrap, heads) = (serve.clone(), wrap.clone(), all.clone());
                thread::spawn(move || serve(number, &mut Line { stream: wrap(stream), heads }));
            }
        });
        Stub { address, heads }
    }

    /// Answers every request with this.
    pub(crate) fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Stub::new(move |_, line| {
            line.request();
            line.say(&answer);
        })
    }

    /// Its URL.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

impl Line {
    /// Reads a request's head.
    pub(crate) fn head(&mut self) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && self.stream.read(&mut byte).unwrap_or(0) == 1 {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        self.heads.lock().expect("no panic").push(head.clone());
        head
    }

    /// Reads a request to its end: head and body.
    pub(crate) fn request(&mut self) -> (String, Vec<u8>) {
        let head = self.head();
        let length = head.split("content-length: ").nth(1).and_then(|it| it.lines().next());
        let length = length.map_or(0, |it| it.parse().expect("a length"));
        let mut body = Vec::new();
        let _ = Read::by_ref(&mut self.stream).take(length).read_to_end(&mut body);
        (head, body)
    }

    /// Reads to the end of the stream.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        let _ = self.stream.read_to_end(&mut all);
        all
    }

    /// Reads some bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let _ = Read::by_ref(&mut self.stream).take(count as u64).read_to_end(&mut all);
        all
    }

    /// Carries bytes both ways between here and there; what came from here is returned.
    pub(crate) fn tunnel(&mut self, other: SocketAddr) -> Vec<u8> {
        let mut there = TcpStream::connect(other).expect("a connection");
        let (mut carried, mut block) = (Vec::new(), [0; 4096]);
        // In turns, as a request and its answer are.
        there.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket");
        loop {
            match there.read(&mut block) {
                Ok(0) => return carried,
                Ok(read) => self.say(&block[..read]),
                Err(_) => match self.stream.read(&mut block) {
                    Ok(0) | Err(_) => return carried,
                    Ok(read) => {
                        carried.extend_from_slice(&block[..read]);
                        there.write_all(&block[..read]).expect("a connection");
                    }
                },
            }
        }
    }

    /// Writes.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).and_then(|()| self.stream.flush());
    }
}

/// An answer with this status line and body, and headers between, each ended by a line break.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Runs one ignored test again in a process of its own, with these variables.
pub(crate) fn again(test: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--nocapture", "--ignored"]);
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]
    {
        command.env_remove(name);
    }
    for name in ["NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().expect("a process");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    shown
}
