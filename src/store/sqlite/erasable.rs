//! Keys that can be destroyed. A file of its own, without a write-ahead log, in which a deleted key
//! would stay; SQLite overwrites what is deleted with zeros.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::database::{Database, Schema, failed};
use crate::error::{Code, Result};
use crate::secret::SecretBytes;
use crate::store::turn::WAIT;
use crate::store::{Erasable, RowKey, end_of};

/// Keys that can be destroyed, in one SQLite file.
pub struct SqliteErasable {
    database: Database,
    connection: Mutex<Connection>,
}

impl SqliteErasable {
    /// Opens the file, and makes it if there is none.
    ///
    /// # Errors
    /// `store-version` if a newer version wrote it; `store-damaged` if it is not ours, in which case
    /// it is left as it is; `store-busy`, `io`.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Database::open(path, &SCHEMA, WAIT)?;
        let connection = Mutex::new(database.connect(WAIT)?);
        Ok(Self { database, connection })
    }

    fn connection(&self) -> Result<MutexGuard<'_, Connection>> {
        // Each statement is a transaction of its own: a thread that panicked left nothing open.
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        self.database.check_version(&connection)?;
        Ok(connection)
    }

    fn change(&self, sql: &str, params: impl rusqlite::Params) -> Result<()> {
        let connection = self.connection()?;
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        statement.execute(params).map_err(failed)?;
        Ok(())
    }
}

impl Erasable for SqliteErasable {
    fn put(&self, key: &RowKey, value: &SecretBytes) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO keys (key, value) VALUES (?1, ?2)";
        self.change(sql, params![key.as_bytes(), value.expose_secret()])
    }

    fn get(&self, key: &RowKey) -> Result<Option<SecretBytes>> {
        let connection = self.connection()?;
        let mut select =
            connection.prepare_cached("SELECT value FROM keys WHERE key = ?1").map_err(failed)?;
        let value = select.query_row([key.as_bytes()], |row| row.get(0).map(SecretBytes::new));
        value.optional().map_err(failed)
    }

    fn destroy(&self, key: &RowKey) -> Result<()> {
        self.change("DELETE FROM keys WHERE key = ?1", [key.as_bytes()])
    }

    fn list(&self, prefix: &[u8]) -> Result<Vec<RowKey>> {
        let connection = self.connection()?;
        let sql = "SELECT key FROM keys WHERE key >= ?1 AND key < ?2 ORDER BY key";
        let mut select = connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = select.query(params![prefix, end_of(prefix)]).map_err(failed)?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            keys.push(RowKey::new(row.get(0).map_err(failed)?).map_err(|_| Code::StoreDamaged)?);
        }
        Ok(keys)
    }
}

impl fmt::Debug for SqliteErasable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteErasable").finish_non_exhaustive()
    }
}

const SCHEMA: Schema = Schema {
    application: i32::from_be_bytes(*b"PRVE"),
    migrations: &[&["CREATE TABLE keys (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"]],
    // EXTRA: the folder is synced too, so that no journal with a destroyed key comes back.
    pragmas: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON; \
              PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;",
    made_with: "PRAGMA page_size = 4096;",
};
