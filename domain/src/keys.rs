//! Seals the secrets that must be readable again, so that the database alone reveals none of them.
//!
//! A sealed text is `v1.KEY.BASE64`: the name of its key, then a random nonce of 24 bytes followed by the
//! XChaCha20-Poly1305 ciphertext (draft-irtf-cfrg-xchacha-03). Its purpose is authenticated with it, so that
//! one sealed text can't replace another of a different purpose.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::system::Entropy;

/// The prefix of a sealed text.
const SEALED: &str = "v1.";

const NONCE: usize = 24;

/// Why the keys can't be loaded, or a secret can't be unsealed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is not a valid key.
    #[error(
        "a key must have 64 hexadecimal digits; separate several keys with commas or newlines, the newest first"
    )]
    Form,
    /// The key file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The path of the file.
        path: String,
        /// The system's error.
        error: Arc<std::io::Error>,
    },
    /// A secret was sealed with a key that is missing.
    #[error(
        "secrets in the database are sealed with the key {0}, which is missing: copy the key file (--key-file) \
         from the machine that has it, or set PORCHLIGHT_KEY"
    )]
    Missing(String),
    /// A sealed text was changed, or was sealed for another purpose.
    #[error("a sealed secret was changed, or was sealed for another purpose")]
    Broken,
}

#[derive(Clone)]
struct Key {
    name: String,
    bytes: [u8; 32],
}

impl Key {
    fn new(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"key name v1:").chain_update(bytes).finalize();
        Self { name: HEXLOWER.encode(&digest[..4]), bytes }
    }

    fn mac(&self, purpose: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.bytes).expect("HMAC accepts keys of any length");
        mac.update(purpose);
        for part in parts {
            mac.update(part);
        }
        mac
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&CipherKey::from(self.bytes))
    }
}

/// The keys, the newest first. The newest seals, all of them unseal. Clones share them.
#[derive(Clone)]
pub struct Keys {
    keys: Arc<RwLock<Vec<Key>>>,
    /// The file they came from. It is read again when a key is unknown.
    file: Option<PathBuf>,
}

