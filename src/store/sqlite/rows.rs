//! Rows and records in SQLite, with a write-ahead log: reading goes on beside one writer, and a
//! commit costs one fsync.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::database::{Database, Schema, failed};
use crate::error::{Code, Result};
use crate::id::ChainId;
use crate::store::turn::{Turn, Turns, WAIT};
use crate::store::{MAX_RECORDS, RowKey, Snapshot, Store, Transaction, end_of};

/// Rows and records in one SQLite file.
pub struct SqliteStore {
    database: Database,
    idle: Mutex<Vec<Connection>>,
    turns: Turns,
    wait: Duration,
}

impl SqliteStore {
    /// Opens the file, and makes it if there is none.
    ///
    /// # Errors
    /// `store-version` if a newer version wrote it; `store-damaged` if it is not ours, in which case
    /// it is left as it is; `store-busy`, `io`.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Database::open(path, &SCHEMA, WAIT)?;
        Ok(Self { database, idle: Mutex::default(), turns: Turns::default(), wait: WAIT })
    }

    /// With another time to wait for a writer; 10 seconds otherwise.
    #[must_use]
    pub fn with_wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    fn begin<'a>(&'a self, how: &str, turn: Option<Turn<'a>>) -> Result<Box<Session<'a>>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.database.connect(self.wait)?,
        };
        let session = Box::new(Session { store: self, connection: Some(connection), _turn: turn });
        session.run(how)?;
        self.database.check_version(session.connection()?)?;
        Ok(session)
    }

    /// Keeps a connection for the next one, unless it is stuck in a transaction.
    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if connection.is_autocommit() && idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }
}

impl Store for SqliteStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(self.begin("BEGIN", None)?)
    }

    fn write(&self, _chains: &[ChainId]) -> Result<Box<dyn Transaction + '_>> {
        // Threads queue here; SQLite's own waiting, by polling, is left to other processes.
        let turn = self.turns.wait(self.wait)?;
        Ok(self.begin("BEGIN IMMEDIATE", Some(turn))?)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("wait", &self.wait).finish_non_exhaustive()
    }
}

/// A connection inside a transaction, rolled back when dropped. The turn is given on after that.
struct Session<'a> {
    store: &'a SqliteStore,
    connection: Option<Connection>,
    _turn: Option<Turn<'a>>,
}

impl Session<'_> {
    fn connection(&self) -> Result<&Connection> {
        // There is one until the session is dropped.
        Ok(self.connection.as_ref().ok_or(Code::StoreBusy)?)
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection()?.prepare_cached(sql).map_err(failed)
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.prepare(sql)?.execute([]).map_err(failed)?;
        Ok(())
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !connection.is_autocommit() {
            // If this fails, the connection is closed, which rolls back.
            let _closed_instead = connection.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
        }
        self.store.keep(connection);
    }
}

