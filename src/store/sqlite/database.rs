//! What both files share: how they are made, recognised, migrated, and what their errors mean.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::error::{Code, Error, Result};
use crate::store::folder;

/// A kind of file: whose it is, and how each version is made from the one before.
#[derive(Debug)]
pub(super) struct Schema {
    /// SQLite's `application_id`.
    pub application: i32,
    /// Number n makes version n + 1 and only adds tables, each as `sqlite_schema` quotes it then.
    pub migrations: &'static [&'static [&'static str]],
    /// Set on every connection.
    pub pragmas: &'static str,
    /// Set when a file is made.
    pub made_with: &'static str,
}

/// A file that was found to be ours.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    schema: &'static Schema,
}

impl Database {
    /// Makes the file if there is none, brings an older one up to date, refuses any other.
    pub(super) fn open(path: &Path, schema: &'static Schema, wait: Duration) -> Result<Self> {
        let database = Self { path: path.to_owned(), schema };
        if !path.try_exists()? {
            database.make(wait)?;
        }
        let mut connection = open(path)?;
        // Whose file it is comes before anything that could change it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
        connection.busy_timeout(wait).map_err(failed)?;
        if pragma(&connection, "application_id")? != schema.application {
            return Err(Code::StoreDamaged.into());
        }
        database.version(&connection)?;
        database.configure(&connection, wait)?;
        database.migrate(&mut connection)?;
        database.check_tables(&connection)?;
        Ok(database)
    }

    /// One more connection.
    pub(super) fn connect(&self, wait: Duration) -> Result<Connection> {
        let connection = open(&self.path)?;
        self.configure(&connection, wait)?;
        Ok(connection)
    }

    /// Refuses what another version migrated since this file was opened. As the first read of a
    /// transaction it also fixes what the transaction sees.
    pub(super) fn check_version(&self, connection: &Connection) -> Result<()> {
        if self.version(connection)? == self.schema.migrations.len() {
            Ok(())
        } else {
            Err(Code::StoreDamaged.into())
        }
    }

    /// Under another name first: nobody ever sees half a database, and of two that make one at the
    /// same time one wins.
    fn make(&self, wait: Duration) -> Result<()> {
        let parent = folder::parent(&self.path);
        // Closing a file of our own would release the locks that SQLite holds on it.
        let temporary = folder::temporary(parent)?.into_temp_path();
        let mut connection = open(&temporary)?;
        connection.execute_batch(self.schema.made_with).map_err(failed)?;
        self.configure(&connection, wait)?;
        connection.pragma_update(None, "application_id", self.schema.application).map_err(failed)?;
        self.migrate(&mut connection)?;
        connection.close().map_err(|(_, error)| failed(error))?;
        match temporary.persist_noclobber(&self.path) {
            Err(lost) if lost.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(lost) => Err(lost.error.into()),
            Ok(_) => folder::sync(parent),
        }
    }

    fn configure(&self, connection: &Connection, wait: Duration) -> Result<()> {
        connection.busy_timeout(wait).map_err(failed)?;
        // The file may come from an enemy: nothing in it is to be run.
        for (config, value) in [
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ] {
            connection.set_db_config(config, value).map_err(failed)?;
        }
        connection.execute_batch(self.schema.pragmas).map_err(failed)
    }

    fn migrate(&self, connection: &mut Connection) -> Result<()> {
        let newest = self.schema.migrations.len();
        if self.version(connection)? == newest {
            return Ok(());
        }
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another process may have come first.
        for statement in self.schema.migrations.iter().skip(self.version(&transaction)?).copied().flatten() {
            transaction.execute_batch(statement).map_err(failed)?;
        }
        let version = i64::try_from(newest).map_err(|_| Code::StoreVersion)?;
        transaction.pragma_update(None, "user_version", version).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    /// The version of the file, if it is not too new.
    fn version(&self, connection: &Connection) -> Result<usize> {
        let mut statement = connection.prepare_cached("PRAGMA user_version").map_err(failed)?;
        let version: i64 = statement.query_row([], |row| row.get(0)).map_err(failed)?;
        let version = usize::try_from(version).map_err(|_| Code::StoreDamaged)?;
        if version > self.schema.migrations.len() {
            return Err(Code::StoreVersion.into());
        }
        Ok(version)
    }

    /// The tables are ours to the letter, with no trigger, view or index beside them.
    fn check_tables(&self, connection: &Connection) -> Result<()> {
        let found: Vec<String> = connection
            .prepare(
                "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
            )
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(failed)?;
        let expected = self.schema.migrations.iter().copied().flatten();
        if expected.copied().eq(found.iter().map(String::as_str)) {
            Ok(())
        } else {
            Err(Code::StoreDamaged.into())
        }
    }
}

/// What an error of SQLite means. Only its code is kept: its text may hold a path.
pub(super) fn failed(error: rusqlite::Error) -> Error {
    // Without a code of SQLite, it was a value of another type than ours.
    let Some(&cause) = error.sqlite_error() else { return Code::StoreDamaged.into() };
    let code = match cause.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            Code::StoreBusy
        }
        // The statements are fixed: if one does not fit, the schema is not ours.
        ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::TypeMismatch
        | ErrorCode::ConstraintViolation
        | ErrorCode::Unknown => Code::StoreDamaged,
        ErrorCode::DiskFull => Code::StorageFull,
        ErrorCode::TooBig => Code::TooLarge,
        _ => Code::Io,
    };
    Error::with_source(code, cause)
}

/// Never creates: a store that vanished is not to be replaced by an empty one behind our back.
fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(failed)
}

fn pragma(connection: &Connection, name: &str) -> Result<i32> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failed)
}