impl Keys {
    /// Parses keys of 64 hexadecimal digits each, separated by commas or newlines.
    ///
    /// # Errors
    /// [`KeyError::Form`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Ok(Self { keys: Arc::new(RwLock::new(parse(text)?)), file: None })
    }

    /// Reads the keys from a file. Creates the file with a new key if there is none, readable by its owner
    /// only.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(path: &Path, entropy: &impl Entropy) -> Result<Self, KeyError> {
        if !path.exists() {
            write(path, &[random(entropy)])?;
        }
        let keys = Arc::new(RwLock::new(read(path)?));
        Ok(Self { keys, file: Some(path.to_owned()) })
    }

    /// Adds a new key to the file, as the newest. Does nothing if the keys did not come from a file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add(&self, entropy: &impl Entropy) -> Result<(), KeyError> {
        let Some(path) = &self.file else { return Ok(()) };
        let mut keys = read(path)?;
        keys.insert(0, random(entropy));
        write(path, &keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Removes all keys but the newest from the file. Does nothing if the keys did not come from a file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn drop_old(&self) -> Result<(), KeyError> {
        let Some(path) = &self.file else { return Ok(()) };
        let mut keys = read(path)?;
        keys.truncate(1);
        write(path, &keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Seals a text for a purpose.
    pub(crate) fn seal(&self, purpose: &str, text: &str, nonce: [u8; NONCE]) -> String {
        let key = self.newest();
        let payload = Payload { msg: text.as_bytes(), aad: purpose.as_bytes() };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("the text is shorter than 256 GB");
        format!("{SEALED}{}.{}", key.name, BASE64.encode(&[nonce.as_slice(), &sealed].concat()))
    }

    /// Unseals a text. A text that was never sealed is returned as it is.
    pub(crate) fn unseal(&self, purpose: &str, text: &str) -> Result<String, KeyError> {
        let Some((name, sealed)) = text.strip_prefix(SEALED).and_then(|rest| rest.split_once('.'))
        else {
            return Ok(text.to_owned());
        };
        let key = self.named(name)?;
        let sealed = BASE64.decode(sealed.as_bytes()).map_err(|_| KeyError::Broken)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(KeyError::Broken)?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        let opened = key.cipher().decrypt(&XNonce::from(*nonce), payload);
        String::from_utf8(opened.map_err(|_| KeyError::Broken)?).map_err(|_| KeyError::Broken)
    }

    /// Signs with the newest key (HMAC-SHA256), for a purpose. `parts` need no separators if all but the last
    /// have a fixed length.
    pub(crate) fn sign(&self, purpose: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        self.newest().mac(purpose, parts).finalize().into_bytes().to_vec()
    }

    /// Whether `tag` was signed with one of the keys.
    pub(crate) fn is_signed(&self, purpose: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
        let signed = self.look(|key| key.mac(purpose, parts).verify_slice(tag).is_ok());
        signed.is_ok_and(|key| key.is_some())
    }

    /// Whether a text is sealed with the newest key.
    pub(crate) fn is_fresh(&self, text: &str) -> bool {
        text.strip_prefix(SEALED)
            .and_then(|rest| rest.split_once('.'))
            .is_some_and(|(name, _)| name == self.newest().name)
    }

    fn newest(&self) -> Key {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)[0].clone()
    }

    /// The key with this name.
    fn named(&self, name: &str) -> Result<Key, KeyError> {
        let found = self.look(|key| key.name == name)?;
        found.ok_or_else(|| KeyError::Missing(name.to_owned()))
    }

    /// The first key that matches. If none does, reads the file again, because another process may have added
    /// the key.
    fn look(&self, is_meant: impl Fn(&Key) -> bool) -> Result<Option<Key>, KeyError> {
        let find = |keys: &[Key]| keys.iter().find(|key| is_meant(key)).cloned();
        if let Some(key) = find(&self.keys.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(Some(key));
        }
        let Some(file) = self.file.as_deref() else { return Ok(None) };
        let keys = read(file)?;
        let found = find(&keys);
        if found.is_some() {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        Ok(found)
    }
}

fn random(entropy: &impl Entropy) -> Key {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    Key::new(bytes)
}

fn parse(text: &str) -> Result<Vec<Key>, KeyError> {
    let texts = text.split([',', '\n']).map(str::trim).filter(|text| !text.is_empty());
    let key = |text: &str| {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        Some(Key::new(bytes.try_into().ok()?))
    };
    let keys: Option<Vec<Key>> = texts.map(key).collect();
    keys.filter(|keys| !keys.is_empty()).ok_or(KeyError::Form)
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> KeyError {
    let path = path.display().to_string();
    move |error| KeyError::File { path: path.clone(), error: Arc::new(error) }
}

fn read(path: &Path) -> Result<Vec<Key>, KeyError> {
    parse(&std::fs::read_to_string(path).map_err(failed(path))?)
}

/// Replaces the file atomically.
fn write(path: &Path, keys: &[Key]) -> Result<(), KeyError> {
    let failed = failed(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(&failed)?;
    }
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(&failed)?;
    for key in keys {
        writeln!(file, "{}", HEXLOWER.encode(&key.bytes)).map_err(&failed)?;
    }
    file.sync_all().map_err(&failed)?;
    std::fs::rename(&beside, path).map_err(&failed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn a_sealed_text_opens_for_its_purpose_alone() {
        let keys = Keys::parse(&"01".repeat(32)).unwrap();
        let sealed = keys.seal("one", "a secret", [7; NONCE]);
        assert!(sealed.starts_with("v1.") && !sealed.contains("secret"));
        assert_eq!(keys.unseal("one", &sealed).unwrap(), "a secret");
        assert!(matches!(keys.unseal("other", &sealed), Err(KeyError::Broken)));
        let changed = format!("{}A{}", &sealed[..20], &sealed[21..]);
        assert!(keys.unseal("one", &changed).is_err());
        assert!(matches!(keys.unseal("one", "v1.00000000.AAAA"), Err(KeyError::Missing(_))));
        assert_eq!(keys.unseal("one", "never sealed").unwrap(), "never sealed");
        for wrong in ["", "xyz", &"0".repeat(63), "\n,\n"] {
            assert!(matches!(Keys::parse(wrong), Err(KeyError::Form)), "{wrong}");
        }
    }

    #[test]
    fn a_file_of_keys_is_its_owners_alone_and_another_process_may_add_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, entropy) = (folder.path().join("data/key"), Counting(1.into()));
        let server = Keys::open(&path, &entropy).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let old = server.seal("x", "old", [1; NONCE]);
        let command = Keys::open(&path, &entropy).unwrap();
        command.add(&entropy).unwrap();
        let by_new = command.sign(b"x", &[b"link"]);
        assert!(server.is_signed(b"x", &[b"link"], &by_new), "it looks again");
        assert!(!server.is_signed(b"y", &[b"link"], &by_new));
        assert!(!server.is_signed(b"x", &[b"other"], &by_new));
        assert!(!command.is_fresh(&old));
        let new = command.seal("x", "new", [1; NONCE]);
        assert_eq!(server.unseal("x", &new).unwrap(), "new", "it looks again");
        assert_eq!(command.unseal("x", &old).unwrap(), "old");
        command.drop_old().unwrap();
        assert!(matches!(command.unseal("x", &old), Err(KeyError::Missing(_))));
        assert_eq!(command.unseal("x", &new).unwrap(), "new");
    }
}
