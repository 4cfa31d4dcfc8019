//! An IMAP mailbox on loopback that receives mail and fails on demand (RFC 3501, with IDLE).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refuses the login.
    NoLogin,
    /// Refuses to open the folder.
    NoFolder,
    /// Closes the connection in the middle of this mail.
    CutInMail(u32),
    /// Refuses to return this mail.
    RefuseMail(u32),
    /// Reports this length in bytes for this mail, regardless of its real length.
    Length(u32, u64),
}

struct Mail {
    uid: u32,
    content: String,
}

struct Content {
    uid_validity: u32,
    uid_next: u32,
    mails: Vec<Mail>,
    fault: Option<Fault>,
    logins: u64,
    listened: u64,
    /// How many times all connections were closed.
    hung_up: u64,
}

impl Content {
    /// Returns the mails of a set such as `3`, `1,2` or `3:*`, with their sequence numbers. `n:*` always
    /// includes the last one.
    fn of_set(&self, set: &str) -> Vec<(usize, &Mail)> {
        let last = self.mails.last().map_or(0, |mail| mail.uid);
        let is_in = |uid: u32| {
            set.split(',').any(|part| match part.split_once(':') {
                Some((from, _)) => uid == last || from.parse().is_ok_and(|from: u32| uid >= from),
                None => part.parse().is_ok_and(|one: u32| uid == one),
            })
        };
        (1..).zip(&self.mails).filter(|(_, mail)| is_in(mail.uid)).collect()
    }
}

/// The mailbox. It stops when it is dropped.
pub struct Imap {
    address: SocketAddr,
    mailbox: Mailbox,
    _serving: JoinSet<()>,
}

impl Imap {
    /// Starts an empty mailbox.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Content {
            uid_validity: 1,
            uid_next: 1,
            mails: Vec::new(),
            fault: None,
            logins: 0,
            listened: 0,
            hung_up: 0,
        }));
        let mailbox = Mailbox { shared, moved: watch::Sender::new(()) };
        let own = mailbox.clone();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let mailbox = own.clone();
                talks.spawn(async move {
                    // Clients may disconnect at any time.
                    drop(mailbox.talk(BufReader::new(stream)).await);
                });
            }
        });
        Self { address, mailbox, _serving: serving }
    }

    /// The address, in the form that `--imap-url` accepts.
    #[must_use]
    pub fn url(&self) -> String {
        format!("imap://me:secret@{}?tls=none", self.address)
    }

    /// Delivers a mail. Returns its UID.
    pub fn deliver(&self, content: &str) -> u32 {
        self.change(|mailbox| {
            let uid = mailbox.uid_next;
            mailbox.uid_next += 1;
            mailbox.mails.push(Mail { uid, content: content.to_owned() });
            uid
        })
    }

    /// Gives all mails new UIDs, as after a mailbox was restored, and closes all connections.
    pub fn number_anew(&self) {
        self.change(|mailbox| {
            mailbox.uid_validity += 1;
            mailbox.uid_next = 1;
            for mail in &mut mailbox.mails {
                mail.uid = mailbox.uid_next;
                mailbox.uid_next += 1;
            }
            mailbox.hung_up += 1;
        });
    }

    /// Fails like this from now on, and closes all connections.
    pub fn fail(&self, fault: impl Into<Option<Fault>>) {
        self.change(|mailbox| {
            mailbox.fault = fault.into();
            mailbox.hung_up += 1;
        });
    }

    /// Waits until there were this many login attempts since the start.
    ///
    /// # Panics
    /// Never.
    pub async fn logins(&self, count: u64) {
        self.until(|mailbox| mailbox.logins >= count).await;
    }

    /// Waits until clients started to IDLE this many times since the start.
    ///
    /// # Panics
    /// Never.
    pub async fn listened(&self, count: u64) {
        self.until(|mailbox| mailbox.listened >= count).await;
    }

    async fn until(&self, is_so: impl Fn(&Content) -> bool) {
        let mut moved = self.mailbox.moved.subscribe();
        while !is_so(&lock(&self.mailbox.shared)) {
            moved.changed().await.expect("self holds the sender");
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        let changed = change(&mut lock(&self.mailbox.shared));
        self.mailbox.moved.send_replace(());
        changed
    }
}

fn lock(content: &Mutex<Content>) -> std::sync::MutexGuard<'_, Content> {
    content.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The content of the mailbox, and a signal for each change.
#[derive(Clone)]
struct Mailbox {
    shared: Arc<Mutex<Content>>,
    moved: watch::Sender<()>,
}