impl Snapshot for Session<'_> {
    fn size(&self, chain: ChainId) -> Result<u64> {
        let mut newest = self.prepare("SELECT idx FROM leaves WHERE chain = ?1 ORDER BY idx DESC LIMIT 1")?;
        let index: Option<i64> =
            newest.query_row([chain.as_bytes()], |row| row.get(0)).optional().map_err(failed)?;
        match index {
            None => Ok(0),
            Some(index) => Ok(u64::try_from(index).map_err(|_| Code::StoreDamaged)?.saturating_add(1)),
        }
    }

    fn records(&self, chain: ChainId, from: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        let (mut records, mut total) = (Vec::new(), 0usize);
        let (Ok(mut next), limit) = (i64::try_from(from), i64::try_from(limit).unwrap_or(i64::MAX)) else {
            return Ok(records);
        };
        let mut leaves = self
            .prepare("SELECT idx, bytes FROM leaves WHERE chain = ?1 AND idx >= ?2 ORDER BY idx LIMIT ?3")?;
        let mut rows = leaves.query(params![chain.as_bytes(), next, limit]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let index: i64 = row.get(0).map_err(failed)?;
            let bytes = row.get_ref(1).map_err(failed)?.as_blob().map_err(|_| Code::StoreDamaged)?;
            if index != next {
                return Err(Code::StoreDamaged.into());
            }
            total = total.saturating_add(bytes.len());
            if total > MAX_RECORDS && !records.is_empty() {
                break;
            }
            records.push(bytes.to_vec());
            next = next.saturating_add(1);
        }
        Ok(records)
    }

    fn get(&self, key: &RowKey) -> Result<Option<Vec<u8>>> {
        let mut row = self.prepare("SELECT value FROM rows WHERE key = ?1")?;
        row.query_row([key.as_bytes()], |row| row.get(0)).optional().map_err(failed)
    }

    fn scan(&self, prefix: &[u8], after: Option<&RowKey>, limit: usize) -> Result<Vec<(RowKey, Vec<u8>)>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (mut select, from) = match after {
            Some(after) if after.as_bytes() >= prefix => (self.prepare(SCAN_AFTER)?, after.as_bytes()),
            _ => (self.prepare(SCAN_FROM)?, prefix),
        };
        let mut rows = select.query(params![from, end_of(prefix), limit]).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(key_and_value(row)?);
        }
        Ok(found)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<(RowKey, Vec<u8>)>> {
        let mut select = self
            .prepare("SELECT key, value FROM rows WHERE key >= ?1 AND key < ?2 ORDER BY key DESC LIMIT 1")?;
        let mut rows = select.query(params![prefix, end_of(prefix)]).map_err(failed)?;
        rows.next().map_err(failed)?.map(key_and_value).transpose()
    }

    fn count(&self, prefix: &[u8]) -> Result<u64> {
        let mut select = self.prepare("SELECT count(*) FROM rows WHERE key >= ?1 AND key < ?2")?;
        let count: i64 =
            select.query_row(params![prefix, end_of(prefix)], |row| row.get(0)).map_err(failed)?;
        Ok(u64::try_from(count).map_err(|_| Code::StoreDamaged)?)
    }
}

impl Transaction for Session<'_> {
    fn put(&mut self, key: &RowKey, value: &[u8]) -> Result<()> {
        let mut put = self.prepare("INSERT OR REPLACE INTO rows (key, value) VALUES (?1, ?2)")?;
        put.execute(params![key.as_bytes(), value]).map_err(failed)?;
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.prepare("DELETE FROM rows WHERE key = ?1")?.execute([key.as_bytes()]).map_err(failed)?;
        Ok(())
    }

    fn append(&mut self, chain: ChainId, from: u64, records: &[Vec<u8>]) -> Result<()> {
        let size = self.size(chain)?;
        let mut index = i64::try_from(from).map_err(|_| Code::TreeRange)?;
        if from > size {
            return Err(Code::TreeRange.into());
        }
        if from < size {
            let mut cut = self.prepare("DELETE FROM leaves WHERE chain = ?1 AND idx >= ?2")?;
            cut.execute(params![chain.as_bytes(), index]).map_err(failed)?;
        }
        let mut insert = self.prepare("INSERT INTO leaves (chain, idx, bytes) VALUES (?1, ?2, ?3)")?;
        for record in records {
            insert.execute(params![chain.as_bytes(), index, record]).map_err(failed)?;
            index = index.checked_add(1).ok_or(Code::TreeRange)?;
        }
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        self.run("COMMIT")
    }
}

fn key_and_value(row: &rusqlite::Row<'_>) -> Result<(RowKey, Vec<u8>)> {
    let key = RowKey::new(row.get(0).map_err(failed)?).map_err(|_| Code::StoreDamaged)?;
    Ok((key, row.get(1).map_err(failed)?))
}

const SCAN_FROM: &str = "SELECT key, value FROM rows WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const SCAN_AFTER: &str = "SELECT key, value FROM rows WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";

/// Connections kept open between transactions.
const MAX_IDLE: usize = 8;

const SCHEMA: Schema = Schema {
    application: i32::from_be_bytes(*b"PRVR"),
    migrations: &[&[
        "CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE leaves (chain BLOB, idx INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (chain, idx)) \
         WITHOUT ROWID",
    ]],
    pragmas: "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; \
              PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL;",
    // A wrapped key of 1,168 bytes or a record must fit into a quarter of a page; what does not is
    // moved to a page of its own.
    made_with: "PRAGMA page_size = 8192;",
};