impl Mailbox {
    async fn talk(&self, mut stream: BufReader<TcpStream>) -> std::io::Result<()> {
        let hung_up = lock(&self.shared).hung_up;
        let mut moved = self.moved.subscribe();
        stream.write_all(b"* OK ready\r\n").await?;
        let mut idle: Option<String> = None;
        let mut told = 0;
        loop {
            let mut line = String::new();
            // A line is cut off here only when the connection is closing.
            let is_line = tokio::select! {
                read = stream.read_line(&mut line) => read? > 0,
                _ = moved.changed() => {
                    let (is_over, exists) = {
                        let mailbox = lock(&self.shared);
                        (mailbox.hung_up > hung_up, mailbox.mails.len())
                    };
                    if is_over {
                        return Ok(());
                    }
                    if idle.is_some() && exists > told {
                        told = exists;
                        stream.write_all(format!("* {exists} EXISTS\r\n").as_bytes()).await?;
                    }
                    continue;
                }
            };
            if !is_line {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
            if let ("DONE", Some(tag)) = (tag, idle.take()) {
                stream.write_all(format!("{tag} OK done\r\n").as_bytes()).await?;
                continue;
            }
            if command == "IDLE" {
                let exists = {
                    let mut mailbox = lock(&self.shared);
                    mailbox.listened += 1;
                    mailbox.mails.len()
                };
                self.moved.send_replace(());
                let news =
                    if exists > told { format!("* {exists} EXISTS\r\n") } else { String::new() };
                told = exists;
                stream.write_all(format!("+ idling\r\n{news}").as_bytes()).await?;
                idle = Some(tag.to_owned());
                continue;
            }
            let Answer { data, end } = self.answer(command);
            told = lock(&self.shared).mails.len();
            stream.write_all(data.as_bytes()).await?;
            let Some(end) = end else { return Ok(()) };
            stream.write_all(format!("{tag} {end}\r\n").as_bytes()).await?;
        }
    }

    fn answer(&self, command: &str) -> Answer {
        let mut words = command.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let name = match word() {
            "UID" => format!("UID {}", word()),
            name => name.to_owned(),
        };
        let answer = {
            let mut mailbox = lock(&self.shared);
            match name.as_str() {
                "CAPABILITY" => Answer::ok("* CAPABILITY IMAP4rev1 IDLE\r\n"),
                "LOGIN" => {
                    mailbox.logins += 1;
                    match mailbox.fault {
                        Some(Fault::NoLogin) => {
                            Answer::no("NO [AUTHENTICATIONFAILED] wrong password")
                        }
                        _ => Answer::ok(""),
                    }
                }
                "SELECT" => mailbox.select(),
                "UID FETCH" => {
                    let set = word();
                    mailbox.fetch(set, command)
                }
                "UID SEARCH" => {
                    let all = mailbox.mails.iter().map(|mail| format!(" {}", mail.uid));
                    Answer::ok(format!("* SEARCH{}\r\n", all.collect::<String>()))
                }
                _ => Answer::ok(""),
            }
        };
        self.moved.send_replace(());
        answer
    }
}

impl Content {
    fn select(&self) -> Answer {
        let Self { uid_validity, uid_next, mails, fault, .. } = self;
        if *fault == Some(Fault::NoFolder) {
            return Answer::no("NO no such folder");
        }
        Answer::ok(format!(
            "* {} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n\
             * OK [UIDVALIDITY {uid_validity}] valid\r\n* OK [UIDNEXT {uid_next}] next\r\n",
            mails.len()
        ))
    }

    fn fetch(&self, set: &str, command: &str) -> Answer {
        let mut data = String::new();
        for (place, Mail { uid, content, .. }) in self.of_set(set) {
            let length = match self.fault {
                Some(Fault::Length(of, length)) if of == *uid => length,
                _ => content.len() as u64,
            };
            let header = content.find("\r\n\r\n").map_or(&content[..], |end| &content[..end + 4]);
            let (what, part) = if command.contains("BODY.PEEK[]") {
                ("BODY[]", content.as_str())
            } else if command.contains("BODY.PEEK[HEADER]") {
                ("BODY[HEADER]<0>", header)
            } else {
                data.push_str(&format!("* {place} FETCH (UID {uid} RFC822.SIZE {length})\r\n"));
                continue;
            };
            match self.fault {
                Some(Fault::RefuseMail(of)) if of == *uid => return Answer::no("NO not this one"),
                Some(Fault::CutInMail(of)) if of == *uid => {
                    data.push_str(&format!(
                        "* {place} FETCH (UID {uid} {what} {{{}}}\r\n",
                        part.len()
                    ));
                    data.push_str(&part[..part.len() / 2]);
                    return Answer { data, end: None };
                }
                _ => {}
            }
            let length = part.len();
            data.push_str(&format!(
                "* {place} FETCH (UID {uid} {what} {{{length}}}\r\n{part})\r\n"
            ));
        }
        Answer::ok(data)
    }
}

/// The response to a command.
struct Answer {
    data: String,
    /// The final line. Without one, the connection is closed.
    end: Option<&'static str>,
}

impl Answer {
    fn ok(data: impl Into<String>) -> Self {
        Self { data: data.into(), end: Some("OK done") }
    }

    fn no(end: &'static str) -> Self {
        Self { data: String::new(), end: Some(end) }
    }
}
